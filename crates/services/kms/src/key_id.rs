//! What callers write to mean a key.

use contract::{KeyId, alias_arn, key_arn};
use terms::{AccountId, Scope};

use crate::error::Error;

/// A key as it was asked for: whose it is, and its id or its alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedKey {
    pub(crate) scope: Scope,
    pub(crate) name: Name,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Name {
    Id(KeyId),
    /// With `alias/` before it.
    Alias(String),
}

impl NamedKey {
    /// Understands a key id, a key ARN, an alias or an alias ARN.
    pub(crate) fn parse(caller: Scope, text: &str) -> Result<Self, Error> {
        let Some(rest) = text.strip_prefix("arn:") else {
            let name = Name::parse(text).ok_or_else(|| invalid_key_id(text))?;
            return Ok(Self { scope: caller, name });
        };
        let parts: Vec<&str> = rest.splitn(5, ':').collect();
        let [partition, "kms", region, account, resource] = parts.as_slice() else {
            return Err(invalid_arn(text));
        };
        if *partition != caller.region.partition().as_str() {
            return Err(invalid_arn(text));
        }
        // Recorded: the text names the region of the ARN.
        if *region != caller.region.as_str() {
            return Err(Error::not_found(format!("Invalid arn {region}")));
        }
        let account = AccountId::parse(account).map_err(|_| invalid_arn(text))?;
        let is_alias = resource.starts_with("alias/");
        let name = if is_alias { Name::parse(resource) } else { resource.strip_prefix("key/").and_then(Name::parse) };
        match name {
            Some(name) => Ok(Self { scope: Scope { account, ..caller }, name }),
            None => Err(invalid_arn(text)),
        }
    }

    pub(crate) fn is_alias(&self) -> bool {
        matches!(self.name, Name::Alias(_))
    }

    pub(crate) fn arn(&self) -> String {
        match &self.name {
            Name::Id(id) => key_arn(self.scope, *id).to_string(),
            Name::Alias(name) => alias_arn(self.scope, name),
        }
    }

    /// What is told to whoever may know that there is no such key.
    pub(crate) fn not_found(&self) -> Error {
        match self.name {
            Name::Id(_) => Error::not_found(format!("Key '{}' does not exist", self.arn())),
            Name::Alias(_) => Error::not_found(format!("Alias {} is not found.", self.arn())),
        }
    }
}

impl Name {
    fn parse(text: &str) -> Option<Self> {
        if text.starts_with("alias/") {
            return Some(Self::Alias(text.to_owned()));
        }
        KeyId::parse(text).map(Self::Id)
    }
}

pub(crate) fn invalid_key_id(text: &str) -> Error {
    Error::not_found(format!("Invalid keyId '{text}'"))
}

// The text is chosen.
fn invalid_arn(text: &str) -> Error {
    Error::refused("InvalidArnException", format!("{text} is not a valid ARN"))
}

#[cfg(test)]
mod tests {
    use terms::Region;

    use service::JsonError;

    use super::*;

    const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";

    fn of(text: &str) -> Result<NamedKey, (&'static str, String)> {
        let scope = Scope::new(AccountId::parse("123456789012").unwrap(), Region::parse("us-east-1").unwrap());
        NamedKey::parse(scope, text).map_err(|error| (error.code(), error.message().unwrap_or_default()))
    }

    #[test]
    fn a_key_is_named_by_its_id_its_arn_an_alias_or_its_arn() {
        let of = |text: &str| of(text).unwrap();
        assert_eq!(of(ID).name, Name::Id(KeyId::parse(ID).unwrap()));
        assert_eq!(of(&format!("arn:aws:kms:us-east-1:123456789012:key/{ID}")), of(ID));
        assert_eq!(of("alias/app").name, Name::Alias("alias/app".to_owned()));
        assert_eq!(of("arn:aws:kms:us-east-1:123456789012:alias/app"), of("alias/app"));
        let foreign = of(&format!("arn:aws:kms:us-east-1:999999999999:key/{ID}"));
        assert_eq!(foreign.scope.account.as_str(), "999999999999");
        assert!(of("alias/app").is_alias() && !foreign.is_alias());
    }

    #[test]
    fn what_names_no_key_is_refused_in_the_words_of_kms() {
        assert_eq!(of("app").unwrap_err(), ("NotFoundException", "Invalid keyId 'app'".to_owned()));
        let elsewhere = of("arn:aws:kms:us-west-2:123456789012:alias/app").unwrap_err();
        assert_eq!(elsewhere, ("NotFoundException", "Invalid arn us-west-2".to_owned()));
        for text in [
            "arn:",
            "arn:aws:s3:::bucket",
            "arn:aws:kms:us-east-1:123456789012:key/app",
            "arn:aws:kms:us-east-1::key/x",
        ] {
            assert_eq!(of(text).unwrap_err().0, "InvalidArnException", "{text}");
        }
    }

    #[test]
    fn a_missing_key_is_told_by_its_arn() {
        let told = |text: &str| of(text).unwrap().not_found().message().unwrap();
        assert_eq!(told(ID), format!("Key 'arn:aws:kms:us-east-1:123456789012:key/{ID}' does not exist"));
        assert_eq!(told("alias/app"), "Alias arn:aws:kms:us-east-1:123456789012:alias/app is not found.");
    }
}
