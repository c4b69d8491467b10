//! Records as a service would plan them, without a service.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use contract::{
    AccessDay, AliasRecord, CodeRef, FunctionConfiguration, FunctionDetails, FunctionRecord, FunctionVersion,
    KeyDetails, KeyId, KeyManager, KeyMaterialRecord, KeyRecord, KeySpec, KeyState, KeyUsage, MaterialOrigin,
    PolicyDocument, Rotation, SealedBytes, SecretRecord, Tag, Value, VersionRecord, function_arn, key_arn,
};
use seal::SealedValue;
use terms::{
    AWSCURRENT, AWSPREVIOUS, AccountId, ArnSuffix, Region, Scope, SecretName, StagingLabel, Timestamp, Uid, VersionId,
    secret_arn,
};

pub(crate) const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

pub(crate) fn scope(account: &str, region: &str) -> Scope {
    Scope::new(AccountId::parse(account).unwrap(), Region::parse(region).unwrap())
}

/// Where most stories take place.
pub(crate) fn home() -> Scope {
    scope("111111111111", "eu-central-1")
}

pub(crate) fn name(text: &str) -> SecretName {
    SecretName::parse(text).unwrap()
}

pub(crate) fn later(millis: i64) -> Timestamp {
    START.plus_millis(millis)
}

/// An id that no other of the process has.
pub(crate) fn new_uid() -> Uid {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let mut bytes = [7; 16];
    bytes[..4].copy_from_slice(&MADE.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    Uid::from_bytes(bytes)
}

/// A secret that is about to be created, with one version, `first`, that is current and holds the text `first`.
pub(crate) fn draft(scope: Scope, text: &str) -> SecretRecord {
    let uid = new_uid();
    let number = u32::from_be_bytes(uid.as_bytes()[..4].try_into().unwrap());
    let suffix = ArnSuffix::parse(&format!("{:06}", number % 1_000_000)).unwrap();
    SecretRecord {
        scope,
        uid,
        name: name(text),
        suffix,
        arn: secret_arn(&scope, &name(text), &suffix).into(),
        origin_region: scope.region,
        generation: 0,
        revision: 1,
        created_at: START,
        changed_at: START,
        delete_at: None,
        accessed: AccessDay::never(),
        description: None,
        kms_key_id: None,
        partner_type: None,
        tags: None,
        resource_policy: None,
        owning_service: None,
        rotation: None,
        versions: vec![version("first", START, &[AWSCURRENT], value("first"))],
    }
}

pub(crate) fn version(id: &str, created_at: Timestamp, labels: &[&str], value: Value) -> Arc<VersionRecord> {
    let mut labels: Vec<StagingLabel> = labels.iter().copied().map(StagingLabel::new).collect();
    labels.sort_unstable();
    Arc::new(VersionRecord { id: VersionId::new(id), created_at, accessed: AccessDay::never(), labels, value })
}

/// Bytes with the form of a sealed value and the text in place of the ciphertext. The store never opens one.
pub(crate) fn value(text: &str) -> Value {
    let mut bytes = vec![0; 127];
    bytes[..3].copy_from_slice(&[1, 1, 1]);
    bytes.extend_from_slice(text.as_bytes());
    Value::Sealed(SealedValue::from_stored(bytes).unwrap())
}

/// The next revision of a secret, changed as given.
pub(crate) fn changed(before: &SecretRecord, change: impl FnOnce(&mut SecretRecord)) -> Arc<SecretRecord> {
    let mut after = before.clone();
    after.revision += 1;
    after.changed_at = before.changed_at.plus_millis(1);
    change(&mut after);
    Arc::new(after)
}

/// The next revision with a new current version, as PutSecretValue makes it.
pub(crate) fn put(before: &SecretRecord, id: &str, text: &str) -> Arc<SecretRecord> {
    changed(before, |after| {
        let previous = after.holder(AWSCURRENT).map(|version| version.id.as_str().to_owned());
        after.versions.push(version(id, after.changed_at, &[], value(text)));
        move_label(after, AWSCURRENT, Some(id));
        move_label(after, AWSPREVIOUS, previous.as_deref());
    })
}

/// Takes the label from its holder and gives it to the version that is named.
pub(crate) fn move_label(record: &mut SecretRecord, label: &str, to: Option<&str>) {
    for version in &mut record.versions {
        let belongs = to == Some(version.id.as_str());
        if version.has_label(label) == belongs {
            continue;
        }
        let version = Arc::make_mut(version);
        version.labels.retain(|held| held != label);
        if belongs {
            version.labels.push(StagingLabel::new(label));
            version.labels.sort_unstable();
        }
    }
}

/// What a read must answer for this record: values of labelled versions and of the picked one, the oldest version
/// first and ties by id.
pub(crate) fn answered(record: &SecretRecord, picked: Option<&str>) -> SecretRecord {
    let mut answer = record.clone();
    for version in &mut answer.versions {
        let is_carried = !version.labels.is_empty() || picked == Some(version.id.as_str());
        if !is_carried && version.value != Value::Absent {
            Arc::make_mut(version).value = Value::NotLoaded;
        }
    }
    answer.versions.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    answer
}

/// What a list must show of this record.
pub(crate) fn listed(record: &SecretRecord) -> SecretRecord {
    let mut entry = answered(record, None);
    entry.versions.retain(|version| !version.labels.is_empty());
    for version in &mut entry.versions {
        if version.value != Value::Absent {
            Arc::make_mut(version).value = Value::NotLoaded;
        }
    }
    entry
}

/// A key with one material and one alias.
pub(crate) fn key(scope: Scope, alias: &str) -> KeyRecord {
    let uid = new_uid();
    let id = KeyId { bits: *uid.as_bytes(), is_multi_region: false };
    let policy = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}}"#;
    KeyRecord {
        scope,
        id,
        uid,
        arn: key_arn(scope, id),
        revision: 1,
        details: KeyDetails {
            manager: KeyManager::Customer,
            usage: KeyUsage::EncryptDecrypt,
            spec: KeySpec::SymmetricDefault,
            state: KeyState::Enabled,
            created_at: later(3),
            description: "of the stories".to_owned(),
            policy: PolicyDocument::new(policy),
            tags: vec![Tag { key: "team".to_owned(), value: "core".to_owned() }],
            primary_region: None,
            rotation: Some(Rotation { period_days: 90, next_at: later(90) }),
            on_demand_rotations: 0,
        },
        materials: vec![Arc::new(material(1))],
        aliases: vec![AliasRecord { name: alias.to_owned(), created_at: later(4), updated_at: later(4) }],
        grants: BTreeMap::new(),
    }
}

pub(crate) fn material(number: u8) -> KeyMaterialRecord {
    KeyMaterialRecord {
        id: format!("{number:064x}"),
        made_at: later(3),
        origin: if number == 1 { MaterialOrigin::Creation } else { MaterialOrigin::OnDemandRotation },
        wrapped: vec![number, 0, 255],
    }
}

/// A function that is about to be created, with this code.
pub(crate) fn function(scope: Scope, name: &str, code: u8) -> FunctionRecord {
    let configuration = FunctionConfiguration {
        revision_id: "revision".to_owned(),
        modified_at: START,
        description: "описание".to_owned(),
        role: "arn:aws:iam::111111111111:role/app".to_owned(),
        runtime: "python3.12".to_owned(),
        handler: "app.handler".to_owned(),
        timeout_seconds: 3,
        memory_mib: 128,
        ephemeral_storage_mib: 512,
        architecture: "x86_64".to_owned(),
        log_group: None,
    };
    let latest = FunctionVersion {
        number: None,
        code: CodeRef { sha256: [code; 32], bytes: u64::from(code) },
        configuration,
        environment: Some(SealedBytes::new(vec![code])),
    };
    FunctionRecord {
        scope,
        name: name.into(),
        uid: new_uid(),
        arn: function_arn(scope, name),
        revision: 1,
        details: FunctionDetails {
            created_at: START,
            next_version: 1,
            aliases: BTreeMap::new(),
            policies: BTreeMap::new(),
            tags: Vec::new(),
            reserved_concurrency: None,
        },
        latest: Arc::new(latest),
        versions: Vec::new(),
    }
}
