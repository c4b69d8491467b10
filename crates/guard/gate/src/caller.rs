//! Whoever signed the request.

use std::sync::Arc;

use policy::Principal;
use terms::{AccountId, Region, Scope};

use crate::credentials::CredentialCard;

/// An authenticated principal, calling in a region. Only this crate makes one.
#[derive(Clone)]
pub struct Caller {
    card: Arc<CredentialCard>,
    region: Region,
}

impl Caller {
    pub(crate) fn new(card: Arc<CredentialCard>, region: Region) -> Self {
        Self { card, region }
    }

    pub fn account(&self) -> AccountId {
        self.card.account
    }

    /// The caller's account in the region that the credential scope names.
    pub fn scope(&self) -> Scope {
        Scope { account: self.card.account, region: self.region }
    }

    pub fn principal(&self) -> &Principal {
        &self.card.principal
    }

    pub fn access_key_id(&self) -> &str {
        &self.card.access_key_id
    }

    /// The trail's `userIdentity`, a JSON object.
    pub fn identity_json(&self) -> &str {
        &self.card.identity_json
    }
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Caller({} in {})", self.card.principal, self.region)
    }
}
