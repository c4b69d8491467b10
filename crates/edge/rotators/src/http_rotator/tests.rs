//! Against a service of the tests' own, and with the recipes of `docs/rotation-http.md` as they stand there.

mod recipes;
mod service;

use serde_json::{Value, json};

use super::*;
use crate::{
    NetworkSettings,
    testing::{Tools, document},
};
use service::Service;

fn tools() -> Tools {
    Tools::new(NetworkSettings::default()).and("admin", document(&json!({ "token": "admin-token" })))
}

fn rotator(service: &Service, change: Value) -> HttpRotator {
    let base = format!("http://127.0.0.1:{}", service.port);
    let mut settings = json!({
        "hosts": [format!("127.0.0.1:{}", service.port)],
        "secrets": ["arn*"],
        "allow_plain_http": true,
        "admin_secret": "admin",
        "create": {
            "method": "POST", "url": format!("{base}/keys"),
            "headers": { "authorization": "Bearer {{admin.token}}" },
            "json": { "name": "{{token}}" },
            "take": { "api_key": "/data/key", "id": "/data/id" },
        },
        "verify": {
            "method": "GET", "url": format!("{base}/me"), "headers": { "authorization": "Bearer {{secret.api_key}}" },
        },
        "revoke": {
            "method": "DELETE", "url": format!("{base}/keys/{{{{secret.id}}}}"),
            "headers": { "authorization": "Bearer {{current.api_key}}" },
        },
    });
    for (pointer, value) in change.as_object().unwrap() {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        settings.pointer_mut(parent).unwrap()[name] = value.clone();
    }
    let settings = serde_json::from_value(settings).unwrap();
    HttpRotator(HttpTargets::new([("keys".to_owned(), settings)].into()).unwrap())
}

fn secret(value: Value) -> SecretDocument {
    let mut secret = json!({ "target": "keys" });
    secret.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
    document(&secret)
}

#[tokio::test]
async fn a_key_stays_good_until_the_turn_after_it() {
    let service = Service::start(&["key-1"]).await;
    let rotator = rotator(&service, json!({}));
    let first = secret(json!({ "api_key": "key-1", "id": "1", "kept": [1] }));
    let second = tools().whole_turn(&rotator, &first, None).await;
    assert_eq!(second.text("api_key").as_deref(), Some("key-2"));
    assert_eq!(second.json("kept"), Some(json!([1])));
    assert_eq!(service.keys(), ["key-1", "key-2"]);
    let third = tools().whole_turn(&rotator, &second, Some(&first)).await;
    assert_eq!(service.keys(), ["key-2", "key-3"]);
    tools().whole_turn(&rotator, &third, Some(&second)).await;
    assert_eq!(service.keys(), ["key-3", "key-4"]);
}

#[tokio::test]
async fn a_key_ends_with_its_turn_where_the_target_says_so() {
    let service = Service::start(&["key-1"]).await;
    let rotator = rotator(&service, json!({ "/revoke_at": "finish" }));
    assert!(rotator.retires());
    let second = tools().whole_turn(&rotator, &secret(json!({ "api_key": "key-1", "id": "1" })), None).await;
    assert_eq!(service.keys(), ["key-2"]);
    tools().whole_turn(&rotator, &second, Some(&secret(json!({ "api_key": "key-1", "id": "1" })))).await;
    assert_eq!(service.keys(), ["key-3"]);
}

#[tokio::test]
async fn calls_carry_what_their_templates_say() {
    let service = Service::start(&["key-1"]).await;
    let rotator = rotator(&service, json!({}));
    let first = secret(json!({ "api_key": "key-1", "id": "1" }));
    let second = tools().whole_turn(&rotator, &first, None).await;
    let calls = service.calls();
    let created = calls.iter().find(|call| call.method == "POST").unwrap();
    assert_eq!((created.target.as_str(), created.header("authorization")), ("/keys", "Bearer admin-token"));
    assert_eq!(serde_json::from_str::<Value>(&created.body).unwrap(), json!({ "name": "token" }));
    tools().whole_turn(&rotator, &second, Some(&first)).await;
    let revoked = service.calls().into_iter().find(|call| call.method == "DELETE").unwrap();
    assert_eq!((revoked.target.as_str(), revoked.header("authorization")), ("/keys/1", "Bearer key-2"));
}

#[tokio::test]
async fn a_key_that_only_a_header_names_is_ended() {
    let service = Service::start(&["key-1", "key-2"]).await;
    let base = format!("http://127.0.0.1:{}", service.port);
    let revoke = json!({
        "method": "DELETE", "url": format!("{base}/own-key"), "headers": { "authorization": "Bearer {{secret.api_key}}" },
    });
    let rotator = rotator(&service, json!({ "/revoke": revoke }));
    let first = secret(json!({ "api_key": "key-1", "id": "1" }));
    let second = tools().whole_turn(&rotator, &secret(json!({ "api_key": "key-2", "id": "2" })), Some(&first)).await;
    assert_eq!(service.keys(), ["key-2", "key-3"]);
    // And is not where it is still wanted.
    tools().whole_turn(&rotator, &second, Some(&second)).await;
    assert_eq!(service.keys(), ["key-2", "key-3", "key-4"]);
}

#[tokio::test]
async fn a_key_that_is_still_wanted_is_not_ended() {
    let service = Service::start(&["key-1"]).await;
    let rotator = rotator(&service, json!({}));
    let current = secret(json!({ "api_key": "key-1", "id": "1" }));
    // Somebody put the same value twice, or moved labels back.
    tools().whole_turn(&rotator, &current, Some(&current)).await;
    assert_eq!(service.keys(), ["key-1", "key-2"]);
    // And a value without a key of the service ends none.
    tools().whole_turn(&rotator, &current, Some(&secret(json!({ "api_key": "by hand" })))).await;
    assert!(service.calls().iter().all(|call| call.method != "DELETE"));
}

#[tokio::test]
async fn a_target_is_for_the_secrets_that_it_names() {
    let service = Service::start(&["key-1"]).await;
    let rotator = rotator(&service, json!({ "/secrets": ["arn:aws:secretsmanager:*:111122223333:secret:mail/*"] }));
    let tools = tools();
    let current = secret(json!({ "api_key": "key-1", "id": "1" }));
    let refused = rotator.create(&tools.errand(), &current).await.unwrap_err().to_string();
    assert_eq!(refused, "there is no HTTP target \"keys\", or it is not for the secret arn");
    assert!(service.calls().is_empty());
    let unknown = secret(json!({ "target": "other" }));
    let refused = rotator.test(&tools.errand(), &unknown).await.unwrap_err().to_string();
    assert_eq!(refused, "there is no HTTP target \"other\", or it is not for the secret arn");
    let named =
        Errand { secret_arn: "arn:aws:secretsmanager:us-east-1:111122223333:secret:mail/key-AbCdEf", ..tools.errand() };
    rotator.create(&named, &current).await.unwrap();
}

#[tokio::test]
async fn what_a_service_says_no_to_is_told_without_its_words() {
    let service = Service::start(&["key-1"]).await;
    let tools = tools();
    let current = secret(json!({ "api_key": "stale-canary", "id": "1" }));
    let told = |failure: Failure| failure.to_string();
    let refused = rotator(&service, json!({})).test(&tools.errand(), &current).await.map_err(told).unwrap_err();
    assert_eq!(refused, "verify: the service answered 401 Unauthorized");

    let change = json!({ "/create/take": { "api_key": "/data/other" } });
    let refused =
        rotator(&service, change).create(&tools.errand(), &current).await.map_err(told).map(drop).unwrap_err();
    assert_eq!(refused, "create: the service's answer has nothing at /data/other");

    let change = json!({ "/create/expect": [200] });
    let refused =
        rotator(&service, change).create(&tools.errand(), &current).await.map_err(told).map(drop).unwrap_err();
    assert_eq!(refused, "create: the service answered 201 Created");
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let service = Service::start(&["key-1"]).await;
    let url = format!("http://127.0.0.1:{}/elsewhere", service.port);
    let rotator = rotator(&service, json!({ "/verify/url": url }));
    let refused = rotator.test(&tools().errand(), &secret(json!({ "api_key": "key-1" }))).await.unwrap_err();
    assert_eq!(refused.to_string(), "verify: the service answered 307 Temporary Redirect");
    assert_eq!(service.calls().len(), 1);
}

#[tokio::test]
async fn a_service_that_says_nothing_or_too_much_ends_the_step() {
    let service = Service::start(&[]).await;
    let base = format!("http://127.0.0.1:{}", service.port);
    let within = Duration::from_millis(300);
    let tools = Tools::new(NetworkSettings { answer_timeout: within, ..NetworkSettings::default() })
        .and("admin", document(&json!({ "token": "admin-token" })));
    for (path, why) in [("/silent", "no answer"), ("/endless", "longer than any key"), ("/broken", "not HTTP")] {
        let rotator = rotator(&service, json!({ "/verify/url": format!("{base}{path}") }));
        let refused = rotator.test(&tools.errand(), &secret(json!({ "api_key": "x" }))).await.unwrap_err().to_string();
        assert!(refused.contains(why), "{path}: {refused}");
    }
}

#[tokio::test]
async fn the_network_rules_hold_for_targets_too() {
    let service = Service::start(&["key-1"]).await;
    let allowed = vec!["10.0.0.0/8".parse().unwrap()];
    let tools = Tools::new(NetworkSettings { allowed, ..NetworkSettings::default() })
        .and("admin", document(&json!({ "token": "admin-token" })));
    let refused = rotator(&service, json!({})).test(&tools.errand(), &secret(json!({ "api_key": "key-1" }))).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("rotators do not connect to 127.0.0.1"), "{refused}");
    assert!(service.calls().is_empty());
}

#[tokio::test]
async fn a_service_that_learns_slowly_is_asked_again() {
    let service = Service::start(&[]).await;
    service.learns("key-9", 3);
    let value = secret(json!({ "api_key": "key-9" }));
    let at_once = rotator(&service, json!({}));
    assert!(at_once.test(&tools().errand(), &value).await.is_err());
    let patient = rotator(&service, json!({ "/verify/patience_seconds": 30 }));
    patient.test(&tools().errand(), &value).await.unwrap();
}
