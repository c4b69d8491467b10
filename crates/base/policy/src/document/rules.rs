//! What each kind of document must keep, in AWS's order of complaints.

use std::collections::BTreeSet;

use super::{
    PolicyKind, PrincipalKind,
    draft::{Draft, DraftStatement, Element, Version},
    error::Fault,
    resource_rules::check_resource,
};
use crate::{statement::Test, value::parse_moment};

impl PolicyKind {
    /// Attached to identities and speaking of whoever they are attached to.
    fn is_of_identities(self) -> bool {
        matches!(self, Self::Identity | Self::Session | Self::Boundary)
    }

    fn must_be_current(self) -> bool {
        matches!(self, Self::Identity | Self::Boundary)
    }
}

pub(super) fn check(draft: &Draft, kind: PolicyKind) -> Result<(), Fault> {
    if draft.has_id && kind.is_of_identities() {
        return Err(Fault::Syntax);
    }
    if kind.must_be_current() && draft.version != Some(Version::Current) {
        return Err(Fault::Version);
    }
    let each = |rule: &dyn Fn(&DraftStatement) -> Result<(), Fault>| draft.statements.iter().try_for_each(rule);
    each(&|statement| check_fields(statement, kind))?;
    each(&check_dates)?;
    check_sids(draft, kind)?;
    each(&|statement| check_principals(statement, kind))?;
    let is_trust = kind == PolicyKind::Trust;
    let no_actions = || if is_trust { Fault::Missing("Action") } else { Fault::NoActions };
    // KMS takes statements that lack one of them, and they have no effect.
    let is_key = kind == PolicyKind::Key;
    let require_actions = if is_key { require_if_there } else { require };
    let require_resources = if is_key || is_trust { require_if_there } else { require };
    each(&|statement| require_actions(&statement.actions, no_actions()))?;
    each(&|statement| require_resources(&statement.resources, Fault::NoResources))?;
    each(&|statement| entries(&statement.resources).try_for_each(|resource| check_resource(resource)))?;
    each(&|statement| entries(&statement.actions).try_for_each(|action| check_action(action, kind)))
}

fn check_fields(statement: &DraftStatement, kind: PolicyKind) -> Result<(), Fault> {
    let is_negated = |element: Option<bool>, name, not_name| match element {
        Some(true) => Err(Fault::Prohibited(not_name)),
        Some(false) => Err(Fault::Prohibited(name)),
        None => Ok(()),
    };
    let principals = statement.principals.as_ref();
    match kind {
        PolicyKind::Trust => {
            is_negated(statement.resources.as_ref().map(|element| element.is_negated), "Resource", "NotResource")?;
            if principals.is_some_and(|element| element.is_negated) {
                return Err(Fault::Prohibited("NotPrincipal"));
            }
        }
        PolicyKind::Control => {
            let is_everyone = |(_, text): &(PrincipalKind, String)| text == "*";
            if principals.is_some_and(|element| element.is_negated || !element.entries.iter().all(is_everyone)) {
                return Err(Fault::Syntax);
            }
        }
        _ if kind.is_of_identities() && principals.is_some() => return Err(Fault::UnwantedPrincipal),
        _ => {}
    }
    match (statement.effect, kind) {
        (Some(_), _) => Ok(()),
        (None, PolicyKind::Trust) => Err(Fault::Missing("Effect")),
        (None, _) => Err(Fault::Syntax),
    }
}

fn check_dates(statement: &DraftStatement) -> Result<(), Fault> {
    let dated = statement.conditions.iter().filter(|condition| matches!(condition.operator.test, Test::Date(_)));
    let mut dates = dated.flat_map(|condition| &condition.values);
    if dates.all(|date| parse_moment(date).is_some()) { Ok(()) } else { Err(Fault::LegacyParsing) }
}

fn check_sids(draft: &Draft, kind: PolicyKind) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    for sid in draft.statements.iter().filter_map(|statement| statement.sid.as_deref()) {
        if kind.is_of_identities() && !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Fault::Sid);
        }
        // AWS's own policies for the keys that it manages have one twice.
        if kind != PolicyKind::Key && !sid.is_empty() && !seen.insert(sid) {
            return Err(Fault::DuplicateSid);
        }
    }
    Ok(())
}

fn check_principals(statement: &DraftStatement, kind: PolicyKind) -> Result<(), Fault> {
    if kind.is_of_identities() || kind == PolicyKind::Control {
        return Ok(());
    }
    require(&statement.principals, Fault::Missing("Principal"))?;
    match entries(&statement.principals).find(|(kind, text)| !kind.could_be(text)) {
        None => Ok(()),
        Some((kind, text)) => Err(Fault::Principal { kind: *kind, text: text.clone() }),
    }
}

fn check_action(action: &str, kind: PolicyKind) -> Result<(), Fault> {
    if kind == PolicyKind::Trust {
        let is_sts = action.split_once(':').is_some_and(|(vendor, _)| vendor.eq_ignore_ascii_case("sts"));
        return if is_sts { Ok(()) } else { Err(Fault::NotSts) };
    }
    if action == "*" {
        return Ok(());
    }
    let (vendor, name) = action.split_once(':').ok_or(Fault::NoVendor)?;
    let is_vendor = vendor.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.');
    match () {
        () if name.contains(':') => Err(Fault::Colons),
        () if !is_vendor => Err(Fault::Vendor(vendor.to_owned())),
        () => Ok(()),
    }
}

/// An element that is empty says as little as one that is not there.
fn require<T>(element: &Option<Element<T>>, missing: Fault) -> Result<(), Fault> {
    if entries(element).next().is_some() { Ok(()) } else { Err(missing) }
}

fn require_if_there<T>(element: &Option<Element<T>>, missing: Fault) -> Result<(), Fault> {
    if element.is_none() { Ok(()) } else { require(element, missing) }
}

fn entries<T>(element: &Option<Element<T>>) -> impl Iterator<Item = &T> {
    element.iter().flat_map(|element| &element.entries)
}
