//! A version as it is told.

use aws_lc_rs::digest::{SHA256, digest};
use contract::{FunctionRecord, FunctionVersion};
use policy::Permit;
use shape::parse_json;
use terms::Timestamp;

use crate::{
    code::shown_digest,
    error::Error,
    function_name::qualified_arn,
    shapes::{
        Architecture, Environment, EnvironmentResponse, EphemeralStorage, FunctionConfiguration, LastUpdateStatus,
        LogFormat, LoggingConfig, PackageType, RuntimeVersionConfig, SnapStartApplyOn, SnapStartOptimizationStatus,
        SnapStartResponse, State, StateReasonCode, TracingConfigResponse, TracingMode,
    },
    vault::{Owner, Vault},
};

/// What is told of a function's state. It is ready once it is answered, but AWS answers before, and its clients wait for
/// what the next read says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    Created,
    Updated,
    Settled,
    /// Lists say nothing of it.
    Listed,
}

pub(crate) struct Shown<'a> {
    pub(crate) vault: &'a Vault,
    pub(crate) permit: &'a Permit,
    pub(crate) moment: Moment,
}

impl Shown<'_> {
    /// With the qualifier by which it was asked for in its ARN.
    pub(crate) fn of(
        &self,
        function: &FunctionRecord,
        version: &FunctionVersion,
        qualifier: Option<&str>,
    ) -> Result<FunctionConfiguration, Error> {
        let configuration = &version.configuration;
        let shown = FunctionConfiguration {
            function_name: Some(function.name.to_string()),
            function_arn: Some(qualified_arn(&function.arn, qualifier)),
            runtime: Some(configuration.runtime.clone()),
            role: Some(configuration.role.clone()),
            handler: Some(configuration.handler.clone()),
            code_size: i64::try_from(version.code.bytes).ok(),
            description: Some(configuration.description.clone()),
            timeout: i32::try_from(configuration.timeout_seconds).ok(),
            memory_size: i32::try_from(configuration.memory_mib).ok(),
            last_modified: Some(last_modified(configuration.modified_at)),
            code_sha256: Some(shown_digest(&version.code)),
            version: Some(version.qualifier()),
            environment: self.environment(function, version)?,
            tracing_config: Some(TracingConfigResponse { mode: Some(TracingMode::PassThrough) }),
            revision_id: Some(configuration.revision_id.clone()),
            package_type: Some(PackageType::Zip),
            architectures: Some(vec![match &*configuration.architecture {
                "arm64" => Architecture::Arm64,
                _ => Architecture::X86_64,
            }]),
            ephemeral_storage: i32::try_from(configuration.ephemeral_storage_mib)
                .ok()
                .map(|size| EphemeralStorage { size }),
            snap_start: Some(SnapStartResponse {
                apply_on: Some(SnapStartApplyOn::None),
                optimization_status: Some(SnapStartOptimizationStatus::Off),
            }),
            logging_config: Some(LoggingConfig {
                log_format: Some(LogFormat::Text),
                log_group: Some(log_group(function, version)),
                ..LoggingConfig::default()
            }),
            ..FunctionConfiguration::default()
        };
        Ok(self.with_state(function, shown))
    }

    fn with_state(&self, function: &FunctionRecord, shown: FunctionConfiguration) -> FunctionConfiguration {
        const UNDER_WAY: &str = "The function is being created.";
        let runtime_version_config = Some(RuntimeVersionConfig {
            runtime_version_arn: Some(runtime_version_arn(function, shown.runtime.as_deref().unwrap_or_default())),
            ..RuntimeVersionConfig::default()
        });
        match self.moment {
            Moment::Created => FunctionConfiguration {
                state: Some(State::Pending),
                state_reason: Some(UNDER_WAY.to_owned()),
                state_reason_code: Some(StateReasonCode::Creating),
                runtime_version_config,
                ..shown
            },
            // The model has no reason code Creating for updates, which AWS sends all the same.
            Moment::Updated => FunctionConfiguration {
                state: Some(State::Active),
                last_update_status: Some(LastUpdateStatus::InProgress),
                last_update_status_reason: Some(UNDER_WAY.to_owned()),
                runtime_version_config,
                ..shown
            },
            Moment::Settled => FunctionConfiguration {
                state: Some(State::Active),
                last_update_status: Some(LastUpdateStatus::Successful),
                runtime_version_config,
                ..shown
            },
            Moment::Listed => shown,
        }
    }

    fn environment(
        &self,
        function: &FunctionRecord,
        version: &FunctionVersion,
    ) -> Result<Option<EnvironmentResponse>, Error> {
        let Some(sealed) = &version.environment else { return Ok(None) };
        let opened = self.vault.open_environment(&Owner::of(function), sealed, self.permit)?;
        let Environment { variables } = read_environment(opened.expose())?;
        Ok(Some(EnvironmentResponse { variables: Some(variables.unwrap_or_default()), error: None }))
    }
}

/// As it was sealed.
pub(crate) fn read_environment(json: &[u8]) -> Result<Environment, Error> {
    parse_json(json).map_err(|_| Error::Internal("a sealed environment cannot be read".to_owned()))
}

/// Where its output goes.
pub(crate) fn log_group(function: &FunctionRecord, version: &FunctionVersion) -> String {
    let own = version.configuration.log_group.clone();
    own.unwrap_or_else(|| format!("/aws/lambda/{}", function.name))
}

/// One for each runtime, of no version of AWS's: this server has its own.
fn runtime_version_arn(function: &FunctionRecord, runtime: &str) -> String {
    let region = function.scope.region;
    let digest = digest(&SHA256, format!("keepwell runtime {runtime}").as_bytes());
    let digits: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("arn:{}:lambda:{region}::runtime:{digits}", region.partition())
}

/// `2024-03-27T09:14:35.000+0000`
fn last_modified(at: Timestamp) -> String {
    let text = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    text.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_milliseconds_and_their_zone() {
        assert_eq!(last_modified(Timestamp::from_millis(1_772_438_400_123)), "2026-03-02T08:00:00.123+0000");
        assert_eq!(last_modified(Timestamp::from_millis(0)), "1970-01-01T00:00:00.000+0000");
    }
}
