//! The REST protocol with JSON: a request is a method, a path, a query string, headers and a body, and each member says
//! which of them it travels in.
//!
//! Members that say nothing are members of the JSON body. A structure is read from a body first and from everything
//! else afterwards, so that its types are complained of in that order, and all its constraints at once.

mod http;
mod parsing;
mod place;
mod placed;
mod rendered;
mod request;

pub use self::http::{Http, Labels, route};
pub use parsing::parse_rest;
pub use place::Place;
pub use placed::{PayloadKind, PlacedKind, read_payload, read_place};
pub use rendered::{Rendered, RestParts, rest_answer};
pub use request::{Placed, RestRequest};
