//! What policies would decide. How a decision is told is in `evaluation`.

use shape::{List, Optional, Required, Text};

use super::evaluation::{
    ActionNameType, ContextKeyNameType, ContextKeyNamesResultListType, EvaluationResultsListType, ResourceNameType,
};
use super::forms::{ArnType, BooleanType, MarkerType, MaxItemsType, PolicyDocumentType, ResponseMarkerType};
use super::simulated_policy::{OrganizationPolicyListType, PolicyExclusionsListType, SimulationPolicyListType};

shape::enumeration! {
    pub enum ContextKeyTypeEnum {
        String = "string",
        StringList = "stringList",
        Numeric = "numeric",
        NumericList = "numericList",
        Boolean = "boolean",
        BooleanList = "booleanList",
        Ip = "ip",
        IpList = "ipList",
        Binary = "binary",
        BinaryList = "binaryList",
        Date = "date",
        DateList = "dateList",
    }
}

shape::forms! {
    pub ActionNameListType: List<ActionNameType> {}
    pub ResourceNameListType: List<ResourceNameType> {}
    pub ResourceHandlingOptionType: Text { min: 1, max: 64 }
    pub ContextKeyValueType: Text {}
    pub ContextKeyValueListType: List<ContextKeyValueType> {}
    pub ContextEntryListType: List<ContextEntry> {}
}

shape::structure! {
    pub struct ContextEntry {
        context_key_name: Optional<ContextKeyNameType> = "ContextKeyName",
        context_key_values: Optional<ContextKeyValueListType> = "ContextKeyValues",
        context_key_type: Optional<ContextKeyTypeEnum> = "ContextKeyType",
    }
}

shape::structure! {
    pub struct SimulateCustomPolicyRequest {
        policy_input_list: Required<SimulationPolicyListType> = "PolicyInputList",
        permissions_boundary_policy_input_list: Optional<SimulationPolicyListType>
            = "PermissionsBoundaryPolicyInputList",
        ordered_organization_policy_input_list: Optional<OrganizationPolicyListType>
            = "OrderedOrganizationPolicyInputList",
        action_names: Required<ActionNameListType> = "ActionNames",
        resource_arns: Optional<ResourceNameListType> = "ResourceArns",
        resource_policy: Optional<PolicyDocumentType> = "ResourcePolicy",
        resource_owner: Optional<ResourceNameType> = "ResourceOwner",
        caller_arn: Optional<ResourceNameType> = "CallerArn",
        context_entries: Optional<ContextEntryListType> = "ContextEntries",
        resource_handling_option: Optional<ResourceHandlingOptionType> = "ResourceHandlingOption",
        max_items: Optional<MaxItemsType> = "MaxItems",
        marker: Optional<MarkerType> = "Marker",
    }
}

shape::structure! {
    pub struct SimulatePrincipalPolicyRequest {
        policy_source_arn: Required<ArnType> = "PolicySourceArn",
        policy_input_list: Optional<SimulationPolicyListType> = "PolicyInputList",
        permissions_boundary_policy_input_list: Optional<SimulationPolicyListType>
            = "PermissionsBoundaryPolicyInputList",
        policy_exclusion_list: Optional<PolicyExclusionsListType> = "PolicyExclusionList",
        action_names: Required<ActionNameListType> = "ActionNames",
        resource_arns: Optional<ResourceNameListType> = "ResourceArns",
        resource_policy: Optional<PolicyDocumentType> = "ResourcePolicy",
        resource_owner: Optional<ResourceNameType> = "ResourceOwner",
        caller_arn: Optional<ResourceNameType> = "CallerArn",
        context_entries: Optional<ContextEntryListType> = "ContextEntries",
        resource_handling_option: Optional<ResourceHandlingOptionType> = "ResourceHandlingOption",
        max_items: Optional<MaxItemsType> = "MaxItems",
        marker: Optional<MarkerType> = "Marker",
    }
}

shape::structure! {
    /// What both simulations answer.
    pub struct SimulatePolicyResponse {
        evaluation_results: Optional<EvaluationResultsListType> = "EvaluationResults",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub SimulateCustomPolicy(SimulateCustomPolicyRequest) -> SimulatePolicyResponse,
    errors [InvalidInputException, PolicyEvaluationException]
}

shape::operation! {
    pub SimulatePrincipalPolicy(SimulatePrincipalPolicyRequest) -> SimulatePolicyResponse,
    errors [NoSuchEntityException, InvalidInputException, PolicyEvaluationException]
}

shape::structure! {
    pub struct GetContextKeysForCustomPolicyRequest {
        policy_input_list: Required<SimulationPolicyListType> = "PolicyInputList",
    }
}

shape::structure! {
    pub struct GetContextKeysForPrincipalPolicyRequest {
        policy_source_arn: Required<ArnType> = "PolicySourceArn",
        policy_input_list: Optional<SimulationPolicyListType> = "PolicyInputList",
    }
}

shape::structure! {
    /// The context keys that the policies speak of.
    pub struct GetContextKeysForPolicyResponse {
        context_key_names: Optional<ContextKeyNamesResultListType> = "ContextKeyNames",
    }
}

shape::operation! {
    pub GetContextKeysForCustomPolicy(GetContextKeysForCustomPolicyRequest) -> GetContextKeysForPolicyResponse,
    errors [InvalidInputException]
}

shape::operation! {
    pub GetContextKeysForPrincipalPolicy(GetContextKeysForPrincipalPolicyRequest) -> GetContextKeysForPolicyResponse,
    errors [NoSuchEntityException, InvalidInputException]
}
