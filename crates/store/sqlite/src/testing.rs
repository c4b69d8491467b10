//! What the tests of this crate share.

use std::sync::Arc;

use contract::{AccessDay, Change, Commit, SecretChange, SecretRecord, Value, VersionRecord};
use policy::{Action, Documents, MapContext, Permit, PermitIssuer, Principal, Question, Resource, decide};
use seal::SealedValue;
use terms::{AccountId, ArnSuffix, Region, RequestId, Scope, SecretName, StagingLabel, Timestamp, Uid, VersionId};

/// A secret with versions that have a value, and a label or not.
pub(crate) fn record(name: &str, revision: u64, versions: &[(&str, bool)]) -> Arc<SecretRecord> {
    let region = Region::parse("us-east-1").unwrap();
    let version = |(id, is_labelled): &(&str, bool)| {
        Arc::new(VersionRecord {
            id: VersionId::new(id),
            created_at: Timestamp::from_millis(0),
            accessed: AccessDay::never(),
            labels: is_labelled.then(|| StagingLabel::new(id)).into_iter().collect(),
            value: Value::Sealed(SealedValue::from_stored([&[1, 1, 1], [0; 124].as_slice()].concat()).unwrap()),
        })
    };
    Arc::new(SecretRecord {
        scope: Scope::new(AccountId::parse("111111111111").unwrap(), region),
        uid: Uid::from_bytes([1; 16]),
        name: SecretName::parse(name).unwrap(),
        suffix: ArnSuffix::parse("abcdef").unwrap(),
        arn: format!("arn:{name}").into(),
        origin_region: region,
        generation: 0,
        revision,
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
        versions: versions.iter().map(version).collect(),
    })
}

/// A commit that creates these secrets.
pub(crate) fn creation(secrets: &[&Arc<SecretRecord>]) -> Commit {
    let commit = secrets.iter().map(|secret| permit(secret)).fold(None, |commit: Option<Commit>, permit| {
        Some(match commit {
            Some(commit) => commit.and_under(permit),
            None => Commit::under(permit),
        })
    });
    secrets.iter().fold(commit.unwrap(), |commit, secret| {
        commit.change(Change::Secret(SecretChange::Create { after: Arc::clone(secret) })).unwrap()
    })
}

fn permit(secret: &SecretRecord) -> Permit {
    let account = secret.scope.account;
    let resource = Resource::One { arn: Arc::clone(&secret.arn), account, asked: Arc::clone(&secret.arn) };
    let (principal, request) = (Principal::Root { account }, RequestId::from_bytes([0; 16]));
    let question = Question { principal, action: Action::new("secretsmanager:CreateSecret"), resource, request };
    PermitIssuer::for_gate().grant(decide(question, &Documents::default(), &MapContext::default())).unwrap()
}
