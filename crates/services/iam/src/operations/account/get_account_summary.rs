use std::collections::BTreeMap;

use contract::Identities;
use shape::Enumeration;
use trail::Recorded;

use crate::{
    error::Error,
    quotas::Quotas,
    room::Call,
    shapes::{GetAccountSummaryRequest, GetAccountSummaryResponse, SummaryKeyType as Key},
};

/// Tells how many there are of everything, and how many there may be.
pub(in crate::operations) async fn get_account_summary(
    call: &Call<'_>,
    _: &GetAccountSummaryRequest,
) -> Result<Recorded<GetAccountSummaryResponse>, Error> {
    let identities = call.identities().await?;
    call.authorize_without_resource().await?;
    let numbers = held(&identities).into_iter().chain(allowed(&call.room.quotas));
    let number = |(key, number): (Key, usize)| (key.as_str().to_owned(), i32::try_from(number).unwrap_or(i32::MAX));
    let summary_map: BTreeMap<String, i32> = numbers.map(number).collect();
    call.tell(GetAccountSummaryResponse { summary_map: Some(summary_map) }).await
}

fn held(identities: &Identities) -> Vec<(Key, usize)> {
    let root = identities.account.to_string();
    let devices_in_use = || identities.mfa_devices().filter_map(|device| device.enabled.as_ref());
    let has_root_device = devices_in_use().any(|enabled| enabled.owner == root);
    let has_root_key = !identities.access_keys_of(None).is_empty();
    vec![
        (Key::Users, identities.users().count()),
        (Key::Groups, identities.groups().count()),
        (Key::Roles, identities.roles().count()),
        (Key::Policies, identities.policies().count()),
        (Key::PolicyVersionsInUse, identities.policies().map(|policy| policy.versions.len()).sum()),
        (Key::InstanceProfiles, identities.instance_profiles().count()),
        (Key::MFADevices, identities.mfa_devices().count()),
        (Key::MFADevicesInUse, devices_in_use().count()),
        (Key::AccountMFAEnabled, usize::from(has_root_device)),
        (Key::AccountAccessKeysPresent, usize::from(has_root_key)),
        // What this server does not keep, there is none of.
        (Key::AccountPasswordPresent, 0),
        (Key::AccountSigningCertificatesPresent, 0),
        (Key::ServerCertificates, 0),
        (Key::Providers, 0),
    ]
}

fn allowed(quotas: &Quotas) -> Vec<(Key, usize)> {
    vec![
        (Key::UsersQuota, quotas.users),
        (Key::GroupsQuota, quotas.groups),
        (Key::RolesQuota, quotas.roles),
        (Key::PoliciesQuota, quotas.policies),
        (Key::InstanceProfilesQuota, quotas.instance_profiles),
        (Key::GroupsPerUserQuota, quotas.groups_per_user),
        (Key::AccessKeysPerUserQuota, quotas.access_keys_per_user),
        (Key::AttachedPoliciesPerUserQuota, quotas.attached_policies),
        (Key::AttachedPoliciesPerGroupQuota, quotas.attached_policies),
        (Key::AttachedPoliciesPerRoleQuota, quotas.attached_policies),
        (Key::VersionsPerPolicyQuota, quotas.versions_per_policy),
        (Key::PolicyVersionsInUseQuota, quotas.policies.saturating_mul(quotas.versions_per_policy)),
        (Key::PolicySizeQuota, quotas.managed_policy_chars),
        (Key::UserPolicySizeQuota, quotas.user_policies_chars),
        (Key::GroupPolicySizeQuota, quotas.group_policies_chars),
        (Key::RolePolicySizeQuota, quotas.role_policies_chars),
        (Key::AssumeRolePolicySizeQuota, quotas.trust_policy_chars),
        (Key::ServerCertificatesQuota, 0),
        (Key::SigningCertificatesPerUserQuota, 0),
        // The second version of tokens is good in every region, and so are all tokens here.
        (Key::GlobalEndpointTokenVersion, 2),
    ]
}
