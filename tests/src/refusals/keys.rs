//! Keys for the requests of KMS: one in every state that a request needs.

use serde_json::{Value, json};

use crate::{
    house::{House, OTHER_REGION},
    people::{allow, document},
};

/// Keys, and what was made with them.
pub(crate) struct Keys {
    /// It has the alias `alias/app`, a tag and a grant.
    key: String,
    other: String,
    leaving: String,
    mac_key: String,
    /// Multi-Region keys, of which one has a replica.
    lonely: String,
    paired: String,
    grant_id: Value,
    /// Who may use it by the grant, and who may end it.
    grantee: String,
    ciphertext_blob: Value,
    mac: Value,
}

const MESSAGE: &str = "b25l";

pub(super) async fn keep_keys(house: &House, grantee: &str) -> Keys {
    let admin = house.admin();
    let tags = json!([{"TagKey": "team", "TagValue": "core"}]);
    let key = admin.key(json!({"Tags": tags})).await;
    let other = admin.key(json!({})).await;
    let leaving = admin.key(json!({})).await;
    admin.ask_kms("ScheduleKeyDeletion", json!({"KeyId": leaving})).await;
    let mac_key = admin.key(json!({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"})).await;
    let lonely = admin.key(json!({"MultiRegion": true})).await;
    let paired = admin.key(json!({"MultiRegion": true})).await;
    admin.ask_kms("ReplicateKey", json!({"KeyId": paired, "ReplicaRegion": OTHER_REGION})).await;
    admin.kms("CreateAlias", json!({"AliasName": "alias/app", "TargetKeyId": key})).await.is_empty_success();
    let grant = json!({
        "KeyId": key, "GranteePrincipal": grantee, "RetiringPrincipal": grantee, "Operations": ["DescribeKey"],
    });
    let grant_id = admin.ask_kms("CreateGrant", grant).await["GrantId"].clone();
    let sealed = admin.ask_kms("Encrypt", json!({"KeyId": key, "Plaintext": MESSAGE})).await;
    let mac = json!({"KeyId": mac_key, "MacAlgorithm": "HMAC_SHA_256", "Message": MESSAGE});
    let mac = admin.ask_kms("GenerateMac", mac).await["Mac"].clone();
    let ciphertext_blob = sealed["CiphertextBlob"].clone();
    let grantee = grantee.to_owned();
    Keys { key, other, leaving, mac_key, lonely, paired, grant_id, grantee, ciphertext_blob, mac }
}

impl Keys {
    pub(super) fn requests(&self) -> Vec<(&'static str, Value)> {
        let mut rows = self.of_keys();
        rows.extend(self.of_names_and_grants());
        rows.extend(self.of_cryptography());
        rows
    }

    fn of_keys(&self) -> Vec<(&'static str, Value)> {
        let key = json!({"KeyId": self.key});
        vec![
            ("CancelKeyDeletion", json!({"KeyId": self.leaving})),
            ("CreateKey", json!({})),
            ("DescribeKey", key.clone()),
            ("DisableKey", key.clone()),
            ("DisableKeyRotation", key.clone()),
            ("EnableKey", key.clone()),
            ("EnableKeyRotation", key.clone()),
            ("GetKeyRotationStatus", key.clone()),
            ("ListKeyRotations", key.clone()),
            ("ListKeys", json!({})),
            ("ListResourceTags", key.clone()),
            ("ReplicateKey", json!({"KeyId": self.lonely, "ReplicaRegion": OTHER_REGION})),
            ("RotateKeyOnDemand", key.clone()),
            ("ScheduleKeyDeletion", key),
            ("TagResource", json!({"KeyId": self.key, "Tags": [{"TagKey": "k", "TagValue": "v"}]})),
            ("UntagResource", json!({"KeyId": self.key, "TagKeys": ["team"]})),
            ("UpdateKeyDescription", json!({"KeyId": self.key, "Description": "d"})),
            ("UpdatePrimaryRegion", json!({"KeyId": self.paired, "PrimaryRegion": OTHER_REGION})),
        ]
    }

    fn of_names_and_grants(&self) -> Vec<(&'static str, Value)> {
        let mut statement = allow(&["kms:*"], "*");
        statement["Principal"] = json!({"AWS": self.grantee});
        let grant = json!({"KeyId": self.key, "GrantId": self.grant_id});
        vec![
            ("CreateAlias", json!({"AliasName": "alias/new", "TargetKeyId": self.key})),
            ("CreateGrant", json!({"KeyId": self.key, "GranteePrincipal": self.grantee, "Operations": ["Decrypt"]})),
            ("DeleteAlias", json!({"AliasName": "alias/app"})),
            ("GetKeyPolicy", json!({"KeyId": self.key})),
            ("ListAliases", json!({})),
            ("ListGrants", json!({"KeyId": self.key})),
            ("ListKeyPolicies", json!({"KeyId": self.key})),
            ("ListRetirableGrants", json!({"RetiringPrincipal": self.grantee})),
            ("PutKeyPolicy", json!({"KeyId": self.key, "Policy": document(statement)})),
            ("RetireGrant", grant.clone()),
            ("RevokeGrant", grant),
            ("UpdateAlias", json!({"AliasName": "alias/app", "TargetKeyId": self.other})),
        ]
    }

    fn of_cryptography(&self) -> Vec<(&'static str, Value)> {
        let mac = json!({"KeyId": self.mac_key, "MacAlgorithm": "HMAC_SHA_256", "Message": MESSAGE});
        let mut verified = mac.clone();
        verified["Mac"] = self.mac.clone();
        vec![
            ("Decrypt", json!({"CiphertextBlob": self.ciphertext_blob})),
            ("Encrypt", json!({"KeyId": "alias/app", "Plaintext": MESSAGE})),
            ("GenerateDataKey", json!({"KeyId": self.key, "KeySpec": "AES_256"})),
            ("GenerateDataKeyWithoutPlaintext", json!({"KeyId": self.key, "KeySpec": "AES_256"})),
            ("GenerateMac", mac),
            ("GenerateRandom", json!({"NumberOfBytes": 8})),
            ("ReEncrypt", json!({"CiphertextBlob": self.ciphertext_blob, "DestinationKeyId": self.other})),
            ("VerifyMac", verified),
        ]
    }
}
