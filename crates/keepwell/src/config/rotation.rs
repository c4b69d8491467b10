//! How secrets rotate, and where rotators may go.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use contract::RotationRules;
use rotators::{AllowedTarget, PasswordSettings, RotatorSettings, RotatorSettingsError};
use secretsmanager::RotationProfile;

use super::setting::{Form, SettingValue, quote, settings};
use super::sources::nearest;

settings! {
    pub struct Rotation {
        /// Rotations that are at work at once.
        "rotation.concurrency" => concurrency: NonZeroUsize = const { NonZeroUsize::new(16).unwrap() },
        /// Of these, rotations by built-in rotators at one host. Others wait for their turn there, and no time runs for them.
        "rotation.concurrency_per_host" => concurrency_per_host: NonZeroUsize = const { NonZeroUsize::new(4).unwrap() },
        /// How often a rotation is tried before it waits for its next window, or for somebody to ask again.
        "rotation.attempts" => attempts: NonZeroU32 = const { NonZeroU32::new(5).unwrap() },
        /// A scheduled rotation begins within this time from the opening of its window, by chance, so that not all begin at once.
        "rotation.start_spread" => start_spread: Duration = Duration::from_mins(30),
        /// How often `testSecret` is called outside of rotations, to learn in time whether the next one would work. By default
        /// never.
        "rotation.test_interval" => test_interval: Option<Duration> = None,
        /// How often a built-in rotator looks whether AWSCURRENT still logs in. By default never.
        "rotation.check_interval" => check_interval: Option<Duration> = None,
        /// Rules for secrets with a tag, such as `env=dev => 7d`, `env=production => cron(0 4 1 * ? *); duration=3h` or
        /// `class=pci => 30d; max=90d`: taken where neither RotateSecret nor the secret has rules. With `max`, longer intervals are
        /// refused. The first that fits counts; give it again for more.
        "rotation.profiles" => profiles: Vec<Profile> = Vec::new(),
        /// A host, `*.domain`, address or network that built-in rotators may connect to, with `:PORT` for one port alone; give it
        /// again for more. By default all, but never link-local addresses and this server itself.
        "rotation.allowed_targets" => allowed_targets: Vec<AllowedTarget> = Vec::new(),
        /// How long a built-in rotator waits for a connection.
        "rotation.connect_timeout" => connect_timeout: Duration = Duration::from_secs(5),
        /// How long it waits for an answer.
        "rotation.answer_timeout" => answer_timeout: Duration = Duration::from_secs(30),
        /// A file of CAs that built-in rotators trust beside this machine's, PEM.
        "rotation.ca_bundle" => ca_bundle: Option<PathBuf> = None,
        /// Built-in rotators connect with TLS alone, whatever `ssl` says in a secret.
        "rotation.require_tls" => require_tls: bool = false,
        /// How long the passwords of built-in rotators are. By default as AWS's rotation function of the same name makes them.
        "rotation.password_length" => password_length: Option<NonZeroUsize> = None,
        /// Characters that are in none of their passwords. By default as AWS's function has it.
        "rotation.password_exclude_characters" => password_exclude_characters: Option<String> = None,
        /// Passwords of single built-in rotators, by the rotator's name: in a table `[rotation.rotators.NAME]` stand
        /// `password_length`, `password_exclude_characters`, and as true or false `password_exclude_numbers`,
        /// `password_exclude_punctuation`, `password_exclude_uppercase`, `password_exclude_lowercase` and
        /// `password_require_each_included_type`. What is left out is as for all of them. As a flag:
        /// `NAME.password_length = 20`.
        "rotation.rotators" => rotators: RotatorTables = RotatorTables::default(),
        /// A file of HTTP targets, TOML: where and how the rotator `KeepwellHttpRotation` makes, tries and revokes API keys.
        "rotation.http_targets" => http_targets: Option<PathBuf> = None,
    }
}

/// Can the rotators draw passwords as they are told to?
pub(super) fn check(rotation: &Rotation) -> Result<(), String> {
    let RotatorTables(passwords_of) = &rotation.rotators;
    let settings = RotatorSettings {
        passwords: rotation.passwords(),
        passwords_of: passwords_of.clone(),
        ..RotatorSettings::default()
    };
    rotators::check_passwords(&settings).map_err(|error| match error {
        RotatorSettingsError::NoSuchRotator(name) => {
            let nearest = nearest(&name, rotators::names().into_iter().map(str::to_owned));
            let hint = nearest.map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"));
            format!("rotation.rotators.{name}: there is no rotator of this name{hint}")
        }
        RotatorSettingsError::Passwords { rotator, cause } if passwords_of.contains_key(rotator) => {
            format!("rotation.rotators.{rotator}: such passwords cannot be drawn: {cause}")
        }
        RotatorSettingsError::Passwords { rotator, cause } => {
            let keys = "rotation.password_length, rotation.password_exclude_characters";
            format!("{keys}: such passwords cannot be drawn for {rotator}: {cause}")
        }
        RotatorSettingsError::CaBundle(_) => error.to_string(),
    })
}

impl Rotation {
    /// Of every rotator.
    pub(crate) fn passwords(&self) -> PasswordSettings {
        PasswordSettings {
            length: self.password_length.map(NonZeroUsize::get),
            exclude_characters: self.password_exclude_characters.clone(),
            ..PasswordSettings::default()
        }
    }
}

/// Passwords of single rotators, by the rotators' names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RotatorTables(pub BTreeMap<String, PasswordSettings>);

impl SettingValue for RotatorTables {
    const PLACEHOLDER: &'static str = "TOML";
    const FORM: Form = Form::Tables;

    fn parse(text: &str) -> Result<Self, String> {
        let refusal = || format!("expected the names of rotators with their settings, as TOML, not {}", quote(text));
        let tables = text.parse::<toml::Table>().map_err(|_| refusal())?;
        let tables = tables.into_iter().map(|(name, table)| {
            let toml::Value::Table(table) = table else { return Err(refusal()) };
            let passwords = password_settings(&table).map_err(|refusal| format!("{name}.{refusal}"))?;
            Ok((name, passwords))
        });
        Ok(Self(tables.collect::<Result<_, _>>()?))
    }

    fn write(&self) -> Option<String> {
        let tables: toml::Table = self.0.iter().map(|(name, passwords)| (name.clone(), table(passwords))).collect();
        (!tables.is_empty()).then(|| toml::Value::Table(tables).to_string())
    }
}

fn password_settings(table: &toml::Table) -> Result<PasswordSettings, String> {
    let mut settings = PasswordSettings::default();
    for (name, value) in table {
        let expected = |wanted: &str| format!("{name}: expected {wanted}, not {value}");
        let is = || value.as_bool().map(Some).ok_or_else(|| expected("true or false"));
        match name.as_str() {
            "password_length" => {
                let length = value.as_integer().and_then(|length| usize::try_from(length).ok());
                settings.length = Some(length.ok_or_else(|| expected("a whole number"))?);
            }
            "password_exclude_characters" => {
                let characters = value.as_str().ok_or_else(|| expected("text in quotes"))?;
                settings.exclude_characters = Some(characters.to_owned());
            }
            "password_exclude_numbers" => settings.exclude_numbers = is()?,
            "password_exclude_punctuation" => settings.exclude_punctuation = is()?,
            "password_exclude_uppercase" => settings.exclude_uppercase = is()?,
            "password_exclude_lowercase" => settings.exclude_lowercase = is()?,
            "password_require_each_included_type" => settings.require_each_included_type = is()?,
            _ => return Err(format!("{name}: a rotator has no such setting")),
        }
    }
    Ok(settings)
}

fn table(passwords: &PasswordSettings) -> toml::Value {
    let PasswordSettings {
        length,
        exclude_characters,
        exclude_numbers,
        exclude_punctuation,
        exclude_uppercase,
        exclude_lowercase,
        require_each_included_type,
    } = passwords.clone();
    let length = length.and_then(|length| i64::try_from(length).ok());
    let settings: [(&str, Option<toml::Value>); 7] = [
        ("password_length", length.map(Into::into)),
        ("password_exclude_characters", exclude_characters.map(Into::into)),
        ("password_exclude_numbers", exclude_numbers.map(Into::into)),
        ("password_exclude_punctuation", exclude_punctuation.map(Into::into)),
        ("password_exclude_uppercase", exclude_uppercase.map(Into::into)),
        ("password_exclude_lowercase", exclude_lowercase.map(Into::into)),
        ("password_require_each_included_type", require_each_included_type.map(Into::into)),
    ];
    let given = settings.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    toml::Value::Table(given.collect())
}

/// Rules for secrets with a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile(pub RotationProfile);

impl SettingValue for Profile {
    const PLACEHOLDER: &'static str = "TAG=VALUE => RULE";
    const FORM: Form = Form::Text;

    fn parse(text: &str) -> Result<Self, String> {
        let refusal = || {
            let examples = "`env=dev => 7d`, `env => cron(0 4 1 * ? *); duration=3h` or `class=pci => 30d; max=90d`";
            format!("expected a tag and rules, such as {examples}, not {}", quote(text))
        };
        let (tag, parts) = text.split_once("=>").ok_or_else(refusal)?;
        let (key, value) = match tag.trim().split_once('=') {
            Some((key, value)) => (key.trim(), Some(value.trim().to_owned())),
            None => (tag.trim(), None),
        };
        if key.is_empty() {
            return Err(refusal());
        }
        let mut rules = RotationRules::default();
        let mut maximum_days = None;
        for part in parts.split(';').map(str::trim) {
            match part.split_once('=') {
                Some(("max", days)) if maximum_days.is_none() => {
                    maximum_days = Some(days_of(days).ok_or_else(refusal)?)
                }
                Some(("duration", hours)) if rules.duration.is_none() => rules.duration = Some(hours.to_owned()),
                None if has_no_schedule(&rules) => match days_of(part) {
                    Some(days) => rules.automatically_after_days = Some(days.into()),
                    None if part.starts_with("rate(") || part.starts_with("cron(") => {
                        rules.schedule_expression = Some(part.to_owned());
                    }
                    None => return Err(refusal()),
                },
                _ => return Err(refusal()),
            }
        }
        let has_rules = !has_no_schedule(&rules);
        if !has_rules && (rules.duration.is_some() || maximum_days.is_none()) {
            return Err(refusal());
        }
        let rules = has_rules.then_some(rules);
        Ok(Self(RotationProfile { tag_key: key.to_owned(), tag_value: value, rules, maximum_days }))
    }

    fn write(&self) -> Option<String> {
        let RotationProfile { tag_key, tag_value, rules, maximum_days } = &self.0;
        let tag = tag_value.as_ref().map_or_else(|| tag_key.clone(), |value| format!("{tag_key}={value}"));
        let rules = rules.clone().unwrap_or_default();
        let parts = [
            rules.automatically_after_days.map(|days| format!("{days}d")),
            rules.schedule_expression,
            rules.duration.map(|duration| format!("duration={duration}")),
            maximum_days.map(|days| format!("max={days}d")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        Some(quote(&format!("{tag} => {}", parts.join("; "))))
    }
}

fn has_no_schedule(rules: &RotationRules) -> bool {
    rules.automatically_after_days.is_none() && rules.schedule_expression.is_none()
}

/// AWS takes 1 to 1,000.
fn days_of(text: &str) -> Option<u32> {
    text.strip_suffix('d')?.parse().ok().filter(|days| (1..=1000).contains(days))
}

impl SettingValue for AllowedTarget {
    const PLACEHOLDER: &'static str = "HOST|NETWORK[:PORT]";
    const FORM: Form = Form::Text;

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error| format!("{error}"))
    }

    fn write(&self) -> Option<String> {
        Some(quote(&self.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(text: &str) -> RotationProfile {
        let profile = Profile::parse(text).unwrap();
        assert_eq!(profile.write(), Some(quote(text)));
        profile.0
    }

    #[test]
    fn a_profile_is_a_tag_and_rules() {
        let dev = profile("env=dev => 7d");
        assert_eq!((dev.tag_key.as_str(), dev.tag_value.as_deref(), dev.maximum_days), ("env", Some("dev"), None));
        assert_eq!(dev.rules.unwrap().automatically_after_days, Some(7));
        let production = profile("env=production => cron(0 4 1 * ? *); duration=3h");
        let rules = production.rules.unwrap();
        assert_eq!(rules.schedule_expression.as_deref(), Some("cron(0 4 1 * ? *)"));
        assert_eq!(rules.duration.as_deref(), Some("3h"));
        let pci = profile("class=pci => 30d; max=90d");
        assert_eq!((pci.maximum_days, pci.rules.unwrap().automatically_after_days), (Some(90), Some(30)));
        let any = profile("rotated => max=30d");
        assert_eq!((any.tag_value, any.rules, any.maximum_days), (None, None, Some(30)));
    }

    const MYSQL: &str = "SecretsManagerRDSMySQLRotationSingleUser";

    #[test]
    fn a_rotator_has_a_table_of_its_own() {
        let text = format!(
            "{MYSQL} = {{ password_length = 20, password_exclude_characters = \"x;,\", password_exclude_numbers = true }}"
        );
        let tables = RotatorTables::parse(&text).unwrap();
        let expected = PasswordSettings {
            length: Some(20),
            exclude_characters: Some("x;,".to_owned()),
            exclude_numbers: Some(true),
            ..PasswordSettings::default()
        };
        assert_eq!(tables.0, BTreeMap::from([(MYSQL.to_owned(), expected)]));
        assert_eq!(
            RotatorTables::parse(&format!("it = {}", tables.write().unwrap())).unwrap_err().split(':').next(),
            Some("it.SecretsManagerRDSMySQLRotationSingleUser")
        );
        assert_eq!(RotatorTables::parse(&format!("{MYSQL}.password_length = 20")).unwrap().0[MYSQL].length, Some(20));
        assert_eq!(RotatorTables::default().write(), None);
    }

    #[test]
    fn what_is_no_setting_of_a_rotator_is_refused() {
        for (text, refusal) in [
            ("X", "expected the names of rotators"),
            ("X = 1", "expected the names of rotators"),
            ("X.length = 1", "X.length: a rotator has no such setting"),
            ("X.password_length = -1", "X.password_length: expected a whole number, not -1"),
            ("X.password_exclude_numbers = 1", "X.password_exclude_numbers: expected true or false"),
            ("X.password_exclude_characters = 1", "X.password_exclude_characters: expected text in quotes"),
        ] {
            let refused = RotatorTables::parse(text).unwrap_err();
            assert!(refused.starts_with(refusal), "{refused}");
        }
    }

    #[test]
    fn what_is_no_profile_is_refused() {
        for text in [
            "env=dev",
            "env=dev =>",
            "=> 7d",
            "env=dev => 0d",
            "env=dev => 1001d",
            "env=dev => 7",
            "env=dev => 7d; 8d",
            "env=dev => duration=3h",
            "env=dev => weekly",
            "env=dev => 7d; minimum=3d",
        ] {
            assert!(Profile::parse(text).is_err(), "{text}");
        }
    }
}
