use shape::Required;

use super::forms::{AliasNameType, KeyIdType};

shape::structure! {
    pub struct CreateAliasRequest {
        alias_name: Required<AliasNameType> = "AliasName",
        target_key_id: Required<KeyIdType> = "TargetKeyId",
    }
}

shape::operation! {
    pub CreateAlias(CreateAliasRequest) -> (),
    errors [
        DependencyTimeoutException, AlreadyExistsException, NotFoundException, InvalidAliasNameException,
        KMSInternalException, LimitExceededException, KMSInvalidStateException,
    ]
}
