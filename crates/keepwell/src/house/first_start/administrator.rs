//! The user whose key `keepwell env` hands out. The root user is for emergencies.

use std::collections::BTreeMap;

use anyhow::Context;
use contract::{Change, CredentialRecord, Entity, IdentityChange, Reads, UserRecord};
use gate::{UniqueIdPrefix, new_unique_id};
use terms::AccountId;
use trail::Subject;

use super::{CREATE_ACCOUNT, Founding};
use crate::client_files::{self, Credentials, Profile};

const NAME: &str = "administrator";
const ADMINISTRATOR_ACCESS: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// The user, and the key that it begins with.
pub(super) struct NewAdministrator {
    pub(super) access_key: Credentials,
    user: UserRecord,
    credential: CredentialRecord,
}

impl NewAdministrator {
    pub(super) fn draw(founding: &Founding<'_>, account: AccountId) -> anyhow::Result<Self> {
        let id = new_unique_id(UniqueIdPrefix::User, founding.entropy);
        let access_key = founding.new_access_key(account);
        let credential = founding.credential(account, Some(&id), &access_key)?;
        let user = UserRecord {
            id,
            name: NAME.to_owned(),
            path: "/".to_owned(),
            arn: format!("arn:aws:iam::{account}:user/{NAME}"),
            created_at: founding.clock.now(),
            tags: Vec::new(),
            boundary: None,
            inline: BTreeMap::new(),
            attached: vec![ADMINISTRATOR_ACCESS.to_owned()],
            login_profile: None,
        };
        Ok(Self { access_key, user, credential })
    }

    pub(super) fn put_into(&self, change: IdentityChange) -> IdentityChange {
        change.put(Entity::User(self.user.clone())).put(Entity::AccessKey(self.credential.clone()))
    }
}

impl Founding<'_> {
    /// A store from before there were users gets its administrator. One that somebody deleted stays deleted.
    pub(super) async fn make_missing_administrator(&self, account: AccountId) -> anyhow::Result<()> {
        let identities = self.store.identities(account).await?.context("the first account is closed")?;
        if identities.revision > 0 || identities.users().next().is_some() {
            return Ok(());
        }
        let administrator = NewAdministrator::draw(self, account)?;
        let change = administrator.put_into(identities.change());
        let subject = Subject::identities_changed(&change);
        let commit = self.commit(account, CREATE_ACCOUNT)?.change(Change::Identity(change))?;
        // What was handed out until now is the root user's.
        let data_dir = &self.config.data.data_dir;
        if let Some(root) = client_files::find_credentials(data_dir, Profile::Administrator)? {
            self.hand_out(Profile::Root, &root)?;
        }
        self.hand_out(Profile::Administrator, &administrator.access_key)?;
        self.record(commit, account, "CreateUser", subject).await
    }
}
