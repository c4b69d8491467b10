//! The speed table: a signing load generator, and the controls it is measured against. `README.md` says how to run it
//! and how to read it.

pub mod answer;
pub mod certificate;
pub mod cold_start;
pub mod connection;
pub mod customer_key;
pub mod datasets;
pub mod decision;
pub mod exchange;
pub mod figures;
pub mod functions;
pub mod group_commit;
pub mod histogram;
pub mod listing;
pub mod load;
pub mod memory;
pub mod process;
pub mod report;
pub mod requests;
pub mod rotation;
pub mod secrets;
pub mod server;
pub mod session;
pub mod sign;
pub mod stage;
pub mod visits;

use std::io::Write;

/// Long work says where it is. A closed terminal is no reason to stop measuring.
pub fn progress(text: &str) {
    let _nobody_listens = writeln!(std::io::stderr(), "{text}");
}
