//! Why a document cannot be saved, in AWS's words.

use super::PrincipalKind;

/// The document cannot be saved. Displays AWS's message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PolicyError(pub(crate) Fault);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("This policy contains invalid Json")]
    Json,
    #[error("Syntax errors in policy.")]
    Syntax,
    #[error("This policy has invalid syntax.")]
    ResourcePolicySyntax,
    #[error("This resource policy contains an unsupported principal")]
    UnsupportedPrincipal,
    #[error("Policy contains a statement with one or more invalid principals.")]
    InvalidPrincipals,
    #[error("Policy document must be version 2012-10-17 or greater.")]
    Version,
    #[error("The policy failed legacy parsing")]
    LegacyParsing,
    #[error("Policy document should not specify a principal.")]
    UnwantedPrincipal,
    #[error("Statement IDs (SID) in a single policy must be unique.")]
    DuplicateSid,
    #[error(
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
    )]
    Sid,
    #[error("Policy statement must contain actions.")]
    NoActions,
    #[error("Policy statement must contain resources.")]
    NoResources,
    #[error("Missing required field {0}")]
    Missing(&'static str),
    #[error("Has prohibited field {0}")]
    Prohibited(&'static str),
    #[error("AssumeRole policy may only specify STS AssumeRole actions.")]
    NotSts,
    #[error("Invalid principal in policy: \"{}\":\"{text}\"", label(*.kind))]
    Principal { kind: PrincipalKind, text: String },
    #[error("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    NoVendor,
    #[error("Actions/Condition can contain only one colon.")]
    Colons,
    #[error("Vendor {0} is not valid")]
    Vendor(String),
    #[error("Resource {0} must be in ARN format or \"*\".")]
    NoArn(String),
    #[error("Partition \"{partition}\" is not valid for resource \"{arn}\".")]
    Partition { partition: String, arn: String },
    #[error("Resource vendor must be fully qualified and cannot contain regexes.")]
    ResourceVendor,
    #[error("IAM resource {0} cannot contain region information.")]
    IamRegion(String),
    #[error("Resource {0} can not contain region information.")]
    S3Region(String),
    #[error(
        "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, instance-profile/, \
         mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/."
    )]
    IamPath,
}

impl PolicyError {
    /// The error code that AWS sends with the message.
    pub fn code(&self) -> &'static str {
        "MalformedPolicyDocument"
    }
}

impl From<Fault> for PolicyError {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

fn label(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::Aws => "AWS",
        PrincipalKind::Service => "SERVICE",
        PrincipalKind::Federated => "FEDERATED",
        PrincipalKind::CanonicalUser => "CANONICALUSER",
    }
}
