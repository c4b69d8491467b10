//! The wire shapes of Lambda, stated by hand, one Rust type a wire shape.
//!
//! `e2e/python/test_shapes.py` holds every statement against the service model inside the installed `botocore` package.
//! Members that the house does not serve are stated all the same, so that a request which holds them is understood and
//! can be refused.

use shape::{OperationShape, ServiceDescription};

/// Every operation whose shapes are stated here.
pub const OPERATIONS: &[OperationShape] = &[];

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
