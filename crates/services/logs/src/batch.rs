//! Which events of one PutLogEvents are taken. Pure.

use contract::CHUNK_SPAN_MS;
use terms::Timestamp;

use crate::{chunk::NewEvent, error::Error, shapes::RejectedLogEventsInfo};

pub(crate) const BATCH_BYTES_MAX: usize = 1_048_576;
pub(crate) const BATCH_EVENTS_MAX: usize = 10_000;
const TOO_NEW_MS: i64 = 2 * 60 * 60 * 1000;
const TOO_OLD_DAYS: i64 = 14;

/// Before this time, events of a group that keeps them so long have expired.
pub(crate) fn expired_before(now: Timestamp, retention_days: Option<u32>) -> Option<Timestamp> {
    retention_days.map(|days| now.plus_days(-i64::from(days)))
}

/// Refuses a batch that AWS refuses whole.
pub(crate) fn require_sound(events: &[NewEvent<'_>]) -> Result<(), Error> {
    let bytes: usize = events.iter().map(NewEvent::bytes).sum();
    if bytes > BATCH_BYTES_MAX {
        // Recorded.
        return Err(Error::invalid(format!("Upload too large: {bytes} bytes exceeds limit of {BATCH_BYTES_MAX}")));
    }
    if !events.is_sorted_by_key(|event| event.at) {
        // Recorded.
        return Err(Error::invalid("Log events in a single PutLogEvents request must be in chronological order."));
    }
    Ok(())
}

/// The events that are neither too old nor too new, and what is told of the others. They come in the order of their times.
pub(crate) fn taken<'e, 'm>(
    events: &'e [NewEvent<'m>],
    now: Timestamp,
    retention_days: Option<u32>,
) -> Result<(&'e [NewEvent<'m>], Option<RejectedLogEventsInfo>), Error> {
    let before = |limit: Timestamp| events.partition_point(|event| event.at < limit);
    let too_old = before(now.plus_days(-TOO_OLD_DAYS));
    let expired = expired_before(now, retention_days).map_or(0, before);
    let too_new = events.partition_point(|event| event.at <= now.plus_millis(TOO_NEW_MS));
    let taken = events.get(too_old.max(expired)..too_new).unwrap_or_default();
    if let (Some(first), Some(last)) = (taken.first(), taken.last())
        && last.at.as_millis().saturating_sub(first.at.as_millis()) > CHUNK_SPAN_MS
    {
        // Recorded.
        return Err(Error::invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ));
    }
    // Ends are told behind the last one, beginnings at the first one.
    let end = |count: usize| i32::try_from(count).ok().filter(|count| *count > 0);
    let rejected = RejectedLogEventsInfo {
        too_new_log_event_start_index: i32::try_from(too_new).ok().filter(|_| too_new < events.len()),
        too_old_log_event_end_index: end(too_old),
        expired_log_event_end_index: end(expired),
    };
    Ok((taken, Some(rejected).filter(|rejected| *rejected != RejectedLogEventsInfo::default())))
}

#[cfg(test)]
mod tests {
    use service::JsonError;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_772_438_400_123);
    const HOUR: i64 = 3_600_000;
    const DAY: i64 = 24 * HOUR;

    fn events(offsets: &[i64]) -> Vec<NewEvent<'static>> {
        offsets.iter().map(|offset| NewEvent { at: NOW.plus_millis(*offset), message: "m" }).collect()
    }

    /// How many are taken, and the indexes of too new, too old and expired ones.
    fn told(offsets: &[i64], retention: Option<u32>) -> (usize, [Option<i32>; 3]) {
        let events = events(offsets);
        let (taken, rejected) = taken(&events, NOW, retention).unwrap();
        let rejected = rejected.unwrap_or_default();
        let RejectedLogEventsInfo {
            too_new_log_event_start_index: new,
            too_old_log_event_end_index: old,
            expired_log_event_end_index: expired,
        } = rejected;
        (taken.len(), [new, old, expired])
    }

    #[test]
    fn what_is_too_old_too_new_or_expired_is_rejected_alone() {
        assert_eq!(told(&[-1, 0, 1], None), (3, [None; 3]));
        assert_eq!(told(&[-14 * DAY - 1, -14 * DAY], None), (1, [None, Some(1), None]));
        assert_eq!(told(&[0, 2 * HOUR, 2 * HOUR + 1, 3 * HOUR], None), (2, [Some(2), None, None]));
        assert_eq!(told(&[-20 * DAY, -8 * DAY, -7 * DAY, 3 * HOUR], Some(7)), (1, [Some(3), Some(1), Some(2)]));
        assert_eq!(told(&[-20 * DAY], Some(30)), (0, [None, Some(1), None]));
        assert_eq!(told(&[3 * HOUR], None), (0, [Some(0), None, None]));
    }

    #[test]
    fn what_is_taken_spans_a_day_at_most() {
        assert_eq!(told(&[-DAY, 0], None).0, 2);
        // What is rejected does not count.
        assert_eq!(told(&[-20 * DAY, -DAY, 0, 3 * HOUR], None).0, 2);
        let wide = events(&[-DAY - 1, 0]);
        let error = taken(&wide, NOW, None).unwrap_err();
        let text = "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.";
        assert_eq!((error.code(), error.message().unwrap()), ("InvalidParameterException", text.to_owned()));
    }

    #[test]
    fn a_batch_is_in_order_and_of_a_mebibyte_at_most() {
        assert!(require_sound(&events(&[0, 0, 1])).is_ok());
        let error = require_sound(&events(&[1, 0])).unwrap_err();
        let text = "Log events in a single PutLogEvents request must be in chronological order.";
        assert_eq!(error.message().unwrap(), text);
        let message = "m".repeat(BATCH_BYTES_MAX - 26);
        let one = NewEvent { at: NOW, message: &message };
        assert!(require_sound(&[one]).is_ok());
        let error = require_sound(&[one, NewEvent { at: NOW, message: "" }]).unwrap_err();
        assert_eq!(error.message().unwrap(), "Upload too large: 1048602 bytes exceeds limit of 1048576");
    }
}
