//! From one state of a function to the next. Pure.

use std::sync::Arc;

use contract::{CodeRef, FunctionConfiguration, FunctionRecord, FunctionVersion, LATEST, SealedBytes};
use terms::{Entropy, Timestamp};

use crate::{
    aliases::{chance, route},
    error::Error,
};

/// The record that follows, for a plan to change.
pub(crate) fn next(before: &FunctionRecord) -> FunctionRecord {
    FunctionRecord { revision: before.revision.saturating_add(1), ..before.clone() }
}

/// A caller may say which revision it knows.
pub(crate) fn check_revision(asked: Option<&str>, revision: &str) -> Result<(), Error> {
    if asked.is_none_or(|asked| asked.is_empty() || asked == revision) {
        return Ok(());
    }
    Err(Error::refused(
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve \
         the latest Revision Id",
    ))
}

/// What changes of `$LATEST`.
pub(crate) struct Change {
    pub(crate) configuration: FunctionConfiguration,
    pub(crate) code: CodeRef,
    pub(crate) environment: Option<SealedBytes>,
}

impl Change {
    /// Nothing yet.
    pub(crate) fn of(function: &FunctionRecord, now: Timestamp, revision_id: String) -> Self {
        let latest = &function.latest;
        let configuration = FunctionConfiguration { modified_at: now, revision_id, ..latest.configuration.clone() };
        Self { configuration, code: latest.code, environment: latest.environment.clone() }
    }

    pub(crate) fn apply(self, function: &mut FunctionRecord) {
        let Self { configuration, code, environment } = self;
        function.latest = Arc::new(FunctionVersion { number: None, code, configuration, environment });
    }
}

/// Makes a version of `$LATEST`. None: the function was not updated since the last one, which stands for it. Another
/// description for the version is no update, as recorded.
pub(crate) fn publish(
    function: &mut FunctionRecord,
    description: Option<&str>,
    revision_id: String,
) -> Option<Arc<FunctionVersion>> {
    if function.versions.last().is_some_and(|last| is_same(last, &function.latest)) {
        return None;
    }
    let number = function.details.next_version;
    function.details.next_version = number.saturating_add(1);
    let mut version = FunctionVersion::clone(&function.latest);
    version.number = Some(number);
    version.configuration.revision_id = revision_id;
    if let Some(description) = description.filter(|description| !description.is_empty()) {
        description.clone_into(&mut version.configuration.description);
    }
    let version = Arc::new(version);
    function.versions.push(Arc::clone(&version));
    Some(version)
}

/// Would a new version be what the last is? Its revision and its description are its own, and the time is that of the
/// update.
fn is_same(last: &FunctionVersion, latest: &FunctionVersion) -> bool {
    let as_published = FunctionConfiguration {
        revision_id: last.configuration.revision_id.clone(),
        description: last.configuration.description.clone(),
        ..latest.configuration.clone()
    };
    // Sealed anew, an environment has other bytes: one that was given again counts as changed.
    last.code == latest.code && last.configuration == as_published && last.environment == latest.environment
}

/// The version that a qualifier leads to: an alias to the version that it names.
pub(crate) fn resolve<'a>(function: &'a FunctionRecord, qualifier: Option<&str>) -> Option<&'a Arc<FunctionVersion>> {
    let qualifier = qualifier.unwrap_or(LATEST);
    match function.details.aliases.get(qualifier) {
        Some(alias) => function.version(&alias.version),
        None => function.version(qualifier),
    }
}

/// The version that runs for a qualifier: of an alias with two, one by chance.
pub(crate) fn routed(
    function: &FunctionRecord,
    qualifier: Option<&str>,
    entropy: &dyn Entropy,
) -> Option<Arc<FunctionVersion>> {
    let version = match function.details.aliases.get(qualifier.unwrap_or(LATEST)) {
        Some(alias) => {
            let mut bits = [0; 8];
            entropy.fill(&mut bits);
            function.version(route(alias, chance(u64::from_be_bytes(bits))))
        }
        None => resolve(function, qualifier),
    };
    version.map(Arc::clone)
}

/// Takes a version away, unless an alias leads to it. False when there is none of that number.
pub(crate) fn remove(function: &mut FunctionRecord, qualifier: &str) -> Result<bool, Error> {
    let leads_there = |(_, alias): &(&String, &contract::FunctionAlias)| {
        alias.version == qualifier || alias.additional.as_ref().is_some_and(|(other, _)| other == qualifier)
    };
    let aliases: Vec<&str> =
        function.details.aliases.iter().filter(leads_there).map(|(name, _)| name.as_str()).collect();
    if !aliases.is_empty() {
        // Chosen.
        return Err(Error::conflict(format!(
            "Version {qualifier} cannot be deleted because it is referenced by alias: {}",
            aliases.join(", ")
        )));
    }
    let before = function.versions.len();
    function.versions.retain(|version| version.qualifier() != qualifier);
    function.details.policies.remove(qualifier);
    Ok(function.versions.len() < before)
}

#[cfg(test)]
mod tests {
    use service::RestError;

    use super::*;
    use crate::testing::{alias, function, published};

    #[test]
    fn an_unchanged_function_is_not_published_twice() {
        let mut app = function("app");
        let first = publish(&mut app, Some("first"), "r1".to_owned()).unwrap();
        assert_eq!((first.number, &*first.configuration.revision_id), (Some(1), "r1"));
        assert_eq!(&*first.configuration.description, "first");
        for description in [None, Some(""), Some("first"), Some("another")] {
            assert!(publish(&mut app, description, "r2".to_owned()).is_none(), "{description:?}");
        }
        let mut change = Change::of(&app, Timestamp::from_millis(9), "r3".to_owned());
        change.configuration.description = "of the function".to_owned();
        change.apply(&mut app);
        let second = publish(&mut app, None, "r4".to_owned()).unwrap();
        assert_eq!((second.number, &*second.configuration.description), (Some(2), "of the function"));
    }

    #[test]
    fn numbers_never_come_again() {
        let mut app = function("app");
        publish(&mut app, None, "r1".to_owned()).unwrap();
        assert!(remove(&mut app, "1").unwrap());
        assert!(!remove(&mut app, "1").unwrap());
        assert_eq!(publish(&mut app, None, "r2".to_owned()).unwrap().number, Some(2));
    }

    #[test]
    fn a_version_stays_while_an_alias_leads_to_it() {
        let mut app = published("app", 2);
        app.details.aliases.insert("live".to_owned(), alias("1", Some(("2", 0.5))));
        for number in ["1", "2"] {
            assert_eq!(remove(&mut app, number).unwrap_err().code(), "ResourceConflictException");
        }
        assert_eq!(resolve(&app, Some("live")).unwrap().number, Some(1));
        assert_eq!(resolve(&app, None).unwrap().number, None);
        assert!(resolve(&app, Some("3")).is_none() && resolve(&app, Some("other")).is_none());
    }

    #[test]
    fn a_version_has_one_qualifier() {
        let app = published("app", 12);
        for number in 1..=12 {
            assert_eq!(resolve(&app, Some(&number.to_string())).unwrap().number, Some(number));
        }
        assert_eq!(resolve(&app, Some("$LATEST")).unwrap().number, None);
        for other in ["", "0", "13", "01", "+1", " 1", "$latest", "99999999999999999999"] {
            assert!(resolve(&app, Some(other)).is_none(), "{other}");
        }
    }

    #[test]
    fn a_revision_that_is_named_must_be_the_latest() {
        assert!(check_revision(None, "r").is_ok() && check_revision(Some("r"), "r").is_ok());
        assert_eq!(check_revision(Some("other"), "r").unwrap_err().status(), 412);
    }
}
