//! Forms that several operations share, under AWS's names.

use shape::{Boolean, Integer, List, Long, Map, Pattern, SecretText, Text, characters};

const LOG_GROUP_NAME: Pattern =
    Pattern { text: r"[\.\-_/#A-Za-z0-9]+", holds: |text| !text.is_empty() && is_of_group_names(text) };
const LOG_GROUP_NAME_PATTERN: Pattern = Pattern { text: r"[\.\-_/#A-Za-z0-9]*", holds: is_of_group_names };
const LOG_GROUP_IDENTIFIER: Pattern =
    Pattern { text: r"[\w#+=/:,.@-]*", holds: |text| text.chars().all(|one| is_of_arns(one) || one == '#') };
const AMAZON_RESOURCE_NAME: Pattern = Pattern { text: r"[\w+=/:,.@-]*", holds: |text| text.chars().all(is_of_arns) };
const LOG_STREAM_NAME: Pattern = Pattern { text: r"[^:*]*", holds: |text| !text.contains([':', '*']) };
const TAG_KEY: Pattern =
    Pattern { text: r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$", holds: |text| !text.is_empty() && is_of_tags(text) };
const TAG_VALUE: Pattern = Pattern { text: r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", holds: is_of_tags };

shape::forms! {
    pub LogGroupName: Text { min: 1, max: 512, pattern: LOG_GROUP_NAME }
    pub LogGroupNamePattern: Text { min: 0, max: 512, pattern: LOG_GROUP_NAME_PATTERN }
    pub LogGroupIdentifier: Text { min: 1, max: 2048, pattern: LOG_GROUP_IDENTIFIER }
    pub LogStreamName: Text { min: 1, max: 512, pattern: LOG_STREAM_NAME }
    pub AmazonResourceName: Text { min: 1, max: 1011, pattern: AMAZON_RESOURCE_NAME }
    pub Arn: Text {}
    pub KmsKeyId: Text { max: 256 }
    pub PolicyName: Text {}

    pub Timestamp: Long { min: 0 }
    pub StoredBytes: Long { min: 0 }
    pub Days: Integer {}
    pub NextToken: Text { min: 1 }
    pub SequenceToken: Text { min: 1 }
    pub DescribeLimit: Integer { min: 1, max: 50 }
    pub EventsLimit: Integer { min: 1, max: 10_000 }
    pub FilterCount: Integer {}
    pub Flag: Boolean {}

    /// What somebody wrote down, which may be a secret: it is shown to readers, and to nobody else.
    pub EventMessage: SecretText { min: 1 }

    pub TagKey: Text { min: 1, max: 128, pattern: TAG_KEY }
    pub TagValue: Text { max: 256, pattern: TAG_VALUE }
    pub Tags: Map<TagKey, TagValue> { min: 1, max: 50 }
    pub TagKeyList: List<TagKey> { min: 0, max: 50 }
    pub TagList: List<TagKey> { min: 1 }
}

shape::enumeration! {
    pub enum LogGroupClass {
        Standard = "STANDARD",
        InfrequentAccess = "INFREQUENT_ACCESS",
        Delivery = "DELIVERY",
        Essentials = "ESSENTIALS",
    }
}

fn is_of_group_names(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_/#".contains(&byte))
}

fn is_of_arns(character: char) -> bool {
    characters::is_word(character) || "+=/:,.@-".contains(character)
}

fn is_of_tags(text: &str) -> bool {
    text.chars().all(|one| characters::is_letter_separator_or_number(one) || "_.:/=+-@".contains(one))
}
