//! From what the caller wrote to a group or stream, and to the right to it.

use std::sync::Arc;

use contract::{GuardedLogs, LogGroupRecord, LogStreamRecord};
use gate::{Caller, RequestContext, RequestTags, Target};
use policy::{Action, Permit, Resource};
use terms::AccountId;

use crate::{
    error::Error,
    group_id::NamedGroup,
    room::{Call, Room},
};

/// Who asks, by itself or through a service.
#[derive(Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) context: &'a RequestContext,
    pub(crate) caller: &'a Caller,
}

impl Room {
    /// The right to do this to what policies see as this resource, in a group that is there or not. What is not there is
    /// told only to whoever may ask for it.
    pub(crate) async fn authorize(
        &self,
        asker: Asker<'_>,
        action: Action,
        named: &NamedGroup,
        resource: Arc<str>,
        request_tags: RequestTags<'_>,
    ) -> Result<(Permit, Option<Arc<LogGroupRecord>>), Error> {
        // Another account's logs are its own, and what lies in another Region is not here.
        let is_own = named.scope == asker.caller.scope();
        let found = if is_own { self.store.log_group(named.scope, &named.name).await? } else { None };
        let tags = found.as_ref().map(|group| group.log_group().tags).unwrap_or_default();
        let resource = one(resource, named.scope.account);
        let target = Target::new(&resource).with_tags(tags).with_request_tags(request_tags);
        let permit = self.gate.authorize(asker.context, asker.caller, action, &target).await?;
        let group = found.map(|group| group.open_log_group(&permit)).transpose()?;
        Ok((permit, group))
    }

    pub(crate) async fn stream(
        &self,
        permit: &Permit,
        group: &Arc<LogGroupRecord>,
        name: &str,
    ) -> Result<Option<Arc<LogStreamRecord>>, Error> {
        let found: Option<GuardedLogs<_>> = self.store.log_stream(group, name).await?;
        Ok(found.map(|stream| stream.open(permit)).transpose()?)
    }
}

impl<'a> Call<'a> {
    pub(crate) fn asker(&self) -> Asker<'a> {
        Asker { context: self.context, caller: self.caller }
    }

    /// A group that is there, for an action on the whole of it.
    pub(crate) async fn open(&self, named: &NamedGroup) -> Result<(Permit, Arc<LogGroupRecord>), Error> {
        self.open_as(named, named.resource(), RequestTags::None).await
    }

    pub(crate) async fn open_as(
        &self,
        named: &NamedGroup,
        resource: Arc<str>,
        request_tags: RequestTags<'_>,
    ) -> Result<(Permit, Arc<LogGroupRecord>), Error> {
        let (permit, group) = self.room.authorize(self.asker(), self.action, named, resource, request_tags).await?;
        Ok((permit, group.ok_or_else(Error::no_group)?))
    }

    /// A stream that is there, for an action on it alone.
    pub(crate) async fn open_stream(
        &self,
        named: &NamedGroup,
        name: &str,
    ) -> Result<(Permit, Arc<LogGroupRecord>, Arc<LogStreamRecord>), Error> {
        let (permit, group) = self.open_as(named, named.stream_resource(name), RequestTags::None).await?;
        let stream = self.room.stream(&permit, &group, name).await?.ok_or_else(Error::no_stream)?;
        Ok((permit, group, stream))
    }

    /// Who asks to see masked data needs that right too. Nothing is masked here, so that there is nothing else to it.
    pub(crate) async fn require_unmask(&self, unmask: Option<bool>, named: &NamedGroup) -> Result<(), Error> {
        const UNMASK: Action = Action::new("logs:Unmask");
        if unmask == Some(true) {
            self.room.authorize(self.asker(), UNMASK, named, named.resource(), RequestTags::None).await?;
        }
        Ok(())
    }
}

pub(crate) fn one(arn: Arc<str>, account: AccountId) -> Resource {
    Resource::One { asked: Arc::clone(&arn), arn, account }
}
