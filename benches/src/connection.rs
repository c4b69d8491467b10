//! One client connection that never blocks: it sends a request, collects the answer, and says which came.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustls::{ClientConfig, ClientConnection};
use rustls_pki_types::ServerName;

use crate::answer::{AnswerBuffer, Head};

/// Where to connect, and whether to speak TLS there.
#[derive(Clone)]
pub struct Target {
    pub address: SocketAddr,
    pub tls: Option<Arc<ClientConfig>>,
}

impl Target {
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    pub fn tls_session(&self) -> Result<Option<ClientConnection>> {
        let Some(config) = &self.tls else { return Ok(None) };
        let name = ServerName::from(self.address.ip());
        Ok(Some(ClientConnection::new(Arc::clone(config), name)?))
    }
}

pub struct Connection {
    socket: TcpStream,
    tls: Option<ClientConnection>,
    pub request: Vec<u8>,
    sent: usize,
    pub answer: AnswerBuffer,
}

impl Connection {
    /// Loopback connects at once, so the connect itself may block.
    pub fn open(target: &Target) -> Result<Self> {
        let socket = TcpStream::connect(target.address).with_context(|| format!("connecting to {}", target.address))?;
        socket.set_nodelay(true)?;
        socket.set_nonblocking(true)?;
        // Ends without TIME_WAIT: thousands of fresh connections a second would use up the ports.
        rustix::net::sockopt::set_socket_linger(&socket, Some(Duration::ZERO))?;
        let tls = target.tls_session()?;
        Ok(Self { socket, tls, request: Vec::new(), sent: 0, answer: AnswerBuffer::default() })
    }

    /// Sends what `request` holds, as far as the socket takes it; `proceed` sends the rest.
    pub fn send(&mut self) -> Result<()> {
        self.sent = 0;
        self.answer.clear();
        self.push()
    }

    /// Goes on after the socket became readable. Some: the whole answer is here.
    pub fn proceed(&mut self) -> Result<Option<Head>> {
        if self.sent < self.request.len() {
            self.push()?;
        }
        loop {
            let count = match self.receive() {
                Ok(0) => bail!("the server closed the connection before the answer was whole"),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error).context("reading the answer"),
            };
            self.answer.advance(count);
            if let Some(head) = self.answer.whole()? {
                return Ok(Some(head));
            }
        }
        // What a handshake step wants to say in return, and the request that had to wait for its end.
        self.push()?;
        Ok(None)
    }

    fn push(&mut self) -> Result<()> {
        let unsent = self.request.get(self.sent..).unwrap_or_default();
        let pushed = match &mut self.tls {
            None if unsent.is_empty() => return Ok(()),
            None => self.socket.write(unsent).map(|count| self.sent += count),
            Some(tls) => {
                // The session keeps what it cannot send before the handshake is done.
                tls.writer().write_all(unsent)?;
                self.sent = self.request.len();
                flush(tls, &mut self.socket)
            }
        };
        match pushed {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            other => other.context("sending the request"),
        }
    }

    fn receive(&mut self) -> std::io::Result<usize> {
        let Some(tls) = &mut self.tls else { return self.socket.read(self.answer.space()) };
        loop {
            match tls.reader().read(self.answer.space()) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                read => return read,
            }
            if tls.read_tls(&mut self.socket)? == 0 {
                return Ok(0);
            }
            tls.process_new_packets().map_err(std::io::Error::other)?;
            flush(tls, &mut self.socket)?;
        }
    }
}

fn flush(tls: &mut ClientConnection, socket: &mut TcpStream) -> std::io::Result<()> {
    while tls.wants_write() {
        tls.write_tls(socket)?;
    }
    Ok(())
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
