//! One call at a time, waiting for each answer: for readiness, for single questions and for walking through pages.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Result, bail};
use rustls::StreamOwned;

use crate::answer::AnswerBuffer;
use crate::connection::Target;

pub struct Exchange {
    stream: Box<dyn Stream>,
    answer: AnswerBuffer,
}

pub struct Answer {
    pub status: u16,
    pub head: Vec<u8>,
    pub body: Vec<u8>,
}

trait Stream: Read + Write + Send {}
impl<S: Read + Write + Send> Stream for S {}

const PATIENCE: Duration = Duration::from_secs(30);

impl Exchange {
    pub fn open(target: &Target) -> Result<Self> {
        let socket = TcpStream::connect(target.address)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let stream: Box<dyn Stream> = match target.tls_session()? {
            None => Box::new(socket),
            Some(session) => Box::new(StreamOwned::new(session, socket)),
        };
        Ok(Self { stream, answer: AnswerBuffer::default() })
    }

    pub fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request)?;
        self.stream.flush()?;
        self.answer.clear();
        loop {
            let count = self.stream.read(self.answer.space())?;
            if count == 0 {
                bail!("the server closed the connection before the answer was whole");
            }
            self.answer.advance(count);
            if let Some(head) = self.answer.whole()? {
                return Ok(Answer {
                    status: head.status,
                    head: self.answer.head_bytes(&head).to_vec(),
                    body: self.answer.body(&head).to_vec(),
                });
            }
        }
    }
}

/// Asks `path` on a connection of its own.
pub fn get(target: &Target, path: &str) -> Result<Answer> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", target.host());
    Exchange::open(target)?.ask(request.as_bytes())
}
