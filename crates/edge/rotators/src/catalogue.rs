//! The rotators by their names, which are those of AWS's rotation functions.

use std::collections::BTreeMap;

use crate::rotator::Rotator;

pub(crate) struct Catalogue(BTreeMap<&'static str, Entry>);

struct Entry {
    rotator: Box<dyn Rotator>,
    /// Engines whose databases it is for when they are adopted.
    engines: &'static [&'static str],
}

impl Catalogue {
    pub(crate) fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub(crate) fn add(&mut self, name: &'static str, engines: &'static [&'static str], rotator: Box<dyn Rotator>) {
        self.0.insert(name, Entry { rotator, engines });
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    pub(crate) fn get(&self, name: &str) -> Option<(&'static str, &dyn Rotator)> {
        self.0.get_key_value(name).map(|(name, entry)| (*name, &*entry.rotator))
    }

    pub(crate) fn of_engine(&self, engine: &str) -> Option<&'static str> {
        self.0.iter().find(|(_, entry)| entry.engines.contains(&engine)).map(|(name, _)| *name)
    }
}

/// The name in a function's ARN, in whatever region and account; the only version that a rotator has may be named.
pub(crate) fn name_in_arn(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    let is_lambda = parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| partition.starts_with("aws"))
        && parts.next() == Some("lambda");
    let (_region, account) = (parts.next().filter(|region| !region.is_empty())?, parts.next()?);
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_function = parts.next() == Some("function");
    let name = parts.next()?;
    let is_unqualified = matches!((parts.next(), parts.next()), (None | Some("$LATEST"), None));
    (is_lambda && is_account && is_function && is_unqualified).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotator_is_named_in_every_region_and_account() {
        for arn in [
            "arn:aws:lambda:us-east-1:123456789012:function:Rotator",
            "arn:aws-cn:lambda:cn-north-1:111122223333:function:Rotator",
            "arn:aws:lambda:us-east-1:123456789012:function:Rotator:$LATEST",
        ] {
            assert_eq!(name_in_arn(arn), Some("Rotator"), "{arn}");
        }
    }

    #[test]
    fn other_arns_name_none() {
        for arn in [
            "Rotator",
            "arn:aws:lambda:us-east-1:123456789012:layer:Rotator",
            "arn:aws:lambda:us-east-1:12345:function:Rotator",
            "arn:aws:lambda::123456789012:function:Rotator",
            "arn:aws:iam:us-east-1:123456789012:function:Rotator",
            "arn:aws:lambda:us-east-1:123456789012:function:Rotator:7",
            "arn:aws:lambda:us-east-1:123456789012:function:Rotator:$LATEST:x",
        ] {
            assert_eq!(name_in_arn(arn), None, "{arn}");
        }
    }
}
