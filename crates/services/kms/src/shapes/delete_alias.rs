use shape::Required;

use super::forms::AliasNameType;

shape::structure! {
    pub struct DeleteAliasRequest {
        alias_name: Required<AliasNameType> = "AliasName",
    }
}

shape::operation! {
    pub DeleteAlias(DeleteAliasRequest) -> (),
    errors [DependencyTimeoutException, NotFoundException, KMSInternalException, KMSInvalidStateException]
}
