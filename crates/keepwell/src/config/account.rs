//! The first account, and the regions that this process serves.

use terms::{AccountId, Region, SecretBytes};

use super::setting::settings;
use super::sources::Values;

settings! {
    pub struct Account {
        /// The account that the first start makes. The default is the one tutorials use, so that their ARNs paste.
        "account_id" => account_id: AccountId = first_account(),
        /// A region to serve; give it again for more. Each keeps its own secrets, and the request's signature says which
        /// one is meant. The first is what `keepwell env` exports.
        "region" or "regions" => regions: Vec<Region> = vec![default_region()],
    }
}

impl Account {
    /// The region that clients are told to use: the first that was given.
    pub fn first_region(&self) -> Region {
        self.regions.first().copied().unwrap_or_else(default_region)
    }
}

/// The account's root access key where the operator chooses it (containers, CI). It comes from the environment alone:
/// flags are seen by every `ps`, and files get committed.
#[derive(Clone)]
pub struct RootAccessKey {
    pub access_key_id: String,
    pub secret_access_key: SecretBytes,
}

pub(crate) const ROOT_ACCESS_KEY_ID: &str = "KEEPWELL_ROOT_ACCESS_KEY_ID";
pub(crate) const ROOT_SECRET_ACCESS_KEY: &str = "KEEPWELL_ROOT_SECRET_ACCESS_KEY";

// AWS's bounds for an access key id; a secret shorter than this is a word someone could guess.
const ACCESS_KEY_ID_LENGTH: std::ops::RangeInclusive<usize> = 16..=128;
const SECRET_ACCESS_KEY_LENGTH: std::ops::RangeInclusive<usize> = 16..=128;

impl RootAccessKey {
    pub(super) fn read(values: &mut Values) -> Option<Self> {
        let access_key_id = values.take_secret(ROOT_ACCESS_KEY_ID);
        let secret_access_key = values.take_secret(ROOT_SECRET_ACCESS_KEY);
        match (access_key_id, secret_access_key) {
            (None, None) => None,
            (Some(id), Some(secret)) => {
                let key = Self::check(&id, secret);
                key.map_err(|refusal| values.refuse(refusal)).ok()
            }
            (id, _) => {
                let (given, missing) = if id.is_some() {
                    (ROOT_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY)
                } else {
                    (ROOT_SECRET_ACCESS_KEY, ROOT_ACCESS_KEY_ID)
                };
                values.refuse(format!("{given} is set and {missing} is not: set both, or neither"));
                None
            }
        }
    }

    /// The refusals quote nothing: a secret set in the wrong variable must not reach a terminal or a log.
    fn check(id: &SecretBytes, secret_access_key: SecretBytes) -> Result<Self, String> {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let access_key_id = String::from_utf8(id.expose().to_vec()).unwrap_or_default();
        if !ACCESS_KEY_ID_LENGTH.contains(&access_key_id.len()) || !access_key_id.as_bytes().iter().all(is_word) {
            return Err(format!(
                "{ROOT_ACCESS_KEY_ID}: expected 16 to 128 letters and digits, such as AKIA and 16 more"
            ));
        }
        let is_plain = secret_access_key.expose().iter().all(u8::is_ascii_graphic);
        if !SECRET_ACCESS_KEY_LENGTH.contains(&secret_access_key.len()) || !is_plain {
            return Err(format!(
                "{ROOT_SECRET_ACCESS_KEY}: expected 16 to 128 printable characters without spaces; AWS's own have 40"
            ));
        }
        Ok(Self { access_key_id, secret_access_key })
    }
}

impl std::fmt::Debug for RootAccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RootAccessKey").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

#[expect(clippy::expect_used, reason = "the text is a literal that a test parses")]
fn first_account() -> AccountId {
    AccountId::parse("123456789012").expect("twelve digits")
}

#[expect(clippy::expect_used, reason = "the text is a literal that a test parses")]
fn default_region() -> Region {
    Region::parse("us-east-1").expect("a region code")
}
