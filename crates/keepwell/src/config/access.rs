//! Where this server may be stricter than AWS.

use super::setting::settings;

settings! {
    pub struct Access {
        /// ListSecrets and BatchGetSecretValue show only those secrets that the caller may describe. AWS shows every secret
        /// of the account to whoever may list.
        "access.list_only_describable" => list_only_describable: bool = false,
    }
}
