//! `keepwell why`: how a recent request was decided, and by what.

use std::fmt::Write;

use serde_json::{Value, json};

use super::table::{printable, time};
use super::{answer, statement};
use crate::client::{Client, list, member, text};
use crate::config::ClientFlags;

/// Explain a recent decision: which statements allowed or denied it, and what was missing.
///
/// The server keeps the decisions of the last hours, refusals longest. A caller learns of those of its own account.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Why {
    /// The id of the request (clients print it with an error) or of its event on the trail.
    id: String,

    #[command(flatten)]
    client: ClientFlags,
}

const EXAMPLES: &str = "\
Examples:
  keepwell why 5f59510c-047f-43fa-9c89-9bf0e1a57cef";

impl Why {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let told = Client::new(&self.client)?.call("ExplainDecision", &json!({ "Id": self.id }))?;
        if self.client.json {
            return answer(&format!("{told:#}\n"));
        }
        let decisions: Vec<String> = list(&told, "Decisions").iter().map(report).collect::<Result<_, _>>()?;
        answer(&decisions.join("\n"))
    }
}

fn report(decision: &Value) -> anyhow::Result<String> {
    let mut report = String::new();
    let is_allowed = text(decision, "Outcome")? == "ALLOWED";
    writeln!(report, "{} {}", if is_allowed { "ALLOWED" } else { "REFUSED" }, text(decision, "Action")?)?;
    for (title, name) in [("who", "Principal"), ("what", "Resource")] {
        writeln!(report, "  {title:<9}{}", printable(text(decision, name)?))?;
    }
    writeln!(report, "  {:<9}{}", "when", time(member(decision, "Time")))?;
    writeln!(report, "  {:<9}{}", "request", text(decision, "RequestId")?)?;
    if let Some(message) = member(decision, "Message").as_str() {
        writeln!(report, "  {:<9}{}", "told", printable(message))?;
    }

    let layers = list(decision, "Layers");
    section(&mut report, "Policies, by kind:", layers.iter().map(layer))?;
    let statements = list(decision, "Statements");
    section(&mut report, "Statements that matched:", statements.iter().map(matched))?;
    if member(decision, "HasMoreStatements") == &Value::Bool(true) {
        report.push_str("  and more\n");
    }
    if statements.is_empty() {
        let told = if is_allowed {
            "No statement was needed: the root user of its own account."
        } else {
            "No statement matched."
        };
        writeln!(report, "{told}")?;
    }
    section(&mut report, "Statements that missed by a condition:", list(decision, "NearMisses").iter().map(near_miss))?;
    let keys = list(decision, "MissingKeys").iter().filter_map(Value::as_str).map(printable);
    section(&mut report, "Condition keys that the request did not have:", keys)?;
    Ok(report)
}

fn section(report: &mut String, title: &str, lines: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        writeln!(report, "{title}")?;
    }
    lines.try_for_each(|line| writeln!(report, "  {line}"))?;
    Ok(())
}

fn layer(layer: &Value) -> String {
    let word = |name| member(layer, name).as_str().unwrap_or_default().to_lowercase().replace('_', " ");
    let is_required = member(layer, "IsRequired") == &Value::Bool(true);
    let required = if is_required { " (must allow)" } else { "" };
    let answer = match word("Answer").as_str() {
        "allowed" => "allows",
        "explicit deny" => "denies",
        _ => "says nothing",
    };
    format!("{:<17}{answer}{required}", word("Layer"))
}

fn matched(matched: &Value) -> String {
    let effect = member(matched, "Effect").as_str().unwrap_or_default();
    printable(&format!("{effect:<6}{}", statement::name(matched)))
}

fn near_miss(missed: &Value) -> String {
    let word = |name| member(missed, name).as_str().unwrap_or_default();
    let effect = member(member(missed, "Statement"), "Effect").as_str().unwrap_or_default();
    let name = statement::name(member(missed, "Statement"));
    printable(&format!("{effect:<6}{name}: {} {} did not hold", word("Operator"), word("Key")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_with_what_was_missing() {
        let told = report(&json!({
            "Outcome": "DENIED", "Action": "secretsmanager:GetSecretValue", "Principal": "arn:aws:iam::1:user/a",
            "Resource": "arn:x", "RequestId": "r", "Time": 1_772_438_400.0, "Message": "User: a is not authorized",
            "Layers": [{ "Layer": "IDENTITY", "Answer": "IMPLICIT_DENY", "IsRequired": true }],
            "Statements": [],
            "NearMisses": [{ "Statement": { "Policy": "p", "Sid": "S", "Number": 1, "Effect": "Allow" },
                             "Operator": "Bool", "Key": "aws:MultiFactorAuthPresent" }],
            "MissingKeys": ["aws:MultiFactorAuthPresent"],
        }))
        .unwrap();
        for line in [
            "REFUSED secretsmanager:GetSecretValue\n",
            "  identity         says nothing (must allow)\n",
            "No statement matched.\n",
            "  Allow S (statement 1) of p: Bool aws:MultiFactorAuthPresent did not hold\n",
            "Condition keys that the request did not have:\n  aws:MultiFactorAuthPresent\n",
        ] {
            assert!(told.contains(line), "{line}\n{told}");
        }
    }
}
