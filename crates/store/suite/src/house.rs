//! A store with someone who may do everything in it.

use std::sync::Arc;

use contract::{
    Change, Commit, CommitError, Guarded, JobKind, JobRecord, Jobs, KeyChange, KeyRecord, ListPosition, ListQuery,
    Note, Pick, Reads, SecretChange, SecretRecord, StoreError, Writes,
};
use policy::{Action, Documents, MapContext, Permit, PermitIssuer, Principal, Question, Resource, decide};
use terms::{AccountId, RequestId, Scope, Timestamp};

use crate::{
    Fixture,
    record::{answered, home},
};

pub(crate) struct House<F: Fixture> {
    fixture: F,
    pub(crate) store: F::Store,
}

const JOBS: [JobKind; 4] = [JobKind::EndRecoveryWindow, JobKind::TrimVersions, JobKind::DeleteKey, JobKind::RotateKey];
const LIST: Action = Action::new("secretsmanager:ListSecrets");
const LIST_KEYS: Action = Action::new("kms:ListKeys");
const READ: &str = "secretsmanager:DescribeSecret";

impl<F: Fixture> House<F> {
    pub(crate) async fn start() -> Self {
        let fixture = F::fresh().await;
        let store = fixture.open().await;
        Self { fixture, store }
    }

    pub(crate) async fn reopened(self) -> Self {
        let Self { fixture, store } = self;
        drop(store);
        let store = fixture.open().await;
        Self { fixture, store }
    }

    pub(crate) async fn commit(&self, commit: Commit) -> Result<(), CommitError> {
        self.store.commit(commit).await
    }

    pub(crate) async fn create(&self, after: &SecretRecord) -> Result<(), CommitError> {
        self.commit(creation(after)).await
    }

    /// Creates it, and gives what a read answers from now on.
    pub(crate) async fn created(&self, after: &SecretRecord) -> Arc<SecretRecord> {
        self.create(after).await.unwrap();
        Arc::new(answered(after, None))
    }

    pub(crate) async fn update(
        &self,
        before: &Arc<SecretRecord>,
        after: &Arc<SecretRecord>,
    ) -> Result<(), CommitError> {
        self.commit(update(before, after)).await
    }

    pub(crate) async fn erase(&self, before: &Arc<SecretRecord>) -> Result<(), CommitError> {
        self.commit(erasure(before)).await
    }

    pub(crate) async fn read(&self, scope: Scope, name: &str) -> Option<Arc<SecretRecord>> {
        self.read_with(scope, name, Pick::Labelled).await
    }

    pub(crate) async fn read_picking(&self, scope: Scope, name: &str, version: &str) -> Option<Arc<SecretRecord>> {
        self.read_with(scope, name, Pick::Version(version)).await
    }

    async fn read_with(&self, scope: Scope, name: &str, pick: Pick<'_>) -> Option<Arc<SecretRecord>> {
        let found = self.store.secret(scope, name, pick).await.unwrap()?;
        let permit = permit(found.account(), READ, found.arn());
        Some(found.open(&permit).unwrap())
    }

    pub(crate) async fn list(&self, scope: Scope, query: &ListQuery) -> Vec<Arc<SecretRecord>> {
        let page = self.store.list(scope, query).await.unwrap();
        let page = page.open(&permit_for_every(scope.account, LIST), LIST).unwrap();
        assert!(page.len() <= query.limit, "a page of {} for a limit of {}", page.len(), query.limit);
        page
    }

    /// All pages of a list, one after the other.
    pub(crate) async fn list_all(&self, scope: Scope, query: &ListQuery) -> Vec<Arc<SecretRecord>> {
        let mut query = query.clone();
        let mut shown = Vec::new();
        loop {
            let page = self.list(scope, &query).await;
            let Some(last) = page.last() else { return shown };
            query.after = Some(ListPosition::of(query.order, last));
            shown.extend(page);
        }
    }

    pub(crate) async fn key(&self, key: &KeyRecord) -> Option<Arc<KeyRecord>> {
        opened(self.store.key(key.scope.region, key.id.bits).await)
    }

    pub(crate) async fn key_by_alias(&self, scope: Scope, alias: &str) -> Option<Arc<KeyRecord>> {
        opened(self.store.key_by_alias(scope, alias).await)
    }

    pub(crate) async fn keys(&self, scope: Scope) -> Vec<Arc<KeyRecord>> {
        let page = self.store.keys(scope).await.unwrap();
        page.open(&permit_for_every(scope.account, LIST_KEYS), LIST_KEYS).unwrap()
    }

    pub(crate) async fn note(&self, note: Note) {
        self.store.note(note);
        self.store.flush_notes().await.unwrap();
    }

    pub(crate) async fn due(&self, now: Timestamp) -> Vec<JobRecord> {
        self.store.due(&JOBS, now, 1000).await.unwrap()
    }
}

fn opened(found: Result<Option<Guarded<Arc<KeyRecord>>>, StoreError>) -> Option<Arc<KeyRecord>> {
    let found = found.unwrap()?;
    let key = found.key();
    let permit = permit(key.scope.account, "kms:DescribeKey", key.arn);
    Some(found.open_key(&permit).unwrap())
}

pub(crate) fn creation_of_key(after: &KeyRecord) -> Change {
    Change::Key(KeyChange::Create { after: Arc::new(after.clone()) })
}

pub(crate) fn creation(after: &SecretRecord) -> Commit {
    let permit = permit(after.scope.account, "secretsmanager:CreateSecret", &after.arn);
    let after = Arc::new(after.clone());
    Commit::under(permit).change(Change::Secret(SecretChange::Create { after })).unwrap()
}

pub(crate) fn update(before: &Arc<SecretRecord>, after: &Arc<SecretRecord>) -> Commit {
    let permit = permit(before.scope.account, "secretsmanager:UpdateSecret", &before.arn);
    let (before, after) = (Arc::clone(before), Arc::clone(after));
    Commit::under(permit).change(Change::Secret(SecretChange::Update { before, after })).unwrap()
}

pub(crate) fn erasure(before: &Arc<SecretRecord>) -> Commit {
    let permit = permit(before.scope.account, "secretsmanager:DeleteSecret", &before.arn);
    Commit::under(permit).change(Change::Secret(SecretChange::Erase { before: Arc::clone(before) })).unwrap()
}

/// A commit that changes no secret: for guards, jobs and records alone.
pub(crate) fn bare_commit() -> Commit {
    Commit::under(permit(home().account, "secretsmanager:EndRecoveryWindow", "arn:nothing"))
}

pub(crate) fn permit(account: AccountId, action: &'static str, arn: &str) -> Permit {
    grant(account, Action::new(action), Resource::One { arn: arn.into(), account, asked: arn.into() })
}

pub(crate) fn permit_for_every(account: AccountId, action: Action) -> Permit {
    grant(account, action, Resource::Every)
}

fn grant(account: AccountId, action: Action, resource: Resource) -> Permit {
    let principal = Principal::Root { account };
    let question = Question { principal, action, resource, request: RequestId::from_bytes([0; 16]) };
    PermitIssuer::for_gate().grant(decide(question, &Documents::default(), &MapContext::default())).unwrap()
}
