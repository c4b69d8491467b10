//! Whether functions can run here.

use std::sync::Arc;

use facades::{FunctionOutput, OutputLine, OutputSource};
use functions::HostClient;
use functions::host::{Confinement, Description};

use super::Finding;
use crate::config::Config;
use crate::house::function_settings;
use crate::system::SystemEntropy;

const SUBJECT: &str = "functions";

/// Starts a host as the server does, and asks it.
pub(super) fn functions(config: &Config) -> Vec<Finding> {
    let host = HostClient::new(function_settings(config), Arc::new(Silence), Arc::new(SystemEntropy));
    let asked = tokio::runtime::Builder::new_current_thread().enable_all().build().map(|runtime| {
        runtime.block_on(async {
            let told = host.describe().await;
            host.close().await;
            told
        })
    });
    match asked {
        Ok(Ok(description)) => judge(&description),
        Ok(Err(error)) => vec![broken(error.to_string())],
        Err(error) => vec![broken(error.to_string())],
    }
}

fn broken(told: String) -> Finding {
    let advice = "Functions need a host process, which is this program started anew: look at the limits of processes.";
    Finding::doubtful(SUBJECT, told, advice)
}

fn judge(description: &Description) -> Vec<Finding> {
    let first = match &description.refusal {
        Some(refusal) => Finding::doubtful(SUBJECT, refusal, "Until then every function is refused; all else works."),
        None => confinement(&description.confinement),
    };
    let runtimes = description.runtimes.iter().map(|runtime| {
        let version = runtime.version.as_deref().unwrap_or("nothing");
        let told = match (&runtime.interpreter, &runtime.sdk) {
            (Some(path), Some(sdk)) => {
                format!("{}: {version} at {}, with AWS's SDK {sdk}", runtime.runtimes, path.display())
            }
            (Some(path), None) => format!("{}: {version} at {}", runtime.runtimes, path.display()),
            (None, _) if runtime.is_served => format!("{}: nothing is needed", runtime.runtimes),
            (None, _) => format!("{}: not served", runtime.runtimes),
        };
        if runtime.advice.is_empty() {
            Finding::fine(SUBJECT, told)
        } else {
            Finding::doubtful(SUBJECT, told, runtime.advice.join(" "))
        }
    });
    [first].into_iter().chain(runtimes).collect()
}

fn confinement(found: &Confinement) -> Finding {
    if let Some(shortcoming) = &found.shortcoming {
        let advice = "functions.allow_unconfined lets them run all the same: each of them could read every secret.";
        return Finding::doubtful(SUBJECT, format!("they run unconfined. {shortcoming}"), advice);
    }
    let users = if found.own_users { "user ids of their own" } else { "the server's user id" };
    let filter = if found.seccomp { " and a filter of system calls" } else { "" };
    Finding::fine(SUBJECT, format!("confined by {users}, Landlock {}{filter}", found.landlock_abi))
}

/// No function is run.
struct Silence;

impl FunctionOutput for Silence {
    fn write(&self, _: &OutputSource, _: Vec<OutputLine>) {}
}
