//! Policies that a simulation is to leave out.

use super::holdings::Origin;
use crate::{
    error::Error,
    shapes::{AttachmentType, InlinePolicyIdentifierType, PolicyIdentifier, PolicyIdentifierPolicyType},
};

pub(super) struct Exclusions<'a>(Vec<Exclusion<'a>>);

enum Exclusion<'a> {
    Kind(PolicyIdentifierPolicyType),
    Arn(&'a str),
    Inline(&'a InlinePolicyIdentifierType),
}

impl<'a> Exclusions<'a> {
    pub(super) fn of(asked: Option<&'a [PolicyIdentifier]>) -> Result<Self, Error> {
        let exclusions = asked.unwrap_or_default().iter().map(|identifier| match identifier {
            PolicyIdentifier { policy_type: Some(kind), policy_arn: None, inline_policy_identifier: None } => {
                Ok(Exclusion::Kind(*kind))
            }
            PolicyIdentifier { policy_type: None, policy_arn: Some(arn), inline_policy_identifier: None } => {
                Ok(Exclusion::Arn(arn))
            }
            PolicyIdentifier { policy_type: None, policy_arn: None, inline_policy_identifier: Some(inline) } => {
                Ok(Exclusion::Inline(inline))
            }
            // Chosen.
            _ => Err(Error::InvalidInput("A policy identifier must have exactly one member.".to_owned())),
        });
        Ok(Self(exclusions.collect::<Result<_, Error>>()?))
    }

    pub(super) fn excludes(&self, origin: &Origin) -> bool {
        self.0.iter().any(|exclusion| match (exclusion, origin) {
            (Exclusion::Kind(PolicyIdentifierPolicyType::Inline), Origin::Inline { .. }) => true,
            (Exclusion::Kind(PolicyIdentifierPolicyType::AwsManaged), Origin::Managed { is_aws, .. }) => *is_aws,
            (Exclusion::Kind(PolicyIdentifierPolicyType::UserManaged), Origin::Managed { is_aws, .. }) => !is_aws,
            (Exclusion::Arn(excluded), Origin::Managed { arn, .. }) => excluded == arn,
            (Exclusion::Inline(excluded), Origin::Inline { word, holder, name }) => {
                word_of(excluded.attachment_type) == *word
                    && excluded.attachment_name.eq_ignore_ascii_case(holder)
                    && excluded.policy_name == *name
            }
            _ => false,
        })
    }

    /// Is the boundary with this ARN left out?
    pub(super) fn excludes_boundary(&self, boundary: &str) -> bool {
        self.0.iter().any(|exclusion| match exclusion {
            Exclusion::Kind(kind) => *kind == PolicyIdentifierPolicyType::PermissionBoundary,
            Exclusion::Arn(arn) => *arn == boundary,
            Exclusion::Inline(_) => false,
        })
    }
}

fn word_of(kind: AttachmentType) -> &'static str {
    match kind {
        AttachmentType::User => "user",
        AttachmentType::Group => "group",
        AttachmentType::Role => "role",
    }
}
