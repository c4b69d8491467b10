//! Calling what rotates a secret: a function of its account's, or a rotator of the server's own. Implemented by Lambda and
//! by the rotators; the program joins the two by the functions' ARNs.

use std::net::IpAddr;

use contract::Answer;
use gate::{Caller, RequestContext};
use terms::{RequestId, Scope, SecretBytes};

/// What Secrets Manager may see of whatever rotates.
pub trait RotationFunctions: Send + Sync {
    /// Does this caller have `lambda:InvokeFunction` on the function? Who may not call it may not have it called.
    fn authorize<'a>(
        &'a self,
        context: &'a RequestContext,
        caller: &'a Caller,
        function_arn: &'a str,
    ) -> Answer<'a, Result<(), RotationFunctionError>>;

    /// Is it there, and does it let `secretsmanager.amazonaws.com` call it for this secret?
    fn admits<'a>(&'a self, errand: &'a RotationErrand<'a>) -> Answer<'a, Result<(), RotationFunctionError>>;

    /// Calls it for one step, and waits until it has ended. The step may be called again with the same token.
    fn call<'a>(
        &'a self,
        errand: &'a RotationErrand<'a>,
        event: &'a RotationEvent<'a>,
        hosts: &'a dyn HostPlaces,
    ) -> Answer<'a, Result<StepEnded, StepFailed>>;

    /// Is it a rotator of the server's own? These alone can tell whether AWSCURRENT logs in, and take back what they did.
    fn is_built_in<'a>(&'a self, _errand: &'a RotationErrand<'a>) -> Answer<'a, bool> {
        Box::pin(std::future::ready(false))
    }
}

/// Places at the hosts where rotators work, as one attempt has them.
pub trait HostPlaces: Send + Sync {
    /// Takes a place, before the first connection there. The attempt keeps it over all further steps, so that nobody comes
    /// between the change of a password and the move of the label.
    ///
    /// False where there is none: the step then has not begun, and answers that it is busy. It is asked for again when there
    /// is a place, in the order of asking, and everything it has read is read again.
    fn take(&self, host: IpAddr) -> bool;
}

/// Which function is to be called, and for which secret.
#[derive(Debug, Clone, Copy)]
pub struct RotationErrand<'a> {
    /// May have a qualifier.
    pub function_arn: &'a str,
    pub secret_arn: &'a str,
    pub secret: Scope,
    /// The secret is owned by a service: the rotator is the server's own, whatever functions an account has.
    pub is_managed: bool,
    /// Of this call: what it leaves on the trail has it.
    pub request: RequestId,
}

/// One step, as AWS tells a function of it.
#[derive(Clone, Copy)]
pub struct RotationEvent<'a> {
    pub step: RotationStep,
    /// The version that is made: the same in every step and every attempt of one rotation.
    pub token: &'a str,
    /// Proves to PutSecretValue that its caller was sent by this rotation. Never logged.
    pub rotation_token: &'a SecretBytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RotationStep {
    CreateSecret,
    SetSecret,
    TestSecret,
    FinishSecret,
    /// Does AWSCURRENT still log in? Only rotators of the server's own know it; functions are never asked.
    CheckCurrent,
    /// Has AWSCURRENT log in again, if `setSecret` has changed that and AWSCURRENT has not moved. Of rotators of the server's
    /// own alone.
    UndoSecret,
}

/// What is worth telling of a step that went well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepEnded {
    /// Where its output can be read, if anywhere.
    pub log: Option<StepLog>,
}

/// Where a function wrote what it had to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLog {
    pub log_group: String,
    /// Which the START, END and REPORT lines name.
    pub request_id: String,
}

/// Why a step did not go well. Shown in the timeline: says what to do about it, and no value ever.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct StepFailed {
    pub text: String,
    pub log: Option<StepLog>,
    /// Nothing was tried, because as many calls of the function run, or rotations at the host, as may: the step is asked for
    /// again, and the attempt has not failed. Whoever answers so does not wait first, so that others are served meanwhile.
    pub is_busy: bool,
    /// `setSecret` failed while it changed the password, or after it. Told by rotators of the server's own.
    pub may_have_changed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RotationFunctionError {
    /// There is no such function, or it does not admit Secrets Manager. Nobody is told which.
    #[error("the function is missing or does not admit Secrets Manager")]
    NotAdmitted,
    /// The caller may not call it. Displays the refusal as a service tells it.
    #[error("{0}")]
    Denied(String),
    #[error("{0}")]
    Internal(String),
}

impl RotationStep {
    /// As events spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreateSecret => "createSecret",
            Self::SetSecret => "setSecret",
            Self::TestSecret => "testSecret",
            Self::FinishSecret => "finishSecret",
            Self::CheckCurrent => "checkCurrent",
            Self::UndoSecret => "undoSecret",
        }
    }
}

impl StepFailed {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), log: None, is_busy: false, may_have_changed: false }
    }

    pub fn busy(text: impl Into<String>) -> Self {
        Self { is_busy: true, ..Self::new(text) }
    }
}
