//! Secrets under a key that a customer made.

use std::ops::Range;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::exchange::Exchange;
use crate::requests::Caller;
use crate::secrets;
use crate::server::Server;
use crate::sign::Post;

/// Makes a key, and puts the secrets with their current versions under it.
pub fn adopt(server: &Server, indexes: Range<u64>) -> Result<()> {
    let caller = server.caller();
    let mut exchange = Exchange::open(&server.target)?;
    let made = ask(&mut exchange, &caller, "kms", "TrentService.CreateKey", &json!({}))?;
    let key = made.pointer("/KeyMetadata/Arn").and_then(Value::as_str).context("the new key has no ARN")?;
    for index in indexes {
        let update = json!({
            "SecretId": secrets::name(index),
            "KmsKeyId": key,
            "ClientRequestToken": secrets::request_token(index),
        });
        ask(&mut exchange, &caller, "secretsmanager", "secretsmanager.UpdateSecret", &update)?;
    }
    let asked = json!({ "SecretId": secrets::name(0) });
    let told = ask(&mut exchange, &caller, "secretsmanager", "secretsmanager.ListSecretVersionIds", &asked)?;
    if told.pointer("/Versions/0/KmsKeyIds/0").and_then(Value::as_str) != Some(key) {
        bail!("the secrets did not go under the new key: {told}");
    }
    Ok(())
}

fn ask(exchange: &mut Exchange, caller: &Caller, service: &str, target: &str, body: &Value) -> Result<Value> {
    let body = body.to_string();
    let mut request = Vec::new();
    let post = Post { host: &caller.host, path: "/", target: Some(target), body: body.as_bytes(), close: false };
    caller.signer_for(service).append_post(&mut request, &post);
    let answer = exchange.ask(&request)?;
    let told = String::from_utf8(answer.body)?;
    if answer.status == 200 {
        Ok(serde_json::from_str(&told)?)
    } else {
        bail!("{target} answered {}: {told}", answer.status)
    }
}
