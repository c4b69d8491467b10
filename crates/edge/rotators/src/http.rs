//! How the generic rotator asks a service: templates become a request, which goes where the target says that it may.

mod call;
mod host;
mod pattern;
mod send;
mod template;

pub(crate) use call::{Call, Circumstances};
pub(crate) use host::Host;
pub(crate) use pattern::Pattern;
pub(crate) use send::{Answered, send};
