//! Choices: what keys are made of, what they are for, and how they stand.

shape::enumeration! {
    pub enum KeySpec {
        Rsa2048 = "RSA_2048",
        Rsa3072 = "RSA_3072",
        Rsa4096 = "RSA_4096",
        EccNistP256 = "ECC_NIST_P256",
        EccNistP384 = "ECC_NIST_P384",
        EccNistP521 = "ECC_NIST_P521",
        EccSecgP256k1 = "ECC_SECG_P256K1",
        SymmetricDefault = "SYMMETRIC_DEFAULT",
        Hmac224 = "HMAC_224",
        Hmac256 = "HMAC_256",
        Hmac384 = "HMAC_384",
        Hmac512 = "HMAC_512",
        Sm2 = "SM2",
        MlDsa44 = "ML_DSA_44",
        MlDsa65 = "ML_DSA_65",
        MlDsa87 = "ML_DSA_87",
        EccNistEdwards25519 = "ECC_NIST_EDWARDS25519",
        MlKem512 = "ML_KEM_512",
        MlKem768 = "ML_KEM_768",
        MlKem1024 = "ML_KEM_1024",
    }
}

shape::enumeration! {
    /// The older name of [`KeySpec`], which no new specs join.
    pub enum CustomerMasterKeySpec {
        Rsa2048 = "RSA_2048",
        Rsa3072 = "RSA_3072",
        Rsa4096 = "RSA_4096",
        EccNistP256 = "ECC_NIST_P256",
        EccNistP384 = "ECC_NIST_P384",
        EccNistP521 = "ECC_NIST_P521",
        EccSecgP256k1 = "ECC_SECG_P256K1",
        SymmetricDefault = "SYMMETRIC_DEFAULT",
        Hmac224 = "HMAC_224",
        Hmac256 = "HMAC_256",
        Hmac384 = "HMAC_384",
        Hmac512 = "HMAC_512",
        Sm2 = "SM2",
    }
}

shape::enumeration! {
    pub enum KeyUsageType {
        SignVerify = "SIGN_VERIFY",
        EncryptDecrypt = "ENCRYPT_DECRYPT",
        GenerateVerifyMac = "GENERATE_VERIFY_MAC",
        KeyAgreement = "KEY_AGREEMENT",
        EncapsulateDecapsulate = "ENCAPSULATE_DECAPSULATE",
    }
}

shape::enumeration! {
    pub enum KeyState {
        Creating = "Creating",
        Enabled = "Enabled",
        Disabled = "Disabled",
        PendingDeletion = "PendingDeletion",
        PendingImport = "PendingImport",
        PendingReplicaDeletion = "PendingReplicaDeletion",
        Unavailable = "Unavailable",
        Updating = "Updating",
    }
}

shape::enumeration! {
    pub enum OriginType {
        AwsKms = "AWS_KMS",
        External = "EXTERNAL",
        AwsCloudhsm = "AWS_CLOUDHSM",
        ExternalKeyStore = "EXTERNAL_KEY_STORE",
    }
}

shape::enumeration! {
    pub enum KeyManagerType {
        Aws = "AWS",
        Customer = "CUSTOMER",
    }
}

shape::enumeration! {
    pub enum MultiRegionKeyType {
        Primary = "PRIMARY",
        Replica = "REPLICA",
    }
}

shape::enumeration! {
    pub enum ExpirationModelType {
        KeyMaterialExpires = "KEY_MATERIAL_EXPIRES",
        KeyMaterialDoesNotExpire = "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }
}

shape::enumeration! {
    pub enum EncryptionAlgorithmSpec {
        SymmetricDefault = "SYMMETRIC_DEFAULT",
        RsaesOaepSha1 = "RSAES_OAEP_SHA_1",
        RsaesOaepSha256 = "RSAES_OAEP_SHA_256",
        Sm2Pke = "SM2PKE",
    }
}

shape::enumeration! {
    pub enum SigningAlgorithmSpec {
        RsassaPssSha256 = "RSASSA_PSS_SHA_256",
        RsassaPssSha384 = "RSASSA_PSS_SHA_384",
        RsassaPssSha512 = "RSASSA_PSS_SHA_512",
        RsassaPkcs1V15Sha256 = "RSASSA_PKCS1_V1_5_SHA_256",
        RsassaPkcs1V15Sha384 = "RSASSA_PKCS1_V1_5_SHA_384",
        RsassaPkcs1V15Sha512 = "RSASSA_PKCS1_V1_5_SHA_512",
        EcdsaSha256 = "ECDSA_SHA_256",
        EcdsaSha384 = "ECDSA_SHA_384",
        EcdsaSha512 = "ECDSA_SHA_512",
        Sm2Dsa = "SM2DSA",
        MlDsaShake256 = "ML_DSA_SHAKE_256",
        Ed25519Sha512 = "ED25519_SHA_512",
        Ed25519PhSha512 = "ED25519_PH_SHA_512",
    }
}

shape::enumeration! {
    /// In the order in which live KMS tells them.
    pub enum MacAlgorithmSpec {
        HmacSha384 = "HMAC_SHA_384",
        HmacSha256 = "HMAC_SHA_256",
        HmacSha224 = "HMAC_SHA_224",
        HmacSha512 = "HMAC_SHA_512",
    }
}

shape::enumeration! {
    pub enum DataKeySpec {
        Aes256 = "AES_256",
        Aes128 = "AES_128",
    }
}

shape::enumeration! {
    pub enum DryRunModifierType {
        IgnoreCiphertext = "IGNORE_CIPHERTEXT",
    }
}

shape::enumeration! {
    pub enum KeyEncryptionMechanism {
        RsaesOaepSha256 = "RSAES_OAEP_SHA_256",
    }
}

shape::enumeration! {
    pub enum EncapsulationAlgorithmSpec {
        MlKem = "ML_KEM",
    }
}

shape::enumeration! {
    pub enum KeyAgreementAlgorithmSpec {
        Ecdh = "ECDH",
    }
}

impl KeySpec {
    pub(crate) fn of(spec: contract::KeySpec) -> Self {
        match spec {
            contract::KeySpec::SymmetricDefault => Self::SymmetricDefault,
            contract::KeySpec::Hmac224 => Self::Hmac224,
            contract::KeySpec::Hmac256 => Self::Hmac256,
            contract::KeySpec::Hmac384 => Self::Hmac384,
            contract::KeySpec::Hmac512 => Self::Hmac512,
        }
    }
}

impl CustomerMasterKeySpec {
    pub(crate) fn of(spec: contract::KeySpec) -> Self {
        match spec {
            contract::KeySpec::SymmetricDefault => Self::SymmetricDefault,
            contract::KeySpec::Hmac224 => Self::Hmac224,
            contract::KeySpec::Hmac256 => Self::Hmac256,
            contract::KeySpec::Hmac384 => Self::Hmac384,
            contract::KeySpec::Hmac512 => Self::Hmac512,
        }
    }
}

impl KeyUsageType {
    pub(crate) fn of(usage: contract::KeyUsage) -> Self {
        match usage {
            contract::KeyUsage::EncryptDecrypt => Self::EncryptDecrypt,
            contract::KeyUsage::GenerateVerifyMac => Self::GenerateVerifyMac,
        }
    }
}

/// Requests are made by parsing; a default is only what the structure's own `Default` needs.
impl Default for MacAlgorithmSpec {
    fn default() -> Self {
        Self::HmacSha256
    }
}

impl MacAlgorithmSpec {
    /// The one algorithm of an HMAC key.
    pub(crate) fn of(spec: contract::KeySpec) -> Option<Self> {
        match spec {
            contract::KeySpec::SymmetricDefault => None,
            contract::KeySpec::Hmac224 => Some(Self::HmacSha224),
            contract::KeySpec::Hmac256 => Some(Self::HmacSha256),
            contract::KeySpec::Hmac384 => Some(Self::HmacSha384),
            contract::KeySpec::Hmac512 => Some(Self::HmacSha512),
        }
    }
}
