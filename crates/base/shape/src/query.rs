//! The query protocol: requests as form parameters, answers as XML in an envelope.
//!
//! The names of the parameters are paths into the request: `Tags.member.2.Key` is the member `Key` of the second
//! element of `Tags`. A map has its entries at `entry.1.key` and `entry.1.value`. A list without elements, which would
//! leave no trace, is sent as `Tags=`.

mod envelope;
mod given;
mod parameters;

pub use envelope::{Fault, xml_answer, xml_error};
pub use given::{Given, Malformed, query_member};
pub use parameters::{MalformedQuery, QueryParameters};

pub(crate) use given::COMPLEX_TERMINATED;
