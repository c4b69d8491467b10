//! MySQL's packets: a length, a number, and what is said. What a server says is believed as far as it has sent it.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroize::Zeroizing;

use crate::wire::Wire;

/// Nothing that is asked for here has an answer that long.
const PACKET_BYTES_MAX: usize = 1 << 20;
/// From here on a packet would have to be cut.
const SENT_BYTES_MAX: usize = (1 << 24) - 1;

/// A stream of packets that follow each other by number.
pub(super) struct Packets {
    stream: Box<dyn Wire>,
    next: u8,
}

impl Packets {
    pub(super) fn over(stream: Box<dyn Wire>) -> Self {
        Self { stream, next: 0 }
    }

    /// The same conversation over another stream: what carries it, and where it is.
    pub(super) fn into_parts(self) -> (Box<dyn Wire>, u8) {
        (self.stream, self.next)
    }

    pub(super) fn resumed(stream: Box<dyn Wire>, next: u8) -> Self {
        Self { stream, next }
    }

    pub(super) async fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut head = [0; 4];
        self.stream.read_exact(&mut head).await?;
        let [low, middle, high, number] = head;
        let length = usize::try_from(u32::from_le_bytes([low, middle, high, 0])).unwrap_or(usize::MAX);
        if length > PACKET_BYTES_MAX {
            return Err(invalid("the server's packet is too long"));
        }
        if number != self.next {
            return Err(invalid("the server's packets do not follow each other"));
        }
        self.next = number.wrapping_add(1);
        let mut payload = vec![0; length];
        self.stream.read_exact(&mut payload).await?;
        Ok(payload)
    }

    pub(super) async fn write(&mut self, payload: &[u8]) -> io::Result<()> {
        let length = u32::try_from(payload.len()).ok().filter(|_| payload.len() < SENT_BYTES_MAX);
        let [low, middle, high, _] = length.ok_or_else(|| invalid("the statement is too long"))?.to_le_bytes();
        let mut packet = Zeroizing::new(Vec::with_capacity(payload.len() + 4));
        packet.extend_from_slice(&[low, middle, high, self.next]);
        packet.extend_from_slice(payload);
        self.next = self.next.wrapping_add(1);
        self.stream.write_all(&packet).await?;
        self.stream.flush().await
    }

    /// A command begins a new conversation.
    pub(super) async fn command(&mut self, command: u8, rest: &[u8]) -> io::Result<()> {
        let mut payload = Zeroizing::new(Vec::with_capacity(rest.len() + 1));
        payload.push(command);
        payload.extend_from_slice(rest);
        self.next = 0;
        self.write(&payload).await
    }
}

/// Reads what is in a packet.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, count: usize) -> io::Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or_else(|| invalid("the server's packet ends early"))?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> io::Result<u8> {
        self.take(1)?.first().copied().ok_or_else(|| invalid("the server's packet ends early"))
    }

    pub(super) fn number<const BYTES: usize>(&mut self) -> io::Result<u64> {
        let mut bytes = [0; 8];
        let taken = self.take(BYTES)?;
        bytes.iter_mut().zip(taken).for_each(|(to, from)| *to = *from);
        Ok(u64::from_le_bytes(bytes))
    }

    /// Up to a zero.
    pub(super) fn text(&mut self) -> io::Result<&'a [u8]> {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        let text = self.take(end)?;
        self.0 = self.0.get(1..).unwrap_or_default();
        Ok(text)
    }

    pub(super) fn length(&mut self) -> io::Result<u64> {
        match self.byte()? {
            0xfc => self.number::<2>(),
            0xfd => self.number::<3>(),
            0xfe => self.number::<8>(),
            byte @ 0..=0xfa => Ok(byte.into()),
            0xfb | 0xff => Err(invalid("the server's packet has no length where one must be")),
        }
    }

    /// A column of a row. None if it is NULL.
    pub(super) fn column(&mut self) -> io::Result<Option<&'a [u8]>> {
        if self.0.first() == Some(&0xfb) {
            return self.take(1).map(|_| None);
        }
        let length = usize::try_from(self.length()?).unwrap_or(usize::MAX);
        self.take(length).map(Some)
    }
}

pub(super) fn invalid(text: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::duplex;

    use super::*;

    #[tokio::test]
    async fn packets_are_read_as_they_were_written() {
        let (one, other) = duplex(1 << 16);
        let (mut one, mut other) = (Packets::over(Box::new(one)), Packets::over(Box::new(other)));
        for payload in [vec![], vec![7; 300]] {
            one.write(&payload).await.unwrap();
            assert_eq!(other.read().await.unwrap(), payload);
            other.next = one.next;
        }
        one.command(3, b"x").await.unwrap();
        assert!(other.read().await.unwrap_err().to_string().contains("follow"));
    }

    #[tokio::test]
    async fn a_packet_that_is_said_to_be_long_is_not_waited_for() {
        let (mut one, other) = duplex(1 << 16);
        one.write_all(&[0xff, 0xff, 0xff, 0]).await.unwrap();
        assert!(Packets::over(Box::new(other)).read().await.unwrap_err().to_string().contains("too long"));
    }

    proptest! {
        #[test]
        fn no_packet_is_read_beyond_its_end(bytes: Vec<u8>) {
            let mut reader = Reader(&bytes);
            while reader.column().is_ok() {}
            let mut reader = Reader(&bytes);
            let _ = (reader.byte(), reader.text(), reader.number::<3>(), reader.length());
        }
    }
}
