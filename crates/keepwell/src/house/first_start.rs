//! What the first start makes: the account, its root access key, and a managed key for each region. A later start makes
//! what is missing since, such as the key of a region that was added.

use anyhow::Context;
use contract::{AccountRecord, Change, Commit, CredentialRecord, CredentialStatus, Entity, Identities, Reads};
use gate::{AccessKeyPrefix, Gate, NewAccessKey, new_access_key, open_secret_access_key, seal_secret_access_key};
use kms::Keyring;
use policy::Action;
use sqlite::SqliteStore;
use terms::{AccountId, Clock, Entropy, EventId, Region, RequestId, Scope};
use trail::{Recorder, ServiceEvent, Subject};

use super::open::Keys;
use crate::{
    client_files::{self, Credentials},
    config::{Config, RootAccessKey},
};

const CREATE_ACCOUNT: Action = Action::new("keepwell:CreateAccount");
/// Accounts that come later are named by whoever makes them.
const FIRST_ACCOUNT: &str = "first account";
const CREATE_KEY: Action = Action::new("kms:CreateKey");

pub(super) struct Founding<'a> {
    pub(super) config: &'a Config,
    pub(super) keys: &'a Keys,
    pub(super) store: &'a SqliteStore,
    pub(super) recorder: &'a Recorder,
    pub(super) gate: &'a Gate,
    pub(super) clock: &'a dyn Clock,
    pub(super) entropy: &'a dyn Entropy,
}

pub(super) async fn complete(founding: &Founding<'_>) -> anyhow::Result<()> {
    let accounts = founding.store.accounts().await?;
    let account = match accounts.into_iter().next() {
        Some(account) => {
            let configured = founding.config.account.account_id;
            anyhow::ensure!(
                account.id == configured,
                "the store holds account {}, and account_id is {configured}: an account's id cannot change",
                account.id
            );
            founding.keep_chosen_access_key(account.id).await?;
            account
        }
        None => founding.make_account().await?,
    };
    founding.make_missing_keys(&account).await
}

impl Founding<'_> {
    async fn make_account(&self) -> anyhow::Result<AccountRecord> {
        let id = self.config.account.account_id;
        let account = Keyring::new_account(&self.keys.root, id, FIRST_ACCOUNT, self.clock.now(), self.entropy)?;
        let access_key = match &self.config.root_access_key {
            Some(chosen) => chosen.clone(),
            None => {
                let NewAccessKey { access_key_id, secret_access_key } =
                    new_access_key(AccessKeyPrefix::LongTerm, id, self.entropy);
                RootAccessKey { access_key_id, secret_access_key }
            }
        };
        let credential = self.credential(id, &access_key)?;
        let commit = self.commit(id, CREATE_ACCOUNT)?;
        let identities = Identities::empty(id, 0).change().put(Entity::AccessKey(credential));
        let subject = Subject::identities_changed(&identities);
        let commit = commit.change(Change::Account(account.clone()))?.change(Change::Identity(identities))?;
        self.record(commit, id, "CreateAccount", subject).await?;
        self.hand_out(&access_key)?;
        Ok(account)
    }

    /// An access key from the environment is the account's, also when it was changed since the last start.
    async fn keep_chosen_access_key(&self, account: AccountId) -> anyhow::Result<()> {
        let Some(chosen) = &self.config.root_access_key else { return Ok(()) };
        if let Some(held) = self.store.credential(&chosen.access_key_id).await? {
            let secret = open_secret_access_key(&self.keys.credentials, &held).ok();
            if held.account == account && secret.as_ref() == Some(&chosen.secret_access_key) {
                return Ok(());
            }
        }
        let credential = self.credential(account, chosen)?;
        let commit = self.commit(account, CREATE_ACCOUNT)?;
        let identities = self.store.identities(account).await?.context("the account is closed")?;
        let change = identities.change().put(Entity::AccessKey(credential));
        let subject = Subject::identities_changed(&change);
        let commit = commit.change(Change::Identity(change))?;
        self.record(commit, account, "CreateAccessKey", subject).await?;
        self.hand_out(chosen)
    }

    async fn make_missing_keys(&self, account: &AccountRecord) -> anyhow::Result<()> {
        let keys = self.store.keys().await?;
        for region in &self.config.account.regions {
            let scope = Scope { account: account.id, region: *region };
            if keys.iter().any(|key| key.scope == scope) {
                continue;
            }
            let key = Keyring::new_managed_key(&self.keys.root, account, scope, self.clock.now(), self.entropy)?;
            let commit = self.commit(account.id, CREATE_KEY)?;
            let commit = commit.change(Change::Key(key))?;
            self.record_in(commit, scope, "kms.amazonaws.com", "CreateKey", None).await?;
        }
        Ok(())
    }

    fn credential(&self, account: AccountId, key: &RootAccessKey) -> anyhow::Result<CredentialRecord> {
        let RootAccessKey { access_key_id, secret_access_key } = key;
        let sealed_secret =
            seal_secret_access_key(&self.keys.credentials, access_key_id, account, secret_access_key, self.entropy)?;
        Ok(CredentialRecord {
            access_key_id: access_key_id.clone(),
            account,
            user: None,
            created_at: self.clock.now(),
            status: CredentialStatus::Active,
            sealed_secret,
        })
    }

    fn commit(&self, account: AccountId, action: Action) -> anyhow::Result<Commit> {
        let request = RequestId::random(self.entropy);
        Ok(Commit::under(self.gate.authorize_account(account, action, request)?))
    }

    async fn record(&self, commit: Commit, account: AccountId, name: &str, subject: Subject) -> anyhow::Result<()> {
        let scope = Scope { account, region: self.first_region() };
        self.record_in(commit, scope, "keepwell.amazonaws.com", name, Some(subject)).await
    }

    async fn record_in(
        &self,
        commit: Commit,
        scope: Scope,
        source: &'static str,
        name: &str,
        subject: Option<Subject>,
    ) -> anyhow::Result<()> {
        let event = ServiceEvent {
            event: EventId::random(self.entropy),
            at: self.clock.now(),
            account: scope.account,
            region: scope.region,
            source,
            name,
            data: None,
        };
        self.recorder.commit_service_event(commit, &event, subject).await.with_context(|| format!("{name} failed"))
    }

    fn first_region(&self) -> Region {
        self.config.account.first_region()
    }

    /// Where `keepwell env` finds it.
    fn hand_out(&self, key: &RootAccessKey) -> anyhow::Result<()> {
        let RootAccessKey { access_key_id, secret_access_key } = key.clone();
        client_files::write_credentials(&self.config.data.data_dir, &Credentials { access_key_id, secret_access_key })
    }
}
