//! Wire shapes stated once: members, constraints, and AWS's order and texts of errors.
//!
//! ```ignore
//! shape::forms! {
//!     pub SecretIdType: Text { min: 1, max: 2048 }
//!     pub SecretStringType: SecretText { min: 1, max: 65_536, in_bytes: true }
//! }
//!
//! shape::structure! {
//!     pub struct PutSecretValueRequest {
//!         secret_id: Required<SecretIdType> = "SecretId",
//!         secret_string: Sensitive<SecretStringType> = "SecretString",
//!     }
//! }
//!
//! let request: PutSecretValueRequest = shape::parse_json(body)?;
//! ```
//!
//! The words: a [`Form`] is a wire type with a name of its own (AWS's), its [`Kind`] says what the type is made of and
//! how it is read, checked and written, a [`Slot`] says how a member holds a form (required, optional, sensitive), and
//! a [`Structure`] is a row of slots. One statement yields four things:
//!
//! * [`parse_json`]: bytes to structure in one pass, then every constraint in one `ValidationException`;
//! * [`Reply::write_json`]: structure to bytes, absent members left out, into a buffer that wipes itself;
//! * [`Structure::record`]: what the trail may keep, an allow-list by type ([`RecordedKind`]);
//! * [`Structure::description`]: the statement as data, to be compared with AWS's own model.
//!
//! The query protocol reads with [`parse_query`] from [`QueryParameters`] and writes with [`xml_answer`], and the REST
//! protocol reads with [`parse_rest`] from a [`RestRequest`] and writes with [`rest_answer`], from the same statements.
//! Only what REST needs to know beyond them is stated for it alone: where a member travels ([`Place`]) and how an
//! operation is asked for ([`Http`]).

mod blob;
mod boolean;
mod bulk;
pub mod characters;
mod description;
mod double;
mod enumeration;
mod error_shape;
mod form;
mod fuzz;
mod list;
mod map;
mod number;
mod operation;
mod parse;
mod query;
mod read;
mod rest;
mod secret;
mod secret_map;
mod slot;
mod structure;
mod text;
mod time;
mod violations;
mod write;
mod xml;

pub use blob::Blob;
pub use boolean::Boolean;
pub use bulk::{Bulk, BulkBytes};
pub use description::{Description, ServiceDescription};
pub use double::{Double, DoubleRules, Finite};
pub use enumeration::{Choice, Enumeration};
pub use error_shape::ErrorShape;
pub use form::{Draft, Form, Kind, RecordedKind, Value};
pub use fuzz::fuzz;
pub use list::{List, SizeRules};
pub use map::Map;
pub use number::{Integer, Long, RangeRules};
pub use operation::{Operation, OperationShape, Reply};
pub use parse::{ParseError, parse_json, parse_query, parse_query_unquoted};
pub use query::{Fault, Given, Malformed, MalformedQuery, QueryParameters, query_member, xml_answer, xml_error};
pub use read::{read_member, skip_member};
pub use rest::{
    Http, Labels, PayloadKind, Place, Placed, PlacedKind, Rendered, RestParts, RestRequest, parse_rest, read_payload,
    read_place, rest_answer, route,
};
pub use secret::{SecretBlob, SecretText};
pub use secret_map::{SecretEntries, SecretMap};
pub use slot::{Optional, Required, RequiredSensitive, Sensitive, Slot};
pub use structure::{Structure, Structured};
pub use text::{Pattern, Text, TextRules};
pub use time::Time;
pub use violations::{Excerpt, ExcerptMembers, Path, Violations};
pub use write::Object;
pub use xml::{element_size_bound, write_element};

// The macros name serde in the crates that call them.
#[doc(hidden)]
pub use serde;
