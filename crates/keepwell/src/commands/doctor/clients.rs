//! The clients on this machine.

use super::Finding;
use crate::client_files::Endpoint;
use crate::commands::aws_cli::{self, Found};
use crate::commands::env::leads_elsewhere;

pub(super) fn aws_cli() -> Finding {
    const SUBJECT: &str = "aws CLI";
    match aws_cli::look() {
        Found::Fit(version) => Finding::fine(SUBJECT, format!("{version} honours AWS_ENDPOINT_URL")),
        Found::TooOld(version) => Finding::broken(SUBJECT, aws_cli::warning(version), "Do not use it before that."),
        Found::Nothing => Finding::fine(SUBJECT, "there is none here, and none is needed: SDKs work as well"),
        Found::Unknown => Finding::doubtful(
            SUBJECT,
            "`aws --version` did not say what it is",
            "See that it is 2.13 or newer (1.29 of version 1): an older one sends values to the real AWS.",
        ),
    }
}

pub(super) fn environment(endpoint: &Endpoint) -> Finding {
    let variables = std::env::vars_os();
    let texts = variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    judge_environment(endpoint, texts)
}

fn judge_environment(endpoint: &Endpoint, variables: impl Iterator<Item = (String, String)>) -> Finding {
    const SUBJECT: &str = "environment";
    const ADVICE: &str = "eval \"$(keepwell env)\" in the shell that you work in";
    let ours: Vec<(String, String)> = variables.filter(|(name, _)| name.starts_with("AWS_")).collect();
    let pointed_at = ours.iter().find(|(name, _)| name == "AWS_ENDPOINT_URL").map(|(_, url)| url.trim_end_matches('/'));
    let strays: Vec<&str> = ours.iter().map(|(name, _)| name.as_str()).filter(|name| leads_elsewhere(name)).collect();
    match pointed_at {
        None => Finding::doubtful(SUBJECT, "AWS_ENDPOINT_URL is not set: AWS's tools would ask the real AWS", ADVICE),
        Some(url) if url != endpoint.url => {
            Finding::doubtful(SUBJECT, format!("AWS_ENDPOINT_URL is {url}, and the server is {}", endpoint.url), ADVICE)
        }
        Some(_) if !strays.is_empty() => {
            Finding::doubtful(SUBJECT, format!("AWS's tools may prefer {} to the server", strays.join(", ")), ADVICE)
        }
        Some(url) => Finding::fine(SUBJECT, format!("AWS's tools ask {url}")),
    }
}

#[cfg(test)]
mod tests {
    use terms::Region;

    use super::super::Verdict;
    use super::*;

    fn judge(variables: &[(&str, &str)]) -> Finding {
        let endpoint = Endpoint {
            url: "http://127.0.0.1:5337".to_owned(),
            region: Region::parse("us-east-1").unwrap(),
            ca_bundle: None,
        };
        judge_environment(&endpoint, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn a_shell_that_would_ask_the_real_aws_is_noticed() {
        let ours = ("AWS_ENDPOINT_URL", "http://127.0.0.1:5337/");
        assert_eq!(judge(&[ours]).verdict, Verdict::Fine);
        assert!(judge(&[]).told.contains("real AWS"));
        assert!(judge(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")]).told.contains("4566"));
        assert!(judge(&[ours, ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")]).told.contains("AWS_IGNORE"));
        assert!(judge(&[ours, ("AWS_PROFILE", "work")]).told.contains("AWS_PROFILE"));
    }
}
