//! The speed table: a signing load generator, and the controls it is measured against.
