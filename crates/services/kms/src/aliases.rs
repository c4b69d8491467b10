//! The rules of aliases: their names, how many a key has, and where one may move. Pure.

use contract::{AliasRecord, KeyRecord};
use terms::Timestamp;

use crate::{error::Error, room::next};

/// "Aliases per KMS key" among the quotas.
const PER_KEY_MAX: usize = 50;

const RESERVED: &str = "alias/aws/";

/// May callers make, move or delete an alias of this name? Its length and most of its characters are the shape's.
pub(crate) fn require_name(name: &str) -> Result<(), Error> {
    let Some(rest) = name.strip_prefix("alias/") else {
        // Recorded.
        return Err(Error::Validation(
            "Alias must start with the prefix \"alias/\". Please see \
             https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
                .to_owned(),
        ));
    };
    if name.starts_with(RESERVED) {
        return Err(Error::silent("NotAuthorizedException"));
    }
    if rest.contains(':') {
        return Err(Error::Validation(format!("{name} contains invalid characters for an alias")));
    }
    if rest.is_empty() {
        // The text is chosen.
        return Err(Error::refused("InvalidAliasNameException", "An alias has a name after the prefix \"alias/\"."));
    }
    Ok(())
}

pub(crate) fn require_room_for_one_more(key: &KeyRecord) -> Result<(), Error> {
    let count = key.aliases.len();
    if count < PER_KEY_MAX {
        return Ok(());
    }
    // As live KMS says it.
    let text =
        format!("Aliases per key quota for this account in this region is {PER_KEY_MAX}, current usage is {count}.");
    Err(Error::refused("LimitExceededException", text))
}

/// An alias stays with keys of one kind. Keys of one usage are of one type here: all that encrypt are symmetric.
pub(crate) fn require_same_kind(from: &KeyRecord, to: &KeyRecord) -> Result<(), Error> {
    if from.details.usage == to.details.usage {
        return Ok(());
    }
    // The text is chosen.
    let text = format!("{} and {} differ in their key type or key usage.", from.arn, to.arn);
    Err(Error::Validation(text))
}

/// The key with this alias, in its place among the others.
pub(crate) fn with_alias(key: &KeyRecord, name: &str, created_at: Timestamp, now: Timestamp) -> KeyRecord {
    let mut after = without_alias(key, name);
    let place = after.aliases.partition_point(|alias| alias.name.as_str() < name);
    after.aliases.insert(place, AliasRecord { name: name.to_owned(), created_at, updated_at: now });
    after
}

pub(crate) fn without_alias(key: &KeyRecord, name: &str) -> KeyRecord {
    let mut after = next(key);
    after.aliases.retain(|alias| alias.name != name);
    after
}

#[cfg(test)]
mod tests {
    use service::JsonError;

    use super::*;

    fn code(name: &str) -> Option<&'static str> {
        require_name(name).err().map(|error| error.code())
    }

    #[test]
    fn an_alias_begins_with_its_prefix_and_has_a_name_behind_it() {
        for name in ["alias/app", "alias/a", "alias/app/key-1_b", "alias/awsome", "alias/aws", "alias/AWS/x", "alias//"]
        {
            assert_eq!(code(name), None, "{name}");
        }
        for name in ["app", "Alias/app", "aliasapp", "arn:aws:kms:us-east-1:123456789012:alias/app", "/alias/app"] {
            assert_eq!(code(name), Some("ValidationException"), "{name}");
        }
        assert_eq!(code("alias/"), Some("InvalidAliasNameException"));
        assert_eq!(code("alias/a:b"), Some("ValidationException"));
    }

    #[test]
    fn names_of_aws_are_reserved_and_nothing_is_said_about_them() {
        for name in ["alias/aws/", "alias/aws/secretsmanager", "alias/aws/a:b"] {
            let error = require_name(name).unwrap_err();
            assert_eq!((error.code(), error.message()), ("NotAuthorizedException", None), "{name}");
        }
    }
}
