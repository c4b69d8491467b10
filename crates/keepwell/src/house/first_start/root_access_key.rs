//! The root user's access key: made at the first start, or the one that the operator chooses at any start.

use anyhow::Context;
use contract::{Change, CredentialStatus, Entity, EntityKind, Reads};
use gate::open_secret_access_key;
use terms::AccountId;
use trail::Subject;

use super::{CREATE_ACCOUNT, Founding};
use crate::client_files::{Credentials, Profile};

impl Founding<'_> {
    pub(super) fn root_access_key(&self, account: AccountId) -> Credentials {
        self.chosen_root_access_key().unwrap_or_else(|| self.new_access_key(account))
    }

    /// An access key from the environment is the root user's only one, also when it was changed since the last start: a
    /// key that was replaced because somebody saw it opens nothing any more.
    pub(super) async fn keep_chosen_root_access_key(&self, account: AccountId) -> anyhow::Result<()> {
        let Some(chosen) = self.chosen_root_access_key() else { return Ok(()) };
        let identities = self.store.identities(account).await?.context("the first account is closed")?;
        let held = identities.access_keys_of(None);
        let is_chosen = |id: &str| id == chosen.access_key_id;
        let is_good = held.iter().any(|key| {
            let secret = open_secret_access_key(self.credentials_key, key).ok();
            is_chosen(&key.access_key_id)
                && key.status == CredentialStatus::Active
                && secret.as_ref() == Some(&chosen.secret_access_key)
        });
        let replaced: Vec<&str> = held.iter().map(|key| &*key.access_key_id).filter(|id| !is_chosen(id)).collect();
        if is_good && replaced.is_empty() {
            return Ok(());
        }
        let mut change = identities.change().put(Entity::AccessKey(self.credential(account, None, &chosen)?));
        for id in replaced {
            change = change.delete(EntityKind::AccessKey, id);
        }
        let subject = Subject::identities_changed(&change);
        let commit = self.commit(account, CREATE_ACCOUNT)?.change(Change::Identity(change))?;
        self.record(commit, account, "CreateAccessKey", subject).await?;
        self.hand_out(Profile::Root, &chosen)
    }

    fn chosen_root_access_key(&self) -> Option<Credentials> {
        let chosen = self.config.root_access_key.clone()?;
        Some(Credentials { access_key_id: chosen.access_key_id, secret_access_key: chosen.secret_access_key })
    }
}
