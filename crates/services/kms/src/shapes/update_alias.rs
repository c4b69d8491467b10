use shape::Required;

use super::forms::{AliasNameType, KeyIdType};

shape::structure! {
    pub struct UpdateAliasRequest {
        alias_name: Required<AliasNameType> = "AliasName",
        target_key_id: Required<KeyIdType> = "TargetKeyId",
    }
}

shape::operation! {
    pub UpdateAlias(UpdateAliasRequest) -> (),
    errors [
        DependencyTimeoutException, NotFoundException, KMSInternalException, LimitExceededException,
        KMSInvalidStateException,
    ]
}
