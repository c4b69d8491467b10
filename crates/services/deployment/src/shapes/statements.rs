//! Statements of policies, as answers name them.

use shape::{List, Optional};

use super::forms::{KeyType, OperatorType, PolicySourceType, SidType, StatementNumberType};

shape::enumeration! {
    pub enum EffectType {
        Allow = "Allow",
        Deny = "Deny",
    }
}

shape::enumeration! {
    pub enum LayerType {
        ResourceControl = "RESOURCE_CONTROL",
        ServiceControl = "SERVICE_CONTROL",
        Resource = "RESOURCE",
        Trust = "TRUST",
        Key = "KEY",
        Identity = "IDENTITY",
        Boundary = "BOUNDARY",
        Session = "SESSION",
        Endpoint = "ENDPOINT",
    }
}

shape::enumeration! {
    pub enum PolicyTypeType {
        User = "user",
        Group = "group",
        Role = "role",
        AwsManaged = "aws-managed",
        UserManaged = "user-managed",
        Resource = "resource",
        Boundary = "boundary",
        Session = "session",
        ServiceControl = "service-control",
        ResourceControl = "resource-control",
        Endpoint = "endpoint",
        Trust = "trust",
        Input = "input",
    }
}

shape::forms! {
    pub ConditionListType: List<Condition> {}
    pub StatementListType: List<Statement> {}
}

shape::structure! {
    pub struct Condition {
        operator: Optional<OperatorType> = "Operator",
        key: Optional<KeyType> = "Key",
    }
}

shape::structure! {
    pub struct Statement {
        policy: Optional<PolicySourceType> = "Policy",
        policy_type: Optional<PolicyTypeType> = "PolicyType",
        layer: Optional<LayerType> = "Layer",
        /// Counted from one.
        number: Optional<StatementNumberType> = "Number",
        sid: Optional<SidType> = "Sid",
        effect: Optional<EffectType> = "Effect",
        conditions: Optional<ConditionListType> = "Conditions",
    }
}
