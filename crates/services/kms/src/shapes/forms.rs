//! Forms that several operations share, under AWS's names.

use shape::{Blob, Boolean, Integer, List, Map, Pattern, SecretBlob, Text, Time, characters};

use super::key_metadata::MultiRegionKey;
use super::specs::{
    DryRunModifierType, EncapsulationAlgorithmSpec, EncryptionAlgorithmSpec, KeyAgreementAlgorithmSpec,
    MacAlgorithmSpec, SigningAlgorithmSpec,
};
use super::tag::Tag;

const REGION: Pattern = Pattern { text: r"^([a-z]+-){2,3}\d+$", holds: is_region };
const BACKING_KEY_ID: Pattern = Pattern { text: r"^[a-f0-9]+$", holds: is_lower_hex };
const CLUSTER_ID: Pattern = Pattern { text: r"cluster-[2-7a-zA-Z]{11,16}", holds: is_cluster_id };
const XKS_KEY_ID: Pattern = Pattern { text: r"^[a-zA-Z0-9-_.]+$", holds: is_xks_key_id };

const ALIAS_NAME: Pattern = Pattern { text: r"^[a-zA-Z0-9:/_-]+$", holds: is_name };
const MARKER: Pattern = Pattern { text: r"[\u0020-\u00FF]*", holds: is_latin_1_line };
const POLICY: Pattern = Pattern { text: r"[\u0009\u000A\u000D\u0020-\u00FF]+", holds: is_policy_text };
const POLICY_NAME: Pattern = Pattern { text: r"[\w]+", holds: is_word };

shape::forms! {
    pub KeyIdType: Text { min: 1, max: 2048 }
    pub ArnType: Text { min: 20, max: 2048 }
    pub AWSAccountIdType: Text {}
    pub DescriptionType: Text { min: 0, max: 8192 }
    pub RegionType: Text { min: 1, max: 32, pattern: REGION }
    pub DateType: Time {}
    pub BooleanType: Boolean {}
    pub NullableBooleanType: Boolean {}
    pub PendingWindowInDaysType: Integer { min: 1, max: 365 }
    pub BackingKeyIdType: Text { min: 64, max: 64, pattern: BACKING_KEY_ID }
    pub CustomKeyStoreIdType: Text { min: 1, max: 64 }
    pub CloudHsmClusterIdType: Text { min: 19, max: 24, pattern: CLUSTER_ID }
    pub XksKeyIdType: Text { min: 1, max: 128, pattern: XKS_KEY_ID }

    pub LimitType: Integer { min: 1, max: 1000 }
    pub MarkerType: Text { min: 1, max: 1024, pattern: MARKER }
    pub AliasNameType: Text { min: 1, max: 256, pattern: ALIAS_NAME }
    pub PolicyType: Text { min: 1, max: 131_072, pattern: POLICY }
    pub PolicyNameType: Text { min: 1, max: 128, pattern: POLICY_NAME }
    pub RotationPeriodInDaysType: Integer { min: 90, max: 2560 }

    pub TagKeyType: Text { min: 1, max: 128 }
    pub TagValueType: Text { min: 0, max: 256 }
    pub TagKeyList: List<TagKeyType> {}
    pub TagList: List<Tag> {}

    pub GrantTokenType: Text { min: 1, max: 8192 }
    pub GrantTokenList: List<GrantTokenType> { min: 0, max: 10 }

    pub PlaintextType: SecretBlob { min: 1, max: 4096 }
    pub CiphertextType: Blob { min: 1, max: 6144 }
    pub AttestationDocumentType: Blob { min: 1, max: 262_144 }
    pub EncryptionContextKey: Text {}
    pub EncryptionContextValue: Text {}
    pub EncryptionContextType: Map<EncryptionContextKey, EncryptionContextValue> {}
    pub NumberOfBytesType: Integer { min: 1, max: 1024 }
    pub DryRunModifierList: List<DryRunModifierType> {}

    pub EncryptionAlgorithmSpecList: List<EncryptionAlgorithmSpec> {}
    pub SigningAlgorithmSpecList: List<SigningAlgorithmSpec> {}
    pub MacAlgorithmSpecList: List<MacAlgorithmSpec> {}
    pub KeyAgreementAlgorithmSpecList: List<KeyAgreementAlgorithmSpec> {}
    pub EncapsulationAlgorithmSpecList: List<EncapsulationAlgorithmSpec> {}
    pub MultiRegionKeyList: List<MultiRegionKey> {}
}

fn is_region(text: &str) -> bool {
    let Some((words, number)) = text.rsplit_once('-') else { return false };
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && (2..=3).contains(&words.split('-').count()) && words.split('-').all(is_word)
}

/// Of aliases and grants.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/_-".contains(&byte))
}

fn is_latin_1_line(text: &str) -> bool {
    text.chars().all(|character| matches!(character, ' '..='ÿ'))
}

fn is_policy_text(text: &str) -> bool {
    !text.is_empty() && text.chars().all(characters::is_latin_1_text)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(characters::is_word)
}

fn is_lower_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'a'..=b'f' | b'0'..=b'9'))
}

fn is_cluster_id(text: &str) -> bool {
    let is_formed = |id: &str| {
        (11..=16).contains(&id.len()) && id.bytes().all(|byte| matches!(byte, b'2'..=b'7' | b'a'..=b'z' | b'A'..=b'Z'))
    };
    text.strip_prefix("cluster-").is_some_and(is_formed)
}

fn is_xks_key_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
