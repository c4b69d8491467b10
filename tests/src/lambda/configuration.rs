//! What a function is, changed and published.

use serde_json::{Value, json};

use super::{Workshop, function_arn, path};

#[tokio::test]
async fn an_update_leaves_what_it_does_not_name() {
    let workshop = Workshop::open().await;
    let environment = json!({"Variables": {"A_B": "1"}});
    workshop.made_with("app", json!({"Environment": environment, "Description": "first"})).await;
    let update = json!({"Timeout": 30, "MemorySize": 512});
    let updated = workshop.admin().rest("PUT", &path("app", "/configuration"), update).await.rest_json(200);
    assert_eq!((&updated["Timeout"], &updated["MemorySize"]), (&json!(30), &json!(512)));
    assert_eq!((&updated["Description"], &updated["Environment"]), (&json!("first"), &environment));
    assert_eq!(updated["LastUpdateStatus"], "InProgress");
    assert_eq!(workshop.host.retired(), [function_arn("app")]);
    let update = json!({"Environment": {"Variables": {}}, "Description": ""});
    workshop.admin().rest("PUT", &path("app", "/configuration"), update).await.rest_json(200);
    let read = workshop.admin().rest("GET", &path("app", "/configuration"), Value::Null).await.rest_json(200);
    assert_eq!((&read["Description"], &read["Environment"]), (&json!(""), &json!({"Variables": {}})));
    assert_eq!((&read["Timeout"], &read["LastUpdateStatus"]), (&json!(30), &json!("Successful")));
}

#[tokio::test]
async fn a_version_is_what_its_function_was() {
    let workshop = Workshop::open().await;
    let created = workshop.made_with("app", json!({"Environment": {"Variables": {"STAGE": "one"}}})).await;
    let digest = &created["CodeSha256"];
    let publish = json!({"Description": "the first", "CodeSha256": digest, "RevisionId": created["RevisionId"]});
    let first = workshop.admin().rest("POST", &path("app", "/versions"), publish).await.rest_json(201);
    assert_eq!((&first["Version"], &first["Description"]), (&json!("1"), &json!("the first")));
    assert_eq!(first["FunctionArn"], function_arn("app") + ":1");
    let update = json!({"Environment": {"Variables": {"STAGE": "two"}}});
    workshop.admin().rest("PUT", &path("app", "/configuration"), update).await.rest_json(200);
    for (qualifier, stage, arn) in [("1", "one", ":1"), ("%24LATEST", "two", ":$LATEST")] {
        let target = path("app", &format!("/configuration?Qualifier={qualifier}"));
        let read = workshop.admin().rest("GET", &target, Value::Null).await.rest_json(200);
        assert_eq!(read["Environment"]["Variables"]["STAGE"], stage);
        assert_eq!(read["FunctionArn"], function_arn("app") + arn);
        workshop
            .admin()
            .rest_with("POST", &path("app", &format!("/invocations?Qualifier={qualifier}")), &[], b"")
            .await;
    }
    let stages: Vec<String> = workshop.host.calls().iter().map(|call| call.environment[0].1.clone()).collect();
    assert_eq!(stages, ["one", "two"]);
    let missing = workshop.admin().rest("GET", &path("app", "/configuration?Qualifier=7"), Value::Null).await;
    let text = format!("Function not found: {}:7", function_arn("app"));
    missing.is_rest_error(404, "ResourceNotFoundException", &text);
}

#[tokio::test]
async fn an_unchanged_function_is_published_once() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let publish = async || workshop.admin().rest("POST", &path("app", "/versions"), json!({})).await;
    let first = publish().await.rest_json(201);
    let again = publish().await.rest_json(201);
    assert_eq!((&first["Version"], &again["Version"]), (&json!("1"), &json!("1")));
    assert_eq!(first["RevisionId"], again["RevisionId"]);
    workshop.admin().rest("PUT", &path("app", "/configuration"), json!({"Timeout": 9})).await.rest_json(200);
    assert_eq!(publish().await.rest_json(201)["Version"], "2");
    workshop.admin().rest("DELETE", &path("app", "?Qualifier=2"), Value::Null).await.is_rest_empty(204);
    workshop.admin().rest("PUT", &path("app", "/configuration"), json!({"Timeout": 10})).await.rest_json(200);
    // A number never means another version.
    assert_eq!(publish().await.rest_json(201)["Version"], "3");
}

#[tokio::test]
async fn a_version_is_published_of_what_the_caller_knows_only() {
    let workshop = Workshop::open().await;
    let created = workshop.made("app").await;
    let digest = created["CodeSha256"].as_str().unwrap();
    let publish = async |members| workshop.admin().rest("POST", &path("app", "/versions"), members).await;
    let text = format!(
        "CodeSHA256 (other) is different from current CodeSHA256 in $LATEST ({digest}). Please try again with the \
         CodeSHA256 in $LATEST."
    );
    publish(json!({"CodeSha256": "other"})).await.is_rest_error(400, "InvalidParameterValueException", &text);
    let stale = publish(json!({"RevisionId": "0d4f5b2e-3f43-4a6e-8a0e-000000000001"})).await;
    assert_eq!((stale.status, stale.header("x-amzn-errortype")), (412, Some("PreconditionFailedException")));
}

#[tokio::test]
async fn latest_and_aliases_are_not_deleted_as_versions() {
    let workshop = Workshop::open().await;
    workshop.made_with("app", json!({"Publish": true})).await;
    let alias = json!({"Name": "live", "FunctionVersion": "1"});
    workshop.admin().rest("POST", &path("app", "/aliases"), alias).await.rest_json(201);
    let delete = |qualifier: &str| {
        let target = path("app", &format!("?Qualifier={qualifier}"));
        let admin = workshop.admin();
        async move { admin.rest("DELETE", &target, Value::Null).await }
    };
    let invalid = "InvalidParameterValueException";
    let text = "$LATEST version cannot be deleted without deleting the function.";
    delete("%24LATEST").await.is_rest_error(400, invalid, text);
    delete("live").await.is_rest_error(400, invalid, "Deletion of aliases is not currently supported.");
    let text = "Version 1 cannot be deleted because it is referenced by alias: live";
    delete("1").await.is_rest_error(409, "ResourceConflictException", text);
    let text = format!("Function not found: {}:9", function_arn("app"));
    delete("9").await.is_rest_error(404, "ResourceNotFoundException", &text);
}

#[tokio::test]
async fn concurrency_is_reserved_within_what_the_account_has() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    workshop.made("other").await;
    let put = |name: &str, count: i32| {
        let target = format!("/2017-10-31/functions/{name}/concurrency");
        let admin = workshop.admin();
        async move { admin.rest("PUT", &target, json!({"ReservedConcurrentExecutions": count})).await }
    };
    assert_eq!(put("app", 500).await.rest_json(200), json!({"ReservedConcurrentExecutions": 500}));
    assert_eq!(put("app", 600).await.rest_json(200), json!({"ReservedConcurrentExecutions": 600}));
    let text = "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below \
                its minimum value of [100].";
    put("other", 301).await.is_rest_error(400, "InvalidParameterValueException", text);
    put("other", 300).await.rest_json(200);
    let admin = workshop.admin();
    let settings = admin.rest("GET", "/2016-08-19/account-settings", Value::Null).await.rest_json(200);
    assert_eq!(settings["AccountLimit"]["UnreservedConcurrentExecutions"], 100);
    assert_eq!(settings["AccountUsage"]["FunctionCount"], 2);
    let get = || admin.rest("GET", "/2019-09-30/functions/app/concurrency", Value::Null);
    assert_eq!(get().await.rest_json(200), json!({"ReservedConcurrentExecutions": 600}));
    for _ in 0..2 {
        let deleted = admin.rest("DELETE", "/2017-10-31/functions/app/concurrency", Value::Null).await;
        deleted.is_rest_empty(204);
    }
    assert_eq!(get().await.rest_json(200), json!({}));
}

#[tokio::test]
async fn what_terraform_reads_of_every_function_is_answered() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let admin = workshop.admin();
    let get = |target: &'static str| async move { admin.rest("GET", target, Value::Null).await.rest_json(200) };
    assert_eq!(get("/2020-06-30/functions/app/code-signing-config").await, json!({"FunctionName": "app"}));
    assert_eq!(get("/2024-08-31/functions/app/recursion-config").await, json!({"RecursiveLoop": "Terminate"}));
    let runtime = get("/2021-07-20/functions/app/runtime-management-config").await;
    assert_eq!(runtime, json!({"UpdateRuntimeOn": "Auto", "FunctionArn": function_arn("app")}));
}
