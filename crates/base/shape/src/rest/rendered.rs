//! From a structure to the parts of an answer.

use bytes::Bytes;
use zeroize::Zeroizing;

use super::place::Place;
use super::placed::{PayloadKind, PlacedKind};
use crate::{Form, Reply, Value};

/// An answer of any protocol.
#[derive(Clone)]
pub struct Rendered {
    pub status: u16,
    /// Beside those that every answer has.
    pub headers: Vec<(&'static str, String)>,
    /// What was written for it wipes itself when the last of its holders lets go.
    pub body: Bytes,
}

/// A plain success.
impl From<Zeroizing<Vec<u8>>> for Rendered {
    fn from(body: Zeroizing<Vec<u8>>) -> Self {
        Self { status: 200, headers: Vec::new(), body: Bytes::from_owner(body) }
    }
}

/// Renders an answer, with the status that its operation has unless the answer itself says another.
pub fn rest_answer(status: u16, reply: &impl Reply) -> Rendered {
    let mut parts = RestParts::default();
    reply.write_parts(&mut parts);
    let body = parts.payload.unwrap_or_else(|| {
        let mut body = Zeroizing::new(Vec::new());
        reply.write_body(&mut body);
        Bytes::from_owner(body)
    });
    let mut rendered = Rendered { status, headers: Vec::new(), body };
    for (place, text) in parts.texts {
        match place {
            Place::Header(name) => rendered.headers.push((name, text)),
            Place::Status => rendered.status = text.parse().unwrap_or(status),
            // Answers have no path.
            _ => {}
        }
    }
    rendered
}

/// Members that do not travel in a JSON body.
#[derive(Default)]
pub struct RestParts {
    pub(crate) texts: Vec<(Place, String)>,
    pub(crate) payload: Option<Bytes>,
}

impl RestParts {
    pub fn add<F: Form<Kind: PlacedKind>>(&mut self, place: Place, value: &Value<F>) {
        self.texts.extend(F::Kind::write_placed(value).into_iter().map(|text| (place, text)));
    }

    pub fn payload<F: Form<Kind: PayloadKind>>(&mut self, value: &Value<F>) {
        self.payload = Some(F::Kind::write_payload(value));
    }
}
