//! `KeyMetadata`, as several operations answer it.

use contract::{KeyManager, KeyRecord, KeySpec, KeyState, key_arn};
use terms::Scope;

use crate::{
    error::Error,
    room::Call,
    shapes::{
        CustomerMasterKeySpec, EncryptionAlgorithmSpec, KeyManagerType, KeyMetadata, KeySpec as KeySpecType,
        KeyState as KeyStateType, KeyUsageType, MacAlgorithmSpec, MultiRegionConfiguration, MultiRegionKey,
        MultiRegionKeyType, OriginType,
    },
};

pub(crate) async fn metadata(call: &Call<'_>, key: &KeyRecord) -> Result<KeyMetadata, Error> {
    let details = &key.details;
    let (state, deletion_date, pending_window) = match details.state {
        KeyState::Enabled => (KeyStateType::Enabled, None, None),
        KeyState::Disabled => (KeyStateType::Disabled, None, None),
        KeyState::PendingDeletion { delete_at } => (KeyStateType::PendingDeletion, Some(delete_at), None),
        KeyState::PendingReplicaDeletion { window_days } => {
            (KeyStateType::PendingReplicaDeletion, None, i32::try_from(window_days).ok())
        }
        KeyState::Deleted => return Err(Error::Internal("a key that is gone was opened".to_owned())),
    };
    let is_symmetric = details.spec == KeySpec::SymmetricDefault;
    Ok(KeyMetadata {
        aws_account_id: Some(key.scope.account.to_string()),
        key_id: key.id.to_string(),
        arn: Some(key.arn.to_string()),
        creation_date: Some(details.created_at),
        enabled: Some(details.state == KeyState::Enabled),
        description: Some(details.description.clone()),
        key_usage: Some(KeyUsageType::of(details.usage)),
        key_state: Some(state),
        deletion_date,
        origin: Some(OriginType::AwsKms),
        key_manager: Some(match details.manager {
            KeyManager::Aws => KeyManagerType::Aws,
            KeyManager::Customer => KeyManagerType::Customer,
        }),
        customer_master_key_spec: Some(CustomerMasterKeySpec::of(details.spec)),
        key_spec: Some(KeySpecType::of(details.spec)),
        encryption_algorithms: is_symmetric.then(|| vec![EncryptionAlgorithmSpec::SymmetricDefault]),
        multi_region: Some(key.id.is_multi_region),
        multi_region_configuration: multi_region_configuration(call, key).await?,
        pending_deletion_window_in_days: pending_window,
        mac_algorithms: MacAlgorithmSpec::of(details.spec).map(|algorithm| vec![algorithm]),
        valid_to: None,
        custom_key_store_id: None,
        cloud_hsm_cluster_id: None,
        expiration_model: None,
        signing_algorithms: None,
        key_agreement_algorithms: None,
        encapsulation_algorithms: None,
        xks_key_configuration: None,
        current_key_material_id: key
            .newest_material()
            .filter(|_| is_symmetric)
            .map(|(_, material)| material.id.clone()),
    })
}

/// The primary and the replicas that this server has, this very key among them, which may not be kept yet.
async fn multi_region_configuration(
    call: &Call<'_>,
    key: &KeyRecord,
) -> Result<Option<MultiRegionConfiguration>, Error> {
    let Some(primary) = key.details.primary_region else { return Ok(None) };
    let mut replicas = Vec::new();
    for region in &call.room.regions {
        let found = call.room.store.key(*region, key.id.bits).await?;
        let is_there = found.is_some_and(|found| found.key().details.state != KeyState::Deleted);
        if *region != primary && (is_there || *region == key.scope.region) {
            replicas.push(*region);
        }
    }
    let named = |region| {
        let arn = key_arn(Scope { region, ..key.scope }, key.id);
        MultiRegionKey { arn: Some(arn.to_string()), region: Some(region.to_string()) }
    };
    let is_primary = primary == key.scope.region;
    Ok(Some(MultiRegionConfiguration {
        multi_region_key_type: Some(if is_primary { MultiRegionKeyType::Primary } else { MultiRegionKeyType::Replica }),
        primary_key: Some(named(primary)),
        replica_keys: Some(replicas.into_iter().map(named).collect()),
    }))
}
