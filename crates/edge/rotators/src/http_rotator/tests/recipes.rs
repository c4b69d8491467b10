//! The recipes in the documentation, as they stand there, against stubs that look at each call.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::service::{SeenCall, reply, serve};
use super::*;
use crate::HttpTargetSettings;

/// A call that a recipe must make: method, target, the header that shows who calls, and the answer.
struct Expected {
    method: &'static str,
    target: &'static str,
    header: (&'static str, &'static str),
    body: Option<Value>,
    answer: (u16, Value),
}

/// A service that wants these calls in this order, and notes what else it is asked.
struct Stub {
    port: u16,
    left: Arc<Mutex<Vec<Expected>>>,
    wrong: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    async fn expecting(mut calls: Vec<Expected>) -> Self {
        calls.reverse();
        let (left, wrong) = (Arc::new(Mutex::new(calls)), Arc::new(Mutex::new(Vec::new())));
        let (own_left, own_wrong) = (Arc::clone(&left), Arc::clone(&wrong));
        let answers = move |call: SeenCall| match own_left.lock().pop() {
            Some(expected) if expected.is(&call) => {
                let (status, body) = expected.answer;
                reply(status, if body.is_null() { String::new() } else { body.to_string() })
            }
            expected => {
                let expected = expected.map_or("nothing", |expected| expected.target);
                own_wrong.lock().push(format!("{} {} {} instead of {expected}", call.method, call.target, call.body));
                reply(418, String::new())
            }
        };
        Self { port: serve(Arc::new(answers)).await, left, wrong }
    }

    fn is_content(&self) {
        assert_eq!(*self.wrong.lock(), Vec::<String>::new());
        assert!(self.left.lock().is_empty(), "calls that were not made");
    }
}

impl Expected {
    fn is(&self, call: &SeenCall) -> bool {
        let (name, value) = self.header;
        let body = serde_json::from_str::<Value>(&call.body).ok();
        // A name that differs each time is cut where it begins to.
        let body = body.map(|mut body| {
            if let Some(name) = body.get("name").and_then(Value::as_str).map(str::to_owned) {
                body["name"] = name.split("token").next().unwrap().into();
            }
            body
        });
        call.method == self.method && call.target == self.target && call.header(name) == value && body == self.body
    }
}

/// The recipe of this name, with the stub where the service would be.
fn recipe(name: &str, host: &str, stub: &Stub) -> HttpRotator {
    let text = include_str!("../../../../../../docs/rotation-http.md");
    let here = format!("127.0.0.1:{}", stub.port);
    let mut blocks = text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let block = blocks.find(|block| block.contains(&format!("[{name}]\n"))).unwrap();
    let block = block.replace(&format!("https://{host}/"), &format!("http://{here}/"));
    let block =
        block.replace(&format!("hosts = [\"{host}\"]"), &format!("hosts = [\"{here}\"]\nallow_plain_http = true"));
    assert!(!block.contains(host), "{block}");
    let settings: BTreeMap<String, HttpTargetSettings> = toml::from_str(&block).unwrap();
    HttpRotator(HttpTargets::new(settings).unwrap())
}

/// Two turns; the second ends the first key.
async fn two_turns(rotator: &HttpRotator, admin: (&str, Value), first: Value) -> [SecretDocument; 2] {
    let tools = Tools::new(NetworkSettings::default()).and(admin.0, document(&admin.1));
    let arn =
        format!("arn:aws:secretsmanager:eu-west-1:123456789012:secret:{}/x-AbCdEf", first["target"].as_str().unwrap());
    let (mut current, mut previous) = (document(&first), None);
    let mut made = Vec::new();
    for _ in 0..2 {
        let errand = Errand { secret_arn: &arn, ..tools.errand() };
        let pending = rotator.create(&errand, &current).await.unwrap();
        let versions = Versions { current: current.clone(), pending: pending.clone(), previous };
        rotator.set(&errand, &versions).await.unwrap();
        rotator.test(&errand, &pending).await.unwrap();
        previous = Some(versions.current);
        current = pending.clone();
        made.push(pending);
    }
    // A third turn's beginning: the key of the first ends.
    let errand = Errand { secret_arn: &arn, ..tools.errand() };
    let versions = Versions { current: current.clone(), pending: current, previous: Some(made[0].clone()) };
    rotator.set(&errand, &versions).await.unwrap();
    made.try_into().unwrap()
}

#[tokio::test]
async fn sendgrid() {
    let create = |key: &'static str, id: &'static str| Expected {
        method: "POST",
        target: "/v3/api_keys",
        header: ("authorization", "Bearer SG.admin"),
        body: Some(json!({ "name": "keepwell-", "scopes": ["mail.send"] })),
        answer: (201, json!({ "api_key": key, "api_key_id": id, "name": "keepwell", "scopes": ["mail.send"] })),
    };
    let verify = |header: &'static str| Expected {
        method: "GET",
        target: "/v3/scopes",
        header: ("authorization", header),
        body: None,
        answer: (200, json!({ "scopes": ["mail.send"] })),
    };
    let revoke = Expected {
        method: "DELETE",
        target: "/v3/api_keys/one",
        header: ("authorization", "Bearer SG.admin"),
        body: None,
        answer: (204, Value::Null),
    };
    let calls =
        vec![create("SG.1", "one"), verify("Bearer SG.1"), create("SG.2", "two"), verify("Bearer SG.2"), revoke];
    let stub = Stub::expecting(calls).await;
    let rotator = recipe("sendgrid", "api.sendgrid.com", &stub);
    let admin = ("admin/sendgrid", json!({ "api_key": "SG.admin" }));
    let [_, second] = two_turns(&rotator, admin, json!({ "target": "sendgrid", "from": "a@example.com" })).await;
    stub.is_content();
    let text = |name: &str| second.text(name).unwrap();
    assert_eq!(
        (text("api_key"), text("api_key_id"), text("from")),
        ("SG.2".into(), "two".into(), "a@example.com".into())
    );
}

#[tokio::test]
async fn gitlab() {
    let admin = ("private-token", "glpat-admin");
    let create = |token: &'static str, id: u64| Expected {
        method: "POST",
        target: "/api/v4/projects/42/access_tokens",
        header: admin,
        body: Some(json!({ "name": "keepwell-", "scopes": ["read_repository"], "access_level": 30 })),
        answer: (201, json!({ "id": id, "token": token, "active": true, "revoked": false })),
    };
    let verify = |token: &'static str| Expected {
        method: "GET",
        target: "/api/v4/personal_access_tokens/self",
        header: ("private-token", token),
        body: None,
        answer: (200, json!({ "active": true })),
    };
    let revoke = Expected {
        method: "DELETE",
        target: "/api/v4/projects/42/access_tokens/58",
        header: admin,
        body: None,
        answer: (204, Value::Null),
    };
    let calls = vec![create("glpat-1", 58), verify("glpat-1"), create("glpat-2", 59), verify("glpat-2"), revoke];
    let stub = Stub::expecting(calls).await;
    let rotator = recipe("gitlab", "gitlab.com", &stub);
    let admin = ("admin/gitlab", json!({ "token": "glpat-admin" }));
    let [_, second] = two_turns(&rotator, admin, json!({ "target": "gitlab", "project": "42" })).await;
    stub.is_content();
    assert_eq!((second.text("token").as_deref(), second.json("token_id")), (Some("glpat-2"), Some(json!(59))));
}

#[tokio::test]
async fn grafana() {
    let admin = ("authorization", "Bearer glsa_admin");
    let create = |token: &'static str, id: u64| Expected {
        method: "POST",
        target: "/api/serviceaccounts/7/tokens",
        header: admin,
        body: Some(json!({ "name": "keepwell-" })),
        answer: (200, json!({ "id": id, "name": "keepwell", "key": token })),
    };
    let verify = |header: &'static str| Expected {
        method: "GET",
        target: "/api/search?limit=1",
        header: ("authorization", header),
        body: None,
        answer: (200, json!([])),
    };
    let revoke = Expected {
        method: "DELETE",
        target: "/api/serviceaccounts/7/tokens/5",
        header: admin,
        body: None,
        answer: (200, json!({ "message": "Service account token deleted" })),
    };
    let calls =
        vec![create("glsa_1", 5), verify("Bearer glsa_1"), create("glsa_2", 6), verify("Bearer glsa_2"), revoke];
    let stub = Stub::expecting(calls).await;
    let rotator = recipe("grafana", "grafana.example.com", &stub);
    let admin = ("admin/grafana", json!({ "token": "glsa_admin" }));
    let [_, second] = two_turns(&rotator, admin, json!({ "target": "grafana", "service_account": 7 })).await;
    stub.is_content();
    assert_eq!(second.text("token").as_deref(), Some("glsa_2"));
}

#[test]
fn the_example_in_the_documentation_is_a_target() {
    let text = include_str!("../../../../../../docs/rotation-http.md");
    let blocks: Vec<&str> = text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 4);
    for block in blocks {
        HttpTargets::new(toml::from_str(block).unwrap()).unwrap();
    }
}
