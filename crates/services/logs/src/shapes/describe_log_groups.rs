use shape::{List, Optional, Pattern, Text};

use super::forms::{
    Arn, Days, DescribeLimit, FilterCount, Flag, KmsKeyId, LogGroupClass, LogGroupIdentifier, LogGroupName,
    LogGroupNamePattern, NextToken, PolicyName, StoredBytes, Timestamp,
};

const ACCOUNT_ID: Pattern = Pattern { text: r"^\d{12}$", holds: is_account_id };

shape::forms! {
    pub AccountId: Text { min: 12, max: 12, pattern: ACCOUNT_ID }
    pub AccountIds: List<AccountId> { min: 0, max: 20 }
    pub DescribeLogGroupsLogGroupIdentifiers: List<LogGroupIdentifier> { min: 1, max: 50 }
    pub LogGroups: List<LogGroup> {}
    pub InheritedProperties: List<InheritedProperty> {}
}

shape::enumeration! {
    pub enum DataProtectionStatus {
        Activated = "ACTIVATED",
        Deleted = "DELETED",
        Archived = "ARCHIVED",
        Disabled = "DISABLED",
    }
}

shape::enumeration! {
    pub enum InheritedProperty {
        AccountDataProtection = "ACCOUNT_DATA_PROTECTION",
    }
}

shape::structure! {
    pub struct DescribeLogGroupsRequest {
        account_identifiers: Optional<AccountIds> = "accountIdentifiers",
        log_group_name_prefix: Optional<LogGroupName> = "logGroupNamePrefix",
        log_group_name_pattern: Optional<LogGroupNamePattern> = "logGroupNamePattern",
        next_token: Optional<NextToken> = "nextToken",
        limit: Optional<DescribeLimit> = "limit",
        include_linked_accounts: Optional<Flag> = "includeLinkedAccounts",
        log_group_class: Optional<LogGroupClass> = "logGroupClass",
        log_group_identifiers: Optional<DescribeLogGroupsLogGroupIdentifiers> = "logGroupIdentifiers",
    }
}

shape::structure! {
    pub struct DescribeLogGroupsResponse {
        log_groups: Optional<LogGroups> = "logGroups",
        next_token: Optional<NextToken> = "nextToken",
    }
}

shape::structure! {
    pub struct LogGroup {
        log_group_name: Optional<LogGroupName> = "logGroupName",
        creation_time: Optional<Timestamp> = "creationTime",
        retention_in_days: Optional<Days> = "retentionInDays",
        metric_filter_count: Optional<FilterCount> = "metricFilterCount",
        arn: Optional<Arn> = "arn",
        stored_bytes: Optional<StoredBytes> = "storedBytes",
        kms_key_id: Optional<KmsKeyId> = "kmsKeyId",
        data_protection_status: Optional<DataProtectionStatus> = "dataProtectionStatus",
        inherited_properties: Optional<InheritedProperties> = "inheritedProperties",
        log_group_class: Optional<LogGroupClass> = "logGroupClass",
        log_group_arn: Optional<Arn> = "logGroupArn",
        deletion_protection_enabled: Optional<Flag> = "deletionProtectionEnabled",
        bearer_token_authentication_enabled: Optional<Flag> = "bearerTokenAuthenticationEnabled",
        retention_policy_name: Optional<PolicyName> = "retentionPolicyName",
    }
}

shape::operation! {
    pub DescribeLogGroups(DescribeLogGroupsRequest) -> DescribeLogGroupsResponse,
    errors [InvalidParameterException, ServiceUnavailableException]
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
