//! Entries of Action elements.

use crate::pattern::Glob;

/// An action as decisions compare it: in lower case, with its service apart.
#[derive(Debug, Clone)]
pub(crate) struct ActionName {
    whole: String,
    colon: Option<usize>,
}

/// An entry of an Action element, in lower case.
#[derive(Debug)]
pub(crate) enum ActionPattern {
    /// `*`
    Every,
    Exact {
        service: Box<str>,
        name: Box<str>,
    },
    Wild {
        service: Box<str>,
        name: Glob,
    },
}

impl ActionName {
    pub(crate) fn new(text: &str) -> Self {
        let whole = text.to_ascii_lowercase();
        let colon = whole.find(':');
        Self { whole, colon }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.whole
    }

    /// A text without a service is of the service without a name.
    pub(crate) fn service(&self) -> &str {
        self.colon.and_then(|colon| self.whole.get(..colon)).unwrap_or_default()
    }

    pub(crate) fn name(&self) -> &str {
        self.colon.and_then(|colon| self.whole.get(colon + 1..)).unwrap_or(&self.whole)
    }
}

impl ActionPattern {
    pub(crate) fn parse(text: &str) -> Self {
        if text == "*" {
            return Self::Every;
        }
        let lower = text.to_ascii_lowercase();
        let (service, name) = lower.split_once(':').unwrap_or(("", &lower));
        let glob = Glob::parse(name);
        match glob.as_exact() {
            Some(name) => Self::Exact { service: service.into(), name: name.into() },
            None => Self::Wild { service: service.into(), name: glob },
        }
    }

    pub(crate) fn matches(&self, action: &ActionName) -> bool {
        match self {
            Self::Every => true,
            Self::Exact { service, name } => **service == *action.service() && **name == *action.name(),
            Self::Wild { service, name } => **service == *action.service() && name.matches(action.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_compared_without_case_and_wildcards_stay_in_the_name() {
        let action = ActionName::new("secretsmanager:GetSecretValue");
        for pattern in ["*", "secretsmanager:*", "SecretsManager:getsecretvalue", "secretsmanager:Get*Val??"] {
            assert!(ActionPattern::parse(pattern).matches(&action), "{pattern}");
        }
        for pattern in ["kms:*", "secretsmanager:Get", "secretsmanager:Put*", "secretsmanager"] {
            assert!(!ActionPattern::parse(pattern).matches(&action), "{pattern}");
        }
    }
}
