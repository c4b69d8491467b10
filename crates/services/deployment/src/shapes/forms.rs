//! Forms that several operations share.

use shape::{Integer, Pattern, SecretText, Text, Time};

const TWELVE_DIGITS: Pattern = Pattern { text: r"^\d{12}$", holds: is_account_id };
/// Of the Organizations API, which makes accounts at AWS.
const PRINTABLE: Pattern = Pattern { text: r"[\u0020-\u007E]+", holds: is_printable };

shape::forms! {
    pub AccountIdType: Text { pattern: TWELVE_DIGITS }
    pub AccountNameType: Text { min: 1, max: 50, pattern: PRINTABLE }
    pub ArnType: Text { min: 20, max: 2048 }
    pub AccessKeyIdType: Text { min: 16, max: 128 }
    pub SecretAccessKeyType: SecretText {}
    pub MaxResultsType: Integer { min: 1, max: 100 }
    pub NextTokenType: Text { min: 1, max: 4096 }
    pub TimestampType: Time {}

    pub SecretIdType: Text { min: 1, max: 2048 }
    pub SecretNameType: Text { min: 1, max: 512 }
    pub ActionType: Text { min: 1, max: 128 }
    pub PrincipalType: Text { min: 1, max: 2048 }
    pub ResourceType: Text { min: 1, max: 2048 }
    pub PolicySourceType: Text {}
    pub SidType: Text {}
    pub StatementNumberType: Integer {}
    pub OperatorType: Text {}
    pub KeyType: Text {}
    /// Of a request or an event.
    pub IdType: Text { min: 1, max: 64 }
    pub MessageType: Text {}
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_printable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}
