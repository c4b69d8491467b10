//! Which kinds can stand outside of a JSON body, and how.

use bytes::Bytes;

use super::place::Place;
use super::request::Placed;
use crate::boolean::Boolean;
use crate::bulk::{Bulk, BulkBytes};
use crate::enumeration::{Choice, Enumeration};
use crate::list::List;
use crate::number::{Integer, Long};
use crate::read::{NO_BOOLEAN, NO_INTEGER, NO_LONG};
use crate::text::Text;
use crate::{Draft, Form, Kind, Malformed, Value};

/// A kind whose values can be a label of a path, a parameter of a query string, or a header.
pub trait PlacedKind: Kind {
    /// Reads what stands there, decoded. More than one value can come from a query string only.
    fn read_placed(values: &[&str]) -> Result<Self::Draft, Malformed>;

    fn write_placed(value: &Self::Value) -> Vec<String>;
}

/// A kind whose values can be a whole body.
pub trait PayloadKind: Kind {
    fn read_payload(body: &Bytes) -> Self::Draft;

    fn write_payload(value: &Self::Value) -> Bytes;
}

/// Reads what a request has for the member, if it has anything.
pub fn read_place<F: Form<Kind: PlacedKind>>(given: &Placed<'_>, place: Place) -> Result<Option<Draft<F>>, Malformed> {
    let values = given.values(place)?;
    if values.is_empty() {
        return Ok(None);
    }
    let values: Vec<&str> = values.iter().map(|value| &**value).collect();
    F::Kind::read_placed(&values).map(Some)
}

/// Reads the body. An empty one is no payload.
pub fn read_payload<F: Form<Kind: PayloadKind>>(given: &Placed<'_>) -> Option<Draft<F>> {
    let body = given.body();
    (!body.is_empty()).then(|| F::Kind::read_payload(body))
}

/// Of a repeated value the last counts, as in the other protocols.
fn last<'a>(values: &[&'a str]) -> Result<&'a str, Malformed> {
    values.last().copied().ok_or(Malformed(None))
}

impl PlacedKind for Text {
    fn read_placed(values: &[&str]) -> Result<String, Malformed> {
        last(values).map(str::to_owned)
    }

    fn write_placed(value: &String) -> Vec<String> {
        vec![value.clone()]
    }
}

impl<E: Enumeration> PlacedKind for Choice<E> {
    fn read_placed(values: &[&str]) -> Result<String, Malformed> {
        Text::read_placed(values)
    }

    fn write_placed(value: &E) -> Vec<String> {
        vec![value.as_str().to_owned()]
    }
}

// The texts are those of a JSON body. AWS's for a query string are not recorded.
impl PlacedKind for Integer {
    fn read_placed(values: &[&str]) -> Result<i32, Malformed> {
        last(values)?.parse().map_err(|_| Malformed(Some(NO_INTEGER.string)))
    }

    fn write_placed(value: &i32) -> Vec<String> {
        vec![value.to_string()]
    }
}

impl PlacedKind for Long {
    fn read_placed(values: &[&str]) -> Result<i64, Malformed> {
        last(values)?.parse().map_err(|_| Malformed(Some(NO_LONG.string)))
    }

    fn write_placed(value: &i64) -> Vec<String> {
        vec![value.to_string()]
    }
}

impl PlacedKind for Boolean {
    fn read_placed(values: &[&str]) -> Result<bool, Malformed> {
        last(values)?.parse().map_err(|_| Malformed(Some(NO_BOOLEAN.string)))
    }

    fn write_placed(value: &bool) -> Vec<String> {
        vec![value.to_string()]
    }
}

/// One parameter an element.
impl<F: Form<Kind: PlacedKind>> PlacedKind for List<F> {
    fn read_placed(values: &[&str]) -> Result<Vec<Option<Draft<F>>>, Malformed> {
        values.iter().map(|value| F::Kind::read_placed(&[value]).map(Some)).collect()
    }

    fn write_placed(value: &Vec<Value<F>>) -> Vec<String> {
        value.iter().flat_map(F::Kind::write_placed).collect()
    }
}

impl PayloadKind for Bulk {
    fn read_payload(body: &Bytes) -> BulkBytes {
        BulkBytes::new(body.clone())
    }

    fn write_payload(value: &BulkBytes) -> Bytes {
        value.share()
    }
}
