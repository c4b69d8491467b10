//! ListSecrets, page after page, on one connection.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};

use crate::exchange::Exchange;
use crate::histogram::Histogram;
use crate::requests::LIST_SECRETS;
use crate::secrets;
use crate::server::Server;
use crate::sign::Post;
use crate::visits::Sample;

const PAGE: usize = 100;
/// How deep a walk by date goes before it starts again.
const PAGES_BY_DATE: usize = 50;
const PAGES_BY_PREFIX: usize = 3;

pub fn by_date(server: &Server, duration: Duration) -> Result<Sample> {
    walk(server, duration, PAGES_BY_DATE, "created-date", |_| (json!([]), String::new()))
}

/// In order of the names. Prefixes are long enough to be selective and short enough that the smaller folder fills the pages asked for.
pub fn by_prefix(server: &Server, fewest_secrets: u64, duration: Duration) -> Result<Sample> {
    let digits = if fewest_secrets >= 100_000 { 2 } else { 1 };
    let groups = 1_u64 << (4 * digits);
    walk(server, duration, PAGES_BY_PREFIX, "name", |walk| {
        let prefix = secrets::name_prefix(secrets::scattered(walk) % groups, digits);
        (json!([{ "Key": "name", "Values": [prefix.clone()] }]), prefix)
    })
}

/// `filters_of`: for each walk, the filters and the prefix that every name must then have.
fn walk(
    server: &Server,
    duration: Duration,
    pages: usize,
    sort_by: &str,
    filters_of: impl Fn(u64) -> (Value, String),
) -> Result<Sample> {
    let (caller, mut exchange) = (server.caller(), Exchange::open(&server.target)?);
    let (mut latency, mut sample, mut walks) = (Histogram::default(), Sample::default(), 0);
    let started = Instant::now();
    while started.elapsed() < duration {
        let (filters, prefix) = filters_of(walks);
        walks += 1;
        let mut next_token = None;
        for _ in 0..pages {
            let mut question = json!({ "MaxResults": PAGE, "Filters": filters, "SortBy": sort_by });
            if let (Some(fields), Some(token)) = (question.as_object_mut(), next_token.take()) {
                fields.insert("NextToken".to_owned(), token);
            }
            let body = question.to_string();
            let mut request = Vec::new();
            let post =
                Post { host: &caller.host, path: "/", target: Some(LIST_SECRETS), body: body.as_bytes(), close: false };
            caller.signer().append_post(&mut request, &post);

            let asked_at = Instant::now();
            let answer = exchange.ask(&request)?;
            latency.record(asked_at.elapsed());

            let mut page: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            if answer.status != 200 || !is_full(&page, &prefix) {
                sample.wrong += 1;
                let start = answer.body.get(..300).unwrap_or(&answer.body);
                sample.first_wrong.get_or_insert(format!("{}: {}", answer.status, String::from_utf8_lossy(start)));
            }
            next_token = page.get_mut("NextToken").map(Value::take);
            if next_token.is_none() {
                break;
            }
        }
    }
    sample.rate = latency.count() as f64 / started.elapsed().as_secs_f64();
    sample.p50_us = latency.quantile_us(0.50);
    sample.p99_us = latency.quantile_us(0.99);
    Ok(sample)
}

/// A hundred secrets whose names begin with `prefix`. The walks end before the last page, so every page is full.
fn is_full(page: &Value, prefix: &str) -> bool {
    let Some(secrets) = page.get("SecretList").and_then(Value::as_array) else { return false };
    let matches =
        |secret: &Value| secret.get("Name").and_then(Value::as_str).is_some_and(|name| name.starts_with(prefix));
    secrets.len() == PAGE && secrets.iter().all(matches)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(names: impl Iterator<Item = String>) -> Value {
        let secrets: Vec<Value> = names.map(|name| json!({ "Name": name })).collect();
        json!({ "SecretList": secrets })
    }

    #[test]
    fn a_page_is_right_when_it_is_full_and_every_name_has_the_prefix() {
        assert!(is_full(&page((0..100).map(|index| format!("bench/3f{index}"))), "bench/3f"));
        assert!(!is_full(&page((0..99).map(|index| format!("bench/3f{index}"))), "bench/3f"));
        assert!(!is_full(&page((0..100).map(|index| format!("bench/{index}"))), "bench/3f"));
        assert!(!is_full(&json!({ "__type": "ThrottlingException" }), ""));
    }
}
