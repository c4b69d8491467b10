//! Managed policies. Their versions are in `policy_version`, and where they hang in `attachment`.

use shape::{Integer, List, Optional, Required, Text};

use super::forms::{
    ArnType, BooleanType, DateType, GroupNameType, IdType, MarkerType, MaxItemsType, PathType, PolicyDocumentType,
    PolicyNameType, PolicyPathPrefixType, PolicyPathType, PolicyVersionIdType, ResponseMarkerType, RoleNameType,
    UserNameType,
};
use super::tag::{TagKeyListType, TagListType};

shape::enumeration! {
    pub enum PolicyScopeType {
        All = "All",
        Aws = "AWS",
        Local = "Local",
    }
}

shape::enumeration! {
    /// What an attached policy is for.
    pub enum PolicyUsageType {
        PermissionsPolicy = "PermissionsPolicy",
        PermissionsBoundary = "PermissionsBoundary",
    }
}

shape::enumeration! {
    pub enum EntityType {
        User = "User",
        Role = "Role",
        Group = "Group",
        LocalManagedPolicy = "LocalManagedPolicy",
        AWSManagedPolicy = "AWSManagedPolicy",
    }
}

shape::forms! {
    pub PolicyDescriptionType: Text { max: 1000 }
    pub AttachmentCountType: Integer {}
    pub PolicyListType: List<Policy> {}
    pub PolicyGroupListType: List<PolicyGroup> {}
    pub PolicyUserListType: List<PolicyUser> {}
    pub PolicyRoleListType: List<PolicyRole> {}
}

shape::structure! {
    pub struct Policy {
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
        tags: Optional<TagListType> = "Tags",
    }
}

shape::structure! {
    /// A group to which a policy is attached.
    pub struct PolicyGroup {
        group_name: Optional<GroupNameType> = "GroupName",
        group_id: Optional<IdType> = "GroupId",
    }
}

shape::structure! {
    /// A user to whom a policy is attached.
    pub struct PolicyUser {
        user_name: Optional<UserNameType> = "UserName",
        user_id: Optional<IdType> = "UserId",
    }
}

shape::structure! {
    /// A role to which a policy is attached.
    pub struct PolicyRole {
        role_name: Optional<RoleNameType> = "RoleName",
        role_id: Optional<IdType> = "RoleId",
    }
}

shape::structure! {
    pub struct CreatePolicyRequest {
        policy_name: Required<PolicyNameType> = "PolicyName",
        path: Optional<PolicyPathType> = "Path",
        policy_document: Required<PolicyDocumentType> = "PolicyDocument",
        description: Optional<PolicyDescriptionType> = "Description",
        tags: Optional<TagListType> = "Tags",
    }
}

shape::structure! {
    pub struct CreatePolicyResponse {
        policy: Optional<Policy> = "Policy",
    }
}

shape::operation! {
    pub CreatePolicy(CreatePolicyRequest) -> CreatePolicyResponse,
    errors [
        InvalidInputException, LimitExceededException, EntityAlreadyExistsException, MalformedPolicyDocumentException,
        ConcurrentModificationException, ServiceFailureException,
    ]
}

shape::structure! {
    pub struct GetPolicyRequest {
        policy_arn: Required<ArnType> = "PolicyArn",
    }
}

shape::structure! {
    pub struct GetPolicyResponse {
        policy: Optional<Policy> = "Policy",
    }
}

shape::operation! {
    pub GetPolicy(GetPolicyRequest) -> GetPolicyResponse,
    errors [NoSuchEntityException, InvalidInputException, ServiceFailureException]
}

shape::structure! {
    pub struct DeletePolicyRequest {
        policy_arn: Required<ArnType> = "PolicyArn",
    }
}

shape::operation! {
    pub DeletePolicy(DeletePolicyRequest) -> (),
    errors [
        NoSuchEntityException, LimitExceededException, InvalidInputException, DeleteConflictException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct ListPoliciesRequest {
        scope: Optional<PolicyScopeType> = "Scope",
        only_attached: Optional<BooleanType> = "OnlyAttached",
        path_prefix: Optional<PolicyPathPrefixType> = "PathPrefix",
        policy_usage_filter: Optional<PolicyUsageType> = "PolicyUsageFilter",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListPoliciesResponse {
        policies: Optional<PolicyListType> = "Policies",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListPolicies(ListPoliciesRequest) -> ListPoliciesResponse, errors [ServiceFailureException]
}

shape::structure! {
    pub struct TagPolicyRequest {
        policy_arn: Required<ArnType> = "PolicyArn",
        tags: Required<TagListType> = "Tags",
    }
}

shape::operation! {
    pub TagPolicy(TagPolicyRequest) -> (),
    errors [
        NoSuchEntityException, LimitExceededException, InvalidInputException, ConcurrentModificationException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct UntagPolicyRequest {
        policy_arn: Required<ArnType> = "PolicyArn",
        tag_keys: Required<TagKeyListType> = "TagKeys",
    }
}

shape::operation! {
    pub UntagPolicy(UntagPolicyRequest) -> (),
    errors [NoSuchEntityException, InvalidInputException, ConcurrentModificationException, ServiceFailureException]
}

shape::structure! {
    pub struct ListPolicyTagsRequest {
        policy_arn: Required<ArnType> = "PolicyArn",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListPolicyTagsResponse {
        tags: Required<TagListType> = "Tags",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListPolicyTags(ListPolicyTagsRequest) -> ListPolicyTagsResponse,
    errors [NoSuchEntityException, ServiceFailureException, InvalidInputException]
}

shape::structure! {
    pub struct ListEntitiesForPolicyRequest {
        policy_arn: Required<ArnType> = "PolicyArn",
        entity_filter: Optional<EntityType> = "EntityFilter",
        path_prefix: Optional<PathType> = "PathPrefix",
        policy_usage_filter: Optional<PolicyUsageType> = "PolicyUsageFilter",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListEntitiesForPolicyResponse {
        policy_groups: Optional<PolicyGroupListType> = "PolicyGroups",
        policy_users: Optional<PolicyUserListType> = "PolicyUsers",
        policy_roles: Optional<PolicyRoleListType> = "PolicyRoles",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListEntitiesForPolicy(ListEntitiesForPolicyRequest) -> ListEntitiesForPolicyResponse,
    errors [NoSuchEntityException, InvalidInputException, ServiceFailureException]
}
