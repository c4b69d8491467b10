//! Permissions boundaries of users and roles.

use shape::{Optional, Required};

use super::forms::{ArnType, RoleNameType, UserNameType};

shape::enumeration! {
    pub enum PermissionsBoundaryAttachmentType {
        PermissionsBoundaryPolicy = "PermissionsBoundaryPolicy",
    }
}

shape::structure! {
    pub struct AttachedPermissionsBoundary {
        permissions_boundary_type: Optional<PermissionsBoundaryAttachmentType> = "PermissionsBoundaryType",
        permissions_boundary_arn: Optional<ArnType> = "PermissionsBoundaryArn",
    }
}

shape::structure! {
    pub struct PutUserPermissionsBoundaryRequest {
        user_name: Required<UserNameType> = "UserName",
        permissions_boundary: Required<ArnType> = "PermissionsBoundary",
    }
}

shape::operation! {
    pub PutUserPermissionsBoundary(PutUserPermissionsBoundaryRequest) -> (),
    errors [NoSuchEntityException, InvalidInputException, PolicyNotAttachableException, ServiceFailureException]
}

shape::structure! {
    pub struct DeleteUserPermissionsBoundaryRequest {
        user_name: Required<UserNameType> = "UserName",
    }
}

shape::operation! {
    pub DeleteUserPermissionsBoundary(DeleteUserPermissionsBoundaryRequest) -> (),
    errors [NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct PutRolePermissionsBoundaryRequest {
        role_name: Required<RoleNameType> = "RoleName",
        permissions_boundary: Required<ArnType> = "PermissionsBoundary",
    }
}

shape::operation! {
    pub PutRolePermissionsBoundary(PutRolePermissionsBoundaryRequest) -> (),
    errors [
        NoSuchEntityException, InvalidInputException, UnmodifiableEntityException, PolicyNotAttachableException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct DeleteRolePermissionsBoundaryRequest {
        role_name: Required<RoleNameType> = "RoleName",
    }
}

shape::operation! {
    pub DeleteRolePermissionsBoundary(DeleteRolePermissionsBoundaryRequest) -> (),
    errors [NoSuchEntityException, UnmodifiableEntityException, ServiceFailureException]
}
