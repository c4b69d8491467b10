use serde_json::json;

use super::*;

fn target(change: Value) -> Result<HttpTargets, String> {
    let mut settings = json!({
        "hosts": ["api.example.com"],
        "secrets": ["*"],
        "create": { "method": "POST", "url": "https://api.example.com/keys", "take": { "key": "/key" } },
        "verify": { "method": "GET", "url": "https://api.example.com/me" },
    });
    for (pointer, value) in change.as_object().unwrap() {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        settings.pointer_mut(parent).unwrap()[name] = value.clone();
    }
    let settings = serde_json::from_value(settings).map_err(|error| error.to_string())?;
    HttpTargets::new([("mail".to_owned(), settings)].into()).map_err(|error| error.to_string())
}

#[test]
fn a_target_that_is_whole_is_taken() {
    let targets = target(json!({ "/revoke_at": "finish" })).unwrap();
    assert_eq!(targets.names().collect::<Vec<_>>(), ["mail"]);
    assert_eq!(format!("{targets:?}"), r#"{"mail"}"#);
}

#[test]
fn a_target_that_cannot_work_is_refused_when_the_server_starts() {
    for (change, why) in [
        (json!({ "/hosts": [] }), "hosts"),
        (json!({ "/hosts": ["https://api.example.com"] }), "no host"),
        (json!({ "/secrets": [] }), "secrets"),
        (json!({ "/create/take": {} }), "create.take"),
        (json!({ "/create/take": { "key": "key" } }), "JSON pointer"),
        (json!({ "/create/take": { "target": "/key" } }), "take the secret away"),
        (json!({ "/create/method": "STEAL" }), "method"),
        (json!({ "/create/url": "ftp://api.example.com" }), "https://"),
        (json!({ "/create/url": "{{current.url}}" }), "https://"),
        (json!({ "/create/headers": { "a b": "c" } }), "name of a header"),
        (json!({ "/create/headers": { "Host": "other" } }), "not the target's"),
        (json!({ "/create/headers": { "x": "{{admin.key}}" } }), "admin_secret"),
        (json!({ "/create/json": { "a": [{ "b": "{{admin.key}}" }] } }), "admin_secret"),
        (json!({ "/create/json": {}, "/create/form": {} }), "either json or form"),
        (json!({ "/create/json": "{{nonsense}}" }), "nonsense"),
        (json!({ "/create/expect": [99] }), "99"),
        (json!({ "/verify/patience_seconds": 61 }), "patience_seconds"),
        (json!({ "/create/basic": { "username": "u" }, "/create/headers": { "Authorization": "x" } }), "authorization"),
        (json!({ "/secret": ["*"] }), "unknown field"),
        (json!({ "/verify/taken": {} }), "unknown field"),
        (json!({ "/verify/take": {} }), "take is for create"),
        (json!({ "/create/patience_seconds": 1 }), "for verify alone"),
    ] {
        let refused = target(change.clone()).unwrap_err();
        assert!(refused.contains(why), "{change}: {refused}");
    }
}
