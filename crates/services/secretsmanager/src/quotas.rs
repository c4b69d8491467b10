//! How much of everything there may be.

/// AWS's defaults; an operator may set others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Secrets of an account in a region.
    pub secrets_per_region: u64,
    /// Bytes of a value. The service model caps it at 65,536.
    pub secret_bytes: usize,
    /// Versions of a secret. Unlabelled ones a day old make room for new ones.
    pub versions_per_secret: usize,
    /// Staging labels on all versions of a secret together.
    pub labels_per_secret: usize,
    pub tags_per_secret: usize,
    /// Characters of a resource policy. The service model caps it at 20,480.
    pub resource_policy_chars: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            secrets_per_region: 500_000,
            secret_bytes: 65_536,
            versions_per_secret: 100,
            labels_per_secret: 20,
            tags_per_secret: 50,
            resource_policy_chars: 20_480,
        }
    }
}
