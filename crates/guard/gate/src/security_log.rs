//! Refused signatures, told to whoever watches for intruders.

use parking_lot::Mutex;
use terms::Timestamp;

use crate::AuthenticationError;

const WINDOW_MS: i64 = 10_000;
const TOLD_EACH_WINDOW: u64 = 20;

/// Tells the first refusals of a window one by one and counts the rest: anybody can cause them, so they must not be
/// able to fill a disk.
#[derive(Default)]
pub(crate) struct SecurityLog {
    window: Mutex<Window>,
}

#[derive(Default)]
struct Window {
    began_at_ms: i64,
    refused: u64,
}

impl SecurityLog {
    pub(crate) fn tell(&self, refusal: &AuthenticationError, now: Timestamp) {
        let mut window = self.window.lock();
        if now.as_millis().saturating_sub(window.began_at_ms).saturating_abs() > WINDOW_MS {
            let untold = window.refused.saturating_sub(TOLD_EACH_WINDOW);
            if untold > 0 {
                tracing::warn!(target: "keepwell::security", untold, "more requests failed authentication");
            }
            *window = Window { began_at_ms: now.as_millis(), refused: 0 };
        }
        window.refused = window.refused.saturating_add(1);
        if window.refused <= TOLD_EACH_WINDOW {
            // The kind only: the text may repeat what an attacker sent.
            let kind = match refusal {
                AuthenticationError::Signature(error) => format!("{:?}", error.kind()),
                AuthenticationError::UnknownKey => "UnknownKey".to_owned(),
                AuthenticationError::ExpiredToken => "ExpiredToken".to_owned(),
                AuthenticationError::Store(_) => "Unavailable".to_owned(),
            };
            tracing::warn!(target: "keepwell::security", kind, "a request failed authentication");
        }
    }
}
