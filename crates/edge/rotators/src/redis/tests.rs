//! Against a server of this machine's; without one they say so and pass.

mod server;

use serde_json::{Value, json};

use super::*;
use crate::{
    NetworkSettings,
    document::SecretDocument,
    rotator::{Rotator, Versions},
    testing::{Tools, document, login_here},
};
use server::{Server, server_or_pass};

const REDIS: Redis = Redis { password_length: 32 };

fn secret(server: &Server, user: &str, password: &str, more: Value) -> SecretDocument {
    login_here("redis", server.port, user, password, &more)
}

/// A superuser's secret, and what a step has at hand where it can be read.
fn with_superuser(server: &Server) -> Tools {
    with_superuser_at(server, json!({}))
}

fn with_superuser_at(server: &Server, more: Value) -> Tools {
    Tools::default().and("arn:master", secret(server, "default", "root", more))
}

async fn logs_in(rotator: &dyn Rotator, tools: &Tools, value: &SecretDocument) -> bool {
    rotator.test(&tools.errand(), value).await.is_ok()
}

#[tokio::test]
async fn one_user_has_two_passwords_until_the_turn_has_ended() {
    let server = server_or_pass!();
    server.ask(&["ACL", "SETUSER", "app", "on", ">old", "~*", "+@all"]);
    let (rotator, tools) = (SingleRedisUser::new(REDIS), Tools::default());
    let first = secret(&server, "app", "old", json!({}));
    let second = tools.whole_turn(&rotator, &first, None).await;
    assert_ne!(first.text("password"), second.text("password"));
    assert!(logs_in(&rotator, &tools, &second).await && !logs_in(&rotator, &tools, &first).await);
    let third = tools.whole_turn(&rotator, &second, None).await;
    assert!(logs_in(&rotator, &tools, &third).await && !logs_in(&rotator, &tools, &second).await);
}

#[tokio::test]
async fn what_was_changed_is_there_after_the_server_has_started_again() {
    for keeping in [server::Keeping::AclFile, server::Keeping::Configuration] {
        let mut server = server_or_pass!(keeping);
        server.ask(&["ACL", "SETUSER", "app", "on", ">old", "~*", "+@all"]);
        let (rotator, tools) = (SingleRedisUser::new(REDIS), Tools::default());
        let current = secret(&server, "app", "old", json!({}));
        let pending = rotator.create(&tools.errand(), &current).await.unwrap();
        // An attempt that came as far as to change the user, and was killed before it saved him.
        server.ask(&["ACL", "SETUSER", "app", &format!(">{}", pending.text("password").unwrap())]);
        let versions = Versions { current, pending: pending.clone(), previous: None };
        rotator.set(&tools.errand(), &versions).await.unwrap();
        server.restart();
        assert!(logs_in(&rotator, &tools, &pending).await && logs_in(&rotator, &tools, &versions.current).await);
        rotator.retire(&tools.errand(), &pending, &versions.current).await.unwrap();
        server.restart();
        assert!(logs_in(&rotator, &tools, &pending).await && !logs_in(&rotator, &tools, &versions.current).await);
    }
}

#[tokio::test]
async fn a_user_without_rights_is_changed_by_the_superuser_that_the_secret_names() {
    let server = server_or_pass!();
    server.ask(&["ACL", "SETUSER", "app", "on", ">old", "~app:*", "+get"]);
    let rotator = SingleRedisUser::new(REDIS);
    let alone = secret(&server, "app", "old", json!({}));
    let pending = rotator.create(&Tools::default().errand(), &alone).await.unwrap();
    let versions = Versions { current: alone, pending, previous: None };
    let refused = rotator.set(&Tools::default().errand(), &versions).await.unwrap_err().to_string();
    assert!(refused.contains("masterarn") && refused.contains("NOPERM"), "{refused}");

    let tools = with_superuser(&server);
    let first = secret(&server, "app", "old", json!({ "masterarn": "arn:master" }));
    let second = tools.whole_turn(&rotator, &first, None).await;
    assert!(logs_in(&rotator, &tools, &second).await && !logs_in(&rotator, &tools, &first).await);
}

#[tokio::test]
async fn nobody_borrows_a_superuser() {
    let server = server_or_pass!();
    server.ask(&["ACL", "SETUSER", "victim", "on", ">theirs", "~*", "+@all"]);
    let tools = with_superuser(&server);
    let current = secret(&server, "victim", "guessed", json!({ "masterarn": "arn:master" }));
    let rotators: [Box<dyn Rotator>; 2] =
        [Box::new(SingleRedisUser::new(REDIS)), Box::new(AlternatingRedisUsers::new(REDIS))];
    for rotator in rotators {
        let pending = rotator.create(&tools.errand(), &current).await.unwrap();
        let versions = Versions { current: current.clone(), pending, previous: None };
        let refused = rotator.set(&tools.errand(), &versions).await.unwrap_err().to_string();
        assert!(refused.starts_with("Unable to log into database"), "{refused}");
        assert!(!refused.contains("guessed"));
    }
    let untouched = secret(&server, "victim", "theirs", json!({}));
    assert!(logs_in(&SingleRedisUser::new(REDIS), &tools, &untouched).await);
    // Nor one of another host.
    let elsewhere = secret(&server, "default", "root", json!({ "host": "localhost" }));
    let tools = Tools::new(NetworkSettings::default()).and("arn:master", elsewhere);
    let current = secret(&server, "victim", "theirs", json!({ "masterarn": "arn:master" }));
    let rotator = SingleRedisUser::new(REDIS);
    let pending = rotator.create(&tools.errand(), &current).await.unwrap();
    let versions = Versions { current, pending, previous: None };
    let refused = rotator.set(&tools.errand(), &versions).await.unwrap_err().to_string();
    assert_eq!(refused, "Current database host 127.0.0.1 is not the same host as/rds replica of master localhost");
    // Nor one of another port, nor for himself; also when it is his only to save what was changed before.
    let elsewhere = with_superuser_at(&server, json!({ "port": 1 }));
    let refused = rotator.set(&elsewhere.errand(), &versions).await.unwrap_err().to_string();
    assert_eq!(refused, format!("Current database port {} is not the port 1 of master", server.port));
    let own = secret(&server, "default", "root", json!({ "masterarn": "arn:master" }));
    let own = Versions { current: own.clone(), pending: own, previous: None };
    let refused = rotator.set(&with_superuser(&server).errand(), &own).await.unwrap_err().to_string();
    assert!(refused.starts_with("default is the master user"), "{refused}");
}

#[tokio::test]
async fn two_users_take_turns_with_the_same_rights() {
    let server = server_or_pass!();
    let rights = ["~app:*", "&news:*", "+@read", "+set", "-keys", "(~more:* +del)"];
    let words = [["ACL", "SETUSER", "app", "on", ">old"].as_slice(), &rights].concat();
    server.ask(&words);
    let tools = with_superuser(&server);
    let rotator = AlternatingRedisUsers::new(REDIS);
    let first = secret(&server, "app", "old", json!({ "masterarn": "arn:master" }));
    let second = tools.whole_turn(&rotator, &first, None).await;
    assert_eq!(second.text("username").as_deref(), Some("app_clone"));
    assert_eq!(server.rights_of("app_clone"), server.rights_of("app"));
    assert!(logs_in(&rotator, &tools, &first).await, "the user before keeps his password until the next turn");

    let third = tools.whole_turn(&rotator, &second, None).await;
    assert_eq!(third.text("username").as_deref(), Some("app"));
    assert!(logs_in(&rotator, &tools, &second).await && !logs_in(&rotator, &tools, &first).await);
}

#[tokio::test]
async fn a_current_password_that_fails_gives_way_to_the_one_before() {
    let server = server_or_pass!();
    server.ask(&["ACL", "SETUSER", "app", "on", ">older", "~*", "+@all"]);
    let (rotator, tools) = (SingleRedisUser::new(REDIS), Tools::default());
    let current = secret(&server, "app", "lost", json!({}));
    let pending = rotator.create(&tools.errand(), &current).await.unwrap();
    let previous = Some(secret(&server, "app", "older", json!({})));
    let versions = Versions { current, pending, previous };
    rotator.set(&tools.errand(), &versions).await.unwrap();
    assert!(logs_in(&rotator, &tools, &versions.pending).await);

    let current = secret(&server, "app", "lost", json!({}));
    let pending = secret(&server, "other", "new", json!({}));
    let refused = rotator.set(&tools.errand(), &Versions { current, pending, previous: None }).await.unwrap_err();
    assert_eq!(refused.to_string(), "Attempting to modify user other other than current user app");
}

#[tokio::test]
async fn a_change_that_cannot_be_saved_is_told_and_made_good_later() {
    let server = server_or_pass!(server::Keeping::AclFile);
    server.ask(&["ACL", "SETUSER", "app", "on", ">old", "~*", "+@all", "-acl|save"]);
    let (rotator, tools) = (SingleRedisUser::new(REDIS), Tools::default());
    let current = secret(&server, "app", "old", json!({}));
    let pending = rotator.create(&tools.errand(), &current).await.unwrap();
    let versions = Versions { current, pending, previous: None };
    for _ in 0..2 {
        let refused = rotator.set(&tools.errand(), &versions).await.unwrap_err().to_string();
        assert!(refused.contains("would forget it") && refused.contains("ACL SAVE"), "{refused}");
    }
    server.ask(&["ACL", "SETUSER", "app", "+acl|save"]);
    rotator.set(&tools.errand(), &versions).await.unwrap();
}

#[tokio::test]
async fn tls_is_verified_and_plain_is_what_the_secret_allows() {
    let server = server_or_pass!(server::Keeping::Nothing, true);
    let rotator = SingleRedisUser::new(REDIS);
    let trusting = Tools::new(NetworkSettings { ca_bundle: server.ca_bundle(), ..NetworkSettings::default() });
    let over_tls = |ssl: Value| {
        secret(&server, "default", "root", json!({ "host": "localhost", "port": server.tls_port, "ssl": ssl }))
    };
    rotator.test(&trusting.errand(), &over_tls(json!(true))).await.unwrap();
    rotator.test(&trusting.errand(), &over_tls(Value::Null)).await.unwrap();
    let refused = rotator.test(&Tools::default().errand(), &over_tls(json!(true))).await.unwrap_err().to_string();
    assert!(refused.contains("TLS with localhost") && !refused.contains("root"), "{refused}");
    // A server without TLS, and a secret that does not say: TLS is tried, then not.
    let plain = secret(&server, "default", "root", json!({ "ssl": null }));
    rotator.test(&trusting.errand(), &plain).await.unwrap();
    let demanding = Tools::new(NetworkSettings { requires_tls: true, ..NetworkSettings::default() });
    assert!(rotator.test(&demanding.errand(), &plain).await.is_err());
}

#[tokio::test]
async fn a_whole_turn_leaves_no_password_in_the_servers_log_or_monitor() {
    let server = server_or_pass!();
    server.ask(&["ACL", "SETUSER", "app", "on", ">old", "~*", "+@all"]);
    let monitor = server.monitor();
    let (rotator, tools) = (SingleRedisUser::new(REDIS), Tools::default());
    let second = tools.whole_turn(&rotator, &secret(&server, "app", "old", json!({})), None).await;
    server.ask(&["PING", "the-end"]);
    let seen = monitor.until("the-end");
    assert!(!seen.contains(&second.text("password").unwrap()), "{seen}");
}

#[tokio::test]
async fn a_password_of_several_lines_is_not_sent() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let rotator = SingleRedisUser::new(REDIS);
    let value = document(&json!({
        "host": "127.0.0.1", "port": port, "username": "u", "password": "p\r\nSET stolen yes\r\n", "ssl": false
    }));
    let refused = rotator.test(&Tools::default().errand(), &value).await.unwrap_err().to_string();
    assert!(refused.ends_with("password key of the secret's JSON has a control character"), "{refused}");
    let came = tokio::time::timeout(std::time::Duration::from_millis(50), listener.accept()).await;
    assert!(came.is_err(), "nobody came");
}
