//! Deciding whether a principal may act, and the permit that an allowed decision becomes.
//!
//! Deciding is pure: [`decide`] takes a [`Question`] and returns a [`Decision`], and mints nothing, so that simulation
//! may ask about invented principals. Only a [`PermitIssuer`], of which the gate holds the one that exists in a server,
//! turns an allowed decision into a [`Permit`]; and a permit is what reading metadata, opening a value and changing
//! anything demand.
//!
//! Policies have not arrived yet: an account's root user may do everything within its account, and each of the
//! service's own background jobs may do its one thing. Everyone else is refused.

mod action;
mod context;
mod decide;
mod document;
mod documents;
mod explain;
mod permit;
mod principal;
mod question;
mod set;

pub use action::Action;
pub use context::{ConditionContext, MapContext};
pub use decide::{Cause, Decision, Denied, Layer, Verdict, decide};
pub use document::{
    Effect, Policy, PolicyError, PolicyKind, Position, PrincipalElement, PrincipalKind, Span, Statement, is_public,
    policy_size, rewrite_principals,
};
pub use documents::{Documents, ResourceRole};
pub use explain::{Answer, Explanation, LayerAnswer, Matched, NearMiss, explain};
pub use permit::{Permit, PermitIssuer, WrongPermit};
pub use principal::{FederatedUser, Principal, RoleSession, User};
pub use question::{Inquiry, Question, Resource};
pub use set::{Attached, PolicySet, PolicySource, SourceKind};
