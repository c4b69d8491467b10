//! The decision: a pure function of the question, of the documents that govern it, and of the request's condition keys.

mod deciders;
mod denied;
mod layers;
mod request;
#[cfg(test)]
mod tests;
mod verdict;
mod witness;

pub use deciders::{Decider, Deciders, decide_noting};
pub use denied::{Denied, refusal_text};

pub(crate) use layers::{Reading, Readings};
pub(crate) use request::Request;
pub(crate) use witness::Witness;

use terms::AccountId;

use crate::{ConditionContext, Documents, Principal, Question, Resource};
use witness::Nobody;

/// The answer, with its question.
#[derive(Debug)]
pub struct Decision {
    question: Question,
    verdict: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Allowed,
    Denied(Cause),
}

/// Which kind of policy refused, and whether by a Deny or by saying nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    pub layer: Layer,
    pub is_explicit: bool,
}

/// The kinds of policies that a decision looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    ResourceControl,
    ServiceControl,
    Resource,
    Trust,
    Key,
    Identity,
    Boundary,
    Session,
    Endpoint,
}

impl Layer {
    /// Does its policy belong to the resource, and to whoever owns that?
    pub fn is_of_the_resource(self) -> bool {
        matches!(self, Self::ResourceControl | Self::Resource | Self::Trust | Self::Key)
    }
}

/// May the question's principal do it?
pub fn decide(question: Question, documents: &Documents<'_>, context: &dyn ConditionContext) -> Decision {
    decide_before(&mut Nobody, question, documents, context)
}

fn decide_before(
    witness: &mut impl Witness,
    question: Question,
    documents: &Documents<'_>,
    context: &dyn ConditionContext,
) -> Decision {
    let verdict = match (&question.principal, &question.resource) {
        (Principal::Service { account, job }, Resource::One { account: owner, .. }) => {
            of_job((*account, job.as_str()), *owner, question.action.as_str())
        }
        (Principal::Service { .. }, Resource::Every) => NO_IDENTITY_ALLOWS,
        _ => {
            let request = Request::of_question(&question, context);
            Readings::take(&request, documents, witness).verdict(&request, documents.resource_role)
        }
    };
    Decision { question, verdict }
}

const NO_IDENTITY_ALLOWS: Verdict = Verdict::Denied(Cause { layer: Layer::Identity, is_explicit: false });

/// The service's own background jobs: one action in one account, whatever policies say.
pub(crate) fn of_job((account, job): (AccountId, &str), owner: AccountId, action: &str) -> Verdict {
    if account == owner && job == action { Verdict::Allowed } else { NO_IDENTITY_ALLOWS }
}

impl Decision {
    pub fn is_allowed(&self) -> bool {
        self.verdict == Verdict::Allowed
    }

    pub fn cause(&self) -> Option<Cause> {
        match self.verdict {
            Verdict::Allowed => None,
            Verdict::Denied(cause) => Some(cause),
        }
    }

    pub(crate) fn into_question(self) -> Result<Question, Denied> {
        match self.verdict {
            Verdict::Allowed => Ok(self.question),
            Verdict::Denied(cause) => Err(Denied { question: self.question, cause, is_cause_told: true }),
        }
    }
}
