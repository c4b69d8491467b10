//! The account: its numbers, its alias. All of it in detail is in `authorization_details`.

use shape::{Integer, List, Map, Optional, Required, Text};

use super::forms::{BooleanType, MarkerType, MaxItemsType, ResponseMarkerType};
use super::patterns::ACCOUNT_ALIAS;

shape::enumeration! {
    /// The keys of [`SummaryMapType`]: how many there are of something, or may be.
    pub enum SummaryKeyType {
        Users = "Users",
        UsersQuota = "UsersQuota",
        Groups = "Groups",
        GroupsQuota = "GroupsQuota",
        ServerCertificates = "ServerCertificates",
        ServerCertificatesQuota = "ServerCertificatesQuota",
        UserPolicySizeQuota = "UserPolicySizeQuota",
        GroupPolicySizeQuota = "GroupPolicySizeQuota",
        GroupsPerUserQuota = "GroupsPerUserQuota",
        SigningCertificatesPerUserQuota = "SigningCertificatesPerUserQuota",
        AccessKeysPerUserQuota = "AccessKeysPerUserQuota",
        MFADevices = "MFADevices",
        MFADevicesInUse = "MFADevicesInUse",
        AccountMFAEnabled = "AccountMFAEnabled",
        AccountAccessKeysPresent = "AccountAccessKeysPresent",
        AccountPasswordPresent = "AccountPasswordPresent",
        AccountSigningCertificatesPresent = "AccountSigningCertificatesPresent",
        AttachedPoliciesPerGroupQuota = "AttachedPoliciesPerGroupQuota",
        AttachedPoliciesPerRoleQuota = "AttachedPoliciesPerRoleQuota",
        AttachedPoliciesPerUserQuota = "AttachedPoliciesPerUserQuota",
        Policies = "Policies",
        PoliciesQuota = "PoliciesQuota",
        PolicySizeQuota = "PolicySizeQuota",
        PolicyVersionsInUse = "PolicyVersionsInUse",
        PolicyVersionsInUseQuota = "PolicyVersionsInUseQuota",
        VersionsPerPolicyQuota = "VersionsPerPolicyQuota",
        GlobalEndpointTokenVersion = "GlobalEndpointTokenVersion",
        AssumeRolePolicySizeQuota = "AssumeRolePolicySizeQuota",
        InstanceProfiles = "InstanceProfiles",
        InstanceProfilesQuota = "InstanceProfilesQuota",
        Providers = "Providers",
        RolePolicySizeQuota = "RolePolicySizeQuota",
        Roles = "Roles",
        RolesQuota = "RolesQuota",
    }
}

shape::forms! {
    /// A [`SummaryKeyType`] as text: keys of maps are text.
    pub SummaryKeyTextType: Text {}
    pub SummaryValueType: Integer {}
    pub SummaryMapType: Map<SummaryKeyTextType, SummaryValueType> {}

    pub AccountAliasType: Text { min: 3, max: 63, pattern: ACCOUNT_ALIAS }
    pub AccountAliasListType: List<AccountAliasType> {}
}

shape::structure! {
    pub struct GetAccountSummaryRequest {}
}

shape::structure! {
    pub struct GetAccountSummaryResponse {
        summary_map: Optional<SummaryMapType> = "SummaryMap",
    }
}

shape::operation! {
    pub GetAccountSummary(GetAccountSummaryRequest) -> GetAccountSummaryResponse, errors [ServiceFailureException]
}

shape::structure! {
    pub struct CreateAccountAliasRequest {
        account_alias: Required<AccountAliasType> = "AccountAlias",
    }
}

shape::operation! {
    pub CreateAccountAlias(CreateAccountAliasRequest) -> (),
    errors [
        ConcurrentModificationException, EntityAlreadyExistsException, LimitExceededException, ServiceFailureException,
    ]
}

shape::structure! {
    pub struct DeleteAccountAliasRequest {
        account_alias: Required<AccountAliasType> = "AccountAlias",
    }
}

shape::operation! {
    pub DeleteAccountAlias(DeleteAccountAliasRequest) -> (),
    errors [ConcurrentModificationException, NoSuchEntityException, LimitExceededException, ServiceFailureException]
}

shape::structure! {
    pub struct ListAccountAliasesRequest {
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListAccountAliasesResponse {
        account_aliases: Required<AccountAliasListType> = "AccountAliases",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListAccountAliases(ListAccountAliasesRequest) -> ListAccountAliasesResponse, errors [ServiceFailureException]
}
