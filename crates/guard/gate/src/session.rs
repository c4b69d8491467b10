//! Temporary credentials: what they say of their holder, sealed into the token that he carries.
//!
//! Nothing of a session is stored. The token holds its claims and its secret access key under the server's session key,
//! bound to the access key id, so that id, token and signature must agree. What the principal may do is read anew from
//! its account at every request; only what the session was begun with is frozen in the token.

use base64::{Engine, engine::general_purpose::STANDARD};
use contract::Tag;
use seal::{KeyMaterial, OpenError, SealError, open_token, seal_token};
use serde::{Deserialize, Serialize};
use terms::{AccountId, Entropy, SecretBytes, Timestamp};
use zeroize::Zeroizing;

use crate::access_key::{AccessKeyPrefix, new_access_key};

/// Raised when the claims change their form: tokens of another form are refused.
const FORM: u8 = 1;
/// A header may be so long; SDKs send no longer one.
const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// What a session was begun with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionClaims {
    pub account: String,
    pub holder: SessionHolder,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    pub restrictions: Restrictions,
    pub source_identity: Option<String>,
    /// When its holder showed a one-time code.
    pub mfa_at: Option<Timestamp>,
    /// Begun with temporary credentials.
    pub is_chained: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionHolder {
    /// GetSessionToken by the account's root user.
    Root,
    /// GetSessionToken by the user with this id.
    User { id: String },
    /// AssumeRole.
    Role { id: String, session_name: String },
    /// GetFederationToken by the user with this id, or by the root user.
    FederatedUser { name: String, user: Option<String> },
}

/// What narrows and describes a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restrictions {
    pub policy: Option<String>,
    pub policy_arns: Vec<String>,
    pub tags: Vec<Tag>,
    /// Keys of those tags that the next session of a chain inherits.
    pub transitive_tag_keys: Vec<String>,
}

/// Temporary credentials as they are handed out.
#[derive(Debug)]
pub struct SessionCredentials {
    pub access_key_id: String,
    pub secret_access_key: SecretBytes,
    pub session_token: SecretBytes,
    pub expires_at: Timestamp,
}

/// The key under which session tokens are sealed.
pub struct SessionKey(KeyMaterial);

/// A token's content: the claims and the secret access key.
pub(crate) struct OpenedToken {
    pub(crate) claims: SessionClaims,
    pub(crate) secret_access_key: SecretBytes,
}

impl SessionKey {
    pub fn new(key: KeyMaterial) -> Self {
        Self(key)
    }

    /// Makes credentials with these claims. Whoever calls has authorised the session.
    pub fn issue(&self, claims: &SessionClaims, entropy: &dyn Entropy) -> Result<SessionCredentials, SealError> {
        let account = AccountId::parse(&claims.account).map_err(|_| SealError)?;
        let new = new_access_key(AccessKeyPrefix::Temporary, account, entropy);
        // One byte of form, forty of the secret, then the claims.
        let mut content = Zeroizing::new(vec![FORM]);
        content.extend_from_slice(new.secret_access_key.expose());
        serde_json::to_writer(&mut *content, claims).map_err(|_| SealError)?;
        let sealed = seal_token(&self.0, new.access_key_id.as_bytes(), &content, entropy)?;
        let session_token = SecretBytes::copy_of(STANDARD.encode(sealed).as_bytes());
        Ok(SessionCredentials {
            access_key_id: new.access_key_id,
            secret_access_key: new.secret_access_key,
            session_token,
            expires_at: claims.expires_at,
        })
    }

    pub(crate) fn open(&self, access_key_id: &str, token: &str) -> Result<OpenedToken, OpenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(OpenError);
        }
        let sealed = STANDARD.decode(token).map_err(|_| OpenError)?;
        let content = open_token(&self.0, access_key_id.as_bytes(), &sealed)?;
        let (form, rest) = content.expose().split_first().ok_or(OpenError)?;
        let (secret, claims) = rest.split_at_checked(SECRET_ACCESS_KEY_CHARS).ok_or(OpenError)?;
        if *form != FORM {
            return Err(OpenError);
        }
        let claims = serde_json::from_slice(claims).map_err(|_| OpenError)?;
        Ok(OpenedToken { claims, secret_access_key: SecretBytes::copy_of(secret) })
    }
}

const SECRET_ACCESS_KEY_CHARS: usize = 40;
