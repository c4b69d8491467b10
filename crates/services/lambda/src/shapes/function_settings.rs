use shape::{Optional, Required};

use super::choices::{
    ApplicationLogLevel, LogFormat, SnapStartApplyOn, SnapStartOptimizationStatus, SystemLogLevel, TenantIsolationMode,
    TracingMode,
};
use super::forms::{
    AcceleratorMemoryGB, EphemeralStorageSize, ExecutionTimeout, KMSKeyArn, LogGroup, ResourceArn,
    RetentionPeriodInDays,
};

shape::structure! {
    pub struct DeadLetterConfig {
        target_arn: Optional<ResourceArn> = "TargetArn",
    }
}

shape::structure! {
    pub struct TracingConfig {
        mode: Optional<TracingMode> = "Mode",
    }
}

shape::structure! {
    pub struct EphemeralStorage {
        size: Required<EphemeralStorageSize> = "Size",
    }
}

shape::structure! {
    pub struct SnapStart {
        apply_on: Optional<SnapStartApplyOn> = "ApplyOn",
    }
}

shape::structure! {
    pub struct LoggingConfig {
        log_format: Optional<LogFormat> = "LogFormat",
        application_log_level: Optional<ApplicationLogLevel> = "ApplicationLogLevel",
        system_log_level: Optional<SystemLogLevel> = "SystemLogLevel",
        log_group: Optional<LogGroup> = "LogGroup",
    }
}

shape::structure! {
    pub struct TenancyConfig {
        tenant_isolation_mode: Required<TenantIsolationMode> = "TenantIsolationMode",
    }
}

shape::structure! {
    pub struct DurableConfig {
        kms_key_arn: Optional<KMSKeyArn> = "KMSKeyArn",
        retention_period_in_days: Optional<RetentionPeriodInDays> = "RetentionPeriodInDays",
        execution_timeout: Optional<ExecutionTimeout> = "ExecutionTimeout",
    }
}

shape::structure! {
    pub struct AcceleratorConfig {
        accelerator_memory_size: Required<AcceleratorMemoryGB> = "AcceleratorMemorySize",
    }
}

shape::structure! {
    pub struct TracingConfigResponse {
        mode: Optional<TracingMode> = "Mode",
    }
}

shape::structure! {
    pub struct SnapStartResponse {
        apply_on: Optional<SnapStartApplyOn> = "ApplyOn",
        optimization_status: Optional<SnapStartOptimizationStatus> = "OptimizationStatus",
    }
}
