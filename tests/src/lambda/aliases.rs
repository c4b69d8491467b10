//! Aliases, and where they lead.

use serde_json::{Value, json};

use super::{Workshop, function_arn, path};

/// With two versions.
async fn workshop() -> Workshop {
    let workshop = Workshop::open().await;
    workshop.made_with("app", json!({"Publish": true})).await;
    workshop.admin().rest("PUT", &path("app", "/configuration"), json!({"Timeout": 9})).await.rest_json(200);
    workshop.admin().rest("POST", &path("app", "/versions"), json!({})).await.rest_json(201);
    workshop
}

#[tokio::test]
async fn an_alias_leads_to_a_version_and_moves() {
    let workshop = workshop().await;
    let admin = workshop.admin();
    let create = json!({"Name": "live", "FunctionVersion": "1", "Description": "what is live"});
    let created = admin.rest("POST", &path("app", "/aliases"), create.clone()).await.rest_json(201);
    let expected = json!({
        "AliasArn": function_arn("app") + ":live", "Name": "live", "FunctionVersion": "1",
        "Description": "what is live", "RevisionId": created["RevisionId"],
    });
    assert_eq!(created, expected);
    let again = admin.rest("POST", &path("app", "/aliases"), create).await;
    let text = format!("Alias already exists: {}:live", function_arn("app"));
    again.is_rest_error(409, "ResourceConflictException", &text);
    assert_eq!(admin.rest("GET", &path("app", "/aliases/live"), Value::Null).await.rest_json(200), expected);

    let invoked = admin.invoke("app%3Alive", &[], b"{}").await;
    assert_eq!(invoked.header("x-amz-executed-version"), Some("1"));
    let stale = json!({"FunctionVersion": "2", "RevisionId": "0d4f5b2e-3f43-4a6e-8a0e-000000000001"});
    assert_eq!(admin.rest("PUT", &path("app", "/aliases/live"), stale).await.status, 412);
    let update = json!({"FunctionVersion": "2", "RevisionId": created["RevisionId"]});
    let updated = admin.rest("PUT", &path("app", "/aliases/live"), update).await.rest_json(200);
    assert_eq!((&updated["FunctionVersion"], &updated["Description"]), (&json!("2"), &json!("what is live")));
    assert_ne!(updated["RevisionId"], created["RevisionId"]);
    let invoked = admin.rest_with("POST", &path("app", "/invocations?Qualifier=live"), &[], b"{}").await;
    assert_eq!(invoked.header("x-amz-executed-version"), Some("2"));
    assert_eq!(workshop.host.calls()[1].invoked_arn, function_arn("app") + ":live");
    let read = admin.rest("GET", &path("app", "?Qualifier=live"), Value::Null).await.rest_json(200);
    assert_eq!(read["Configuration"]["FunctionArn"], function_arn("app") + ":live");
    assert_eq!(read["Configuration"]["Version"], "2");

    for _ in 0..2 {
        admin.rest("DELETE", &path("app", "/aliases/live"), Value::Null).await.is_rest_empty(204);
    }
    let gone = admin.rest("GET", &path("app", "/aliases/live"), Value::Null).await;
    let text = format!("Cannot find alias arn: {}:live", function_arn("app"));
    gone.is_rest_error(404, "ResourceNotFoundException", &text);
}

#[tokio::test]
async fn an_alias_with_two_versions_sends_each_its_part() {
    let workshop = workshop().await;
    let admin = workshop.admin();
    let weights = |weight: f64| json!({"AdditionalVersionWeights": {"2": weight}});
    let create = json!({"Name": "live", "FunctionVersion": "1", "RoutingConfig": weights(0.5)});
    let created = admin.rest("POST", &path("app", "/aliases"), create).await.rest_json(201);
    assert_eq!(created["RoutingConfig"], weights(0.5));
    for _ in 0..64 {
        admin.invoke("app%3Alive", &[], b"{}").await.rest_json(200);
    }
    // That one of the two is not among 64 happens once in 10^19.
    let calls = workshop.host.calls();
    for version in ["1", "2"] {
        assert!(calls.iter().any(|call| call.version == version), "{version}");
    }
    let update = json!({"RoutingConfig": {"AdditionalVersionWeights": {}}});
    let updated = admin.rest("PUT", &path("app", "/aliases/live"), update).await.rest_json(200);
    assert_eq!(updated.get("RoutingConfig"), None);
}

#[tokio::test]
async fn an_alias_that_leads_nowhere_is_refused() {
    let workshop = workshop().await;
    let create = async |members: Value| workshop.admin().rest("POST", &path("app", "/aliases"), members).await;
    let invalid = "InvalidParameterValueException";
    let routed = |version: &str, weights: Value| json!({"Name": "live", "FunctionVersion": version, "RoutingConfig": {"AdditionalVersionWeights": weights}});
    let missing = create(json!({"Name": "live", "FunctionVersion": "7"})).await;
    let text = format!("Function not found: {}:7", function_arn("app"));
    missing.is_rest_error(404, "ResourceNotFoundException", &text);
    let text = "Number of items in AdditionalVersionWeights cannot be greater than 1";
    create(routed("1", json!({"1": 0.1, "2": 0.1}))).await.is_rest_error(400, invalid, text);
    let text = "Invalid function version 1. Function version 1 is already included in routing configuration.";
    create(routed("1", json!({"1": 0.1}))).await.is_rest_error(400, invalid, text);
    let text = "$LATEST is not supported for an alias pointing to more than 1 version";
    create(routed("$LATEST", json!({"1": 0.1}))).await.is_rest_error(400, invalid, text);
    for wrong in [json!({"Name": "12", "FunctionVersion": "1"}), routed("1", json!({"2": 1.5}))] {
        assert_eq!(create(wrong).await.header("x-amzn-errortype"), Some("ValidationException"));
    }
}
