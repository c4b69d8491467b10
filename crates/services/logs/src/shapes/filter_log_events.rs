use shape::{List, Optional, SecretText, Sensitive, Text};

use super::forms::{
    EventMessage, EventsLimit, Flag, LogGroupIdentifier, LogGroupName, LogStreamName, NextToken, Timestamp,
};

shape::forms! {
    pub InputLogStreamNames: List<LogStreamName> { min: 1, max: 100 }
    /// Whoever looks for a secret that was written down names it here.
    pub FilterPattern: SecretText { min: 0, max: 1024 }
    pub FilteredLogEvents: List<FilteredLogEvent> {}
    pub SearchedLogStreams: List<SearchedLogStream> {}
    pub EventId: Text {}
}

shape::structure! {
    pub struct FilterLogEventsRequest {
        log_group_name: Optional<LogGroupName> = "logGroupName",
        log_group_identifier: Optional<LogGroupIdentifier> = "logGroupIdentifier",
        log_stream_names: Optional<InputLogStreamNames> = "logStreamNames",
        log_stream_name_prefix: Optional<LogStreamName> = "logStreamNamePrefix",
        start_time: Optional<Timestamp> = "startTime",
        end_time: Optional<Timestamp> = "endTime",
        filter_pattern: Sensitive<FilterPattern> = "filterPattern",
        next_token: Optional<NextToken> = "nextToken",
        limit: Optional<EventsLimit> = "limit",
        start_from_head: Optional<Flag> = "startFromHead",
        interleaved: Optional<Flag> = "interleaved",
        unmask: Optional<Flag> = "unmask",
    }
}

shape::structure! {
    pub struct FilterLogEventsResponse {
        events: Optional<FilteredLogEvents> = "events",
        searched_log_streams: Optional<SearchedLogStreams> = "searchedLogStreams",
        next_token: Optional<NextToken> = "nextToken",
    }
}

shape::structure! {
    pub struct FilteredLogEvent {
        log_stream_name: Optional<LogStreamName> = "logStreamName",
        timestamp: Optional<Timestamp> = "timestamp",
        message: Sensitive<EventMessage> = "message",
        ingestion_time: Optional<Timestamp> = "ingestionTime",
        event_id: Optional<EventId> = "eventId",
    }
}

shape::structure! {
    pub struct SearchedLogStream {
        log_stream_name: Optional<LogStreamName> = "logStreamName",
        searched_completely: Optional<Flag> = "searchedCompletely",
    }
}

shape::operation! {
    pub FilterLogEvents(FilterLogEventsRequest) -> FilterLogEventsResponse,
    errors [InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException]
}
