use std::{collections::BTreeMap, sync::Arc};

use contract::{
    Change, Commit, KeyChange, KeyDetails, KeyId, KeyManager, KeyRecord, KeySpec, KeyState, KeyUsage, MaterialOrigin,
    Tag, key_arn,
};
use gate::RequestTags;
use service::response_elements;
use shape::Enumeration;
use terms::Uid;
use trail::{Recorded, Subject};

use super::metadata::metadata;
use crate::{
    error::Error,
    jobs::jobs_of,
    key_keys::KeyUse,
    policies::{candidate, default_policy, lockout::require_manageable},
    room::Call,
    shapes::{self, CreateKeyRequest, CreateKeyResponse, KeyUsageType, OriginType},
    tags,
};

/// Makes a key of the account, with its first material.
pub(crate) async fn create_key(call: &Call<'_>, ask: &CreateKeyRequest) -> Result<Recorded<CreateKeyResponse>, Error> {
    let (spec, usage) = spec_and_usage(ask)?;
    refuse_what_is_not_offered(ask)?;
    let tags = tags::of(ask.tags.as_deref().unwrap_or_default());
    tags::check(&tags)?;
    let mut key = draft(call, ask, (spec, usage), tags.clone());

    let is_bypassed = ask.bypass_policy_lockout_safety_check == Some(true);
    let members = [("bypasspolicylockoutsafetycheck", if is_bypassed { "true" } else { "false" })];
    let asked = KeyUse { request_tags: RequestTags::of(&tags), members: &members, ..KeyUse::default() };
    let mut commit = Commit::under(call.authorize_new_key(&key, &asked).await?);
    if !tags.is_empty() {
        commit = commit.and_under(call.authorize_tags_of_new_key(&key, &asked).await?);
    }

    if let Some(policy) = &ask.policy {
        key.details.policy = candidate(call.room, policy).await?;
        require_manageable(call, &key, ask.bypass_policy_lockout_safety_check).await?;
    }
    let material = call.room.keyring.make_material(key.scope.account, key.id, MaterialOrigin::Creation, call.now());
    key.materials.push(Arc::new(material.await?));
    let key = Arc::new(key);
    let answer = CreateKeyResponse { key_metadata: Some(metadata(call, &key).await?) };
    let commit = commit.change(Change::Key(KeyChange::Create { after: Arc::clone(&key) }))?.jobs(jobs_of(&key));
    Ok(call.commit(commit, Subject::key_changed(&key), Some(&response_elements(&answer)), answer).await?)
}

fn spec_and_usage(ask: &CreateKeyRequest) -> Result<(KeySpec, KeyUsage), Error> {
    if ask.key_spec.is_some() && ask.customer_master_key_spec.is_some() {
        // As emulators have it.
        return Err(Error::Validation(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is \
             deprecated."
                .to_owned(),
        ));
    }
    let older = ask.customer_master_key_spec.map(Enumeration::as_str);
    let spec = ask.key_spec.map(Enumeration::as_str).or(older).unwrap_or("SYMMETRIC_DEFAULT");
    let Some(usage) = ask.key_usage.or((spec == "SYMMETRIC_DEFAULT").then_some(KeyUsageType::EncryptDecrypt)) else {
        // Recorded.
        return Err(Error::Validation(
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.".to_owned(),
        ));
    };
    let (spec, own) = match spec {
        "SYMMETRIC_DEFAULT" => (KeySpec::SymmetricDefault, KeyUsage::EncryptDecrypt),
        "HMAC_224" => (KeySpec::Hmac224, KeyUsage::GenerateVerifyMac),
        "HMAC_256" => (KeySpec::Hmac256, KeyUsage::GenerateVerifyMac),
        "HMAC_384" => (KeySpec::Hmac384, KeyUsage::GenerateVerifyMac),
        "HMAC_512" => (KeySpec::Hmac512, KeyUsage::GenerateVerifyMac),
        other => return Err(Error::unsupported(&format!("KeySpec {other}"))),
    };
    if KeyUsageType::of(own) == usage {
        return Ok((spec, own));
    }
    // As emulators have it.
    let (usage, spec) = (usage.as_str(), shapes::KeySpec::of(spec).as_str());
    Err(Error::Validation(format!("KeyUsage {usage} is not compatible with KeySpec {spec}")))
}

/// Material from elsewhere, and keys that are kept elsewhere.
fn refuse_what_is_not_offered(ask: &CreateKeyRequest) -> Result<(), Error> {
    match ask.origin {
        None | Some(OriginType::AwsKms) => {}
        Some(origin) => return Err(Error::unsupported(&format!("Origin {}", origin.as_str()))),
    }
    match (&ask.custom_key_store_id, &ask.xks_key_id) {
        (Some(_), _) => Err(Error::unsupported("CustomKeyStoreId")),
        (None, Some(_)) => Err(Error::unsupported("XksKeyId")),
        (None, None) => Ok(()),
    }
}

/// The key as it will be, without material yet, and with the policy that it has without another.
fn draft(call: &Call<'_>, ask: &CreateKeyRequest, (spec, usage): (KeySpec, KeyUsage), tags: Vec<Tag>) -> KeyRecord {
    let scope = call.caller.scope();
    let uid = Uid::random(&*call.room.entropy);
    let is_multi_region = ask.multi_region == Some(true);
    let id = KeyId { bits: *uid.as_bytes(), is_multi_region };
    KeyRecord {
        scope,
        id,
        uid,
        arn: key_arn(scope, id),
        revision: 1,
        details: KeyDetails {
            manager: KeyManager::Customer,
            usage,
            spec,
            state: KeyState::Enabled,
            created_at: call.now(),
            description: ask.description.clone().unwrap_or_default(),
            policy: default_policy(scope),
            tags,
            primary_region: is_multi_region.then_some(scope.region),
            rotation: None,
            on_demand_rotations: 0,
        },
        materials: Vec::new(),
        aliases: Vec::new(),
        grants: BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use service::JsonError;

    use super::*;
    use crate::shapes::CustomerMasterKeySpec;

    fn ask(spec: Option<shapes::KeySpec>, usage: Option<KeyUsageType>) -> CreateKeyRequest {
        CreateKeyRequest { key_spec: spec, key_usage: usage, ..CreateKeyRequest::default() }
    }

    fn refusal(ask: &CreateKeyRequest) -> (&'static str, String) {
        let error = spec_and_usage(ask).unwrap_err();
        (error.code(), error.message().unwrap())
    }

    #[test]
    fn each_served_spec_has_its_own_usage() {
        let symmetric = (KeySpec::SymmetricDefault, KeyUsage::EncryptDecrypt);
        assert_eq!(spec_and_usage(&ask(None, None)).unwrap(), symmetric);
        assert_eq!(spec_and_usage(&ask(None, Some(KeyUsageType::EncryptDecrypt))).unwrap(), symmetric);
        let older = CreateKeyRequest {
            customer_master_key_spec: Some(CustomerMasterKeySpec::Hmac384),
            ..ask(None, Some(KeyUsageType::GenerateVerifyMac))
        };
        assert_eq!(spec_and_usage(&older).unwrap(), (KeySpec::Hmac384, KeyUsage::GenerateVerifyMac));
    }

    #[test]
    fn usage_must_be_told_for_all_but_symmetric_keys_and_must_fit() {
        let missing = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.";
        for spec in [shapes::KeySpec::Hmac256, shapes::KeySpec::Rsa2048] {
            assert_eq!(refusal(&ask(Some(spec), None)), ("ValidationException", missing.to_owned()));
        }
        let wrong = ask(Some(shapes::KeySpec::Hmac256), Some(KeyUsageType::EncryptDecrypt));
        let text = "KeyUsage ENCRYPT_DECRYPT is not compatible with KeySpec HMAC_256";
        assert_eq!(refusal(&wrong), ("ValidationException", text.to_owned()));
        let asymmetric = ask(Some(shapes::KeySpec::EccNistP256), Some(KeyUsageType::SignVerify));
        assert_eq!(refusal(&asymmetric).0, "UnsupportedOperationException");
    }
}
