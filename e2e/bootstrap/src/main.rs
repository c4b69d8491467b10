//! A function as its author would write it: nothing here knows of keepwell.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    if event.payload == "fail" {
        return Err("it was asked to".into());
    }
    Ok(json!({
        "event": event.payload,
        "name": event.context.env_config.function_name,
        "memory": event.context.env_config.memory,
        "request_id": event.context.request_id,
        "arn": event.context.invoked_function_arn,
        "trace": event.context.xray_trace_id,
    }))
}
