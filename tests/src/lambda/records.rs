//! What the trail tells of functions.

use serde_json::{Value, json};

use super::{Workshop, function_arn, in_path, path};

fn of_functions(workshop: &Workshop) -> Vec<Value> {
    let records = workshop.house.whole_trail().into_iter();
    records.filter(|record| record["eventSource"] == "lambda.amazonaws.com").collect()
}

#[tokio::test]
async fn calls_are_named_as_cloudtrail_names_them() {
    let workshop = Workshop::open().await;
    let admin = workshop.admin();
    workshop.made("app").await;
    let tags = format!("/2017-03-31/tags/{}", in_path(&function_arn("app")));
    let alias = json!({"Name": "live", "FunctionVersion": "1"});
    let permission = json!({"StatementId": "s", "Action": "lambda:*", "Principal": "*"});
    let rows = [
        ("POST", path("app", "/versions"), json!({}), "PublishVersion20150331"),
        ("POST", path("app", "/aliases"), alias, "CreateAlias20150331"),
        ("PUT", path("app", "/configuration"), json!({"Timeout": 4}), "UpdateFunctionConfiguration20150331v2"),
        ("POST", path("app", "/policy"), permission, "AddPermission20150331v2"),
        ("GET", path("app", "/policy"), Value::Null, "GetPolicy20150331v2"),
        ("GET", path("app", ""), Value::Null, "GetFunction20150331v2"),
        ("POST", tags, json!({"Tags": {"a": "b"}}), "TagResource20170331v2"),
        (
            "PUT",
            "/2017-10-31/functions/app/concurrency".to_owned(),
            json!({"ReservedConcurrentExecutions": 1}),
            "PutFunctionConcurrency20171031",
        ),
        ("GET", "/2019-09-30/functions/app/concurrency".to_owned(), Value::Null, "GetFunctionConcurrency"),
        ("POST", path("app", "/invocations"), json!({}), "Invoke"),
        ("DELETE", path("app", ""), Value::Null, "DeleteFunction20150331"),
    ];
    let mut expected = vec!["CreateFunction20150331"];
    for (method, target, members, name) in rows {
        let answer = admin.rest(method, &target, members).await;
        assert!(answer.status < 300, "{name}: {}", answer.text());
        expected.push(name);
    }
    let records = of_functions(&workshop);
    let names: Vec<&str> = records.iter().map(|record| record["eventName"].as_str().unwrap()).collect();
    assert_eq!(names, expected);
    for record in &records {
        let is_data = record["eventName"] == "Invoke";
        assert_eq!(record["managementEvent"], !is_data);
        assert_eq!(record["eventCategory"], if is_data { "Data" } else { "Management" });
    }
}

#[tokio::test]
async fn records_tell_of_no_code_no_variables_and_no_events() {
    let workshop = Workshop::open().await;
    let variables = json!({"Environment": {"Variables": {"PASSWORD": "hunter2"}}});
    workshop.made_with("app", variables.clone()).await;
    workshop.admin().rest("PUT", &path("app", "/configuration"), variables).await.rest_json(200);
    workshop.admin().invoke("app", &[], br#"{"password":"hunter2"}"#).await.rest_json(200);
    workshop.admin().invoke("app", &[], b"hunter2").await;
    let too_long = json!({"Environment": {"Variables": {"PASSWORD": "hunter2".repeat(999)}}});
    workshop.admin().rest("PUT", &path("app", "/configuration"), too_long).await;
    let raw = workshop.house.raw_trail().concat();
    for secret in ["hunter2", "PASSWORD", "UEsDBC"] {
        assert!(!raw.contains(secret), "{secret}");
    }
    assert!(raw.contains("InvalidRequestContentException"));
}

#[tokio::test]
async fn every_change_of_a_function_has_its_record() {
    let workshop = Workshop::open().await;
    workshop.made("kept").await;
    workshop.made("gone").await;
    workshop.admin().rest("PUT", &path("kept", "/configuration"), json!({"Timeout": 4})).await.rest_json(200);
    workshop.admin().rest("DELETE", &path("gone", ""), Value::Null).await.is_rest_empty(204);
    let grounds = workshop.house.close().await;
    assert_eq!(grounds.audit().findings, []);
}

#[tokio::test]
async fn the_session_of_a_functions_role_is_told_once_and_without_its_secret() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    for _ in 0..3 {
        workshop.admin().invoke("app", &[], b"{}").await.rest_json(200);
    }
    let taken: Vec<Value> = workshop
        .house
        .whole_trail()
        .into_iter()
        .filter(|record| record["userIdentity"]["type"] == "AWSService")
        .collect();
    let [taken] = &taken[..] else { panic!("{taken:?}") };
    assert_eq!((&taken["eventSource"], &taken["eventName"]), (&json!("sts.amazonaws.com"), &json!("AssumeRole")));
    assert_eq!(taken["userIdentity"]["invokedBy"], "lambda.amazonaws.com");
    assert_eq!(taken["requestParameters"], json!({"roleArn": workshop.role.arn, "roleSessionName": "app"}));
    let credentials = taken["responseElements"]["credentials"].as_object().unwrap();
    assert_eq!(credentials.keys().collect::<Vec<_>>(), ["accessKeyId", "expiration"]);
    let run = workshop.host.calls().into_iter().map(|called| called.access_key_id).collect::<Vec<_>>();
    assert_eq!(credentials["accessKeyId"], run.last().unwrap().as_str());
    // The calls of the one session.
    assert!(run.iter().all(|key| key == &run[0]), "{run:?}");
}

#[tokio::test]
async fn a_role_that_stops_trusting_lambda_or_is_gone_runs_nothing() {
    let workshop = Workshop::open().await;
    let admin = workshop.admin();
    workshop.made("app").await;
    workshop.admin().invoke("app", &[], b"{}").await.rest_json(200);
    let other = crate::people::document(json!([{
        "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole",
    }]));
    let parameters = [("RoleName", "worker"), ("PolicyDocument", &*other)];
    admin.iam("UpdateAssumeRolePolicy", &parameters).await.is_success();
    let refusal = workshop.admin().invoke("app", &[], b"{}").await;
    assert_eq!(refusal.status, 403, "{}", refusal.text());
    assert!(refusal.text().contains("cannot be assumed by Lambda"), "{}", refusal.text());
    assert_eq!(workshop.host.calls().len(), 1);
}
