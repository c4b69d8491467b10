//! Managed policies, the account's own and AWS's, as attachments and boundaries name them.

use std::sync::Arc;

use contract::{Identities, PolicyRecord, Tag};
use gate::aws_managed::{self, AwsManagedPolicy};

use crate::{error::Error, holder::SERVICE_LINKED_PATH};

#[derive(Debug, Clone)]
pub(crate) enum ManagedPolicy<'a> {
    Own(&'a Arc<PolicyRecord>),
    Aws(&'static AwsManagedPolicy),
}

impl<'a> ManagedPolicy<'a> {
    pub(crate) fn find(identities: &'a Identities, arn: &str) -> Option<Self> {
        let aws = || aws_managed::policy(arn).map(Self::Aws);
        identities.policy_by_arn(arn).map(Self::Own).or_else(aws)
    }

    pub(crate) fn arn(&self) -> &'a str {
        match self {
            Self::Own(policy) => &policy.arn,
            Self::Aws(policy) => &policy.arn,
        }
    }

    pub(crate) fn path(&self) -> &'a str {
        match self {
            Self::Own(policy) => &policy.path,
            Self::Aws(policy) => policy.path,
        }
    }

    pub(crate) fn tags(&self) -> &'a [Tag] {
        match self {
            Self::Own(policy) => &policy.tags,
            Self::Aws(_) => &[],
        }
    }

    /// What AWS wrote for the roles of its services is for nobody else.
    pub(crate) fn require_attachable(&self) -> Result<(), Error> {
        match self {
            Self::Aws(policy) if policy.path.starts_with(SERVICE_LINKED_PATH) => {
                Err(Error::PolicyNotAttachable("Cannot attach a Service Role Policy to a Customer Role.".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

/// Could it be the ARN of a managed policy? `arn:aws:iam::123456789012:policy/path/Name`
pub(crate) fn is_arn(text: &str) -> bool {
    let mut fields = text.splitn(6, ':');
    let mut next = || fields.next().unwrap_or_default();
    let [arn, partition, service, region, account, resource] = [next(), next(), next(), next(), next(), next()];
    let is_account = account == "aws" || terms::AccountId::parse(account).is_ok();
    let is_policy = resource.strip_prefix("policy/").is_some_and(|name| !name.is_empty() && !name.ends_with('/'));
    arn == "arn" && partition.starts_with("aws") && service == "iam" && region.is_empty() && is_account && is_policy
}

/// `/team/` of `arn:aws:iam::123456789012:policy/team/Name`.
pub(crate) fn path_in(arn: &str) -> &str {
    let path_and_name = arn.split_once(":policy").map_or(arn, |(_, rest)| rest);
    path_and_name.strip_suffix(name_in(arn)).unwrap_or(path_and_name)
}

pub(crate) fn name_in(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_of_a_policy_tells_its_path_and_name() {
        for (arn, path, name) in [
            ("arn:aws:iam::123456789012:policy/Mine", "/", "Mine"),
            ("arn:aws:iam::123456789012:policy/a/b/Mine", "/a/b/", "Mine"),
            ("arn:aws:iam::aws:policy/service-role/Theirs", "/service-role/", "Theirs"),
        ] {
            assert!(is_arn(arn), "{arn}");
            assert_eq!((path_in(arn), name_in(arn)), (path, name));
        }
    }

    #[test]
    fn what_is_no_policys_arn_is_told_apart() {
        for other in [
            "",
            "Mine",
            "arn:aws:iam::123456789012",
            "arn:aws:iam::123456789012:policy/",
            "arn:aws:iam::123456789012:policy/a/",
            "arn:aws:iam::123456789012:role/Mine",
            "arn:aws:iam::12345:policy/Mine",
            "arn:aws:iam:us-east-1:123456789012:policy/Mine",
            "arn:aws:s3::123456789012:policy/Mine",
            "urn:aws:iam::123456789012:policy/Mine",
        ] {
            assert!(!is_arn(other), "{other}");
        }
    }
}
