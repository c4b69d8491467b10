//! Packages: how they change, and how they rest.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{OTHER_ZIP, Workshop, ZIP, function_arn, path};

fn with_zip(bytes: &[u8], more: Value) -> Value {
    let mut members = more;
    members["ZipFile"] = json!(STANDARD.encode(bytes));
    members
}

#[tokio::test]
async fn another_package_is_what_runs_from_then_on() {
    let workshop = Workshop::open().await;
    let created = workshop.made("app").await;
    let update = with_zip(OTHER_ZIP, json!({"RevisionId": created["RevisionId"]}));
    let updated = workshop.admin().rest("PUT", &path("app", "/code"), update.clone()).await.rest_json(200);
    assert_ne!(updated["CodeSha256"], created["CodeSha256"]);
    assert_ne!(updated["RevisionId"], created["RevisionId"]);
    assert_eq!((&updated["State"], &updated["LastUpdateStatus"]), (&json!("Active"), &json!("InProgress")));
    assert_eq!(updated["LastUpdateStatusReason"], "The function is being created.");
    assert_eq!(workshop.host.retired(), [function_arn("app")]);
    workshop.admin().invoke("app", &[], b"{}").await.rest_json(200);
    assert_eq!(workshop.host.calls()[0].code, OTHER_ZIP);

    let stale = workshop.admin().rest("PUT", &path("app", "/code"), update).await;
    let text = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to \
                retrieve the latest Revision Id";
    stale.is_rest_error(412, "PreconditionFailedException", text);
}

#[tokio::test]
async fn a_package_goes_with_the_last_version_that_has_it() {
    let workshop = Workshop::open().await;
    workshop.made_with("app", json!({"Publish": true})).await;
    let kept = || workshop.house.rows(&[]).iter().filter(|row| row.starts_with("function_code:")).count();
    assert_eq!(kept(), 1);
    let published = with_zip(OTHER_ZIP, json!({"Publish": true}));
    let published = workshop.admin().rest("PUT", &path("app", "/code"), published).await.rest_json(200);
    assert_eq!((&published["Version"], &published["FunctionArn"]), (&json!("2"), &json!(function_arn("app") + ":2")));
    assert_eq!(kept(), 2);
    // Back to the first, which is there already.
    workshop.admin().rest("PUT", &path("app", "/code"), with_zip(ZIP, json!({}))).await.rest_json(200);
    assert_eq!(kept(), 2);
    workshop.admin().rest("DELETE", &path("app", "?Qualifier=2"), Value::Null).await.is_rest_empty(204);
    assert_eq!(kept(), 1);
    workshop.admin().rest("DELETE", &path("app", ""), Value::Null).await.is_rest_empty(204);
    assert_eq!(kept(), 0);
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let rows = workshop.house.rows(&[]);
    let dry = with_zip(OTHER_ZIP, json!({"DryRun": true}));
    workshop.admin().rest("PUT", &path("app", "/code"), dry).await.rest_json(200);
    assert_eq!(workshop.house.rows(&[]), rows);
    let wrong = with_zip(b"text", json!({"DryRun": true}));
    let refused = workshop.admin().rest("PUT", &path("app", "/code"), wrong).await;
    let text = "Could not unzip uploaded file. Please check your file, then try to upload again.";
    refused.is_rest_error(400, "InvalidParameterValueException", text);
    let image = workshop.admin().rest("PUT", &path("app", "/code"), json!({"ImageUri": "image"})).await;
    let text = "Please don't provide ImageUri when updating a function with packageType Zip.";
    image.is_rest_error(400, "InvalidParameterValueException", text);
}

#[tokio::test]
async fn neither_code_nor_variables_rest_in_the_clear() {
    let workshop = Workshop::open().await;
    let secret = "a-very-long-secret-value";
    workshop.made_with("app", json!({"Environment": {"Variables": {"PASSWORD": secret}}})).await;
    workshop.made_with("other", json!({"Code": {"ZipFile": STANDARD.encode(b"PK\x03\x04 print('plain code')")}})).await;
    let grounds = workshop.house.close().await;
    for file in grounds.files() {
        let bytes = std::fs::read(&file).unwrap();
        for plain in [secret.as_bytes(), b"plain code", STANDARD.encode("plain code").as_bytes()] {
            assert!(!bytes.windows(plain.len()).any(|part| part == plain), "{}", file.display());
        }
    }
}
