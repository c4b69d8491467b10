//! What the first start makes: the account, its root access key, its administrator, and a managed key for each region. A
//! later start makes what is missing since, such as the key of a region that was added.

mod administrator;
mod root_access_key;

use anyhow::{Context, ensure};
use contract::{
    AccountRecord, AccountStatus, Change, Commit, CredentialRecord, CredentialStatus, DeploymentRecord, Entity,
    Identities, KeyChange, Reads,
};
use facades::{AccountKeys, NewManagedKey};
use gate::{AccessKeyPrefix, Gate, NewAccessKey, new_access_key, seal_secret_access_key};
use kms::Keyring;
use policy::Action;
use seal::KeyMaterial;
use sqlite::SqliteStore;
use terms::{AccountId, Clock, Entropy, EventId, Region, RequestId, Scope};
use trail::{Recorder, ServiceEvent, Subject};

use crate::{
    client_files::{self, Credentials, Profile},
    config::Config,
};
use administrator::NewAdministrator;

const CREATE_DEPLOYMENT: Action = Action::new("keepwell:CreateDeployment");
const CREATE_ACCOUNT: Action = Action::new("keepwell:CreateAccount");
/// Accounts that come later are named by whoever makes them.
const FIRST_ACCOUNT: &str = "first account";
const CREATE_KEY: Action = Action::new("kms:CreateKey");

pub(super) struct Founding<'a> {
    pub(super) config: &'a Config,
    /// The deployment's record, if this start has made its key.
    pub(super) new_deployment: Option<DeploymentRecord>,
    pub(super) credentials_key: &'a KeyMaterial,
    pub(super) keyring: &'a Keyring,
    pub(super) store: &'a SqliteStore,
    pub(super) recorder: &'a Recorder,
    pub(super) gate: &'a Gate,
    pub(super) clock: &'a dyn Clock,
    pub(super) entropy: &'a dyn Entropy,
}

pub(super) async fn complete(founding: &Founding<'_>) -> anyhow::Result<()> {
    founding.make_deployment().await?;
    let accounts = founding.store.accounts().await?;
    // The others are made through the first one, later.
    match accounts.iter().min_by_key(|account| (account.created_at, account.id)) {
        Some(first) => {
            let configured = founding.config.account.account_id;
            ensure!(
                first.id == configured,
                "the first account of the store is {}, and account_id is {configured}: it cannot change",
                first.id
            );
            founding.make_missing_administrator(first.id).await?;
            founding.keep_chosen_root_access_key(first.id).await?;
        }
        None => founding.make_account().await?,
    }
    founding.make_missing_keys().await
}

impl Founding<'_> {
    /// First of all: whatever is sealed from now on hangs from it.
    async fn make_deployment(&self) -> anyhow::Result<()> {
        let Some(deployment) = &self.new_deployment else { return Ok(()) };
        let account = self.config.account.account_id;
        let request = RequestId::random(self.entropy);
        let commit = Commit::under(self.gate.authorize_deployment(account, CREATE_DEPLOYMENT, request)?);
        let subject = Subject::deployment_changed(deployment);
        let commit = commit.change(Change::Deployment(deployment.clone()))?;
        self.record(commit, account, "CreateDeployment", subject).await
    }

    async fn make_account(&self) -> anyhow::Result<()> {
        let id = self.config.account.account_id;
        let account = self.keyring.make_account(id, FIRST_ACCOUNT, self.clock.now())?;
        let root_access_key = self.root_access_key(id);
        let administrator = NewAdministrator::draw(self, id)?;

        let identities = Identities::empty(id, 0).change();
        let identities = identities.put(Entity::AccessKey(self.credential(id, None, &root_access_key)?));
        let identities = administrator.put_into(identities);
        let subject = Subject::identities_changed(&identities);
        let commit = self.commit(id, CREATE_ACCOUNT)?;
        let commit = commit.change(Change::Account(account))?.change(Change::Identity(identities))?;
        // First: a key that nobody was given would open the account to nobody.
        self.hand_out(Profile::Root, &root_access_key)?;
        self.hand_out(Profile::Administrator, &administrator.access_key)?;
        self.record(commit, id, "CreateAccount", subject).await
    }

    /// For every account: a region that was added is everybody's.
    async fn make_missing_keys(&self) -> anyhow::Result<()> {
        let accounts = self.store.accounts().await?;
        for account in accounts.iter().filter(|account| account.status == AccountStatus::Active) {
            for region in &self.config.account.regions {
                let scope = Scope { account: account.id, region: *region };
                if self.store.key_by_alias(scope, kms::MANAGED_ALIAS).await?.is_none() {
                    self.make_key(account, scope).await?;
                }
            }
        }
        Ok(())
    }

    async fn make_key(&self, account: &AccountRecord, scope: Scope) -> anyhow::Result<()> {
        let NewManagedKey { key, jobs } = self.keyring.make_managed_key(account, scope, self.clock.now())?;
        let subject = Subject::key_changed(&key);
        let change = KeyChange::Create { after: key };
        let commit = self.commit(account.id, CREATE_KEY)?.change(Change::Key(change))?.jobs(jobs);
        self.record_in(commit, scope, "kms.amazonaws.com", "CreateKey", Some(subject)).await
    }

    fn new_access_key(&self, account: AccountId) -> Credentials {
        let NewAccessKey { access_key_id, secret_access_key } =
            new_access_key(AccessKeyPrefix::LongTerm, account, self.entropy);
        Credentials { access_key_id, secret_access_key }
    }

    fn credential(
        &self,
        account: AccountId,
        user: Option<&str>,
        key: &Credentials,
    ) -> anyhow::Result<CredentialRecord> {
        let Credentials { access_key_id, secret_access_key } = key;
        let sealed_secret =
            seal_secret_access_key(self.credentials_key, access_key_id, account, secret_access_key, self.entropy)?;
        Ok(CredentialRecord {
            access_key_id: access_key_id.clone(),
            account,
            user: user.map(str::to_owned),
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
            details: None,
            request_id: None,
            error: None,
        };
        self.recorder.commit_service_event(commit, &event, subject).await.with_context(|| format!("{name} failed"))
    }

    fn first_region(&self) -> Region {
        self.config.account.first_region()
    }

    /// Where `keepwell env` finds it.
    fn hand_out(&self, profile: Profile, key: &Credentials) -> anyhow::Result<()> {
        client_files::write_credentials(&self.config.data.data_dir, profile, key)
    }
}
