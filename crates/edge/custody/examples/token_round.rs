//! Puts a root key into the custody of a PKCS#11 token and takes it out again, with what should not work in between:
//! `token_round MODULE TOKEN KEY`, and the PIN on standard input. For tokens that tests cannot make, such as a TPM.

use std::io::{self, Read, Write};

use keepwell_custody::pkcs11::{KeyChoice, Pkcs11Custody, Pkcs11Settings, TokenChoice};
use keepwell_custody::{Custody, CustodyError, SealedRootKey};
use terms::{Entropy, SecretBytes};

struct System;

impl Entropy for System {
    fn fill(&self, bytes: &mut [u8]) {
        if aws_lc_rs::rand::fill(bytes).is_err() {
            std::process::abort();
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("token_round MODULE TOKEN KEY < PIN");
    let (module, token, label) = (next()?, next()?, next()?);
    let mut pin = String::new();
    io::stdin().read_to_string(&mut pin)?;
    let custody = Pkcs11Custody::new(Pkcs11Settings {
        module: module.into(),
        token: TokenChoice::Label(token),
        pin: SecretBytes::copy_of(pin.trim_end().as_bytes()),
        key: KeyChoice { label, id: None },
    });

    let mut out = io::stdout().lock();
    writeln!(out, "key: {:?}", custody.create_key(None)?)?;
    writeln!(out, "key: {:?}", custody.create_key(None)?)?;
    let root_key = SecretBytes::new((0..32).collect());
    let sealed = custody.seal(&root_key, "d-1", &System)?;
    writeln!(out, "sealed by {sealed}, {} bytes", sealed.as_bytes().len())?;
    if custody.open(&SealedRootKey::parse(sealed.as_bytes())?, "d-1")? != root_key {
        return Err("another root key was opened".into());
    }
    writeln!(out, "opened")?;
    for result in [custody.open(&sealed, "d-2"), custody.open(&changed(&sealed)?, "d-1")] {
        match result {
            Err(error @ (CustodyError::DoesNotOpen { .. } | CustodyError::Token(_))) => {
                writeln!(out, "refused: {error}")?;
            }
            Err(error) => return Err(error.into()),
            Ok(_) => return Err("what should not open has opened".into()),
        }
    }
    Ok(())
}

/// With another bit in the wrapped key-encryption key, which lies just before the wrapped root key.
fn changed(sealed: &SealedRootKey) -> Result<SealedRootKey, Box<dyn std::error::Error>> {
    let mut bytes = sealed.as_bytes().to_vec();
    let position = bytes.len().checked_sub(78).ok_or("too short")?;
    *bytes.get_mut(position).ok_or("too short")? ^= 1;
    Ok(SealedRootKey::parse(&bytes)?)
}
