//! Rules of versions and staging labels. Pure: a secret goes in, the secret as it must become comes out.
//!
//! INVARIANT (one holder): a label sits on at most one version.
//! INVARIANT (previous): whenever AWSCURRENT moves, AWSPREVIOUS moves to the version that lost it.

use std::{collections::HashSet, sync::Arc};

use contract::{AccessDay, SecretRecord, Value, VersionRecord};
use seal::SealedValue;
use terms::{AWSCURRENT, AWSPENDING, AWSPREVIOUS, StagingLabel, Timestamp, VersionId};

use crate::{error::Error, quotas::Quotas};

/// Unlabelled versions are kept this long, however many there are.
const KEPT_MS: i64 = 24 * 3600 * 1000;

/// A value to become a version of a secret.
pub(crate) struct NewValue<'a> {
    pub(crate) id: &'a str,
    pub(crate) sealed: SealedValue,
    /// The labels asked for; None means AWSCURRENT.
    pub(crate) labels: Option<&'a [String]>,
}

/// Adds a version, or fills in the value of a rotation's placeholder, and moves the labels that follow from it.
pub(crate) fn put_value(
    before: &SecretRecord,
    new: NewValue<'_>,
    now: Timestamp,
    quotas: &Quotas,
) -> Result<SecretRecord, Error> {
    let mut after = changed(before, now);
    let value = Value::Sealed(new.sealed);
    match after.versions.iter_mut().find(|version| version.id == *new.id) {
        Some(placeholder) => {
            let filled = VersionRecord { value, created_at: now, ..VersionRecord::clone(placeholder) };
            *placeholder = Arc::new(filled);
        }
        None => {
            check_room_for_version(before, now, quotas)?;
            after.versions.push(Arc::new(VersionRecord {
                id: VersionId::new(new.id),
                created_at: now,
                accessed: AccessDay::never(),
                labels: Vec::new(),
                value,
            }));
        }
    }
    let asked: Vec<&str> = match new.labels {
        Some(labels) => labels.iter().map(String::as_str).collect(),
        None => vec![AWSCURRENT],
    };
    // The first value of an empty secret becomes current, whatever is asked.
    if asked.contains(&AWSCURRENT) || before.versions.is_empty() {
        if !asked.contains(&AWSPENDING) {
            abandon_rotation(&mut after, new.id);
        }
        make_current(&mut after, new.id);
    }
    for label in asked {
        attach(&mut after, label, new.id);
    }
    settle(after, quotas)
}

/// UpdateSecretVersionStage: what to take from where, and where to put it. At least one of the two is given.
#[derive(Clone, Copy)]
pub(crate) struct StageMove<'a> {
    label: &'a str,
    remove_from: Option<&'a str>,
    move_to: Option<&'a str>,
}

impl<'a> StageMove<'a> {
    pub(crate) fn of(label: &'a str, remove_from: Option<&'a str>, move_to: Option<&'a str>) -> Result<Self, Error> {
        if remove_from.is_none() && move_to.is_none() {
            // Chosen.
            return Err(Error::invalid_parameter("You must specify RemoveFromVersionId, MoveToVersionId, or both."));
        }
        Ok(Self { label, remove_from, move_to })
    }

    pub(crate) fn target(&self) -> Option<&'a str> {
        self.move_to
    }
}

/// Moves, attaches or removes one label. None when there is nothing to change.
pub(crate) fn move_stage(
    before: &SecretRecord,
    ask: StageMove<'_>,
    now: Timestamp,
    quotas: &Quotas,
) -> Result<Option<SecretRecord>, Error> {
    let StageMove { label, remove_from, move_to } = ask;
    for id in [remove_from, move_to].into_iter().flatten() {
        before.version(id).ok_or_else(|| Error::version_not_found(id))?;
    }
    if let Some(target) = move_to.filter(|_| label == AWSCURRENT).and_then(|id| before.version(id))
        && target.value == Value::Absent
    {
        // Chosen: nobody could read the secret any more. A rotation whose function has drawn no value ends here.
        return Err(Error::invalid_parameter(format!(
            "You can't move staging label AWSCURRENT to version {} because it has no value.",
            target.id
        )));
    }
    let holder = before.holder(label).map(|version| version.id.as_str());
    if remove_from.is_some() && remove_from != holder {
        // Known from an emulator only.
        return Err(Error::invalid_parameter(format!(
            "When you move staging label {label}, if you specify RemoveFromVersionId, it must be set to the version \
             that currently has the staging label {label}."
        )));
    }
    let mut after = changed(before, now);
    match (move_to, holder) {
        (Some(target), Some(holder)) if target == holder => return Ok(None),
        (Some(_), Some(holder)) if remove_from.is_none() => {
            return Err(Error::invalid_parameter(format!(
                "The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to \
                 version {holder}, so you must explicitly reference that version in RemoveFromVersionId."
            )));
        }
        (Some(target), _) if label == AWSCURRENT => make_current(&mut after, target),
        (Some(target), _) => attach(&mut after, label, target),
        (None, _) if label == AWSCURRENT => {
            return Err(Error::invalid_parameter(
                "You can only move staging label AWSCURRENT to a different secret version. It can't be completely \
                 removed.",
            ));
        }
        (None, _) => detach(&mut after, label),
    }
    settle(after, quotas).map(Some)
}

/// Adds the version that a rotation makes, with AWSPENDING on it.
pub(crate) fn add_pending(
    before: &SecretRecord,
    id: &str,
    value: Value,
    now: Timestamp,
    quotas: &Quotas,
) -> Result<SecretRecord, Error> {
    check_room_for_version(before, now, quotas)?;
    let mut after = changed(before, now);
    let id = VersionId::new(id);
    let pending =
        VersionRecord { id: id.clone(), created_at: now, accessed: AccessDay::never(), labels: Vec::new(), value };
    after.versions.push(Arc::new(pending));
    attach(&mut after, AWSPENDING, id.as_str());
    settle(after, quotas)
}

/// The versions that the background may remove: unlabelled and a day old, the oldest first, until no more than the
/// quota are left.
pub(crate) fn removable(secret: &SecretRecord, now: Timestamp, quotas: &Quotas) -> HashSet<VersionId> {
    let excess = secret.versions.len().saturating_sub(quotas.versions_per_secret);
    secret.versions.iter().filter(|version| is_removable(version, now)).take(excess).map(|v| v.id.clone()).collect()
}

/// The secret without these versions.
pub(crate) fn without(before: &SecretRecord, removed: &HashSet<VersionId>) -> SecretRecord {
    // Removing what nobody sees is no change of the secret's, so the date of its last change stays.
    let mut after = changed(before, before.changed_at);
    after.versions.retain(|version| !removed.contains(&version.id));
    after
}

/// When the background should look at the secret's versions again, if it must.
pub(crate) fn trim_due_at(secret: &SecretRecord, quotas: &Quotas) -> Option<Timestamp> {
    if secret.versions.len() <= quotas.versions_per_secret {
        return None;
    }
    let oldest = secret.versions.iter().find(|version| version.labels.is_empty())?;
    Some(oldest.created_at.plus_millis(KEPT_MS))
}

/// The next revision, to be changed further.
pub(crate) fn changed(before: &SecretRecord, now: Timestamp) -> SecretRecord {
    SecretRecord { revision: before.revision.saturating_add(1), changed_at: now, ..before.clone() }
}

fn is_removable(version: &VersionRecord, now: Timestamp) -> bool {
    version.labels.is_empty() && version.created_at.plus_millis(KEPT_MS) <= now
}

/// "About 100 versions": what cannot be removed fills the quota.
fn check_room_for_version(secret: &SecretRecord, now: Timestamp, quotas: &Quotas) -> Result<(), Error> {
    let kept = secret.versions.iter().filter(|version| !is_removable(version, now)).count();
    if kept < quotas.versions_per_secret {
        return Ok(());
    }
    // Chosen.
    Err(Error::LimitExceeded(format!(
        "You can't create another version of this secret: it already has {kept} versions that can't be removed yet."
    )))
}

/// INVARIANT (previous)
fn make_current(secret: &mut SecretRecord, target: &str) {
    let old = secret.holder(AWSCURRENT).map(|version| version.id.clone());
    if let Some(old) = old.filter(|old| *old != *target) {
        attach(secret, AWSPREVIOUS, old.as_str());
    }
    attach(secret, AWSCURRENT, target);
}

/// A new value put past a rotation under way ends it: AWSPENDING leaves whatever other version has it.
fn abandon_rotation(secret: &mut SecretRecord, target: &str) {
    if secret.holder(AWSPENDING).is_some_and(|holder| holder.id != *target) {
        detach(secret, AWSPENDING);
    }
}

/// INVARIANT (one holder)
fn attach(secret: &mut SecretRecord, label: &str, target: &str) {
    if secret.holder(label).is_some_and(|holder| holder.id == *target) {
        return;
    }
    detach(secret, label);
    relabel(
        secret,
        |version| version.id == *target,
        |labels| {
            labels.push(StagingLabel::new(label));
            labels.sort_unstable();
        },
    );
}

fn detach(secret: &mut SecretRecord, label: &str) {
    relabel(secret, |version| version.has_label(label), |labels| labels.retain(|held| *held != *label));
}

fn relabel(
    secret: &mut SecretRecord,
    which: impl Fn(&VersionRecord) -> bool,
    change: impl FnOnce(&mut Vec<StagingLabel>),
) {
    if let Some(version) = secret.versions.iter_mut().find(|version| which(version)) {
        change(&mut Arc::make_mut(version).labels);
    }
}

/// Checks the quota of labels, and lets go of values that are not read by label any more.
fn settle(mut secret: SecretRecord, quotas: &Quotas) -> Result<SecretRecord, Error> {
    if secret.labels_count() > quotas.labels_per_secret {
        // Chosen.
        return Err(Error::LimitExceeded(format!(
            "You can't attach more than {} staging labels to the versions of a secret.",
            quotas.labels_per_secret
        )));
    }
    for version in &mut secret.versions {
        if version.labels.is_empty() && matches!(version.value, Value::Sealed(_)) {
            Arc::make_mut(version).value = Value::NotLoaded;
        }
    }
    Ok(secret)
}

#[cfg(test)]
mod tests;
