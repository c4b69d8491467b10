//! The `aws` command on this machine, and whether it honours AWS_ENDPOINT_URL.
//!
//! Versions before 1.29.0 and 2.13.0 ignore the variable: `aws secretsmanager put-secret-value` would then send the value
//! to the real AWS.

use std::fmt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    Fit(Version),
    TooOld(Version),
    /// It is there, and did not say what it is.
    Unknown,
}

/// Python starts slowly on a busy machine; a command that hangs must not hang us.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

pub(super) fn look() -> Found {
    let started =
        Command::new("aws").arg("--version").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(child) = started else { return Found::Nothing };
    match answer_of(child).as_deref().and_then(parse) {
        Some(version) if honours_endpoint_url(version) => Found::Fit(version),
        Some(version) => Found::TooOld(version),
        None => Found::Unknown,
    }
}

pub(super) fn warning(version: Version) -> String {
    format!(
        "the aws CLI on this machine is {version}, which ignores AWS_ENDPOINT_URL: it would send your values to the real \
         AWS. Install 2.13 or newer (1.29 of version 1), or give it --endpoint-url every time"
    )
}

fn answer_of(mut child: Child) -> Option<String> {
    let started = Instant::now();
    while child.try_wait().ok()?.is_none() {
        if started.elapsed() > ANSWERS_WITHIN {
            child.kill().ok()?;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().ok()?;
    // Old versions under Python 2 answered on standard error.
    Some(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

/// From `aws-cli/2.13.0 Python/3.11.4 Linux/6.1.0`.
fn parse(answer: &str) -> Option<Version> {
    let (_, after) = answer.split_once("aws-cli/")?;
    let text = after.split_whitespace().next()?;
    // Development builds add letters: 2.0.0dev3.
    let mut parts = text.split('.').map(|part| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().ok()
    });
    let mut next = || parts.next().flatten();
    Some(Version { major: next()?, minor: next()?, patch: next().unwrap_or(0) })
}

fn honours_endpoint_url(version: Version) -> bool {
    let first = match version.major {
        0 | 1 => Version { major: 1, minor: 29, patch: 0 },
        _ => Version { major: 2, minor: 13, patch: 0 },
    };
    version >= first
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fit(answer: &str) -> Option<bool> {
        parse(answer).map(honours_endpoint_url)
    }

    #[test]
    fn the_versions_that_honour_the_endpoint_are_known() {
        for fit in [
            "aws-cli/2.13.0 Python/3.11.4 Linux/6.1.0 exe/x86_64.debian.12 prompt/off\n",
            "aws-cli/1.29.0 Python/3.8.10 Linux/5.4 botocore/1.31.0",
            "aws-cli/1.45.11 Python/3.11.7 Linux/6.18 botocore/1.43.11",
            "aws-cli/3.0.0 Python/3.14",
        ] {
            assert_eq!(is_fit(fit), Some(true), "{fit}");
        }
        for old in [
            "aws-cli/2.12.7 Python/3.11",
            "aws-cli/1.28.85 Python/3.8",
            "aws-cli/2.0.0dev3 Python/3.7",
            "aws-cli/1.9 Python/2.7",
        ] {
            assert_eq!(is_fit(old), Some(false), "{old}");
        }
        for unclear in ["", "bash: aws: command not found", "aws-cli/", "aws-cli/x.y Python"] {
            assert_eq!(is_fit(unclear), None, "{unclear}");
        }
    }
}
