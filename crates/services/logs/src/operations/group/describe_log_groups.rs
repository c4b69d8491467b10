use std::sync::Arc;

use contract::{LogGroupRecord, LogGroupsFilter, LogGroupsQuery, log_groups_resource};
use gate::Target;
use trail::Recorded;

use crate::{
    error::Error,
    find::one,
    group_id::NamedGroup,
    paging::page_length,
    room::Call,
    shapes::{DescribeLogGroupsRequest, DescribeLogGroupsResponse, LogGroup, LogGroupClass},
};

/// The groups of the account and Region, by name. Policies decide about the list, and not about each group.
pub(crate) async fn describe_log_groups(
    call: &Call<'_>,
    ask: &DescribeLogGroupsRequest,
) -> Result<Recorded<DescribeLogGroupsResponse>, Error> {
    refuse_what_is_not_offered(ask)?;
    let filter = filter(call, ask)?;
    let scope = call.caller.scope();
    let resource = one(log_groups_resource(scope), scope.account);
    let permit = call.room.gate.authorize(call.context, call.caller, call.action, &Target::new(&resource)).await?;
    let question = format!("{filter:?} {:?}", ask.log_group_class);
    let after = call.open_name(question.as_bytes(), ask.next_token.as_deref())?;
    let length = page_length(ask.limit);
    let query = LogGroupsQuery { filter, after, limit: length.saturating_add(1) };
    let is_standard = ask.log_group_class.is_none_or(|class| class == LogGroupClass::Standard);
    let mut groups =
        if is_standard { call.room.store.log_groups(scope, &query).await?.open(&permit)? } else { Vec::new() };
    let has_more = groups.len() > length;
    groups.truncate(length);
    let next_token = match groups.last().filter(|_| has_more) {
        Some(last) => Some(call.seal_token(question.as_bytes(), last.name.as_bytes())?),
        None => None,
    };
    let is_brief = matches!(query.filter, LogGroupsFilter::Part(_));
    let told = |group: &Arc<LogGroupRecord>| if is_brief { brief(group) } else { full(group) };
    let answer = DescribeLogGroupsResponse { log_groups: Some(groups.iter().map(told).collect()), next_token };
    call.tell(None, answer).await
}

/// No account sees another's logs here.
fn refuse_what_is_not_offered(ask: &DescribeLogGroupsRequest) -> Result<(), Error> {
    if ask.include_linked_accounts == Some(true) {
        return Err(Error::unsupported("includeLinkedAccounts"));
    }
    if ask.account_identifiers.as_ref().is_some_and(|accounts| !accounts.is_empty()) {
        return Err(Error::unsupported("accountIdentifiers"));
    }
    Ok(())
}

fn filter(call: &Call<'_>, ask: &DescribeLogGroupsRequest) -> Result<LogGroupsFilter, Error> {
    let part = ask.log_group_name_pattern.as_deref().filter(|part| !part.is_empty());
    match (&ask.log_group_name_prefix, part, &ask.log_group_identifiers) {
        // Recorded.
        (Some(_), Some(_), _) => {
            Err(Error::invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."))
        }
        // "If you specify this parameter, the only other filter that you can choose is includeLinkedAccounts." The text is
        // chosen.
        (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
            Err(Error::invalid("logGroupIdentifiers cannot be combined with another filter."))
        }
        (Some(prefix), None, None) => Ok(LogGroupsFilter::Prefix(prefix.clone())),
        (None, Some(part), None) => Ok(LogGroupsFilter::Part(part.to_owned())),
        (None, None, Some(identifiers)) => {
            let own = call.caller.scope();
            let named = |identifier: &String| NamedGroup::of_identifier(own, identifier);
            let named = identifiers.iter().map(named).collect::<Result<Vec<_>, _>>()?;
            let own_names = named.into_iter().filter(|named| named.scope == own).map(|named| named.name);
            Ok(LogGroupsFilter::Named(own_names.collect()))
        }
        (None, None, None) => Ok(LogGroupsFilter::Every),
    }
}

fn full(group: &Arc<LogGroupRecord>) -> LogGroup {
    LogGroup {
        retention_in_days: group.details.retention_days.and_then(|days| i32::try_from(days).ok()),
        metric_filter_count: Some(0),
        stored_bytes: i64::try_from(group.stored_bytes).ok(),
        log_group_class: Some(LogGroupClass::Standard),
        log_group_arn: Some(group.arn.to_string()),
        deletion_protection_enabled: Some(group.details.is_protected),
        ..brief(group)
    }
}

/// "If you specify logGroupNamePattern in your request, then only arn, creationTime, and logGroupName are included."
fn brief(group: &Arc<LogGroupRecord>) -> LogGroup {
    LogGroup {
        log_group_name: Some(group.name.to_string()),
        creation_time: Some(group.details.created_at.as_millis()),
        arn: Some(format!("{}:*", group.arn)),
        ..LogGroup::default()
    }
}
