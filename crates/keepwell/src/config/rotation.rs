//! How secrets rotate, and where rotators may go.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use contract::RotationRules;
use rotators::AllowedTarget;
use secretsmanager::RotationProfile;

use super::setting::{Form, SettingValue, quote, settings};

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
        /// A file of HTTP targets, TOML: where and how the rotator `KeepwellHttpRotation` makes, tries and revokes API keys.
        "rotation.http_targets" => http_targets: Option<PathBuf> = None,
    }
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
