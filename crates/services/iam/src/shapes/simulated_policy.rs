//! Policies that a simulation takes in, and those that it leaves out.

use shape::{List, Optional, Required, Text};

use super::forms::{ArnType, PolicyDocumentType, PolicyNameType};
use super::patterns::{NAME, NAME_TOLD};

shape::enumeration! {
    pub enum PolicyIdentifierPolicyType {
        Inline = "inline",
        AwsManaged = "aws-managed",
        UserManaged = "user-managed",
        PermissionBoundary = "permission-boundary",
        Scp = "scp",
        Rcp = "rcp",
    }
}

shape::enumeration! {
    /// In whom an inline policy is.
    pub enum AttachmentType {
        User = "user",
        Group = "group",
        Role = "role",
    }
}

/// Of no meaning: a request gives the type, or is refused.
impl Default for AttachmentType {
    fn default() -> Self {
        Self::User
    }
}

shape::forms! {
    /// Policies as text.
    pub SimulationPolicyListType: List<PolicyDocumentType> {}
    /// The root of the organization comes first, and the account last.
    pub OrganizationPolicyListType: List<OrderedOrganizationPolicyType> { max: 7 }
    pub AttachmentName: Text { min: 1, max: 128, pattern: NAME, pattern_told: NAME_TOLD }
    pub PolicyExclusionsListType: List<PolicyIdentifier> { max: 256 }
}

shape::structure! {
    /// The policies of one level of an organization.
    pub struct OrderedOrganizationPolicyType {
        service_control_policy_input_list: Optional<SimulationPolicyListType> = "ServiceControlPolicyInputList",
    }
}

shape::structure! {
    /// A union in the model: exactly one member may be given. That is the operation's to see to.
    pub struct PolicyIdentifier {
        policy_type: Optional<PolicyIdentifierPolicyType> = "PolicyType",
        policy_arn: Optional<ArnType> = "PolicyArn",
        inline_policy_identifier: Optional<InlinePolicyIdentifierType> = "InlinePolicyIdentifier",
    }
}

shape::structure! {
    pub struct InlinePolicyIdentifierType {
        policy_name: Required<PolicyNameType> = "PolicyName",
        attachment_type: Required<AttachmentType> = "AttachmentType",
        attachment_name: Required<AttachmentName> = "AttachmentName",
    }
}
