//! Where an alias leads. Pure.

use std::collections::BTreeMap;

use contract::{FunctionAlias, FunctionRecord, LATEST};

use crate::{error::Error, function_name::qualified_arn};

/// The version that an alias names must be there.
pub(crate) fn check_version(function: &FunctionRecord, version: &str) -> Result<(), Error> {
    match function.version(version) {
        Some(_) => Ok(()),
        None => Err(function_not_found(&function.arn, Some(version))),
    }
}

/// Which part of the calls another version gets. An empty map takes it away.
pub(crate) fn additional(
    function: &FunctionRecord,
    version: &str,
    weights: &BTreeMap<String, f64>,
) -> Result<Option<(String, f64)>, Error> {
    if weights.len() > 1 {
        return Err(Error::invalid("Number of items in AdditionalVersionWeights cannot be greater than 1"));
    }
    let Some((other, weight)) = weights.iter().next() else { return Ok(None) };
    if other == version {
        return Err(Error::invalid(format!(
            "Invalid function version {version}. Function version {version} is already included in routing \
             configuration."
        )));
    }
    if version == LATEST || other == LATEST {
        return Err(Error::invalid("$LATEST is not supported for an alias pointing to more than 1 version"));
    }
    check_version(function, other)?;
    Ok(Some((other.clone(), *weight)))
}

/// Which version a call of the alias gets. `chance` is evenly spread between 0 and 1.
pub(crate) fn route(alias: &FunctionAlias, chance: f64) -> &str {
    match &alias.additional {
        Some((other, weight)) if chance < *weight => other,
        _ => &alias.version,
    }
}

/// A number from all 64 bits, evenly spread from 0 to just below 1.
pub(crate) fn chance(bits: u64) -> f64 {
    // 53 bits are what a fraction holds exactly.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    let numerator = (bits >> 11) as f64;
    numerator / 9_007_199_254_740_992.0
}

pub(crate) fn function_not_found(arn: &str, qualifier: Option<&str>) -> Error {
    Error::not_found(format!("Function not found: {}", qualified_arn(arn, qualifier)))
}

pub(crate) fn alias_not_found(arn: &str, name: &str) -> Error {
    Error::not_found(format!("Cannot find alias arn: {arn}:{name}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use service::RestError;

    use super::*;
    use crate::testing::{alias, published};

    fn weights(pairs: &[(&str, f64)]) -> BTreeMap<String, f64> {
        pairs.iter().map(|(version, weight)| ((*version).to_owned(), *weight)).collect()
    }

    #[test]
    fn one_other_version_may_have_a_part_of_the_calls() {
        let app = published("app", 2);
        assert_eq!(additional(&app, "1", &weights(&[("2", 0.25)])).unwrap(), Some(("2".to_owned(), 0.25)));
        assert_eq!(additional(&app, "1", &weights(&[])).unwrap(), None);
        let text = |version, pairs: &[_]| additional(&app, version, &weights(pairs)).unwrap_err().message().unwrap();
        assert!(text("1", &[("2", 0.1), ("3", 0.1)]).contains("cannot be greater than 1"));
        assert!(text("1", &[("1", 0.1)]).contains("already included in routing configuration"));
        assert!(text("$LATEST", &[("1", 0.1)]).contains("$LATEST is not supported"));
        assert!(text("1", &[("7", 0.1)]).ends_with(":function:app:7"));
        assert!(check_version(&app, "$LATEST").is_ok() && check_version(&app, "live").is_err());
    }

    proptest! {
        #[test]
        fn a_route_leads_to_one_of_the_two(bits in any::<u64>(), weight in 0.0..=1.0) {
            let live = alias("1", Some(("2", weight)));
            let chance = chance(bits);
            prop_assert!((0.0..1.0).contains(&chance));
            prop_assert_eq!(route(&live, chance), if chance < weight { "2" } else { "1" });
        }
    }

    #[test]
    fn without_another_version_all_calls_go_to_the_first() {
        assert_eq!(route(&alias("1", None), 0.0), "1");
        assert_eq!(route(&alias("1", Some(("2", 1.0))), chance(u64::MAX)), "2");
        assert_eq!(route(&alias("1", Some(("2", 0.0))), 0.0), "1");
    }
}
