//! Versions of managed policies.

use shape::{List, Optional, Required};

use super::forms::{
    ArnType, BooleanType, DateType, MarkerType, MaxItemsType, PolicyDocumentType, PolicyVersionIdType,
    ResponseMarkerType,
};

shape::forms! {
    pub PolicyDocumentVersionListType: List<PolicyVersion> {}
}

shape::structure! {
    pub struct PolicyVersion {
        document: Optional<PolicyDocumentType> = "Document",
        version_id: Optional<PolicyVersionIdType> = "VersionId",
        is_default_version: Optional<BooleanType> = "IsDefaultVersion",
        create_date: Optional<DateType> = "CreateDate",
    }
}

shape::structure! {
    pub struct CreatePolicyVersionRequest {
        policy_arn: Required<ArnType> = "PolicyArn",
        policy_document: Required<PolicyDocumentType> = "PolicyDocument",
        set_as_default: Optional<BooleanType> = "SetAsDefault",
    }
}

shape::structure! {
    pub struct CreatePolicyVersionResponse {
        policy_version: Optional<PolicyVersion> = "PolicyVersion",
    }
}

shape::operation! {
    pub CreatePolicyVersion(CreatePolicyVersionRequest) -> CreatePolicyVersionResponse,
    errors [
        NoSuchEntityException, MalformedPolicyDocumentException, InvalidInputException, LimitExceededException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct GetPolicyVersionRequest {
        policy_arn: Required<ArnType> = "PolicyArn",
        version_id: Required<PolicyVersionIdType> = "VersionId",
    }
}

shape::structure! {
    pub struct GetPolicyVersionResponse {
        policy_version: Optional<PolicyVersion> = "PolicyVersion",
    }
}

shape::operation! {
    pub GetPolicyVersion(GetPolicyVersionRequest) -> GetPolicyVersionResponse,
    errors [NoSuchEntityException, InvalidInputException, ServiceFailureException]
}

shape::structure! {
    pub struct DeletePolicyVersionRequest {
        policy_arn: Required<ArnType> = "PolicyArn",
        version_id: Required<PolicyVersionIdType> = "VersionId",
    }
}

shape::operation! {
    pub DeletePolicyVersion(DeletePolicyVersionRequest) -> (),
    errors [
        NoSuchEntityException, LimitExceededException, InvalidInputException, DeleteConflictException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct ListPolicyVersionsRequest {
        policy_arn: Required<ArnType> = "PolicyArn",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListPolicyVersionsResponse {
        versions: Optional<PolicyDocumentVersionListType> = "Versions",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListPolicyVersions(ListPolicyVersionsRequest) -> ListPolicyVersionsResponse,
    errors [NoSuchEntityException, InvalidInputException, ServiceFailureException]
}

shape::structure! {
    pub struct SetDefaultPolicyVersionRequest {
        policy_arn: Required<ArnType> = "PolicyArn",
        version_id: Required<PolicyVersionIdType> = "VersionId",
    }
}

shape::operation! {
    pub SetDefaultPolicyVersion(SetDefaultPolicyVersionRequest) -> (),
    errors [NoSuchEntityException, InvalidInputException, LimitExceededException, ServiceFailureException]
}
