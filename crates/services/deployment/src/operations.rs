//! The operations, one file each. What is the same around all of them is the frame's (`service`).

mod adopt_database;
mod close_account;
mod create_account;
mod describe_root_key;
mod explain_decision;
mod list_accounts;
mod list_rotation_attempts;
mod move_root_key;
mod release_database;
mod rotate_root_key;
mod who_can;

use service::{Asked, Service};
use shape::{ParseError, Rendered, Reply, Structure, parse_json};
use trail::Recorder;

use crate::{
    error::Error,
    room::{Call, Room},
};

service::operations! {
    Room, Call, "keepwell:";

    AdoptDatabase => adopt_database, Write once;
    CloseAccount => close_account, Write again;
    CreateAccount => create_account, Write again;
    DescribeRootKey => describe_root_key, Read;
    ExplainDecision => explain_decision, Read;
    ListAccounts => list_accounts, Read;
    ListRotationAttempts => list_rotation_attempts, Read;
    MoveRootKey => move_root_key, Write again;
    ReleaseDatabase => release_database, Write once;
    RotateRootKey => rotate_root_key, Write again;
    WhoCan => who_can, Read;
}

impl Service for Room {
    type Operation = Operation;
    type Error = Error;
    type Request = [u8];

    const SOURCE: &'static str = "keepwell.amazonaws.com";

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
