use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use serde_json::json;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::stage::{Function, Stage};

/// From `e2e/bootstrap`, built as the program is.
fn bootstrap() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().and_then(Path::parent).unwrap().join("keepwell-bootstrap");
    assert!(program.exists(), "{} is missing: cargo build --package keepwell-e2e-bootstrap", program.display());
    program
}

#[tokio::test]
async fn a_function_in_rust_runs_unmodified() {
    let stage = Stage::new();
    let mut function = Function::provided("");
    // This client wants members that others do not.
    function.client_context = None;
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("bootstrap", SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
    writer.write_all(&fs::read(bootstrap()).unwrap()).unwrap();
    function.archive = writer.finish().unwrap().into_inner().into();
    let mut answer = stage.answer(&function, r#"{"a": 1}"#).await;
    assert_eq!(answer["request_id"].take().as_str().unwrap().len(), 36);
    let expected = json!({
        "event": {"a": 1},
        "name": function.to_run.name,
        "memory": 256,
        "request_id": null,
        "arn": function.to_run.arn,
        "trace": "Root=1-5f59510c-047f43fa9c899bf0e1a57cef;Sampled=0",
    });
    assert_eq!(answer, expected);
    let (payload, tail) = stage.failure(&function, r#""fail""#).await;
    assert!(payload.contains(r#""errorMessage":"it was asked to""#), "{payload}");
    assert!(!tail.contains("Init Duration"), "the first call's process took the second one: {tail}");
    stage.close().await;
}
