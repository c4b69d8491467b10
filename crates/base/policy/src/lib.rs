//! Deciding whether a principal may act, and the permit that an allowed decision becomes.
//!
//! Deciding is pure: [`decide`] takes a [`Question`] and returns a [`Decision`], and mints nothing, so that simulation
//! may ask about invented principals. Only a [`PermitIssuer`], of which the gate holds the one that exists in a server,
//! turns an allowed decision into a [`Permit`]; and a permit is what reading metadata, opening a value and changing
//! anything demand.
//!
//! A [`Policy`] is a document, parsed, checked and compiled once; a [`PolicySet`] indexes the documents that are read
//! together; [`Documents`] are the sets that govern one request. [`explain`] answers like [`decide`] and says why.

mod action;
mod case;
mod context;
mod decide;
mod document;
mod documents;
mod explain;
mod index;
mod pattern;
mod permit;
mod possible;
mod principal;
mod public;
mod question;
mod set;
mod statement;
#[cfg(test)]
mod testing;
mod value;

pub use action::Action;
pub use case::{in_lower_case, is_same_in_any_case};
pub use context::{ConditionContext, MapContext};
pub use decide::{Cause, Decider, Deciders, Decision, Denied, Layer, Verdict, decide, decide_noting, refusal_text};
pub use document::{
    Policy, PolicyError, PolicyKind, Position, PrincipalElement, PrincipalKind, Span, policy_size, rewrite_principals,
};
pub use documents::{Documents, ResourceRole};
pub use explain::{Answer, Explanation, LayerAnswer, Matched, NearMiss, explain, explain_to_strangers};
pub use permit::{Permit, PermitIssuer, WrongPermit};
pub use possible::{OpenCondition, Possibility, Possible, PossibleMatch, possible};
pub use principal::{FederatedUser, Principal, RoleSession, User};
pub use public::is_public;
pub use question::{Inquiry, Question, Resource};
pub use set::{Attached, PolicySet, PolicySource, SourceKind};
pub use statement::{Effect, Statement};
