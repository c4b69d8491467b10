//! `keepwell rotations`: what became of a secret's rotations.

use serde_json::{Value, json};

use super::answer;
use super::table::{Table, printable, time};
use crate::client::{Client, list, member, text};
use crate::config::ClientFlags;

/// List what became of a secret's rotations, the newest first.
///
/// Each attempt is listed with its steps, how long they took, why they failed, and where the function's log of them is. The
/// secret's name or ARN is one of the caller's account and region.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Rotations {
    /// The secret's name or ARN.
    secret: String,

    /// How many attempts to list.
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    last: u32,

    #[command(flatten)]
    client: ClientFlags,
}

const EXAMPLES: &str = "\
Examples:
  keepwell rotations prod/db
  keepwell rotations prod/db --last 100 --json";

/// As many as the server answers with at once.
const PAGE_SIZE: u64 = 100;

impl Rotations {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let client = Client::new(&self.client)?;
        let mut attempts: Vec<Value> = Vec::new();
        let mut request = json!({ "SecretId": self.secret });
        let told = loop {
            let wanted = u64::from(self.last).saturating_sub(attempts.len() as u64);
            set(&mut request, "MaxResults", wanted.min(PAGE_SIZE).into());
            let page = client.call("ListRotationAttempts", &request)?;
            attempts.extend(list(&page, "Attempts").iter().cloned());
            match page.get("NextToken") {
                Some(token) if (attempts.len() as u64) < u64::from(self.last) => {
                    set(&mut request, "NextToken", token.clone());
                }
                _ => break page,
            }
        };
        if self.client.json {
            let mut told = told;
            set(&mut told, "Attempts", attempts.into());
            return answer(&format!("{told:#}\n"));
        }
        answer(&report(&told, &attempts)?)
    }
}

fn set(members: &mut Value, name: &str, value: Value) {
    if let Some(members) = members.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

fn report(told: &Value, attempts: &[Value]) -> anyhow::Result<String> {
    let mut report = format!("{}\n\n", printable(text(told, "ARN")?));
    if member(told, "IsStuck") == &Value::Bool(true) {
        report.push_str(
            "A rotation is stuck: it failed as often as it is tried, and waits for its next window, or for rotate-secret.\n\n",
        );
    }
    if attempts.is_empty() {
        report.push_str("It was never rotated.\n");
        return Ok(report);
    }
    let mut table = Table::new(["STARTED", "WHAT", "TOOK", "HOW IT ENDED"]);
    for attempt in attempts {
        let what = format!(
            "{} {}, {}",
            text(attempt, "Kind")?.to_lowercase(),
            member(attempt, "Number"),
            match text(attempt, "Cause")? {
                "SCHEDULE" => "scheduled",
                _ => "asked for",
            }
        );
        table.row([&time(member(attempt, "StartedDate")), &what, &took(attempt), &ending(attempt)?]);
        for step in list(attempt, "Steps") {
            let name = format!("  {}", text(step, "Step")?);
            let millis = member(step, "DurationMillis").as_f64().map(|millis| seconds(millis / 1000.0));
            table.row(["", &name, &millis.unwrap_or_default(), &outcome_of(step)]);
        }
    }
    report.push_str(&table.to_string());
    Ok(report)
}

fn took(attempt: &Value) -> String {
    let at = |name| member(attempt, name).as_f64();
    at("EndedDate").zip(at("StartedDate")).map(|(end, start)| seconds(end - start)).unwrap_or_default()
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.3} s")
}

fn ending(attempt: &Value) -> anyhow::Result<String> {
    let mut ending = text(attempt, "Outcome")?.to_lowercase().replace('_', " ");
    if let Some(error) = member(attempt, "Error").as_str() {
        ending.push_str(&format!(": {error}"));
    }
    if let next @ Value::Number(_) = member(attempt, "NextAttemptDate") {
        ending.push_str(&format!(" (again at {})", time(next)));
    }
    Ok(ending)
}

fn outcome_of(step: &Value) -> String {
    let word = |name| member(step, name).as_str();
    let error = word("Error").map(str::to_owned);
    let unfinished = member(step, "DurationMillis").is_null().then(|| "has not ended".to_owned());
    let log = word("LogGroup").zip(word("LogRequestId"));
    let log = log.map(|(group, request)| format!("log {group}, request {request}"));
    [error, unfinished, log].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_told_with_its_steps() {
        let attempts = [json!({
            "Kind": "ROTATION", "Cause": "SCHEDULE", "Number": 2, "Outcome": "FAILED", "Error": "no \u{1b}luck",
            "StartedDate": 1_772_438_400.0, "EndedDate": 1_772_438_401.5, "NextAttemptDate": 1_772_438_460.0,
            "Steps": [
                { "Step": "createSecret", "DurationMillis": 250 },
                { "Step": "setSecret", "DurationMillis": 1250, "Error": "no luck", "LogGroup": "/aws/lambda/app",
                  "LogRequestId": "r" },
            ],
        })];
        let told = json!({ "ARN": "arn:x", "IsStuck": true });
        let report = report(&told, &attempts).unwrap();
        for line in [
            "arn:x\n",
            "A rotation is stuck: ",
            "2026-03-02T08:00:00Z  rotation 2, scheduled  1.500 s  failed: no \u{fffd}luck (again at 2026-03-02T08:01:00Z)\n",
            "  createSecret         0.250 s\n",
            "  setSecret            1.250 s  no luck; log /aws/lambda/app, request r\n",
        ] {
            assert!(report.contains(line), "{line}\n{report}");
        }
    }

    #[test]
    fn a_secret_that_never_rotated_says_so() {
        let told = json!({ "ARN": "arn:x", "IsStuck": false });
        assert_eq!(report(&told, &[]).unwrap(), "arn:x\n\nIt was never rotated.\n");
    }
}
