//! Databases whose passwords the server keeps and changes by itself.

use shape::{Boolean, Integer, List, Long, Optional, Required, RequiredSensitive, SecretText, Text};

use super::forms::{ArnType, SecretIdType, SecretNameType};

shape::forms! {
    pub EngineType: Text { min: 1, max: 64 }
    pub HostType: Text { min: 1, max: 255 }
    pub PortType: Integer { min: 1, max: 65_535 }
    pub UsernameType: Text { min: 1, max: 256 }
    pub PasswordType: SecretText { min: 1, max: 4096 }
    pub DatabaseNameType: Text { min: 1, max: 256 }
    pub ChoiceType: Boolean {}
    pub DescriptionType: Text { max: 2048 }
    pub KmsKeyIdType: Text { max: 2048 }
    pub AfterDaysType: Long { min: 1, max: 1000 }
    pub WindowType: Text { min: 2, max: 3 }
    pub ScheduleType: Text { min: 1, max: 256 }
    pub TagKeyType: Text { min: 1, max: 128 }
    pub TagValueType: Text { max: 256 }
    pub TagListType: List<Tag> {}
    pub VersionIdType: Text {}
}

shape::structure! {
    pub struct Tag {
        key: Required<TagKeyType> = "Key",
        value: Optional<TagValueType> = "Value",
    }
}

shape::structure! {
    /// As RotateSecret takes them.
    pub struct RotationRules {
        automatically_after_days: Optional<AfterDaysType> = "AutomaticallyAfterDays",
        duration: Optional<WindowType> = "Duration",
        schedule_expression: Optional<ScheduleType> = "ScheduleExpression",
    }
}

shape::structure! {
    pub struct AdoptDatabaseRequest {
        name: Required<SecretNameType> = "Name",
        engine: Required<EngineType> = "Engine",
        host: Required<HostType> = "Host",
        port: Optional<PortType> = "Port",
        username: Required<UsernameType> = "Username",
        password: RequiredSensitive<PasswordType> = "Password",
        database_name: Optional<DatabaseNameType> = "DatabaseName",
        /// Must the connection be encrypted? Without a word it is where the database can.
        ssl: Optional<ChoiceType> = "Ssl",
        description: Optional<DescriptionType> = "Description",
        kms_key_id: Optional<KmsKeyIdType> = "KmsKeyId",
        rotation_rules: Optional<RotationRules> = "RotationRules",
        rotate_immediately: Optional<ChoiceType> = "RotateImmediately",
        tags: Optional<TagListType> = "Tags",
    }
}

shape::structure! {
    pub struct AdoptDatabaseResponse {
        arn: Optional<ArnType> = "ARN",
        name: Optional<SecretNameType> = "Name",
        version_id: Optional<VersionIdType> = "VersionId",
    }
}

shape::structure! {
    pub struct ReleaseDatabaseRequest {
        secret_id: Required<SecretIdType> = "SecretId",
    }
}

shape::structure! {
    pub struct ReleaseDatabaseResponse {
        arn: Optional<ArnType> = "ARN",
        name: Optional<SecretNameType> = "Name",
    }
}

shape::operation! {
    pub AdoptDatabase(AdoptDatabaseRequest) -> AdoptDatabaseResponse,
    errors [ResourceExistsException, InvalidParameterException, InvalidRequestException, InternalServiceError]
}

shape::operation! {
    pub ReleaseDatabase(ReleaseDatabaseRequest) -> ReleaseDatabaseResponse,
    errors [ResourceNotFoundException, InvalidParameterException, InvalidRequestException, InternalServiceError]
}
