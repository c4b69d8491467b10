//! The operations, one file each.
//!
//! What is the same around all of them is the frame's (`service`). Here it refuses sessions that may not call IAM, and
//! writers of an account take turns.

mod access_key;
mod account;
mod account_alias;
mod attachment;
mod boundary;
mod group;
mod inline_policy;
mod instance_profile;
mod login_profile;
mod mfa_device;
mod owner;
mod policy;
mod role;
mod simulation;
mod user;

use gate::{Caller, SessionHolder};
use service::{Asked, Service};
use shape::{ParseError, QueryParameters, Rendered, Reply, Structure, parse_query_unquoted};
use trail::Recorder;

use crate::{
    error::Error,
    room::{Call, Room},
};

/// Of answers and errors.
pub const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

service::operations! {
    Room, Call, "iam:";

    CreateAccessKey => access_key::create_access_key, Write in_turn;
    DeleteAccessKey => access_key::delete_access_key, Write in_turn;
    GetAccessKeyLastUsed => access_key::get_access_key_last_used, Read;
    ListAccessKeys => access_key::list_access_keys, Read;
    UpdateAccessKey => access_key::update_access_key, Write in_turn;

    GetAccountAuthorizationDetails => account::get_account_authorization_details, Read;
    GetAccountSummary => account::get_account_summary, Read;

    CreateAccountAlias => account_alias::create_account_alias, Write in_turn;
    DeleteAccountAlias => account_alias::delete_account_alias, Write in_turn;
    ListAccountAliases => account_alias::list_account_aliases, Read;

    AttachGroupPolicy => attachment::attach_group_policy, Write in_turn;
    AttachRolePolicy => attachment::attach_role_policy, Write in_turn;
    AttachUserPolicy => attachment::attach_user_policy, Write in_turn;
    DetachGroupPolicy => attachment::detach_group_policy, Write in_turn;
    DetachRolePolicy => attachment::detach_role_policy, Write in_turn;
    DetachUserPolicy => attachment::detach_user_policy, Write in_turn;
    ListAttachedGroupPolicies => attachment::list_attached_group_policies, Read;
    ListAttachedRolePolicies => attachment::list_attached_role_policies, Read;
    ListAttachedUserPolicies => attachment::list_attached_user_policies, Read;
    ListEntitiesForPolicy => attachment::list_entities_for_policy, Read;

    DeleteRolePermissionsBoundary => boundary::delete_role_permissions_boundary, Write in_turn;
    DeleteUserPermissionsBoundary => boundary::delete_user_permissions_boundary, Write in_turn;
    PutRolePermissionsBoundary => boundary::put_role_permissions_boundary, Write in_turn;
    PutUserPermissionsBoundary => boundary::put_user_permissions_boundary, Write in_turn;

    AddUserToGroup => group::add_user_to_group, Write in_turn;
    CreateGroup => group::create_group, Write in_turn;
    DeleteGroup => group::delete_group, Write in_turn;
    GetGroup => group::get_group, Read;
    ListGroups => group::list_groups, Read;
    ListGroupsForUser => group::list_groups_for_user, Read;
    RemoveUserFromGroup => group::remove_user_from_group, Write in_turn;
    UpdateGroup => group::update_group, Write in_turn;

    DeleteGroupPolicy => inline_policy::delete_group_policy, Write in_turn;
    DeleteRolePolicy => inline_policy::delete_role_policy, Write in_turn;
    DeleteUserPolicy => inline_policy::delete_user_policy, Write in_turn;
    GetGroupPolicy => inline_policy::get_group_policy, Read;
    GetRolePolicy => inline_policy::get_role_policy, Read;
    GetUserPolicy => inline_policy::get_user_policy, Read;
    ListGroupPolicies => inline_policy::list_group_policies, Read;
    ListRolePolicies => inline_policy::list_role_policies, Read;
    ListUserPolicies => inline_policy::list_user_policies, Read;
    PutGroupPolicy => inline_policy::put_group_policy, Write in_turn;
    PutRolePolicy => inline_policy::put_role_policy, Write in_turn;
    PutUserPolicy => inline_policy::put_user_policy, Write in_turn;

    AddRoleToInstanceProfile => instance_profile::add_role_to_instance_profile, Write in_turn;
    CreateInstanceProfile => instance_profile::create_instance_profile, Write in_turn;
    DeleteInstanceProfile => instance_profile::delete_instance_profile, Write in_turn;
    GetInstanceProfile => instance_profile::get_instance_profile, Read;
    ListInstanceProfileTags => instance_profile::list_instance_profile_tags, Read;
    ListInstanceProfiles => instance_profile::list_instance_profiles, Read;
    ListInstanceProfilesForRole => instance_profile::list_instance_profiles_for_role, Read;
    RemoveRoleFromInstanceProfile => instance_profile::remove_role_from_instance_profile, Write in_turn;
    TagInstanceProfile => instance_profile::tag_instance_profile, Write in_turn;
    UntagInstanceProfile => instance_profile::untag_instance_profile, Write in_turn;

    ChangePassword => login_profile::change_password, Write in_turn;
    CreateLoginProfile => login_profile::create_login_profile, Write in_turn;
    DeleteLoginProfile => login_profile::delete_login_profile, Write in_turn;
    GetLoginProfile => login_profile::get_login_profile, Read;
    UpdateLoginProfile => login_profile::update_login_profile, Write in_turn;

    CreateVirtualMFADevice => mfa_device::create_virtual_mfa_device, Write in_turn;
    DeactivateMFADevice => mfa_device::deactivate_mfa_device, Write in_turn;
    DeleteVirtualMFADevice => mfa_device::delete_virtual_mfa_device, Write in_turn;
    EnableMFADevice => mfa_device::enable_mfa_device, Write in_turn;
    GetMFADevice => mfa_device::get_mfa_device, Read;
    ListMFADeviceTags => mfa_device::list_mfa_device_tags, Read;
    ListMFADevices => mfa_device::list_mfa_devices, Read;
    ListVirtualMFADevices => mfa_device::list_virtual_mfa_devices, Read;
    ResyncMFADevice => mfa_device::resync_mfa_device, Write in_turn;
    TagMFADevice => mfa_device::tag_mfa_device, Write in_turn;
    UntagMFADevice => mfa_device::untag_mfa_device, Write in_turn;

    CreatePolicy => policy::create_policy, Write in_turn;
    CreatePolicyVersion => policy::create_policy_version, Write in_turn;
    DeletePolicy => policy::delete_policy, Write in_turn;
    DeletePolicyVersion => policy::delete_policy_version, Write in_turn;
    GetPolicy => policy::get_policy, Read;
    GetPolicyVersion => policy::get_policy_version, Read;
    ListPolicies => policy::list_policies, Read;
    ListPolicyTags => policy::list_policy_tags, Read;
    ListPolicyVersions => policy::list_policy_versions, Read;
    SetDefaultPolicyVersion => policy::set_default_policy_version, Write in_turn;
    TagPolicy => policy::tag_policy, Write in_turn;
    UntagPolicy => policy::untag_policy, Write in_turn;

    CreateRole => role::create_role, Write in_turn;
    DeleteRole => role::delete_role, Write in_turn;
    GetRole => role::get_role, Read;
    ListRoleTags => role::list_role_tags, Read;
    ListRoles => role::list_roles, Read;
    TagRole => role::tag_role, Write in_turn;
    UntagRole => role::untag_role, Write in_turn;
    UpdateAssumeRolePolicy => role::update_assume_role_policy, Write in_turn;
    UpdateRole => role::update_role, Write in_turn;
    UpdateRoleDescription => role::update_role_description, Write in_turn;

    GetContextKeysForCustomPolicy => simulation::get_context_keys_for_custom_policy, Read;
    GetContextKeysForPrincipalPolicy => simulation::get_context_keys_for_principal_policy, Read;
    SimulateCustomPolicy => simulation::simulate_custom_policy, Read;
    SimulatePrincipalPolicy => simulation::simulate_principal_policy, Read;

    CreateUser => user::create_user, Write in_turn;
    DeleteUser => user::delete_user, Write in_turn;
    GetUser => user::get_user, Read;
    ListUserTags => user::list_user_tags, Read;
    ListUsers => user::list_users, Read;
    TagUser => user::tag_user, Write in_turn;
    UntagUser => user::untag_user, Write in_turn;
    UpdateUser => user::update_user, Write in_turn;
}

impl Service for Room {
    type Operation = Operation;
    type Error = Error;
    type Request = QueryParameters;

    const SOURCE: &'static str = "iam.amazonaws.com";

    fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    fn admit(caller: &Caller, _: Operation) -> Result<(), Error> {
        may_call_iam(caller)
    }

    fn parse<R: Structure>(request: &QueryParameters) -> Result<R, ParseError> {
        parse_query_unquoted(request)
    }

    fn render(asked: &Asked<'_, Self>, answer: &impl Reply) -> Rendered {
        service::xml(NAMESPACE, asked, answer)
    }
}

/// GetSessionToken's credentials may call IAM only when a one-time code was shown for them; federated users never.
fn may_call_iam(caller: &Caller) -> Result<(), Error> {
    let Some(session) = caller.session() else { return Ok(()) };
    match session.holder {
        SessionHolder::Root | SessionHolder::User { .. } if session.mfa_at.is_none() => {
            Err(Error::InvalidClientTokenId)
        }
        SessionHolder::FederatedUser { .. } => Err(Error::InvalidClientTokenId),
        _ => Ok(()),
    }
}
