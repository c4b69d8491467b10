//! `keepwell certificate`: a CA of one's own, and a server certificate from it.

use std::path::{Path, PathBuf};

use front::server::{Issued, issue, names_of_this_machine};
use terms::Clock;

use super::answer;
use crate::process;
use crate::shell::Shell;
use crate::system::SystemClock;

/// Make a server certificate from a CA of your own, and say what clients need to trust it.
///
/// The first time this makes the CA, good for ten years; later it makes new server certificates from the CA that is there,
/// and clients notice nothing. Whoever has ca.key can pass for any server that your clients know: keep it off the server.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Certificate {
    /// The folder of the CA and the certificate.
    #[arg(long, value_name = "FOLDER")]
    dir: PathBuf,

    /// A DNS name or IP address that clients call the server by, besides this machine's own; give it again for more.
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,

    /// Let a new CA vouch for nothing outside this domain; give it again for more. This machine's own names are then left
    /// out of the certificate unless they are given by --name.
    #[arg(long = "domain", value_name = "DOMAIN")]
    domains: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  keepwell certificate --dir tls
  keepwell certificate --dir tls --name secrets.example.internal --name 10.1.2.3
  kill -HUP $(pidof keepwell)        # after a renewal: the server reads the new certificate";

impl Certificate {
    pub(super) fn run(self) -> anyhow::Result<()> {
        // The CA's key passes through this process.
        process::forbid_core_dumps()?;
        let folder = std::path::absolute(&self.dir)?;
        let names = certified_names(self.names, &self.domains);
        let issued = issue(&folder, &names, &self.domains, SystemClock.now())?;
        answer(&instructions(&issued, &names))
    }
}

/// In the order given, this machine's own last, none twice. A CA that is bound to a domain could not vouch for them.
fn certified_names(mut names: Vec<String>, domains: &[String]) -> Vec<String> {
    if domains.is_empty() {
        names.extend(names_of_this_machine());
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.to_ascii_lowercase()));
    names
}

fn instructions(issued: &Issued, names: &[String]) -> String {
    let quoted = |path: &Path| Shell::Sh.quote_if_needed(&path.to_string_lossy());
    let (ca, certificate, key) = (quoted(&issued.ca), quoted(&issued.certificate), quoted(&issued.key));
    let ca_key = quoted(&issued.ca_key);
    let made =
        if issued.ca_is_new { "A new CA and a certificate" } else { "A new certificate, from the CA that was there," };
    let names = names.join(", ");
    format!(
        "# {made} for {names}.
# Keep {ca_key} off the server, and safe: whoever has it can pass for any server that your clients know.

# The server:
keepwell serve --tls-certificate {certificate} --tls-key {key} --listen 0.0.0.0:5337

# The aws CLI and the Python SDK:
export AWS_CA_BUNDLE={ca}
# JavaScript:
export NODE_EXTRA_CA_CERTS={ca}
# Go, Rust, curl and most that use the system's certificates (it replaces them):
export SSL_CERT_FILE={ca}
# Java and the JDBC driver:
keytool -importcert -noprompt -alias keepwell -file {ca} -keystore keepwell-truststore.p12 -storetype PKCS12 -storepass changeit
export JAVA_TOOL_OPTIONS=\"-Djavax.net.ssl.trustStore=$PWD/keepwell-truststore.p12 -Djavax.net.ssl.trustStorePassword=changeit\"
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_certificate_names_what_was_asked_and_this_machine() {
        let names = certified_names(vec!["secrets.example.internal".into(), "LOCALHOST".into()], &[]);
        assert!(names.starts_with(&["secrets.example.internal".into(), "LOCALHOST".into()]), "{names:?}");
        assert!(names.contains(&"127.0.0.1".to_owned()) && !names.contains(&"localhost".to_owned()), "{names:?}");

        let names = certified_names(vec!["secrets.example.internal".into()], &["example.internal".into()]);
        assert_eq!(names, ["secrets.example.internal"]);
    }

    #[test]
    fn the_instructions_are_lines_that_a_shell_can_run() {
        let folder = tempfile::tempdir().unwrap();
        let issued = issue(&folder.path().join("my tls"), &["localhost".to_owned()], &[], SystemClock.now()).unwrap();
        let instructions = instructions(&issued, &["localhost".to_owned()]);
        let ca = folder.path().join("my tls/ca.pem");
        for line in [
            format!("export AWS_CA_BUNDLE='{}'", ca.display()),
            format!("export NODE_EXTRA_CA_CERTS='{}'", ca.display()),
            format!("export SSL_CERT_FILE='{}'", ca.display()),
        ] {
            assert!(instructions.lines().any(|found| found == line), "{line}\n{instructions}");
        }
        assert!(instructions.contains("keytool -importcert -noprompt"), "{instructions}");
        assert!(instructions.contains("--tls-certificate '"), "{instructions}");
        assert!(ca.is_file());
    }
}
