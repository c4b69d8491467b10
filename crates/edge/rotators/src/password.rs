//! Passwords that an engine takes.

use terms::{Entropy, RandomPasswordError, RandomPasswordOptions, SecretBytes, random_password};

use crate::{failure::Failure, settings::PasswordSettings};

/// What AWS's functions of an engine exclude as long as nobody says otherwise.
pub(crate) const EXCLUDED_BY_DEFAULT: &str = "/@\"'\\";

/// What an engine takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PasswordRules {
    /// Unless the operator says otherwise.
    pub(crate) length: usize,
    /// The engine takes no longer ones, whatever the operator says.
    pub(crate) longest: usize,
    /// Unless the operator says otherwise.
    pub(crate) excluded: &'static str,
    /// Whatever the operator says.
    pub(crate) forbidden: &'static str,
}

impl PasswordRules {
    pub(crate) fn draw(
        &self,
        settings: &PasswordSettings,
        entropy: &dyn Entropy,
    ) -> Result<SecretBytes, RandomPasswordError> {
        let excluded = settings.exclude_characters.as_deref().unwrap_or(self.excluded);
        let exclude_characters = format!("{excluded}{}", self.forbidden);
        let options = RandomPasswordOptions {
            length: settings.length.unwrap_or(self.length).min(self.longest),
            exclude_characters: &exclude_characters,
            exclude_numbers: settings.exclude_numbers.unwrap_or(false),
            exclude_punctuation: settings.exclude_punctuation.unwrap_or(false),
            exclude_uppercase: settings.exclude_uppercase.unwrap_or(false),
            exclude_lowercase: settings.exclude_lowercase.unwrap_or(false),
            include_space: false,
            require_each_included_type: settings.require_each_included_type.unwrap_or(true),
        };
        random_password(&options, entropy)
    }
}

/// A password, or what a server keeps of one, where only text can be sent.
pub(crate) fn as_text(password: &SecretBytes) -> Result<&str, Failure> {
    std::str::from_utf8(password.expose()).map_err(|_| Failure::new("the password is not text"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counting;

    const RULES: PasswordRules =
        PasswordRules { length: 32, longest: 40, excluded: EXCLUDED_BY_DEFAULT, forbidden: ";" };

    fn drawn(settings: &PasswordSettings) -> String {
        let entropy = Counting::default();
        (0..50).map(|_| String::from_utf8(RULES.draw(settings, &entropy).unwrap().expose().to_vec()).unwrap()).collect()
    }

    #[test]
    fn what_an_engine_forbids_is_never_drawn() {
        let settings = PasswordSettings { exclude_characters: Some("x".to_owned()), ..PasswordSettings::default() };
        let all = drawn(&settings);
        assert!(!all.contains(['x', ';']) && all.contains(['/', '@', '\\']));
        assert!(!drawn(&PasswordSettings::default()).contains(['/', '@', '"', '\'', '\\', ';']));
    }

    #[test]
    fn a_password_is_no_longer_than_its_engine_takes() {
        let of = |length| PasswordSettings { length, ..PasswordSettings::default() };
        assert_eq!(drawn(&of(None)).len(), 50 * 32);
        assert_eq!(drawn(&of(Some(20))).len(), 50 * 20);
        assert_eq!(drawn(&of(Some(99))).len(), 50 * 40);
    }

    #[test]
    fn a_rotators_own_settings_come_first() {
        let own = PasswordSettings { length: Some(20), ..PasswordSettings::default() };
        let every = PasswordSettings { length: Some(30), exclude_numbers: Some(true), ..PasswordSettings::default() };
        let both = own.or(&every);
        assert_eq!((both.length, both.exclude_numbers), (Some(20), Some(true)));
    }
}
