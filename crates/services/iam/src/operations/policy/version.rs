//! Versions of managed policies as requests and answers name them: `v1`, `v2` and so on, no number twice.

use contract::{PolicyDocument, PolicyRecord, PolicyVersion};
use terms::Timestamp;

use crate::{documents::encoded, error::Error, managed_policy::ManagedPolicy, shapes};

/// A version of one of the account's policies, or of one of AWS's.
pub(in crate::operations) struct Version<'a> {
    pub(in crate::operations) number: u32,
    pub(in crate::operations) created_at: Timestamp,
    pub(in crate::operations) is_default: bool,
    document: &'a PolicyDocument,
}

pub(in crate::operations) fn id(number: u32) -> String {
    format!("v{number}")
}

/// All that are kept, the newest first. Of AWS's policies that is the one in force.
pub(in crate::operations) fn all<'a>(policy: &ManagedPolicy<'a>) -> Vec<Version<'a>> {
    match policy {
        ManagedPolicy::Own(policy) => policy.versions.iter().rev().map(|version| own(policy, version)).collect(),
        ManagedPolicy::Aws(policy) => vec![Version {
            number: policy.version,
            created_at: policy.updated_at,
            is_default: true,
            document: policy.document(),
        }],
    }
}

fn own<'a>(policy: &'a PolicyRecord, version: &'a PolicyVersion) -> Version<'a> {
    Version {
        number: version.number,
        created_at: version.created_at,
        is_default: version.number == policy.default_version,
        document: &version.document,
    }
}

/// The version that a request names, or that there is none.
pub(super) fn find<'a>(policy: &ManagedPolicy<'a>, arn: &str, id: &str) -> Result<Version<'a>, Error> {
    let named = number(id).and_then(|number| all(policy).into_iter().find(|version| version.number == number));
    let missing = || format!("Policy {arn} version {id} does not exist or is not attachable.");
    named.ok_or_else(|| Error::NoSuchEntity(missing()))
}

/// The pattern allows a suffix, which no version has.
fn number(id: &str) -> Option<u32> {
    id.strip_prefix('v')?.parse().ok()
}

impl Version<'_> {
    /// As lists show it.
    pub(super) fn listed(&self) -> shapes::PolicyVersion {
        shapes::PolicyVersion {
            document: None,
            version_id: Some(id(self.number)),
            is_default_version: Some(self.is_default),
            create_date: Some(self.created_at),
        }
    }

    /// With its document.
    pub(in crate::operations) fn shown(&self) -> shapes::PolicyVersion {
        shapes::PolicyVersion { document: Some(encoded(self.document.text())), ..self.listed() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_numbers_behind_a_v() {
        assert_eq!(id(12), "v12");
        assert_eq!(number("v12"), Some(12));
        for other in ["12", "v", "v1.x", "v99999999999"] {
            assert_eq!(number(other), None, "{other}");
        }
    }
}
