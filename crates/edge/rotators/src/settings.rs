//! What an operator decides about rotators.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use crate::{http_targets::HttpTargets, network::AllowedTarget};

#[derive(Debug, Clone, Default)]
pub struct RotatorSettings {
    pub network: NetworkSettings,
    /// For every rotator.
    pub passwords: PasswordSettings,
    /// For one rotator, by its name; what is left open here is as for every rotator.
    pub passwords_of: BTreeMap<String, PasswordSettings>,
    /// Services whose API keys are rotated.
    pub http_targets: HttpTargets,
}

#[derive(Debug, Clone)]
pub struct NetworkSettings {
    /// Where rotators may connect to. Empty: everywhere but where nobody's database is.
    pub allowed: Vec<AllowedTarget>,
    pub connect_timeout: Duration,
    /// A statement that takes longer is given up.
    pub answer_timeout: Duration,
    /// Certificates, in PEM, that are trusted beside those that the machine trusts.
    pub ca_bundle: Option<PathBuf>,
    /// Nothing goes without TLS, whatever a secret says.
    pub requires_tls: bool,
}

/// What passwords are drawn from. What is left open is as AWS's function of the same name has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PasswordSettings {
    pub length: Option<usize>,
    pub exclude_characters: Option<String>,
    pub exclude_numbers: Option<bool>,
    pub exclude_punctuation: Option<bool>,
    pub exclude_uppercase: Option<bool>,
    pub exclude_lowercase: Option<bool>,
    pub require_each_included_type: Option<bool>,
}

#[derive(Debug, thiserror::Error)]
pub enum RotatorSettingsError {
    #[error("the certificates that rotators trust cannot be read: {0}")]
    CaBundle(String),
    #[error("there is no rotator {0:?}")]
    NoSuchRotator(String),
    #[error("passwords of {rotator} cannot be drawn: {cause}")]
    Passwords { rotator: &'static str, cause: String },
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self {
            allowed: Vec::new(),
            connect_timeout: Duration::from_secs(5),
            answer_timeout: Duration::from_secs(30),
            ca_bundle: None,
            requires_tls: false,
        }
    }
}

impl PasswordSettings {
    /// All is left open.
    pub(crate) const AS_USUAL: Self = Self {
        length: None,
        exclude_characters: None,
        exclude_numbers: None,
        exclude_punctuation: None,
        exclude_uppercase: None,
        exclude_lowercase: None,
        require_each_included_type: None,
    };

    /// What is left open here is as in the other.
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self {
            length: self.length.or(other.length),
            exclude_characters: self.exclude_characters.clone().or_else(|| other.exclude_characters.clone()),
            exclude_numbers: self.exclude_numbers.or(other.exclude_numbers),
            exclude_punctuation: self.exclude_punctuation.or(other.exclude_punctuation),
            exclude_uppercase: self.exclude_uppercase.or(other.exclude_uppercase),
            exclude_lowercase: self.exclude_lowercase.or(other.exclude_lowercase),
            require_each_included_type: self.require_each_included_type.or(other.require_each_included_type),
        }
    }
}
