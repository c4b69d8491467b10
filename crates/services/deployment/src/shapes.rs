//! The wire shapes of keepwell's own service. They follow AWS's manner: capital members, times as seconds, pages.

mod accounts;
mod adoption;
mod explain_decision;
mod forms;
mod root_key;
mod rotation_attempts;
mod statements;
mod who_can;

use shape::{OperationShape, ServiceDescription};

pub use accounts::{
    Account, AccountStatusType, CloseAccount, CloseAccountRequest, CreateAccount, CreateAccountRequest,
    CreateAccountResponse, ListAccounts, ListAccountsRequest, ListAccountsResponse, RootAccessKey,
};
pub use adoption::{
    AdoptDatabase, AdoptDatabaseRequest, AdoptDatabaseResponse, ReleaseDatabase, ReleaseDatabaseRequest,
    ReleaseDatabaseResponse, RotationRules, Tag,
};
pub use explain_decision::{
    AnswerType, DecisionEntry, ExplainDecision, ExplainDecisionRequest, ExplainDecisionResponse, LayerEntry, NearMiss,
    OutcomeType,
};
pub use root_key::{
    CustodyType, DescribeRootKey, DescribeRootKeyRequest, DescribeRootKeyResponse, MoveRootKey, MoveRootKeyRequest,
    ReplaceRootKeyResponse, RotateRootKey, RotateRootKeyRequest, UnsealRequest, UnsealResponse,
};
pub use rotation_attempts::{
    AttemptCauseType, AttemptKindType, AttemptOutcomeType, ListRotationAttempts, ListRotationAttemptsRequest,
    ListRotationAttemptsResponse, RotationAttemptEntry, RotationStepEntry,
};
pub use statements::{Condition, EffectType, LayerType, PolicyTypeType, Statement};
pub use who_can::{AccessType, PrincipalEntry, PrincipalKindType, WhoCan, WhoCanRequest, WhoCanResponse};

/// Every operation whose shapes are stated here.
pub const OPERATIONS: &[OperationShape] = &[
    OperationShape::of::<AdoptDatabase>(),
    OperationShape::of::<CloseAccount>(),
    OperationShape::of::<CreateAccount>(),
    OperationShape::of::<DescribeRootKey>(),
    OperationShape::of::<ExplainDecision>(),
    OperationShape::of::<ListAccounts>(),
    OperationShape::of::<ListRotationAttempts>(),
    OperationShape::of::<MoveRootKey>(),
    OperationShape::of::<ReleaseDatabase>(),
    OperationShape::of::<RotateRootKey>(),
    OperationShape::of::<WhoCan>(),
];

/// The statements as data.
pub fn description() -> ServiceDescription {
    ServiceDescription::of(OPERATIONS)
}

/// Parses the bytes as each operation's request. Panics when a promise of the shapes is broken.
pub fn fuzz_all(bytes: &[u8]) {
    for operation in OPERATIONS {
        (operation.fuzz)(bytes);
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::any, proptest};

    proptest! {
        #[test]
        fn no_bytes_break_a_promise_of_the_shapes(bytes in vec(any::<u8>(), 0..200)) {
            super::fuzz_all(&bytes);
        }

        #[test]
        fn no_member_breaks_one_either(name in "(Name|AccountId|SecretId|Action|Id|NextToken|Custody|Passphrase|Threshold|Count|Password|RotationRules)", text in ".{0,60}") {
            let body = format!("{{{}:{}}}", quoted(&name), quoted(&text));
            super::fuzz_all(body.as_bytes());
        }
    }

    fn quoted(text: &str) -> String {
        format!("{text:?}")
    }
}
