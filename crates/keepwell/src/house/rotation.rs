//! What rotates secrets: functions of the accounts, and the rotators of the server's own.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use anyhow::Context;
use contract::Answer;
use facades::{
    HostPlaces, RotationErrand, RotationEvent, RotationFunctionError, RotationFunctions, StepEnded, StepFailed,
};
use gate::{Caller, RequestContext};
use rotators::{HttpTargetSettings, HttpTargets, NetworkSettings, RotatorSettings, Rotators};
use secretsmanager::RotationSettings;

use crate::config::{self, Config};

/// Functions and rotators, by their ARNs. An account's own function is called also where it has a rotator's name, unless
/// the secret is owned by a service: its password is nobody's to see.
pub(super) struct Joined {
    pub(super) functions: Arc<lambda::Room>,
    pub(super) rotators: Arc<Rotators>,
}

impl Joined {
    async fn of(&self, errand: &RotationErrand<'_>) -> Result<&dyn RotationFunctions, RotationFunctionError> {
        if errand.is_managed { Ok(&*self.rotators) } else { self.behind(errand.function_arn).await }
    }

    async fn behind(&self, function_arn: &str) -> Result<&dyn RotationFunctions, RotationFunctionError> {
        if self.rotators.has(function_arn) && !self.functions.has_function(function_arn).await? {
            Ok(&*self.rotators)
        } else {
            Ok(&*self.functions)
        }
    }
}

impl RotationFunctions for Joined {
    fn authorize<'a>(
        &'a self,
        context: &'a RequestContext,
        caller: &'a Caller,
        function_arn: &'a str,
    ) -> Answer<'a, Result<(), RotationFunctionError>> {
        Box::pin(async move { self.behind(function_arn).await?.authorize(context, caller, function_arn).await })
    }

    fn admits<'a>(&'a self, errand: &'a RotationErrand<'a>) -> Answer<'a, Result<(), RotationFunctionError>> {
        Box::pin(async move { self.of(errand).await?.admits(errand).await })
    }

    fn call<'a>(
        &'a self,
        errand: &'a RotationErrand<'a>,
        event: &'a RotationEvent<'a>,
        hosts: &'a dyn HostPlaces,
    ) -> Answer<'a, Result<StepEnded, StepFailed>> {
        Box::pin(async move {
            let behind = self.of(errand).await;
            let behind = behind.map_err(|error| {
                tracing::error!(%error, "a function cannot be looked for");
                StepFailed::new("the function cannot be looked for; the server's log says why")
            })?;
            behind.call(errand, event, hosts).await
        })
    }

    fn is_built_in<'a>(&'a self, errand: &'a RotationErrand<'a>) -> Answer<'a, bool> {
        Box::pin(async move {
            match self.of(errand).await {
                Ok(behind) => behind.is_built_in(errand).await,
                Err(_) => false,
            }
        })
    }
}

pub(super) fn settings(config: &Config) -> RotationSettings {
    let rotation = &config.rotation;
    RotationSettings {
        concurrency: rotation.concurrency.get(),
        concurrency_per_host: rotation.concurrency_per_host.get(),
        attempts_max: rotation.attempts.get(),
        start_spread: rotation.start_spread,
        test_interval: rotation.test_interval,
        check_interval: rotation.check_interval,
        profiles: rotation.profiles.iter().map(|config::Profile(profile)| profile.clone()).collect(),
        ..RotationSettings::default()
    }
}

pub(crate) fn rotator_settings(config: &Config) -> anyhow::Result<RotatorSettings> {
    let rotation = &config.rotation;
    let http_targets = match &rotation.http_targets {
        Some(path) => http_targets(path).with_context(|| format!("rotation.http_targets: {}", path.display()))?,
        None => HttpTargets::default(),
    };
    Ok(RotatorSettings {
        network: NetworkSettings {
            allowed: rotation.allowed_targets.clone(),
            connect_timeout: rotation.connect_timeout,
            answer_timeout: rotation.answer_timeout,
            ca_bundle: rotation.ca_bundle.clone(),
            requires_tls: rotation.require_tls,
        },
        passwords: rotation.passwords(),
        passwords_of: rotation.rotators.0.clone(),
        http_targets,
    })
}

fn http_targets(path: &Path) -> anyhow::Result<HttpTargets> {
    let settings: BTreeMap<String, HttpTargetSettings> = toml::from_str(&fs::read_to_string(path)?)?;
    Ok(HttpTargets::new(settings)?)
}
