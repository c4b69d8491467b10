//! `keepwell who-can`: everybody who can use a secret.

use std::fmt::Write;

use serde_json::{Value, json};

use super::answer;
use super::statement;
use super::table::{Table, printable};
use crate::client::{Client, list, member, text};
use crate::config::ClientFlags;

/// List everybody who can read a secret, or do something else to it.
///
/// Everybody is every root user, user and role of every account on the server, and whom else the secret's own policy
/// names. Each is listed with the statements that allow it, and the conditions that these depend on. Who is not listed
/// cannot, whatever the request. The secret's name or ARN is one of the caller's account and region.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct WhoCan {
    /// The secret's name or ARN.
    secret: String,

    /// What to do to it: an action, with or without `secretsmanager:` before it.
    #[arg(default_value = "secretsmanager:GetSecretValue")]
    action: String,

    #[command(flatten)]
    client: ClientFlags,
}

const EXAMPLES: &str = "\
Examples:
  keepwell who-can prod/db
  keepwell who-can prod/db PutSecretValue
  keepwell who-can prod/db --json";

impl WhoCan {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let action = if self.action.contains(':') { self.action } else { format!("secretsmanager:{}", self.action) };
        let request = json!({ "SecretId": self.secret, "Action": action });
        let told = Client::new(&self.client)?.call("WhoCan", &request)?;
        answer(&if self.client.json { format!("{told:#}\n") } else { report(&told)? })
    }
}

fn report(told: &Value) -> anyhow::Result<String> {
    let mut report = format!("{} on {}\n\n", printable(text(told, "Action")?), printable(text(told, "ARN")?));
    let principals = list(told, "Principals");
    if principals.is_empty() {
        report.push_str("Nobody can.\n");
        return Ok(report);
    }
    let mut table = Table::new(["ACCOUNT", "WHO", "KIND", "CAN", "BY"]);
    for principal in principals {
        let account = member(principal, "Account").as_str().unwrap_or("-");
        let mut arn = text(principal, "Arn")?.to_owned();
        if member(principal, "IsOnServer") == &Value::Bool(false) {
            arn.push_str(" (not on this server)");
        }
        let kind = text(principal, "Kind")?.to_lowercase().replace('_', " ");
        let can = match text(principal, "Access")? {
            "ALWAYS" => "always",
            _ => "sometimes",
        };
        let mut by = list(principal, "Statements").iter().map(with_conditions);
        let first = by.next().unwrap_or_else(|| "being the root user of the account".to_owned());
        table.row([account, &arn, &kind, can, &first]);
        by.for_each(|next| table.row(["", "", "", "", &next]));
    }
    write!(report, "{table}")?;
    Ok(report)
}

/// A Deny that may match stands between the principal and the secret.
fn with_conditions(shown: &Value) -> String {
    let is_deny = member(shown, "Effect").as_str() == Some("Deny");
    let conditions = list(shown, "Conditions").iter().map(|condition| {
        let word = |name| member(condition, name).as_str().unwrap_or_default();
        format!("{} {}", word("Operator"), word("Key"))
    });
    let conditions: Vec<String> = conditions.collect();
    let name = statement::name(shown);
    match (is_deny, conditions.is_empty()) {
        (false, true) => name,
        (false, false) => format!("{name}, if {}", conditions.join(" and ")),
        (true, _) => format!("unless denied by {name}, if {}", conditions.join(" and ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_principal_is_told_with_its_statements_and_conditions() {
        let told = json!({
            "Action": "secretsmanager:GetSecretValue",
            "ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:a-AbCdEf",
            "Principals": [
                { "Account": "123456789012", "Arn": "arn:aws:iam::123456789012:root", "Kind": "ROOT", "Access": "ALWAYS",
                  "IsOnServer": true, "Statements": [] },
                { "Account": "999999999999", "Arn": "arn:aws:iam::999999999999:role/r", "Kind": "ROLE",
                  "Access": "CONDITIONAL", "IsOnServer": false, "Statements": [
                    { "Policy": "p", "Sid": "Office", "Number": 2, "Effect": "Allow",
                      "Conditions": [{ "Operator": "IpAddress", "Key": "aws:SourceIp" }] },
                    { "Policy": "q", "Number": 1, "Effect": "Deny",
                      "Conditions": [{ "Operator": "Bool", "Key": "aws:SecureTransport" }] } ] },
            ],
        });
        let report = report(&told).unwrap();
        for line in [
            "root  always     being the root user of the account",
            "role  sometimes  Office (statement 2) of p, if IpAddress aws:SourceIp",
            "unless denied by statement 1 of q, if Bool aws:SecureTransport",
            "(not on this server)",
        ] {
            assert!(report.contains(line), "{line}\n{report}");
        }
    }
}
