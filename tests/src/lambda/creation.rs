//! New functions: what is answered of them, and what is refused.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Workshop, ZIP, function_arn, path, rest_letter};
use crate::{house::OTHER_REGION, letters::Persona, people::trusting};

#[tokio::test]
async fn a_new_function_is_pending_and_then_active() {
    let workshop = Workshop::open().await;
    let created = workshop.made("app").await;
    let revision = created["RevisionId"].as_str().unwrap();
    assert_eq!(revision.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, ZIP);
    let mut expected = json!({
        "FunctionName": "app", "FunctionArn": function_arn("app"), "Runtime": "python3.12", "Handler": "app.handler",
        "Role": workshop.role.arn, "CodeSize": ZIP.len(), "CodeSha256": STANDARD.encode(digest), "Description": "",
        "Timeout": 3, "MemorySize": 128, "LastModified": "2026-03-02T08:00:00.123+0000", "Version": "$LATEST",
        "TracingConfig": {"Mode": "PassThrough"}, "RevisionId": revision, "PackageType": "Zip",
        "Architectures": ["x86_64"], "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/app"},
        "RuntimeVersionConfig": created["RuntimeVersionConfig"],
        "State": "Pending", "StateReason": "The function is being created.", "StateReasonCode": "Creating",
    });
    assert_eq!(created, expected);

    let read = workshop.admin().rest("GET", &path("app", "/configuration"), Value::Null).await.rest_json(200);
    for gone in ["StateReason", "StateReasonCode"] {
        expected.as_object_mut().unwrap().remove(gone);
    }
    expected["State"] = json!("Active");
    expected["LastUpdateStatus"] = json!("Successful");
    assert_eq!(read, expected);
    let whole = workshop.admin().rest("GET", &path("app", ""), Value::Null).await.rest_json(200);
    assert_eq!(whole, json!({"Configuration": expected, "Code": {"RepositoryType": "S3"}}));
}

#[tokio::test]
async fn everything_that_may_be_said_is_kept() {
    let workshop = Workshop::open().await;
    let said = json!({
        "Description": "описание", "Timeout": 900, "MemorySize": 10240, "EphemeralStorage": {"Size": 10240},
        "Architectures": ["arm64"], "Runtime": "provided.al2023", "Handler": "bootstrap",
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/own/group"},
        "Environment": {"Variables": {"STAGE": "prod", "PASSWORD": "s3cret \"quoted\""}},
    });
    let more = json!({"Tags": {"team": "core"}, "Publish": true});
    let mut members = said.clone();
    members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let created = workshop.made_with("app", members).await;
    assert_eq!(created["Version"], "1");
    workshop
        .admin()
        .rest("PUT", "/2017-10-31/functions/app/concurrency", json!({"ReservedConcurrentExecutions": 5}))
        .await;
    let house = workshop.house.close().await.open_with_host(workshop.host).await;
    let read = house.admin().rest("GET", &path("app", ""), Value::Null).await.rest_json(200);
    for (member, value) in said.as_object().unwrap() {
        assert_eq!(read["Configuration"][member], *value, "{member}");
    }
    assert_eq!(read["Tags"], json!({"team": "core"}));
    assert_eq!(read["Concurrency"], json!({"ReservedConcurrentExecutions": 5}));
}

#[tokio::test]
async fn a_name_is_taken_once_in_a_region() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let again = workshop.admin().rest("POST", "/2015-03-31/functions", workshop.asked("app", json!({}))).await;
    again.is_rest_error(409, "ResourceConflictException", "Function already exist: app");
    let elsewhere = workshop.admin().in_region(OTHER_REGION);
    elsewhere.rest("POST", "/2015-03-31/functions", workshop.asked("app", json!({}))).await.rest_json(201);
    let deleted = workshop.admin().rest("DELETE", &path("app", ""), Value::Null).await;
    deleted.is_rest_empty(204);
    let gone = format!("Function not found: {}", function_arn("app"));
    let read = workshop.admin().rest("GET", &path("app", ""), Value::Null).await;
    read.is_rest_error(404, "ResourceNotFoundException", &gone);
    workshop.made("app").await;
}

#[tokio::test]
async fn an_arn_of_another_region_is_not_reached() {
    let workshop = Workshop::open().await;
    let arn = super::in_path("arn:aws:lambda:us-east-1:111122223333:function:app");
    let read = workshop.admin().rest("GET", &path(&arn, ""), Value::Null).await;
    let text = "Functions from 'us-east-1' are not reachable in this region ('eu-central-1')";
    read.is_rest_error(404, "ResourceNotFoundException", text);
    let arn = super::in_path(&function_arn("app"));
    workshop.made("app").await;
    for form in [&*arn, "111122223333%3Afunction%3Aapp", "app%3A%24LATEST", "function%3Aapp"] {
        let read = workshop.admin().rest("GET", &path(form, "/configuration"), Value::Null).await.rest_json(200);
        assert_eq!(read["FunctionName"], "app", "{form}");
    }
}

#[tokio::test]
async fn what_cannot_be_a_function_is_refused() {
    let workshop = Workshop::open().await;
    let invalid = "InvalidParameterValueException";
    let zip = |bytes: &[u8]| json!({"Code": {"ZipFile": STANDARD.encode(bytes)}});
    let stranger = workshop.admin().role("stranger", &trusting(crate::house::ACCOUNT), "").await;
    let rows = [
        (zip(b"text"), "Could not unzip uploaded file. Please check your file, then try to upload again."),
        (zip(b"bomb"), "Unzipped size must be smaller than 262144000 bytes"),
        (zip(b"nowhere"), "This server runs no functions."),
        (json!({"Code": {}}), "Please provide a source for function code."),
        (json!({"Code": {"S3Bucket": "bucket", "S3Key": "key"}}), "Code.S3Bucket is not supported by this server."),
        (json!({"PackageType": "Image"}), "PackageType Image is not supported by this server."),
        (
            json!({"Layers": ["arn:aws:lambda:eu-central-1:111122223333:layer:l:1"]}),
            "Layers is not supported by this server.",
        ),
        (json!({"TracingConfig": {"Mode": "Active"}}), "TracingConfig.Mode Active is not supported by this server."),
        (json!({"Role": stranger.arn}), "The role defined for the function cannot be assumed by Lambda."),
        (
            json!({"Role": "arn:aws:iam::111122223333:role/nobody"}),
            "The role defined for the function cannot be assumed by Lambda.",
        ),
        (
            json!({"Environment": {"Variables": {"AWS_REGION": "a", "AWS_SESSION_TOKEN": "b", "MINE": "c"}}}),
            "Lambda was unable to configure your environment variables because the environment variables you have provided \
             contains reserved keys that are currently not supported for modification. Reserved keys used in this request: \
             AWS_REGION, AWS_SESSION_TOKEN",
        ),
        (
            json!({"Environment": {"Variables": {"LONG": "x".repeat(4096)}}}),
            "Lambda was unable to configure your environment variables because the environment variables you have provided \
             exceeded the 4KB limit.",
        ),
    ];
    for (more, text) in rows {
        let answer = workshop.admin().rest("POST", "/2015-03-31/functions", workshop.asked("app", more)).await;
        answer.is_rest_error(400, invalid, text);
    }
    let answer =
        workshop.admin().rest("POST", "/2015-03-31/functions", workshop.asked("app", json!({"Timeout": 901}))).await;
    let text = "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value \
                less than or equal to 900";
    answer.is_rest_error(400, "ValidationException", text);
    assert_eq!(workshop.house.rows(&[]).iter().filter(|row| row.starts_with("function")).count(), 0);
}

#[tokio::test]
async fn a_package_of_more_than_fifty_mebibytes_is_too_large() {
    let workshop = Workshop::open().await;
    let mut archive = ZIP.to_vec();
    archive.resize(52_428_801, 0);
    let more = json!({"Code": {"ZipFile": STANDARD.encode(&archive)}});
    let answer = workshop.admin().rest("POST", "/2015-03-31/functions", workshop.asked("app", more)).await;
    let text = "Zipped size must be smaller than 52428800 bytes";
    answer.is_rest_error(413, "RequestEntityTooLargeException", text);
    archive.truncate(52_428_800);
    let more = json!({"Code": {"ZipFile": STANDARD.encode(&archive)}});
    workshop.made_with("app", more).await;
    workshop.admin().invoke("app", &[], b"{}").await.rest_json(200);
    assert_eq!(workshop.host.calls()[0].code.len(), archive.len());
}

#[tokio::test]
async fn what_terraform_sends_empty_asks_for_nothing() {
    let workshop = Workshop::open().await;
    let empty = json!({
        "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}, "Layers": [], "FileSystemConfigs": [],
        "DeadLetterConfig": {"TargetArn": ""}, "KMSKeyArn": "", "SnapStart": {"ApplyOn": "None"},
        "TracingConfig": {"Mode": "PassThrough"}, "PackageType": "Zip",
    });
    workshop.made_with("app", empty.clone()).await;
    let mut members = empty;
    members.as_object_mut().unwrap().remove("PackageType");
    workshop.admin().rest("PUT", &path("app", "/configuration"), members).await.rest_json(200);
}

#[tokio::test]
async fn an_unsigned_call_is_refused() {
    let workshop = Workshop::open().await;
    let answer = workshop.house.deliver(rest_letter("GET", "/2015-03-31/functions", b"")).await;
    assert_eq!(answer.status, 403);
    // Nor one that is signed for another service.
    let mut letter = rest_letter("GET", "/2015-03-31/functions", b"");
    Persona { service: "secretsmanager", ..workshop.admin() }.sign(&mut letter);
    assert_eq!(workshop.house.deliver(letter).await.status, 403);
}
