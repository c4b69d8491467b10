//! Why a recent request was decided as it was.

use shape::{List, Optional, Required};

use super::forms::{
    ActionType, IdType, KeyType, MessageType, OperatorType, PrincipalType, ResourceType, TimestampType,
};
use super::statements::{LayerType, Statement, StatementListType};
use super::who_can::FlagType;

shape::enumeration! {
    pub enum OutcomeType {
        Allowed = "ALLOWED",
        Denied = "DENIED",
    }
}

shape::enumeration! {
    pub enum AnswerType {
        Allowed = "ALLOWED",
        ExplicitDeny = "EXPLICIT_DENY",
        ImplicitDeny = "IMPLICIT_DENY",
    }
}

shape::forms! {
    pub DecisionListType: List<DecisionEntry> {}
    pub LayerListType: List<LayerEntry> {}
    pub NearMissListType: List<NearMiss> {}
    pub KeyListType: List<KeyType> {}
}

shape::structure! {
    pub struct ExplainDecisionRequest {
        id: Required<IdType> = "Id",
    }
}

shape::structure! {
    pub struct ExplainDecisionResponse {
        decisions: Optional<DecisionListType> = "Decisions",
    }
}

shape::structure! {
    pub struct DecisionEntry {
        time: Optional<TimestampType> = "Time",
        request_id: Optional<IdType> = "RequestId",
        event_id: Optional<IdType> = "EventId",
        principal: Optional<PrincipalType> = "Principal",
        action: Optional<ActionType> = "Action",
        resource: Optional<ResourceType> = "Resource",
        outcome: Optional<OutcomeType> = "Outcome",
        message: Optional<MessageType> = "Message",
        layers: Optional<LayerListType> = "Layers",
        statements: Optional<StatementListType> = "Statements",
        /// Were there more statements than are kept?
        has_more_statements: Optional<FlagType> = "HasMoreStatements",
        near_misses: Optional<NearMissListType> = "NearMisses",
        missing_keys: Optional<KeyListType> = "MissingKeys",
        /// What DecodeAuthorizationMessage of STS decodes, for whoever has that right.
        encoded_message: Optional<MessageType> = "EncodedMessage",
    }
}

shape::structure! {
    pub struct LayerEntry {
        layer: Optional<LayerType> = "Layer",
        answer: Optional<AnswerType> = "Answer",
        is_required: Optional<FlagType> = "IsRequired",
    }
}

shape::structure! {
    pub struct NearMiss {
        statement: Optional<Statement> = "Statement",
        operator: Optional<OperatorType> = "Operator",
        key: Optional<KeyType> = "Key",
    }
}

shape::operation! {
    pub ExplainDecision(ExplainDecisionRequest) -> ExplainDecisionResponse,
    errors [ResourceNotFoundException, InternalServiceError]
}
