//! How long sessions last, in seconds.

use terms::Timestamp;

use crate::error::Error;

const HOUR: i64 = 3600;
const DEFAULT_OF_USERS: i64 = 12 * HOUR;

/// Of a role: as long as the role allows, and an hour at most when its caller's credentials were temporary themselves.
pub(crate) fn of_role_session(asked: Option<i64>, role_max: u32, is_chained: bool) -> Result<i64, Error> {
    let refused = |text: &str| Err(Error::Validation(text.to_owned()));
    match asked {
        Some(asked) if is_chained && asked > HOUR => refused(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ),
        Some(asked) if asked > i64::from(role_max) => {
            refused("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
        }
        _ => Ok(asked.unwrap_or(HOUR)),
    }
}

/// Of a user, or whom a user federates. The root user's are cut to an hour and not refused.
pub(crate) fn of_user_session(asked: Option<i64>, is_root: bool) -> i64 {
    let wanted = asked.unwrap_or(DEFAULT_OF_USERS);
    if is_root { wanted.min(HOUR) } else { wanted }
}

pub(crate) fn end(begins_at: Timestamp, seconds: i64) -> Timestamp {
    begins_at.plus_millis(seconds.saturating_mul(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_session_lasts_an_hour_unless_asked() {
        assert_eq!(of_role_session(None, 43_200, false).unwrap(), 3600);
        assert_eq!(of_role_session(Some(900), 3600, false).unwrap(), 900);
        assert_eq!(of_role_session(Some(43_200), 43_200, false).unwrap(), 43_200);
    }

    #[test]
    fn a_role_limits_its_sessions() {
        let refusal = of_role_session(Some(3601), 3600, false).unwrap_err();
        assert_eq!(refusal.code(), "ValidationError");
        assert_eq!(
            refusal.message(),
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        );
    }

    #[test]
    fn a_chained_session_lasts_an_hour_at_most_whatever_the_role_allows() {
        assert_eq!(of_role_session(Some(3600), 43_200, true).unwrap(), 3600);
        assert_eq!(
            of_role_session(Some(3601), 43_200, true).unwrap_err().message(),
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        );
    }

    #[test]
    fn users_have_twelve_hours_and_the_root_user_one() {
        assert_eq!(of_user_session(None, false), 43_200);
        assert_eq!(of_user_session(Some(129_600), false), 129_600);
        assert_eq!(of_user_session(None, true), 3600);
        assert_eq!(of_user_session(Some(43_200), true), 3600);
        assert_eq!(of_user_session(Some(900), true), 900);
    }
}
