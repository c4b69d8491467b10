//! `keepwell doctor`: looks for what commonly goes wrong, and says what to do.

mod clients;
mod files;
mod functions;
mod machine;
mod root_key;
mod server;

use std::process::ExitCode;

use super::answer;
use crate::config::{Config, ConfigFlags};
use crate::{client_files, process};

/// Look for what commonly goes wrong, and say what to do about it.
///
/// Nothing is changed. Run it as the server's user, with the flags and environment that the server has. It fails when
/// something is broken, and not for warnings.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Doctor {
    #[command(flatten)]
    config: ConfigFlags,
}

const EXAMPLES: &str = "\
Examples:
  keepwell doctor
  keepwell doctor --data-dir /var/lib/keepwell";

/// What one look has found.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    verdict: Verdict,
    subject: &'static str,
    told: String,
    /// What to do.
    advice: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Fine,
    Doubtful,
    Broken,
}

impl Finding {
    fn fine(subject: &'static str, told: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fine, subject, told: told.into(), advice: None }
    }

    fn doubtful(subject: &'static str, told: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: Verdict::Doubtful, subject, told: told.into(), advice: Some(advice.into()) }
    }

    fn broken(subject: &'static str, told: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: Verdict::Broken, subject, told: told.into(), advice: Some(advice.into()) }
    }
}

impl Doctor {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        // The root key's file is read, to see that it is one.
        process::forbid_core_dumps()?;
        let findings = match self.config.load() {
            Ok(loaded) => {
                let told = match &loaded.file {
                    Some(path) => format!("{} is understood", path.display()),
                    None => "understood; no keepwell.toml is in use".to_owned(),
                };
                let mut findings = vec![Finding::fine("configuration", told)];
                findings.extend(examine(&loaded.config));
                findings
            }
            Err(refusal) => {
                let advice = "Mend it, then run this again: the other checks depend on it. `keepwell serve --help` \
                              explains every setting.";
                vec![Finding::broken("configuration", format!("{refusal:#}"), advice)]
            }
        };
        answer(&report(&findings))?;
        let is_broken = findings.iter().any(|finding| finding.verdict == Verdict::Broken);
        Ok(if is_broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn examine(config: &Config) -> Vec<Finding> {
    let data_dir = &config.data.data_dir;
    let endpoint = client_files::read_endpoint(data_dir);
    let mut findings = vec![files::data_folder(data_dir), root_key::root_key(config)];
    findings.extend(config.tls.files().map(|tls| files::tls(&tls)));
    findings.push(files::credentials(data_dir));
    findings.push(machine::disk(data_dir));
    findings.push(machine::open_files(config.limit.connections.get()));
    findings.push(machine::key_memory());
    findings.push(machine::cryptography());
    findings.extend(functions::functions(config));
    findings.extend(server::look(&endpoint));
    findings.push(clients::aws_cli());
    findings.extend(endpoint.ok().map(|endpoint| clients::environment(&endpoint)));
    findings
}

fn report(findings: &[Finding]) -> String {
    let line = |finding: &Finding| {
        let verdict = match finding.verdict {
            Verdict::Fine => "ok",
            Verdict::Doubtful => "warn",
            Verdict::Broken => "FAIL",
        };
        let advice = finding.advice.as_ref().map(|advice| format!("{:22}-> {advice}\n", "")).unwrap_or_default();
        format!("{verdict:<5} {:<15} {}\n{advice}", finding.subject, finding.told)
    };
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let summary = format!("\n{} broken, {} doubtful\n", count(Verdict::Broken), count(Verdict::Doubtful));
    findings.iter().map(line).chain([summary]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_names_each_verdict_and_says_what_to_do() {
        let report = report(&[
            Finding::fine("disk", "plenty"),
            Finding::doubtful("aws CLI", "old", "Install a newer one."),
            Finding::broken("root key", "missing", "Put it back."),
        ]);
        assert!(report.contains("ok    disk            plenty\n"), "{report}");
        assert!(report.contains("warn  aws CLI         old\n                      -> Install"), "{report}");
        assert!(report.contains("FAIL  root key        missing\n"), "{report}");
        assert!(report.ends_with("\n1 broken, 1 doubtful\n"), "{report}");
    }

    #[test]
    fn a_folder_that_nobody_has_used_is_not_broken() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("data");
        let config = Config::from_settings([("data_dir", data_dir.to_str().unwrap())]).unwrap();
        let findings = examine(&config);
        let subjects: Vec<&str> = findings.iter().map(|finding| finding.subject).collect();
        assert!(subjects.starts_with(&["data folder", "root key", "credentials"]), "{subjects:?}");
        assert!(findings.iter().take(3).all(|finding| finding.verdict != Verdict::Broken), "{findings:?}");
        assert!(!data_dir.exists());
    }
}
