//! The operations, a file for each story, in folders by what they are about.
//!
//! What is the same around all of them is the frame's (`service`).

mod alias;
mod concurrency;
mod function;
mod invoke;
mod permission;
mod setting;
mod tag;
mod version;

use policy::Action;
use service::{Asked, Service};
use shape::{ParseError, Rendered, Reply, RestRequest, Structure, parse_rest};
use trail::Recorder;

use crate::{
    error::Error,
    room::{Call, Room},
    shapes::OPERATIONS,
};

service::operations! {
    Room, Call, "lambda:";

    AddPermission => permission::add_permission, Write again;
    CreateAlias => alias::create_alias, Write again;
    CreateFunction => function::create_function, Write again;
    DeleteAlias => alias::delete_alias, Write again;
    DeleteFunction => function::delete_function, Write again;
    DeleteFunctionConcurrency => concurrency::delete_function_concurrency, Write again;
    GetAccountSettings => setting::get_account_settings, Read;
    GetAlias => alias::get_alias, Read;
    GetFunction => function::get_function, Read;
    GetFunctionCodeSigningConfig => setting::get_function_code_signing_config, Read;
    GetFunctionConcurrency => concurrency::get_function_concurrency, Read;
    GetFunctionConfiguration => function::get_function_configuration, Read;
    GetFunctionRecursionConfig => setting::get_function_recursion_config, Read;
    GetPolicy => permission::get_policy, Read;
    GetRuntimeManagementConfig => setting::get_runtime_management_config, Read;
    Invoke => invoke, Write once;
    ListAliases => alias::list_aliases, Read;
    ListFunctions => function::list_functions, Read;
    ListTags => tag::list_tags, Read;
    ListVersionsByFunction => version::list_versions_by_function, Read;
    PublishVersion => version::publish_version, Write again;
    PutFunctionConcurrency => concurrency::put_function_concurrency, Write again;
    RemovePermission => permission::remove_permission, Write again;
    TagResource => tag::tag_resource, Write again;
    UntagResource => tag::untag_resource, Write again;
    UpdateAlias => alias::update_alias, Write again;
    UpdateFunctionCode => function::update_function_code, Write again;
    UpdateFunctionConfiguration => function::update_function_configuration, Write again;
}

/// Of the calls that CloudTrail names by the date of their API.
const EVENT_NAMES: [&str; 23] = [
    "AddPermission20150331v2",
    "CreateAlias20150331",
    "CreateFunction20150331",
    "DeleteAlias20150331",
    "DeleteFunction20150331",
    "DeleteFunctionConcurrency20171031",
    "GetAccountSettings20160819",
    "GetAlias20150331",
    "GetFunction20150331v2",
    "GetFunctionConfiguration20150331v2",
    "GetPolicy20150331v2",
    "ListAliases20150331",
    "ListFunctions20150331",
    "ListTags20170331",
    "ListVersionsByFunction20150331",
    "PublishVersion20150331",
    "PutFunctionConcurrency20171031",
    "RemovePermission20150331v2",
    "TagResource20170331v2",
    "UntagResource20170331v2",
    "UpdateAlias20150331",
    "UpdateFunctionCode20150331v2",
    "UpdateFunctionConfiguration20150331v2",
];

impl Service for Room {
    type Operation = Operation;
    type Error = Error;
    type Request = RestRequest;

    const SOURCE: &'static str = "lambda.amazonaws.com";

    fn event_name(action: Action) -> Option<&'static str> {
        let is_of = |name: &&&str| {
            let date = name.strip_prefix(action.operation());
            date.is_some_and(|date| date.starts_with(|first: char| first.is_ascii_digit()))
        };
        EVENT_NAMES.iter().find(is_of).copied()
    }

    fn is_data_event(action: Action) -> bool {
        action == Operation::Invoke.action()
    }

    fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    fn parse<R: Structure>(request: &RestRequest) -> Result<R, ParseError> {
        parse_rest(request)
    }

    fn render(asked: &Asked<'_, Self>, answer: &impl Reply) -> Rendered {
        let operation = OPERATIONS.iter().find(|operation| operation.name == asked.action.operation());
        service::rest(operation.and_then(|operation| operation.http), answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_its_shape_and_every_shape_its_operation() {
        let mut names: Vec<&str> = Operation::ALL.iter().map(|operation| operation.action().operation()).collect();
        let mut shapes: Vec<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
        names.sort_unstable();
        shapes.sort_unstable();
        assert_eq!(names, shapes);
    }

    #[test]
    fn events_are_named_as_cloudtrail_names_them() {
        let name = |operation: Operation| Room::event_name(operation.action());
        assert_eq!(name(Operation::CreateFunction), Some("CreateFunction20150331"));
        assert_eq!(name(Operation::UpdateFunctionConfiguration), Some("UpdateFunctionConfiguration20150331v2"));
        assert_eq!(name(Operation::GetFunction), Some("GetFunction20150331v2"));
        assert_eq!(name(Operation::GetFunctionConcurrency), None);
        assert_eq!(name(Operation::Invoke), None);
        let named = Operation::ALL.iter().filter(|operation| name(**operation).is_some()).count();
        assert_eq!(named, EVENT_NAMES.len());
    }
}
