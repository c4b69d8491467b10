//! The wire shapes of IAM, stated by hand, one Rust type a wire shape, one file a noun.
//!
//! `e2e/python/test_shapes.py` holds every statement against the service model inside the installed `botocore` package.
//! Members that the house does not serve are stated all the same, so that a request which holds them is understood and
//! can be refused.

mod access_key;
mod account;
mod attachment;
mod authorization_details;
mod boundary;
mod evaluation;
mod forms;
mod group;
mod inline_policy;
mod instance_profile;
mod login_profile;
mod mfa_device;
mod patterns;
mod policy;
mod policy_version;
mod role;
mod simulated_policy;
mod simulation;
mod tag;
mod user;

use shape::{OperationShape, ServiceDescription};

pub use access_key::{
    AccessKey, AccessKeyLastUsed, AccessKeyMetadata, CreateAccessKey, CreateAccessKeyRequest, CreateAccessKeyResponse,
    DeleteAccessKey, DeleteAccessKeyRequest, GetAccessKeyLastUsed, GetAccessKeyLastUsedRequest,
    GetAccessKeyLastUsedResponse, ListAccessKeys, ListAccessKeysRequest, ListAccessKeysResponse, StatusType,
    UpdateAccessKey, UpdateAccessKeyRequest,
};
pub use account::{
    CreateAccountAlias, CreateAccountAliasRequest, DeleteAccountAlias, DeleteAccountAliasRequest, GetAccountSummary,
    GetAccountSummaryRequest, GetAccountSummaryResponse, ListAccountAliases, ListAccountAliasesRequest,
    ListAccountAliasesResponse, SummaryKeyType,
};
pub use attachment::{
    AttachGroupPolicy, AttachGroupPolicyRequest, AttachRolePolicy, AttachRolePolicyRequest, AttachUserPolicy,
    AttachUserPolicyRequest, AttachedPolicy, DetachGroupPolicy, DetachGroupPolicyRequest, DetachRolePolicy,
    DetachRolePolicyRequest, DetachUserPolicy, DetachUserPolicyRequest, ListAttachedGroupPolicies,
    ListAttachedGroupPoliciesRequest, ListAttachedGroupPoliciesResponse, ListAttachedRolePolicies,
    ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse, ListAttachedUserPolicies,
    ListAttachedUserPoliciesRequest, ListAttachedUserPoliciesResponse,
};
pub use authorization_details::{
    GetAccountAuthorizationDetails, GetAccountAuthorizationDetailsRequest, GetAccountAuthorizationDetailsResponse,
    GroupDetail, ManagedPolicyDetail, PolicyDetail, RoleDetail, UserDetail,
};
pub use boundary::{
    AttachedPermissionsBoundary, DeleteRolePermissionsBoundary, DeleteRolePermissionsBoundaryRequest,
    DeleteUserPermissionsBoundary, DeleteUserPermissionsBoundaryRequest, PermissionsBoundaryAttachmentType,
    PutRolePermissionsBoundary, PutRolePermissionsBoundaryRequest, PutUserPermissionsBoundary,
    PutUserPermissionsBoundaryRequest,
};
pub use evaluation::{
    EvaluationResult, OrganizationsDecisionDetail, PermissionsBoundaryDecisionDetail, PolicyEvaluationDecisionType,
    Position, ResourceSpecificResult, Statement,
};
pub use group::{
    AddUserToGroup, AddUserToGroupRequest, CreateGroup, CreateGroupRequest, CreateGroupResponse, DeleteGroup,
    DeleteGroupRequest, GetGroup, GetGroupRequest, GetGroupResponse, Group, ListGroups, ListGroupsForUser,
    ListGroupsForUserRequest, ListGroupsForUserResponse, ListGroupsRequest, ListGroupsResponse, RemoveUserFromGroup,
    RemoveUserFromGroupRequest, UpdateGroup, UpdateGroupRequest,
};
pub use inline_policy::{
    DeleteGroupPolicy, DeleteGroupPolicyRequest, DeleteRolePolicy, DeleteRolePolicyRequest, DeleteUserPolicy,
    DeleteUserPolicyRequest, GetGroupPolicy, GetGroupPolicyRequest, GetGroupPolicyResponse, GetRolePolicy,
    GetRolePolicyRequest, GetRolePolicyResponse, GetUserPolicy, GetUserPolicyRequest, GetUserPolicyResponse,
    ListGroupPolicies, ListGroupPoliciesRequest, ListGroupPoliciesResponse, ListRolePolicies, ListRolePoliciesRequest,
    ListRolePoliciesResponse, ListUserPolicies, ListUserPoliciesRequest, ListUserPoliciesResponse, PutGroupPolicy,
    PutGroupPolicyRequest, PutRolePolicy, PutRolePolicyRequest, PutUserPolicy, PutUserPolicyRequest,
};
pub use instance_profile::{
    AddRoleToInstanceProfile, AddRoleToInstanceProfileRequest, CreateInstanceProfile, CreateInstanceProfileRequest,
    CreateInstanceProfileResponse, DeleteInstanceProfile, DeleteInstanceProfileRequest, GetInstanceProfile,
    GetInstanceProfileRequest, GetInstanceProfileResponse, InstanceProfile, ListInstanceProfileTags,
    ListInstanceProfileTagsRequest, ListInstanceProfileTagsResponse, ListInstanceProfiles, ListInstanceProfilesForRole,
    ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse, ListInstanceProfilesRequest,
    ListInstanceProfilesResponse, RemoveRoleFromInstanceProfile, RemoveRoleFromInstanceProfileRequest,
    TagInstanceProfile, TagInstanceProfileRequest, UntagInstanceProfile, UntagInstanceProfileRequest,
};
pub use login_profile::{
    ChangePassword, ChangePasswordRequest, CreateLoginProfile, CreateLoginProfileRequest, CreateLoginProfileResponse,
    DeleteLoginProfile, DeleteLoginProfileRequest, GetLoginProfile, GetLoginProfileRequest, GetLoginProfileResponse,
    LoginProfile, UpdateLoginProfile, UpdateLoginProfileRequest,
};
pub use mfa_device::{
    AssignmentStatusType, CreateVirtualMFADevice, CreateVirtualMFADeviceRequest, CreateVirtualMFADeviceResponse,
    DeactivateMFADevice, DeactivateMFADeviceRequest, DeleteVirtualMFADevice, DeleteVirtualMFADeviceRequest,
    EnableMFADevice, EnableMFADeviceRequest, GetMFADevice, GetMFADeviceRequest, GetMFADeviceResponse,
    ListMFADeviceTags, ListMFADeviceTagsRequest, ListMFADeviceTagsResponse, ListMFADevices, ListMFADevicesRequest,
    ListMFADevicesResponse, ListVirtualMFADevices, ListVirtualMFADevicesRequest, ListVirtualMFADevicesResponse,
    MFADevice, ResyncMFADevice, ResyncMFADeviceRequest, TagMFADevice, TagMFADeviceRequest, UntagMFADevice,
    UntagMFADeviceRequest, VirtualMFADevice,
};
pub use policy::{
    CreatePolicy, CreatePolicyRequest, CreatePolicyResponse, DeletePolicy, DeletePolicyRequest, EntityType, GetPolicy,
    GetPolicyRequest, GetPolicyResponse, ListEntitiesForPolicy, ListEntitiesForPolicyRequest,
    ListEntitiesForPolicyResponse, ListPolicies, ListPoliciesRequest, ListPoliciesResponse, ListPolicyTags,
    ListPolicyTagsRequest, ListPolicyTagsResponse, Policy, PolicyGroup, PolicyRole, PolicyScopeType, PolicyUsageType,
    PolicyUser, TagPolicy, TagPolicyRequest, UntagPolicy, UntagPolicyRequest,
};
pub use policy_version::{
    CreatePolicyVersion, CreatePolicyVersionRequest, CreatePolicyVersionResponse, DeletePolicyVersion,
    DeletePolicyVersionRequest, GetPolicyVersion, GetPolicyVersionRequest, GetPolicyVersionResponse,
    ListPolicyVersions, ListPolicyVersionsRequest, ListPolicyVersionsResponse, PolicyVersion, SetDefaultPolicyVersion,
    SetDefaultPolicyVersionRequest,
};
pub use role::{
    CreateRole, CreateRoleRequest, CreateRoleResponse, DeleteRole, DeleteRoleRequest, GetRole, GetRoleRequest,
    GetRoleResponse, ListRoleTags, ListRoleTagsRequest, ListRoleTagsResponse, ListRoles, ListRolesRequest,
    ListRolesResponse, Role, RoleLastUsed, SourceRoleTemplate, TagRole, TagRoleRequest, UntagRole, UntagRoleRequest,
    UpdateAssumeRolePolicy, UpdateAssumeRolePolicyRequest, UpdateRole, UpdateRoleDescription,
    UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse, UpdateRoleRequest, UpdateRoleResponse,
};
pub use simulated_policy::{
    AttachmentType, InlinePolicyIdentifierType, OrderedOrganizationPolicyType, PolicyIdentifier,
    PolicyIdentifierPolicyType,
};
pub use simulation::{
    ContextEntry, ContextKeyTypeEnum, GetContextKeysForCustomPolicy, GetContextKeysForCustomPolicyRequest,
    GetContextKeysForPolicyResponse, GetContextKeysForPrincipalPolicy, GetContextKeysForPrincipalPolicyRequest,
    SimulateCustomPolicy, SimulateCustomPolicyRequest, SimulatePolicyResponse, SimulatePrincipalPolicy,
    SimulatePrincipalPolicyRequest,
};
pub use tag::Tag;
pub use user::{
    CreateUser, CreateUserRequest, CreateUserResponse, DeleteUser, DeleteUserRequest, GetUser, GetUserRequest,
    GetUserResponse, ListUserTags, ListUserTagsRequest, ListUserTagsResponse, ListUsers, ListUsersRequest,
    ListUsersResponse, TagUser, TagUserRequest, UntagUser, UntagUserRequest, UpdateUser, UpdateUserRequest, User,
};

/// Every operation whose shapes are stated here.
pub const OPERATIONS: &[OperationShape] = &[
    OperationShape::of::<AddRoleToInstanceProfile>(),
    OperationShape::of::<AddUserToGroup>(),
    OperationShape::of::<AttachGroupPolicy>(),
    OperationShape::of::<AttachRolePolicy>(),
    OperationShape::of::<AttachUserPolicy>(),
    OperationShape::of::<ChangePassword>(),
    OperationShape::of::<CreateAccessKey>(),
    OperationShape::of::<CreateAccountAlias>(),
    OperationShape::of::<CreateGroup>(),
    OperationShape::of::<CreateInstanceProfile>(),
    OperationShape::of::<CreateLoginProfile>(),
    OperationShape::of::<CreatePolicy>(),
    OperationShape::of::<CreatePolicyVersion>(),
    OperationShape::of::<CreateRole>(),
    OperationShape::of::<CreateUser>(),
    OperationShape::of::<CreateVirtualMFADevice>(),
    OperationShape::of::<DeactivateMFADevice>(),
    OperationShape::of::<DeleteAccessKey>(),
    OperationShape::of::<DeleteAccountAlias>(),
    OperationShape::of::<DeleteGroup>(),
    OperationShape::of::<DeleteGroupPolicy>(),
    OperationShape::of::<DeleteInstanceProfile>(),
    OperationShape::of::<DeleteLoginProfile>(),
    OperationShape::of::<DeletePolicy>(),
    OperationShape::of::<DeletePolicyVersion>(),
    OperationShape::of::<DeleteRole>(),
    OperationShape::of::<DeleteRolePermissionsBoundary>(),
    OperationShape::of::<DeleteRolePolicy>(),
    OperationShape::of::<DeleteUser>(),
    OperationShape::of::<DeleteUserPermissionsBoundary>(),
    OperationShape::of::<DeleteUserPolicy>(),
    OperationShape::of::<DeleteVirtualMFADevice>(),
    OperationShape::of::<DetachGroupPolicy>(),
    OperationShape::of::<DetachRolePolicy>(),
    OperationShape::of::<DetachUserPolicy>(),
    OperationShape::of::<EnableMFADevice>(),
    OperationShape::of::<GetAccessKeyLastUsed>(),
    OperationShape::of::<GetAccountAuthorizationDetails>(),
    OperationShape::of::<GetAccountSummary>(),
    OperationShape::of::<GetContextKeysForCustomPolicy>(),
    OperationShape::of::<GetContextKeysForPrincipalPolicy>(),
    OperationShape::of::<GetGroup>(),
    OperationShape::of::<GetGroupPolicy>(),
    OperationShape::of::<GetInstanceProfile>(),
    OperationShape::of::<GetLoginProfile>(),
    OperationShape::of::<GetMFADevice>(),
    OperationShape::of::<GetPolicy>(),
    OperationShape::of::<GetPolicyVersion>(),
    OperationShape::of::<GetRole>(),
    OperationShape::of::<GetRolePolicy>(),
    OperationShape::of::<GetUser>(),
    OperationShape::of::<GetUserPolicy>(),
    OperationShape::of::<ListAccessKeys>(),
    OperationShape::of::<ListAccountAliases>(),
    OperationShape::of::<ListAttachedGroupPolicies>(),
    OperationShape::of::<ListAttachedRolePolicies>(),
    OperationShape::of::<ListAttachedUserPolicies>(),
    OperationShape::of::<ListEntitiesForPolicy>(),
    OperationShape::of::<ListGroupPolicies>(),
    OperationShape::of::<ListGroups>(),
    OperationShape::of::<ListGroupsForUser>(),
    OperationShape::of::<ListInstanceProfileTags>(),
    OperationShape::of::<ListInstanceProfiles>(),
    OperationShape::of::<ListInstanceProfilesForRole>(),
    OperationShape::of::<ListMFADeviceTags>(),
    OperationShape::of::<ListMFADevices>(),
    OperationShape::of::<ListPolicies>(),
    OperationShape::of::<ListPolicyTags>(),
    OperationShape::of::<ListPolicyVersions>(),
    OperationShape::of::<ListRolePolicies>(),
    OperationShape::of::<ListRoleTags>(),
    OperationShape::of::<ListRoles>(),
    OperationShape::of::<ListUserPolicies>(),
    OperationShape::of::<ListUserTags>(),
    OperationShape::of::<ListUsers>(),
    OperationShape::of::<ListVirtualMFADevices>(),
    OperationShape::of::<PutGroupPolicy>(),
    OperationShape::of::<PutRolePermissionsBoundary>(),
    OperationShape::of::<PutRolePolicy>(),
    OperationShape::of::<PutUserPermissionsBoundary>(),
    OperationShape::of::<PutUserPolicy>(),
    OperationShape::of::<RemoveRoleFromInstanceProfile>(),
    OperationShape::of::<RemoveUserFromGroup>(),
    OperationShape::of::<ResyncMFADevice>(),
    OperationShape::of::<SetDefaultPolicyVersion>(),
    OperationShape::of::<SimulateCustomPolicy>(),
    OperationShape::of::<SimulatePrincipalPolicy>(),
    OperationShape::of::<TagInstanceProfile>(),
    OperationShape::of::<TagMFADevice>(),
    OperationShape::of::<TagPolicy>(),
    OperationShape::of::<TagRole>(),
    OperationShape::of::<TagUser>(),
    OperationShape::of::<UntagInstanceProfile>(),
    OperationShape::of::<UntagMFADevice>(),
    OperationShape::of::<UntagPolicy>(),
    OperationShape::of::<UntagRole>(),
    OperationShape::of::<UntagUser>(),
    OperationShape::of::<UpdateAccessKey>(),
    OperationShape::of::<UpdateAssumeRolePolicy>(),
    OperationShape::of::<UpdateGroup>(),
    OperationShape::of::<UpdateLoginProfile>(),
    OperationShape::of::<UpdateRole>(),
    OperationShape::of::<UpdateRoleDescription>(),
    OperationShape::of::<UpdateUser>(),
];

/// The statements as data, to be compared with AWS's model.
pub fn description() -> ServiceDescription {
    ServiceDescription::of(OPERATIONS)
}

/// Parses the bytes as each operation's request. Panics when a promise of the shapes is broken.
pub fn fuzz_all(bytes: &[u8]) {
    for operation in OPERATIONS {
        (operation.fuzz)(bytes);
    }
}

#[cfg(test)]
mod tests;
