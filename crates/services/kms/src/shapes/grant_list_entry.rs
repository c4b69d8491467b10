//! What is told of a grant.

use shape::{List, Optional, Pattern, Text, characters};

use super::forms::{DateType, EncryptionContextType, KeyIdType, is_name};

const PRINCIPAL: Pattern = Pattern { text: r"^[\w+=,.@:/-]+$", holds: is_principal };
const SERVICE_PRINCIPAL: Pattern =
    Pattern { text: r"^([A-Za-z0-9\-]+)\.([A-Za-z0-9\-]+)(\.[A-Za-z0-9\-]+)+$", holds: is_service_principal };
const SOURCE_ARN: Pattern =
    Pattern { text: r"^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$", holds: is_source_arn };
const GRANT_NAME: Pattern = Pattern { text: r"^[a-zA-Z0-9:/_-]+$", holds: is_name };

shape::forms! {
    pub PrincipalIdType: Text { min: 1, max: 256, pattern: PRINCIPAL }
    pub ServicePrincipalType: Text { min: 1, max: 128, pattern: SERVICE_PRINCIPAL }
    pub GrantConstraintSourceArnType: Text { min: 20, max: 512, pattern: SOURCE_ARN }
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
        Encapsulate = "Encapsulate",
        Decapsulate = "Decapsulate",
    }
}

shape::structure! {
    pub struct GrantConstraints {
        encryption_context_subset: Optional<EncryptionContextType> = "EncryptionContextSubset",
        encryption_context_equals: Optional<EncryptionContextType> = "EncryptionContextEquals",
        source_arn: Optional<GrantConstraintSourceArnType> = "SourceArn",
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
        grantee_service_principal: Optional<ServicePrincipalType> = "GranteeServicePrincipal",
        retiring_service_principal: Optional<ServicePrincipalType> = "RetiringServicePrincipal",
    }
}

/// As `rds.amazonaws.com`: three labels at least.
fn is_service_principal(text: &str) -> bool {
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    text.split('.').count() >= 3 && text.split('.').all(is_label)
}

fn is_source_arn(text: &str) -> bool {
    let is_lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, resource] = parts.as_slice() else { return false };
    partition.strip_prefix("aws").is_some_and(|rest| rest.bytes().all(is_lower))
        && !service.is_empty()
        && service.bytes().chain(region.bytes()).all(is_lower)
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && !resource.is_empty()
        && !resource.contains(['\n', '\r'])
}

fn is_principal(text: &str) -> bool {
    let is_allowed = |character: char| characters::is_word(character) || "+=,.@:/-".contains(character);
    !text.is_empty() && text.chars().all(is_allowed)
}
