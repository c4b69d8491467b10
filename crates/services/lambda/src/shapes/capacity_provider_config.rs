use shape::{Optional, Required};

use super::forms::{CapacityProviderArn, ExecutionEnvironmentMemoryGiBPerVCpu, PerExecutionEnvironmentMaxConcurrency};

shape::structure! {
    pub struct CapacityProviderConfig {
        lambda_managed_instances_capacity_provider_config: Required<LambdaManagedInstancesCapacityProviderConfig> =
            "LambdaManagedInstancesCapacityProviderConfig",
    }
}

shape::structure! {
    pub struct LambdaManagedInstancesCapacityProviderConfig {
        capacity_provider_arn: Required<CapacityProviderArn> = "CapacityProviderArn",
        per_execution_environment_max_concurrency: Optional<PerExecutionEnvironmentMaxConcurrency> =
            "PerExecutionEnvironmentMaxConcurrency",
        execution_environment_memory_gib_per_vcpu: Optional<ExecutionEnvironmentMemoryGiBPerVCpu> =
            "ExecutionEnvironmentMemoryGiBPerVCpu",
    }
}
