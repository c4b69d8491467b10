//! One call, from the wish to its record.

use contract::{Commit, CommitError};
use gate::{Caller, RequestContext};
use policy::Action;
use shape::{ParseError, Rendered, Reply, Structure};
use terms::Timestamp;
use trail::{ApiCall, Failure, LinkedCalls, Recorded, Recorder, RequestParameters, Subject, Subjects, Unrecorded};

use crate::{
    error::{ErrorKind, MayBeUnrecorded, ServiceError},
    outcome::Outcome,
};

/// A story is told this often while others are faster.
pub const TELLINGS_MAX: usize = 8;

/// A service, as the frame must know it. Its room is one: what its operations are given.
pub trait Service {
    type Operation;
    type Error: ServiceError;
    /// What requests are parsed from: a body, the parameters of a query, or all parts of a request.
    type Request: ?Sized;

    /// The service's name on the trail, such as `sts.amazonaws.com`.
    const SOURCE: &'static str;

    /// What CloudTrail calls the action where that is not its own name.
    fn event_name(_action: Action) -> Option<&'static str> {
        None
    }

    /// Does CloudTrail count it as a data event, which uses a resource and changes none?
    fn is_data_event(_action: Action) -> bool {
        false
    }

    fn recorder(&self) -> &Recorder;

    /// Refuses who may not call this at all, whatever the policies say.
    fn admit(_caller: &Caller, _operation: Self::Operation) -> Result<(), Self::Error> {
        Ok(())
    }

    fn parse<R: Structure>(request: &Self::Request) -> Result<R, ParseError>;

    /// The answer, in the service's protocol: [`json`](crate::json), [`xml`](crate::xml) or [`rest`](crate::rest).
    fn render(asked: &Asked<'_, Self>, answer: &impl Reply) -> Rendered;
}

/// What was asked, and by whom.
pub struct Asked<'a, S: ?Sized> {
    pub room: &'a S,
    pub context: &'a RequestContext,
    pub caller: &'a Caller,
    pub action: Action,
    pub is_read_only: bool,
    /// None until the request is parsed.
    pub parameters: Option<&'a dyn RequestParameters>,
    /// What is called on the caller's behalf while the story is told.
    pub linked: &'a LinkedCalls,
}

impl<S: ?Sized> Clone for Asked<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: ?Sized> Copy for Asked<'_, S> {}

impl<'a, S: Service> Asked<'a, S> {
    /// The same, with the request that was parsed.
    #[must_use]
    pub fn with_parameters<'b>(&self, parameters: &'b dyn RequestParameters) -> Asked<'b, S>
    where
        'a: 'b,
    {
        Asked { parameters: Some(parameters), ..*self }
    }

    /// The same, gathering apart what is called on the caller's behalf.
    #[must_use]
    pub fn with_linked<'b>(&self, linked: &'b LinkedCalls) -> Asked<'b, S>
    where
        'a: 'b,
    {
        Asked { linked, ..*self }
    }

    pub fn now(&self) -> Timestamp {
        self.context.received_at
    }

    /// Tells a story again while someone else is faster.
    pub async fn again<T, F>(&self, tell: impl Fn() -> F) -> Result<T, S::Error>
    where
        F: Future<Output = Result<T, S::Error>>,
    {
        again(tell).await
    }

    /// Releases the answer of a read.
    pub async fn tell<T>(&self, subject: Option<Subject>, answer: T) -> Result<Recorded<T>, S::Error> {
        Ok(self.room.recorder().tell(&self.record(None), subject, answer).await?)
    }

    /// Makes the change and releases its answer. `response` is what the trail keeps of the answer, if it keeps any:
    /// [`response_elements`](crate::response_elements).
    pub async fn commit<'s, T>(
        &self,
        commit: Commit,
        subjects: impl Into<Subjects<'s>>,
        response: Option<&str>,
        answer: T,
    ) -> Result<Recorded<T>, CommitError> {
        self.room.recorder().commit(commit, &self.record(response), subjects, answer).await
    }

    /// Records that the call failed, and releases the refusal. An error means that it could not be recorded.
    pub async fn refuse(&self, error: S::Error) -> Result<Recorded<Outcome<S::Error>>, Unrecorded> {
        let error = match error.into_unrecorded() {
            Ok(unrecorded) => return Err(unrecorded),
            Err(error) => error,
        };
        if let ErrorKind::Internal(cause) = error.kind() {
            let request_id = self.context.request_id;
            tracing::error!(target: "keepwell::operator", %request_id, %cause, "an operation failed");
        }
        let message = error.trail_message();
        let call = ApiCall {
            // CloudTrail keeps no parameters of a call that was denied.
            parameters: self.parameters.filter(|_| !error.is_denial()),
            failure: Some(Failure { code: error.trail_code(), message: &message }),
            ..self.record(None)
        };
        self.room.recorder().tell(&call, None, Outcome::Refused(error)).await
    }

    /// The call as the trail tells of it when it succeeds.
    pub fn record<'b>(&'b self, response: Option<&'b str>) -> ApiCall<'b> {
        ApiCall {
            context: self.context,
            caller: self.caller,
            event: self.context.event_id,
            source: S::SOURCE,
            action: self.action,
            name: S::event_name(self.action),
            is_data: S::is_data_event(self.action),
            is_read_only: self.is_read_only,
            parameters: self.parameters,
            response,
            failure: None,
            linked: self.linked,
        }
    }
}

/// A request as the trail tells of it: the shape leaves out what is sensitive.
pub struct Parameters<'a, R>(pub &'a R);

impl<R: Structure + Sync> RequestParameters for Parameters<'_, R> {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.record(out);
    }
}

async fn again<T, E: ServiceError, F>(tell: impl Fn() -> F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut tellings = 1;
    loop {
        let told = tell().await;
        let is_conflict = matches!(&told, Err(error) if error.is_conflict());
        if !is_conflict || tellings == TELLINGS_MAX {
            return told;
        }
        tellings += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[derive(Debug)]
    enum Error {
        Conflict,
        Other,
    }

    impl From<ParseError> for Error {
        fn from(_: ParseError) -> Self {
            Self::Other
        }
    }

    impl From<Unrecorded> for Error {
        fn from(_: Unrecorded) -> Self {
            Self::Other
        }
    }

    impl ServiceError for Error {
        fn trail_code(&self) -> &'static str {
            "InternalFailure"
        }

        fn trail_message(&self) -> String {
            String::new()
        }

        fn kind(&self) -> ErrorKind<'_> {
            if matches!(self, Self::Conflict) { ErrorKind::Conflict } else { ErrorKind::Refusal }
        }
    }

    impl MayBeUnrecorded for Error {
        fn into_unrecorded(self) -> Result<Unrecorded, Self> {
            Err(self)
        }
    }

    /// How often a story is told that fails so many times, and how it ends.
    async fn told(failures: usize, error: fn() -> Error) -> (usize, bool) {
        let count = Cell::new(0);
        let tell = || async {
            count.set(count.get() + 1);
            if count.get() > failures { Ok(()) } else { Err(error()) }
        };
        let ended = again(tell).await;
        (count.get(), ended.is_ok())
    }

    #[tokio::test]
    async fn a_story_is_told_again_while_others_are_faster() {
        assert_eq!(told(0, || Error::Conflict).await, (1, true));
        assert_eq!(told(3, || Error::Conflict).await, (4, true));
    }

    #[tokio::test]
    async fn a_story_is_not_told_for_ever() {
        assert_eq!(told(TELLINGS_MAX - 1, || Error::Conflict).await, (TELLINGS_MAX, true));
        assert_eq!(told(usize::MAX, || Error::Conflict).await, (TELLINGS_MAX, false));
    }

    #[tokio::test]
    async fn other_failures_are_told_once() {
        assert_eq!(told(1, || Error::Other).await, (1, false));
    }
}
