//! The operations, a file for each story.
//!
//! What is the same around all of them is the frame's (`service`).

mod lookup_events;

use service::{Asked, Service};
use shape::{ParseError, Rendered, Reply, Structure, parse_json};
use trail::Recorder;

use crate::{
    error::Error,
    room::{Call, Room},
};

service::operations! {
    Room, Call, "cloudtrail:";

    LookupEvents => lookup_events, Read;
}

impl Service for Room {
    type Operation = Operation;
    type Error = Error;
    type Request = [u8];

    const SOURCE: &'static str = "cloudtrail.amazonaws.com";

    fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    fn parse<R: Structure>(request: &[u8]) -> Result<R, ParseError> {
        parse_json(request)
    }

    fn render(_: &Asked<'_, Self>, answer: &impl Reply) -> Rendered {
        service::json(answer)
    }
}
