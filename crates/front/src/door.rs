//! The door of a server: the house is behind it, or, while the root key is sealed, nobody yet.

use std::{
    future::Future,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use deployment::shapes::{UnsealRequest, UnsealResponse};
use http::{HeaderMap, Response, request::Parts};
use shape::{ParseError, parse_json};
use terms::{Entropy, RequestId, SecretBytes};

use crate::{
    house::House,
    proxies::TrustedProxies,
    query, rest,
    server::{Application, Body, Connection, Readiness, Refusal},
    wire::{self, json, xml},
};

/// What gathers the shares of the root key.
pub trait Seal: Send + Sync {
    /// How many shares are still needed.
    fn missing(&self) -> u8;

    /// Takes a share, and tells how many more are needed. When it was the last one, the house is open before the answer.
    fn give<'a>(
        &'a self,
        share: SecretBytes,
        from: IpAddr,
    ) -> Pin<Box<dyn Future<Output = Result<u8, ShareNotTaken>> + Send + 'a>>;
}

/// Why a share is not taken. The texts are for whoever has given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShareNotTaken {
    Refused(String),
    /// Too many come at once.
    Throttled,
    /// The shares have opened the root key, and the house does not open.
    Broken,
}

/// What is served. Once open, it stays open.
pub struct Door(State);

enum State {
    Open(Arc<House>),
    Sealed(Sealed),
}

/// All that a server needs that cannot read its store, and the house, once it is open.
struct Sealed {
    house: OnceLock<Arc<House>>,
    seal: Arc<dyn Seal>,
    trusted_proxies: TrustedProxies,
    entropy: Arc<dyn Entropy>,
}

impl Door {
    pub fn open(house: Arc<House>) -> Self {
        Self(State::Open(house))
    }

    pub fn sealed(seal: Arc<dyn Seal>, trusted_proxies: TrustedProxies, entropy: Arc<dyn Entropy>) -> Self {
        Self(State::Sealed(Sealed { house: OnceLock::new(), seal, trusted_proxies, entropy }))
    }

    /// From now on the house answers. A door that is open already stays as it is.
    pub fn let_in(&self, house: Arc<House>) {
        if let State::Sealed(sealed) = &self.0 {
            let _ = sealed.house.set(house);
        }
    }

    pub fn house(&self) -> Option<&Arc<House>> {
        match &self.0 {
            State::Open(house) => Some(house),
            State::Sealed(sealed) => sealed.house.get(),
        }
    }
}

impl Sealed {
    async fn answer(&self, connection: &Connection, head: &Parts, body: &Bytes) -> Response<Body> {
        let request_id = RequestId::random(&*self.entropy);
        if is_unseal(&head.headers) {
            let from = self.trusted_proxies.source_ip(connection.peer.ip(), &head.headers);
            return self.unseal(request_id, from, body).await;
        }
        let text = text_of(self.seal.missing());
        if rest::is_rest(&head.uri) {
            return wire::rest::unavailable_because(request_id, text);
        }
        if query::is_query(head) {
            let namespace = query::namespace_of(head, body);
            let error = xml::QueryError { namespace, status: 503, code: "ServiceUnavailable", message: &text };
            return xml::error(request_id, &error);
        }
        json::unavailable_because(request_id, text)
    }

    /// Unsigned: as long as the root key is sealed, nobody's signature can be checked. The shares prove themselves.
    async fn unseal(&self, request_id: RequestId, from: IpAddr, body: &Bytes) -> Response<Body> {
        let request: UnsealRequest = match parse_json(body) {
            Ok(request) => request,
            Err(ParseError::Serialization(text)) => {
                return json::refused(request_id, "SerializationException", text.unwrap_or_default().to_owned());
            }
            Err(ParseError::Validation(text)) => return json::refused(request_id, "ValidationException", text),
        };
        match self.seal.give(request.share, from).await {
            Ok(missing) => json::unsealed(request_id, &UnsealResponse { missing: Some(missing.into()) }),
            Err(ShareNotTaken::Refused(text)) => json::refused(request_id, "InvalidParameterException", text),
            Err(ShareNotTaken::Throttled) => {
                let text = "Too many shares come at once: wait a second.".to_owned();
                json::refused(request_id, "ThrottlingException", text)
            }
            Err(ShareNotTaken::Broken) => {
                let text = "The root key is open, but the server is not: its log says why.".to_owned();
                json::failed(request_id, text)
            }
        }
    }
}

/// The one call that a sealed server takes.
pub(crate) fn is_unseal(headers: &HeaderMap) -> bool {
    headers.get("x-amz-target").is_some_and(|target| target == "Keepwell.Unseal")
}

fn text_of(missing: u8) -> String {
    if missing == 0 {
        return "The server is opening.".to_owned();
    }
    let (shares, are) = if missing == 1 { ("share", "is") } else { ("shares", "are") };
    format!("The server is sealed: {missing} more {shares} of its root key {are} needed.")
}

impl Application for Door {
    async fn answer(&self, connection: &Connection, head: Parts, body: Bytes) -> Response<Body> {
        let sealed = match &self.0 {
            State::Open(house) => return house.answer(connection, head, body).await,
            State::Sealed(sealed) => sealed,
        };
        match sealed.house.get() {
            Some(house) => house.answer(connection, head, body).await,
            None => Box::pin(sealed.answer(connection, &head, &body)).await,
        }
    }

    fn refuse(&self, head: Option<&Parts>, refusal: Refusal) -> Response<Body> {
        match &self.0 {
            State::Open(house) => house.refuse(head, refusal),
            State::Sealed(sealed) => match sealed.house.get() {
                Some(house) => house.refuse(head, refusal),
                None => json::refusal(RequestId::random(&*sealed.entropy), refusal),
            },
        }
    }

    fn body_bytes_max(&self, head: &Parts) -> Option<u32> {
        self.house()?.body_bytes_max(head)
    }

    fn readiness(&self) -> Readiness {
        self.house().map_or(Readiness::Sealed, |house| house.readiness())
    }
}

#[cfg(test)]
mod tests;
