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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use proptest::prelude::*;

    use super::*;

    struct Scrambled(AtomicU64);

    impl Entropy for Scrambled {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                let number = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
                let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                *byte = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb).to_be_bytes()[0];
            }
        }
    }

    fn entropy(seed: u64) -> Scrambled {
        Scrambled(AtomicU64::new(seed))
    }

    fn key(seed: u64) -> SessionKey {
        SessionKey::new(KeyMaterial::generate(&entropy(seed)))
    }

    fn holders() -> impl Strategy<Value = SessionHolder> {
        prop_oneof![
            Just(SessionHolder::Root),
            "AIDA[A-Z0-9]{17}".prop_map(|id| SessionHolder::User { id }),
            ("AROA[A-Z0-9]{17}", "[a-zA-Z0-9=,.@-]{2,64}")
                .prop_map(|(id, session_name)| SessionHolder::Role { id, session_name }),
            ("[a-z]{2,32}", prop::option::of("AIDA[A-Z0-9]{17}"))
                .prop_map(|(name, user)| SessionHolder::FederatedUser { name, user }),
        ]
    }

    prop_compose! {
        fn claims()(
            holder in holders(),
            times in (any::<i32>(), any::<i32>(), prop::option::of(any::<i32>())),
            policy in prop::option::of(".{0,200}"),
            policy_arns in prop::collection::vec("arn:[a-z/]{1,40}", 0..4),
            tags in prop::collection::vec((".{1,20}", ".{0,20}"), 0..5),
            source_identity in prop::option::of("[a-z]{2,20}"),
            is_chained in any::<bool>(),
        ) -> SessionClaims {
            let at = |millis| Timestamp::from_millis(i64::from(millis));
            let tags: Vec<Tag> = tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
            let transitive_tag_keys = tags.iter().step_by(2).map(|tag| tag.key.clone()).collect();
            SessionClaims {
                account: "111122223333".to_owned(),
                holder,
                issued_at: at(times.0),
                expires_at: at(times.1),
                restrictions: Restrictions { policy, policy_arns, tags, transitive_tag_keys },
                source_identity,
                mfa_at: times.2.map(at),
                is_chained,
            }
        }
    }

    fn text(token: &SecretBytes) -> String {
        String::from_utf8(token.expose().to_vec()).unwrap()
    }

    proptest! {
        #[test]
        fn a_token_tells_what_its_session_was_begun_with(claims in claims(), seed in any::<u64>()) {
            let credentials = key(1).issue(&claims, &entropy(seed)).unwrap();
            let opened = key(1).open(&credentials.access_key_id, &text(&credentials.session_token)).unwrap();
            prop_assert_eq!(opened.claims, claims);
            prop_assert!(opened.secret_access_key == credentials.secret_access_key);
            prop_assert!(credentials.access_key_id.starts_with("ASIA"));
        }

        #[test]
        fn a_token_with_any_byte_changed_never_opens(
            claims in claims(),
            place in any::<prop::sample::Index>(),
            change in 1_u8..,
        ) {
            let credentials = key(1).issue(&claims, &entropy(7)).unwrap();
            // Of what is sealed, and of the text that carries it.
            let mut sealed = STANDARD.decode(credentials.session_token.expose()).unwrap();
            let changed = place.index(sealed.len());
            sealed[changed] ^= change;
            prop_assert!(key(1).open(&credentials.access_key_id, &STANDARD.encode(sealed)).is_err());
            let mut letters = credentials.session_token.expose().to_vec();
            let changed = place.index(letters.len());
            letters[changed] = letters[changed].wrapping_add(change);
            let is_other = letters != credentials.session_token.expose();
            if let (true, Ok(letters)) = (is_other, String::from_utf8(letters)) {
                prop_assert!(key(1).open(&credentials.access_key_id, &letters).is_err());
            }
        }

        #[test]
        fn a_token_opens_under_its_own_access_key_id_and_session_key_only(claims in claims(), seed in any::<u64>()) {
            let entropy = entropy(seed);
            let [one, two] = [0, 1].map(|_| key(1).issue(&claims, &entropy).unwrap());
            prop_assert_ne!(&one.access_key_id, &two.access_key_id);
            prop_assert!(key(1).open(&two.access_key_id, &text(&one.session_token)).is_err());
            prop_assert!(key(1).open(&one.access_key_id.to_lowercase(), &text(&one.session_token)).is_err());
            prop_assert!(key(2).open(&one.access_key_id, &text(&one.session_token)).is_err());
        }

        #[test]
        fn what_was_not_sealed_does_not_open(token in "[A-Za-z0-9+/=]{0,300}") {
            prop_assert!(key(1).open("ASIAEXAMPLEEXAMPLE12", &token).is_err());
        }
    }

    #[test]
    fn a_token_of_another_form_does_not_open() {
        let material = || KeyMaterial::generate(&entropy(1));
        for form in [0, FORM + 1] {
            let mut content = vec![form];
            content.extend_from_slice(&[b'x'; SECRET_ACCESS_KEY_CHARS]);
            content.extend_from_slice(b"{}");
            let sealed = seal_token(&material(), b"ASIA1", &content, &entropy(2)).unwrap();
            assert!(SessionKey::new(material()).open("ASIA1", &STANDARD.encode(sealed)).is_err());
        }
    }
}
