//! Policies of functions.

use serde_json::{Value, json};

use super::{Workshop, function_arn, path};
use crate::people::OTHER_ACCOUNT;

fn service(sid: &str) -> Value {
    json!({
        "StatementId": sid, "Action": "lambda:InvokeFunction", "Principal": "secretsmanager.amazonaws.com",
        "SourceAccount": "111122223333", "SourceArn": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-*",
    })
}

#[tokio::test]
async fn a_statement_is_answered_as_text_and_stands_in_the_policy() {
    let workshop = Workshop::open().await;
    let created = workshop.made("app").await;
    let admin = workshop.admin();
    let added = admin.rest("POST", &path("app", "/policy"), service("rotate")).await.rest_json(201);
    let statement = concat!(
        r#"{"Sid":"rotate","Effect":"Allow","Principal":{"Service":"secretsmanager.amazonaws.com"},"#,
        r#""Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:eu-central-1:111122223333:function:app","#,
        r#""Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-*"},"#,
        r#""StringEquals":{"AWS:SourceAccount":"111122223333"}}}"#
    );
    assert_eq!(added, json!({"Statement": statement}));
    let policy = admin.rest("GET", &path("app", "/policy"), Value::Null).await.rest_json(200);
    let text = format!(r#"{{"Version":"2012-10-17","Id":"default","Statement":[{statement}]}}"#);
    assert_eq!(policy["Policy"], text);
    assert_ne!(policy["RevisionId"], created["RevisionId"]);

    let again = admin.rest("POST", &path("app", "/policy"), service("rotate")).await;
    let text = "The statement id (rotate) provided already exists. Please provide a new statement id, or remove the \
                existing statement.";
    again.is_rest_error(409, "ResourceConflictException", text);
    let none = admin.rest("DELETE", &path("app", "/policy/other"), Value::Null).await;
    none.is_rest_error(404, "ResourceNotFoundException", "Statement other is not found in resource policy.");
    let stale = admin.rest("DELETE", &path("app", "/policy/rotate?RevisionId=x"), Value::Null).await;
    assert_eq!(stale.status, 412);
    let target = path("app", &format!("/policy/rotate?RevisionId={}", policy["RevisionId"].as_str().unwrap()));
    admin.rest("DELETE", &target, Value::Null).await.is_rest_empty(204);
    let gone = admin.rest("GET", &path("app", "/policy"), Value::Null).await;
    gone.is_rest_error(404, "ResourceNotFoundException", "The resource you requested does not exist.");
    let again = admin.rest("DELETE", &path("app", "/policy/rotate"), Value::Null).await;
    again.is_rest_error(404, "ResourceNotFoundException", "No policy is associated with the given resource.");
}

#[tokio::test]
async fn principals_stand_in_the_store_by_their_ids() {
    let workshop = Workshop::open().await;
    workshop.house.open_account(OTHER_ACCOUNT).await;
    workshop.made("app").await;
    let admin = workshop.admin();
    let bob = admin.user("bob", "").await;
    let add = |sid: &str, principal: &str| {
        let members = json!({"StatementId": sid, "Action": "lambda:InvokeFunction", "Principal": principal});
        async move { admin.rest("POST", &path("app", "/policy"), members).await }
    };
    add("bob", &bob.arn).await.rest_json(201);
    add("account", OTHER_ACCOUNT).await.rest_json(201);
    add("everyone", "*").await.rest_json(201);
    let text = "The provided principal was invalid. Please check the principal and try again.";
    for wrong in ["arn:aws:iam::111122223333:user/nobody", "bob", "arn:aws:s3:::bucket"] {
        add("wrong", wrong).await.is_rest_error(400, "InvalidParameterValueException", text);
    }
    let principals = async || {
        let policy = admin.rest("GET", &path("app", "/policy"), Value::Null).await.rest_json(200);
        let policy: Value = serde_json::from_str(policy["Policy"].as_str().unwrap()).unwrap();
        let statements = policy["Statement"].as_array().unwrap().clone();
        statements.iter().map(|statement| statement["Principal"].clone()).collect::<Vec<_>>()
    };
    let account = format!("arn:aws:iam::{OTHER_ACCOUNT}:root");
    assert_eq!(principals().await, [json!({"AWS": bob.arn}), json!({"AWS": account}), json!("*")]);
    // Whoever is made anew under the name inherits nothing.
    admin.delete_user("bob", &bob).await;
    admin.user("bob", "").await;
    assert_eq!(principals().await[0], json!({"AWS": bob.id}));
}

#[tokio::test]
async fn versions_and_aliases_have_policies_of_their_own() {
    let workshop = Workshop::open().await;
    workshop.made_with("app", json!({"Publish": true})).await;
    let admin = workshop.admin();
    let alias = json!({"Name": "live", "FunctionVersion": "1"});
    admin.rest("POST", &path("app", "/aliases"), alias).await.rest_json(201);
    for qualifier in ["1", "live"] {
        let target = path("app", &format!("/policy?Qualifier={qualifier}"));
        let added = admin.rest("POST", &target, service("one")).await.rest_json(201);
        let statement: Value = serde_json::from_str(added["Statement"].as_str().unwrap()).unwrap();
        assert_eq!(statement["Resource"], format!("{}:{qualifier}", function_arn("app")));
        admin.rest("GET", &target, Value::Null).await.rest_json(200);
    }
    assert_eq!(admin.rest("GET", &path("app", "/policy"), Value::Null).await.status, 404);
    let latest = admin.rest("POST", &path("app", "/policy?Qualifier=%24LATEST"), service("one")).await;
    let text = "We currently do not support adding policies for $LATEST.";
    latest.is_rest_error(400, "InvalidParameterValueException", text);
    let missing = admin.rest("POST", &path("app", "/policy?Qualifier=beta"), service("one")).await;
    let text = format!("Cannot find alias arn: {}:beta", function_arn("app"));
    missing.is_rest_error(404, "ResourceNotFoundException", &text);
    // The alias takes its policy along.
    admin.rest("DELETE", &path("app", "/aliases/live"), Value::Null).await.is_rest_empty(204);
    let alias = json!({"Name": "live", "FunctionVersion": "1"});
    admin.rest("POST", &path("app", "/aliases"), alias).await.rest_json(201);
    assert_eq!(admin.rest("GET", &path("app", "/policy?Qualifier=live"), Value::Null).await.status, 404);
}

#[tokio::test]
async fn a_policy_of_a_function_that_is_not_there_is_not_found() {
    let workshop = Workshop::open().await;
    let admin = workshop.admin();
    let text = format!("No policy found for: {}", function_arn("none"));
    let removed = admin.rest("DELETE", &path("none", "/policy/one"), Value::Null).await;
    removed.is_rest_error(404, "ResourceNotFoundException", &text);
    let text = format!("Function not found: {}", function_arn("none"));
    let added = admin.rest("POST", &path("none", "/policy"), service("one")).await;
    added.is_rest_error(404, "ResourceNotFoundException", &text);
}
