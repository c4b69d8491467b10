use std::time::Duration;

use jiff::Timestamp;

use crate::amz_date::{AmzDate, basic_format};
use crate::claims::Form;
use crate::error::SignatureError;

/// How long a presigned request of any service but S3 lives at most, whatever it asks for: STS, for which presigned
/// requests are mostly made, behaves so. A service with a wider window keeps its own.
const PRESIGNED_LIFE_SECONDS_MAX: i64 = 900;

/// Holds the time of a signature against the clock.
///
/// A signature is good from `window` before its time, for clocks that run fast, to `window` after it; a presigned one
/// to the end of the life it asked for, but no longer than the greater of `window` and 15 minutes. One that asks for
/// nothing gets that maximum. The clock is read in whole seconds, as the messages print it; the ends are included.
pub(crate) fn check(signed_at: &AmzDate, now: Timestamp, window: Duration, form: Form) -> Result<(), SignatureError> {
    let window = i64::try_from(window.as_secs()).unwrap_or(i64::MAX);
    let validity = match form {
        Form::AuthorizationHeader => window,
        Form::Presigned { expires_seconds } => {
            let longest = window.max(PRESIGNED_LIFE_SECONDS_MAX);
            expires_seconds.map_or(longest, |seconds| longest.min(i64::from(seconds)))
        }
    };
    let now = now.as_second();
    let signed = signed_at.instant().as_second();
    let earliest = now.saturating_sub(validity);
    let latest = now.saturating_add(window);
    if signed < earliest {
        return Err(SignatureError::SignatureExpired {
            signed_at: signed_at.as_str().to_owned(),
            earliest: printed(earliest),
            now: printed(now),
            validity: spoken(validity),
        });
    }
    if signed > latest {
        return Err(SignatureError::SignatureNotYetCurrent {
            signed_at: signed_at.as_str().to_owned(),
            latest: printed(latest),
            now: printed(now),
            window: spoken(window),
        });
    }
    Ok(())
}

fn printed(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| second.to_string(), basic_format)
}

/// AWS only ever speaks of minutes; seconds are for presigned lives that are no whole minutes.
fn spoken(seconds: i64) -> String {
    if seconds % 60 == 0 { format!("{} min.", seconds / 60) } else { format!("{seconds} sec.") }
}
