//! Just enough HTTP/1.1 to know when an answer is whole and whether it is the right one.

use std::cmp::Ordering;

use anyhow::{Context, Result, bail};

/// Collects one answer after another of one connection.
#[derive(Default)]
pub struct AnswerBuffer {
    bytes: Vec<u8>,
    filled: usize,
    head: Option<Head>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub status: u16,
    /// The server will end the connection after this answer.
    pub close: bool,
    body_start: usize,
    body_length: usize,
}

const READ_SPACE: usize = 16 * 1024;

impl AnswerBuffer {
    /// Where the next bytes of the socket go.
    pub fn space(&mut self) -> &mut [u8] {
        if self.bytes.len() < self.filled + READ_SPACE {
            self.bytes.resize(self.filled + 2 * READ_SPACE, 0);
        }
        self.bytes.get_mut(self.filled..).unwrap_or_default()
    }

    pub fn advance(&mut self, count: usize) {
        self.filled += count;
    }

    /// The head, once the whole answer has arrived.
    pub fn whole(&mut self) -> Result<Option<Head>> {
        let received = self.bytes.get(..self.filled).unwrap_or_default();
        if self.head.is_none() {
            self.head = parse_head(received)?;
        }
        let Some(head) = self.head else { return Ok(None) };
        match received.len().cmp(&(head.body_start + head.body_length)) {
            Ordering::Less => Ok(None),
            Ordering::Equal => Ok(Some(head)),
            // Nothing is pipelined, so nobody asked for these.
            Ordering::Greater => bail!("more bytes than the answer announced"),
        }
    }

    pub fn body(&self, head: &Head) -> &[u8] {
        self.bytes.get(head.body_start..head.body_start + head.body_length).unwrap_or_default()
    }

    /// Status line, headers and the empty line.
    pub fn head_bytes(&self, head: &Head) -> &[u8] {
        self.bytes.get(..head.body_start).unwrap_or_default()
    }

    /// Something has come that is not yet a whole answer.
    pub fn has_begun(&self) -> bool {
        self.filled > 0
    }

    /// Makes room for the next answer.
    pub fn clear(&mut self) {
        self.filled = 0;
        self.head = None;
    }
}

fn parse_head(received: &[u8]) -> Result<Option<Head>> {
    let Some(blank) = received.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let mut lines = received.get(..blank).unwrap_or_default().split(|byte| *byte == b'\n');

    let status_line = lines.next().unwrap_or_default();
    let status = status_line.get(9..12).and_then(decimal).context("no status in the answer")?;
    let mut head = Head { status: u16::try_from(status)?, close: false, body_start: blank + 4, body_length: 0 };
    for line in lines {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if name.eq_ignore_ascii_case(b"content-length") {
            head.body_length = decimal(value).context("a content length that is no number")?;
        } else if name.eq_ignore_ascii_case(b"connection") {
            head.close = value.eq_ignore_ascii_case(b"close");
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            bail!("the answer came in chunks, which the bench does not read");
        }
    }
    Ok(Some(head))
}

fn decimal(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Looks for `needle`, first where it was last time: answers of one kind are shaped alike.
pub fn contains(body: &[u8], needle: &[u8], last_seen_at: &mut usize) -> bool {
    if body.get(*last_seen_at..).is_some_and(|rest| rest.starts_with(needle)) {
        return true;
    }
    let found = body.windows(needle.len().max(1)).position(|window| window == needle);
    if let Some(position) = found {
        *last_seen_at = position;
    }
    found.is_some() || needle.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(text: &str) -> AnswerBuffer {
        let mut answer = AnswerBuffer::default();
        answer.space()[..text.len()].copy_from_slice(text.as_bytes());
        answer.advance(text.len());
        answer
    }

    #[test]
    fn an_answer_is_whole_when_its_last_byte_has_come() {
        let mut answer = received("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell");
        assert_eq!(answer.whole().unwrap(), None);
        answer.space()[0] = b'o';
        answer.advance(1);
        let head = answer.whole().unwrap().unwrap();
        assert_eq!((head.status, head.close, answer.body(&head)), (200, false, b"hello".as_slice()));
    }

    #[test]
    fn an_answer_larger_than_the_first_buffer_is_read_on() {
        let body = "x".repeat(100_000);
        let text = format!("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{body}");
        let mut answer = AnswerBuffer::default();
        for part in text.as_bytes().chunks(READ_SPACE) {
            assert_eq!(answer.whole().unwrap(), None);
            answer.space()[..part.len()].copy_from_slice(part);
            answer.advance(part.len());
        }
        let head = answer.whole().unwrap().unwrap();
        assert_eq!(answer.body(&head).len(), 100_000);
    }

    #[test]
    fn a_refusal_that_closes_the_connection_is_seen_as_both() {
        let mut answer = received("HTTP/1.1 503 Busy\r\nconnection: Close\r\ncontent-length: 0\r\n\r\n");
        let head = answer.whole().unwrap().unwrap();
        assert_eq!((head.status, head.close), (503, true));
    }

    #[test]
    fn bytes_beyond_the_answer_are_an_error() {
        assert!(received("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nyes").whole().is_err());
    }

    #[test]
    fn chunks_are_an_error_and_not_an_empty_answer() {
        assert!(received("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").whole().is_err());
    }

    #[test]
    fn a_needle_is_found_wherever_it_moved_to() {
        let mut seen_at = 0;
        assert!(contains(b"....needle", b"needle", &mut seen_at));
        assert_eq!(seen_at, 4);
        assert!(contains(b"..needle..", b"needle", &mut seen_at));
        assert!(!contains(b"....nettle", b"needle", &mut seen_at));
    }
}
