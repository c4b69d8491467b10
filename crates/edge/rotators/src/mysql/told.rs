//! What a server says went wrong.

use std::io;

use terms::SecretBytes;

use super::packet::Reader;
use crate::failure::words_of_server;

/// A parse error shows where it stopped, which may be within a password.
const PARSE_ERROR: u64 = 1064;
/// Connections without TLS are not admitted, or not for this user.
const NEEDS_TLS: u64 = 3159;

pub(super) struct Told {
    code: u64,
    state: String,
    message: String,
}

impl Told {
    /// After the byte that says that it is one.
    pub(super) fn read(reader: &mut Reader<'_>) -> io::Result<Self> {
        let code = reader.number::<2>()?;
        // Before anybody is greeted there is no state.
        let state = if reader.0.first() == Some(&b'#') { reader.take(6)? } else { &[] };
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Ok(Self { code, state: text(state.strip_prefix(b"#").unwrap_or(state)), message: text(reader.0) })
    }

    pub(super) fn needs_tls(&self) -> bool {
        self.code == NEEDS_TLS
    }

    pub(super) fn words(&self, secrets: &[&SecretBytes]) -> String {
        let Self { code, state, message } = self;
        let state = words_of_server(state, secrets);
        if *code == PARSE_ERROR {
            return format!("the statement is not understood ({code}, {state})");
        }
        format!("{} ({code}, {state})", words_of_server(message, secrets))
    }
}
