use shape::{List, Optional};

use super::forms::{
    Arn, DescribeLimit, Flag, LogGroupIdentifier, LogGroupName, LogStreamName, NextToken, SequenceToken, StoredBytes,
    Timestamp,
};

shape::forms! {
    pub LogStreams: List<LogStream> {}
}

shape::enumeration! {
    pub enum OrderBy {
        LogStreamName = "LogStreamName",
        LastEventTime = "LastEventTime",
    }
}

shape::structure! {
    pub struct DescribeLogStreamsRequest {
        log_group_name: Optional<LogGroupName> = "logGroupName",
        log_group_identifier: Optional<LogGroupIdentifier> = "logGroupIdentifier",
        log_stream_name_prefix: Optional<LogStreamName> = "logStreamNamePrefix",
        order_by: Optional<OrderBy> = "orderBy",
        descending: Optional<Flag> = "descending",
        next_token: Optional<NextToken> = "nextToken",
        limit: Optional<DescribeLimit> = "limit",
    }
}

shape::structure! {
    pub struct DescribeLogStreamsResponse {
        log_streams: Optional<LogStreams> = "logStreams",
        next_token: Optional<NextToken> = "nextToken",
    }
}

shape::structure! {
    pub struct LogStream {
        log_stream_name: Optional<LogStreamName> = "logStreamName",
        creation_time: Optional<Timestamp> = "creationTime",
        first_event_timestamp: Optional<Timestamp> = "firstEventTimestamp",
        last_event_timestamp: Optional<Timestamp> = "lastEventTimestamp",
        last_ingestion_time: Optional<Timestamp> = "lastIngestionTime",
        upload_sequence_token: Optional<SequenceToken> = "uploadSequenceToken",
        arn: Optional<Arn> = "arn",
        stored_bytes: Optional<StoredBytes> = "storedBytes",
    }
}

shape::operation! {
    pub DescribeLogStreams(DescribeLogStreamsRequest) -> DescribeLogStreamsResponse,
    errors [InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException]
}
