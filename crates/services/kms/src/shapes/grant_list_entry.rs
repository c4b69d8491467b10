//! What is told of a grant.

use shape::{List, Optional, Pattern, Text, characters};

use super::forms::{DateType, EncryptionContextType, KeyIdType, is_name};

const PRINCIPAL: Pattern = Pattern { text: r"^[\w+=,.@:/-]+$", holds: is_principal };
const GRANT_NAME: Pattern = Pattern { text: r"^[a-zA-Z0-9:/_-]+$", holds: is_name };

shape::forms! {
    pub PrincipalIdType: Text { min: 1, max: 256, pattern: PRINCIPAL }
    pub GrantNameType: Text { min: 1, max: 256, pattern: GRANT_NAME }
    pub GrantIdType: Text { min: 1, max: 128 }
    pub GrantOperationList: List<GrantOperation> {}
    pub GrantList: List<GrantListEntry> {}
}

shape::enumeration! {
    pub enum GrantOperation {
        Decrypt = "Decrypt",
        Encrypt = "Encrypt",
        GenerateDataKey = "GenerateDataKey",
        GenerateDataKeyWithoutPlaintext = "GenerateDataKeyWithoutPlaintext",
        ReEncryptFrom = "ReEncryptFrom",
        ReEncryptTo = "ReEncryptTo",
        Sign = "Sign",
        Verify = "Verify",
        GetPublicKey = "GetPublicKey",
        CreateGrant = "CreateGrant",
        RetireGrant = "RetireGrant",
        DescribeKey = "DescribeKey",
        GenerateDataKeyPair = "GenerateDataKeyPair",
        GenerateDataKeyPairWithoutPlaintext = "GenerateDataKeyPairWithoutPlaintext",
        GenerateMac = "GenerateMac",
        VerifyMac = "VerifyMac",
        DeriveSharedSecret = "DeriveSharedSecret",
    }
}

shape::structure! {
    pub struct GrantConstraints {
        encryption_context_subset: Optional<EncryptionContextType> = "EncryptionContextSubset",
        encryption_context_equals: Optional<EncryptionContextType> = "EncryptionContextEquals",
    }
}

shape::structure! {
    pub struct GrantListEntry {
        key_id: Optional<KeyIdType> = "KeyId",
        grant_id: Optional<GrantIdType> = "GrantId",
        name: Optional<GrantNameType> = "Name",
        creation_date: Optional<DateType> = "CreationDate",
        grantee_principal: Optional<PrincipalIdType> = "GranteePrincipal",
        retiring_principal: Optional<PrincipalIdType> = "RetiringPrincipal",
        issuing_account: Optional<PrincipalIdType> = "IssuingAccount",
        operations: Optional<GrantOperationList> = "Operations",
        constraints: Optional<GrantConstraints> = "Constraints",
    }
}

fn is_principal(text: &str) -> bool {
    let is_allowed = |character: char| characters::is_word(character) || "+=,.@:/-".contains(character);
    !text.is_empty() && text.chars().all(is_allowed)
}
