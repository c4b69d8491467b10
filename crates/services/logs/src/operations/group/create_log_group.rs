use std::sync::Arc;

use contract::{Change, Commit, LogGroupChange, LogGroupDetails, LogGroupRecord, Tag};
use gate::RequestTags;
use policy::{Action, Permit};
use shape::Enumeration;
use terms::{Timestamp, Uid};
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    group_id::NamedGroup,
    room::{Call, Room},
    shapes::{CreateLogGroupRequest, LogGroupClass},
    tags,
};

const TAG_RESOURCE: Action = Action::new("logs:TagResource");
const TAG_LOG_GROUP: Action = Action::new("logs:TagLogGroup");

/// Makes a group, which keeps its events for ever until it has a retention.
pub(crate) async fn create_log_group(call: &Call<'_>, ask: &CreateLogGroupRequest) -> Result<Recorded<()>, Error> {
    refuse_what_is_not_offered(ask)?;
    let tags = ask.tags.as_ref().map(tags::of).transpose()?.unwrap_or_default();
    let named = NamedGroup::of_name(call.caller.scope(), &ask.log_group_name);
    let request_tags = RequestTags::of(&tags);
    let authorized = call.room.authorize(call.asker(), call.action, &named, named.resource(), request_tags).await;
    let (permit, found) = authorized?;
    let mut commit = Commit::under(permit);
    if !tags.is_empty() {
        commit = commit.and_under(authorize_tags(call, &named, request_tags).await?);
    }
    if found.is_some() {
        // Recorded, without a full stop.
        return Err(Error::refused("ResourceAlreadyExistsException", "The specified log group already exists"));
    }
    let is_protected = ask.deletion_protection_enabled == Some(true);
    let (group, change) = new_group(call.room, &named, call.now(), tags, is_protected);
    Ok(call.commit(commit.change(change)?, Subject::log_group_changed(&group), None, ()).await?)
}

fn refuse_what_is_not_offered(ask: &CreateLogGroupRequest) -> Result<(), Error> {
    if ask.kms_key_id.is_some() {
        return Err(Error::unsupported("kmsKeyId"));
    }
    match ask.log_group_class {
        None | Some(LogGroupClass::Standard) => {}
        Some(class) => return Err(Error::unsupported(&format!("logGroupClass {}", class.as_str()))),
    }
    // "Log group names can't start with the string aws/". The text is chosen.
    if ask.log_group_name.starts_with("aws/") {
        return Err(Error::invalid("Log groups starting with AWS/ are reserved for AWS."));
    }
    Ok(())
}

/// Who gives a new group tags needs one of these rights too.
async fn authorize_tags(call: &Call<'_>, named: &NamedGroup, tags: RequestTags<'_>) -> Result<Permit, Error> {
    for (action, resource) in [(TAG_RESOURCE, named.arn()), (TAG_LOG_GROUP, named.resource())] {
        match call.room.authorize(call.asker(), action, named, resource, tags).await {
            Ok((permit, _)) => return Ok(permit),
            Err(Error::AccessDenied(_)) => {}
            Err(error) => return Err(error),
        }
    }
    // Recorded.
    Err(Error::Forbidden(format!(
        "User with accountId: {} is not authorized to perform CreateLogGroup with Tags. An additional permission \
         \"logs:TagResource\" is required.",
        call.caller.account()
    )))
}

/// The group as it will be.
pub(crate) fn new_group(
    room: &Room,
    named: &NamedGroup,
    now: Timestamp,
    tags: Vec<Tag>,
    is_protected: bool,
) -> (Arc<LogGroupRecord>, Change) {
    let group = Arc::new(LogGroupRecord {
        scope: named.scope,
        uid: Uid::random(&*room.entropy),
        name: named.name.as_str().into(),
        arn: named.arn(),
        revision: 1,
        details: LogGroupDetails { created_at: now, retention_days: None, is_protected, tags },
        stored_bytes: 0,
        is_deleted: false,
    });
    let change = Change::LogGroup(LogGroupChange::Create { after: Arc::clone(&group) });
    (group, change)
}
