use shape::{Optional, Required, Sensitive};

use super::forms::{FunctionRuntimeAlias, FunctionRuntimeArn, RuntimeVersionArn, SensitiveString, StringType};

shape::structure! {
    pub struct FunctionRuntimeConfig {
        runtime_arn: Required<FunctionRuntimeArn> = "RuntimeArn",
        runtime_alias: Required<FunctionRuntimeAlias> = "RuntimeAlias",
    }
}

shape::structure! {
    pub struct RuntimeVersionConfig {
        runtime_version_arn: Optional<RuntimeVersionArn> = "RuntimeVersionArn",
        error: Optional<RuntimeVersionError> = "Error",
    }
}

shape::structure! {
    pub struct RuntimeVersionError {
        error_code: Optional<StringType> = "ErrorCode",
        message: Sensitive<SensitiveString> = "Message",
    }
}
