//! The wire shapes of CloudTrail, stated by hand, one Rust type a wire shape.
//!
//! `e2e/python/test_shapes.py` holds every statement against the service model inside the installed `botocore` package.

mod lookup_events;

use shape::{OperationShape, ServiceDescription};

pub use lookup_events::{
    Event, EventCategory, LookupAttribute, LookupAttributeKey, LookupEvents, LookupEventsRequest, LookupEventsResponse,
    Resource,
};

/// Every operation whose shapes are stated here.
pub const OPERATIONS: &[OperationShape] = &[OperationShape::of::<LookupEvents>()];

/// The statements as data, to be compared with AWS's model.
pub fn description() -> ServiceDescription {
    ServiceDescription::of(OPERATIONS)
}

/// Parses the bytes as each operation's request. Panics when a promise of the shapes is broken.
pub fn fuzz_all(bytes: &[u8]) {
    for operation in OPERATIONS {
        (operation.fuzz)(bytes);
    }
}
