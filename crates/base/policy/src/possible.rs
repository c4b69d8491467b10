//! Deciding about every request at once of which some condition keys are left open.
//!
//! Each decision is made twice. For the better, an Allow whose conditions ask for open keys matches and a Deny does not;
//! for the worse, the other way round. More Allows never take a permission away and more Denies never give one, so what
//! is refused for the better is refused whatever the open keys turn out to be, and what is allowed for the worse is
//! always allowed.

use crate::{
    ConditionContext, Documents, Effect, Inquiry, Layer, Matched, Principal, Verdict,
    decide::{Readings, Request, Witness, of_job},
    set::Found,
    statement::{Condition, Statement},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Possible {
    /// No request of this kind is allowed.
    Never,
    /// Which requests are allowed depends on the open keys.
    Sometimes,
    Always,
}

/// Whether requests are allowed, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Possibility {
    pub possible: Possible,
    /// The Allows that match, and the Denies that may. None where nothing is possible.
    pub statements: Vec<PossibleMatch>,
}

/// A statement that matches, when the conditions hold that are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PossibleMatch {
    pub statement: Matched,
    pub open: Vec<OpenCondition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCondition {
    /// As the policy writes it; `Resource` where the key stands in the statement's resource.
    pub operator: String,
    pub key: String,
}

/// Decides about all requests that agree with the context in every key but those that `is_open` names, in lower case.
pub fn possible(
    inquiry: &Inquiry<'_>,
    documents: &Documents<'_>,
    context: &dyn ConditionContext,
    is_open: &dyn Fn(&str) -> bool,
) -> Possibility {
    let request = Request::of_inquiry(inquiry, context);
    if let Principal::Service { account, job } = inquiry.principal {
        let verdict = of_job((*account, job.as_str()), inquiry.resource_account.unwrap_or(*account), inquiry.action);
        let possible = if verdict == Verdict::Allowed { Possible::Always } else { Possible::Never };
        return Possibility { possible, statements: Vec::new() };
    }
    let decide = |assumed| {
        let mut assuming = Assuming { assumed, is_open, context, matched: Vec::new() };
        let verdict = Readings::take(&request, documents, &mut assuming).verdict(&request, documents.resource_role);
        (verdict == Verdict::Allowed, assuming.matched)
    };
    let (is_possible, mut statements) = decide(Assumed::ForTheBetter);
    if !is_possible {
        return Possibility { possible: Possible::Never, statements: Vec::new() };
    }
    let (is_certain, for_the_worse) = decide(Assumed::ForTheWorse);
    if is_certain {
        return Possibility { possible: Possible::Always, statements };
    }
    let denies = |found: &PossibleMatch| found.statement.effect == Effect::Deny;
    statements.extend(for_the_worse.into_iter().filter(denies));
    Possibility { possible: Possible::Sometimes, statements }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Assumed {
    ForTheBetter,
    ForTheWorse,
}

struct Assuming<'a> {
    assumed: Assumed,
    is_open: &'a dyn Fn(&str) -> bool,
    context: &'a dyn ConditionContext,
    matched: Vec<PossibleMatch>,
}

impl Assuming<'_> {
    /// What an open question is answered with.
    fn assumes(&self, statement: &Statement) -> bool {
        (statement.effect == Effect::Allow) == (self.assumed == Assumed::ForTheBetter)
    }

    fn is_condition_open(&self, condition: &Condition) -> bool {
        if (self.is_open)(&condition.key) {
            return true;
        }
        // A key that is known to be absent is compared with nothing, whatever the variables come to.
        let is_present = self.context.values(&condition.key, &mut |_| {});
        is_present && condition.variables().any(|variable| (self.is_open)(&variable.key))
    }

    fn open_in_resource<'s>(&'s self, statement: &'s Statement) -> impl Iterator<Item = &'s str> {
        let variables = statement.resource_variables().filter(|variable| (self.is_open)(&variable.key));
        variables.map(|variable| &*variable.written)
    }

    fn open_conditions(&self, statement: &Statement) -> Vec<OpenCondition> {
        let of_resource = self.open_in_resource(statement).map(|key| ("Resource", key));
        let conditions = statement.conditions.iter().filter(|condition| self.is_condition_open(condition));
        let of_conditions = conditions.map(|condition| (&*condition.written_operator, &*condition.written_key));
        let open = |(operator, key): (&str, &str)| OpenCondition { operator: operator.into(), key: key.into() };
        of_resource.chain(of_conditions).map(open).collect()
    }
}

impl Witness for Assuming<'_> {
    // Every statement, also behind a Deny.
    const WANTS_ALL: bool = true;

    fn fits(&self, found: &Found<'_>, request: &Request<'_>) -> bool {
        if self.open_in_resource(found.statement).next().is_some() {
            return self.assumes(found.statement);
        }
        found.statement.speaks_of_resource(&request.target, request.context)
    }

    fn holds(&self, found: &Found<'_>, condition: &Condition, context: &dyn ConditionContext) -> bool {
        if self.is_condition_open(condition) { self.assumes(found.statement) } else { condition.holds(context) }
    }

    fn matched(&mut self, layer: Layer, found: &Found<'_>) {
        let open = self.open_conditions(found.statement);
        self.matched.push(PossibleMatch { statement: Matched::of(layer, found), open });
    }
}

#[cfg(test)]
mod tests;
