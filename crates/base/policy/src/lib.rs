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
mod decide;
mod permit;

pub use action::Action;
pub use decide::{Decision, Denied, Principal, Question, Resource, decide};
pub use permit::{Permit, PermitIssuer, WrongPermit};
