mod hostile;

use serde_json::json;
use terms::SecretBytes;

use super::*;
use crate::{
    alternating_users::AlternatingUsers,
    document::SecretDocument,
    rotator::Rotator,
    settings::NetworkSettings,
    single_user::SingleUser,
    testing::{Tools, document, postgres::PostgresServer},
};

fn password_of(secret: &SecretDocument) -> String {
    secret.text("password").unwrap()
}

fn plain(mut secret: SecretDocument) -> SecretDocument {
    secret.set_json("ssl", &json!(false));
    secret
}

fn single_user(kind: Postgres) -> SingleUser {
    SingleUser(Box::new(kind))
}

#[tokio::test]
async fn a_users_password_is_changed_and_no_log_has_it() {
    let server = PostgresServer::running();
    server.run("CREATE USER single WITH PASSWORD 'first-one'").await;
    let tools = Tools::default();
    let first = server.secret("postgres", "single", "first-one");
    let second = tools.turn(&single_user(Postgres::PostgreSql), &first, None).await.unwrap();
    assert!(server.logs_in("single", &password_of(&second)).await);
    assert!(!server.logs_in("single", "first-one").await);

    let third = tools.turn(&single_user(Postgres::PostgreSql), &second, Some(&first)).await.unwrap();
    assert!(server.logs_in("single", &password_of(&third)).await);
    assert!(!server.logs_in("single", &password_of(&second)).await);

    let log = server.log();
    assert!(log.contains("ALTER USER \"single\" WITH PASSWORD 'SCRAM-SHA-256$4096:"), "{log}");
    assert!(!log.contains(&password_of(&second)) && !log.contains(&password_of(&third)));
}

#[tokio::test]
async fn a_server_that_keeps_md5_is_sent_md5() {
    let server = PostgresServer::running();
    server.run("SET password_encryption = 'md5'; CREATE USER elder WITH PASSWORD 'first-one'").await;
    server.run("ALTER USER elder SET password_encryption = 'md5'").await;
    let first = server.secret("postgres", "elder", "first-one");
    let second = Tools::default().turn(&single_user(Postgres::PostgreSql), &first, None).await.unwrap();
    assert!(server.logs_in("elder", &password_of(&second)).await);
    let kept = server.run("SELECT rolpassword FROM pg_authid WHERE rolname = 'elder'").await;
    assert!(kept[0].starts_with("md5"), "{kept:?}");
}

#[tokio::test]
async fn names_are_quoted() {
    let server = PostgresServer::running();
    server.run(r#"CREATE USER "o'""b\; --é" WITH PASSWORD 'first-one'"#).await;
    let first = server.secret("postgres", r#"o'"b\; --é"#, "first-one");
    let second = Tools::default().turn(&single_user(Postgres::PostgreSql), &first, None).await.unwrap();
    assert!(server.logs_in(r#"o'"b\; --é"#, &password_of(&second)).await);

    let mut first = first;
    first.set_text("password", &SecretBytes::new(password_of(&second).into_bytes()));
    first.set_text("masterarn", &SecretBytes::copy_of(b"master"));
    let tools = Tools::default().and("master", server.superuser("postgres"));
    let alternating = AlternatingUsers(Box::new(Postgres::PostgreSql));
    let second = tools.turn(&alternating, &first, None).await.unwrap();
    assert!(server.logs_in(r#"o'"b\; --é_clone"#, &password_of(&second)).await);
}

#[tokio::test]
async fn users_who_take_turns_have_the_same_rights() {
    let server = PostgresServer::running();
    server.run("CREATE USER turns WITH PASSWORD 'first-one'").await;
    server.run("CREATE TABLE of_turns (id int)").await;
    server.run("INSERT INTO of_turns VALUES (7); GRANT SELECT ON of_turns TO turns").await;
    let mut first = server.secret("postgres", "turns", "first-one");
    first.set_text("masterarn", &SecretBytes::copy_of(b"master"));
    let tools = Tools::default().and("master", server.superuser("postgres"));
    let alternating = AlternatingUsers(Box::new(Postgres::PostgreSql));

    let second = tools.turn(&alternating, &first, None).await.unwrap();
    assert_eq!(second.text("username").as_deref(), Some("turns_clone"));
    assert!(server.logs_in("turns", "first-one").await, "the one before goes on until the next turn");
    let rows = server.query("turns_clone", &password_of(&second), "SELECT id FROM of_turns").await.unwrap();
    assert_eq!(rows, ["7"]);

    let third = tools.turn(&alternating, &second, Some(&first)).await.unwrap();
    assert_eq!(third.text("username").as_deref(), Some("turns"));
    assert!(server.logs_in("turns", &password_of(&third)).await && !server.logs_in("turns", "first-one").await);
    assert!(server.logs_in("turns_clone", &password_of(&second)).await);
    let log = server.log();
    assert!(!log.contains(&password_of(&second)) && !log.contains(&password_of(&third)));
}

#[tokio::test]
async fn who_may_not_make_users_changes_nobody() {
    let server = PostgresServer::running();
    server.run("CREATE USER modest WITH PASSWORD 'first-one'; CREATE USER idle WITH PASSWORD 'of-idle'").await;
    let mut first = server.secret("postgres", "modest", "first-one");
    first.set_text("masterarn", &SecretBytes::copy_of(b"master"));
    let tools = Tools::default().and("master", server.secret("postgres", "idle", "of-idle"));
    let refused = tools.turn(&AlternatingUsers(Box::new(Postgres::PostgreSql)), &first, None).await.unwrap_err();
    assert_eq!(refused, "the database refused: permission denied to create role (42501)");
}

#[tokio::test]
async fn a_superuser_of_another_host_is_not_borrowed() {
    let server = PostgresServer::running();
    server.run("CREATE USER lonely WITH PASSWORD 'first-one'").await;
    let mut first = server.secret("postgres", "lonely", "first-one");
    first.set_text("masterarn", &SecretBytes::copy_of(b"master"));
    let mut master = server.superuser("postgres");
    master.set_text("host", &SecretBytes::copy_of(b"127.0.0.1"));
    let alternating = AlternatingUsers(Box::new(Postgres::PostgreSql));
    let refused = Tools::default().and("master", master).turn(&alternating, &first, None).await.unwrap_err();
    let expected = "Current database host localhost is not the same host as/rds replica of master 127.0.0.1";
    assert_eq!(refused, expected);
}

#[tokio::test]
async fn tls_is_verified_and_without_it_only_who_allows_it_connects() {
    let server = PostgresServer::running();
    server
        .run("CREATE USER tls_user WITH PASSWORD 'first-one'; CREATE USER plain_user WITH PASSWORD 'first-one'")
        .await;
    let trusting = Tools::new(NetworkSettings { ca_bundle: Some(server.ca.clone()), ..NetworkSettings::default() });
    let strangers = Tools::default();
    let rotator = single_user(Postgres::PostgreSql);
    let secret = |user: &str, ssl: &serde_json::Value| {
        let mut secret = server.secret("postgres", user, "first-one");
        secret.set_json("ssl", ssl);
        secret
    };
    rotator.test(&trusting.errand(), &secret("tls_user", &json!(true))).await.unwrap();
    rotator.test(&trusting.errand(), &secret("tls_user", &json!(null))).await.unwrap();

    let refused = rotator.test(&strangers.errand(), &secret("tls_user", &json!(true))).await.unwrap_err().to_string();
    assert!(refused.contains("TLS") && refused.contains("UnknownIssuer"), "{refused}");
    let refused = rotator.test(&trusting.errand(), &secret("tls_user", &json!(false))).await.unwrap_err().to_string();
    assert!(refused.contains("pg_hba.conf") && refused.contains("28000"), "{refused}");
    // Nothing said: without TLS where it does not come about.
    rotator.test(&strangers.errand(), &secret("plain_user", &json!("perhaps"))).await.unwrap();
    rotator.test(&strangers.errand(), &secret("plain_user", &json!(true))).await.unwrap_err();

    let strict = Tools::new(NetworkSettings { requires_tls: true, ..NetworkSettings::default() });
    rotator.test(&strict.errand(), &secret("plain_user", &json!(false))).await.unwrap_err();
}

#[tokio::test]
async fn another_host_name_than_the_certificates_is_refused() {
    let server = PostgresServer::running();
    server.run("CREATE USER by_address WITH PASSWORD 'first-one'").await;
    let trusting = Tools::new(NetworkSettings { ca_bundle: Some(server.ca.clone()), ..NetworkSettings::default() });
    let mut secret = server.secret("postgres", "by_address", "first-one");
    secret.set_text("host", &SecretBytes::copy_of(b"127.0.0.1"));
    secret.set_json("ssl", &json!(true));
    let refused = single_user(Postgres::PostgreSql).test(&trusting.errand(), &secret).await.unwrap_err().to_string();
    assert!(refused.contains("certificate"), "{refused}");
}

#[tokio::test]
async fn what_does_not_work_is_told_without_the_password() {
    let server = PostgresServer::running();
    server.run("CREATE USER careless WITH PASSWORD 'right-one'").await;
    let rotator = single_user(Postgres::PostgreSql);
    let test =
        async |secret: SecretDocument| rotator.test(&Tools::default().errand(), &secret).await.unwrap_err().to_string();
    let beginning = "Unable to log into database with pending secret of secret ARN arn: ";

    let wrong = test(plain(server.secret("postgres", "careless", "wrong-one"))).await;
    assert_eq!(wrong, format!("{beginning}password authentication failed for user \"careless\" (28P01)"));

    let secret = |host: &str, port: u16| {
        let mut secret = plain(server.secret("postgres", "careless", "right-one"));
        secret.set_text("host", &SecretBytes::copy_of(host.as_bytes()));
        secret.set_json("port", &json!(port));
        secret
    };
    let nowhere = test(secret("no-such-host.invalid", 1)).await;
    assert_eq!(nowhere, format!("{beginning}the host no-such-host.invalid does not resolve"));
    let closed = test(secret("127.0.0.1", 1)).await;
    assert!(closed.starts_with(&format!("{beginning}no connection to 127.0.0.1:1: ")), "{closed}");
    let metadata = test(secret("169.254.169.254", 80)).await;
    assert!(metadata.contains("link-local"), "{metadata}");
}

#[tokio::test]
async fn a_server_that_is_silent_holds_nobody_for_ever() {
    let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let settings = NetworkSettings { answer_timeout: Duration::from_millis(200), ..NetworkSettings::default() };
    let port = silent.local_addr().unwrap().port();
    let secret =
        document(&json!({"engine": "postgres", "host": "127.0.0.1", "port": port, "username": "u", "password": "p"}));
    let rotator = single_user(Postgres::PostgreSql);
    let refused = rotator.test(&Tools::new(settings).errand(), &secret).await.unwrap_err().to_string();
    assert!(refused.ends_with("did not answer in time"), "{refused}");
}

#[tokio::test]
async fn redshift_is_sent_md5_and_its_users_rights_are_copied_one_by_one() {
    let server = PostgresServer::running();
    server.run("CREATE USER shift WITH PASSWORD 'first-one'").await;
    server.run(r#"CREATE SCHEMA "of ""shift""";"#).await;
    server.run(r#"CREATE TABLE "of ""shift""".things (id int); INSERT INTO "of ""shift""".things VALUES (9)"#).await;
    server
        .run(r#"GRANT USAGE ON SCHEMA "of ""shift""" TO shift; GRANT SELECT ON "of ""shift""".things TO shift"#)
        .await;
    let mut first = server.secret("redshift", "shift", "first-one");
    let single = Tools::default().turn(&single_user(Postgres::Redshift), &first, None).await.unwrap();
    assert!(server.logs_in("shift", &password_of(&single)).await);
    let kept = server.run("SELECT rolpassword FROM pg_authid WHERE rolname = 'shift'").await;
    assert!(kept[0].starts_with("md5"), "{kept:?}");

    first = single;
    first.set_text("masterarn", &SecretBytes::copy_of(b"master"));
    let tools = Tools::default().and("master", server.superuser("redshift"));
    let second = tools.turn(&AlternatingUsers(Box::new(Postgres::Redshift)), &first, None).await.unwrap();
    let question = r#"SELECT id FROM "of ""shift""".things"#;
    assert_eq!(server.query("shift_clone", &password_of(&second), question).await.unwrap(), ["9"]);
    let refused = server.query("shift_clone", &password_of(&second), r#"DELETE FROM "of ""shift""".things"#).await;
    assert!(refused.is_err());
    assert!(server.logs_in("shift", &password_of(&first)).await);
}
