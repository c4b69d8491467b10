use shape::{Integer, List, Optional, Required, Text};

use super::boundary::AttachedPermissionsBoundary;
use super::forms::{
    ArnType, BooleanType, DateType, IdType, MarkerType, MaxItemsType, PathPrefixType, PathType, PolicyDocumentType,
    ResponseMarkerType, RoleNameType, StringType,
};
use super::patterns::ROLE_DESCRIPTION;
use super::tag::{TagKeyListType, TagListType};

shape::forms! {
    pub RoleDescriptionType: Text { max: 1000, pattern: ROLE_DESCRIPTION }
    pub RoleMaxSessionDurationType: Integer { min: 3600, max: 43_200 }
    pub RoleListType: List<Role> {}
    pub IntegerType: Integer {}
}

shape::structure! {
    pub struct Role {
        path: Required<PathType> = "Path",
        role_name: Required<RoleNameType> = "RoleName",
        role_id: Required<IdType> = "RoleId",
        arn: Required<ArnType> = "Arn",
        create_date: Required<DateType> = "CreateDate",
        assume_role_policy_document: Optional<PolicyDocumentType> = "AssumeRolePolicyDocument",
        description: Optional<RoleDescriptionType> = "Description",
        max_session_duration: Optional<RoleMaxSessionDurationType> = "MaxSessionDuration",
        permissions_boundary: Optional<AttachedPermissionsBoundary> = "PermissionsBoundary",
        tags: Optional<TagListType> = "Tags",
        role_last_used: Optional<RoleLastUsed> = "RoleLastUsed",
        source_role_template: Optional<SourceRoleTemplate> = "SourceRoleTemplate",
    }
}

shape::structure! {
    pub struct RoleLastUsed {
        last_used_date: Optional<DateType> = "LastUsedDate",
        region: Optional<StringType> = "Region",
    }
}

shape::structure! {
    /// The template of a role that was made by `AcquireRole`.
    pub struct SourceRoleTemplate {
        template_arn: Required<ArnType> = "TemplateArn",
        template_minor_version: Required<IntegerType> = "TemplateMinorVersion",
    }
}

shape::structure! {
    pub struct CreateRoleRequest {
        path: Optional<PathType> = "Path",
        role_name: Required<RoleNameType> = "RoleName",
        assume_role_policy_document: Required<PolicyDocumentType> = "AssumeRolePolicyDocument",
        description: Optional<RoleDescriptionType> = "Description",
        max_session_duration: Optional<RoleMaxSessionDurationType> = "MaxSessionDuration",
        permissions_boundary: Optional<ArnType> = "PermissionsBoundary",
        tags: Optional<TagListType> = "Tags",
    }
}

shape::structure! {
    pub struct CreateRoleResponse {
        role: Required<Role> = "Role",
    }
}

shape::operation! {
    pub CreateRole(CreateRoleRequest) -> CreateRoleResponse,
    errors [
        LimitExceededException, InvalidInputException, EntityAlreadyExistsException, MalformedPolicyDocumentException,
        ConcurrentModificationException, ServiceFailureException,
    ]
}

shape::structure! {
    pub struct GetRoleRequest {
        role_name: Required<RoleNameType> = "RoleName",
    }
}

shape::structure! {
    pub struct GetRoleResponse {
        role: Required<Role> = "Role",
    }
}

shape::operation! {
    pub GetRole(GetRoleRequest) -> GetRoleResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct UpdateRoleRequest {
        role_name: Required<RoleNameType> = "RoleName",
        description: Optional<RoleDescriptionType> = "Description",
        max_session_duration: Optional<RoleMaxSessionDurationType> = "MaxSessionDuration",
    }
}

shape::structure! {
    pub struct UpdateRoleResponse {}
}

shape::operation! {
    pub UpdateRole(UpdateRoleRequest) -> UpdateRoleResponse,
    errors [UnmodifiableEntityException, NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct UpdateRoleDescriptionRequest {
        role_name: Required<RoleNameType> = "RoleName",
        description: Required<RoleDescriptionType> = "Description",
    }
}

shape::structure! {
    pub struct UpdateRoleDescriptionResponse {
        role: Optional<Role> = "Role",
    }
}

shape::operation! {
    pub UpdateRoleDescription(UpdateRoleDescriptionRequest) -> UpdateRoleDescriptionResponse,
    errors [NoSuchEntityException, UnmodifiableEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct UpdateAssumeRolePolicyRequest {
        role_name: Required<RoleNameType> = "RoleName",
        policy_document: Required<PolicyDocumentType> = "PolicyDocument",
    }
}

shape::operation! {
    pub UpdateAssumeRolePolicy(UpdateAssumeRolePolicyRequest) -> (),
    errors [
        NoSuchEntityException, MalformedPolicyDocumentException, LimitExceededException, UnmodifiableEntityException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct DeleteRoleRequest {
        role_name: Required<RoleNameType> = "RoleName",
    }
}

shape::operation! {
    pub DeleteRole(DeleteRoleRequest) -> (),
    errors [
        NoSuchEntityException, DeleteConflictException, LimitExceededException, UnmodifiableEntityException,
        ConcurrentModificationException, ServiceFailureException,
    ]
}

shape::structure! {
    pub struct ListRolesRequest {
        path_prefix: Optional<PathPrefixType> = "PathPrefix",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListRolesResponse {
        roles: Required<RoleListType> = "Roles",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListRoles(ListRolesRequest) -> ListRolesResponse, errors [ServiceFailureException]
}

shape::structure! {
    pub struct TagRoleRequest {
        role_name: Required<RoleNameType> = "RoleName",
        tags: Required<TagListType> = "Tags",
    }
}

shape::operation! {
    pub TagRole(TagRoleRequest) -> (),
    errors [
        NoSuchEntityException, LimitExceededException, InvalidInputException, ConcurrentModificationException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct UntagRoleRequest {
        role_name: Required<RoleNameType> = "RoleName",
        tag_keys: Required<TagKeyListType> = "TagKeys",
    }
}

shape::operation! {
    pub UntagRole(UntagRoleRequest) -> (),
    errors [NoSuchEntityException, ConcurrentModificationException, ServiceFailureException]
}

shape::structure! {
    pub struct ListRoleTagsRequest {
        role_name: Required<RoleNameType> = "RoleName",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListRoleTagsResponse {
        tags: Required<TagListType> = "Tags",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListRoleTags(ListRoleTagsRequest) -> ListRoleTagsResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}
