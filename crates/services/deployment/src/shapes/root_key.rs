//! The root key: who keeps it, and replacing it.

use shape::{Integer, List, Long, Optional, Required, RequiredSensitive, SecretText, Sensitive, Text};

shape::enumeration! {
    pub enum CustodyType {
        AwsKms = "aws-kms",
        File = "file",
        Passphrase = "passphrase",
        Pkcs11 = "pkcs11",
        Shares = "shares",
        SystemdCredential = "systemd-credential",
    }
}

/// Where a key lies that nobody said anything of.
impl Default for CustodyType {
    fn default() -> Self {
        Self::File
    }
}

shape::forms! {
    /// Its fingerprint.
    pub RootKeyIdType: Text { min: 32, max: 32 }
    pub CustodyNameType: Text { min: 1, max: 64 }
    pub KeeperType: Text {}
    pub RevisionType: Long {}
    pub PassphraseType: SecretText { min: 1, max: 1024 }
    pub ThresholdType: Integer { min: 2, max: 16 }
    pub CountType: Integer { min: 2, max: 16 }
    pub ShareType: SecretText { min: 1, max: 1024 }
    pub ShareListType: List<ShareType> {}
    pub MissingType: Integer {}
    pub AdviceType: Text {}
}

shape::structure! {
    pub struct DescribeRootKeyRequest {}
}

shape::structure! {
    pub struct DescribeRootKeyResponse {
        custody: Optional<CustodyNameType> = "Custody",
        root_key_id: Optional<RootKeyIdType> = "RootKeyId",
        keeper: Optional<KeeperType> = "Keeper",
        revision: Optional<RevisionType> = "Revision",
    }
}

shape::structure! {
    pub struct RotateRootKeyRequest {
        passphrase: Sensitive<PassphraseType> = "Passphrase",
        threshold: Optional<ThresholdType> = "Threshold",
        count: Optional<CountType> = "Count",
    }
}

shape::structure! {
    pub struct MoveRootKeyRequest {
        custody: Required<CustodyType> = "Custody",
        passphrase: Sensitive<PassphraseType> = "Passphrase",
        threshold: Optional<ThresholdType> = "Threshold",
        count: Optional<CountType> = "Count",
    }
}

shape::structure! {
    /// Of both operations that replace the root key.
    pub struct ReplaceRootKeyResponse {
        custody: Optional<CustodyNameType> = "Custody",
        root_key_id: Optional<RootKeyIdType> = "RootKeyId",
        keeper: Optional<KeeperType> = "Keeper",
        advice: Optional<AdviceType> = "Advice",
        shares: Sensitive<ShareListType> = "Shares",
    }
}

shape::structure! {
    /// The one request that comes unsigned, to a server that is sealed.
    pub struct UnsealRequest {
        share: RequiredSensitive<ShareType> = "Share",
    }
}

shape::structure! {
    pub struct UnsealResponse {
        missing: Optional<MissingType> = "Missing",
    }
}

shape::operation! {
    pub DescribeRootKey(DescribeRootKeyRequest) -> DescribeRootKeyResponse,
    errors [InternalServiceError]
}

shape::operation! {
    pub RotateRootKey(RotateRootKeyRequest) -> ReplaceRootKeyResponse,
    errors [InvalidParameterException, InvalidRequestException, InternalServiceError]
}

shape::operation! {
    pub MoveRootKey(MoveRootKeyRequest) -> ReplaceRootKeyResponse,
    errors [InvalidParameterException, InvalidRequestException, InternalServiceError]
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::any, prop_oneof, proptest};

    use super::UnsealRequest;

    proptest! {
        #[test]
        fn whatever_comes_unsigned_breaks_no_promise_of_the_shapes(
            bytes in prop_oneof![vec(any::<u8>(), 0..200), ".{0,60}".prop_map(|text| share(&text))]
        ) {
            shape::fuzz::<UnsealRequest>(&bytes);
        }
    }

    use proptest::strategy::Strategy;

    fn share(text: &str) -> Vec<u8> {
        format!("{{\"Share\":{text:?}}}").into_bytes()
    }
}
