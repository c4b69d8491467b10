use shape::{Integer, List, Map, Optional, Required, RequiredSensitive, Text};

use super::forms::{EventMessage, LogGroupName, LogStreamName, SequenceToken, Timestamp};

shape::forms! {
    pub InputLogEvents: List<InputLogEvent> { min: 1, max: 10_000 }
    pub LogEventIndex: Integer {}
    pub EntityKeyAttributesKey: Text { min: 1, max: 32 }
    pub EntityKeyAttributesValue: Text { min: 1, max: 512 }
    pub EntityKeyAttributes: Map<EntityKeyAttributesKey, EntityKeyAttributesValue> { min: 2, max: 4 }
    pub EntityAttributesKey: Text { min: 1, max: 256 }
    pub EntityAttributesValue: Text { min: 1, max: 512 }
    pub EntityAttributes: Map<EntityAttributesKey, EntityAttributesValue> { min: 0, max: 10 }
}

shape::enumeration! {
    pub enum EntityRejectionErrorType {
        InvalidEntity = "InvalidEntity",
        InvalidTypeValue = "InvalidTypeValue",
        InvalidKeyAttributes = "InvalidKeyAttributes",
        InvalidAttributes = "InvalidAttributes",
        EntitySizeTooLarge = "EntitySizeTooLarge",
        UnsupportedLogGroupType = "UnsupportedLogGroupType",
        MissingRequiredFields = "MissingRequiredFields",
    }
}

shape::structure! {
    pub struct PutLogEventsRequest {
        log_group_name: Required<LogGroupName> = "logGroupName",
        log_stream_name: Required<LogStreamName> = "logStreamName",
        log_events: Required<InputLogEvents> = "logEvents",
        sequence_token: Optional<SequenceToken> = "sequenceToken",
        entity: Optional<Entity> = "entity",
    }
}

shape::structure! {
    pub struct InputLogEvent {
        timestamp: Required<Timestamp> = "timestamp",
        message: RequiredSensitive<EventMessage> = "message",
    }
}

shape::structure! {
    pub struct Entity {
        key_attributes: Optional<EntityKeyAttributes> = "keyAttributes",
        attributes: Optional<EntityAttributes> = "attributes",
    }
}

shape::structure! {
    pub struct PutLogEventsResponse {
        next_sequence_token: Optional<SequenceToken> = "nextSequenceToken",
        rejected_log_events_info: Optional<RejectedLogEventsInfo> = "rejectedLogEventsInfo",
        rejected_entity_info: Optional<RejectedEntityInfo> = "rejectedEntityInfo",
    }
}

shape::structure! {
    pub struct RejectedLogEventsInfo {
        too_new_log_event_start_index: Optional<LogEventIndex> = "tooNewLogEventStartIndex",
        too_old_log_event_end_index: Optional<LogEventIndex> = "tooOldLogEventEndIndex",
        expired_log_event_end_index: Optional<LogEventIndex> = "expiredLogEventEndIndex",
    }
}

shape::structure! {
    pub struct RejectedEntityInfo {
        error_type: Optional<EntityRejectionErrorType> = "errorType",
    }
}

shape::operation! {
    pub PutLogEvents(PutLogEventsRequest) -> PutLogEventsResponse,
    errors [
        InvalidParameterException, InvalidSequenceTokenException, DataAlreadyAcceptedException,
        ResourceNotFoundException, ServiceUnavailableException, UnrecognizedClientException,
    ]
}
