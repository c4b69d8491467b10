//! Forms that several operations share, under AWS's names.

use shape::{Boolean, Integer, List, Pattern, Text, Time};

use super::key_metadata::MultiRegionKey;
use super::specs::{EncryptionAlgorithmSpec, KeyAgreementAlgorithmSpec, MacAlgorithmSpec, SigningAlgorithmSpec};

const REGION: Pattern = Pattern { text: r"^([a-z]+-){2,3}\d+$", holds: is_region };
const BACKING_KEY_ID: Pattern = Pattern { text: r"^[a-f0-9]+$", holds: is_lower_hex };
const CLUSTER_ID: Pattern = Pattern { text: r"cluster-[2-7a-zA-Z]{11,16}", holds: is_cluster_id };
const XKS_KEY_ID: Pattern = Pattern { text: r"^[a-zA-Z0-9-_.]+$", holds: is_xks_key_id };

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

    pub GrantTokenType: Text { min: 1, max: 8192 }
    pub GrantTokenList: List<GrantTokenType> { min: 0, max: 10 }

    pub EncryptionAlgorithmSpecList: List<EncryptionAlgorithmSpec> {}
    pub SigningAlgorithmSpecList: List<SigningAlgorithmSpec> {}
    pub MacAlgorithmSpecList: List<MacAlgorithmSpec> {}
    pub KeyAgreementAlgorithmSpecList: List<KeyAgreementAlgorithmSpec> {}
    pub MultiRegionKeyList: List<MultiRegionKey> {}
}

fn is_region(text: &str) -> bool {
    let Some((words, number)) = text.rsplit_once('-') else { return false };
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && (2..=3).contains(&words.split('-').count()) && words.split('-').all(is_word)
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
