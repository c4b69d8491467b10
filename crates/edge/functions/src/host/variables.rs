//! The environment variables that a function finds.

use std::path::Path;

use terms::SecretBytes;

use crate::wire::{CredentialsMessage, FunctionMessage, SecretText};

pub(super) struct Surroundings<'a> {
    pub(super) function: &'a FunctionMessage,
    pub(super) credentials: &'a CredentialsMessage,
    pub(super) log_stream: &'a str,
    /// Of the Runtime API.
    pub(super) api: String,
    pub(super) code: &'a Path,
    pub(super) runtime_folder: &'a Path,
    pub(super) temporary: &'a Path,
    pub(super) endpoint_url: Option<&'a str>,
    pub(super) ca_bundle: Option<&'a Path>,
    /// Of its runtime.
    pub(super) own: &'a [(&'static str, String)],
}

/// As AWS has them, and the way back to this server. What the function's owner has set comes last and counts.
pub(super) fn variables(around: &Surroundings<'_>) -> Vec<(String, SecretText)> {
    let Surroundings { function, credentials, .. } = around;
    let (code, temporary) = (around.code.to_string_lossy(), around.temporary.to_string_lossy());
    let mut all: Vec<(String, SecretText)> = Vec::new();
    let plain: &[(&str, String)] = &[
        ("AWS_LAMBDA_FUNCTION_NAME", function.name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", function.version.clone()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory_mib.to_string()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", function.log_group.clone()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", around.log_stream.to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_RUNTIME_API", around.api.clone()),
        ("AWS_EXECUTION_ENV", format!("AWS_Lambda_{}", function.runtime)),
        ("AWS_REGION", function.region.clone()),
        ("AWS_DEFAULT_REGION", function.region.clone()),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR".to_owned()),
        ("_HANDLER", function.handler.clone()),
        ("LAMBDA_TASK_ROOT", code.to_string()),
        ("LAMBDA_RUNTIME_DIR", around.runtime_folder.to_string_lossy().into_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
        ("LD_LIBRARY_PATH", format!("{code}:{code}/lib")),
        ("TMPDIR", temporary.to_string()),
        ("HOME", temporary.to_string()),
    ];
    let endpoint = around
        .endpoint_url
        .into_iter()
        .flat_map(|url| ["AWS_ENDPOINT_URL", "SECRETS_MANAGER_ENDPOINT"].map(|name| (name, url.to_owned())));
    let ca_bundle = around.ca_bundle.into_iter().flat_map(|file| {
        ["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"].map(|name| (name, file.to_string_lossy().into_owned()))
    });
    for (name, value) in plain.iter().cloned().chain(endpoint).chain(ca_bundle).chain(around.own.iter().cloned()) {
        set(&mut all, name, SecretText(SecretBytes::new(value.into_bytes())));
    }
    let access_key_id = SecretText(SecretBytes::copy_of(credentials.access_key_id.as_bytes()));
    set(&mut all, "AWS_ACCESS_KEY_ID", access_key_id);
    set(&mut all, "AWS_SECRET_ACCESS_KEY", credentials.secret_access_key.clone());
    set(&mut all, "AWS_SESSION_TOKEN", credentials.session_token.clone());
    for (name, value) in &function.environment {
        // The one thing without which it is no function.
        if name != "AWS_LAMBDA_RUNTIME_API" {
            set(&mut all, name, value.clone());
        }
    }
    all
}

fn set(all: &mut Vec<(String, SecretText)>, name: &str, value: SecretText) {
    all.retain(|(other, _)| other != name);
    all.push((name.to_owned(), value));
}
