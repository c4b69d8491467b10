//! What answers requests: from bytes to an authenticated call, and from its outcome to bytes.

use std::sync::Arc;

use bytes::Bytes;
use gate::{Authenticator, RequestContext, Service, TlsContext};
use http::{Response, header, request::Parts};
use secretsmanager::Room;
use sigv4::ReceivedRequest;
use terms::{Clock, Entropy, RequestId};
use trail::Recorder;

use crate::{
    routes::{Route, route},
    server::{Application, Body, Connection, Refusal},
    wire,
};

/// The services behind one door.
pub struct House {
    pub authenticator: Authenticator,
    pub recorder: Arc<Recorder>,
    pub secretsmanager: Arc<Room>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

impl House {
    /// Every request leaves through here, so any step inside may return early.
    async fn respond(&self, connection: &Connection, head: &Parts, body: &Bytes) -> Response<Body> {
        let context = self.begin(connection, head);
        let request_id = context.request_id;
        let Some(route) = route(&head.headers) else { return wire::unknown_operation(request_id) };
        if self.recorder.health().is_err() {
            return wire::unavailable(request_id);
        }
        let received = ReceivedRequest {
            method: head.method.as_str(),
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            headers: &head.headers,
            authority: head.uri.authority().map(http::uri::Authority::as_str),
        };
        let authenticated = self.authenticator.authenticate(&received, body, service(route), context.received_at);
        let caller = match authenticated.await {
            Ok(caller) => caller,
            Err(error) => return wire::unauthenticated(request_id, &error),
        };
        let recorded = match route {
            Route::SecretsManager(operation) => {
                secretsmanager::answer(&self.secretsmanager, &context, &caller, operation, body).await
            }
        };
        match recorded {
            Ok(recorded) => wire::outcome(request_id, recorded),
            Err(error) => {
                tracing::error!(target: "keepwell::operator", %request_id, %error, "a call was refused");
                wire::unavailable(request_id)
            }
        }
    }

    fn begin(&self, connection: &Connection, head: &Parts) -> RequestContext {
        let mut context = RequestContext::begin(&*self.clock, &*self.entropy, connection.peer.ip());
        context.user_agent = head.headers.get(header::USER_AGENT).cloned();
        context.referer = head.headers.get(header::REFERER).cloned();
        if let Some(tls) = &connection.tls {
            context.host = head.headers.get(header::HOST).cloned();
            context.tls = Some(TlsContext { version: tls.version, cipher_suite: tls.cipher_suite });
        }
        context
    }
}

fn service(route: Route) -> Service {
    match route {
        Route::SecretsManager(_) => Service::SECRETS_MANAGER,
    }
}

/// One line for each request, for whoever turns it on. Neither bodies nor signatures are in it.
fn tell(connection: &Connection, head: &Parts, response: &Response<Body>) {
    tracing::debug!(
        target: "keepwell::request",
        operation = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok()),
        status = response.status().as_u16(),
        request_id = response.headers().get("x-amzn-requestid").and_then(|id| id.to_str().ok()),
        peer = %connection.peer,
        "answered"
    );
}

impl Application for House {
    async fn answer(&self, connection: &Connection, head: Parts, body: Bytes) -> Response<Body> {
        let response = self.respond(connection, &head, &body).await;
        tell(connection, &head, &response);
        response
    }

    fn refuse(&self, refusal: Refusal) -> Response<Body> {
        wire::refusal(RequestId::random(&*self.entropy), refusal)
    }

    fn is_ready(&self) -> bool {
        self.recorder.health().is_ok()
    }
}
