//! Why a step did not go well, for people who read the timeline.

use facades::{SecretsDoorError, StepFailed};
use terms::SecretBytes;

/// Says what to do about it, and no value ever.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub(crate) struct Failure {
    text: String,
    may_have_changed: bool,
}

/// Words of a server are cut here.
const WORDS_SHOWN: usize = 300;

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), may_have_changed: false }
    }

    /// The same with what was wanted in front.
    pub(crate) fn within(self, wanted: &str) -> Self {
        Self { text: format!("{wanted}: {}", self.text), ..self }
    }

    /// Of a change that may have been made all the same.
    pub(crate) fn in_a_change(self) -> Self {
        Self { may_have_changed: true, ..self }
    }
}

/// What a server said, fit to be shown: one line, not long, and none of the secrets that it was sent.
pub(crate) fn words_of_server(words: &str, secrets: &[&SecretBytes]) -> String {
    let holds = |secret: &&SecretBytes| {
        let secret = secret.expose();
        !secret.is_empty() && words.as_bytes().windows(secret.len()).any(|window| window == secret)
    };
    if secrets.iter().any(holds) {
        return "the server's words hold a password and are not shown".to_owned();
    }
    let line: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WORDS_SHOWN).collect();
    line.trim().to_owned()
}

impl From<SecretsDoorError> for Failure {
    fn from(error: SecretsDoorError) -> Self {
        match error {
            SecretsDoorError::NotFound(text)
            | SecretsDoorError::Denied(text)
            | SecretsDoorError::Refused { text, .. } => Self::new(text),
            SecretsDoorError::Internal(cause) => {
                tracing::error!(cause, "a rotator could not reach its secret");
                Self::new("Secrets Manager could not answer; the server's log says why")
            }
        }
    }
}

impl From<Failure> for StepFailed {
    fn from(failure: Failure) -> Self {
        Self { may_have_changed: failure.may_have_changed, ..Self::new(failure.text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_hold_a_password_are_not_shown() {
        let password = SecretBytes::copy_of(b"hunter2");
        let told = words_of_server("syntax error near 'hunter2'", &[&password]);
        assert!(!told.contains("hunter2"));
        assert_eq!(words_of_server("access\ndenied", &[&password]), "access denied");
        assert_eq!(words_of_server("fine", &[&SecretBytes::default()]), "fine");
        assert_eq!(words_of_server(&"x".repeat(1000), &[]).len(), WORDS_SHOWN);
    }
}
