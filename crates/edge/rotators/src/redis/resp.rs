//! Redis's protocol (RESP2), as much of it as six commands need. What comes is bounded, and what is sent wipes itself.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use zeroize::Zeroizing;

use crate::wire::Wire;

/// A list of all users is the longest that is asked for.
const REPLY_BYTES_MAX: usize = 4 * 1024 * 1024;
const DEPTH_MAX: usize = 8;

pub(super) struct Connection(BufReader<Box<dyn Wire>>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    Text(String),
    Error(String),
    Nothing,
    Array(Vec<Reply>),
}

impl Connection {
    pub(super) fn new(wire: Box<dyn Wire>) -> Self {
        Self(BufReader::new(wire))
    }

    pub(super) async fn ask(&mut self, words: &[&[u8]]) -> io::Result<Reply> {
        let command = command(words);
        self.0.write_all(&command).await?;
        self.0.flush().await?;
        let mut room = REPLY_BYTES_MAX;
        self.reply(&mut room, 0).await
    }

    async fn reply(&mut self, room: &mut usize, depth: usize) -> io::Result<Reply> {
        let line = self.line(room).await?;
        let (kind, rest) = line.split_at_checked(1).ok_or_else(not_understood)?;
        match kind {
            "+" | ":" => Ok(Reply::Text(rest.to_owned())),
            "-" => Ok(Reply::Error(rest.to_owned())),
            "$" => match length(rest)? {
                Some(length) => self.bulk(length, room).await,
                None => Ok(Reply::Nothing),
            },
            "*" => match length(rest)? {
                Some(length) if depth < DEPTH_MAX => {
                    let mut items = Vec::new();
                    for _ in 0..length {
                        items.push(Box::pin(self.reply(room, depth + 1)).await?);
                    }
                    Ok(Reply::Array(items))
                }
                Some(_) => Err(not_understood()),
                None => Ok(Reply::Nothing),
            },
            _ => Err(not_understood()),
        }
    }

    /// Without its end.
    async fn line(&mut self, room: &mut usize) -> io::Result<String> {
        let mut line = Vec::new();
        let limit = u64::try_from(*room).unwrap_or(u64::MAX);
        (&mut self.0).take(limit).read_until(b'\n', &mut line).await?;
        *room -= line.len();
        let line = line.strip_suffix(b"\r\n").ok_or_else(not_understood)?;
        String::from_utf8(line.to_vec()).map_err(|_| not_understood())
    }

    async fn bulk(&mut self, length: usize, room: &mut usize) -> io::Result<Reply> {
        let whole = length.saturating_add(2);
        *room = room.checked_sub(whole).ok_or_else(not_understood)?;
        let mut bytes = vec![0; whole];
        self.0.read_exact(&mut bytes).await?;
        let text = bytes.strip_suffix(b"\r\n").ok_or_else(not_understood)?;
        Ok(Reply::Text(String::from_utf8(text.to_vec()).map_err(|_| not_understood())?))
    }
}

fn command(words: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    // Room enough, so that growing leaves no copy behind.
    let mut command = Zeroizing::new(Vec::with_capacity(words.iter().map(|word| word.len() + 32).sum::<usize>() + 32));
    command.extend_from_slice(format!("*{}\r\n", words.len()).as_bytes());
    for word in words {
        command.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        command.extend_from_slice(word);
        command.extend_from_slice(b"\r\n");
    }
    command
}

/// None where there is nothing.
fn length(text: &str) -> io::Result<Option<usize>> {
    if text == "-1" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| not_understood())
}

fn not_understood() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "what came is not Redis's protocol, or too much of it")
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    async fn answered(bytes: &[u8]) -> io::Result<Reply> {
        let (own, mut other) = duplex(64 * 1024);
        other.write_all(bytes).await.unwrap();
        other.shutdown().await.unwrap();
        let reply = Connection::new(Box::new(own)).ask(&[b"PING"]).await;
        drop(other);
        reply
    }

    #[tokio::test]
    async fn replies_of_every_kind_are_read() {
        let text = |text: &str| Reply::Text(text.to_owned());
        assert_eq!(answered(b"+OK\r\n").await.unwrap(), text("OK"));
        assert_eq!(answered(b":7\r\n").await.unwrap(), text("7"));
        assert_eq!(answered(b"-ERR no\r\n").await.unwrap(), Reply::Error("ERR no".to_owned()));
        assert_eq!(answered(b"$-1\r\n").await.unwrap(), Reply::Nothing);
        assert_eq!(answered(b"*-1\r\n").await.unwrap(), Reply::Nothing);
        assert_eq!(answered(b"$4\r\na\r\nb\r\n").await.unwrap(), text("a\r\nb"));
        let both = Reply::Array(vec![text("a"), Reply::Array(vec![Reply::Nothing])]);
        assert_eq!(answered(b"*2\r\n$1\r\na\r\n*1\r\n$-1\r\n").await.unwrap(), both);
    }

    #[tokio::test]
    async fn what_is_no_reply_is_an_error_and_never_more_than_that() {
        let deep = "*1\r\n".repeat(100);
        for bytes in
            ["", "\r\n", "+OK", "?\r\n", "$x\r\n", "$99999999999\r\n", "$5\r\nab", "*3\r\n+a\r\n", "$1\r\nabc", &deep]
        {
            assert!(answered(bytes.as_bytes()).await.is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn a_command_says_how_long_each_word_is() {
        assert_eq!(command(&[b"AUTH", b"a\r\nb"]).as_slice(), b"*2\r\n$4\r\nAUTH\r\n$4\r\na\r\nb\r\n");
    }
}
