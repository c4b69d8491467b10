//! What a request asks a function to be, member by member. Pure.

use contract::FunctionConfiguration;
use shape::Enumeration;

use crate::{
    error::Error,
    runtimes,
    shapes::{
        CreateFunctionRequest, EphemeralStorage, LogFormat, LoggingConfig, PackageType, SnapStart, SnapStartApplyOn,
        TracingConfig, TracingMode, UpdateFunctionCodeRequest, UpdateFunctionConfigurationRequest, VpcConfig,
    },
};

/// A function that no capacity provider runs.
const TIMEOUT_MAX: i32 = 900;
const MEMORY_MAX: i32 = 10_240;
const STORAGE_MAX: i32 = 10_240;

/// Of a new function, where nothing is said: as recorded.
pub(crate) fn of_new(
    ask: &CreateFunctionRequest,
    revision_id: String,
    now: terms::Timestamp,
) -> Result<FunctionConfiguration, Error> {
    refuse_of_new(ask)?;
    let (Some(runtime), Some(handler)) = (&ask.runtime, &ask.handler) else {
        return Err(Error::invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        ));
    };
    runtimes::require_served(runtime)?;
    let mut configuration = FunctionConfiguration {
        revision_id,
        modified_at: now,
        description: ask.description.clone().unwrap_or_default(),
        role: ask.role.clone(),
        runtime: runtime.clone(),
        handler: handler.clone(),
        timeout_seconds: 3,
        memory_mib: 128,
        ephemeral_storage_mib: 512,
        architecture: architecture(ask.architectures.as_deref()).unwrap_or("x86_64").to_owned(),
        log_group: None,
    };
    let sizes = Sizes { timeout: ask.timeout, memory: ask.memory_size, storage: ask.ephemeral_storage.as_ref() };
    sizes.apply(&mut configuration)?;
    apply_logging(ask.logging_config.as_ref(), &mut configuration)?;
    Ok(configuration)
}

/// What of a function changes: what is not said stays.
pub(crate) fn update(
    ask: &UpdateFunctionConfigurationRequest,
    configuration: &mut FunctionConfiguration,
) -> Result<(), Error> {
    refuse_of_update(ask)?;
    if let Some(runtime) = &ask.runtime {
        runtimes::require_served(runtime)?;
        configuration.runtime.clone_from(runtime);
    }
    let texts = [
        (&ask.handler, &mut configuration.handler),
        (&ask.description, &mut configuration.description),
        (&ask.role, &mut configuration.role),
    ];
    for (asked, held) in texts {
        if let Some(asked) = asked {
            held.clone_from(asked);
        }
    }
    let sizes = Sizes { timeout: ask.timeout, memory: ask.memory_size, storage: ask.ephemeral_storage.as_ref() };
    sizes.apply(configuration)?;
    apply_logging(ask.logging_config.as_ref(), configuration)
}

/// `Architectures` has one entry. A function that is no machine code runs on any.
pub(crate) fn architecture(asked: Option<&[crate::shapes::Architecture]>) -> Option<&'static str> {
    asked?.first().map(|architecture| architecture.as_str())
}

struct Sizes<'a> {
    timeout: Option<i32>,
    memory: Option<i32>,
    storage: Option<&'a EphemeralStorage>,
}

impl Sizes<'_> {
    fn apply(&self, configuration: &mut FunctionConfiguration) -> Result<(), Error> {
        let rows = [
            (self.timeout, "timeout", TIMEOUT_MAX, &mut configuration.timeout_seconds),
            (self.memory, "memorySize", MEMORY_MAX, &mut configuration.memory_mib),
            (
                self.storage.map(|storage| storage.size),
                "ephemeralStorage.size",
                STORAGE_MAX,
                &mut configuration.ephemeral_storage_mib,
            ),
        ];
        for (asked, member, max, held) in rows {
            let Some(asked) = asked else { continue };
            if asked > max {
                let constraint = format!("Member must have value less than or equal to {max}");
                return Err(Error::constraint(asked, member, constraint));
            }
            // The shapes refuse what is below their least, which is above nothing.
            *held = u32::try_from(asked).unwrap_or(*held);
        }
        Ok(())
    }
}

fn apply_logging(asked: Option<&LoggingConfig>, configuration: &mut FunctionConfiguration) -> Result<(), Error> {
    let Some(asked) = asked else { return Ok(()) };
    if asked.log_format.is_some_and(|format| format != LogFormat::Text) {
        return Err(Error::unsupported("LoggingConfig.LogFormat JSON"));
    }
    if asked.application_log_level.is_some() || asked.system_log_level.is_some() {
        return Err(Error::unsupported("LoggingConfig with log levels"));
    }
    if let Some(group) = &asked.log_group {
        configuration.log_group = Some(group.clone());
    }
    Ok(())
}

/// What there is no machinery for is refused by name. Empty, as Terraform sends some of it, it asks for nothing.
fn refuse_of_new(ask: &CreateFunctionRequest) -> Result<(), Error> {
    let code = &ask.code;
    let is_image = ask.package_type == Some(PackageType::Image);
    refuse(&[
        ("PackageType Image", is_image || code.image_uri.is_some() || ask.image_config.is_some()),
        ("Code.S3Bucket", code.s3_bucket.is_some() || code.s3_key.is_some() || code.s3_object_version.is_some()),
        ("Code.S3ObjectStorageMode", code.s3_object_storage_mode.is_some()),
        ("Code.SourceKMSKeyArn", is_said(code.source_kms_key_arn.as_deref())),
        ("PublishTo", ask.publish_to.is_some()),
        ("VpcConfig", is_in_vpc(ask.vpc_config.as_ref())),
        ("DeadLetterConfig", ask.dead_letter_config.as_ref().is_some_and(|dead| is_said(dead.target_arn.as_deref()))),
        ("KMSKeyArn", is_said(ask.kms_key_arn.as_deref())),
        ("TracingConfig.Mode Active", is_traced(ask.tracing_config.as_ref())),
        ("Layers", ask.layers.as_ref().is_some_and(|layers| !layers.is_empty())),
        ("FileSystemConfigs", ask.file_system_configs.as_ref().is_some_and(|systems| !systems.is_empty())),
        ("CodeSigningConfigArn", is_said(ask.code_signing_config_arn.as_deref())),
        ("SnapStart", is_snapped(ask.snap_start.as_ref())),
        ("TenancyConfig", ask.tenancy_config.is_some()),
        ("CapacityProviderConfig", ask.capacity_provider_config.is_some()),
        ("DurableConfig", ask.durable_config.is_some()),
        ("RuntimeConfig", ask.runtime_config.is_some()),
        ("AcceleratorConfig", ask.accelerator_config.is_some()),
    ])
}

fn refuse_of_update(ask: &UpdateFunctionConfigurationRequest) -> Result<(), Error> {
    refuse(&[
        ("ImageConfig", ask.image_config.is_some()),
        ("VpcConfig", is_in_vpc(ask.vpc_config.as_ref())),
        ("DeadLetterConfig", ask.dead_letter_config.as_ref().is_some_and(|dead| is_said(dead.target_arn.as_deref()))),
        ("KMSKeyArn", is_said(ask.kms_key_arn.as_deref())),
        ("TracingConfig.Mode Active", is_traced(ask.tracing_config.as_ref())),
        ("Layers", ask.layers.as_ref().is_some_and(|layers| !layers.is_empty())),
        ("FileSystemConfigs", ask.file_system_configs.as_ref().is_some_and(|systems| !systems.is_empty())),
        ("SnapStart", is_snapped(ask.snap_start.as_ref())),
        ("CapacityProviderConfig", ask.capacity_provider_config.is_some()),
        ("DurableConfig", ask.durable_config.is_some()),
        ("RuntimeConfig", ask.runtime_config.is_some()),
        ("AcceleratorConfig", ask.accelerator_config.is_some()),
    ])
}

pub(crate) fn refuse_of_code(ask: &UpdateFunctionCodeRequest) -> Result<(), Error> {
    if ask.image_uri.is_some() {
        return Err(Error::invalid("Please don't provide ImageUri when updating a function with packageType Zip."));
    }
    refuse(&[
        ("S3Bucket", ask.s3_bucket.is_some() || ask.s3_key.is_some() || ask.s3_object_version.is_some()),
        ("S3ObjectStorageMode", ask.s3_object_storage_mode.is_some()),
        ("PublishTo", ask.publish_to.is_some()),
        ("SourceKMSKeyArn", is_said(ask.source_kms_key_arn.as_deref())),
    ])
}

fn refuse(members: &[(&str, bool)]) -> Result<(), Error> {
    match members.iter().find(|(_, is_asked_for)| *is_asked_for) {
        Some((name, _)) => Err(Error::unsupported(name)),
        None => Ok(()),
    }
}

fn is_said(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.is_empty())
}

fn is_in_vpc(vpc: Option<&VpcConfig>) -> bool {
    let has_some = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
    vpc.is_some_and(|vpc| has_some(&vpc.subnet_ids) || has_some(&vpc.security_group_ids))
}

fn is_traced(tracing: Option<&TracingConfig>) -> bool {
    tracing.is_some_and(|tracing| tracing.mode == Some(TracingMode::Active))
}

fn is_snapped(snap_start: Option<&SnapStart>) -> bool {
    snap_start.is_some_and(|snap_start| snap_start.apply_on == Some(SnapStartApplyOn::PublishedVersions))
}

#[cfg(test)]
mod tests {
    use service::RestError;
    use terms::Timestamp;

    use super::*;
    use crate::shapes::{DeadLetterConfig, FunctionCode, ImageConfig};

    fn ask() -> CreateFunctionRequest {
        CreateFunctionRequest {
            function_name: "app".to_owned(),
            role: "arn:aws:iam::111122223333:role/app".to_owned(),
            runtime: Some("python3.12".to_owned()),
            handler: Some("app.handler".to_owned()),
            ..CreateFunctionRequest::default()
        }
    }

    fn made(ask: &CreateFunctionRequest) -> Result<FunctionConfiguration, String> {
        of_new(ask, "r".to_owned(), Timestamp::from_millis(1)).map_err(|error| error.message().unwrap())
    }

    #[test]
    fn what_is_not_said_is_as_recorded() {
        let made = made(&ask()).unwrap();
        assert_eq!((made.timeout_seconds, made.memory_mib, made.ephemeral_storage_mib), (3, 128, 512));
        assert_eq!((&*made.description, &*made.architecture, made.log_group), ("", "x86_64", None));
    }

    #[test]
    fn what_there_is_no_machinery_for_is_refused_by_name() {
        let rows: [(&str, CreateFunctionRequest); 6] = [
            ("PackageType Image", CreateFunctionRequest { package_type: Some(PackageType::Image), ..ask() }),
            ("PackageType Image", CreateFunctionRequest { image_config: Some(ImageConfig::default()), ..ask() }),
            (
                "Code.S3Bucket",
                CreateFunctionRequest {
                    code: FunctionCode { s3_bucket: Some("b".to_owned()), ..FunctionCode::default() },
                    ..ask()
                },
            ),
            (
                "VpcConfig",
                CreateFunctionRequest {
                    vpc_config: Some(VpcConfig {
                        subnet_ids: Some(vec!["subnet-1".to_owned()]),
                        ..VpcConfig::default()
                    }),
                    ..ask()
                },
            ),
            (
                "DeadLetterConfig",
                CreateFunctionRequest {
                    dead_letter_config: Some(DeadLetterConfig { target_arn: Some("arn:aws:sqs:::q".to_owned()) }),
                    ..ask()
                },
            ),
            ("Layers", CreateFunctionRequest { layers: Some(vec!["arn:1".to_owned()]), ..ask() }),
        ];
        for (name, ask) in rows {
            assert_eq!(made(&ask).unwrap_err(), format!("{name} is not supported by this server."));
        }
        let empty = CreateFunctionRequest {
            vpc_config: Some(VpcConfig {
                subnet_ids: Some(vec![]),
                security_group_ids: Some(vec![]),
                ..VpcConfig::default()
            }),
            layers: Some(vec![]),
            file_system_configs: Some(vec![]),
            dead_letter_config: Some(DeadLetterConfig { target_arn: Some(String::new()) }),
            kms_key_arn: Some(String::new()),
            tracing_config: Some(TracingConfig { mode: Some(TracingMode::PassThrough) }),
            snap_start: Some(SnapStart { apply_on: Some(SnapStartApplyOn::None) }),
            package_type: Some(PackageType::Zip),
            ..ask()
        };
        assert!(made(&empty).is_ok());
    }

    #[test]
    fn sizes_have_the_bounds_of_plain_functions() {
        let with = |timeout, memory_size| CreateFunctionRequest { timeout, memory_size, ..ask() };
        assert!(made(&with(Some(900), Some(10_240))).is_ok());
        assert!(made(&with(Some(901), None)).unwrap_err().contains("Value '901' at 'timeout'"));
        assert!(made(&with(None, Some(10_241))).unwrap_err().contains("Value '10241' at 'memorySize'"));
    }

    #[test]
    fn a_package_needs_runtime_and_handler() {
        for ask in [CreateFunctionRequest { runtime: None, ..ask() }, CreateFunctionRequest { handler: None, ..ask() }]
        {
            assert!(made(&ask).unwrap_err().starts_with("Runtime and Handler are mandatory"));
        }
    }

    #[test]
    fn an_update_leaves_what_it_does_not_name() {
        let mut configuration = made(&ask()).unwrap();
        let ask = UpdateFunctionConfigurationRequest {
            timeout: Some(9),
            description: Some("new".to_owned()),
            ..UpdateFunctionConfigurationRequest::default()
        };
        update(&ask, &mut configuration).unwrap();
        assert_eq!((configuration.timeout_seconds, configuration.memory_mib), (9, 128));
        assert_eq!((&*configuration.description, &*configuration.handler), ("new", "app.handler"));
    }
}
