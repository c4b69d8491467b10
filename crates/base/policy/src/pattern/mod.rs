//! Patterns: wildcards, ARNs in fields, and variables.

mod arn;
mod glob;
mod template;

pub(crate) use arn::{ArnGlob, ResourcePattern, Target, split_arn};
pub(crate) use glob::{Glob, GlobBuilder};
pub(crate) use template::{Template, Variable};
