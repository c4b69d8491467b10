use shape::{Optional, Sensitive};

use super::forms::{SensitiveString, StringList, StringType, WorkingDirectory};

shape::structure! {
    pub struct ImageConfig {
        entry_point: Optional<StringList> = "EntryPoint",
        command: Optional<StringList> = "Command",
        working_directory: Optional<WorkingDirectory> = "WorkingDirectory",
    }
}

shape::structure! {
    pub struct ImageConfigResponse {
        image_config: Optional<ImageConfig> = "ImageConfig",
        error: Optional<ImageConfigError> = "Error",
    }
}

shape::structure! {
    pub struct ImageConfigError {
        error_code: Optional<StringType> = "ErrorCode",
        message: Sensitive<SensitiveString> = "Message",
    }
}
