//! What a function prints becomes lines of its log stream.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use terms::Timestamp;
use tokio::net::unix::pipe::Receiver;

use super::surface::Surface;
use crate::protocol::{Frame, FromHost};
use crate::wire::OutputMessage;

/// A longer line is cut into several. CloudWatch Logs takes events of 256 KB, with 26 bytes for itself.
const LINE_BYTES_MAX: usize = 262_144 - 26;
const TAIL_BYTES: usize = 4096;
/// What a function may print at once, and in a second when it goes on.
const BURST_BYTES: u64 = 8 * 1024 * 1024;
const RATE_BYTES: u64 = 1024 * 1024;

/// What a pipe holds, and how often it is emptied in one go.
const CHUNK_BYTES: usize = 65_536;
const CHUNKS_MAX: usize = 256;

type Line = (Timestamp, String);

/// The lines of one environment, in the order in which they came.
struct Lines {
    /// Bytes after the last end of a line.
    unfinished: Vec<u8>,
    allowance: Allowance,
    /// The end of what was logged in this call.
    tail: Vec<u8>,
}

struct Allowance {
    bytes: u64,
    filled_at: Timestamp,
    lines_dropped: u64,
}

impl Lines {
    fn new(now: Timestamp) -> Self {
        let allowance = Allowance { bytes: BURST_BYTES, filled_at: now, lines_dropped: 0 };
        Self { unfinished: Vec::new(), allowance, tail: Vec::new() }
    }

    /// What the function printed.
    fn printed(&mut self, bytes: &[u8], now: Timestamp) -> Vec<Line> {
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            for part in piece.chunks(LINE_BYTES_MAX) {
                if self.unfinished.len().saturating_add(part.len()) > LINE_BYTES_MAX {
                    self.finish(now, &mut lines);
                }
                self.unfinished.extend_from_slice(part);
            }
            if piece.ends_with(b"\n") {
                self.unfinished.pop();
                self.finish(now, &mut lines);
            }
        }
        lines
    }

    /// What the host says, after everything that was printed so far.
    fn said(&mut self, text: String, now: Timestamp) -> Vec<Line> {
        let mut lines = Vec::new();
        if !self.unfinished.is_empty() {
            self.finish(now, &mut lines);
        }
        if self.allowance.lines_dropped > 0 {
            let notice = format!("keepwell left out {} lines: printed too fast", self.allowance.lines_dropped);
            self.allowance.lines_dropped = 0;
            self.add(notice, now, &mut lines);
        }
        self.add(text, now, &mut lines);
        lines
    }

    fn finish(&mut self, now: Timestamp, lines: &mut Vec<Line>) {
        let bytes = std::mem::take(&mut self.unfinished);
        if self.allowance.spend(bytes.len(), now) {
            self.add(String::from_utf8_lossy(&bytes).into_owned(), now, lines);
        }
    }

    fn add(&mut self, text: String, now: Timestamp, lines: &mut Vec<Line>) {
        self.tail.extend_from_slice(text.as_bytes());
        self.tail.push(b'\n');
        let surplus = self.tail.len().saturating_sub(TAIL_BYTES);
        self.tail.drain(..surplus);
        lines.push((now, text));
    }
}

impl Allowance {
    /// Also an empty line costs something.
    fn spend(&mut self, bytes: usize, now: Timestamp) -> bool {
        let elapsed = now.as_millis().saturating_sub(self.filled_at.as_millis()).max(0).unsigned_abs();
        self.filled_at = now;
        self.bytes = self.bytes.saturating_add(elapsed.saturating_mul(RATE_BYTES) / 1000).min(BURST_BYTES);
        let cost = (bytes as u64).saturating_add(26);
        let may = self.bytes >= cost;
        if may {
            self.bytes = self.bytes.saturating_sub(cost);
        } else {
            self.lines_dropped = self.lines_dropped.saturating_add(1);
        }
        may
    }
}

/// Where the lines of one environment go.
pub(super) struct LineSink {
    surface: Arc<Surface>,
    function_arn: String,
    log_group: String,
    log_stream: String,
    lines: Mutex<Lines>,
}

impl LineSink {
    pub(super) fn new(surface: Arc<Surface>, function_arn: String, log_group: String, log_stream: String) -> Self {
        let lines = Mutex::new(Lines::new(surface.clock.now()));
        Self { surface, function_arn, log_group, log_stream, lines }
    }

    /// Adds a line of the host's own.
    pub(super) fn say(&self, text: String) {
        let mut lines = self.lines.lock();
        let said = lines.said(text, self.surface.clock.now());
        self.hand_on(said);
    }

    /// Takes what is in the pipe now, though not without end from a function that never stops. False when the pipe has
    /// ended.
    pub(super) fn drain(&self, pipe: &Receiver) -> bool {
        let mut lines = self.lines.lock();
        let mut chunk = vec![0; CHUNK_BYTES];
        for _ in 0..CHUNKS_MAX {
            match pipe.try_read(&mut chunk) {
                Ok(0) => return false,
                Ok(read) => {
                    let printed = lines.printed(chunk.get(..read).unwrap_or_default(), self.surface.clock.now());
                    self.hand_on(printed);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                Err(_) => return false,
            }
        }
        true
    }

    pub(super) fn forget_tail(&self) {
        self.lines.lock().tail.clear();
    }

    pub(super) fn tail(&self) -> String {
        String::from_utf8_lossy(&self.lines.lock().tail).into_owned()
    }

    /// With the lines held, so that they go in the order in which they came.
    fn hand_on(&self, lines: Vec<Line>) {
        if lines.is_empty() {
            return;
        }
        let message = OutputMessage {
            function_arn: self.function_arn.clone(),
            log_group: self.log_group.clone(),
            log_stream: self.log_stream.clone(),
            lines,
        };
        if let Ok(frame) = Frame::new(&FromHost::Output(message), Bytes::new()) {
            // A server that has gone wants no lines.
            drop(self.surface.to_server.send(frame));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn texts(lines: Vec<Line>) -> Vec<String> {
        lines.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn lines_end_at_line_feeds_and_keep_carriage_returns() {
        let mut lines = Lines::new(NOW);
        assert_eq!(texts(lines.printed(b"one\rstill one\ntw", NOW)), ["one\rstill one"]);
        assert_eq!(texts(lines.printed(b"o\n\n", NOW)), ["two", ""]);
        assert_eq!(texts(lines.printed(b"three", NOW)), [""; 0]);
        assert_eq!(texts(lines.said("END".to_owned(), NOW)), ["three", "END"]);
        assert_eq!(lines.tail, *b"one\rstill one\ntwo\n\nthree\nEND\n");
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let mut lines = Lines::new(NOW);
        let got = texts(lines.printed(&vec![b'x'; LINE_BYTES_MAX * 2 + 5], NOW));
        assert_eq!(got.iter().map(String::len).collect::<Vec<_>>(), [LINE_BYTES_MAX, LINE_BYTES_MAX]);
        assert_eq!(texts(lines.said("END".to_owned(), NOW)), ["xxxxx", "END"]);
    }

    #[test]
    fn a_flood_is_dropped_with_a_notice_and_the_host_is_always_heard() {
        let mut lines = Lines::new(NOW);
        let flood = vec![b'\n'; 1_000_000];
        let heard = lines.printed(&flood, NOW).len();
        assert!(heard < 400_000, "{heard}");
        let said = texts(lines.said("END".to_owned(), NOW));
        assert_eq!(
            said,
            [format!("keepwell left out {} lines: printed too fast", 1_000_000 - heard), "END".to_owned()]
        );
        assert_eq!(texts(lines.printed(b"later\n", NOW.plus_millis(1000))), ["later"]);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_the_bytes_come(text in "[a-z\n]{0,200}", cut in 1_usize..20) {
            let (mut whole, mut pieces) = (Lines::new(NOW), Lines::new(NOW));
            let mut at_once = texts(whole.printed(text.as_bytes(), NOW));
            at_once.extend(texts(whole.said(String::new(), NOW)));
            let mut in_pieces: Vec<String> = text.as_bytes().chunks(cut).flat_map(|piece| texts(pieces.printed(piece, NOW))).collect();
            in_pieces.extend(texts(pieces.said(String::new(), NOW)));
            prop_assert_eq!(at_once, in_pieces);
        }
    }
}
