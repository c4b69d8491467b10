//! The operations, one file each, and what is the same around all of them.
//!
//! Around every story: its request is parsed, writers of an account take turns, a change is told again when someone
//! else changed the account's IAM in between, and whatever it ends with, success or refusal, is on the trail before it
//! is rendered.

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

use ::policy::Action;
use gate::{Caller, RequestContext, SessionHolder};
use shape::{QueryParameters, Reply, Structure, parse_query_unquoted, xml_answer};
use trail::{ApiCall, Failure, Recorded, RequestParameters, Unrecorded};
use zeroize::Zeroizing;

use crate::{
    error::Error,
    room::{Call, Room, SOURCE},
};

/// Of answers and errors.
pub const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

/// How a call ended.
#[derive(Debug)]
pub enum Outcome {
    /// The answer's XML. Wiped when dropped.
    Success(Zeroizing<Vec<u8>>),
    Refused(Error),
}

/// A change is told this often while others are faster.
const TELLINGS_MAX: usize = 8;

macro_rules! tell_story {
    (Read, $noun:ident, $story:ident, $room:ident, $call:ident, $request:ident) => {
        $noun::$story::$story(&$call, &$request).await
    };
    (Write, $noun:ident, $story:ident, $room:ident, $call:ident, $request:ident) => {{
        let _turn = $room.turns.take($call.account()).await;
        let mut told = $noun::$story::$story(&$call, &$request).await;
        for _ in 1..TELLINGS_MAX {
            if !matches!(told, Err(Error::Conflict)) {
                break;
            }
            told = $noun::$story::$story(&$call, &$request).await;
        }
        told
    }};
}

macro_rules! operations {
    ($( $name:ident => $noun:ident :: $story:ident, $kind:ident; )*) => {
        /// Every operation that the service answers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Operation {
            $( $name, )*
        }

        impl Operation {
            pub const ALL: &[Self] = &[$( Self::$name, )*];

            /// Operations are named with their case.
            pub fn parse(name: &str) -> Option<Self> {
                match name {
                    $( stringify!($name) => Some(Self::$name), )*
                    _ => None,
                }
            }

            pub fn action(self) -> Action {
                match self {
                    $( Self::$name => const { Action::new(concat!("iam:", stringify!($name))) }, )*
                }
            }

            pub fn is_read_only(self) -> bool {
                match self {
                    $( Self::$name => matches!(Kind::$kind, Kind::Read), )*
                }
            }
        }

        /// Answers one authenticated call. An error means that it could not be recorded, so that nothing may be said.
        pub async fn answer(
            room: &Room,
            context: &RequestContext,
            caller: &Caller,
            operation: Operation,
            query: &QueryParameters,
        ) -> Result<Recorded<Outcome>, Unrecorded> {
            let surroundings = Surroundings { room, context, caller, operation };
            if let Err(error) = may_call_iam(caller) {
                return surroundings.refuse(None, error).await;
            }
            match operation {
                $( Operation::$name => {
                    let request = match parse_query_unquoted(query) {
                        Ok(request) => request,
                        Err(error) => return surroundings.refuse(None, error.into()).await,
                    };
                    let parameters = Parameters(&request);
                    let call = surroundings.call(&parameters);
                    match tell_story!($kind, $noun, $story, room, call, request) {
                        Ok(answer) => Ok(answer.map(|answer| surroundings.success(&answer))),
                        Err(error) => surroundings.refuse(Some(&parameters), error).await,
                    }
                } )*
            }
        }
    };
}

enum Kind {
    Read,
    Write,
}

operations! {
    CreateAccessKey => access_key::create_access_key, Write;
    DeleteAccessKey => access_key::delete_access_key, Write;
    GetAccessKeyLastUsed => access_key::get_access_key_last_used, Read;
    ListAccessKeys => access_key::list_access_keys, Read;
    UpdateAccessKey => access_key::update_access_key, Write;

    GetAccountAuthorizationDetails => account::get_account_authorization_details, Read;
    GetAccountSummary => account::get_account_summary, Read;

    CreateAccountAlias => account_alias::create_account_alias, Write;
    DeleteAccountAlias => account_alias::delete_account_alias, Write;
    ListAccountAliases => account_alias::list_account_aliases, Read;

    AttachGroupPolicy => attachment::attach_group_policy, Write;
    AttachRolePolicy => attachment::attach_role_policy, Write;
    AttachUserPolicy => attachment::attach_user_policy, Write;
    DetachGroupPolicy => attachment::detach_group_policy, Write;
    DetachRolePolicy => attachment::detach_role_policy, Write;
    DetachUserPolicy => attachment::detach_user_policy, Write;
    ListAttachedGroupPolicies => attachment::list_attached_group_policies, Read;
    ListAttachedRolePolicies => attachment::list_attached_role_policies, Read;
    ListAttachedUserPolicies => attachment::list_attached_user_policies, Read;
    ListEntitiesForPolicy => attachment::list_entities_for_policy, Read;

    DeleteRolePermissionsBoundary => boundary::delete_role_permissions_boundary, Write;
    DeleteUserPermissionsBoundary => boundary::delete_user_permissions_boundary, Write;
    PutRolePermissionsBoundary => boundary::put_role_permissions_boundary, Write;
    PutUserPermissionsBoundary => boundary::put_user_permissions_boundary, Write;

    AddUserToGroup => group::add_user_to_group, Write;
    CreateGroup => group::create_group, Write;
    DeleteGroup => group::delete_group, Write;
    GetGroup => group::get_group, Read;
    ListGroups => group::list_groups, Read;
    ListGroupsForUser => group::list_groups_for_user, Read;
    RemoveUserFromGroup => group::remove_user_from_group, Write;
    UpdateGroup => group::update_group, Write;

    DeleteGroupPolicy => inline_policy::delete_group_policy, Write;
    DeleteRolePolicy => inline_policy::delete_role_policy, Write;
    DeleteUserPolicy => inline_policy::delete_user_policy, Write;
    GetGroupPolicy => inline_policy::get_group_policy, Read;
    GetRolePolicy => inline_policy::get_role_policy, Read;
    GetUserPolicy => inline_policy::get_user_policy, Read;
    ListGroupPolicies => inline_policy::list_group_policies, Read;
    ListRolePolicies => inline_policy::list_role_policies, Read;
    ListUserPolicies => inline_policy::list_user_policies, Read;
    PutGroupPolicy => inline_policy::put_group_policy, Write;
    PutRolePolicy => inline_policy::put_role_policy, Write;
    PutUserPolicy => inline_policy::put_user_policy, Write;

    AddRoleToInstanceProfile => instance_profile::add_role_to_instance_profile, Write;
    CreateInstanceProfile => instance_profile::create_instance_profile, Write;
    DeleteInstanceProfile => instance_profile::delete_instance_profile, Write;
    GetInstanceProfile => instance_profile::get_instance_profile, Read;
    ListInstanceProfileTags => instance_profile::list_instance_profile_tags, Read;
    ListInstanceProfiles => instance_profile::list_instance_profiles, Read;
    ListInstanceProfilesForRole => instance_profile::list_instance_profiles_for_role, Read;
    RemoveRoleFromInstanceProfile => instance_profile::remove_role_from_instance_profile, Write;
    TagInstanceProfile => instance_profile::tag_instance_profile, Write;
    UntagInstanceProfile => instance_profile::untag_instance_profile, Write;

    ChangePassword => login_profile::change_password, Write;
    CreateLoginProfile => login_profile::create_login_profile, Write;
    DeleteLoginProfile => login_profile::delete_login_profile, Write;
    GetLoginProfile => login_profile::get_login_profile, Read;
    UpdateLoginProfile => login_profile::update_login_profile, Write;

    CreateVirtualMFADevice => mfa_device::create_virtual_mfa_device, Write;
    DeactivateMFADevice => mfa_device::deactivate_mfa_device, Write;
    DeleteVirtualMFADevice => mfa_device::delete_virtual_mfa_device, Write;
    EnableMFADevice => mfa_device::enable_mfa_device, Write;
    GetMFADevice => mfa_device::get_mfa_device, Read;
    ListMFADeviceTags => mfa_device::list_mfa_device_tags, Read;
    ListMFADevices => mfa_device::list_mfa_devices, Read;
    ListVirtualMFADevices => mfa_device::list_virtual_mfa_devices, Read;
    ResyncMFADevice => mfa_device::resync_mfa_device, Write;
    TagMFADevice => mfa_device::tag_mfa_device, Write;
    UntagMFADevice => mfa_device::untag_mfa_device, Write;

    CreatePolicy => policy::create_policy, Write;
    CreatePolicyVersion => policy::create_policy_version, Write;
    DeletePolicy => policy::delete_policy, Write;
    DeletePolicyVersion => policy::delete_policy_version, Write;
    GetPolicy => policy::get_policy, Read;
    GetPolicyVersion => policy::get_policy_version, Read;
    ListPolicies => policy::list_policies, Read;
    ListPolicyTags => policy::list_policy_tags, Read;
    ListPolicyVersions => policy::list_policy_versions, Read;
    SetDefaultPolicyVersion => policy::set_default_policy_version, Write;
    TagPolicy => policy::tag_policy, Write;
    UntagPolicy => policy::untag_policy, Write;

    CreateRole => role::create_role, Write;
    DeleteRole => role::delete_role, Write;
    GetRole => role::get_role, Read;
    ListRoleTags => role::list_role_tags, Read;
    ListRoles => role::list_roles, Read;
    TagRole => role::tag_role, Write;
    UntagRole => role::untag_role, Write;
    UpdateAssumeRolePolicy => role::update_assume_role_policy, Write;
    UpdateRole => role::update_role, Write;
    UpdateRoleDescription => role::update_role_description, Write;

    GetContextKeysForCustomPolicy => simulation::get_context_keys_for_custom_policy, Read;
    GetContextKeysForPrincipalPolicy => simulation::get_context_keys_for_principal_policy, Read;
    SimulateCustomPolicy => simulation::simulate_custom_policy, Read;
    SimulatePrincipalPolicy => simulation::simulate_principal_policy, Read;

    CreateUser => user::create_user, Write;
    DeleteUser => user::delete_user, Write;
    GetUser => user::get_user, Read;
    ListUserTags => user::list_user_tags, Read;
    ListUsers => user::list_users, Read;
    TagUser => user::tag_user, Write;
    UntagUser => user::untag_user, Write;
    UpdateUser => user::update_user, Write;
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

struct Surroundings<'a> {
    room: &'a Room,
    context: &'a RequestContext,
    caller: &'a Caller,
    operation: Operation,
}

impl<'a> Surroundings<'a> {
    fn call(&self, parameters: &'a dyn RequestParameters) -> Call<'a> {
        let Self { room, context, caller, operation } = *self;
        Call { room, context, caller, action: operation.action(), is_read_only: operation.is_read_only(), parameters }
    }

    fn success(&self, answer: &impl Reply) -> Outcome {
        let mut body = Zeroizing::new(Vec::new());
        let (request_id, name) = (self.context.request_id.to_string(), self.operation.action().operation());
        xml_answer(NAMESPACE, &request_id, name, answer, &mut body);
        Outcome::Success(body)
    }

    async fn refuse(
        &self,
        parameters: Option<&dyn RequestParameters>,
        error: Error,
    ) -> Result<Recorded<Outcome>, Unrecorded> {
        if let Error::Unrecorded(error) = error {
            return Err(error);
        }
        if let Error::Internal(cause) = &error {
            let request_id = self.context.request_id;
            tracing::error!(target: "keepwell::operator", %request_id, %cause, "an operation failed");
        }
        let message = error.message();
        let call = ApiCall {
            context: self.context,
            caller: self.caller,
            event: self.context.event_id,
            source: SOURCE,
            action: self.operation.action(),
            is_read_only: self.operation.is_read_only(),
            // CloudTrail keeps no parameters of a call that was denied.
            parameters: parameters.filter(|_| !matches!(error, Error::AccessDenied(_))),
            response: None,
            failure: Some(Failure { code: error.code(), message: &message }),
        };
        self.room.recorder.tell(&call, None, Outcome::Refused(error)).await
    }
}

/// A request as the trail tells of it: the shape leaves out what is sensitive.
struct Parameters<'a, R>(&'a R);

impl<R: Structure + Sync> RequestParameters for Parameters<'_, R> {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.record(out);
    }
}
