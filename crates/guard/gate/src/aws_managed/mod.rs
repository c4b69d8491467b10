//! The managed policies that AWS keeps and tutorials name, with their own ids and versions.
//!
//! Ids, versions, dates and documents are as AWS published them, with these exceptions:
//! - `ReadOnlyAccess`, `SecurityAudit` and `ViewOnlyAccess` hold many hundred actions. Kept here is what they say of
//!   CloudTrail, IAM, KMS, Organizations, Secrets Manager, STS and tags, as of the version that is named.
//! - The id of `AWSSecretsManagerClientReadOnlyAccess` is not published, and is our own. That of
//!   `SecretsManagerReadWrite` was not found twice.
//! - Where AWS publishes minutes only, the seconds are zero: the creation of `AWSLambda_FullAccess` and of
//!   `AWSSecretsManagerClientReadOnlyAccess`, the update of `IAMUserChangePassword`. The last is of its version 3, which
//!   says the same as its version 5.

use std::sync::LazyLock;

use contract::PolicyDocument;
use terms::Timestamp;

/// One of AWS's managed policies. Nobody here can change it.
#[derive(Debug)]
pub struct AwsManagedPolicy {
    pub name: &'static str,
    pub path: &'static str,
    /// `ANPA…`, the same in every account.
    pub id: &'static str,
    pub description: &'static str,
    /// The number of the default version, such as 5 for `v5`.
    pub version: u32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub arn: String,
    document: PolicyDocument,
}

impl AwsManagedPolicy {
    pub fn document(&self) -> &PolicyDocument {
        &self.document
    }
}

/// All of them, by name.
pub fn all() -> &'static [AwsManagedPolicy] {
    &POLICIES
}

/// The one with this ARN.
pub fn policy(arn: &str) -> Option<&'static AwsManagedPolicy> {
    arn.strip_prefix(PREFIX)?;
    POLICIES.iter().find(|policy| policy.arn == arn)
}

const PREFIX: &str = "arn:aws:iam::aws:policy/";

macro_rules! policies {
    ($( $name:literal, $path:literal, $id:literal, v $version:literal, $created:literal, $updated:literal, $description:literal; )*) => {
        static POLICIES: LazyLock<Vec<AwsManagedPolicy>> = LazyLock::new(|| vec![$(
            AwsManagedPolicy {
                name: $name,
                path: $path,
                id: $id,
                description: $description,
                version: $version,
                created_at: time($created),
                updated_at: time($updated),
                arn: concat!("arn:aws:iam::aws:policy", $path, $name).to_owned(),
                document: PolicyDocument::new(include_str!(concat!($name, ".json"))),
            },
        )*]);
    };
}

fn time(text: &str) -> Timestamp {
    let parsed = text.parse::<jiff::Timestamp>();
    parsed.map_or(Timestamp::default(), |at| Timestamp::from_millis(at.as_millisecond()))
}

policies! {
    "AWSKeyManagementServicePowerUser", "/", "ANPAJNPP7PPPPMJRV2SA4", v 2,
        "2015-02-06T18:40:40Z", "2017-03-07T00:55:11Z",
        "Provides access to AWS Key Management Service (KMS).";
    "AWSLambdaBasicExecutionRole", "/service-role/", "ANPAJNCQGXC42545SKXIK", v 1,
        "2015-04-09T15:03:43Z", "2015-04-09T15:03:43Z",
        "Provides write permissions to CloudWatch Logs.";
    "AWSLambdaRole", "/service-role/", "ANPAJX4DPCRGTC4NFDUXI", v 1,
        "2015-02-06T18:41:28Z", "2015-02-06T18:41:28Z",
        "Default policy for AWS Lambda service role.";
    "AWSLambdaVPCAccessExecutionRole", "/service-role/", "ANPAJVTME3YLVNL72YR2K", v 3,
        "2016-02-11T23:15:26Z", "2024-01-05T22:38:26Z",
        "Provides minimum permissions for a Lambda function to execute while accessing a resource within a VPC - create, describe, delete network interfaces and write permissions to CloudWatch Logs.";
    "AWSLambda_FullAccess", "/", "ANPAZKAPJZG4OXQPYWZ5D", v 5,
        "2020-11-17T21:14:00Z", "2026-02-11T22:18:56Z",
        "Grants full access to AWS Lambda service, AWS Lambda console features, and other related AWS services.";
    "AWSSecretsManagerClientReadOnlyAccess", "/", "ANPAZKAPJZG4KEEPWELL3", v 3,
        "2025-11-05T20:04:00Z", "2026-02-12T18:00:42Z",
        "Provides access to retrieve and describe secrets from Secrets Manager. This policy also allows decrypting KMS keys for Secrets Manager secrets.";
    "AdministratorAccess", "/", "ANPAIWMBCKSKIEE64ZLYK", v 1,
        "2015-02-06T18:39:46Z", "2015-02-06T18:39:46Z",
        "Provides full access to AWS services and resources.";
    "AmazonECSTaskExecutionRolePolicy", "/service-role/", "ANPAJG4T4G4PV56DE72PY", v 1,
        "2017-11-16T18:48:22Z", "2017-11-16T18:48:22Z",
        "Provides access to other AWS service resources that are required to run Amazon ECS tasks";
    "AmazonSSMManagedInstanceCore", "/", "ANPAIXSHM2BNB2D3AXXRU", v 2,
        "2019-03-15T17:22:12Z", "2019-05-23T16:54:21Z",
        "The policy for Amazon EC2 Role to enable AWS Systems Manager service core functionality.";
    "IAMFullAccess", "/", "ANPAI7XKCFMBPM3QQRRVQ", v 2,
        "2015-02-06T18:40:38Z", "2019-06-21T19:40:00Z",
        "Provides full access to IAM via the AWS Management Console.";
    "IAMReadOnlyAccess", "/", "ANPAJKSO7NDY4T57MWDSQ", v 4,
        "2015-02-06T18:40:39Z", "2018-01-25T19:11:27Z",
        "Provides read only access to IAM via the AWS Management Console.";
    "IAMUserChangePassword", "/", "ANPAJ4L4MM2A7QIEB56MS", v 5,
        "2016-11-15T00:25:16Z", "2025-05-29T21:52:00Z",
        "Provides the ability for an IAM user to change their own password.";
    "PowerUserAccess", "/", "ANPAJYRXTHIB4FOVS3ZXS", v 12,
        "2015-02-06T18:39:47Z", "2026-02-12T17:59:14Z",
        "Provides full access to AWS services and resources, but does not allow management of Users and groups.";
    "ReadOnlyAccess", "/", "ANPAILL3HVNFSB6DCOWYQ", v 87,
        "2015-02-06T18:39:48Z", "2022-05-23T20:16:18Z",
        "Provides read-only access to AWS services and resources.";
    "SecretsManagerReadWrite", "/", "ANPAI3VG7CI5BIQZQ6G2E", v 6,
        "2018-04-04T18:05:29Z", "2026-08-25T23:37:10Z",
        "Provides read/write access to AWS Secrets Manager via the AWS Management Console. Note: this exludes IAM actions, so combine with IAMFullAccess if rotation configuration is required.";
    "SecurityAudit", "/", "ANPAIX2T3QCXHR2OGGCTO", v 45,
        "2015-02-06T18:41:01Z", "2024-10-30T18:36:49Z",
        "The security audit template grants access to read security configuration metadata. It is useful for software that audits the configuration of an AWS account.";
    "ViewOnlyAccess", "/job-function/", "ANPAID22R6XPJATWOFDK6", v 36,
        "2016-11-10T17:20:15Z", "2026-02-11T22:19:13Z",
        "This policy grants permissions to view resources and basic metadata across all AWS services.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use policy::PolicyKind;

    use super::*;

    #[test]
    fn every_policy_reads_and_is_found_by_its_own_arn() {
        for one in all() {
            assert!(one.document().compiled(PolicyKind::Identity).is_ok(), "{}", one.name);
            assert_eq!(policy(&one.arn).map(|found| found.name), Some(one.name));
            assert!(Timestamp::default() < one.created_at && one.created_at <= one.updated_at, "{}", one.name);
            assert_eq!(one.id.len(), 21, "{}", one.name);
        }
        let ids: BTreeSet<&str> = all().iter().map(|one| one.id).collect();
        assert_eq!(ids.len(), all().len());
        assert!(all().is_sorted_by_key(|one| one.name));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for other in ["arn:aws:iam::aws:policy/Nothing", "arn:aws:iam::111122223333:policy/AdministratorAccess", ""] {
            assert!(policy(other).is_none(), "{other}");
        }
    }
}
