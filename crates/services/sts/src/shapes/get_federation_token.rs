use shape::{Optional, Pattern, Required, Text};

use super::credentials::Credentials;
use super::forms::{
    ArnType, DurationSecondsType, MinimumSessionTokenSizeType, NAME, NonNegativeIntegerType, SessionTokenSizeType,
    SessionTokenUtilizationType, is_words_and,
};
use super::session::{PolicyDescriptorListType, SessionPolicyDocumentType, TagListType};

const FEDERATED_ID: Pattern = Pattern { text: r"[\w+=,.@\:-]*", holds: |text| is_words_and(text, "+=,.@:-") };

shape::forms! {
    pub UserNameType: Text { min: 2, max: 32, pattern: NAME }
    pub FederatedIdType: Text { min: 2, max: 193, pattern: FEDERATED_ID }
}

shape::structure! {
    pub struct GetFederationTokenRequest {
        name: Required<UserNameType> = "Name",
        policy: Optional<SessionPolicyDocumentType> = "Policy",
        policy_arns: Optional<PolicyDescriptorListType> = "PolicyArns",
        duration_seconds: Optional<DurationSecondsType> = "DurationSeconds",
        tags: Optional<TagListType> = "Tags",
        minimum_session_token_size: Optional<MinimumSessionTokenSizeType> = "MinimumSessionTokenSize",
    }
}

shape::structure! {
    pub struct GetFederationTokenResponse {
        credentials: Optional<Credentials> = "Credentials",
        federated_user: Optional<FederatedUser> = "FederatedUser",
        packed_policy_size: Optional<NonNegativeIntegerType> = "PackedPolicySize",
        session_token_utilization: Optional<SessionTokenUtilizationType> = "SessionTokenUtilization",
        session_token_size: Optional<SessionTokenSizeType> = "SessionTokenSize",
    }
}

shape::structure! {
    pub struct FederatedUser {
        federated_user_id: Required<FederatedIdType> = "FederatedUserId",
        arn: Required<ArnType> = "Arn",
    }
}

shape::operation! {
    pub GetFederationToken(GetFederationTokenRequest) -> GetFederationTokenResponse,
    errors [MalformedPolicyDocumentException, PackedPolicyTooLargeException, RegionDisabledException]
}
