use serde_json::{Value, json};

use crate::stage::{Function, Stage};

#[tokio::test]
async fn both_styles_of_handlers_answer() {
    let stage = Stage::new();
    for (code, answer) in [
        (
            "exports.handler = async (event) => ({ event, greeting: process.env.GREETING });",
            json!({"event": {"a": 1}, "greeting": "hello"}),
        ),
        (
            "exports.handler = (event, context, callback) => setTimeout(() => callback(null, 'late'), 50);",
            json!("late"),
        ),
        ("exports.handler = (event, context) => context.succeed('old');", json!("old")),
        ("exports.handler = () => {};", Value::Null),
        ("exports.handler = async () => undefined;", Value::Null),
        (
            "exports.handler = (event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 1000); callback(null, 'at once'); };",
            json!("at once"),
        ),
        (
            "exports.handler = (event, context, callback) => { callback(null, 'first'); callback(null, 'second'); };",
            json!("first"),
        ),
    ] {
        let function = Function::node(code);
        assert_eq!(stage.answer(&function, r#"{"a": 1}"#).await, answer, "{code}");
        assert_eq!(stage.answer(&function, r#"{"a": 1}"#).await, answer, "{code}, warm");
    }
    stage.close().await;
}

#[tokio::test]
async fn es_modules_nested_handlers_and_folders_are_found() {
    let stage = Stage::new();
    for (handler, files) in [
        (
            "index.handler",
            &[("index.mjs", "import os from 'node:os'; export const handler = async () => typeof os.cpus;")][..],
        ),
        (
            "index.handler",
            &[
                ("index.js", "export const handler = async () => 'function';"),
                ("package.json", r#"{"type": "module"}"#),
            ][..],
        ),
        ("index.deep.handler", &[("index.js", "exports.deep = { handler: async () => 'function' };")][..]),
        (
            "src/app.run",
            &[
                ("src/app.js", "exports.run = async () => typeof require('left').pad;"),
                ("node_modules/left/index.js", "exports.pad = () => 1;"),
            ][..],
        ),
        ("index.handler", &[("index.cjs", "exports.handler = async () => 'function';")][..]),
    ] {
        let function = Function::new("nodejs22.x", handler, files);
        assert_eq!(stage.answer(&function, "{}").await, "function", "{handler} {files:?}");
    }
    stage.close().await;
}

#[tokio::test]
async fn the_context_is_awss() {
    let stage = Stage::new();
    let function = Function::node(
        "exports.handler = async (event, context) => [context.functionName === process.env.AWS_LAMBDA_FUNCTION_NAME, \
         context.functionVersion, context.memoryLimitInMB, context.awsRequestId.length, context.invokedFunctionArn.slice(0, 15), \
         context.logGroupName.slice(0, 12), context.logStreamName.length, context.clientContext.custom.who, \
         context.getRemainingTimeInMillis() > 25000, process.env._X_AMZN_TRACE_ID.slice(0, 5), process.cwd() === process.env.LAMBDA_TASK_ROOT];",
    );
    assert_eq!(
        stage.answer(&function, "{}").await,
        json!([true, "$LATEST", "256", 36, "arn:aws:lambda:", "/aws/lambda/", 52, "zoë", true, "Root=", true])
    );
    stage.close().await;
}

#[tokio::test]
async fn errors_are_awss() {
    let stage = Stage::new();
    for (code, error_type, message) in [
        ("exports.handler = async () => { throw new TypeError('odd'); };", "TypeError", "odd"),
        ("exports.handler = (event, context, callback) => callback(new RangeError('far'));", "RangeError", "far"),
        ("exports.handler = async () => { throw 'text'; };", "string", "text"),
        ("exports.handler = () => { throw new Error('at once'); };", "Error", "at once"),
        (
            "exports.handler = async () => { const a = {}; a.a = a; return a; };",
            "Runtime.MarshalError",
            "Unable to stringify response body: ",
        ),
        (
            "exports.handler = () => { setTimeout(() => { throw new Error('nobody'); }, 10); return new Promise(() => {}); };",
            "Error",
            "nobody",
        ),
        (
            "exports.handler = async () => { Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 500)); };",
            "Runtime.UnhandledPromiseRejection",
            "Error: lost",
        ),
        ("require('nowhere');", "Runtime.ImportModuleError", "Error: Cannot find module 'nowhere'"),
        ("exports.other = 1;", "Runtime.HandlerNotFound", "index.handler is undefined or not exported"),
        ("exports.handler = 1;", "Runtime.HandlerNotFound", "index.handler is not a function"),
        ("exports.handler = (;", "Runtime.UserCodeSyntaxError", "SyntaxError: "),
        ("throw new Error('begun badly');", "Error", "begun badly"),
    ] {
        let (payload, tail) = stage.failure(&Function::node(code), "{}").await;
        let told: Value = serde_json::from_str(&payload).unwrap_or_else(|_| panic!("{payload}"));
        assert_eq!(told["errorType"], error_type, "{code}: {payload}");
        assert!(told["errorMessage"].as_str().unwrap().starts_with(message), "{code}: {payload}");
        assert!(told["trace"].is_array(), "{payload}");
        assert!(tail.contains("\tERROR\t"), "{tail}");
    }
    let (payload, _) = stage.failure(&Function::new("nodejs20.x", "index", &[("index.js", "")]), "{}").await;
    assert!(payload.contains("Runtime.MalformedHandlerName"), "{payload}");
    stage.close().await;
}

#[tokio::test]
async fn the_console_has_times_request_ids_and_levels() {
    let stage = Stage::new();
    let function = Function::node(
        "exports.handler = async (event, context) => { console.log('one\\ntwo', { a: 1 }); console.warn('careful'); return context.awsRequestId; };",
    );
    let invoked = stage.invoke(&function, "{}").await.unwrap();
    let facades::InvocationEnd::Answered(id) = invoked.end else { panic!() };
    let id: String = serde_json::from_slice(&id).unwrap();
    let tail = String::from_utf8(invoked.log_tail).unwrap();
    assert!(tail.contains(&format!("Z\t{id}\tINFO\tone\rtwo {{ a: 1 }}\n20")), "{tail}");
    assert!(tail.contains(&format!("Z\t{id}\tWARN\tcareful\n")), "{tail}");
    stage.close().await;
}
