//! What a server may say at most: drivers take messages as long as servers tell them that they are.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// On one connection: the rights of many thousands of tables are the most that is asked for.
const RECEIVED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A stream that breaks when too much has come.
#[derive(Debug)]
pub(crate) struct Bounded<S> {
    stream: S,
    left: usize,
}

impl<S> Bounded<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, left: RECEIVED_BYTES_MAX }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let came = buf.filled().len() - before;
        Poll::Ready(match self.left.checked_sub(came) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                buf.set_filled(before);
                Err(io::Error::other("the server sent more than anybody asked for"))
            }
        })
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn what_comes_ends_in_an_error_where_it_is_too_much() {
        let (own, mut other) = duplex(64 * 1024);
        let sending = tokio::spawn(async move {
            let chunk = [0; 64 * 1024];
            while other.write_all(&chunk).await.is_ok() {}
        });
        let (mut bounded, mut room, mut came) = (Bounded::new(own), vec![0; 100_000], 0);
        let error = loop {
            match bounded.read(&mut room).await {
                Ok(count) => came += count,
                Err(error) => break error,
            }
        };
        assert!(came <= RECEIVED_BYTES_MAX && came > RECEIVED_BYTES_MAX - room.len(), "{came}");
        assert!(error.to_string().contains("more than anybody asked for"), "{error}");
        assert!(bounded.read(&mut room).await.is_err(), "and stays so");
        drop(bounded);
        sending.await.unwrap();
    }
}
