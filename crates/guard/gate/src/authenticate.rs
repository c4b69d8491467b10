//! From a signed request to a caller.

use std::{cell::RefCell, sync::Arc, time::Duration};

use contract::{Reads, StoreError};
use seal::KeyMaterial;
use sigv4::{PresentedSignature, ReceivedRequest, Scratch, SignatureError};
use terms::{Region, Timestamp};

use crate::{Caller, credentials::Credentials, security_log::SecurityLog, session::SessionKey};

/// A service as signatures name it, and how old a signature for it may be.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    pub signing_name: &'static str,
    pub window: Duration,
    /// Its calls happen in the home region, whichever the signature names.
    is_global: bool,
    /// Signatures may name the home region, also where this server does not serve it.
    has_global_endpoint: bool,
    pub(crate) number: u8,
}

impl Service {
    pub const SECRETS_MANAGER: Self = Self::regional(1, "secretsmanager", 300);
    pub const IAM: Self = Self { is_global: true, has_global_endpoint: true, ..Self::regional(2, "iam", 900) };
    /// Each region has an endpoint; the global one signs for us-east-1.
    pub const STS: Self = Self { has_global_endpoint: true, ..Self::regional(3, "sts", 900) };
    pub const KEEPWELL: Self = Self::regional(4, "keepwell", 300);
    pub const KMS: Self = Self::regional(5, "kms", 300);
    pub const LAMBDA: Self = Self::regional(6, "lambda", 300);
    pub const LOGS: Self = Self::regional(7, "logs", 300);
    /// What global services did is looked up in their home region.
    pub const CLOUDTRAIL: Self = Self { has_global_endpoint: true, ..Self::regional(8, "cloudtrail", 300) };

    const fn regional(number: u8, signing_name: &'static str, window_seconds: u64) -> Self {
        let window = Duration::from_secs(window_seconds);
        Self { signing_name, window, is_global: false, has_global_endpoint: false, number }
    }
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
    #[error("The security token included in the request is expired")]
    ExpiredToken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Authenticator {
    /// `key` opens the secret access keys in the store, `sessions` the tokens of temporary credentials.
    pub fn new(store: Arc<dyn Reads>, key: KeyMaterial, sessions: Arc<SessionKey>, regions: Vec<Region>) -> Self {
        Self { credentials: Credentials::new(store, key, sessions), regions, refusals: SecurityLog::default() }
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
        presented.check_scope(|region| self.region(region, service).is_some(), service.signing_name)?;
        let region = self.region(&presented.scope().region, service).ok_or(AuthenticationError::UnknownKey)?;
        let found = self.credentials.find(presented.access_key_id(), presented.session_token()).await?;
        let seated = found.ok_or(AuthenticationError::UnknownKey)?;
        let key = seated.card.signing_key(presented.scope());
        SCRATCH.with_borrow_mut(|scratch| presented.verify(request, body, &key, scratch))?;
        // Only whoever holds the secret learns that its time is over.
        if seated.card.claims.as_ref().is_some_and(|claims| claims.expires_at <= now) {
            return Err(AuthenticationError::ExpiredToken);
        }
        Ok(Caller::new(seated, region))
    }

    /// Where the call happens. SDKs sign for a global service with its home region, and some with their own.
    fn region(&self, name: &str, service: Service) -> Option<Region> {
        let served = self.regions.iter().find(|region| region.as_str() == name).copied();
        let home = || Region::parse(HOME_REGION).ok().filter(|_| service.has_global_endpoint);
        let named = served.or_else(|| home().filter(|_| name == HOME_REGION));
        if service.is_global { named.and_then(|_| home()) } else { named }
    }
}

/// The home of the global services.
const HOME_REGION: &str = "us-east-1";

thread_local! {
    /// Canonical requests are written here, so that verifying allocates nothing.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

fn instant(now: Timestamp) -> jiff::Timestamp {
    // Every clock shows a time within jiff's ten millennia; one that does not makes every signature expire.
    jiff::Timestamp::from_millisecond(now.as_millis()).unwrap_or(jiff::Timestamp::MAX)
}
