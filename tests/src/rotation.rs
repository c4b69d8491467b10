//! Rotation: what rotates is the stories' own, the clock is turned, and the scheduler does what is due when it is told.

mod abandoned;
mod checks;
mod crowd;
mod failures;
mod killed;
mod managed;
mod rivals;
mod rotator;
mod schedules;
mod undone;
mod whole;

pub(crate) use rotator::{FUNCTION, Stage, Willing};
