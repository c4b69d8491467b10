//! Custody by a passphrase: whoever starts the server types it, or a program passes it in.

use std::fmt;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use seal::KeyMaterial;
use terms::{Entropy, SecretBytes};
use zeroize::Zeroizing;

use crate::fields::Fields;
use crate::sealed::Parameters;
use crate::{Custody, CustodyError, CustodyKind, FormatError, PassphraseError, SealedRootKey};

/// What NIST asks of a password that stands alone (SP 800-63B-4, section 3.1.1.2). Whoever copies the store may try as
/// many as he can pay for.
pub const PASSPHRASE_LENGTH_MIN: usize = 15;
const PASSPHRASE_BYTES_MAX: usize = 1024;
const SALT_LENGTH: usize = 16;

/// What it costs to try a passphrase: Argon2id's memory, passes and lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Costs {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Costs {
    /// Twice the memory of RFC 9106's second recommendation and its passes: some 0.3 s. OWASP asks for 19 MiB and 2.
    pub const DEFAULT: Self = Self { memory_kib: 128 * 1024, passes: 3, lanes: 1 };
    /// The least that OWASP's cheat sheet on password storage names.
    pub const MEMORY_KIB_MIN: u32 = 19 * 1024;
    pub const MEMORY_KIB_MAX: u32 = 1024 * 1024;
    pub const PASSES_MAX: u32 = 16;
    pub const LANES_MAX: u32 = 16;

    /// None where a cost is out of bounds: too little protects nobody, and too much would let changed bytes in the store
    /// keep the server from starting.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Option<Self> {
        let are_in_range = (Self::MEMORY_KIB_MIN..=Self::MEMORY_KIB_MAX).contains(&memory_kib)
            && (1..=Self::PASSES_MAX).contains(&passes)
            && (1..=Self::LANES_MAX).contains(&lanes);
        are_in_range.then_some(Self { memory_kib, passes, lanes })
    }
}

impl Default for Costs {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PassphraseParameters {
    costs: Costs,
    salt: [u8; SALT_LENGTH],
}

impl PassphraseParameters {
    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Self, FormatError> {
        let costs = Costs::new(fields.number()?, fields.number()?, fields.number()?);
        Ok(Self { costs: costs.ok_or(FormatError::CostsOutOfRange)?, salt: fields.array()? })
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        for cost in [self.costs.memory_kib, self.costs.passes, self.costs.lanes] {
            out.extend_from_slice(&cost.to_be_bytes());
        }
        out.extend_from_slice(&self.salt);
    }

    /// Argon2id of the passphrase. Its memory is wiped: the last block of it would give the key.
    fn key_encryption_key(&self, passphrase: &SecretBytes) -> Result<KeyMaterial, CustodyError> {
        let Costs { memory_kib, passes, lanes } = self.costs;
        let no_memory = || PassphraseError::NoMemory { mebibytes: memory_kib.div_ceil(1024) };
        let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(|_| FormatError::CostsOutOfRange)?;
        let mut memory = Zeroizing::new(Vec::new());
        memory.try_reserve_exact(params.block_count()).map_err(|_| no_memory())?;
        memory.resize(params.block_count(), Block::new());
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(passphrase.expose(), &self.salt, key.as_mut_slice(), memory.as_mut_slice())
            .map_err(|_| CustodyError::Library)?;
        KeyMaterial::from_bytes(&SecretBytes::copy_of(key.as_slice())).map_err(|_| CustodyError::Library)
    }
}

impl fmt::Display for PassphraseParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Costs { memory_kib, passes, lanes } = self.costs;
        write!(f, "a passphrase (Argon2id, {} MiB, passes: {passes}, lanes: {lanes})", memory_kib / 1024)
    }
}

/// Seals under a passphrase. The same bytes must come back: nothing is trimmed or normalised.
pub struct PassphraseCustody {
    passphrase: SecretBytes,
    costs: Costs,
}

impl PassphraseCustody {
    /// `costs` count for what will be sealed; what is sealed says its own.
    pub fn new(passphrase: SecretBytes, costs: Costs) -> Result<Self, PassphraseError> {
        if passphrase.len() > PASSPHRASE_BYTES_MAX {
            return Err(PassphraseError::NotAPassphrase);
        }
        let text = str::from_utf8(passphrase.expose()).map_err(|_| PassphraseError::NotAPassphrase)?;
        if text.chars().any(char::is_control) {
            return Err(PassphraseError::NotAPassphrase);
        }
        if text.chars().count() < PASSPHRASE_LENGTH_MIN {
            return Err(PassphraseError::TooShort);
        }
        Ok(Self { passphrase, costs })
    }
}

impl Custody for PassphraseCustody {
    fn kind(&self) -> CustodyKind {
        CustodyKind::Passphrase
    }

    fn seal(
        &self,
        root_key: &SecretBytes,
        deployment: &str,
        entropy: &dyn Entropy,
    ) -> Result<SealedRootKey, CustodyError> {
        let mut salt = [0; SALT_LENGTH];
        entropy.fill(&mut salt);
        let parameters = PassphraseParameters { costs: self.costs, salt };
        let key = parameters.key_encryption_key(&self.passphrase)?;
        SealedRootKey::seal_under(&key, Parameters::Passphrase(parameters), root_key, deployment, entropy)
    }

    /// A wrong passphrase and another deployment cannot be told apart: neither leaves a trace but that it does not open.
    fn open(&self, sealed: &SealedRootKey, deployment: &str) -> Result<SecretBytes, CustodyError> {
        let Parameters::Passphrase(parameters) = sealed.parameters() else {
            return Err(sealed.is_not_for(self.kind()));
        };
        let key = parameters.key_encryption_key(&self.passphrase)?;
        Ok(sealed.open_under(&key, deployment).ok_or(PassphraseError::Wrong)?)
    }
}

#[cfg(test)]
mod tests;
