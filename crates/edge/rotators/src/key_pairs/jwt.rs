//! Keys that sign JSON web tokens: the private key as PKCS #8, and the set of public keys (RFC 7517) that verify what it
//! signs, and what the key before it has signed.
//!
//! Whoever verifies tokens may hold the set for a while. So the key of the next turn is drawn, and published, one turn before
//! it signs anything.

mod algorithm;

use serde_json::{Value, json};
use terms::SecretBytes;

use super::{Chance, no_key_made, unreadable};
use crate::document::SecretDocument;
use crate::failure::Failure;
use algorithm::Algorithm;

const ALGORITHM: &str = "algorithm";
const PRIVATE_KEY: &str = "private_key";
const NEXT_PRIVATE_KEY: &str = "next_private_key";
const KEY_ID: &str = "kid";
const KEY_SET: &str = "jwks";

pub(super) fn turn(current: &SecretDocument, chance: &Chance) -> Result<SecretDocument, Failure> {
    let algorithm = Algorithm::of(current)?;
    let (private_key, public) = match announced(algorithm, current) {
        Some(announced) => announced,
        // Nobody was told of one, or it is of another algorithm than is asked for now.
        None => {
            let (private_key, public) = algorithm.draw(&chance.seed)?;
            (SecretBytes::copy_of(private_key.as_bytes()), public.into_value())
        }
    };
    let key_id = id(&public).ok_or_else(no_key_made)?.to_owned();
    let (next_private_key, next_public) = algorithm.draw(&chance.next_seed)?;

    // The key that signs now, and none of those before it.
    let before = current.text(KEY_ID).and_then(|key_id| published(current, &key_id));
    let keys: Vec<Value> = std::iter::once(public).chain(before).chain([next_public.into_value()]).collect();

    let mut next = current.clone();
    next.set_json(ALGORITHM, &algorithm.as_str().into());
    next.set_text(PRIVATE_KEY, &private_key);
    next.set_json(KEY_ID, &key_id.into());
    next.set_json(KEY_SET, &json!({ "keys": keys }));
    next.set_text(NEXT_PRIVATE_KEY, &SecretBytes::copy_of(next_private_key.as_bytes()));
    Ok(next)
}

pub(super) fn check(secret: &SecretDocument) -> Result<(), Failure> {
    let algorithm = Algorithm::of(secret)?;
    let key_id = secret.required(KEY_ID)?;
    let public = published(secret, &key_id).ok_or_else(|| unreadable(KEY_SET))?;
    algorithm.check(&secret.required_secret(PRIVATE_KEY)?, &public)
}

/// The key that the set has told of, and that has not signed anything yet.
fn announced(algorithm: Algorithm, secret: &SecretDocument) -> Option<(SecretBytes, Value)> {
    let private_key = secret.required_secret(NEXT_PRIVATE_KEY).ok()?;
    let key_id = algorithm.public(&private_key).ok()?.into_value();
    let key_id = id(&key_id)?;
    let public = published(secret, key_id).filter(|_| secret.text(KEY_ID).as_deref() != Some(key_id))?;
    algorithm.check(&private_key, &public).ok()?;
    Some((private_key, public))
}

fn id(public: &Value) -> Option<&str> {
    public.get("kid")?.as_str()
}

/// The public key of this id.
fn published(secret: &SecretDocument, key_id: &str) -> Option<Value> {
    let key_set = secret.json(KEY_SET)?;
    let keys = key_set.get("keys")?.as_array()?;
    keys.iter().find(|key| id(key) == Some(key_id)).cloned()
}

#[cfg(test)]
mod tests;
