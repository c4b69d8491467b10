//! A stream that tells the roster what happens on it, and closes without losing the last answer.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::roster::Pulse;

/// How much of an unwanted body is taken after the answer before the socket is closed all the same. It takes time only,
/// which is bounded, and should suffice for code that somebody thought would fit.
const LINGER_BYTES_MAX: usize = 128 * 1024 * 1024;

/// A TCP or TLS stream with its pulse.
pub(super) struct Socket<S> {
    stream: S,
    pulse: Arc<Pulse>,
    is_shut: bool,
    lingered: usize,
}

impl<S> Socket<S> {
    pub(super) fn new(stream: S, pulse: Arc<Pulse>) -> Self {
        Self { stream, pulse, is_shut: false, lingered: 0 }
    }

    fn count(&self, written: &Poll<io::Result<usize>>) {
        match written {
            Poll::Ready(Ok(bytes)) => self.pulse.has_written(*bytes),
            Poll::Ready(Err(_)) => (),
            Poll::Pending => self.pulse.waits_to_write(),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Socket<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buffer))?;
        this.pulse.has_read();
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Socket<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.count(&written);
        written
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, parts);
        this.count(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(cx);
        // TLS keeps records that the socket did not take: they are sent by flushing.
        match &flushed {
            Poll::Ready(Ok(())) => this.pulse.has_written(0),
            Poll::Ready(Err(_)) => (),
            Poll::Pending => this.pulse.waits_to_write(),
        }
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.is_shut {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            this.is_shut = true;
        }
        // The sweep ends this when the client goes on for too long.
        while this.pulse.is_lingering() && this.lingered < LINGER_BYTES_MAX {
            let mut scratch = [0; 8 * 1024];
            let mut buffer = ReadBuf::new(&mut scratch);
            ready!(Pin::new(&mut this.stream).poll_read(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                break;
            }
            this.lingered += buffer.filled().len();
        }
        Poll::Ready(Ok(()))
    }
}
