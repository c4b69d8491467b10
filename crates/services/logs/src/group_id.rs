//! What callers name log groups by.

use std::sync::Arc;

use contract::{log_group_arn, log_stream_arn, log_streams_resource};
use terms::{AccountId, Region, Scope};

use crate::error::Error;

/// A group as it was named, there or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedGroup {
    pub(crate) scope: Scope,
    pub(crate) name: String,
}

impl NamedGroup {
    pub(crate) fn of_name(own: Scope, name: &str) -> Self {
        Self { scope: own, name: name.to_owned() }
    }

    /// A name, or an ARN with or without `:*` behind it.
    pub(crate) fn of_identifier(own: Scope, identifier: &str) -> Result<Self, Error> {
        if identifier.starts_with("arn:") { Self::of_arn(identifier) } else { Ok(Self::of_name(own, identifier)) }
    }

    /// One of the two, as the reading operations have it.
    pub(crate) fn of_either(own: Scope, name: Option<&str>, identifier: Option<&str>) -> Result<Self, Error> {
        match (name, identifier) {
            // Recorded.
            (Some(_), Some(_)) => Err(Error::refused(
                "ValidationException",
                "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
            )),
            (Some(name), None) => Ok(Self::of_name(own, name)),
            (None, Some(identifier)) => Self::of_identifier(own, identifier),
            // Chosen.
            (None, None) => Err(Error::invalid("Either logGroupName or logGroupIdentifier must be specified.")),
        }
    }

    pub(crate) fn of_arn(arn: &str) -> Result<Self, Error> {
        let parts: Vec<&str> = arn.splitn(7, ':').collect();
        if let ["arn", partition, "logs", region, account, "log-group", name] = parts.as_slice()
            && let (Ok(region), Ok(account)) = (Region::parse(region), AccountId::parse(account))
            && region.partition().to_string() == *partition
        {
            let name = name.strip_suffix(":*").unwrap_or(name);
            if !name.is_empty() && !name.contains([':', '*']) {
                return Ok(Self { scope: Scope { account, region }, name: name.to_owned() });
            }
        }
        // Chosen.
        Err(Error::invalid("The specified ARN is not the ARN of a log group."))
    }

    pub(crate) fn arn(&self) -> Arc<str> {
        log_group_arn(self.scope, &self.name)
    }

    /// What policies see of actions on the group.
    pub(crate) fn resource(&self) -> Arc<str> {
        log_streams_resource(&self.arn())
    }

    /// What policies see of actions on one of its streams.
    pub(crate) fn stream_resource(&self, stream: &str) -> Arc<str> {
        log_stream_arn(&self.arn(), stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Scope {
        Scope::new(AccountId::parse("111122223333").unwrap(), Region::parse("eu-central-1").unwrap())
    }

    #[test]
    fn a_group_is_named_by_its_name_or_its_arn() {
        let arn = "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/lambda/app";
        let named = NamedGroup::of_name(own(), "/aws/lambda/app");
        for identifier in ["/aws/lambda/app", arn, &format!("{arn}:*")] {
            assert_eq!(NamedGroup::of_identifier(own(), identifier).unwrap(), named);
        }
        assert_eq!(&*named.arn(), arn);
        assert_eq!(&*named.resource(), &format!("{arn}:log-stream:"));
        assert_eq!(&*named.stream_resource("s"), &format!("{arn}:log-stream:s"));
        let china = NamedGroup::of_arn("arn:aws-cn:logs:cn-north-1:444455556666:log-group:app").unwrap();
        assert_eq!((china.scope.account.as_str(), china.scope.region.as_str()), ("444455556666", "cn-north-1"));
    }

    #[test]
    fn other_arns_are_refused() {
        for arn in [
            "arn:aws:logs:eu-central-1:111122223333:log-group:",
            "arn:aws:logs:eu-central-1:111122223333:log-group:app:log-stream:s",
            "arn:aws:logs:eu-central-1:111122223333:destination:app",
            "arn:aws:logs:eu-central-1:1111:log-group:app",
            "arn:aws-cn:logs:eu-central-1:111122223333:log-group:app",
            "arn:aws:lambda:eu-central-1:111122223333:function:app",
            "arn:",
        ] {
            assert!(NamedGroup::of_arn(arn).is_err(), "{arn}");
        }
    }
}
