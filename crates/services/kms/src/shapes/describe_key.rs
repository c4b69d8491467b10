use shape::{Optional, Required};

use super::forms::{GrantTokenList, KeyIdType};
use super::key_metadata::KeyMetadata;

shape::structure! {
    pub struct DescribeKeyRequest {
        key_id: Required<KeyIdType> = "KeyId",
        grant_tokens: Optional<GrantTokenList> = "GrantTokens",
    }
}

shape::structure! {
    pub struct DescribeKeyResponse {
        key_metadata: Optional<KeyMetadata> = "KeyMetadata",
    }
}

shape::operation! {
    pub DescribeKey(DescribeKeyRequest) -> DescribeKeyResponse,
    errors [NotFoundException, InvalidArnException, DependencyTimeoutException, KMSInternalException]
}
