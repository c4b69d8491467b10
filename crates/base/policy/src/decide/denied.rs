//! Refusals, in AWS's words.

use std::fmt;

use super::{Cause, Layer};
use crate::{Action, Principal, Question, Resource};

/// The refusal. Displays the text that AWS sends with `AccessDeniedException`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    pub(super) question: Question,
    pub(super) cause: Cause,
    pub(super) is_cause_told: bool,
}

impl Denied {
    pub fn question(&self) -> &Question {
        &self.question
    }

    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// The same, and its text does not tell whose policy it was.
    #[must_use]
    pub fn without_cause(self) -> Self {
        Self { is_cause_told: false, ..self }
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Question { principal, action, resource, .. } = &self.question;
        let cause = Some(self.cause).filter(|_| self.is_cause_told);
        f.write_str(&refusal_text(principal, *action, resource, cause))
    }
}

/// What a principal is told that is refused. Without a cause it does not learn whose policy it was.
pub fn refusal_text(principal: &Principal, action: Action, resource: &Resource, cause: Option<Cause>) -> String {
    let subject = match resource {
        Resource::One { asked, .. } => format!(" on resource: {asked}"),
        Resource::Every => String::new(),
    };
    let reason = match cause {
        Some(Cause { layer: Layer::Trust, is_explicit: true }) => {
            " with an explicit deny in the role trust policy".to_owned()
        }
        // STS says no more.
        Some(Cause { layer: Layer::Trust, is_explicit: false }) | None => String::new(),
        Some(Cause { layer, is_explicit: true }) => {
            format!(" with an explicit deny in {} {}", layer.article(), layer.name())
        }
        Some(Cause { layer, is_explicit: false }) => format!(" because no {} allows the {action} action", layer.name()),
    };
    format!("User: {principal} is not authorized to perform: {action}{subject}{reason}")
}

impl std::error::Error for Denied {}

impl Layer {
    /// As refusals name it.
    fn name(self) -> &'static str {
        match self {
            Self::ResourceControl => "resource control policy",
            Self::ServiceControl => "service control policy",
            Self::Resource | Self::Key => "resource-based policy",
            Self::Trust => "role trust policy",
            Self::Identity => "identity-based policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::Endpoint => "VPC endpoint policy",
        }
    }

    fn article(self) -> &'static str {
        if self == Self::Identity { "an" } else { "a" }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use terms::RequestId;

    use super::*;
    use crate::testing::{account, role_session};

    fn denied(layer: Layer, is_explicit: bool, resource: Resource) -> Denied {
        let action = Action::new("secretsmanager:GetSecretValue");
        let question =
            Question { principal: role_session(), action, resource, request: RequestId::from_bytes([0; 16]) };
        Denied { question, cause: Cause { layer, is_explicit }, is_cause_told: true }
    }

    fn text(layer: Layer, is_explicit: bool, resource: Resource) -> String {
        denied(layer, is_explicit, resource).to_string()
    }

    #[test]
    fn each_cause_has_the_words_of_aws() {
        let secret = Resource::One { arn: Arc::from("arn:x"), account: account(), asked: Arc::from("prod/db") };
        let start = "User: arn:aws:sts::111122223333:assumed-role/deployer/nightly is not authorized to perform: \
                     secretsmanager:GetSecretValue on resource: prod/db";
        for (layer, is_explicit, end) in [
            (
                Layer::Identity,
                false,
                " because no identity-based policy allows the secretsmanager:GetSecretValue action",
            ),
            (Layer::Identity, true, " with an explicit deny in an identity-based policy"),
            (
                Layer::Resource,
                false,
                " because no resource-based policy allows the secretsmanager:GetSecretValue action",
            ),
            (Layer::Key, true, " with an explicit deny in a resource-based policy"),
            (
                Layer::Boundary,
                false,
                " because no permissions boundary allows the secretsmanager:GetSecretValue action",
            ),
            (Layer::Boundary, true, " with an explicit deny in a permissions boundary"),
            (Layer::Session, false, " because no session policy allows the secretsmanager:GetSecretValue action"),
            (Layer::Session, true, " with an explicit deny in a session policy"),
            (
                Layer::ServiceControl,
                false,
                " because no service control policy allows the secretsmanager:GetSecretValue action",
            ),
            (Layer::ServiceControl, true, " with an explicit deny in a service control policy"),
            (Layer::ResourceControl, true, " with an explicit deny in a resource control policy"),
            (Layer::Endpoint, false, " because no VPC endpoint policy allows the secretsmanager:GetSecretValue action"),
            (Layer::Endpoint, true, " with an explicit deny in a VPC endpoint policy"),
            (Layer::Trust, false, ""),
            (Layer::Trust, true, " with an explicit deny in the role trust policy"),
        ] {
            assert_eq!(text(layer, is_explicit, secret.clone()), format!("{start}{end}"));
        }
        assert_eq!(
            text(Layer::Identity, false, Resource::Every),
            "User: arn:aws:sts::111122223333:assumed-role/deployer/nightly is not authorized to perform: \
             secretsmanager:GetSecretValue because no identity-based policy allows the secretsmanager:GetSecretValue \
             action"
        );
    }
    #[test]
    fn without_its_cause_every_refusal_reads_alike() {
        let role = || Resource::One { arn: Arc::from("arn:x"), account: account(), asked: Arc::from("arn:x") };
        let layers = [Layer::Trust, Layer::Identity, Layer::Boundary, Layer::Session];
        for (layer, is_explicit) in layers.into_iter().flat_map(|layer| [(layer, true), (layer, false)]) {
            assert_eq!(
                denied(layer, is_explicit, role()).without_cause().to_string(),
                "User: arn:aws:sts::111122223333:assumed-role/deployer/nightly is not authorized to perform: \
                 secretsmanager:GetSecretValue on resource: arn:x"
            );
        }
    }
}
