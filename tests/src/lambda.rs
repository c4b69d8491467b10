//! Functions, in this process: what runs them is a double that echoes, or does as it is told.

mod aliases;
mod code;
mod configuration;
mod creation;
pub(crate) mod host;
mod invoking;
mod lists;
mod output;
mod permissions;
mod records;
mod refusals;
mod rights;
mod rotation;
mod tampering;

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use gate::{Caller, NewRoleSession, Restrictions, RoleTaker};
use host::Echo;
use http::{HeaderMap, HeaderValue};
use keepwell::system::SystemEntropy;
use serde_json::{Value, json};
use terms::{AccountId, Clock, Region, RequestId};

use crate::{
    house::{ACCOUNT, HOUR_MS, House, REGION},
    letters::{Answer, Letter, Persona},
    people::{Role, document},
};

/// Begins as an archive does. The double does not look further.
pub(crate) const ZIP: &[u8] = b"PK\x03\x04 first";
const OTHER_ZIP: &[u8] = b"PK\x03\x04 second";

/// A house with a function's role, and what runs functions in it.
struct Workshop {
    house: House,
    host: Arc<Echo>,
    role: Role,
}

impl Workshop {
    async fn open() -> Self {
        let host = Arc::new(Echo::default());
        let house = House::open_with_host(Arc::clone(&host) as _).await;
        let role = house.admin().role("worker", &trusting_lambda(), "").await;
        Self { house, host, role }
    }

    fn admin(&self) -> Persona<'_> {
        self.house.admin()
    }

    /// What CreateFunction is asked with, and more or other members.
    fn asked(&self, name: &str, more: Value) -> Value {
        asked(name, &self.role.arn, more)
    }

    /// A function that is made; the answer.
    async fn made(&self, name: &str) -> Value {
        self.made_with(name, json!({})).await
    }

    async fn made_with(&self, name: &str, more: Value) -> Value {
        let answer = self.admin().rest("POST", "/2015-03-31/functions", self.asked(name, more)).await;
        answer.rest_json(201)
    }
}

/// A good request, with the members of `more` over it.
pub(crate) fn asked(name: &str, role_arn: &str, more: Value) -> Value {
    let mut members = json!({
        "FunctionName": name, "Role": role_arn, "Runtime": "python3.12", "Handler": "app.handler",
        "Code": {"ZipFile": STANDARD.encode(ZIP)},
    });
    for (member, value) in more.as_object().unwrap() {
        members[member] = value.clone();
    }
    members
}

pub(crate) fn trusting_lambda() -> String {
    document(json!([{
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole",
    }]))
}

/// Who acts in a session of a new role with this policy, as Lambda begins it.
pub(crate) async fn acting_as(house: &House, role: &str, policy: &str) -> Caller {
    let role = house.admin().role(role, &trusting_lambda(), policy).await;
    let sessions = &house.roles().sessions;
    let now = house.clock().now();
    let taker = RoleTaker {
        service: "lambda.amazonaws.com",
        source_arn: "",
        source_account: AccountId::parse(ACCOUNT).unwrap(),
        request: RequestId::random(&SystemEntropy),
        now,
    };
    let new = NewRoleSession {
        role_arn: &role.arn,
        session_name: "somebody",
        region: Region::parse(REGION).unwrap(),
        expires_at: now.plus_millis(HOUR_MS),
        restrictions: Restrictions::default(),
    };
    let session = sessions.begin(new, &taker).await.unwrap();
    sessions.caller(&session, now).await.unwrap().unwrap()
}

fn function_arn(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")
}

fn path(name: &str, rest: &str) -> String {
    format!("/2015-03-31/functions/{name}{rest}")
}

/// As a path segment holds it.
fn in_path(text: &str) -> String {
    text.replace(':', "%3A").replace('/', "%2F").replace('$', "%24")
}

impl Persona<'_> {
    /// A call of Lambda. Null members: no body at all.
    pub(crate) async fn rest(self, method: &str, target: &str, members: Value) -> Answer {
        let body = if members.is_null() { Vec::new() } else { members.to_string().into_bytes() };
        self.rest_with(method, target, &[], &body).await
    }

    pub(crate) async fn rest_with(self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut letter = rest_letter(method, target, body);
        for (name, value) in headers {
            letter.set(name, value);
        }
        Persona { service: "lambda", ..self }.sign(&mut letter);
        self.house.deliver(letter).await
    }

    async fn invoke(self, name: &str, headers: &[(&str, &str)], payload: &[u8]) -> Answer {
        self.rest_with("POST", &path(name, "/invocations"), headers, payload).await
    }
}

/// An unsigned request of the REST protocol.
pub(crate) fn rest_letter(method: &str, target: &str, body: &[u8]) -> Letter {
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("lambda.eu-central-1.amazonaws.com"));
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("user-agent", HeaderValue::from_static("aws-cli/2.27.0"));
    Letter { method: method.to_owned(), target: target.to_owned(), headers, body: body.to_vec() }
}

impl Answer {
    /// A success of the REST protocol with a JSON body.
    #[track_caller]
    pub(crate) fn rest_json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        serde_json::from_slice(&self.body).unwrap()
    }

    #[track_caller]
    fn is_rest_empty(&self, status: u16) {
        assert_eq!((self.status, self.text().as_str()), (status, ""));
    }

    /// A refusal of the REST protocol: status, code and text.
    #[track_caller]
    fn is_rest_error(&self, status: u16, code: &str, text: &str) {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()));
        let told = body.get("Message").or_else(|| body.get("message")).and_then(Value::as_str).unwrap_or_default();
        let named = self.headers.get("x-amzn-errortype").unwrap().to_str().unwrap();
        assert_eq!((self.status, named, told), (status, code, text), "{body}");
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}
