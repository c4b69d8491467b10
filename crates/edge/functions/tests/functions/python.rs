use std::time::Duration;

use keepwell_functions::OfficialClient;
use serde_json::json;

use crate::stage::{Function, Stage};

#[tokio::test]
async fn a_function_gets_its_event_its_context_and_its_environment() {
    let stage = Stage::with(|settings| settings.endpoint_url = Some("http://127.0.0.1:5337".to_owned()));
    let function = Function::python(
        r#"
import os, sys

def handler(event, context):
    return {
        "event": event,
        "greeting": os.environ["GREETING"],
        "credentials": [os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")],
        "endpoints": [os.environ["AWS_ENDPOINT_URL"], os.environ["SECRETS_MANAGER_ENDPOINT"]],
        "region": os.environ["AWS_REGION"],
        "execution": os.environ["AWS_EXECUTION_ENV"],
        "trace": os.environ["_X_AMZN_TRACE_ID"],
        "root": os.environ["LAMBDA_TASK_ROOT"] == os.getcwd() == sys.path[0],
        "context": [context.function_name == os.environ["AWS_LAMBDA_FUNCTION_NAME"], context.function_version,
                    context.memory_limit_in_mb, context.log_group_name.startswith("/aws/lambda/story-"),
                    context.log_stream_name[10:21], len(context.log_stream_name), len(context.aws_request_id),
                    context.invoked_function_arn.startswith("arn:aws:lambda:"), context.identity.cognito_identity_id],
        "remaining": 25000 < context.get_remaining_time_in_millis() <= 30000,
        "client": [context.client_context.custom, context.client_context.client.app_title],
        "unicode": "zoë",
        "more": sorted(name for name in os.environ if "KEEPWELL" in name or "CARGO" in name),
    }
"#,
    );
    let answer = stage.answer(&function, r#"{"a": [1, "ü"]}"#).await;
    assert_eq!(
        answer,
        json!({
            "event": {"a": [1, "ü"]},
            "greeting": "hello",
            "credentials": ["ASIAEXAMPLE", "secret-of-the-role", "token-of-the-role"],
            "endpoints": ["http://127.0.0.1:5337", "http://127.0.0.1:5337"],
            "region": "eu-west-1",
            "execution": "AWS_Lambda_python3.12",
            "trace": "Root=1-5f59510c-047f43fa9c899bf0e1a57cef;Sampled=0",
            "root": true,
            "context": [true, "$LATEST", "256", true, "/[$LATEST]0", 52, 36, true, null],
            "remaining": true,
            "client": [{"who": "zoë"}, "t"],
            "unicode": "zoë",
            "more": [],
        })
    );
    stage.close().await;
}

#[tokio::test]
async fn handlers_lie_in_packages_and_folders() {
    let stage = Stage::new();
    for (handler, file) in
        [("pack.age.module.run", "pack/age/module.py"), ("src/deep/module.run", "src/deep/module.py")]
    {
        let function = Function::new(
            "python3.9",
            handler,
            &[(file, "import helper\ndef run(event, context): return helper.x"), ("helper.py", "x = 7")],
        );
        assert_eq!(stage.answer(&function, "{}").await, 7, "{handler}");
    }
    stage.close().await;
}

#[tokio::test]
async fn an_exception_is_told_as_aws_tells_it() {
    let stage = Stage::new();
    let function = Function::python(
        "def inner():\n    raise ValueError('too \"bad\"')\n\ndef handler(event, context):\n    inner()\n",
    );
    let (payload, tail) = stage.failure(&function, "{}").await;
    let payload: serde_json::Value = serde_json::from_str(&payload).unwrap();
    assert_eq!(payload["errorMessage"], "too \"bad\"");
    assert_eq!(payload["errorType"], "ValueError");
    assert_eq!(payload["requestId"].as_str().unwrap().len(), 36);
    let trace: Vec<&str> =
        payload["stackTrace"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert_eq!(trace.len(), 2);
    assert!(trace[0].ends_with("app.py\", line 5, in handler\n    inner()\n"), "{trace:?}");
    assert!(tail.contains("[ERROR] ValueError: too \"bad\"\rTraceback (most recent call last):\r  File "), "{tail}");
    // The process is not to blame: the next call finds it warm.
    let (_, tail) = stage.failure(&function, "{}").await;
    assert!(!tail.contains("Init Duration"), "{tail}");
    stage.close().await;
}

#[tokio::test]
async fn what_is_wrong_before_the_first_call_is_the_answer_to_it() {
    let stage = Stage::new();
    for (handler, code, payload) in [
        (
            "app.handler",
            "import nowhere",
            r#"{"errorMessage": "Unable to import module 'app': No module named 'nowhere'", "errorType": "Runtime.ImportModuleError", "requestId": "", "stackTrace": []}"#,
        ),
        (
            "missing.handler",
            "",
            r#"{"errorMessage": "Unable to import module 'missing': No module named 'missing'", "errorType": "Runtime.ImportModuleError", "requestId": "", "stackTrace": []}"#,
        ),
        (
            "app.missing",
            "",
            r#"{"errorMessage": "Handler 'missing' missing on module 'app'", "errorType": "Runtime.HandlerNotFound", "requestId": "", "stackTrace": []}"#,
        ),
        (
            "app",
            "",
            r#"{"errorMessage": "Bad handler 'app': not enough values to unpack (expected 2, got 1)", "errorType": "Runtime.MalformedHandlerName", "requestId": "", "stackTrace": []}"#,
        ),
    ] {
        let function = Function::new("python3.12", handler, &[("app.py", code)]);
        let (told, tail) = stage.failure(&function, "{}").await;
        assert_eq!(told, payload);
        assert!(tail.contains("START RequestId: ") && tail.contains("Status: error\tError Type: Runtime."), "{tail}");
    }
    let (told, _) = stage.failure(&Function::python("raise KeyError('x')"), "{}").await;
    assert!(
        told.starts_with(
            r#"{"errorMessage": "'x'", "errorType": "KeyError", "requestId": "", "stackTrace": ["  File "#
        ),
        "{told}"
    );
    let (told, _) = stage.failure(&Function::python("def handler(:"), "{}").await;
    assert!(told.contains("Runtime.UserCodeSyntaxError") && told.contains("Syntax error in module 'app': "), "{told}");
    stage.close().await;
}

#[tokio::test]
async fn what_json_cannot_say_is_a_marshalling_error() {
    let stage = Stage::new();
    let function = Function::python("def handler(event, context): return {1}");
    let (told, _) = stage.failure(&function, "{}").await;
    assert!(
        told.contains(r#""errorMessage": "Unable to marshal response: Object of type set is not JSON serializable""#),
        "{told}"
    );
    assert!(told.contains(r#""errorType": "Runtime.MarshalError""#), "{told}");
    let decimals =
        Function::python("from decimal import Decimal\ndef handler(event, context): return [Decimal('1.5'), None]");
    assert_eq!(stage.answer(&decimals, "{}").await, json!([1.5, null]));
    stage.close().await;
}

#[tokio::test]
async fn logging_has_levels_times_and_request_ids() {
    let stage = Stage::new();
    let function = Function::python(
        "import logging\nlogging.getLogger().setLevel('INFO')\ndef handler(event, context):\n    logging.info('told')\n    \
         logging.getLogger('x').warning('warned')\n    print('printed', end='')\n    context.log('logged\\n')\n    \
         return context.aws_request_id",
    );
    let invoked = stage.invoke(&function, "{}").await.unwrap();
    let facades::InvocationEnd::Answered(id) = invoked.end else { panic!() };
    let id: String = serde_json::from_slice(&id).unwrap();
    let tail = String::from_utf8(invoked.log_tail).unwrap();
    let told = tail.lines().find(|line| line.starts_with("[INFO]\t20")).unwrap();
    assert!(told.ends_with(&format!("Z\t{id}\ttold")), "{tail}");
    assert!(tail.contains(&format!("Z\t{id}\twarned\nprintedlogged\nEND RequestId: {id}\n")), "{tail}");
    stage.close().await;
}

#[tokio::test]
async fn libraries_of_the_operator_come_after_the_functions_own() {
    let libraries = tempfile::Builder::new().permissions(crate::stage::mode(0o755)).tempdir().unwrap();
    std::fs::write(libraries.path().join("shared.py"), "where = 'operator'").unwrap();
    std::fs::write(libraries.path().join("both.py"), "where = 'operator'").unwrap();
    let path = libraries.path().to_owned();
    let stage = Stage::with(|settings| settings.python.libraries = vec![path]);
    let function = Function::new(
        "python3.12",
        "app.handler",
        &[
            ("app.py", "import shared, both\ndef handler(event, context): return [shared.where, both.where]"),
            ("both.py", "where = 'function'"),
        ],
    );
    assert_eq!(stage.answer(&function, "{}").await, json!(["operator", "function"]));
    stage.close().await;
}

/// `make test` installs it beside the build.
fn python_with_awss_client() -> std::path::PathBuf {
    let name = "AWSLAMBDARIC_PYTHON";
    let python = std::env::var_os(name).map(std::path::PathBuf::from).unwrap_or_else(|| {
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/awslambdaric/bin/python")
    });
    assert!(python.exists(), "{} has no awslambdaric: see scripts/test.sh, or set {name}", python.display());
    python
}

#[tokio::test]
async fn awss_own_client_runs_functions_unmodified() {
    let python = python_with_awss_client();
    let stage = Stage::with(|settings| settings.python.path = Some(python));
    let function = Function::python(
        r#"
import logging, os, sys
logging.getLogger().setLevel("INFO")
def handler(event, context):
    if event == "exit":
        sys.exit(3)
    if event == "raise":
        raise KeyError("x")
    logging.info("told")
    return [event, "awslambdaric" in sys.modules, context.function_version, context.get_remaining_time_in_millis() > 0,
            context.client_context.custom, os.environ["_X_AMZN_TRACE_ID"]]
"#,
    );
    let invoked = stage.invoke(&function, "[1]").await.unwrap();
    let tail = String::from_utf8(invoked.log_tail).unwrap();
    let facades::InvocationEnd::Answered(answer) = invoked.end else { panic!("{tail}") };
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    let trace = "Root=1-5f59510c-047f43fa9c899bf0e1a57cef;Sampled=0";
    assert_eq!(answer, json!([[1], true, "$LATEST", true, {"who": "zoë"}, trace]));
    assert!(tail.contains("[INFO]\t20") && tail.contains("\ttold\n"), "{tail}");
    let (payload, tail) = stage.failure(&function, r#""raise""#).await;
    assert!(payload.contains(r#""errorType": "KeyError""#) && payload.contains("stackTrace"), "{payload}");
    assert!(tail.contains("[ERROR] KeyError: 'x'\rTraceback"), "{tail}");
    let (payload, _) = stage.failure(&function, r#""exit""#).await;
    assert!(payload.contains("Runtime exited with error: exit status 3"), "{payload}");
    let (payload, _) = stage.failure(&Function::python("import nowhere"), "{}").await;
    assert!(
        payload.contains("Runtime.ImportModuleError") && payload.contains("No module named 'nowhere'"),
        "{payload}"
    );
    stage.printed.comes("with awslambdaric").await;
    stage.close().await;
}

#[tokio::test]
async fn awss_own_client_may_be_left_out_or_demanded() {
    let python = python_with_awss_client();
    let code = "import sys\ndef handler(event, context): return 'awslambdaric' in sys.modules";
    let stage = Stage::with(|settings| {
        settings.python.path = Some(python);
        settings.python_client = OfficialClient::Never;
    });
    assert_eq!(stage.answer(&Function::python(code), "{}").await, false);
    let described = stage.client.describe().await.unwrap();
    assert!(described.runtimes[0].sdk.is_some() && described.runtimes[0].advice.is_empty(), "{described:?}");
    stage.close().await;

    let stage = Stage::with(|settings| settings.python_client = OfficialClient::Always);
    let error = stage.invoke(&Function::python(code), "{}").await.unwrap_err();
    assert!(error.to_string().contains("has no awslambdaric"), "{error}");
    stage.close().await;
}

#[tokio::test]
async fn a_missing_interpreter_is_an_error_that_says_what_to_do() {
    let stage = Stage::with(|settings| settings.search_path = "/nowhere".to_owned());
    let function = Function::python("def handler(event, context): return 1").timeout(Duration::from_secs(1));
    let error = stage.invoke(&function, "{}").await.unwrap_err().to_string();
    assert!(error.starts_with("No Python 3.9 or newer was found for python3.12: "), "{error}");
    assert!(error.contains("[functions.runtimes.python]"), "{error}");
    stage.close().await;
}
