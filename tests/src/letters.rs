//! Signed requests, and what answers to them must look like.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, request::Parts};
use serde_json::{Value, json};
use sigv4::sign::{RequestToSign, Signer};
use terms::Clock;

use crate::house::House;

pub(crate) const JSON: &str = "application/x-amz-json-1.1";

/// Someone with an access key who calls the house.
#[derive(Clone, Copy)]
pub(crate) struct Persona<'a> {
    pub(crate) house: &'a House,
    pub(crate) access_key_id: &'a str,
    pub(crate) secret_access_key: &'a str,
    pub(crate) session_token: Option<&'a str>,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
}

/// A request that can be altered after it was signed.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// An error as it crosses the wire.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) text: Option<String>,
}

impl<'a> Persona<'a> {
    pub(crate) async fn call(self, operation: &str, members: Value) -> Answer {
        self.send(operation, members.to_string().as_bytes()).await
    }

    /// The call succeeds; its answer.
    pub(crate) async fn ask(self, operation: &str, members: Value) -> Value {
        self.call(operation, members).await.json()
    }

    pub(crate) async fn send(self, operation: &str, body: &[u8]) -> Answer {
        self.house.deliver(self.letter(operation, body)).await
    }

    /// Signed now, not sent yet.
    pub(crate) fn letter(self, operation: &str, body: &[u8]) -> Letter {
        let mut letter = Letter::unsigned(operation, body);
        self.sign(&mut letter);
        letter
    }

    pub(crate) fn sign(self, letter: &mut Letter) {
        let Self { house, access_key_id, secret_access_key, session_token, region, service } = self;
        let signer =
            Signer { access_key_id, secret_access_key: secret_access_key.as_bytes(), session_token, region, service };
        let now = jiff::Timestamp::from_millisecond(house.clock().now().as_millis()).unwrap();
        let (path, query) = letter.target.split_once('?').unwrap_or((&letter.target, ""));
        let request = RequestToSign { method: &letter.method, path, query, body: &letter.body };
        signer.sign_headers(&request, &mut letter.headers, now).unwrap();
    }

    pub(crate) fn in_region(self, region: &'a str) -> Self {
        Self { region, ..self }
    }

    /// A secret with a first value, under the token `token(1)`; its ARN.
    pub(crate) async fn create(self, name: &str, value: &str) -> String {
        let members = json!({"Name": name, "ClientRequestToken": token(1), "SecretString": value});
        self.ask("CreateSecret", members).await["ARN"].as_str().unwrap().to_owned()
    }

    /// A further version, under the token `token(number)`.
    pub(crate) async fn put(self, secret: &str, number: u32, value: &str) -> Value {
        let members = json!({"SecretId": secret, "ClientRequestToken": token(number), "SecretString": value});
        self.ask("PutSecretValue", members).await
    }

    pub(crate) async fn describe(self, secret: &str) -> Value {
        self.ask("DescribeSecret", json!({"SecretId": secret})).await
    }

    /// Which labels sit on which version.
    pub(crate) async fn labels(self, secret: &str) -> Value {
        self.describe(secret).await.get("VersionIdsToStages").cloned().unwrap_or(Value::Null)
    }

    pub(crate) async fn value(self, secret: &str) -> String {
        let answer = self.ask("GetSecretValue", json!({"SecretId": secret})).await;
        answer["SecretString"].as_str().unwrap().to_owned()
    }

    /// Deletion with the default window.
    pub(crate) async fn schedule(self, secret: &str) -> Value {
        self.ask("DeleteSecret", json!({"SecretId": secret})).await
    }
}

/// A ClientRequestToken, and the id of the version that it makes.
pub(crate) fn token(number: u32) -> String {
    format!("0d4f5b2e-3f43-4a6e-8a0e-{number:012}")
}

impl Letter {
    pub(crate) fn unsigned(operation: &str, body: &[u8]) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("secretsmanager.eu-central-1.amazonaws.com"));
        headers.insert("content-type", HeaderValue::from_static(JSON));
        headers.insert("user-agent", HeaderValue::from_static("aws-cli/2.27.0"));
        headers.insert("x-amz-target", HeaderValue::try_from(format!("secretsmanager.{operation}")).unwrap());
        Self { method: "POST".to_owned(), target: "/".to_owned(), headers, body: body.to_vec() }
    }

    /// An unsigned request of the query protocol.
    pub(crate) fn form(body: &[u8]) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("iam.amazonaws.com"));
        headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8"));
        headers.insert("user-agent", HeaderValue::from_static("aws-cli/2.27.0"));
        Self { method: "POST".to_owned(), target: "/".to_owned(), headers, body: body.to_vec() }
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.headers.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    }

    pub(crate) fn into_parts(self) -> (Parts, Bytes) {
        let request = Request::builder().method(&*self.method).uri(self.target).body(()).unwrap();
        let mut head = request.into_parts().0;
        head.headers = self.headers;
        (head, self.body.into())
    }
}

impl Answer {
    /// A success with members, none of them null. Numbers come as fractions, because JSON does not tell 1 from 1.0.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        self.has_headers();
        let mut members: Value = serde_json::from_slice(&self.body).unwrap();
        assert!(members.is_object(), "{members}");
        settle(&mut members);
        members
    }

    /// A success without an output shape: not even `{}`.
    #[track_caller]
    pub(crate) fn is_empty_success(&self) {
        assert_eq!((self.status, self.text().as_str()), (200, ""));
        self.has_headers();
    }

    /// A refusal, byte for byte.
    #[track_caller]
    pub(crate) fn is(&self, refusal: &Refusal) {
        assert_eq!((self.text(), self.status), (refusal.body(), 400));
        self.has_headers();
    }

    /// A success of the query protocol.
    #[track_caller]
    pub(crate) fn is_success(&self) {
        assert_eq!(self.status, 200, "{}", self.text());
        assert_eq!(self.headers.get("content-type").unwrap(), "text/xml");
    }

    /// An error of the query protocol: its status, code and message.
    #[track_caller]
    pub(crate) fn is_query_error(&self, status: u16, code: &str, message: &str) {
        assert_eq!((self.status, &*self.element("Code"), &*self.element("Message")), (status, code, message));
        assert_eq!(self.element("RequestId"), self.request_id());
        assert_eq!(self.headers.get("content-type").unwrap(), "text/xml");
    }

    /// The text of the first element of this name.
    #[track_caller]
    pub(crate) fn element(&self, name: &str) -> String {
        let text = self.text();
        let (_, rest) = text.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {text}"));
        let (value, _) = rest.split_once(&format!("</{name}>")).unwrap();
        let entities =
            [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&apos;", "'"), ("&amp;", "&")];
        entities.into_iter().fold(value.to_owned(), |value, (entity, character)| value.replace(entity, character))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    pub(crate) fn request_id(&self) -> &str {
        self.headers.get("x-amzn-requestid").unwrap().to_str().unwrap()
    }

    #[track_caller]
    fn has_headers(&self) {
        assert_eq!(self.headers.get("content-type").unwrap(), JSON);
        let groups: Vec<usize> = self.request_id().split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{}", self.request_id());
        assert!(!self.headers.contains_key("x-amzn-errortype"), "AWS does not send it");
    }
}

#[track_caller]
fn settle(value: &mut Value) {
    match value {
        Value::Null => panic!("a member without a value is left out"),
        Value::Number(number) => *value = json!(number.as_f64().unwrap()),
        Value::Array(values) => values.iter_mut().for_each(settle),
        Value::Object(members) => members.values_mut().for_each(settle),
        Value::Bool(_) | Value::String(_) => {}
    }
}

impl Refusal {
    /// `{"__type":...,"Message":...}`. What is refused before the service sees it has a small `message`, or none.
    fn body(&self) -> String {
        let Self { code, text } = self;
        let is_front = matches!(*code, "ValidationException" | "UnrecognizedClientException")
            || code.ends_with("SignatureException")
            || code.ends_with("TokenException") && *code != "InvalidNextTokenException";
        let member = if is_front { "message" } else { "Message" };
        match text {
            Some(text) => format!(r#"{{"__type":"{code}","{member}":{}}}"#, json!(text)),
            None => format!(r#"{{"__type":"{code}"}}"#),
        }
    }
}
