//! Keys of several Regions.

use serde_json::{Value, json};

use super::{denied, key_policy};
use crate::{
    house::{DAY_MS, House, OTHER_REGION, REGION},
    kms::{Fault, id_of},
    letters::Persona,
    people::{allow, allow_if, document},
};

const THIRD_REGION: &str = "ap-southeast-2";

fn not_primary(arn: &str) -> Fault {
    Fault::new("UnsupportedOperationException", format!("{arn} is not a multi-region primary key."))
}

fn in_region(arn: &str, region: &str) -> String {
    arn.replace(REGION, region)
}

impl Persona<'_> {
    async fn primary(self) -> String {
        self.key(json!({"MultiRegion": true})).await
    }

    async fn replicate(self, key: &str, region: &str) -> Value {
        self.ask_kms("ReplicateKey", json!({"KeyId": key, "ReplicaRegion": region})).await
    }

    async fn metadata(self, key: &str) -> Value {
        self.ask_kms("DescribeKey", json!({"KeyId": key})).await["KeyMetadata"].clone()
    }
}

#[tokio::test]
async fn a_replica_opens_what_its_primary_sealed_and_is_a_key_of_its_own() {
    let house = House::open().await;
    let (here, there) = (house.admin(), house.admin().in_region(OTHER_REGION));
    let primary = here.primary().await;
    let replica = in_region(&primary, OTHER_REGION);
    here.kms("EnableKeyRotation", json!({"KeyId": primary})).await.is_empty_success();
    here.kms("RotateKeyOnDemand", json!({"KeyId": primary})).await.json();
    let blob = here.sealed(&primary, json!({"app": "a"})).await;
    let policy = key_policy(&[]);
    let members = json!({
        "KeyId": primary, "ReplicaRegion": OTHER_REGION, "Description": "there", "Policy": policy,
        "Tags": [{"TagKey": "team", "TagValue": "blue"}],
    });
    let answer = here.ask_kms("ReplicateKey", members).await;
    assert_eq!(answer["ReplicaTags"], json!([{"TagKey": "team", "TagValue": "blue"}]));
    assert_eq!(answer["ReplicaPolicy"], json!(policy));
    assert_eq!(answer["ReplicaKeyMetadata"], there.metadata(id_of(&primary)).await);
    let told = &answer["ReplicaKeyMetadata"];
    assert_eq!(
        (&told["Arn"], &told["KeyState"], &told["Description"]),
        (&json!(replica), &json!("Enabled"), &json!("there"))
    );
    let keys = json!({
        "MultiRegionKeyType": "REPLICA",
        "PrimaryKey": {"Arn": primary, "Region": REGION},
        "ReplicaKeys": [{"Arn": replica, "Region": OTHER_REGION}],
    });
    assert_eq!(told["MultiRegionConfiguration"], keys);
    assert_eq!(told["CurrentKeyMaterialId"], here.metadata(&primary).await["CurrentKeyMaterialId"]);
    assert_eq!(
        there.ask_kms("GetKeyRotationStatus", json!({"KeyId": replica})).await["KeyRotationEnabled"],
        json!(true)
    );

    let opened = there.opened(&blob, json!({"app": "a"})).await.json();
    assert_eq!(opened["KeyId"], json!(replica));
    here.opens(&there.sealed(&replica, json!({})).await, json!({})).await;
    // Its names, its rights and its state are its own.
    there.kms("CreateAlias", json!({"AliasName": "alias/app", "TargetKeyId": replica})).await.is_empty_success();
    here.kms("DescribeKey", json!({"KeyId": "alias/app"})).await.is_fault("NotFoundException");
    let user = house.user("user", "").await;
    there.grant(json!({"KeyId": replica, "GranteePrincipal": user.arn, "Operations": ["Decrypt"]})).await;
    user.at(&house).in_region(OTHER_REGION).opens(&blob, json!({"app": "a"})).await;
    user.at(&house).opens_not(&blob, json!({"app": "a"})).await;
    there.kms("DisableKey", json!({"KeyId": replica})).await.is_empty_success();
    here.opens(&blob, json!({"app": "a"})).await;
    there.opened(&blob, json!({"app": "a"})).await.is_fault("DisabledException");
    // The new material of the one is the other's too.
    there.kms("EnableKey", json!({"KeyId": replica})).await.is_empty_success();
    here.kms("RotateKeyOnDemand", json!({"KeyId": primary})).await.json();
    let blob = here.sealed(&primary, json!({})).await;
    let house = house.restart().await;
    house.admin().in_region(OTHER_REGION).opens(&blob, json!({})).await;
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn what_cannot_be_replicated_is_refused() {
    let house = House::open().await;
    let (here, there) = (house.admin(), house.admin().in_region(OTHER_REGION));
    let (primary, single) = (here.primary().await, here.key(json!({})).await);
    let replica = in_region(&primary, OTHER_REGION);
    let to = |key: &str, region: &str| json!({"KeyId": key, "ReplicaRegion": region});
    here.kms("ReplicateKey", to(&single, OTHER_REGION)).await.is_kms(&not_primary(&single));
    here.kms("ReplicateKey", to(&primary, THIRD_REGION)).await.is_fault("UnsupportedOperationException");
    here.kms("ReplicateKey", to(&primary, "nowhere")).await.is_fault("ValidationException");
    here.kms("ReplicateKey", to(&primary, REGION)).await.is_fault("AlreadyExistsException");
    let mut locked_out = to(&primary, OTHER_REGION);
    let user = house.user("user", "").await;
    let alone = json!([{"Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": "kms:*", "Resource": "*"}]);
    locked_out["Policy"] = json!(document(alone));
    here.kms("ReplicateKey", locked_out).await.is_fault("MalformedPolicyDocumentException");
    here.kms("DisableKey", json!({"KeyId": primary})).await.is_empty_success();
    here.kms("ReplicateKey", to(&primary, OTHER_REGION)).await.is_fault("DisabledException");
    here.kms("EnableKey", json!({"KeyId": primary})).await.is_empty_success();
    there.kms("DescribeKey", json!({"KeyId": replica})).await.is_fault("NotFoundException");

    here.replicate(&primary, OTHER_REGION).await;
    here.kms("ReplicateKey", to(&primary, OTHER_REGION)).await.is_fault("AlreadyExistsException");
    there.kms("ReplicateKey", to(&replica, REGION)).await.is_kms(&not_primary(&replica));
    there
        .kms("UpdatePrimaryRegion", json!({"KeyId": replica, "PrimaryRegion": REGION}))
        .await
        .is_kms(&not_primary(&replica));
    for (region, code) in [(REGION, "UnsupportedOperationException"), (THIRD_REGION, "NotFoundException")] {
        let members = json!({"KeyId": primary, "PrimaryRegion": region});
        here.kms("UpdatePrimaryRegion", members).await.is_fault(code);
    }
}

#[tokio::test]
async fn a_replica_needs_the_right_to_replicate_here_and_to_create_there() {
    let house = House::open().await;
    let here = house.admin();
    let primary = here.primary().await;
    let user = house.user("user", "").await;
    let may = async |statements: Value| here.put_user_policy("user", &document(statements)).await;
    let members = json!({"KeyId": primary, "ReplicaRegion": OTHER_REGION});
    let tagged = json!({
        "KeyId": primary, "ReplicaRegion": OTHER_REGION, "Tags": [{"TagKey": "team", "TagValue": "blue"}],
    });
    let in_region = |region: &str| json!({"StringEquals": {"aws:RequestedRegion": region}});
    let replicating = |region: &str| {
        allow_if(&["kms:ReplicateKey"], &primary, json!({"StringEquals": {"kms:ReplicaRegion": region}}))
    };
    let refused = denied(&user.arn, "kms:ReplicateKey", &primary, "identity-based");
    may(json!([allow(&["kms:CreateKey"], "*")])).await;
    user.at(&house).kms("ReplicateKey", members.clone()).await.is_kms(&refused);
    may(json!([allow(&["kms:CreateKey"], "*"), replicating(THIRD_REGION)])).await;
    user.at(&house).kms("ReplicateKey", members.clone()).await.is_kms(&refused);
    may(json!([allow_if(&["kms:CreateKey"], "*", in_region(REGION)), replicating(OTHER_REGION)])).await;
    user.at(&house).kms("ReplicateKey", members.clone()).await.is_denied();
    may(json!([allow_if(&["kms:CreateKey"], "*", in_region(OTHER_REGION)), replicating(OTHER_REGION)])).await;
    user.at(&house).kms("ReplicateKey", tagged).await.is_denied();
    user.at(&house).ask_kms("ReplicateKey", members).await;

    // The primary moves where both keys allow it.
    let moving = json!({"KeyId": primary, "PrimaryRegion": OTHER_REGION});
    let replica = primary.replace(REGION, OTHER_REGION);
    let move_of = |key: &str| {
        allow_if(&["kms:UpdatePrimaryRegion"], key, json!({"StringEquals": {"kms:PrimaryRegion": OTHER_REGION}}))
    };
    may(json!([move_of(&primary)])).await;
    let refused = denied(&user.arn, "kms:UpdatePrimaryRegion", &replica, "identity-based");
    user.at(&house).kms("UpdatePrimaryRegion", moving.clone()).await.is_kms(&refused);
    may(json!([move_of(&replica)])).await;
    let refused = denied(&user.arn, "kms:UpdatePrimaryRegion", &primary, "identity-based");
    user.at(&house).kms("UpdatePrimaryRegion", moving.clone()).await.is_kms(&refused);
    may(json!([move_of(&replica), move_of(&primary)])).await;
    user.at(&house).kms("UpdatePrimaryRegion", moving).await.is_empty_success();
}

#[tokio::test]
async fn the_primary_moves_and_all_keys_that_are_one_know_it() {
    let regions = [("region", REGION), ("region", OTHER_REGION), ("region", THIRD_REGION)];
    let house = House::open_with(&regions).await;
    let [here, there, third] = [REGION, OTHER_REGION, THIRD_REGION].map(|region| house.admin().in_region(region));
    let primary = here.primary().await;
    let id = id_of(&primary);
    here.kms("EnableKeyRotation", json!({"KeyId": id, "RotationPeriodInDays": 90})).await.is_empty_success();
    here.replicate(id, OTHER_REGION).await;
    here.replicate(id, THIRD_REGION).await;
    there
        .kms("UpdatePrimaryRegion", json!({"KeyId": id, "PrimaryRegion": OTHER_REGION}))
        .await
        .is_fault("UnsupportedOperationException");
    here.kms("UpdatePrimaryRegion", json!({"KeyId": id, "PrimaryRegion": OTHER_REGION})).await.is_empty_success();
    for (persona, kind) in [(here, "REPLICA"), (there, "PRIMARY"), (third, "REPLICA")] {
        let told = persona.metadata(id).await["MultiRegionConfiguration"].clone();
        assert_eq!((&told["MultiRegionKeyType"], &told["PrimaryKey"]["Region"]), (&json!(kind), &json!(OTHER_REGION)));
        let replicas: Vec<_> =
            told["ReplicaKeys"].as_array().unwrap().iter().map(|key| key["Region"].as_str().unwrap()).collect();
        assert_eq!(replicas.len(), 2);
        assert!(replicas.contains(&REGION) && replicas.contains(&THIRD_REGION));
    }
    // What is the primary's is done there now.
    here.kms("RotateKeyOnDemand", json!({"KeyId": id})).await.is_kms(&not_primary(&primary));
    there.kms("RotateKeyOnDemand", json!({"KeyId": id})).await.json();
    let material = async |persona: Persona<'_>| persona.metadata(id).await["CurrentKeyMaterialId"].clone();
    assert_eq!(material(here).await, material(there).await);
    let before = material(there).await;
    house.turn_clock(91 * DAY_MS);
    house.do_due().await;
    assert_ne!(material(there).await, before);
    assert_eq!(material(here).await, material(there).await);
    assert_eq!(material(third).await, material(there).await);
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn a_replica_that_was_destroyed_may_be_made_again() {
    let house = House::open().await;
    let (here, there) = (house.admin(), house.admin().in_region(OTHER_REGION));
    let primary = here.primary().await;
    let replica = in_region(&primary, OTHER_REGION);
    let blob = here.sealed(&primary, json!({})).await;
    here.replicate(&primary, OTHER_REGION).await;
    there.kms("CreateAlias", json!({"AliasName": "alias/app", "TargetKeyId": replica})).await.is_empty_success();
    there.ask_kms("ScheduleKeyDeletion", json!({"KeyId": replica, "PendingWindowInDays": 7})).await;
    let again = json!({"KeyId": primary, "ReplicaRegion": OTHER_REGION});
    here.kms("ReplicateKey", again).await.is_fault("AlreadyExistsException");
    house.turn_clock(8 * DAY_MS);
    house.do_due().await;
    there.opens_not(&blob, json!({})).await;
    here.replicate(&primary, OTHER_REGION).await;
    there.opens(&blob, json!({})).await;
    there.kms("DescribeKey", json!({"KeyId": "alias/app"})).await.is_fault("NotFoundException");
    let own = json!({"StringEquals": {"kms:MultiRegionKeyType": "REPLICA", "kms:MultiRegion": "true"}});
    let user = house.user("user", &document(allow_if(&["kms:DescribeKey"], "*", own))).await;
    user.at(&house).in_region(OTHER_REGION).metadata(&replica).await;
    user.at(&house).kms("DescribeKey", json!({"KeyId": primary})).await.is_denied();
    let house = house.restart().await;
    house.admin().in_region(OTHER_REGION).opens(&blob, json!({})).await;
    assert_eq!(house.close().await.audit().findings, []);
}
