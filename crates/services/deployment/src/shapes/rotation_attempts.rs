//! The timeline of a secret's rotations.

use shape::{Boolean, Integer, List, Long, Optional, Required, Text};

use super::forms::{
    ArnType, IdType, MaxResultsType, MessageType, NextTokenType, SecretIdType, SecretNameType, TimestampType,
};

shape::enumeration! {
    pub enum AttemptKindType {
        Rotation = "ROTATION",
        Test = "TEST",
        Check = "CHECK",
    }
}

shape::enumeration! {
    pub enum AttemptCauseType {
        Request = "REQUEST",
        Schedule = "SCHEDULE",
    }
}

shape::enumeration! {
    pub enum AttemptOutcomeType {
        InProgress = "IN_PROGRESS",
        Succeeded = "SUCCEEDED",
        Failed = "FAILED",
        Abandoned = "ABANDONED",
        Interrupted = "INTERRUPTED",
    }
}

shape::forms! {
    pub AttemptListType: List<RotationAttemptEntry> {}
    pub AttemptNumberType: Integer {}
    pub StepListType: List<RotationStepEntry> {}
    pub StepNameType: Text {}
    pub DurationMillisType: Long {}
    pub FunctionArnType: Text {}
    pub LogGroupType: Text {}
    pub VersionIdType: Text {}
    pub EventIdListType: List<IdType> {}
    pub StuckType: Boolean {}
}

shape::structure! {
    pub struct ListRotationAttemptsRequest {
        secret_id: Required<SecretIdType> = "SecretId",
        max_results: Optional<MaxResultsType> = "MaxResults",
        next_token: Optional<NextTokenType> = "NextToken",
    }
}

shape::structure! {
    pub struct ListRotationAttemptsResponse {
        arn: Optional<ArnType> = "ARN",
        name: Optional<SecretNameType> = "Name",
        /// Did a rotation fail as often as it is tried? It waits for its next window, or for RotateSecret.
        is_stuck: Optional<StuckType> = "IsStuck",
        attempts: Optional<AttemptListType> = "Attempts",
        next_token: Optional<NextTokenType> = "NextToken",
    }
}

shape::structure! {
    pub struct RotationAttemptEntry {
        kind: Optional<AttemptKindType> = "Kind",
        cause: Optional<AttemptCauseType> = "Cause",
        /// Counted from one within its rotation.
        number: Optional<AttemptNumberType> = "Number",
        version_id: Optional<VersionIdType> = "VersionId",
        function_arn: Optional<FunctionArnType> = "FunctionARN",
        started_date: Optional<TimestampType> = "StartedDate",
        ended_date: Optional<TimestampType> = "EndedDate",
        outcome: Optional<AttemptOutcomeType> = "Outcome",
        error: Optional<MessageType> = "Error",
        next_attempt_date: Optional<TimestampType> = "NextAttemptDate",
        steps: Optional<StepListType> = "Steps",
        /// Of the events on the trail that tell of its start and its end.
        event_ids: Optional<EventIdListType> = "EventIds",
    }
}

shape::structure! {
    pub struct RotationStepEntry {
        step: Optional<StepNameType> = "Step",
        started_date: Optional<TimestampType> = "StartedDate",
        duration_millis: Optional<DurationMillisType> = "DurationMillis",
        error: Optional<MessageType> = "Error",
        /// Which the step's call has on the trail.
        request_id: Optional<IdType> = "RequestId",
        log_group: Optional<LogGroupType> = "LogGroup",
        /// Which the function's START, END and REPORT lines name.
        log_request_id: Optional<IdType> = "LogRequestId",
    }
}

shape::operation! {
    pub ListRotationAttempts(ListRotationAttemptsRequest) -> ListRotationAttemptsResponse,
    errors [ResourceNotFoundException, InvalidParameterException, InvalidNextTokenException, InternalServiceError]
}
