//! A service whose stories do as they are told, in the frame that all services have.

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use contract::{Commit, CommitError};
use gate::Gate;
use policy::Action;
use secretsmanager::shapes::{DescribeSecretResponse, GetSecretValueRequest};
use service::{Asked, ErrorKind, MayBeUnrecorded, Service, ServiceError};
use shape::{ParseError, Rendered, Reply, Structure, parse_json};
use terms::{Entropy, Uid};
use trail::{EntryKind, LinkedCall, Recorder, Subject, Unrecorded};

use crate::house::House;

/// How a story goes.
#[derive(Default)]
pub(super) struct Plan {
    /// So many tellings meet a conflict.
    pub(super) conflicts: u64,
    /// What each telling calls.
    pub(super) linked: Vec<LinkedCall>,
    pub(super) refuses: bool,
    /// How many things a change changes beside its first.
    pub(super) also: usize,
}

pub(super) struct Room {
    recorder: Arc<Recorder>,
    gate: Arc<Gate>,
    entropy: Arc<dyn Entropy>,
    plan: Plan,
    tellings: AtomicU64,
}

impl Room {
    pub(super) fn new(house: &House, plan: Plan) -> Self {
        let rooms = &house.rooms;
        Self {
            recorder: Arc::clone(&rooms.recorder),
            gate: Arc::clone(&rooms.secretsmanager.gate),
            entropy: Arc::clone(&rooms.entropy),
            plan,
            tellings: AtomicU64::new(0),
        }
    }
}

service::operations! {
    Room, Call, "secretsmanager:";
    GetSecretValue => get_secret_value, Read again;
    UpdateSecret => update_secret, Write again;
}

impl Service for Room {
    type Operation = Operation;
    type Error = Error;
    type Request = [u8];

    const SOURCE: &'static str = "secretsmanager.amazonaws.com";

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

struct Call<'a>(Asked<'a, Room>);

impl<'a> Deref for Call<'a> {
    type Target = Asked<'a, Room>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a> Call<'a> {
    fn of(asked: Asked<'a, Room>, _: &impl Structure) -> Self {
        Self(asked)
    }

    fn go(&self) -> Result<(), Error> {
        for linked in &self.room.plan.linked {
            self.linked.push(linked.clone());
        }
        if self.room.tellings.fetch_add(1, Ordering::SeqCst) < self.room.plan.conflicts {
            return Err(Error::Conflict);
        }
        if self.room.plan.refuses { Err(Error::Decryption) } else { Ok(()) }
    }

    /// Something that was erased in its first revision, so that the store need not know of it.
    fn erased(&self) -> Subject {
        let mut uid = [0; 16];
        self.room.entropy.fill(&mut uid);
        Subject { kind: EntryKind::Erased, uid: Uid::from_bytes(uid), revision: 1 }
    }
}

mod get_secret_value {
    use trail::Recorded;

    use super::*;

    pub(super) async fn get_secret_value(
        call: &Call<'_>,
        _: &GetSecretValueRequest,
    ) -> Result<Recorded<DescribeSecretResponse>, Error> {
        call.go()?;
        call.tell(None, DescribeSecretResponse::default()).await
    }
}

mod update_secret {
    use trail::Recorded;

    use super::*;

    pub(super) async fn update_secret(
        call: &Call<'_>,
        _: &GetSecretValueRequest,
    ) -> Result<Recorded<DescribeSecretResponse>, Error> {
        call.go()?;
        let (account, request) = (call.caller.account(), call.context.request_id);
        let permit = call.room.gate.authorize_account(account, Action::new("kms:UpdateAlias"), request).unwrap();
        let also: Vec<Subject> = (0..call.room.plan.also).map(|_| call.erased()).collect();
        let subjects = (call.erased(), also.as_slice());
        Ok(call.commit(Commit::under(permit), subjects, None, DescribeSecretResponse::default()).await?)
    }
}

#[derive(Debug)]
pub(super) enum Error {
    Conflict,
    Decryption,
    Unparsed,
    Unrecorded(Unrecorded),
}

impl From<ParseError> for Error {
    fn from(_: ParseError) -> Self {
        Self::Unparsed
    }
}

impl From<Unrecorded> for Error {
    fn from(error: Unrecorded) -> Self {
        Self::Unrecorded(error)
    }
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        panic!("{error}")
    }
}

impl ServiceError for Error {
    fn trail_code(&self) -> &'static str {
        "DecryptionFailure"
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
        match self {
            Self::Unrecorded(error) => Ok(error),
            other => Err(other),
        }
    }
}
