//! Paging tokens: opaque, sealed, and good for the request that they were given for and no other.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use contract::{ListPosition, SortKey};
use gate::Caller;
use seal::{KeyMaterial, open_token, seal_token};
use terms::{Entropy, SecretName};

use crate::error::Error;

/// What a token is bound to: who asks, for which operation, where, with which parameters (page size aside).
pub(crate) struct Binding(Vec<u8>);

impl Binding {
    /// `parameters` is the request as the trail writes it, without its token and page size.
    pub(crate) fn new(operation: &str, caller: &Caller, parameters: &[u8]) -> Self {
        let scope = caller.scope();
        let mut bytes =
            format!("{operation}\0{}\0{}\0{}\0", scope.account, scope.region, caller.principal()).into_bytes();
        bytes.extend_from_slice(parameters);
        Self(bytes)
    }

    pub(crate) fn seal(&self, key: &KeyMaterial, content: &[u8], entropy: &dyn Entropy) -> Result<String, Error> {
        let sealed = seal_token(key, &self.0, content, entropy).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Whatever is wrong with a token, the answer is the same.
    pub(crate) fn open(&self, key: &KeyMaterial, token: &str) -> Result<Vec<u8>, Error> {
        let sealed = URL_SAFE_NO_PAD.decode(token).map_err(|_| Error::InvalidNextToken)?;
        let content = open_token(key, &self.0, &sealed).map_err(|_| Error::InvalidNextToken)?;
        Ok(content.expose().to_vec())
    }
}

/// A position in a list, as bytes: the key (eight bytes, absent for order by name), then the name.
pub(crate) fn write_position(position: &ListPosition) -> Vec<u8> {
    let mut bytes = Vec::new();
    match position.key {
        SortKey::Name => bytes.push(0),
        SortKey::Number(key) => {
            bytes.push(1);
            bytes.extend_from_slice(&key.to_le_bytes());
        }
    }
    bytes.extend_from_slice(position.name.as_str().as_bytes());
    bytes
}

pub(crate) fn read_position(bytes: &[u8]) -> Option<ListPosition> {
    let (key, name) = match bytes.split_first()? {
        (0, name) => (SortKey::Name, name),
        (1, rest) => {
            let (key, name) = rest.split_first_chunk::<8>()?;
            (SortKey::Number(i64::from_le_bytes(*key)), name)
        }
        _ => return None,
    };
    let name = SecretName::parse(std::str::from_utf8(name).ok()?).ok()?;
    Some(ListPosition { key, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_as_they_were_written() {
        let name = SecretName::parse("prod/db").unwrap();
        for key in [SortKey::Name, SortKey::Number(i64::MIN), SortKey::Number(7)] {
            let position = ListPosition { key, name: name.clone() };
            assert_eq!(read_position(&write_position(&position)), Some(position));
        }
        assert_eq!(read_position(b""), None);
        assert_eq!(read_position(b"\x02x"), None);
        assert_eq!(read_position(b"\x01short"), None);
    }
}
