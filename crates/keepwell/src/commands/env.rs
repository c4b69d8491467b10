//! `keepwell env`: what a shell exports to reach the server.

use zeroize::Zeroizing;

use super::{answer, aws_cli, warn};
use crate::client_files::{self, Credentials, Endpoint};
use crate::config::ConfigFlags;
use crate::process;
use crate::shell::Shell;

/// Print what a shell exports to point AWS's tools at the server on this machine.
///
/// The lines hold the access key of the user `administrator`, which the first start left in the data folder, so that only
/// the server's user, or root, can run this. The root user's key, for emergencies, is in the file `credentials` there, in
/// the profile `root`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Env {
    /// The shell that will evaluate the lines.
    #[arg(long, value_enum, default_value = "sh")]
    shell: Shell,

    #[command(flatten)]
    config: ConfigFlags,
}

const EXAMPLES: &str = "\
Examples:
  eval \"$(keepwell env)\"
  eval \"$(keepwell env --data-dir /var/lib/keepwell)\"
  keepwell env --shell fish | source";

impl Env {
    pub(super) fn run(self) -> anyhow::Result<()> {
        process::forbid_core_dumps()?;
        let data_dir = self.config.load()?.config.data.data_dir;
        let credentials = client_files::read_credentials(&data_dir)?;
        let endpoint = client_files::read_endpoint(&data_dir)?;
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        answer(&exports(self.shell, &endpoint, &credentials, names))?;
        if let aws_cli::Found::TooOld(version) = aws_cli::look() {
            warn(&aws_cli::warning(version));
        }
        Ok(())
    }
}

/// The lines, and before them the removal of whatever in the environment would lead a client elsewhere.
fn exports(
    shell: Shell,
    endpoint: &Endpoint,
    credentials: &Credentials,
    environment: impl Iterator<Item = String>,
) -> Zeroizing<String> {
    let secret = String::from_utf8_lossy(credentials.secret_access_key.expose());
    let ca_bundle = endpoint.ca_bundle.as_ref().map(|path| path.to_string_lossy());
    let mut variables = vec![
        ("AWS_ENDPOINT_URL", endpoint.url.as_str()),
        ("AWS_ACCESS_KEY_ID", credentials.access_key_id.as_str()),
        ("AWS_SECRET_ACCESS_KEY", secret.as_ref()),
        ("AWS_REGION", endpoint.region.as_str()),
        ("AWS_DEFAULT_REGION", endpoint.region.as_str()),
    ];
    variables.extend(ca_bundle.as_deref().map(|path| ("AWS_CA_BUNDLE", path)));

    let removals = environment.filter(|name| leads_elsewhere(name)).map(|name| shell.unset(&name));
    let lines = variables.iter().map(|(name, value)| shell.export(name, value));
    Zeroizing::new(removals.chain(lines).collect())
}

/// Whether AWS's tools would prefer this variable to what we export.
pub(super) fn leads_elsewhere(name: &str) -> bool {
    match name {
        // A session token of other credentials makes every signature wrong.
        "AWS_SESSION_TOKEN" | "AWS_SECURITY_TOKEN" => true,
        // The JavaScript SDK takes a profile's credentials although there are some in the environment.
        "AWS_PROFILE" | "AWS_DEFAULT_PROFILE" => true,
        // With it the endpoint is ignored, and values go to the real AWS.
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" => true,
        // One service's own endpoint is stronger than AWS_ENDPOINT_URL. It becomes a shell's word unquoted, so
        // only what can be a variable's name is let through.
        _ => name.strip_prefix("AWS_ENDPOINT_URL_").is_some_and(|service| {
            !service.is_empty() && service.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use terms::{Region, SecretBytes};

    use super::*;

    fn lines(environment: &[&str], ca_bundle: Option<&str>) -> String {
        let endpoint = Endpoint {
            url: "http://127.0.0.1:5337".to_owned(),
            region: Region::parse("eu-west-1").unwrap(),
            ca_bundle: ca_bundle.map(Into::into),
        };
        let credentials = Credentials {
            access_key_id: "AKIAABCDEFGHIJKLMNOP".to_owned(),
            secret_access_key: SecretBytes::copy_of(b"it's/$HOME+`id`"),
        };
        exports(Shell::Sh, &endpoint, &credentials, environment.iter().map(|name| (*name).to_owned())).to_string()
    }

    #[test]
    fn a_shell_that_evaluates_the_lines_reaches_the_server() {
        let script = format!("{}env", lines(&[], Some("/tls/my ca.pem")));
        let output =
            Command::new("sh").arg("-c").arg(script).env_clear().env("PATH", "/usr/bin:/bin").output().unwrap();
        let environment = String::from_utf8(output.stdout).unwrap();
        for line in [
            "AWS_ENDPOINT_URL=http://127.0.0.1:5337",
            "AWS_ACCESS_KEY_ID=AKIAABCDEFGHIJKLMNOP",
            "AWS_SECRET_ACCESS_KEY=it's/$HOME+`id`",
            "AWS_REGION=eu-west-1",
            "AWS_DEFAULT_REGION=eu-west-1",
            "AWS_CA_BUNDLE=/tls/my ca.pem",
        ] {
            assert!(environment.lines().any(|found| found == line), "{line}\n{environment}");
        }
    }

    #[test]
    fn without_a_ca_of_our_own_none_is_exported() {
        assert!(!lines(&[], None).contains("AWS_CA_BUNDLE"));
    }

    #[test]
    fn what_would_lead_elsewhere_is_removed_and_the_rest_is_left_alone() {
        let lines =
            lines(&["AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_PAGER", "HOME"], None);
        for removed in ["AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL_SECRETS_MANAGER"] {
            assert!(lines.contains(&format!("unset {removed}\n")), "{lines}");
        }
        assert!(!lines.contains("PAGER") && !lines.contains("HOME\n"), "{lines}");
    }

    #[test]
    fn a_variable_with_a_strange_name_is_not_evaluated() {
        assert!(!lines(&["AWS_ENDPOINT_URL_X;id", "AWS_ENDPOINT_URL_$(id)"], None).contains("unset"));
    }
}
