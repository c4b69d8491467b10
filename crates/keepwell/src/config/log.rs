//! How the server tells what it does.

use super::setting::{Form, SettingValue, quote, settings};

settings! {
    pub struct Log {
        /// `text` for people, `json` for machines; `auto` is text on a terminal and JSON otherwise.
        "log.format" => format: LogFormat = LogFormat::Auto,
        /// What to log: error, warn, info, debug or trace, for all or by target, such as `info,keepwell::request=debug`.
        "log.level" => level: LogLevel = LogLevel("info".to_owned()),
    }
}

/// Of a process that has no configuration.
impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Auto, level: LogLevel("info".to_owned()) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Auto,
    Text,
    Json,
}

/// Directives that `tracing_subscriber` has accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLevel(String);

impl LogLevel {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SettingValue for LogFormat {
    const PLACEHOLDER: &'static str = "auto|text|json";
    const FORM: Form = Form::Text;

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("expected \"auto\", \"text\" or \"json\", not {}", quote(text))),
        }
    }

    fn write(&self) -> Option<String> {
        Some(quote(match self {
            Self::Auto => "auto",
            Self::Text => "text",
            Self::Json => "json",
        }))
    }
}

impl SettingValue for LogLevel {
    const PLACEHOLDER: &'static str = "LEVEL";
    const FORM: Form = Form::Text;

    fn parse(text: &str) -> Result<Self, String> {
        let text: String = text.split_whitespace().collect();
        // A bare word that is no level is taken for a target by the parser, and would silence the log.
        let is_level = |word: &str| !word.is_empty() && word.parse::<tracing::level_filters::LevelFilter>().is_ok();
        let is_directive =
            |part: &str| part.rsplit_once('=').map_or_else(|| is_level(part), |(_, level)| is_level(level));
        let is_parsed = tracing_subscriber::EnvFilter::try_new(&text).is_ok();
        if is_parsed && text.split(',').all(is_directive) {
            Ok(Self(text))
        } else {
            Err(format!(
                "expected error, warn, info, debug or trace, for all or by target as in \
                 \"info,keepwell::request=debug\", not {}",
                quote(&text)
            ))
        }
    }

    fn write(&self) -> Option<String> {
        Some(quote(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_checked_before_it_could_silence_the_log() {
        for right in ["info", "off", "warn,keepwell::security=info", "info, hyper=debug"] {
            assert!(LogLevel::parse(right).is_ok(), "{right}");
        }
        for wrong in ["", "inof", "info,keepwell::request", "info,keepwell::request=loud", "info,,debug"] {
            assert!(LogLevel::parse(wrong).is_err(), "{wrong}");
        }
    }
}
