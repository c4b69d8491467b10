//! The numbers of rotation that AWS does not publish, and an operator may set.

use std::time::Duration;

use contract::{RotationRules, Tag};

/// How rotations are done. The default is what the server does when nobody says anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationSettings {
    /// Attempts that are at work at once, on the whole server.
    pub concurrency: usize,
    /// Of these, attempts by rotators of the server's own at one host.
    pub concurrency_per_host: usize,
    /// Attempts of one rotation, before it is stuck.
    pub attempts_max: u32,
    /// Between an attempt that failed and the next. The last one stands for all further ones.
    pub retry_delays: Vec<Duration>,
    /// So much of a delay, in per cent, may come on top of it, by chance.
    pub jitter_percent: u8,
    /// A scheduled rotation begins within this time from the opening of its window, by chance.
    pub start_spread: Duration,
    /// A step that takes longer is given up, and its attempt has failed. Waiting for a place does not count.
    pub step_timeout: Duration,
    /// How long a function that is busy is left alone.
    pub busy_delay: Duration,
    /// How often `testSecret` is called outside of rotations. None for never.
    pub test_interval: Option<Duration>,
    /// How often a rotator of the server's own is asked whether AWSCURRENT logs in. None for never.
    pub check_interval: Option<Duration>,
    /// Rules by tag. The first that fits a secret counts.
    pub profiles: Vec<RotationProfile>,
}

/// What secrets with a tag have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationProfile {
    pub tag_key: String,
    /// None for any value.
    pub tag_value: Option<String>,
    /// Taken where RotateSecret brings no rules and the secret has none.
    pub rules: Option<RotationRules>,
    /// RotateSecret refuses rules that let more days pass between two rotations, or that have no schedule.
    pub maximum_days: Option<u32>,
}

impl RotationSettings {
    /// What applies to a secret with these tags.
    pub(crate) fn profile_of(&self, tags: &[Tag]) -> Option<&RotationProfile> {
        self.profiles.iter().find(|profile| tags.iter().any(|tag| profile.fits(tag)))
    }
}

impl RotationProfile {
    fn fits(&self, tag: &Tag) -> bool {
        tag.key == self.tag_key && self.tag_value.as_ref().is_none_or(|value| tag.value == *value)
    }
}

impl Default for RotationSettings {
    fn default() -> Self {
        const MINUTE: u64 = 60;
        Self {
            concurrency: 16,
            concurrency_per_host: 4,
            attempts_max: 5,
            retry_delays: [1, 5, 15, 60].map(|minutes| Duration::from_secs(minutes * MINUTE)).to_vec(),
            jitter_percent: 20,
            start_spread: Duration::from_secs(30 * MINUTE),
            // A function runs for 15 minutes at most.
            step_timeout: Duration::from_secs(16 * MINUTE),
            busy_delay: Duration::from_secs(2),
            test_interval: None,
            check_interval: None,
            profiles: Vec::new(),
        }
    }
}
