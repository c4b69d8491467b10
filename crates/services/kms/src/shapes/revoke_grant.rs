use shape::{Optional, Required};

use super::forms::{KeyIdType, NullableBooleanType};
use super::grant_list_entry::GrantIdType;

shape::structure! {
    pub struct RevokeGrantRequest {
        key_id: Required<KeyIdType> = "KeyId",
        grant_id: Required<GrantIdType> = "GrantId",
        dry_run: Optional<NullableBooleanType> = "DryRun",
    }
}

shape::operation! {
    pub RevokeGrant(RevokeGrantRequest) -> (),
    errors [
        NotFoundException, DependencyTimeoutException, InvalidArnException, InvalidGrantIdException,
        KMSInternalException, KMSInvalidStateException, DryRunOperationException,
    ]
}
