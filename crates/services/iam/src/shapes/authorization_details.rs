//! All of an account in detail: who there is, and which policies bind them.

use shape::{List, Optional};

use super::attachment::AttachedPoliciesListType;
use super::boundary::AttachedPermissionsBoundary;
use super::forms::{
    ArnType, BooleanType, DateType, GroupNameType, IdType, MarkerType, MaxItemsType, PathType, PolicyDocumentType,
    PolicyNameType, PolicyPathType, PolicyVersionIdType, ResponseMarkerType, RoleNameType, UserNameType,
};
use super::instance_profile::InstanceProfileListType;
use super::policy::{AttachmentCountType, EntityType, PolicyDescriptionType};
use super::policy_version::PolicyDocumentVersionListType;
use super::role::RoleLastUsed;
use super::tag::TagListType;

shape::forms! {
    pub EntityListType: List<EntityType> {}
    pub GroupNameListType: List<GroupNameType> {}
    pub PolicyDetailListType: List<PolicyDetail> {}
    pub UserDetailListType: List<UserDetail> {}
    pub GroupDetailListType: List<GroupDetail> {}
    pub RoleDetailListType: List<RoleDetail> {}
    pub ManagedPolicyDetailListType: List<ManagedPolicyDetail> {}
}

shape::structure! {
    /// An inline policy.
    pub struct PolicyDetail {
        policy_name: Optional<PolicyNameType> = "PolicyName",
        policy_document: Optional<PolicyDocumentType> = "PolicyDocument",
    }
}

shape::structure! {
    pub struct UserDetail {
        path: Optional<PathType> = "Path",
        user_name: Optional<UserNameType> = "UserName",
        user_id: Optional<IdType> = "UserId",
        arn: Optional<ArnType> = "Arn",
        create_date: Optional<DateType> = "CreateDate",
        user_policy_list: Optional<PolicyDetailListType> = "UserPolicyList",
        group_list: Optional<GroupNameListType> = "GroupList",
        attached_managed_policies: Optional<AttachedPoliciesListType> = "AttachedManagedPolicies",
        permissions_boundary: Optional<AttachedPermissionsBoundary> = "PermissionsBoundary",
        tags: Optional<TagListType> = "Tags",
    }
}

shape::structure! {
    pub struct GroupDetail {
        path: Optional<PathType> = "Path",
        group_name: Optional<GroupNameType> = "GroupName",
        group_id: Optional<IdType> = "GroupId",
        arn: Optional<ArnType> = "Arn",
        create_date: Optional<DateType> = "CreateDate",
        group_policy_list: Optional<PolicyDetailListType> = "GroupPolicyList",
        attached_managed_policies: Optional<AttachedPoliciesListType> = "AttachedManagedPolicies",
    }
}

shape::structure! {
    pub struct RoleDetail {
        path: Optional<PathType> = "Path",
        role_name: Optional<RoleNameType> = "RoleName",
        role_id: Optional<IdType> = "RoleId",
        arn: Optional<ArnType> = "Arn",
        create_date: Optional<DateType> = "CreateDate",
        assume_role_policy_document: Optional<PolicyDocumentType> = "AssumeRolePolicyDocument",
        instance_profile_list: Optional<InstanceProfileListType> = "InstanceProfileList",
        role_policy_list: Optional<PolicyDetailListType> = "RolePolicyList",
        attached_managed_policies: Optional<AttachedPoliciesListType> = "AttachedManagedPolicies",
        permissions_boundary: Optional<AttachedPermissionsBoundary> = "PermissionsBoundary",
        tags: Optional<TagListType> = "Tags",
        role_last_used: Optional<RoleLastUsed> = "RoleLastUsed",
    }
}

shape::structure! {
    pub struct ManagedPolicyDetail {
        policy_name: Optional<PolicyNameType> = "PolicyName",
        policy_id: Optional<IdType> = "PolicyId",
        arn: Optional<ArnType> = "Arn",
        path: Optional<PolicyPathType> = "Path",
        default_version_id: Optional<PolicyVersionIdType> = "DefaultVersionId",
        attachment_count: Optional<AttachmentCountType> = "AttachmentCount",
        permissions_boundary_usage_count: Optional<AttachmentCountType> = "PermissionsBoundaryUsageCount",
        is_attachable: Optional<BooleanType> = "IsAttachable",
        description: Optional<PolicyDescriptionType> = "Description",
        create_date: Optional<DateType> = "CreateDate",
        update_date: Optional<DateType> = "UpdateDate",
        policy_version_list: Optional<PolicyDocumentVersionListType> = "PolicyVersionList",
    }
}

shape::structure! {
    pub struct GetAccountAuthorizationDetailsRequest {
        filter: Optional<EntityListType> = "Filter",
        max_items: Optional<MaxItemsType> = "MaxItems",
        marker: Optional<MarkerType> = "Marker",
    }
}

shape::structure! {
    pub struct GetAccountAuthorizationDetailsResponse {
        user_detail_list: Optional<UserDetailListType> = "UserDetailList",
        group_detail_list: Optional<GroupDetailListType> = "GroupDetailList",
        role_detail_list: Optional<RoleDetailListType> = "RoleDetailList",
        policies: Optional<ManagedPolicyDetailListType> = "Policies",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub GetAccountAuthorizationDetails(GetAccountAuthorizationDetailsRequest)
        -> GetAccountAuthorizationDetailsResponse,
    errors [ServiceFailureException]
}
