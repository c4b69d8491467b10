use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::document;

fn call(settings: Value) -> Call {
    Call::new(serde_json::from_value(settings).unwrap()).unwrap()
}

fn filled(settings: Value, secret: Value) -> Result<Request, String> {
    let secret = document(&secret);
    let circumstances = Circumstances {
        secret: &secret,
        current: &secret,
        admin: None,
        token: "token-1",
        random: "0f",
        secret_arn: "arn:1",
    };
    let hosts = [Host::parse("api.example.com").unwrap(), Host::parse("*.tenant.example.com").unwrap()];
    call(settings).fill(&circumstances, &hosts, false).map_err(|failure| failure.to_string())
}

fn url(template: &str, secret: Value) -> Result<String, String> {
    filled(json!({ "method": "GET", "url": template }), secret).map(|request| request.uri.to_string())
}

#[test]
fn a_value_in_a_url_stays_within_its_segment() {
    let template = "https://api.example.com/keys/{{secret.id}}?name={{secret.id}}";
    assert_eq!(
        url(template, json!({ "id": "a/../b?c#d&e f@g" })).unwrap(),
        "https://api.example.com/keys/a%2F..%2Fb%3Fc%23d%26e%20f%40g?name=a%2F..%2Fb%3Fc%23d%26e%20f%40g"
    );
    for id in ["", ".", ".."] {
        assert!(url(template, json!({ "id": id })).is_err(), "{id:?}");
    }
    assert_eq!(url(template, json!({ "id": 42 })).unwrap(), "https://api.example.com/keys/42?name=42");
}

#[test]
fn a_call_leads_to_the_targets_hosts_and_nowhere_else() {
    let template = "https://{{secret.tenant}}.tenant.example.com/";
    assert!(url(template, json!({ "tenant": "acme" })).is_ok());
    for tenant in ["evil.example/", "a@evil.example", "evil.example:443/", "a#", "a?", "a%2f", "\u{e9}vil", " "] {
        assert!(url(template, json!({ "tenant": tenant })).is_err(), "{tenant:?}");
    }
    let elsewhere = url("https://other.example.com/", json!({})).unwrap_err();
    assert_eq!(elsewhere, "the URL of the HTTP target leads to other.example.com:443, which is not among its hosts");
    assert!(url("https://api.example.com:8443/", json!({})).is_err());
    assert!(url("https://user:word@api.example.com/", json!({})).is_err());
    assert!(url("http://api.example.com/", json!({})).unwrap_err().contains("allow_plain_http"));
}

#[test]
fn a_header_is_one_line() {
    let with = |value: &str| {
        let headers = json!({ "authorization": "Bearer {{secret.key}}" });
        let settings = json!({ "method": "GET", "url": "https://api.example.com/", "headers": headers });
        filled(settings, json!({ "key": value }))
    };
    let request = with("abc").unwrap();
    assert_eq!(request.headers["authorization"], "Bearer abc");
    assert!(!format!("{:?}", request.headers).contains("abc"));
    let refused = with("abc\r\nx-other: 1").err().unwrap();
    assert_eq!(refused, "the header authorization of the HTTP target would not be one line");
}

#[test]
fn bodies_are_json_or_forms() {
    let secret = json!({ "key": "a\"b&c=d", "number": 7 });
    let body = |more: Value| {
        let mut settings = json!({ "method": "POST", "url": "https://api.example.com/" });
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let request = filled(settings, secret.clone()).unwrap();
        let content_type = request.headers.get("content-type").map(|value| value.to_str().unwrap().to_owned());
        (content_type, String::from_utf8(request.body.to_vec()).unwrap())
    };
    let (content_type, text) =
        body(json!({ "json": { "k": "{{secret.key}}", "n": "{{secret.number}}", "l": [true, "{{token}}!"] } }));
    assert_eq!(content_type.as_deref(), Some("application/json"));
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        json!({ "k": "a\"b&c=d", "n": 7, "l": [true, "token-1!"] })
    );
    let (content_type, text) = body(json!({ "form": { "k k": "{{secret.key}}", "n": "{{secret.number}}" } }));
    assert_eq!(content_type.as_deref(), Some("application/x-www-form-urlencoded"));
    assert_eq!(text, "k%20k=a%22b%26c%3Dd&n=7");
    assert_eq!(body(json!({})), (None, String::new()));
    let own = json!({ "headers": { "content-type": "application/vnd.api+json" }, "json": {} });
    assert_eq!(body(own).0.as_deref(), Some("application/vnd.api+json"));
}

#[test]
fn basic_authentication_is_encoded() {
    let settings = json!({
        "method": "GET", "url": "https://api.example.com/",
        "basic": { "username": "{{secret.user}}", "password": "{{secret.key}}" }
    });
    let request = filled(settings.clone(), json!({ "user": "Aladdin", "key": "open sesame" })).unwrap();
    assert_eq!(request.headers["authorization"], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert!(filled(settings, json!({ "user": "a:b", "key": "c" })).is_err());
}

proptest! {
    #[test]
    fn no_value_leads_a_call_to_another_host_or_path(value in "\\PC{1,30}") {
        let template = "https://api.example.com/keys/{{secret.id}}/end";
        if let Ok(request) = filled(json!({ "method": "GET", "url": template }), json!({ "id": value })) {
            prop_assert_eq!(request.host, "api.example.com");
            prop_assert_eq!(request.uri.path().split('/').count(), 4);
            prop_assert!(request.uri.query().is_none());
        }
    }
}
