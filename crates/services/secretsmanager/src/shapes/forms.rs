//! Forms that several operations share, under AWS's names.

use shape::{Boolean, List, Pattern, SecretBlob, SecretText, Text, Time};

use super::external_secret::ExternalSecretRotationMetadataItem;
use super::tags::Tag;

/// The pattern of a replica's region: words in small letters, each with a hyphen behind it, and a number.
const REGION: Pattern = Pattern { text: r"^([a-z]+-)+\d+$", holds: is_region };
const RESOURCE_POLICY_NAME: Pattern = Pattern { text: r"[0-9A-Za-z\-\_]+", holds: is_resource_policy_name };

shape::forms! {
    pub SecretIdType: Text { min: 1, max: 2048 }
    pub SecretARNType: Text { min: 20, max: 2048 }
    /// The name in answers. In requests it is [`NameType`], which is longer.
    pub SecretNameType: Text { min: 1, max: 256 }
    pub NameType: Text { min: 1, max: 512 }
    pub DescriptionType: Text { max: 2048 }
    pub KmsKeyIdType: Text { min: 0, max: 2048 }
    pub RegionType: Text { min: 1, max: 128, pattern: REGION }
    pub RoleARNType: Text { min: 20, max: 2048 }
    pub OwningServiceType: Text { min: 1, max: 128 }
    pub NonEmptyResourcePolicyType: Text { min: 1, max: 20_480 }
    pub ResourcePolicyNameType: Text { min: 1, max: 64, pattern: RESOURCE_POLICY_NAME }
    /// The type of a managed external secret.
    pub MedeaTypeType: Text { min: 0, max: 256 }

    /// Bytes of UTF-8, which is what AWS counts here.
    pub SecretStringType: SecretText { min: 1, max: 65_536, in_bytes: true }
    pub SecretBinaryType: SecretBlob { min: 1, max: 65_536 }

    pub ClientRequestTokenType: Text { min: 32, max: 64 }
    pub SecretVersionIdType: Text { min: 32, max: 64 }
    pub SecretVersionStageType: Text { min: 1, max: 256 }
    pub SecretVersionStagesType: List<SecretVersionStageType> { min: 1, max: 20 }
    pub KmsKeyIdListType: List<KmsKeyIdType> {}

    pub TagListType: List<Tag> {}
    pub ExternalSecretRotationMetadataType: List<ExternalSecretRotationMetadataItem> {}

    pub NextTokenType: Text { min: 1, max: 4096 }
    /// Every truth value; AWS has a name for each.
    pub BooleanType: Boolean {}
    /// Every point in time; AWS has a name for each.
    pub TimestampType: Time {}
    pub RotationLambdaARNType: Text { min: 0, max: 2048 }
}

fn is_region(text: &str) -> bool {
    let Some((words, number)) = text.rsplit_once('-') else { return false };
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && words.split('-').all(is_word)
}

fn is_resource_policy_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_named_by_letters_digits_hyphens_and_underscores() {
        for (text, holds) in [("default", true), ("A_1-z", true), ("", false), ("a b", false), ("a.b", false)] {
            assert_eq!(is_resource_policy_name(text), holds, "{text}");
        }
    }

    #[test]
    fn a_region_is_words_and_a_number() {
        for region in ["us-east-1", "eu-isoe-west-12", "a-0"] {
            assert!(is_region(region), "{region}");
        }
        for other in ["", "-", "-1", "us-east-", "us--east-1", "us-east1", "US-east-1", "us-e4st-1", "us-east-1 ", "1"]
        {
            assert!(!is_region(other), "{other}");
        }
    }
}
