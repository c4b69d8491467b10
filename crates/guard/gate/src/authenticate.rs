//! From a signed request to a caller.

use std::{cell::RefCell, sync::Arc, time::Duration};

use contract::{Reads, StoreError};
use seal::KeyMaterial;
use sigv4::{PresentedSignature, ReceivedRequest, Scratch, SignatureError};
use terms::{Region, Timestamp};

use crate::{Caller, credentials::Credentials, security_log::SecurityLog};

/// A service as signatures name it, and how old a signature for it may be.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    pub signing_name: &'static str,
    pub window: Duration,
}

impl Service {
    pub const SECRETS_MANAGER: Self = Self { signing_name: "secretsmanager", window: Duration::from_secs(300) };
}

/// Verifies signatures. Everything it refuses is counted and told to the security log; nothing of it reaches the
/// trail, which anybody could fill otherwise.
pub struct Authenticator {
    credentials: Credentials,
    regions: Vec<Region>,
    refusals: SecurityLog,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum AuthenticationError {
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The key is unknown or inactive, or came with a session token that is none of its.
    #[error("The security token included in the request is invalid.")]
    UnknownKey,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Authenticator {
    /// `key` opens the secret access keys in the store.
    pub fn new(store: Arc<dyn Reads>, key: KeyMaterial, regions: Vec<Region>) -> Self {
        Self { credentials: Credentials::new(store, key), regions, refusals: SecurityLog::default() }
    }

    /// Checks in the order in which AWS reports: form, time, scope, key, signature.
    pub async fn authenticate(
        &self,
        request: &ReceivedRequest<'_>,
        body: &[u8],
        service: Service,
        now: Timestamp,
    ) -> Result<Caller, AuthenticationError> {
        let outcome = self.check(request, body, service, now).await;
        if let Err(refusal) = &outcome {
            self.refusals.tell(refusal, now);
        }
        outcome
    }

    async fn check(
        &self,
        request: &ReceivedRequest<'_>,
        body: &[u8],
        service: Service,
        now: Timestamp,
    ) -> Result<Caller, AuthenticationError> {
        let presented = PresentedSignature::parse(request)?;
        presented.check_time(instant(now), service.window)?;
        presented.check_scope(|region| self.region(region).is_some(), service.signing_name)?;
        let region = self.region(&presented.scope().region).ok_or(AuthenticationError::UnknownKey)?;
        if presented.session_token().is_some() {
            // Sessions have not arrived: no token can be right.
            return Err(AuthenticationError::UnknownKey);
        }
        let card = self.credentials.find(presented.access_key_id()).await?.ok_or(AuthenticationError::UnknownKey)?;
        let key = card.signing_key(presented.scope());
        SCRATCH.with_borrow_mut(|scratch| presented.verify(request, body, &key, scratch))?;
        Ok(Caller::new(card, region))
    }

    fn region(&self, name: &str) -> Option<Region> {
        self.regions.iter().find(|region| region.as_str() == name).copied()
    }
}

thread_local! {
    /// Canonical requests are written here, so that verifying allocates nothing.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

fn instant(now: Timestamp) -> jiff::Timestamp {
    // Every clock shows a time within jiff's ten millennia; one that does not makes every signature expire.
    jiff::Timestamp::from_millisecond(now.as_millis()).unwrap_or(jiff::Timestamp::MAX)
}
