//! AWS Secrets Manager that people run themselves.

fn main() {}
