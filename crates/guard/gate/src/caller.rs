//! Whoever signed the request.

use std::sync::Arc;

use contract::{Identities, Note};
use policy::Principal;
use terms::{AccountId, Region, Scope, Timestamp};

use crate::{authenticate::Service, credentials::Seated, session::SessionClaims, standing::Standing};

/// An authenticated principal, calling in a region. Only this crate makes one.
#[derive(Clone)]
pub struct Caller {
    seated: Seated,
    region: Region,
}

impl Caller {
    pub(crate) fn new(seated: Seated, region: Region) -> Self {
        Self { seated, region }
    }

    pub fn account(&self) -> AccountId {
        self.seated.card.account
    }

    pub fn region(&self) -> Region {
        self.region
    }

    /// The caller's account in the region that the credential scope names.
    pub fn scope(&self) -> Scope {
        Scope { account: self.seated.card.account, region: self.region }
    }

    pub fn principal(&self) -> &Principal {
        &self.seated.seat.standing.principal
    }

    /// What governs the caller.
    pub fn standing(&self) -> &Arc<Standing> {
        &self.seated.seat.standing
    }

    /// The IAM of the caller's account, as of this request.
    pub fn identities(&self) -> &Arc<Identities> {
        &self.seated.identities
    }

    /// What the caller's temporary credentials say. None for a long-term access key.
    pub fn session(&self) -> Option<&SessionClaims> {
        self.seated.card.claims.as_ref()
    }

    pub fn access_key_id(&self) -> &str {
        &self.seated.card.access_key_id
    }

    /// The trail's `userIdentity`, a JSON object.
    pub fn identity_json(&self) -> &str {
        &self.seated.seat.identity_json
    }

    /// What should be noted of this use, unless it was lately.
    pub fn use_to_note(&self, service: Service, at: Timestamp) -> Option<Note> {
        self.seated.card.use_to_note(service, self.region, at)
    }
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Caller({} in {})", self.principal(), self.region)
    }
}
