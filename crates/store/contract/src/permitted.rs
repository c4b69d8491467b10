//! Under which actions a change may happen.

use std::sync::Arc;

use policy::{Action, Permit};
use terms::AccountId;

use crate::{
    Change, EntityKind, FunctionChange, IdentityChange, KeyChange, LogContentChange, LogGroupChange, SecretChange,
    deployment_arn, log_streams_resource,
};

macro_rules! actions {
    ($service:literal: $( $operation:ident )*) => {
        &[$( Action::new(concat!($service, ":", stringify!($operation))) ),*]
    };
}

const CREATES_SECRETS: &[Action] = actions!("secretsmanager": CreateSecret);
const UPDATES_SECRETS: &[Action] = actions!("secretsmanager":
    PutSecretValue UpdateSecret UpdateSecretVersionStage TagResource UntagResource DeleteSecret RestoreSecret
    PutResourcePolicy DeleteResourcePolicy RotateSecret CancelRotateSecret TrimVersions RunRotation);
/// Attempts to rotate, and looks whether rotating would work.
const TELLS_OF_ROTATIONS: &[Action] = actions!("secretsmanager":
    RotateSecret CancelRotateSecret PutSecretValue UpdateSecret UpdateSecretVersionStage RunRotation CheckRotation);
const ERASES_SECRETS: &[Action] = actions!("secretsmanager": DeleteSecret EndRecoveryWindow);
const MAKES_KEYS: &[Action] = actions!("kms": CreateKey ReplicateKey);
const CREATE_KEY: Action = Action::new("kms:CreateKey");
/// Aliases are on the key that they name.
const CHANGES_KEYS: &[Action] = actions!("kms":
    UpdateKeyDescription EnableKey DisableKey ScheduleKeyDeletion CancelKeyDeletion EnableKeyRotation DisableKeyRotation
    RotateKeyOnDemand CreateAlias UpdateAlias DeleteAlias PutKeyPolicy CreateGrant RetireGrant RevokeGrant TagResource
    UntagResource ReplicateKey UpdatePrimaryRegion SynchronizeMultiRegionKey RotateKey DeleteKey);
const MAKES_FUNCTIONS: &[Action] = actions!("lambda": CreateFunction);
/// Versions, aliases and policies are the function's.
const CHANGES_FUNCTIONS: &[Action] = actions!("lambda":
    UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction PublishVersion CreateAlias UpdateAlias DeleteAlias
    AddPermission RemovePermission TagResource UntagResource PutFunctionConcurrency DeleteFunctionConcurrency);
const DELETES_FUNCTIONS: &[Action] = actions!("lambda": DeleteFunction);
const MAKES_LOG_GROUPS: &[Action] = actions!("logs": CreateLogGroup);
const CHANGES_LOG_GROUPS: &[Action] = actions!("logs":
    PutRetentionPolicy DeleteRetentionPolicy PutLogGroupDeletionProtection TagLogGroup UntagLogGroup);
/// Policies see these of the group's own ARN.
const TAGS_LOG_GROUPS: &[Action] = actions!("logs": TagResource UntagResource);
const DELETES_LOG_GROUPS: &[Action] = actions!("logs": DeleteLogGroup);
const MAKES_LOG_STREAMS: &[Action] = actions!("logs": CreateLogStream);
const DELETES_LOG_STREAMS: &[Action] = actions!("logs": DeleteLogStream);
const APPENDS_LOG_EVENTS: &[Action] = actions!("logs": PutLogEvents);
const ERASES_LOG_EVENTS: &[Action] = actions!("logs": TendLogGroup);
const CHANGES_THE_DEPLOYMENT: &[Action] = actions!("keepwell": CreateDeployment RotateRootKey MoveRootKey);
const MAKES_ACCOUNTS: &[Action] = actions!("keepwell": CreateAccount);
const CLOSES_ACCOUNTS: &[Action] = actions!("keepwell": CloseAccount);

const USERS: &[Action] = actions!("iam":
    CreateUser UpdateUser DeleteUser TagUser UntagUser PutUserPermissionsBoundary DeleteUserPermissionsBoundary
    PutUserPolicy DeleteUserPolicy AttachUserPolicy DetachUserPolicy CreateLoginProfile UpdateLoginProfile
    DeleteLoginProfile ChangePassword);
const GROUPS: &[Action] = actions!("iam":
    CreateGroup UpdateGroup DeleteGroup AddUserToGroup RemoveUserFromGroup PutGroupPolicy DeleteGroupPolicy
    AttachGroupPolicy DetachGroupPolicy);
const ROLES: &[Action] = actions!("iam":
    CreateRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy DeleteRole TagRole UntagRole
    PutRolePermissionsBoundary DeleteRolePermissionsBoundary PutRolePolicy DeleteRolePolicy AttachRolePolicy
    DetachRolePolicy);
const POLICIES: &[Action] = actions!("iam":
    CreatePolicy DeletePolicy CreatePolicyVersion DeletePolicyVersion SetDefaultPolicyVersion TagPolicy UntagPolicy);
const INSTANCE_PROFILES: &[Action] = actions!("iam":
    CreateInstanceProfile DeleteInstanceProfile AddRoleToInstanceProfile RemoveRoleFromInstanceProfile
    TagInstanceProfile UntagInstanceProfile);
const MFA_DEVICES: &[Action] = actions!("iam":
    CreateVirtualMFADevice DeleteVirtualMFADevice EnableMFADevice DeactivateMFADevice ResyncMFADevice TagMFADevice
    UntagMFADevice);
/// A one-time code that was taken is noted with its device.
const TAKES_CODES: &[Action] = actions!("sts": AssumeRole GetSessionToken);
const ACCESS_KEYS: &[Action] = actions!("iam": CreateAccessKey UpdateAccessKey DeleteAccessKey);
const SETTINGS: &[Action] = actions!("iam": CreateAccountAlias DeleteAccountAlias);

pub(crate) fn is_permitted(permit: &Permit, change: &Change) -> bool {
    let covers = |actions: &[Action], arn: &str| actions.iter().any(|action| permit.covers(*action, arn).is_ok());
    match change {
        Change::Secret(SecretChange::Create { after }) => covers(CREATES_SECRETS, &after.arn),
        Change::Secret(SecretChange::Update { before, .. }) => covers(UPDATES_SECRETS, &before.arn),
        Change::Secret(SecretChange::Erase { before }) => covers(ERASES_SECRETS, &before.arn),
        Change::Deployment(_) => covers(CHANGES_THE_DEPLOYMENT, &deployment_arn()),
        Change::Account(account) => covers(MAKES_ACCOUNTS, &account_arn(account.id)),
        Change::CloseAccount(account) => covers(CLOSES_ACCOUNTS, &account_arn(*account)),
        Change::Key(KeyChange::Create { after }) => {
            let account = account_arn(after.scope.account);
            covers(MAKES_KEYS, &after.arn)
                || covers(MAKES_KEYS, &account)
                || covers(MAKES_ACCOUNTS, &account)
                || covers_new_keys(permit, after.scope.account)
        }
        Change::Key(KeyChange::Update { before, .. }) => covers(CHANGES_KEYS, &before.arn),
        Change::Function(change) => {
            let actions = match change {
                FunctionChange::Create { .. } => MAKES_FUNCTIONS,
                FunctionChange::Update { .. } => CHANGES_FUNCTIONS,
                FunctionChange::Delete { .. } => DELETES_FUNCTIONS,
            };
            covers(actions, &change.function().arn)
        }
        Change::LogGroup(change) => {
            let group = &change.group().arn;
            let resource = log_streams_resource(group);
            match change {
                LogGroupChange::Create { .. } => covers(MAKES_LOG_GROUPS, &resource),
                LogGroupChange::Update { .. } => {
                    covers(CHANGES_LOG_GROUPS, &resource) || covers(TAGS_LOG_GROUPS, group)
                }
                LogGroupChange::Delete { .. } => covers(DELETES_LOG_GROUPS, &resource),
            }
        }
        Change::LogContent(change) => match change {
            LogContentChange::CreateStream { stream } => covers(MAKES_LOG_STREAMS, &stream.arn),
            LogContentChange::DeleteStream { stream } => covers(DELETES_LOG_STREAMS, &stream.arn),
            LogContentChange::Append { stream, .. } => covers(APPENDS_LOG_EVENTS, &stream.arn),
            LogContentChange::Erase { group, .. } => covers(ERASES_LOG_EVENTS, &group.arn),
        },
        Change::RotationAttempt(attempt) => covers(TELLS_OF_ROTATIONS, &attempt.secret_arn),
        Change::Identity(change) => may_change_identities(permit, change),
    }
}

/// Callers create keys of their own account, by a right that is about no key in particular.
fn covers_new_keys(permit: &Permit, account: AccountId) -> bool {
    permit.covers_every(CREATE_KEY).is_ok() && permit.principal().account() == Some(account)
}

/// The permit must be for this account's IAM, and its action one that touches every kind of thing in the change.
fn may_change_identities(permit: &Permit, change: &IdentityChange) -> bool {
    let action = permit.action();
    let is_one_of = |actions: &[Action]| actions.contains(&action);
    if is_one_of(MAKES_ACCOUNTS) {
        return permit.covers(action, &account_arn(change.account)).is_ok();
    }
    // Closing raises the revision, so that the trail must tell of it, and changes nothing.
    if is_one_of(CLOSES_ACCOUNTS) {
        let is_empty = change.puts.is_empty() && change.deletes.is_empty();
        return is_empty && permit.covers(action, &account_arn(change.account)).is_ok();
    }
    // The code is its caller's own, whoever owns the role that it helps to assume.
    if is_one_of(TAKES_CODES) {
        let is_own = permit.principal().account() == Some(change.account);
        return is_own && change.kinds().all(|kind| kind == EntityKind::MfaDevice);
    }
    permit.covers_account(change.account).is_ok()
        && change.kinds().all(|kind| match kind {
            EntityKind::User => is_one_of(USERS),
            EntityKind::Group => is_one_of(GROUPS),
            EntityKind::Role => is_one_of(ROLES),
            EntityKind::Policy => is_one_of(POLICIES),
            EntityKind::InstanceProfile => is_one_of(INSTANCE_PROFILES),
            EntityKind::MfaDevice => is_one_of(MFA_DEVICES),
            EntityKind::AccessKey => is_one_of(ACCESS_KEYS),
            EntityKind::Settings => is_one_of(SETTINGS),
        })
}

/// The resource that permits for an account's own affairs name.
pub(crate) fn account_arn(account: AccountId) -> Arc<str> {
    format!("arn:aws:iam::{account}:root").into()
}
