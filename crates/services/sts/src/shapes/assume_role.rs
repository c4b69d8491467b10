use shape::{Integer, List, Optional, Pattern, Required, Sensitive, Text};

use super::credentials::Credentials;
use super::forms::{
    ArnType, MinimumSessionTokenSizeType, NAME, NonNegativeIntegerType, SerialNumberType, SessionTokenSizeType,
    SessionTokenUtilizationType, SourceIdentityType, TokenCodeType, is_words_and,
};
use super::session::{PolicyDescriptorListType, TagKeyListType, TagListType, UnrestrictedSessionPolicyDocumentType};

const EXTERNAL_ID: Pattern = Pattern { text: r"[\w+=,.@:\/-]*", holds: |text| is_words_and(text, "+=,.@:/-") };
const ASSUMED_ROLE_ID: Pattern = Pattern { text: r"[\w+=,.@:-]*", holds: |text| is_words_and(text, "+=,.@:-") };

shape::forms! {
    pub RoleSessionNameType: Text { min: 2, max: 64, pattern: NAME }
    pub RoleDurationSecondsType: Integer { min: 900, max: 43_200 }
    pub ExternalIdType: Text { min: 2, max: 1224, pattern: EXTERNAL_ID }
    pub ContextAssertionType: Text { min: 4, max: 2048 }
    pub ProvidedContextsListType: List<ProvidedContext> { min: 1, max: 5 }
    pub AssumedRoleIdType: Text { min: 2, max: 193, pattern: ASSUMED_ROLE_ID }
}

shape::structure! {
    pub struct AssumeRoleRequest {
        role_arn: Required<ArnType> = "RoleArn",
        role_session_name: Required<RoleSessionNameType> = "RoleSessionName",
        policy_arns: Optional<PolicyDescriptorListType> = "PolicyArns",
        policy: Optional<UnrestrictedSessionPolicyDocumentType> = "Policy",
        duration_seconds: Optional<RoleDurationSecondsType> = "DurationSeconds",
        tags: Optional<TagListType> = "Tags",
        transitive_tag_keys: Optional<TagKeyListType> = "TransitiveTagKeys",
        external_id: Optional<ExternalIdType> = "ExternalId",
        serial_number: Optional<SerialNumberType> = "SerialNumber",
        token_code: Sensitive<TokenCodeType> = "TokenCode",
        source_identity: Optional<SourceIdentityType> = "SourceIdentity",
        provided_contexts: Optional<ProvidedContextsListType> = "ProvidedContexts",
        minimum_session_token_size: Optional<MinimumSessionTokenSizeType> = "MinimumSessionTokenSize",
    }
}

shape::structure! {
    pub struct ProvidedContext {
        provider_arn: Optional<ArnType> = "ProviderArn",
        context_assertion: Optional<ContextAssertionType> = "ContextAssertion",
    }
}

shape::structure! {
    pub struct AssumeRoleResponse {
        credentials: Optional<Credentials> = "Credentials",
        assumed_role_user: Optional<AssumedRoleUser> = "AssumedRoleUser",
        packed_policy_size: Optional<NonNegativeIntegerType> = "PackedPolicySize",
        source_identity: Optional<SourceIdentityType> = "SourceIdentity",
        session_token_utilization: Optional<SessionTokenUtilizationType> = "SessionTokenUtilization",
        session_token_size: Optional<SessionTokenSizeType> = "SessionTokenSize",
    }
}

shape::structure! {
    pub struct AssumedRoleUser {
        assumed_role_id: Required<AssumedRoleIdType> = "AssumedRoleId",
        arn: Required<ArnType> = "Arn",
    }
}

shape::operation! {
    pub AssumeRole(AssumeRoleRequest) -> AssumeRoleResponse,
    errors [
        MalformedPolicyDocumentException, PackedPolicyTooLargeException, RegionDisabledException, ExpiredTokenException,
    ]
}
