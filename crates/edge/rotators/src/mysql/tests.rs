mod hostile;

use serde_json::json;

use super::*;
use crate::{
    alternating_users::AlternatingUsers,
    document::SecretDocument,
    rotator::Rotator,
    settings::NetworkSettings,
    single_user::SingleUser,
    testing::{
        Tools,
        mariadb::{MariaDbServer, SUPERUSER, SUPERUSER_PASSWORD},
    },
};

fn password_of(secret: &SecretDocument) -> String {
    secret.text("password").unwrap()
}

fn single_user() -> SingleUser {
    SingleUser(Box::new(MySql::MariaDb))
}

fn alternating() -> AlternatingUsers {
    AlternatingUsers(Box::new(MySql::MariaDb))
}

fn with_superuser(server: &MariaDbServer) -> Tools {
    Tools::default().and("master", server.secret("mariadb", SUPERUSER, SUPERUSER_PASSWORD))
}

#[tokio::test]
async fn a_users_password_is_changed_and_no_log_has_it() {
    let server = MariaDbServer::running();
    server.run(&["CREATE USER single@'%' IDENTIFIED BY 'first-one'"]).await;
    let first = server.secret("mariadb", "single", "first-one");
    let second = Tools::default().turn(&single_user(), &first, None).await.unwrap();
    assert!(server.logs_in("single", &password_of(&second)).await);
    assert!(!server.logs_in("single", "first-one").await);
    let log = server.log();
    assert!(log.contains("SET PASSWORD = '*"), "{log}");
    assert!(!log.contains(&password_of(&second)));
}

#[tokio::test]
async fn a_secret_for_mysql_is_rotated_at_mariadb() {
    let server = MariaDbServer::running();
    server.run(&["CREATE USER tutorial@'%' IDENTIFIED BY 'first-one'"]).await;
    let first = server.secret("mysql", "tutorial", "first-one");
    let second = Tools::default().turn(&SingleUser(Box::new(MySql::MySql)), &first, None).await.unwrap();
    assert!(server.logs_in("tutorial", &password_of(&second)).await);
}

#[tokio::test]
async fn an_account_of_ed25519_keeps_its_plugin() {
    let server = MariaDbServer::running();
    server.run(&["CREATE USER curve@'%' IDENTIFIED VIA ed25519 USING PASSWORD('first-one')"]).await;
    let first = server.secret("mariadb", "curve", "first-one");
    let second = Tools::default().turn(&single_user(), &first, None).await.unwrap();
    assert!(server.logs_in("curve", &password_of(&second)).await && !server.logs_in("curve", "first-one").await);
    let third = with_superuser(&server).turn(&alternating(), &second, None).await.unwrap();
    assert!(server.logs_in("curve_clone", &password_of(&third)).await);
    let created = server.query(SUPERUSER, SUPERUSER_PASSWORD, "SHOW CREATE USER curve_clone@'%'").await.unwrap();
    assert!(created[0].contains("VIA ed25519"), "{created:?}");
    assert!(!server.log().contains(&password_of(&third)));
}

#[tokio::test]
async fn users_who_take_turns_have_the_same_rights() {
    let server = MariaDbServer::running();
    server
        .run(&[
            "CREATE DATABASE `of``turns`",
            "CREATE TABLE `of``turns`.`a TO b` (id INT)",
            "INSERT INTO `of``turns`.`a TO b` VALUES (7)",
            "CREATE USER turns@'%' IDENTIFIED BY 'first-one' WITH MAX_USER_CONNECTIONS 9",
            "CREATE USER turns@'10.%' IDENTIFIED BY 'first-one'",
            "GRANT SELECT (id), INSERT ON `of``turns`.`a TO b` TO turns@'%' WITH GRANT OPTION",
            "CREATE ROLE `turning`",
            "GRANT `turning` TO turns@'%'",
            "SET DEFAULT ROLE `turning` FOR turns@'%'",
        ])
        .await;
    let first = server.secret("mariadb", "turns", "first-one");
    let second = with_superuser(&server).turn(&alternating(), &first, None).await.unwrap();
    assert_eq!(second.text("username").as_deref(), Some("turns_clone"));
    assert!(server.logs_in("turns", "first-one").await, "the one before goes on until the next turn");
    let question = "SELECT id FROM `of``turns`.`a TO b`";
    assert_eq!(server.query("turns_clone", &password_of(&second), question).await.unwrap(), ["7"]);
    let role = server.query("turns_clone", &password_of(&second), "SELECT CURRENT_ROLE()").await.unwrap();
    assert_eq!(role, ["turning"]);
    let created = server.query(SUPERUSER, SUPERUSER_PASSWORD, "SHOW CREATE USER turns_clone@'%'").await.unwrap();
    assert!(created[0].contains("MAX_USER_CONNECTIONS 9"), "{created:?}");
    let elsewhere = server.query(SUPERUSER, SUPERUSER_PASSWORD, "SHOW CREATE USER turns_clone@'10.%'").await;
    assert!(elsewhere.is_ok());

    let third = with_superuser(&server).turn(&alternating(), &second, None).await.unwrap();
    assert_eq!(third.text("username").as_deref(), Some("turns"));
    assert!(server.logs_in("turns", &password_of(&third)).await && !server.logs_in("turns", "first-one").await);
    assert!(server.logs_in("turns_clone", &password_of(&second)).await);
    let log = server.log();
    assert!(!log.contains(&password_of(&second)) && !log.contains(&password_of(&third)));
}

#[tokio::test]
async fn a_user_half_made_is_completed() {
    let server = MariaDbServer::running();
    server
        .run(&[
            "CREATE USER half@'%' IDENTIFIED BY 'first-one'",
            "GRANT PROCESS ON *.* TO half@'%'",
            "CREATE USER half_clone@'%' IDENTIFIED BY 'of-an-attempt-that-ended'",
        ])
        .await;
    let first = server.secret("mariadb", "half", "first-one");
    let second = with_superuser(&server).turn(&alternating(), &first, None).await.unwrap();
    let grants = server.query("half_clone", &password_of(&second), "SHOW GRANTS").await.unwrap();
    assert!(grants.iter().any(|grant| grant.contains("PROCESS")), "{grants:?}");
}

#[tokio::test]
async fn who_may_not_make_users_changes_nobody() {
    let server = MariaDbServer::running();
    server
        .run(&["CREATE USER modest@'%' IDENTIFIED BY 'first-one'", "CREATE USER idle@'%' IDENTIFIED BY 'of-idle'"])
        .await;
    let first = server.secret("mariadb", "modest", "first-one");
    let tools = Tools::default().and("master", server.secret("mariadb", "idle", "of-idle"));
    let refused = tools.turn(&alternating(), &first, None).await.unwrap_err();
    assert!(refused.contains("1142") || refused.contains("1227"), "{refused}");
    assert!(!refused.contains("first-one") && !refused.contains("of-idle"));
}

#[tokio::test]
async fn tls_is_verified_and_without_it_only_who_allows_it_connects() {
    let server = MariaDbServer::running();
    server
        .run(&[
            "CREATE USER tls_user@'%' IDENTIFIED BY 'first-one' REQUIRE SSL",
            "CREATE USER plain_user@'%' IDENTIFIED BY 'first-one'",
        ])
        .await;
    let trusting = Tools::new(NetworkSettings { ca_bundle: Some(server.ca.clone()), ..NetworkSettings::default() });
    let strangers = Tools::default();
    let rotator = single_user();
    let secret = |user: &str, ssl: &serde_json::Value| {
        let mut secret = server.secret("mariadb", user, "first-one");
        secret.set_json("ssl", ssl);
        secret
    };
    rotator.test(&trusting.errand(), &secret("tls_user", &json!("true"))).await.unwrap();
    rotator.test(&trusting.errand(), &secret("tls_user", &json!(null))).await.unwrap();
    let refused = rotator.test(&strangers.errand(), &secret("tls_user", &json!(true))).await.unwrap_err().to_string();
    assert!(refused.contains("TLS with localhost") && refused.contains("UnknownIssuer"), "{refused}");
    let refused = rotator.test(&trusting.errand(), &secret("tls_user", &json!(false))).await.unwrap_err().to_string();
    assert!(refused.contains("Access denied"), "{refused}");
    rotator.test(&strangers.errand(), &secret("plain_user", &json!(null))).await.unwrap();
    rotator.test(&strangers.errand(), &secret("plain_user", &json!(true))).await.unwrap_err();

    let second = trusting
        .and("master", {
            let mut master = server.secret("mariadb", SUPERUSER, SUPERUSER_PASSWORD);
            master.set_json("ssl", &json!(true));
            master
        })
        .turn(&alternating(), &secret("tls_user", &json!(true)), None)
        .await
        .unwrap();
    assert!(!server.logs_in("tls_user_clone", &password_of(&second)).await, "the other one needs TLS as well");
}

#[tokio::test]
async fn what_does_not_work_is_told_without_the_password() {
    let server = MariaDbServer::running();
    server.run(&["CREATE USER careless@'%' IDENTIFIED BY 'right-one'"]).await;
    let rotator = single_user();
    let wrong = server.secret("mariadb", "careless", "wrong-one");
    let refused = rotator.test(&Tools::default().errand(), &wrong).await.unwrap_err().to_string();
    assert!(refused.contains("Access denied for user 'careless'") && refused.contains("1045"), "{refused}");
    assert!(!refused.contains("wrong-one"));

    let mut closed = server.secret("mariadb", "careless", "right-one");
    closed.set_json("port", &json!(1));
    let refused = rotator.test(&Tools::default().errand(), &closed).await.unwrap_err().to_string();
    assert!(refused.contains("localhost:1 cannot be reached: "), "{refused}");
}
