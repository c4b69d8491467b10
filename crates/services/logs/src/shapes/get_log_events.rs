use shape::{List, Optional, Required, Sensitive};

use super::forms::{
    EventMessage, EventsLimit, Flag, LogGroupIdentifier, LogGroupName, LogStreamName, NextToken, Timestamp,
};

shape::forms! {
    pub OutputLogEvents: List<OutputLogEvent> {}
}

shape::structure! {
    pub struct GetLogEventsRequest {
        log_group_name: Optional<LogGroupName> = "logGroupName",
        log_group_identifier: Optional<LogGroupIdentifier> = "logGroupIdentifier",
        log_stream_name: Required<LogStreamName> = "logStreamName",
        start_time: Optional<Timestamp> = "startTime",
        end_time: Optional<Timestamp> = "endTime",
        next_token: Optional<NextToken> = "nextToken",
        limit: Optional<EventsLimit> = "limit",
        start_from_head: Optional<Flag> = "startFromHead",
        unmask: Optional<Flag> = "unmask",
    }
}

shape::structure! {
    pub struct GetLogEventsResponse {
        events: Optional<OutputLogEvents> = "events",
        next_forward_token: Optional<NextToken> = "nextForwardToken",
        next_backward_token: Optional<NextToken> = "nextBackwardToken",
    }
}

shape::structure! {
    pub struct OutputLogEvent {
        timestamp: Optional<Timestamp> = "timestamp",
        message: Sensitive<EventMessage> = "message",
        ingestion_time: Optional<Timestamp> = "ingestionTime",
    }
}

shape::operation! {
    pub GetLogEvents(GetLogEventsRequest) -> GetLogEventsResponse,
    errors [InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException]
}
