//! Which files a function sees: Landlock, which needs no rights to be asked for and lets no process out again.

use std::io;
use std::path::{Path, PathBuf};

use ::landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, Scope,
};

/// What this program knows of; a kernel that knows less enforces less, see [`abi`].
const KNOWN: ABI = ABI::V7;

/// The newest version of Landlock that the kernel enforces, of those that make a difference to files and signals; 0 for
/// none.
pub(crate) fn abi() -> i32 {
    let known = [(6, ABI::V6), (5, ABI::V5), (3, ABI::V3), (2, ABI::V2), (1, ABI::V1)];
    known.into_iter().find(|(_, abi)| is_enforced(*abi)).map_or(0, |(number, _)| number)
}

/// A set of rules that is made and thrown away restricts nobody.
fn is_enforced(abi: ABI) -> bool {
    let rules =
        Ruleset::default().set_compatibility(CompatLevel::HardRequirement).handle_access(AccessFs::from_all(abi));
    let scopes = Scope::from_all(abi);
    let rules = if scopes.is_empty() { rules } else { rules.and_then(|rules| rules.scope(scopes)) };
    rules.and_then(Ruleset::create).is_ok()
}

/// From here on this thread, and what it becomes, can open nothing else, and can signal nobody outside.
pub(super) fn restrict(readable: &[PathBuf], writable: &Path) -> io::Result<()> {
    let all = AccessFs::from_all(KNOWN);
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)
        .and_then(|rules| rules.scope(Scope::from_all(KNOWN)))
        .and_then(Ruleset::create)
        .map_err(io::Error::other)?;
    for path in readable {
        rules = allow(rules, path, AccessFs::from_read(KNOWN))?;
    }
    for device in ["/dev/null", "/dev/zero", "/dev/full"] {
        rules = allow(rules, Path::new(device), AccessFs::ReadFile | AccessFs::WriteFile)?;
    }
    rules = allow(rules, writable, all & !(AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev))?;
    let status = rules.restrict_self().map_err(io::Error::other)?;
    match status.ruleset {
        ::landlock::RulesetStatus::NotEnforced => Err(io::Error::other("Landlock is not enforced")),
        _ => Ok(()),
    }
}

/// What is not there needs no rule.
fn allow(rules: RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> io::Result<RulesetCreated> {
    let Ok(opened) = PathFd::new(path) else { return Ok(rules) };
    // Rights that concern what is in a folder mean nothing for a file.
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(KNOWN) };
    rules.add_rule(PathBeneath::new(opened, access)).map_err(io::Error::other)
}
