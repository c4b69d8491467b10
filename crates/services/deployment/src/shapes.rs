//! The wire shapes of keepwell's own service. They follow AWS's manner: capital members, times as seconds, pages.

mod accounts;
mod forms;

use shape::{OperationShape, ServiceDescription};

pub use accounts::{
    Account, AccountStatusType, CloseAccount, CloseAccountRequest, CreateAccount, CreateAccountRequest,
    CreateAccountResponse, ListAccounts, ListAccountsRequest, ListAccountsResponse, RootAccessKey,
};

/// Every operation whose shapes are stated here.
pub const OPERATIONS: &[OperationShape] = &[
    OperationShape::of::<CloseAccount>(),
    OperationShape::of::<CreateAccount>(),
    OperationShape::of::<ListAccounts>(),
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
