//! AWS's quotas of Secrets Manager, and what logs may take. An operator may raise or lower them; clients see AWS's errors either way.

use std::num::NonZeroU32;

use super::quantity::Bytes;
use super::setting::settings;

settings! {
    pub struct Quota {
        /// Secrets of an account in one region.
        "quota.secrets_per_region" => secrets_per_region: u32 = 500_000,
        /// Bytes of one value, text or binary.
        "quota.secret_bytes" => secret_bytes: Bytes = Bytes::new(65_536),
        /// Versions of a secret; the oldest without a label make room.
        "quota.versions_per_secret" => versions_per_secret: NonZeroU32 = nonzero(100),
        /// Staging labels over all versions of a secret.
        "quota.labels_per_secret" => labels_per_secret: NonZeroU32 = nonzero(20),
        /// Tags of a secret.
        "quota.tags_per_secret" => tags_per_secret: u32 = 50,
        /// Characters of a resource policy.
        "quota.resource_policy_chars" => resource_policy_chars: u32 = 20_480,
        /// Bytes of log events in one log group; the oldest make room.
        "quota.log_group_bytes" => log_group_bytes: Bytes = Bytes::mib(1024),
        /// Bytes of all log events; the oldest of the largest log group make room.
        "quota.log_bytes" => log_bytes: Bytes = Bytes::mib(10 * 1024),
    }
}

fn nonzero(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}
