//! What callers write to mean a key, and KMS's words for what cannot be found.

use facades::{EnvelopeError, KeyChoice};
use terms::Scope;

const MANAGED_ALIAS: &str = "alias/aws/secretsmanager";

/// Understands a key id, a key ARN, an alias or an alias ARN.
///
/// Customers' keys have not arrived, so the managed key's alias is the only one that is found.
pub(crate) fn choose(scope: Scope, kms_key_id: &str) -> Result<KeyChoice, EnvelopeError> {
    let Some(rest) = kms_key_id.strip_prefix("arn:") else { return choose_local(scope, kms_key_id) };
    let parts: Vec<&str> = rest.splitn(5, ':').collect();
    match parts.as_slice() {
        [partition, "kms", region, account, resource]
            if *partition == scope.region.partition().as_str() && is_resource(resource) =>
        {
            if *region != scope.region.as_str() {
                // Recorded: the text names the region of the ARN.
                Err(invalid(format!("Invalid arn {region}")))
            } else if *account != scope.account.as_str() {
                Err(not_found(kms_key_id))
            } else {
                choose_local(scope, resource.strip_prefix("key/").unwrap_or(resource))
            }
        }
        _ => Err(invalid("Invalid keyId".to_owned())),
    }
}

fn choose_local(scope: Scope, key: &str) -> Result<KeyChoice, EnvelopeError> {
    let Scope { account, region } = scope;
    let arn = |resource: &str| format!("arn:{}:kms:{region}:{account}:{resource}", region.partition());
    if key == MANAGED_ALIAS {
        Ok(KeyChoice::Managed)
    } else if key.starts_with("alias/") {
        Err(not_found(&arn(key)))
    } else if is_key_id(key) {
        Err(not_found(&arn(&format!("key/{key}"))))
    } else {
        // Also a bare alias name, which KMS never takes.
        Err(invalid("Invalid keyId".to_owned()))
    }
}

fn is_resource(resource: &str) -> bool {
    resource.starts_with("alias/") || resource.strip_prefix("key/").is_some_and(is_key_id)
}

/// A UUID, or `mrk-` and 32 hexadecimal digits.
fn is_key_id(key: &str) -> bool {
    let is_hex = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit());
    match key.strip_prefix("mrk-") {
        Some(digits) => is_hex(digits, 32),
        None => {
            let lengths = [8, 4, 4, 4, 12];
            let groups: Vec<&str> = key.split('-').collect();
            groups.len() == lengths.len() && groups.iter().zip(lengths).all(|(group, length)| is_hex(group, length))
        }
    }
}

fn not_found(arn: &str) -> EnvelopeError {
    let (_, resource) = arn.rsplit_once(':').unwrap_or(("", arn));
    if resource.starts_with("alias/") {
        invalid(format!("Alias {arn} is not found."))
    } else {
        invalid(format!("Key '{arn}' does not exist"))
    }
}

fn invalid(text: String) -> EnvelopeError {
    EnvelopeError::InvalidKey(text)
}

#[cfg(test)]
mod tests {
    use terms::{AccountId, Region};

    use super::*;

    fn of(text: &str) -> Result<KeyChoice, String> {
        let scope = Scope::new(AccountId::parse("123456789012").unwrap(), Region::parse("us-east-1").unwrap());
        choose(scope, text).map_err(|error| error.to_string())
    }

    #[test]
    fn the_managed_key_is_found_by_its_alias_and_its_alias_arn() {
        assert_eq!(of("alias/aws/secretsmanager"), Ok(KeyChoice::Managed));
        assert_eq!(of("arn:aws:kms:us-east-1:123456789012:alias/aws/secretsmanager"), Ok(KeyChoice::Managed));
    }

    #[test]
    fn other_keys_are_refused_in_the_words_of_kms() {
        let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
        let arn = format!("arn:aws:kms:us-east-1:123456789012:key/{id}");
        assert_eq!(of("app").unwrap_err(), "Invalid keyId");
        assert_eq!(of("alias/app").unwrap_err(), "Alias arn:aws:kms:us-east-1:123456789012:alias/app is not found.");
        assert_eq!(of(id).unwrap_err(), format!("Key '{arn}' does not exist"));
        assert_eq!(of(&arn).unwrap_err(), format!("Key '{arn}' does not exist"));
        assert_eq!(of("arn:aws:kms:us-west-2:123456789012:alias/app").unwrap_err(), "Invalid arn us-west-2");
        assert_eq!(of("arn:aws:s3:::bucket").unwrap_err(), "Invalid keyId");
        assert_eq!(of("arn:").unwrap_err(), "Invalid keyId");
    }
}
