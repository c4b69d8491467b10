//! The calls the load generator makes.

use std::ops::Range;

use jiff::Timestamp;

use crate::load::Requests;
use crate::secrets;
use crate::sign::{AccessKey, Post, Signer};

/// Who asks, and where.
pub struct Caller {
    pub access_key: AccessKey,
    pub region: String,
    /// The `Host` header, which the signature covers.
    pub host: String,
}

impl Caller {
    #[expect(clippy::disallowed_methods, reason = "a request is signed for the present moment, or refused")]
    pub fn signer_for(&self, service: &str) -> Signer {
        Signer::new(&self.access_key, &self.region, service, Timestamp::now())
    }

    pub fn signer(&self) -> Signer {
        self.signer_for("secretsmanager")
    }
}

pub const GET_SECRET_VALUE: &str = "secretsmanager.GetSecretValue";
pub const LIST_SECRETS: &str = "secretsmanager.ListSecrets";
const CREATE_SECRET: &str = "secretsmanager.CreateSecret";
const PUT_SECRET_VALUE: &str = "secretsmanager.PutSecretValue";

/// Reads that were signed beforehand, handed out in turn, for ever.
#[derive(Default)]
pub struct SignedReads {
    arena: Vec<u8>,
    reads: Vec<(Range<usize>, Range<usize>)>,
    next: usize,
}

impl SignedReads {
    /// One read for each index, in the order given.
    pub fn of(indexes: impl IntoIterator<Item = u64>, caller: &Caller, close: bool) -> Self {
        let signer = caller.signer();
        let mut signed = Self::default();
        for index in indexes {
            let name = secrets::name(index);
            let body = format!("{{\"SecretId\":\"{name}\",\"VersionStage\":\"AWSCURRENT\"}}");
            let post =
                Post { host: &caller.host, path: "/", target: Some(GET_SECRET_VALUE), body: body.as_bytes(), close };
            let request_start = signed.arena.len();
            signer.append_post(&mut signed.arena, &post);
            let needle_start = signed.arena.len();
            signed.arena.extend_from_slice(secrets::password(index).as_bytes());
            signed.reads.push((request_start..needle_start, needle_start..signed.arena.len()));
        }
        signed
    }

    /// The same requests, all to be answered with `answer`: for the bare server, which has only one.
    pub fn expecting(mut self, answer: &[u8]) -> Self {
        let start = self.arena.len();
        self.arena.extend_from_slice(answer);
        for (_, needle) in &mut self.reads {
            *needle = start..start + answer.len();
        }
        self
    }
}

impl Requests for SignedReads {
    fn next(&mut self, _connection: usize, request: &mut Vec<u8>, needle: &mut Vec<u8>) -> bool {
        let Some((signed, expected)) = self.reads.get(self.next) else { return false };
        request.extend_from_slice(self.arena.get(signed.clone()).unwrap_or_default());
        needle.extend_from_slice(self.arena.get(expected.clone()).unwrap_or_default());
        self.next = (self.next + 1) % self.reads.len();
        true
    }
}

/// Makes the secrets of a range, once each; signed as they go, because a long load outlives a signature.
pub struct Creates<'a> {
    caller: &'a Caller,
    signer: Signer,
    remaining: Range<u64>,
}

impl<'a> Creates<'a> {
    pub fn of(indexes: Range<u64>, caller: &'a Caller) -> Self {
        Self { caller, signer: caller.signer(), remaining: indexes }
    }

    pub fn remaining(&self) -> Range<u64> {
        self.remaining.clone()
    }
}

impl Requests for Creates<'_> {
    fn next(&mut self, _connection: usize, request: &mut Vec<u8>, needle: &mut Vec<u8>) -> bool {
        let Some(index) = self.remaining.next() else { return false };
        let (name, value, token) = (secrets::name(index), secrets::escaped_value(index), secrets::request_token(index));
        let body = format!("{{\"Name\":\"{name}\",\"ClientRequestToken\":\"{token}\",\"SecretString\":\"{value}\"}}");
        let post = Post {
            host: &self.caller.host,
            path: "/",
            target: Some(CREATE_SECRET),
            body: body.as_bytes(),
            close: false,
        };
        self.signer.append_post(request, &post);
        needle.extend_from_slice(token.as_bytes());
        true
    }
}

/// New versions. Each connection writes to secrets of its own, one after the other, so that no two writers contend for
/// one and none collects versions without end.
pub struct Puts<'a> {
    caller: &'a Caller,
    signer: Signer,
    secrets_per_connection: u64,
    counter: u64,
}

impl<'a> Puts<'a> {
    /// `first_token`: higher than any that an earlier visit used.
    pub fn of(secrets_per_connection: u64, first_token: u64, caller: &'a Caller) -> Self {
        Self { caller, signer: caller.signer(), secrets_per_connection, counter: first_token }
    }

    pub fn next_token(&self) -> u64 {
        self.counter
    }
}

impl Requests for Puts<'_> {
    fn next(&mut self, connection: usize, request: &mut Vec<u8>, needle: &mut Vec<u8>) -> bool {
        self.counter += 1;
        let index = connection as u64 * self.secrets_per_connection + self.counter % self.secrets_per_connection;
        let (name, token) = (secrets::name(index), secrets::request_token(self.counter));
        let value = secrets::escaped_value(self.counter);
        let body =
            format!("{{\"SecretId\":\"{name}\",\"ClientRequestToken\":\"{token}\",\"SecretString\":\"{value}\"}}");
        let post = Post {
            host: &self.caller.host,
            path: "/",
            target: Some(PUT_SECRET_VALUE),
            body: body.as_bytes(),
            close: false,
        };
        self.signer.append_post(request, &post);
        needle.extend_from_slice(token.as_bytes());
        true
    }
}

/// Only the first `count` of them.
pub fn once(requests: &mut dyn Requests, count: u64) -> impl Requests {
    Once { requests, remaining: count }
}

struct Once<'a> {
    requests: &'a mut dyn Requests,
    remaining: u64,
}

impl Requests for Once<'_> {
    fn next(&mut self, connection: usize, request: &mut Vec<u8>, needle: &mut Vec<u8>) -> bool {
        let more = self.remaining > 0;
        self.remaining = self.remaining.saturating_sub(1);
        more && self.requests.next(connection, request, needle)
    }
}
