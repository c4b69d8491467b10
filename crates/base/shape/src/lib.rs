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
//! The query protocol reads with [`parse_query`] from [`QueryParameters`] and writes with [`xml_answer`], from the same
//! statements. Another protocol (rest-json) adds a way of reading and of writing to [`Kind`] and to [`Structure`], as
//! this one did.

mod blob;
mod boolean;
pub mod characters;
mod description;
mod enumeration;
mod form;
mod fuzz;
mod list;
mod map;
mod number;
mod operation;
mod parse;
mod query;
mod read;
mod secret;
mod slot;
mod structure;
mod text;
mod time;
mod violations;
mod write;
mod xml;

pub use blob::Blob;
pub use boolean::Boolean;
pub use description::{Description, ServiceDescription};
pub use enumeration::{Choice, Enumeration};
pub use form::{Draft, Form, Kind, RecordedKind, Value};
pub use fuzz::fuzz;
pub use list::{List, SizeRules};
pub use map::Map;
pub use number::{Integer, Long, RangeRules};
pub use operation::{Operation, OperationShape, Reply};
pub use parse::{ParseError, parse_json, parse_query, parse_query_unquoted};
pub use query::{Fault, Given, Malformed, MalformedQuery, QueryParameters, query_member, xml_answer, xml_error};
pub use read::{read_member, skip_member};
pub use secret::{SecretBlob, SecretText};
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
