//! What the program does with its two hidden commands, and nothing else: the tests start it.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use terms::{Clock, Timestamp};

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "a process that tests start has no other clock")]
    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_1970.as_millis()).unwrap_or_default())
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some(keepwell_functions::HOST_COMMAND) => keepwell_functions::host::run(Arc::new(SystemClock)),
        Some(keepwell_functions::CONFINE_COMMAND) => {
            keepwell_functions::confine::run(&arguments.next().unwrap_or_default())
        }
        _ => ExitCode::FAILURE,
    }
}
