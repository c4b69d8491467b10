//! Grant tokens: the name of a grant, sealed. The store tells of a grant as soon as it is made, so a token adds nothing
//! to it; but a grant may be retired by it, and one that we did not make is refused.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use contract::{KeyId, KeyRecord};
use seal::{open_token, seal_token};
use terms::Region;

use crate::{error::Error, room::Room};

const BINDING: &[u8] = b"grant token";

/// Which grant a token names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NamedGrant {
    pub(crate) region: Region,
    pub(crate) key: KeyId,
    pub(crate) grant_id: String,
}

impl Room {
    /// A new token, unlike all others for the same grant.
    pub(crate) fn make_grant_token(&self, key: &KeyRecord, grant_id: &str) -> Result<String, Error> {
        let name = format!("{} {} {grant_id}", key.scope.region, key.id);
        let sealed = seal_token(&self.paging_key, BINDING, name.as_bytes(), &*self.entropy)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    pub(crate) fn open_grant_token(&self, token: &str) -> Result<NamedGrant, Error> {
        let sealed = URL_SAFE_NO_PAD.decode(token).map_err(|_| invalid_token())?;
        let name = open_token(&self.paging_key, BINDING, &sealed).map_err(|_| invalid_token())?;
        NamedGrant::parse(name.expose()).ok_or_else(invalid_token)
    }

    /// Every token of a request must be one of ours. What they name is not asked: grants speak for themselves.
    pub(crate) fn require_grant_tokens(&self, tokens: Option<&[String]>) -> Result<(), Error> {
        tokens.unwrap_or_default().iter().try_for_each(|token| self.open_grant_token(token).map(drop))
    }
}

impl NamedGrant {
    fn parse(name: &[u8]) -> Option<Self> {
        let mut parts = std::str::from_utf8(name).ok()?.split(' ');
        let (region, key, grant_id) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { region: Region::parse(region).ok()?, key: KeyId::parse(key)?, grant_id: grant_id.to_owned() })
    }
}

pub(crate) fn invalid_token() -> Error {
    // The text is chosen.
    Error::refused("InvalidGrantTokenException", "The grant token is not valid.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_a_key_of_a_region_and_its_grant() {
        let key = "mrk-1234abcd12ab34cd56ef1234567890ab";
        let named = NamedGrant::parse(format!("eu-central-1 {key} abc").as_bytes()).unwrap();
        assert_eq!(named.region, Region::parse("eu-central-1").unwrap());
        assert_eq!((named.key.to_string().as_str(), named.grant_id.as_str()), (key, "abc"));
        for text in ["", "eu-central-1", "eu-central-1 abc abc"] {
            assert_eq!(NamedGrant::parse(text.as_bytes()), None, "{text}");
        }
    }
}
