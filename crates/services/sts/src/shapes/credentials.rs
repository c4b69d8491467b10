use shape::{Optional, Required, Sensitive};

use super::forms::{AccessKeyIdType, AccessKeySecretType, DateType, TokenType};

shape::structure! {
    /// A temporary key. The model demands all four members.
    pub struct Credentials {
        access_key_id: Required<AccessKeyIdType> = "AccessKeyId",
        secret_access_key: Sensitive<AccessKeySecretType> = "SecretAccessKey",
        session_token: Sensitive<TokenType> = "SessionToken",
        expiration: Optional<DateType> = "Expiration",
    }
}
