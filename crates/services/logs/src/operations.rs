//! The operations, a file for each story, in folders by what they are about.
//!
//! What is the same around all of them is the frame's (`service`).

mod event;
pub(crate) mod group;
pub(crate) mod stream;
mod tag;

use policy::Action;
use service::{Asked, Service};
use shape::{ParseError, Rendered, Reply, Structure, parse_json};
use trail::Recorder;

use crate::{
    error::Error,
    room::{Call, Room},
};

service::operations! {
    Room, Call, "logs:";

    CreateLogGroup => group::create_log_group, Write again;
    CreateLogStream => stream::create_log_stream, Write again;
    DeleteLogGroup => group::delete_log_group, Write again;
    DeleteLogStream => stream::delete_log_stream, Write again;
    DeleteRetentionPolicy => group::delete_retention_policy, Write again;
    DescribeLogGroups => group::describe_log_groups, Read;
    DescribeLogStreams => stream::describe_log_streams, Read;
    FilterLogEvents => event::filter_log_events, Read;
    GetLogEvents => event::get_log_events, Read;
    ListTagsForResource => tag::list_tags_for_resource, Read;
    ListTagsLogGroup => tag::list_tags_log_group, Read;
    PutLogEvents => event::put_log_events, Write again;
    PutLogGroupDeletionProtection => group::put_log_group_deletion_protection, Write again;
    PutRetentionPolicy => group::put_retention_policy, Write again;
    TagLogGroup => tag::tag_log_group, Write again;
    TagResource => tag::tag_resource, Write again;
    UntagLogGroup => tag::untag_log_group, Write again;
    UntagResource => tag::untag_resource, Write again;
}

impl Service for Room {
    type Operation = Operation;
    type Error = Error;
    type Request = [u8];

    const SOURCE: &'static str = "logs.amazonaws.com";

    /// CloudTrail does not even tell of it.
    fn is_data_event(action: Action) -> bool {
        action.operation() == "PutLogEvents"
    }

    fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    fn parse<R: Structure>(request: &[u8]) -> Result<R, ParseError> {
        parse_json(request)
    }

    fn render(_: &Asked<'_, Self>, answer: &impl Reply) -> Rendered {
        service::json(answer)
    }
}
