//! Environment variables, which are sensitive: neither the trail nor a log sees them.

use shape::{Optional, Sensitive};

use super::forms::{EnvironmentVariables, SensitiveString, StringType};

shape::structure! {
    pub struct Environment {
        variables: Sensitive<EnvironmentVariables> = "Variables",
    }
}

shape::structure! {
    pub struct EnvironmentResponse {
        variables: Sensitive<EnvironmentVariables> = "Variables",
        error: Optional<EnvironmentError> = "Error",
    }
}

shape::structure! {
    pub struct EnvironmentError {
        error_code: Optional<StringType> = "ErrorCode",
        message: Sensitive<SensitiveString> = "Message",
    }
}
