//! Prints the statements of the shapes as JSON, for whoever compares them with AWS's service model.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &cloudtrail::shapes::description())?;
    writeln!(out)
}
