//! How safe a record must be before its answer leaves.

use super::setting::{Form, SettingValue, quote, settings};

settings! {
    pub struct Trail {
        /// `system`: a record is handed to the operating system before its answer leaves, and synced within 100 ms, so that
        /// a crash of the process loses none. `strict`: it is synced first, so that a power cut loses none either.
        "trail.durability" => durability: Durability = Durability::System,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    System,
    Strict,
}

impl SettingValue for Durability {
    const PLACEHOLDER: &'static str = "system|strict";
    const FORM: Form = Form::Text;

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "system" => Ok(Self::System),
            "strict" => Ok(Self::Strict),
            _ => Err(format!("expected \"system\" or \"strict\", not {}", quote(text))),
        }
    }

    fn write(&self) -> Option<String> {
        Some(quote(match self {
            Self::System => "system",
            Self::Strict => "strict",
        }))
    }
}
