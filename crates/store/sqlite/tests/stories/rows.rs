//! What is in the tables, seen past the store.

use std::{path::Path, sync::Arc};

use contract::{
    AccessDay, Change, Commit, CommitError, JobChange, JobKind, SecretChange, SecretRecord, Value, VersionRecord,
    Writes,
};
use policy::{Action, Documents, MapContext, Permit, PermitIssuer, Principal, Question, Resource, decide};
use rusqlite::{Connection, OpenFlags};
use seal::SealedValue;
use terms::{
    AWSCURRENT, AWSPENDING, AccountId, ArnSuffix, Region, RequestId, Scope, SecretName, StagingLabel, Timestamp, Uid,
    VersionId, secret_arn,
};

use crate::fixture::open;

#[tokio::test]
async fn an_erased_secret_leaves_no_rows() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), 1 << 20);
    let (kept, erased) = (record("kept"), record("erased"));
    for secret in [&kept, &erased] {
        create(&store, secret).await.unwrap();
    }
    assert_eq!(rows(folder.path()), [2, 4, 0]);

    let (kind, subject, due_at) = (JobKind::EndRecoveryWindow, erased.uid, Timestamp::from_millis(1));
    let job = JobChange::Schedule { kind, subject, scope: scope(), name: erased.name.to_string(), due_at };
    let update = SecretRecord { revision: 2, delete_at: Some(due_at), ..SecretRecord::clone(&erased) };
    let (before, after) = (Arc::clone(&erased), Arc::new(update));
    let change = Change::Secret(SecretChange::Update { before, after: Arc::clone(&after) });
    let commit = Commit::under(permit("secretsmanager:DeleteSecret", &erased)).change(change).unwrap().jobs([job]);
    store.commit(commit).await.unwrap();
    assert_eq!(rows(folder.path()), [2, 4, 1]);

    let erase = Change::Secret(SecretChange::Erase { before: after });
    let cancel = JobChange::Cancel { kind, subject };
    let commit = Commit::under(permit("secretsmanager:DeleteSecret", &erased)).change(erase).unwrap().jobs([cancel]);
    store.commit(commit).await.unwrap();
    assert_eq!(rows(folder.path()), [1, 2, 0]);
}

#[tokio::test]
async fn a_removed_version_leaves_no_rows() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), 1 << 20);
    let before = record("db");
    create(&store, &before).await.unwrap();
    let mut after = SecretRecord { revision: 2, ..SecretRecord::clone(&before) };
    after.versions.retain(|version| version.has_label(AWSCURRENT));
    let change = Change::Secret(SecretChange::Update { before: Arc::clone(&before), after: Arc::new(after) });
    store.commit(Commit::under(permit("secretsmanager:TrimVersions", &before)).change(change).unwrap()).await.unwrap();
    assert_eq!(rows(folder.path()), [1, 1, 0]);
}

/// How many secrets, versions and jobs there are.
fn rows(folder: &Path) -> [u64; 3] {
    let database = folder.join("keepwell.sqlite3");
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    ["secret", "version", "job"]
        .map(|table| connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap())
}

pub(crate) async fn create(store: &impl Writes, secret: &Arc<SecretRecord>) -> Result<(), CommitError> {
    store.commit(creation(secret)?).await
}

pub(crate) fn creation(secret: &Arc<SecretRecord>) -> Result<Commit, CommitError> {
    let change = Change::Secret(SecretChange::Create { after: Arc::clone(secret) });
    Commit::under(permit("secretsmanager:CreateSecret", secret)).change(change)
}

pub(crate) fn permit(action: &'static str, secret: &SecretRecord) -> Permit {
    let account = secret.scope.account;
    let resource = Resource::One { arn: Arc::clone(&secret.arn), account, asked: Arc::clone(&secret.arn) };
    let (principal, request) = (Principal::Root { account }, RequestId::from_bytes([0; 16]));
    let question = Question { principal, action: Action::new(action), resource, request };
    PermitIssuer::for_gate().grant(decide(question, &Documents::default(), &MapContext::default())).unwrap()
}

pub(crate) fn scope() -> Scope {
    Scope::new(AccountId::parse("111111111111").unwrap(), Region::parse("eu-central-1").unwrap())
}

/// A secret with a current version and a pending one.
pub(crate) fn record(name: &str) -> Arc<SecretRecord> {
    with_value(name, 10)
}

/// The same, with a current value of so many bytes.
pub(crate) fn with_value(name: &str, length: usize) -> Arc<SecretRecord> {
    let (name, suffix) = (SecretName::parse(name).unwrap(), ArnSuffix::parse("abcdef").unwrap());
    let mut uid = [0; 16];
    for (index, byte) in name.as_str().bytes().enumerate() {
        let place = uid.get_mut(index % 16).unwrap();
        *place ^= byte.rotate_left(u32::try_from(index / 16).unwrap());
    }
    let sealed = [&[1, 1, 1], vec![0; 124 + length].as_slice()].concat();
    let version = |id: &str, label: &str, value| {
        let (labels, created_at) = (vec![StagingLabel::new(label)], Timestamp::from_millis(0));
        Arc::new(VersionRecord { id: VersionId::new(id), created_at, accessed: AccessDay::never(), labels, value })
    };
    Arc::new(SecretRecord {
        scope: scope(),
        uid: Uid::from_bytes(uid),
        arn: secret_arn(&scope(), &name, &suffix).into(),
        name,
        suffix,
        origin_region: scope().region,
        generation: 0,
        revision: 1,
        created_at: Timestamp::from_millis(0),
        changed_at: Timestamp::from_millis(0),
        delete_at: None,
        accessed: AccessDay::never(),
        description: None,
        kms_key_id: None,
        partner_type: None,
        tags: None,
        resource_policy: None,
        owning_service: None,
        rotation: None,
        versions: vec![
            version("first", AWSCURRENT, Value::Sealed(SealedValue::from_stored(sealed).unwrap())),
            version("next", AWSPENDING, Value::Absent),
        ],
    })
}
