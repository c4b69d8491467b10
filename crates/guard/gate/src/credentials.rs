//! Access keys in memory: what a signature is checked with, and whom it stands for.

use std::sync::{
    Arc, Weak,
    atomic::{AtomicU64, Ordering},
};

use contract::{CredentialRecord, CredentialStatus, Identities, LastUse, Note, Reads, StoreError, UnreadablePolicy};
use parking_lot::RwLock;
use quick_cache::sync::Cache;
use seal::{KeyMaterial, OpenError, SealError, open_token, seal_token};
use sigv4::{CredentialScope, SigningKey};
use terms::{AccountId, Entropy, Region, SecretBytes, Timestamp};

use crate::{
    authenticate::Service,
    session::{SessionClaims, SessionCredentials, SessionHolder, SessionKey},
    standing::Standing,
    user_identity::user_identity,
};

/// Days, regions and services that one key keeps signing keys for.
const SIGNING_KEYS_MAX: usize = 64;
/// Access keys in memory. One that was dropped is opened again when it comes back.
const CARDS_MAX: usize = 65_536;
/// A use is noted once in this time for each service.
const USE_WINDOW_MS: i64 = 300_000;

/// An access key, with everything that verifying and recording its calls needs.
pub(crate) struct CredentialCard {
    pub(crate) access_key_id: String,
    pub(crate) account: AccountId,
    /// Of temporary credentials.
    pub(crate) claims: Option<SessionClaims>,
    token: Option<SecretBytes>,
    secret_access_key: SecretBytes,
    /// As it lies in the store: another one means another secret.
    sealed_secret: Vec<u8>,
    /// The newest last. Deriving one costs more than verifying a whole request.
    signing_keys: RwLock<Vec<DerivedKey>>,
    seat: RwLock<Option<Arc<Seat>>>,
    noted_use: AtomicU64,
}

/// Whom a credential stands for, as of one state of its account's IAM.
pub(crate) struct Seat {
    /// The state. It is compared and not held: a card that nobody uses any more must not keep what the account was.
    /// While this is here its address is no other state's.
    identities: Weak<Identities>,
    pub(crate) standing: Arc<Standing>,
    pub(crate) identity_json: String,
}

/// A credential that is good, and what it is good in.
#[derive(Clone)]
pub(crate) struct Seated {
    pub(crate) card: Arc<CredentialCard>,
    pub(crate) seat: Arc<Seat>,
    pub(crate) identities: Arc<Identities>,
}

struct DerivedKey {
    date: String,
    region: String,
    service: String,
    key: Arc<SigningKey>,
}

/// The cards of access keys that were used lately. A card is as good as the state of IAM that its seat was built from,
/// which every use compares.
pub(crate) struct Credentials {
    store: Arc<dyn Reads>,
    key: KeyMaterial,
    sessions: Arc<SessionKey>,
    cards: Cache<String, Arc<CredentialCard>>,
}

impl Credentials {
    pub(crate) fn new(store: Arc<dyn Reads>, key: KeyMaterial, sessions: Arc<SessionKey>) -> Self {
        Self { store, key, sessions, cards: Cache::new(CARDS_MAX) }
    }

    /// The card of an active key with its seat, and the state that the seat is of. None for one that is unknown,
    /// inactive, of a principal that is gone, or that cannot be opened: all of these look alike to callers.
    pub(crate) async fn find(&self, access_key_id: &str, token: Option<&str>) -> Result<Option<Seated>, StoreError> {
        let Some(card) = self.card(access_key_id, token).await? else { return Ok(None) };
        if let Some(identities) = self.store.identities(card.account).await?
            && let Some(seat) = card.seat(&identities)?
        {
            return Ok(Some(Seated { card, seat, identities }));
        }
        self.cards.remove(access_key_id);
        Ok(None)
    }

    async fn card(&self, access_key_id: &str, token: Option<&str>) -> Result<Option<Arc<CredentialCard>>, StoreError> {
        if let Some(card) = self.cards.get(access_key_id)
            && card.has_token(token)
        {
            return Ok(Some(card));
        }
        if !could_be_access_key_id(access_key_id) {
            return Ok(None);
        }
        let opened = match token {
            Some(token) => CredentialCard::open_session(&self.sessions, access_key_id, token),
            None => match self.store.credential(access_key_id).await? {
                Some(record) => CredentialCard::open(&record, &self.key).inspect_err(|OpenError| {
                    tracing::error!(target: "keepwell::security", access_key_id, "a stored access key cannot be opened");
                }),
                None => return Ok(None),
            },
        };
        let Ok(card) = opened.map(Arc::new) else { return Ok(None) };
        self.cards.insert(access_key_id.to_owned(), Arc::clone(&card));
        Ok(Some(card))
    }
}

/// Spares the store what no access key looks like.
fn could_be_access_key_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl CredentialCard {
    fn open(record: &CredentialRecord, key: &KeyMaterial) -> Result<Self, OpenError> {
        let secret_access_key = open_secret_access_key(key, record)?;
        let sealed_secret = record.sealed_secret.clone();
        Ok(Self::new(&record.access_key_id, record.account, secret_access_key, sealed_secret, None))
    }

    fn open_session(sessions: &SessionKey, access_key_id: &str, token: &str) -> Result<Self, OpenError> {
        let opened = sessions.open(access_key_id, token)?;
        let account = AccountId::parse(&opened.claims.account).map_err(|_| OpenError)?;
        let session = (opened.claims, SecretBytes::copy_of(token.as_bytes()));
        Ok(Self::new(access_key_id, account, opened.secret_access_key, Vec::new(), Some(session)))
    }

    /// Credentials that were issued a moment ago.
    pub(crate) fn of_session(credentials: &SessionCredentials, account: AccountId, claims: SessionClaims) -> Self {
        let SessionCredentials { access_key_id, secret_access_key, session_token, .. } = credentials;
        let session = (claims, session_token.clone());
        Self::new(access_key_id, account, secret_access_key.clone(), Vec::new(), Some(session))
    }

    /// A user's session, without anything to verify it with.
    #[cfg(test)]
    pub(crate) fn of_user(id: &str, account: AccountId) -> Self {
        let at = Timestamp::from_millis(0);
        let claims = SessionClaims {
            account: account.to_string(),
            holder: SessionHolder::User { id: id.to_owned() },
            issued_at: at,
            expires_at: at,
            restrictions: crate::Restrictions::default(),
            source_identity: None,
            mfa_at: None,
            is_chained: false,
        };
        let nothing = || SecretBytes::copy_of(b"");
        Self::new("ASIATEST", account, nothing(), Vec::new(), Some((claims, nothing())))
    }

    fn new(
        access_key_id: &str,
        account: AccountId,
        secret_access_key: SecretBytes,
        sealed_secret: Vec<u8>,
        session: Option<(SessionClaims, SecretBytes)>,
    ) -> Self {
        let (claims, token) = session.unzip();
        Self {
            access_key_id: access_key_id.to_owned(),
            account,
            claims,
            token,
            secret_access_key,
            sealed_secret,
            signing_keys: RwLock::default(),
            seat: RwLock::default(),
            noted_use: AtomicU64::new(0),
        }
    }

    /// Compared in constant time with the one that was opened, so that it need not be opened again.
    fn has_token(&self, presented: Option<&str>) -> bool {
        match (&self.token, presented) {
            (None, None) => true,
            (Some(held), Some(presented)) => held.is(presented.as_bytes()),
            _ => false,
        }
    }

    /// None when the credential is good no more.
    pub(crate) fn seat(&self, identities: &Arc<Identities>) -> Result<Option<Arc<Seat>>, StoreError> {
        let held = self.seat.read().clone();
        if let Some(seat) = held.filter(|seat| seat.is_of(identities)) {
            return Ok(Some(seat));
        }
        let Some(standing) = self.standing(identities)? else { return Ok(None) };
        let identity_json = user_identity(&standing.principal, self.account, &self.access_key_id, self.claims.as_ref());
        let (identities, standing) = (Arc::downgrade(identities), Arc::new(standing));
        let seat = Arc::new(Seat { identities, standing, identity_json });
        *self.seat.write() = Some(Arc::clone(&seat));
        Ok(Some(seat))
    }

    fn standing(&self, identities: &Identities) -> Result<Option<Standing>, UnreadablePolicy> {
        let Some(claims) = &self.claims else { return self.long_term_standing(identities) };
        match &claims.holder {
            SessionHolder::Root => Ok(Some(Standing::of_root(identities))),
            SessionHolder::User { id } => {
                identities.user_by_id(id).map(|user| Standing::of_user(identities, user)).transpose()
            }
            SessionHolder::Role { id, session_name } => identities
                .role_by_id(id)
                .map(|role| Standing::of_role_session(identities, role, session_name, &claims.restrictions))
                .transpose(),
            SessionHolder::FederatedUser { name, user: None } => {
                Standing::of_federated_user(identities, None, name, &claims.restrictions).map(Some)
            }
            SessionHolder::FederatedUser { name, user: Some(id) } => identities
                .user_by_id(id)
                .map(|user| Standing::of_federated_user(identities, Some(user), name, &claims.restrictions))
                .transpose(),
        }
    }

    fn long_term_standing(&self, identities: &Identities) -> Result<Option<Standing>, UnreadablePolicy> {
        let held = identities.access_key(&self.access_key_id);
        let is_good = |key: &&Arc<CredentialRecord>| {
            key.status == CredentialStatus::Active && key.sealed_secret == self.sealed_secret
        };
        let Some(key) = held.filter(is_good) else { return Ok(None) };
        match &key.user {
            None => Ok(Some(Standing::of_root(identities))),
            Some(id) => identities.user_by_id(id).map(|user| Standing::of_user(identities, user)).transpose(),
        }
    }

    pub(crate) fn signing_key(&self, scope: &CredentialScope<'_>) -> Arc<SigningKey> {
        let (date, region, service) = (&*scope.date, &*scope.region, &*scope.service);
        let is_wanted = |held: &&DerivedKey| held.date == date && held.region == region && held.service == service;
        if let Some(held) = self.signing_keys.read().iter().rev().find(is_wanted) {
            return Arc::clone(&held.key);
        }
        let key = Arc::new(SigningKey::derive(self.secret_access_key.expose(), date, region, service));
        let mut keys = self.signing_keys.write();
        if keys.len() >= SIGNING_KEYS_MAX {
            keys.remove(0);
        }
        keys.push(DerivedKey {
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            key: Arc::clone(&key),
        });
        key
    }

    /// What should be noted of this use, if it has not been lately: the long-term key's, or the session's role's.
    pub(crate) fn use_to_note(&self, service: Service, region: Region, now: Timestamp) -> Option<Note> {
        let window = u64::try_from(now.as_millis().div_euclid(USE_WINDOW_MS)).unwrap_or_default();
        let mark = window.wrapping_shl(8) | u64::from(service.number);
        if self.noted_use.load(Ordering::Relaxed) == mark || self.noted_use.swap(mark, Ordering::Relaxed) == mark {
            return None;
        }
        let id = match self.claims.as_ref().map(|claims| &claims.holder) {
            None => self.access_key_id.clone(),
            Some(SessionHolder::Role { id, .. }) => id.clone(),
            Some(_) => return None,
        };
        let last_use = LastUse { at: now, region, service: service.signing_name.to_owned() };
        Some(Note::Used { id, last_use })
    }
}

impl Seat {
    fn is_of(&self, identities: &Arc<Identities>) -> bool {
        std::ptr::eq(self.identities.as_ptr(), Arc::as_ptr(identities))
    }
}

/// Seals a secret access key for the store, bound to its id and account.
pub fn seal_secret_access_key(
    key: &KeyMaterial,
    access_key_id: &str,
    account: AccountId,
    secret: &SecretBytes,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, SealError> {
    seal_token(key, &binding(access_key_id, account), secret.expose(), entropy)
}

pub fn open_secret_access_key(key: &KeyMaterial, record: &CredentialRecord) -> Result<SecretBytes, OpenError> {
    open_token(key, &binding(&record.access_key_id, record.account), &record.sealed_secret)
}

/// An account id has a fixed length, so the two cannot run into each other.
fn binding(access_key_id: &str, account: AccountId) -> Vec<u8> {
    format!("access key {account} {access_key_id}").into_bytes()
}
