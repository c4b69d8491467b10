use shape::Optional;

use super::forms::{GrantTokenType, KeyIdType, NullableBooleanType};
use super::grant_list_entry::GrantIdType;

shape::structure! {
    pub struct RetireGrantRequest {
        grant_token: Optional<GrantTokenType> = "GrantToken",
        key_id: Optional<KeyIdType> = "KeyId",
        grant_id: Optional<GrantIdType> = "GrantId",
        dry_run: Optional<NullableBooleanType> = "DryRun",
    }
}

shape::operation! {
    pub RetireGrant(RetireGrantRequest) -> (),
    errors [
        InvalidArnException, InvalidGrantTokenException, InvalidGrantIdException, NotFoundException,
        DependencyTimeoutException, KMSInternalException, KMSInvalidStateException, DryRunOperationException,
    ]
}
