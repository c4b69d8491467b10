//! `aws/secretsmanager`: the key that an account's secrets are under in a Region unless they name another.

use std::{collections::BTreeMap, sync::Arc};

use contract::{
    AliasRecord, KeyDetails, KeyId, KeyManager, KeyRecord, KeySpec, KeyState, KeyUsage, PolicyDocument, Rotation,
    key_arn,
};
use terms::{Entropy, Scope, Timestamp, Uid};

pub const MANAGED_ALIAS: &str = "alias/aws/secretsmanager";

/// As on live keys of AWS.
const DESCRIPTION: &str = "Default key that protects my Secrets Manager data when no other key is defined";

/// AWS rotates its managed keys every year.
const ROTATION_DAYS: u32 = 365;
const DAY_MS: i64 = 86_400_000;

/// A new managed key, without material yet.
pub(crate) fn managed_key(scope: Scope, now: Timestamp, entropy: &dyn Entropy) -> KeyRecord {
    let uid = Uid::random(entropy);
    let id = KeyId { bits: *uid.as_bytes(), is_multi_region: false };
    let next_at = Timestamp::from_millis(now.as_millis().saturating_add(i64::from(ROTATION_DAYS) * DAY_MS));
    KeyRecord {
        scope,
        id,
        uid,
        arn: key_arn(scope, id),
        revision: 1,
        details: KeyDetails {
            manager: KeyManager::Aws,
            usage: KeyUsage::EncryptDecrypt,
            spec: KeySpec::SymmetricDefault,
            state: KeyState::Enabled,
            created_at: now,
            description: DESCRIPTION.to_owned(),
            policy: policy(scope),
            tags: Vec::new(),
            primary_region: None,
            rotation: Some(Rotation { period_days: ROTATION_DAYS, next_at }),
            on_demand_rotations: 0,
        },
        materials: Vec::new(),
        aliases: vec![AliasRecord { name: MANAGED_ALIAS.to_owned(), created_at: now, updated_at: now }],
        grants: BTreeMap::new(),
    }
}

/// Everybody in the account may use it through Secrets Manager, and nobody otherwise; the account may look at it.
fn policy(Scope { account, region }: Scope) -> PolicyDocument {
    let partition = region.partition();
    let sid = "Allow access through AWS Secrets Manager for all principals in the account that are authorized to use \
               AWS Secrets Manager";
    let document = serde_json::json!({
        "Version": "2012-10-17",
        "Id": "auto-secretsmanager-2",
        "Statement": [
            {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:CreateGrant", "kms:DescribeKey"],
                "Resource": "*",
                "Condition": {"StringEquals": {
                    "kms:CallerAccount": account.as_str(),
                    "kms:ViaService": format!("secretsmanager.{region}.amazonaws.com"),
                }},
            },
            {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": "kms:GenerateDataKey*",
                "Resource": "*",
                "Condition": {
                    "StringEquals": {"kms:CallerAccount": account.as_str()},
                    "StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"},
                },
            },
            {
                "Sid": "Allow direct access to key metadata to the account",
                "Effect": "Allow",
                "Principal": {"AWS": format!("arn:{partition}:iam::{account}:root")},
                "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
                "Resource": "*",
            },
        ],
    });
    PolicyDocument::new(Arc::<str>::from(document.to_string()))
}

#[cfg(test)]
mod tests {
    use policy::PolicyKind;
    use terms::{AccountId, Region};

    use super::*;

    #[test]
    fn the_policy_can_be_read() {
        for region in ["eu-central-1", "cn-north-1"] {
            let scope = Scope::new(AccountId::parse("111122223333").unwrap(), Region::parse(region).unwrap());
            assert!(policy(scope).compiled(PolicyKind::Key).is_ok(), "{region}");
        }
    }
}
