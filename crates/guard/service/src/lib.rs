//! The frame around every operation of every service.
//!
//! A service is a [`Service`], which says how requests are parsed and answers rendered, and a list of [`operations!`],
//! from which its `Operation` and `answer` follow. Around every story: its request is parsed, it is told again when
//! someone else changed what it read, and whatever it ends with, success or refusal, is on the trail before it is
//! rendered. What a story is given of its call is [`Asked`].

mod asked;
mod background;
mod error;
mod operations;
mod outcome;
mod turns;

pub use asked::{Asked, Parameters, Service, TELLINGS_MAX};
pub use background::{Worker, do_due, work};
pub use error::{ErrorKind, Fault, JsonError, MayBeUnrecorded, RestError, ServiceError};
pub use operations::Kind;
pub use outcome::{Outcome, json, response_elements, rest, xml};
pub use turns::Turns;

/// What the macros name.
#[doc(hidden)]
pub mod named {
    pub use gate::{AuthorizationError, Caller, RequestContext};
    pub use policy::Action;
    pub use trail::{LinkedCalls, Recorded, Unrecorded};
}
