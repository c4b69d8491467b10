//! What runs functions: the host process, the way of their output, and the places elsewhere.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use ::functions::{
    HostClient, Interpreter, OfficialClient, Settings, UserIds,
    remote::{self, RemoteClient, RemoteSettings},
};
use anyhow::Context;
use terms::Clock;

use crate::{
    client_files::{Endpoint, credentials_of, own_ca},
    config::{Config, Keeper, RemotePlace, RootKeySource, RuntimeClient},
    private_file::OwnFile,
};

const AWS_CREDENTIALS: OwnFile =
    OwnFile { what: "the credentials file for functions at AWS", flag: "--functions-aws-credentials-file" };

/// What is kept going beside the answering of requests.
#[derive(Clone)]
pub struct FunctionWorks {
    pub(super) host: Arc<HostClient>,
    pub(super) output: Arc<lambda::Output>,
}

impl FunctionWorks {
    /// Once the server listens. An operator's own word counts before it.
    pub(super) fn listens_at(&self, config: &Config, endpoint: &Endpoint) {
        if config.functions.endpoint_url.is_none() {
            self.host.set_endpoint_url(endpoint.url.clone());
        }
    }

    /// Ends all functions, and writes down what they have said last.
    pub(super) async fn close(&self) {
        self.host.close().await;
        self.output.flush().await;
    }
}

pub(crate) fn settings(config: &Config) -> Settings {
    let functions = &config.functions;
    let own_ca = || config.tls.certificate.as_deref().and_then(own_ca);
    Settings {
        work_dir: functions.work_dir.clone(),
        environments_max: functions.processes as usize,
        environments_per_function_max: functions.processes_per_function as usize,
        idle_timeout: functions.idle_timeout,
        code_cache_bytes: functions.code_cache.get(),
        search_path: std::env::var("PATH").unwrap_or_else(|_| Settings::default().search_path),
        python: Interpreter {
            path: functions.python_interpreter.clone(),
            libraries: functions.python_libraries.clone(),
        },
        python_client: match functions.python_client {
            RuntimeClient::Auto => OfficialClient::Auto,
            RuntimeClient::Always => OfficialClient::Always,
            RuntimeClient::Never => OfficialClient::Never,
        },
        node: Interpreter { path: functions.nodejs_interpreter.clone(), libraries: functions.nodejs_libraries.clone() },
        endpoint_url: functions.endpoint_url.clone(),
        ca_bundle: functions.ca_bundle.clone().or_else(own_ca),
        user_ids: UserIds { first: functions.first_user_id, count: functions.user_ids },
        unconfined_allowed: functions.allow_unconfined,
        protected: protected(config),
    }
}

/// What no function may ever be shown: the data, and what opens it.
fn protected(config: &Config) -> Vec<PathBuf> {
    let root_key = &config.root_key;
    let held = match &root_key.keeper {
        Keeper::Held(RootKeySource::File(path)) => Some(path.clone()),
        Keeper::Held(RootKeySource::Credential(path)) => path.clone(),
        _ => None,
    };
    let secrets = [
        held,
        root_key.file.clone(),
        root_key.settings.pkcs11_pin_file.clone(),
        root_key.settings.kms_credentials_file.clone(),
        config.functions.aws_credentials_file.clone(),
        config.tls.key.clone(),
    ];
    let data_dir = config.data.data_dir.clone();
    let all = secrets.into_iter().flatten().chain([data_dir]);
    all.map(|path| std::path::absolute(&path).unwrap_or(path)).collect()
}

pub(super) fn remote(config: &Config, clock: &Arc<dyn Clock>) -> anyhow::Result<RemoteClient> {
    let functions = &config.functions;
    let places: Vec<remote::RemoteFunction> = functions
        .remote
        .iter()
        .map(|function| remote::RemoteFunction {
            arn: function.arn.clone(),
            place: match &function.place {
                RemotePlace::Url(url) => remote::RemotePlace::Url(url.clone()),
                RemotePlace::Aws => remote::RemotePlace::Aws,
            },
        })
        .collect();
    let read = |path: &Path| aws_credentials(path, &functions.aws_profile, &config.data.data_dir);
    let credentials = functions.aws_credentials_file.as_deref().map(read).transpose()?;
    let settings = RemoteSettings {
        ca_bundle: functions.remote_ca_bundle.clone(),
        credentials,
        aws_endpoint: functions.aws_endpoint.clone(),
    };
    RemoteClient::new(&places, settings, clock).context("functions.remote")
}

fn aws_credentials(path: &Path, profile: &str, data_dir: &Path) -> anyhow::Result<remote::AwsCredentials> {
    let text = AWS_CREDENTIALS.read(path, data_dir)?;
    let text = str::from_utf8(&text).with_context(|| format!("{} is no text", path.display()))?;
    let found = credentials_of(text, profile)
        .with_context(|| format!("{} has no profile {profile} with an access key and its secret", path.display()))?;
    Ok(remote::AwsCredentials {
        access_key_id: found.key.access_key_id,
        secret_access_key: found.key.secret_access_key,
        session_token: found.session_token,
    })
}
