//! How much of everything an account may have. The defaults are AWS's.

#[derive(Debug, Clone, Copy)]
pub struct Quotas {
    pub users: usize,
    pub groups: usize,
    pub roles: usize,
    pub instance_profiles: usize,
    pub policies: usize,
    pub versions_per_policy: usize,
    pub access_keys_per_user: usize,
    pub groups_per_user: usize,
    pub attached_policies: usize,
    pub mfa_devices_per_user: usize,
    pub tags: usize,
    pub managed_policy_chars: usize,
    pub user_policies_chars: usize,
    pub group_policies_chars: usize,
    pub role_policies_chars: usize,
    pub trust_policy_chars: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            users: 5000,
            groups: 300,
            roles: 1000,
            instance_profiles: 1000,
            policies: 1500,
            versions_per_policy: 5,
            access_keys_per_user: 2,
            groups_per_user: 10,
            attached_policies: 10,
            mfa_devices_per_user: 8,
            tags: 50,
            managed_policy_chars: 6144,
            user_policies_chars: 2048,
            group_policies_chars: 5120,
            role_policies_chars: 10_240,
            trust_policy_chars: 2048,
        }
    }
}
