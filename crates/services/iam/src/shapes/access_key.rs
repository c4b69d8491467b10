use shape::{List, Optional, Required, RequiredSensitive, SecretText};

use super::forms::{
    AccessKeyIdType, BooleanType, DateType, ExistingUserNameType, MarkerType, MaxItemsType, ResponseMarkerType,
    StringType, UserNameType,
};

shape::enumeration! {
    pub enum StatusType {
        Active = "Active",
        Inactive = "Inactive",
        Expired = "Expired",
    }
}

/// A key that nobody said anything of is of no use.
impl Default for StatusType {
    fn default() -> Self {
        Self::Inactive
    }
}

shape::forms! {
    pub AccessKeySecretType: SecretText {}
    pub AccessKeyMetadataListType: List<AccessKeyMetadata> {}
}

shape::structure! {
    /// The only answer that holds the secret half.
    pub struct AccessKey {
        user_name: Required<UserNameType> = "UserName",
        access_key_id: Required<AccessKeyIdType> = "AccessKeyId",
        status: Required<StatusType> = "Status",
        secret_access_key: RequiredSensitive<AccessKeySecretType> = "SecretAccessKey",
        create_date: Optional<DateType> = "CreateDate",
    }
}

shape::structure! {
    pub struct AccessKeyMetadata {
        user_name: Optional<UserNameType> = "UserName",
        access_key_id: Optional<AccessKeyIdType> = "AccessKeyId",
        status: Optional<StatusType> = "Status",
        create_date: Optional<DateType> = "CreateDate",
    }
}

shape::structure! {
    /// Without a date the key was not used yet, and the other members are `N/A`.
    pub struct AccessKeyLastUsed {
        last_used_date: Optional<DateType> = "LastUsedDate",
        service_name: Required<StringType> = "ServiceName",
        region: Required<StringType> = "Region",
    }
}

shape::structure! {
    pub struct CreateAccessKeyRequest {
        user_name: Optional<ExistingUserNameType> = "UserName",
    }
}

shape::structure! {
    pub struct CreateAccessKeyResponse {
        access_key: Required<AccessKey> = "AccessKey",
    }
}

shape::operation! {
    pub CreateAccessKey(CreateAccessKeyRequest) -> CreateAccessKeyResponse,
    errors [NoSuchEntityException, LimitExceededException, ServiceFailureException]
}

shape::structure! {
    pub struct UpdateAccessKeyRequest {
        user_name: Optional<ExistingUserNameType> = "UserName",
        access_key_id: Required<AccessKeyIdType> = "AccessKeyId",
        status: Required<StatusType> = "Status",
    }
}

shape::operation! {
    pub UpdateAccessKey(UpdateAccessKeyRequest) -> (),
    errors [NoSuchEntityException, LimitExceededException, ServiceFailureException, InvalidInputException]
}

shape::structure! {
    pub struct DeleteAccessKeyRequest {
        user_name: Optional<ExistingUserNameType> = "UserName",
        access_key_id: Required<AccessKeyIdType> = "AccessKeyId",
    }
}

shape::operation! {
    pub DeleteAccessKey(DeleteAccessKeyRequest) -> (),
    errors [NoSuchEntityException, LimitExceededException, ServiceFailureException]
}

shape::structure! {
    pub struct ListAccessKeysRequest {
        user_name: Optional<ExistingUserNameType> = "UserName",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListAccessKeysResponse {
        access_key_metadata: Required<AccessKeyMetadataListType> = "AccessKeyMetadata",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListAccessKeys(ListAccessKeysRequest) -> ListAccessKeysResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct GetAccessKeyLastUsedRequest {
        access_key_id: Required<AccessKeyIdType> = "AccessKeyId",
    }
}

shape::structure! {
    pub struct GetAccessKeyLastUsedResponse {
        user_name: Optional<ExistingUserNameType> = "UserName",
        access_key_last_used: Optional<AccessKeyLastUsed> = "AccessKeyLastUsed",
    }
}

shape::operation! {
    /// The model declares no errors.
    pub GetAccessKeyLastUsed(GetAccessKeyLastUsedRequest) -> GetAccessKeyLastUsedResponse, errors []
}
