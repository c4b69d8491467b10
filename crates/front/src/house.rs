//! What answers requests: from bytes to an authenticated call, and from its outcome to bytes.

use std::sync::Arc;

use bytes::Bytes;
use gate::{Authenticator, Caller, RequestContext, Service, TlsContext};
use http::{Response, header, request::Parts};
use shape::{QueryParameters, RestRequest};
use sigv4::ReceivedRequest;
use terms::{Clock, Entropy, RequestId};
use trail::Recorder;

use crate::{
    door,
    proxies::TrustedProxies,
    query::{self, QueryRoute, Unroutable},
    rest::{self, RestRoute},
    routes::{self, Route, route},
    server::{Application, Body, Connection, Readiness, Refusal},
    wire::{self, json, xml},
};

/// The services behind one door.
pub struct House {
    pub authenticator: Authenticator,
    pub recorder: Arc<Recorder>,
    pub secretsmanager: Arc<secretsmanager::Room>,
    pub kms: Arc<kms::Room>,
    pub logs: Arc<logs::Room>,
    pub lambda: Arc<lambda::Room>,
    pub cloudtrail: Arc<cloudtrail::Room>,
    pub iam: Arc<iam::Room>,
    pub sts: Arc<sts::Room>,
    pub deployment: Arc<deployment::Room>,
    pub trusted_proxies: TrustedProxies,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

impl House {
    /// Every request leaves through here, so any step inside may return early.
    async fn respond(&self, connection: &Connection, head: &Parts, body: &Bytes) -> Response<Body> {
        let context = self.begin(connection, head);
        // Payloads may have any content type, so the path is looked at first.
        if rest::is_rest(&head.uri) {
            return Box::pin(self.respond_in_rest(&context, head, body)).await;
        }
        match route(&head.headers) {
            Some(route) => self.respond_in_json(&context, head, body, route).await,
            // Apart, because these stories are long and every request would carry room for them.
            None if query::is_query(head) => Box::pin(self.respond_in_xml(&context, head, body)).await,
            None if door::is_unseal(&head.headers) => {
                let text = "The server is not sealed: no share is needed.".to_owned();
                json::refused(context.request_id, "InvalidRequestException", text)
            }
            None => json::unknown_operation(context.request_id),
        }
    }

    async fn respond_in_json(
        &self,
        context: &RequestContext,
        head: &Parts,
        body: &Bytes,
        route: Route,
    ) -> Response<Body> {
        let request_id = context.request_id;
        if self.recorder.health().is_err() {
            return json::unavailable(request_id);
        }
        let caller = match self.authenticate(context, head, body, route.service()).await {
            Ok(caller) => caller,
            Err(error) => return json::unauthenticated(request_id, &error),
        };
        route.answer(self, context, &caller, body).await.unwrap_or_else(|error| {
            tracing::error!(target: "keepwell::operator", %request_id, %error, "a call was refused");
            json::unavailable(request_id)
        })
    }

    async fn respond_in_rest(&self, context: &RequestContext, head: &Parts, body: &Bytes) -> Response<Body> {
        let request_id = context.request_id;
        let Some(RestRoute { operation, labels }) = rest::route(head) else {
            return wire::rest::unknown_operation(request_id, head);
        };
        if self.recorder.health().is_err() {
            return wire::rest::unavailable(request_id);
        }
        let caller = match self.authenticate(context, head, body, Service::LAMBDA).await {
            Ok(caller) => caller,
            Err(error) => return wire::rest::unauthenticated(request_id, &error),
        };
        let request = RestRequest {
            labels,
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: head.headers.clone(),
            body: body.clone(),
        };
        let answered = lambda::answer(&self.lambda, context, &caller, operation, &request).await;
        answered.map_or_else(
            |error| {
                tracing::error!(target: "keepwell::operator", %request_id, %error, "a call was refused");
                wire::rest::unavailable(request_id)
            },
            |recorded| wire::rest::answer(request_id, recorded),
        )
    }

    async fn respond_in_xml(&self, context: &RequestContext, head: &Parts, body: &Bytes) -> Response<Body> {
        let request_id = context.request_id;
        let found = query::parameters(head, body).map_err(|error| Unroutable {
            namespace: sts::NAMESPACE,
            code: error.code(),
            message: error.to_string(),
        });
        let routed = found.and_then(|parameters| Ok((query::route(&parameters)?, parameters)));
        let (route, parameters) = match routed {
            Ok(routed) => routed,
            Err(Unroutable { namespace, code, message }) => {
                let error = xml::QueryError { namespace, status: 400, code, message: &message };
                return xml::error(request_id, &error);
            }
        };
        let namespace = route.namespace();
        if self.recorder.health().is_err() {
            return xml::unavailable(namespace, request_id);
        }
        let service = match route {
            QueryRoute::Iam(_) => Service::IAM,
            QueryRoute::Sts(_) => Service::STS,
        };
        match self.authenticate(context, head, body, service).await {
            Ok(caller) => self.answer_query(context, &caller, route, &parameters).await,
            Err(error) => xml::unauthenticated(namespace, request_id, &error),
        }
    }

    async fn answer_query(
        &self,
        context: &RequestContext,
        caller: &Caller,
        route: QueryRoute,
        parameters: &QueryParameters,
    ) -> Response<Body> {
        let request_id = context.request_id;
        let answered = match route {
            QueryRoute::Iam(operation) => {
                let recorded = iam::answer(&self.iam, context, caller, operation, parameters).await;
                recorded.map(|recorded| xml::iam(request_id, recorded))
            }
            QueryRoute::Sts(operation) => {
                let recorded = sts::answer(&self.sts, context, caller, operation, parameters).await;
                recorded.map(|recorded| xml::sts(request_id, recorded))
            }
        };
        answered.unwrap_or_else(|error| {
            tracing::error!(target: "keepwell::operator", %request_id, %error, "a call was refused");
            xml::unavailable(route.namespace(), request_id)
        })
    }

    async fn authenticate(
        &self,
        context: &RequestContext,
        head: &Parts,
        body: &[u8],
        service: Service,
    ) -> Result<Caller, gate::AuthenticationError> {
        let received = ReceivedRequest {
            method: head.method.as_str(),
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            headers: &head.headers,
            authority: head.uri.authority().map(http::uri::Authority::as_str),
        };
        let caller = self.authenticator.authenticate(&received, body, service, context.received_at).await?;
        self.recorder.note_use(&caller, service, context.received_at);
        Ok(caller)
    }

    fn begin(&self, connection: &Connection, head: &Parts) -> RequestContext {
        let source_ip = self.trusted_proxies.source_ip(connection.peer.ip(), &head.headers);
        let mut context = RequestContext::begin(&*self.clock, &*self.entropy, source_ip);
        context.user_agent = head.headers.get(header::USER_AGENT).cloned();
        context.referer = head.headers.get(header::REFERER).cloned();
        if let Some(tls) = &connection.tls {
            context.host = head.headers.get(header::HOST).cloned();
            context.tls = Some(TlsContext { version: tls.version, cipher_suite: tls.cipher_suite });
        }
        context
    }
}

/// One line for each request, for whoever turns it on. Neither bodies nor signatures are in it.
fn tell(connection: &Connection, head: &Parts, response: &Response<Body>) {
    tracing::debug!(
        target: "keepwell::request",
        operation = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok()),
        path = head.uri.path(),
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

    fn body_bytes_max(&self, head: &Parts) -> Option<u32> {
        rest::body_bytes_max(head).or_else(|| routes::body_bytes_max(&head.headers))
    }

    fn refuse(&self, head: Option<&Parts>, refusal: Refusal) -> Response<Body> {
        let request_id = RequestId::random(&*self.entropy);
        match head.filter(|head| rest::is_rest(&head.uri)) {
            Some(head) => wire::rest::refusal(request_id, head, refusal),
            None => json::refusal(request_id, refusal),
        }
    }

    fn readiness(&self) -> Readiness {
        if self.recorder.health().is_ok() { Readiness::Ready } else { Readiness::Starting }
    }
}
