//! The program; everything is in the library, so that tests can start a server inside themselves.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Keeps the slowest answers quicker than the C library's allocator does.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    keepwell::run()
}
