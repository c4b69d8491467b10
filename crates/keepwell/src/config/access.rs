//! Who sees what, where AWS leaves no choice.

use super::setting::settings;

settings! {
    pub struct Access {
        /// ListSecrets, and BatchGetSecretValue with filters, show only the secrets that their caller may describe. AWS
        /// shows every secret of the account to whoever may list.
        "access.list_only_describable" => list_only_describable: bool = false,
    }
}
