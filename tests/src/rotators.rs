//! The rotators of the server's own, in a whole house: whom they act as, what they may, and what the trail tells of them.
//! The database is a stub of PostgreSQL; real ones are in the rotators' own tests.

mod database;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    house::{ACCOUNT, House, SECOND_MS},
    lambda::{asked, host::Echo, trusting_lambda},
    letters::{Persona, token},
    people::{allow, document, trusting},
};
use database::Database;

const SINGLE_USER: &str =
    "arn:aws:lambda:us-east-1:123456789012:function:SecretsManagerRDSPostgreSQLRotationSingleUser";
const MULTI_USER: &str = "arn:aws:lambda:us-east-1:123456789012:function:SecretsManagerRDSPostgreSQLRotationMultiUser";
const ROLE: &str = "KeepwellRotation";

fn login(database: &Database, user: &str) -> Value {
    json!({
        "engine": "postgres", "host": "127.0.0.1", "port": database.port, "username": user,
        "password": format!("first-of-{user}"), "note": "kept",
    })
}

async fn rotate(admin: Persona<'_>, secret: &str, function: &str, number: u32) -> Value {
    let ask = json!({"SecretId": secret, "ClientRequestToken": token(number), "RotationLambdaARN": function});
    admin.ask("RotateSecret", ask).await
}

async fn value(admin: Persona<'_>, secret: &str) -> Value {
    serde_json::from_str(&admin.value(secret).await).unwrap()
}

/// The newest attempt.
async fn attempt(admin: Persona<'_>, secret: &str) -> Value {
    admin.keepwell("ListRotationAttempts", json!({"SecretId": secret})).await.json()["Attempts"][0].clone()
}

#[tokio::test]
async fn a_secret_is_rotated_by_a_rotator_that_acts_as_the_accounts_role() {
    let (house, database) = (House::open().await, Database::with(&["app"]).await);
    let admin = house.admin();
    let arn = admin.create("db", &login(&database, "app").to_string()).await;
    rotate(admin, "db", SINGLE_USER, 2).await;
    // The pending password is set already when it is looked at: the stub lets in whoever is a user.
    assert_eq!(house.rotate_due().await, 1);
    let told = attempt(admin, "db").await;
    assert_eq!((&told["Outcome"], told.get("Error")), (&json!("SUCCEEDED"), None), "{told}");

    let current = value(admin, "db").await;
    let password = current["password"].as_str().unwrap();
    assert_eq!((password.len(), &current["note"], &current["username"]), (32, &json!("kept"), &json!("app")));
    assert_eq!(admin.labels("db").await, json!({token(1): ["AWSPREVIOUS"], token(2): ["AWSCURRENT", "AWSPENDING"]}));

    let role = admin.iam("GetRole", &[("RoleName", ROLE)]).await;
    let role_arn = format!("arn:aws:iam::{ACCOUNT}:role/service-role/{ROLE}");
    assert_eq!(role.element("Arn"), role_arn);
    let trail = house.whole_trail();
    let taken: Vec<&Value> = trail.iter().filter(|record| record["eventName"] == "AssumeRole").collect();
    assert_eq!(taken.len(), 1, "the steps of a rotation share a session: {taken:?}");
    assert_eq!(taken[0]["requestParameters"]["roleArn"], role_arn);
    assert_eq!(taken[0]["userIdentity"]["invokedBy"], "secretsmanager.amazonaws.com");
    let session = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}/SecretsManagerRDSPostgreSQLRotationSingleUser");
    let own = |record: &&Value| record["userIdentity"]["arn"] == *session;
    let names: Vec<&str> = trail
        .iter()
        .filter(own)
        .filter_map(|record| record["eventName"].as_str())
        .filter(|name| *name != "Decrypt" && *name != "GenerateDataKey")
        .collect();
    for name in ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    assert!(trail.iter().filter(own).all(|record| record.to_string().contains(&*arn)));
    assert!(!house.raw_trail().iter().any(|record| record.contains(password)));
}

#[tokio::test]
async fn a_superuser_is_borrowed_only_where_the_account_lets_the_role_read_its_secret() {
    let (house, database) = (House::open().await, Database::with(&["app", "chief"]).await);
    let admin = house.admin();
    let chief = admin.create("chief", &login(&database, "chief").to_string()).await;
    // A rotator may change it, and still nobody borrows it.
    rotate(admin, "chief", SINGLE_USER, 2).await;
    house.rotate_due().await;
    assert_eq!(attempt(admin, "chief").await["Outcome"], "SUCCEEDED");

    let mut app = login(&database, "app");
    app["masterarn"] = json!(chief);
    admin.create("db", &app.to_string()).await;
    rotate(admin, "db", MULTI_USER, 3).await;
    house.rotate_due().await;
    let told = attempt(admin, "db").await;
    let error = told["Error"].as_str().unwrap();
    assert_eq!(told["Outcome"], "FAILED");
    assert!(error.contains("the role of rotators needs a policy") && error.contains("is not authorized"), "{error}");
    assert!(!database.statements().iter().any(|statement| statement.contains("app_clone")));
    assert_eq!(value(admin, "db").await["username"], "app");

    let reads = document(json!([allow(&["secretsmanager:GetSecretValue"], &chief)]));
    let policy = [("RoleName", ROLE), ("PolicyName", "superuser"), ("PolicyDocument", &*reads)];
    admin.iam("PutRolePolicy", &policy).await.is_success();
    house.turn_clock(120 * SECOND_MS);
    house.rotate_due().await;
    let told = attempt(admin, "db").await;
    assert_eq!(told["Outcome"], "SUCCEEDED", "{told}");
    assert_eq!(value(admin, "db").await["username"], "app_clone");
    let statements = database.statements();
    let created = statements.iter().find(|statement| statement.starts_with("CREATE ROLE")).unwrap();
    assert!(created.contains("\"app_clone\" WITH LOGIN PASSWORD 'SCRAM-SHA-256$"), "{created}");
    assert!(created.ends_with("GRANT \"app\" TO \"app_clone\""), "{created}");
}

#[tokio::test]
async fn what_keepwell_owns_is_rotated_by_its_rotator_whatever_functions_an_account_has() {
    let house = House::open_with_host(Arc::new(Echo::default())).await;
    let database = Database::with(&["before", "after"]).await;
    let admin = house.admin();
    let adopt = async |user: &str| {
        let ask = json!({
            "Name": user, "Engine": "postgres", "Host": "127.0.0.1", "Port": database.port, "Username": user,
            "Password": format!("first-of-{user}"),
        });
        admin.keepwell("AdoptDatabase", ask).await.json();
    };
    adopt("before").await;
    let role = admin.role("worker", &trusting_lambda(), "").await;
    let function = asked("SecretsManagerRDSPostgreSQLRotationSingleUser", &role.arn, json!({}));
    admin.rest("POST", "/2015-03-31/functions", function).await.rest_json(201);
    adopt("after").await;
    assert_eq!(house.rotate_due().await, 2);
    for name in ["keepwell!before", "keepwell!after"] {
        let told = attempt(admin, name).await;
        assert_eq!((&told["Outcome"], told.get("Error")), (&json!("SUCCEEDED"), None), "{told}");
        assert_eq!(value(admin, name).await["password"].as_str().unwrap().len(), 32);
    }
    // Others are rotated by the function, and it does not admit Secrets Manager.
    admin.create("db", &login(&database, "before").to_string()).await;
    let own = format!("arn:aws:lambda:eu-central-1:{ACCOUNT}:function:SecretsManagerRDSPostgreSQLRotationSingleUser");
    let ask = json!({"SecretId": "db", "ClientRequestToken": token(2), "RotationLambdaARN": own});
    assert!(admin.call("RotateSecret", ask).await.text().contains("cannot invoke the specified Lambda function"));
}

#[tokio::test]
async fn who_may_not_invoke_a_function_of_this_name_has_no_rotator_called() {
    let (house, database) = (House::open().await, Database::with(&["app"]).await);
    house.admin().create("db", &login(&database, "app").to_string()).await;
    let rotates = allow(&["secretsmanager:RotateSecret"], "*");
    let without = house.user("without", &document(json!([rotates]))).await;
    let ask = json!({"SecretId": "db", "ClientRequestToken": token(2), "RotationLambdaARN": SINGLE_USER});
    let refused = without.at(&house).call("RotateSecret", ask.clone()).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("AccessDenied"), "{}", refused.text());
    let invokes = allow(&["lambda:InvokeFunction"], SINGLE_USER);
    let with = house.user("with", &document(json!([rotates, invokes]))).await;
    with.at(&house).ask("RotateSecret", ask).await;
    house.rotate_due().await;
    assert_eq!(attempt(house.admin(), "db").await["Outcome"], "SUCCEEDED");
}

#[tokio::test]
async fn a_role_that_trusts_no_more_or_may_no_more_rotates_no_more() {
    let (house, database) = (House::open().await, Database::with(&["app"]).await);
    let admin = house.admin();
    admin.create("db", &login(&database, "app").to_string()).await;
    rotate(admin, "db", SINGLE_USER, 2).await;
    house.rotate_due().await;
    // Its policy is the account's to change; the session of before is decided by what the role may now.
    admin.iam("DeleteRolePolicy", &[("RoleName", ROLE), ("PolicyName", ROLE)]).await.is_success();
    house.turn_clock(SECOND_MS);
    rotate(admin, "db", SINGLE_USER, 3).await;
    house.rotate_due().await;
    let told = attempt(admin, "db").await;
    assert_eq!(told["Outcome"], "FAILED", "{told}");
    let error = told["Error"].as_str().unwrap();
    assert!(error.contains("is not authorized to perform: secretsmanager:DescribeSecret"), "{error}");

    let trust = trusting(&format!("arn:aws:iam::{ACCOUNT}:root"));
    let policy = [("RoleName", ROLE), ("PolicyDocument", &*trust)];
    admin.iam("UpdateAssumeRolePolicy", &policy).await.is_success();
    // Before the session of before is over.
    house.turn_clock(120 * SECOND_MS);
    house.rotate_due().await;
    let told = attempt(admin, "db").await;
    assert!(told["Error"].as_str().unwrap().contains("does not trust secretsmanager.amazonaws.com"), "{told}");
    assert_eq!(admin.labels("db").await[token(2)], json!(["AWSCURRENT"]));
}

#[tokio::test]
async fn a_previous_version_that_may_not_be_read_stops_no_rotation() {
    let (house, database) = (House::open().await, Database::with(&["app"]).await);
    let admin = house.admin();
    admin.create("db", &login(&database, "app").to_string()).await;
    rotate(admin, "db", SINGLE_USER, 2).await;
    house.rotate_due().await;
    let denied = document(json!([{
        "Effect": "Deny", "Action": "secretsmanager:GetSecretValue", "Resource": "*",
        "Condition": {"StringEquals": {"secretsmanager:VersionStage": "AWSPREVIOUS"}},
    }]));
    let policy = [("RoleName", ROLE), ("PolicyName", "denied"), ("PolicyDocument", &*denied)];
    admin.iam("PutRolePolicy", &policy).await.is_success();
    house.turn_clock(SECOND_MS);
    rotate(admin, "db", SINGLE_USER, 3).await;
    house.rotate_due().await;
    let told = attempt(admin, "db").await;
    assert_eq!(told["Outcome"], "SUCCEEDED", "{told}");
    let denied = |record: &&Value| {
        let code = record["errorCode"].as_str().unwrap_or_default();
        record["eventName"] == "GetSecretValue" && code.starts_with("AccessDenied")
    };
    assert_eq!(house.whole_trail().iter().filter(denied).count(), 1, "it was asked for");
}

#[tokio::test]
async fn what_a_secret_lacks_is_told_and_nothing_is_touched() {
    let (house, database) = (House::open().await, Database::with(&["app"]).await);
    let admin = house.admin();
    let mut lacking = Vec::new();
    for key in ["engine", "host", "username", "password"] {
        let mut secret = login(&database, "app");
        secret.as_object_mut().unwrap().remove(key);
        lacking.push((key, secret.to_string(), format!("{key} key is missing from secret JSON")));
    }
    lacking.push(("text", "hunter2".to_owned(), "the secret's value is not a JSON object".to_owned()));
    let mut other = login(&database, "app");
    other["engine"] = json!("oracle");
    let text = "Database engine must be set to 'postgres' in order to use this rotation lambda";
    lacking.push(("other", other.to_string(), text.to_owned()));
    for (name, value, expected) in lacking {
        admin.create(name, &value).await;
        rotate(admin, name, SINGLE_USER, 2).await;
        house.rotate_due().await;
        let told = attempt(admin, name).await;
        assert_eq!(told["Outcome"], "FAILED", "{name}");
        assert!(told["Error"].as_str().unwrap().contains(&expected), "{told}");
        assert_eq!(admin.value(name).await, value);
    }
    assert!(database.statements().is_empty());
    assert!(!house.raw_trail().iter().any(|record| record.contains("hunter2")));
}
