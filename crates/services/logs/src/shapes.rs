//! The wire shapes of CloudWatch Logs, stated by hand, one Rust type a wire shape.
//!
//! `e2e/python/test_shapes.py` holds every statement against the service model inside the installed `botocore` package.
//! Members that the house does not serve are stated all the same, so that a request which holds them is understood and
//! can be refused.

mod create_log_group;
mod create_log_stream;
mod delete_log_group;
mod delete_log_stream;
mod delete_retention_policy;
mod describe_log_groups;
mod describe_log_streams;
mod filter_log_events;
mod forms;
mod get_log_events;
mod list_tags_for_resource;
mod list_tags_log_group;
mod put_log_events;
mod put_log_group_deletion_protection;
mod put_retention_policy;
mod tag_log_group;
mod tag_resource;
mod untag_log_group;
mod untag_resource;

use shape::{OperationShape, ServiceDescription};

pub use create_log_group::{CreateLogGroup, CreateLogGroupRequest};
pub use create_log_stream::{CreateLogStream, CreateLogStreamRequest};
pub use delete_log_group::{DeleteLogGroup, DeleteLogGroupRequest};
pub use delete_log_stream::{DeleteLogStream, DeleteLogStreamRequest};
pub use delete_retention_policy::{DeleteRetentionPolicy, DeleteRetentionPolicyRequest};
pub use describe_log_groups::{DescribeLogGroups, DescribeLogGroupsRequest, DescribeLogGroupsResponse, LogGroup};
pub use describe_log_streams::{
    DescribeLogStreams, DescribeLogStreamsRequest, DescribeLogStreamsResponse, LogStream, OrderBy,
};
pub use filter_log_events::{FilterLogEvents, FilterLogEventsRequest, FilterLogEventsResponse, FilteredLogEvent};
pub use forms::LogGroupClass;
pub use get_log_events::{GetLogEvents, GetLogEventsRequest, GetLogEventsResponse, OutputLogEvent};
pub use list_tags_for_resource::{ListTagsForResource, ListTagsForResourceRequest, ListTagsForResourceResponse};
pub use list_tags_log_group::{ListTagsLogGroup, ListTagsLogGroupRequest, ListTagsLogGroupResponse};
pub use put_log_events::{
    EntityRejectionErrorType, InputLogEvent, PutLogEvents, PutLogEventsRequest, PutLogEventsResponse,
    RejectedEntityInfo, RejectedLogEventsInfo,
};
pub use put_log_group_deletion_protection::{PutLogGroupDeletionProtection, PutLogGroupDeletionProtectionRequest};
pub use put_retention_policy::{PutRetentionPolicy, PutRetentionPolicyRequest};
pub use tag_log_group::{TagLogGroup, TagLogGroupRequest};
pub use tag_resource::{TagResource, TagResourceRequest};
pub use untag_log_group::{UntagLogGroup, UntagLogGroupRequest};
pub use untag_resource::{UntagResource, UntagResourceRequest};

/// Every operation whose shapes are stated here.
pub const OPERATIONS: &[OperationShape] = &[
    OperationShape::of::<CreateLogGroup>(),
    OperationShape::of::<CreateLogStream>(),
    OperationShape::of::<DeleteLogGroup>(),
    OperationShape::of::<DeleteLogStream>(),
    OperationShape::of::<DeleteRetentionPolicy>(),
    OperationShape::of::<DescribeLogGroups>(),
    OperationShape::of::<DescribeLogStreams>(),
    OperationShape::of::<FilterLogEvents>(),
    OperationShape::of::<GetLogEvents>(),
    OperationShape::of::<ListTagsForResource>(),
    OperationShape::of::<ListTagsLogGroup>(),
    OperationShape::of::<PutLogEvents>(),
    OperationShape::of::<PutLogGroupDeletionProtection>(),
    OperationShape::of::<PutRetentionPolicy>(),
    OperationShape::of::<TagLogGroup>(),
    OperationShape::of::<TagResource>(),
    OperationShape::of::<UntagLogGroup>(),
    OperationShape::of::<UntagResource>(),
];

/// The statements as data, to be compared with AWS's model.
pub fn description() -> ServiceDescription {
    ServiceDescription::of(OPERATIONS)
}

/// Parses the bytes as each operation's request. Panics when a promise of the shapes is broken.
pub fn fuzz_all(bytes: &[u8]) {
    for operation in OPERATIONS {
        (operation.fuzz)(bytes);
    }
}
