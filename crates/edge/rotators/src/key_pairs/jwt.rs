//! Keys that sign JSON web tokens: the private key as PKCS #8, and the set of public keys (RFC 7517) that verify what it
//! signs, and what the key before it has signed.

mod algorithm;

use serde_json::{Value, json};
use terms::SecretBytes;

use super::{Chance, unreadable};
use crate::document::SecretDocument;
use crate::failure::Failure;
use algorithm::Algorithm;

const ALGORITHM: &str = "algorithm";
const PRIVATE_KEY: &str = "private_key";
const KEY_ID: &str = "kid";
const KEY_SET: &str = "jwks";

pub(super) fn turn(current: &SecretDocument, chance: &Chance) -> Result<SecretDocument, Failure> {
    let algorithm = Algorithm::of(current)?;
    let (private_key, mut public) = algorithm.draw(chance)?;
    let key_id = public.thumbprint();
    public.name(&key_id);

    // The key that signs now, and none of those before it.
    let before = current.text(KEY_ID).and_then(|key_id| published(current, &key_id));
    let keys: Vec<Value> = std::iter::once(public.into_value()).chain(before).collect();

    let mut next = current.clone();
    next.set_json(ALGORITHM, &algorithm.as_str().into());
    next.set_text(PRIVATE_KEY, &SecretBytes::copy_of(private_key.as_bytes()));
    next.set_json(KEY_ID, &key_id.into());
    next.set_json(KEY_SET, &json!({ "keys": keys }));
    Ok(next)
}

pub(super) fn check(secret: &SecretDocument) -> Result<(), Failure> {
    let algorithm = Algorithm::of(secret)?;
    let key_id = secret.required(KEY_ID)?;
    let public = published(secret, &key_id).ok_or_else(|| unreadable(KEY_SET))?;
    algorithm.check(&secret.required_secret(PRIVATE_KEY)?, &public)
}

/// The public key of this id.
fn published(secret: &SecretDocument, key_id: &str) -> Option<Value> {
    let key_set = secret.json(KEY_SET)?;
    let keys = key_set.get("keys")?.as_array()?;
    keys.iter().find(|key| key.get("kid").and_then(Value::as_str) == Some(key_id)).cloned()
}

#[cfg(test)]
mod tests;
