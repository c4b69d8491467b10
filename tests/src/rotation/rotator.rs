//! A function that rotates the password of a database of one user, as AWS's templates do it, and can be made to fail.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use contract::Answer as Later;
use facades::{
    HostPlaces, PendingValue, RotationErrand, RotationEvent, RotationFunctionError, RotationFunctions, RotationStep,
    StepEnded, StepFailed, StepLog,
};
use gate::{Caller, RequestContext};
use parking_lot::Mutex;
use secretsmanager::{RotationSettings, Scheduler};
use serde_json::{Value, json};
use terms::{RequestId, SecretBytes};
use tokio::sync::Notify;

use super::managed;
use crate::{
    house::House,
    letters::{Persona, token},
};

pub(crate) const FUNCTION: &str = "arn:aws:lambda:eu-central-1:111122223333:function:rotate";
/// Steps of whole rotations, as events spell them.
pub(crate) const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

/// Whom everybody may call, and who does nothing.
pub(crate) struct Willing;

impl RotationFunctions for Willing {
    fn authorize<'a>(
        &'a self,
        _: &'a RequestContext,
        _: &'a Caller,
        _: &'a str,
    ) -> Later<'a, Result<(), RotationFunctionError>> {
        Box::pin(async { Ok(()) })
    }

    fn admits<'a>(&'a self, _: &'a RotationErrand<'a>) -> Later<'a, Result<(), RotationFunctionError>> {
        Box::pin(async { Ok(()) })
    }

    fn call<'a>(
        &'a self,
        _: &'a RotationErrand<'a>,
        _: &'a RotationEvent<'a>,
        _: &'a dyn HostPlaces,
    ) -> Later<'a, Result<StepEnded, StepFailed>> {
        Box::pin(async { Ok(StepEnded::default()) })
    }
}

/// A database that outlives the server.
pub(crate) struct Database {
    pub(crate) password: Mutex<String>,
    /// Whoever rotates takes a place there first.
    pub(crate) host: Mutex<Option<IpAddr>>,
    /// Passwords that were drawn.
    drawn: AtomicU32,
}

/// What goes wrong with the next call of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It fails, and has done nothing.
    Before,
    /// It does what it is for, and its answer is lost.
    After,
    /// It says that all is well, and has done nothing.
    Nothing,
    /// It does not answer until it is told to go on.
    Waits,
    /// It does what it is for, and does not answer until it is told to go on.
    WaitsAfter,
    Busy,
}

/// One call, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Called {
    pub(crate) step: &'static str,
    pub(crate) secret_arn: String,
    pub(crate) token: String,
    pub(crate) rotation_token: String,
    pub(crate) request: RequestId,
}

pub(crate) struct Rotator {
    house: Mutex<Weak<House>>,
    pub(crate) database: Arc<Database>,
    pub(crate) is_there: AtomicBool,
    pub(crate) is_denied: AtomicBool,
    pub(crate) is_built_in: AtomicBool,
    faults: Mutex<VecDeque<(RotationStep, Fault)>>,
    pub(crate) calls: Mutex<Vec<Called>>,
    pub(crate) at_once: AtomicU32,
    pub(crate) at_once_most: AtomicU32,
    waiting: Notify,
    go_on: Notify,
}

/// A house, its function, and its database.
pub(crate) struct Stage {
    pub(crate) house: Arc<House>,
    pub(crate) rotator: Arc<Rotator>,
}

impl Stage {
    /// With a secret `db` whose value is the database's password.
    pub(crate) async fn open() -> Self {
        Self::open_with(RotationSettings::default()).await
    }

    pub(crate) async fn open_with(settings: RotationSettings) -> Self {
        let rotator = Arc::new(Rotator::of(Arc::new(Database::new())));
        let house = Arc::new(House::open_with_rotation(Arc::clone(&rotator) as _, settings).await);
        *rotator.house.lock() = Arc::downgrade(&house);
        house.admin().create("db", "password-0").await;
        Self { house, rotator }
    }

    /// What is on the disk now is all that is left, and the database.
    pub(crate) async fn killed(&self) -> Self {
        self.killed_with(RotationSettings::default()).await
    }

    /// And the operator changes settings.
    pub(crate) async fn killed_with(&self, settings: RotationSettings) -> Self {
        let rotator = Arc::new(Rotator::of(Arc::clone(&self.rotator.database)));
        let grounds = self.house.copy();
        let house = grounds.open_with_rotation(Arc::clone(&rotator) as _, settings).await;
        let house = Arc::new(house);
        *rotator.house.lock() = Arc::downgrade(&house);
        Self { house, rotator }
    }

    pub(crate) fn admin(&self) -> Persona<'_> {
        self.house.admin()
    }

    /// Asks for a rotation under the token `token(number)`.
    pub(crate) async fn ask_to_rotate(&self, number: u32) -> Value {
        self.configure(number, json!({})).await
    }

    pub(crate) async fn configure(&self, number: u32, members: Value) -> Value {
        let mut ask = json!({"SecretId": "db", "ClientRequestToken": token(number), "RotationLambdaARN": FUNCTION});
        ask.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        self.admin().ask("RotateSecret", ask).await
    }

    /// Rotates what is due, to its end.
    pub(crate) async fn rotate(&self) -> usize {
        self.house.rotate_due().await
    }

    /// Begins what is due, and goes on.
    pub(crate) async fn begin(&self) -> Scheduler {
        let mut scheduler = self.house.scheduler();
        scheduler.begin_due().await.unwrap();
        scheduler
    }

    /// Asks for a rotation under the token `token(2)`, and begins it; it waits in this step until it may go on.
    pub(crate) async fn held_in(&self, step: &str, waits: Fault) -> Scheduler {
        self.rotator.fails(step, waits);
        self.ask_to_rotate(2).await;
        let scheduler = self.begin().await;
        self.rotator.waits().await;
        scheduler
    }

    /// The names of the rotation's events so far.
    pub(crate) fn events(&self) -> Vec<String> {
        let records = self.house.trail().into_iter().filter(|record| record["eventType"] == "AwsServiceEvent");
        records.map(|record| record["eventName"].as_str().unwrap().to_owned()).collect()
    }

    /// The timeline, the oldest first.
    pub(crate) async fn timeline(&self) -> Vec<Value> {
        let ask = json!({"SecretId": "db"});
        let answer = self.admin().keepwell("ListRotationAttempts", ask).await.json();
        let mut attempts = answer["Attempts"].as_array().unwrap().clone();
        attempts.reverse();
        attempts
    }

    pub(crate) async fn outcomes(&self) -> Vec<String> {
        let attempts = self.timeline().await;
        attempts.iter().map(|attempt| attempt["Outcome"].as_str().unwrap().to_owned()).collect()
    }

    /// Does the value with this label log in?
    pub(crate) async fn logs_in(&self, label: &str) -> bool {
        let answer = self.admin().call("GetSecretValue", json!({"SecretId": "db", "VersionStage": label})).await;
        let value: Value = serde_json::from_slice(&answer.body).unwrap();
        value["SecretString"] == *self.rotator.database.password.lock()
    }

    /// Nobody is locked out: one of the three values logs in.
    pub(crate) async fn somebody_logs_in(&self) -> bool {
        self.logs_in("AWSCURRENT").await || self.logs_in("AWSPENDING").await || self.logs_in("AWSPREVIOUS").await
    }

    pub(crate) fn called(&self) -> Vec<&'static str> {
        self.rotator.calls.lock().iter().map(|call| call.step).collect()
    }
}

impl Database {
    fn new() -> Self {
        Self { password: Mutex::new("password-0".to_owned()), host: Mutex::default(), drawn: AtomicU32::new(0) }
    }
}

impl Rotator {
    fn of(database: Arc<Database>) -> Self {
        Self {
            house: Mutex::new(Weak::new()),
            database,
            is_there: AtomicBool::new(true),
            is_denied: AtomicBool::new(false),
            is_built_in: AtomicBool::new(false),
            faults: Mutex::default(),
            calls: Mutex::default(),
            at_once: AtomicU32::new(0),
            at_once_most: AtomicU32::new(0),
            waiting: Notify::new(),
            go_on: Notify::new(),
        }
    }

    /// The next call of this step goes wrong.
    pub(crate) fn fails(&self, step: &str, fault: Fault) {
        self.faults.lock().push_back((parsed(step), fault));
    }

    /// Until somebody waits.
    pub(crate) async fn waits(&self) {
        self.waiting.notified().await;
    }

    pub(crate) fn goes_on(&self) {
        self.go_on.notify_one();
    }

    fn fault(&self, step: RotationStep) -> Option<Fault> {
        let mut faults = self.faults.lock();
        let index = faults.iter().position(|(faulty, _)| *faulty == step)?;
        faults.remove(index).map(|(_, fault)| fault)
    }

    async fn called(&self, errand: &RotationErrand<'_>, event: &RotationEvent<'_>) -> Result<StepEnded, StepFailed> {
        let rotation_token = String::from_utf8(event.rotation_token.expose().to_vec()).unwrap();
        self.calls.lock().push(Called {
            step: event.step.as_str(),
            secret_arn: errand.secret_arn.to_owned(),
            token: event.token.to_owned(),
            rotation_token: rotation_token.clone(),
            request: errand.request,
        });
        let lost = || StepFailed {
            log: Some(StepLog { log_group: "/aws/lambda/rotate".to_owned(), request_id: "r-1".to_owned() }),
            may_have_changed: true,
            ..StepFailed::new("ValueError: no luck")
        };
        let fault = self.fault(event.step);
        match fault {
            Some(Fault::Before) => return Err(StepFailed { may_have_changed: false, ..lost() }),
            Some(Fault::Nothing) => return Ok(StepEnded::default()),
            Some(Fault::Busy) => return Err(StepFailed::busy("as many as may are at work")),
            Some(Fault::Waits) => {
                self.waiting.notify_one();
                self.go_on.notified().await;
            }
            Some(Fault::After | Fault::WaitsAfter) | None => {}
        }
        let Some(house) = self.house.lock().upgrade() else { return Err(StepFailed::new("the house is closed")) };
        self.do_step(house.admin(), errand.secret_arn, event.step, event.token, &rotation_token).await?;
        match fault {
            Some(Fault::After) => Err(lost()),
            Some(Fault::WaitsAfter) => {
                self.waiting.notify_one();
                self.go_on.notified().await;
                Ok(StepEnded::default())
            }
            _ => Ok(StepEnded::default()),
        }
    }

    /// As the templates do it, guard and all.
    async fn do_step(
        &self,
        admin: Persona<'_>,
        arn: &str,
        step: RotationStep,
        token: &str,
        rotation_token: &str,
    ) -> Result<(), StepFailed> {
        if step == RotationStep::CheckCurrent {
            let current = value(admin, arn, json!({})).await?;
            return self.log_in(&current);
        }
        if step == RotationStep::UndoSecret {
            let new = value(admin, arn, json!({"VersionId": token})).await?;
            if self.log_in(&new).is_ok() {
                *self.database.password.lock() = value(admin, arn, json!({})).await?;
            }
            return Ok(());
        }
        let described = admin.describe(arn).await;
        let is_owned = described.get("OwningService").is_some();
        let stages = described["VersionIdsToStages"].as_object().unwrap().clone();
        let has = |id: &str, label: &str| {
            stages.get(id).is_some_and(|labels| labels.as_array().unwrap().contains(&json!(label)))
        };
        if described["RotationEnabled"] != true {
            return Err(StepFailed::new(format!("Secret {arn} is not enabled for rotation")));
        }
        if !stages.contains_key(token) {
            return Err(StepFailed::new(format!("Secret version {token} has no stage for rotation of secret {arn}.")));
        }
        if has(token, "AWSCURRENT") {
            return Ok(());
        }
        if !has(token, "AWSPENDING") {
            let text = format!("Secret version {token} not set as AWSPENDING for rotation of secret {arn}.");
            return Err(StepFailed::new(text));
        }
        let pending = json!({"VersionId": token, "VersionStage": "AWSPENDING"});
        match step {
            RotationStep::CreateSecret => {
                if value(admin, arn, pending).await.is_ok() {
                    return Ok(());
                }
                let number = self.database.drawn.fetch_add(1, Ordering::SeqCst) + 1;
                let password = format!("password-{number}");
                if is_owned {
                    let (rotation_token, value) =
                        [rotation_token, &password].map(|text| SecretBytes::copy_of(text.as_bytes())).into();
                    let pending = PendingValue { token, rotation_token: &rotation_token, value: &value };
                    managed::put_pending(admin.house, arn, pending).await;
                    return Ok(());
                }
                let put = json!({
                    "SecretId": arn, "ClientRequestToken": token, "SecretString": password,
                    "VersionStages": ["AWSPENDING"], "RotationToken": rotation_token,
                });
                admin.ask("PutSecretValue", put).await;
                Ok(())
            }
            RotationStep::SetSecret => {
                let new = value(admin, arn, pending).await?;
                if self.log_in(&new).is_ok() {
                    return Ok(());
                }
                let current = value(admin, arn, json!({})).await?;
                if self.log_in(&current).is_err() {
                    let previous = value(admin, arn, json!({"VersionStage": "AWSPREVIOUS"})).await?;
                    self.log_in(&previous)?;
                }
                *self.database.password.lock() = new;
                Ok(())
            }
            RotationStep::TestSecret => {
                let new = value(admin, arn, pending).await?;
                self.log_in(&new)
            }
            RotationStep::FinishSecret | RotationStep::CheckCurrent | RotationStep::UndoSecret => {
                let current = stages.keys().find(|id| has(id, "AWSCURRENT")).unwrap();
                if is_owned {
                    managed::make_current(admin.house, arn, token, current).await;
                    return Ok(());
                }
                let stage = json!({
                    "SecretId": arn, "VersionStage": "AWSCURRENT", "MoveToVersionId": token,
                    "RemoveFromVersionId": current,
                });
                admin.ask("UpdateSecretVersionStage", stage).await;
                Ok(())
            }
        }
    }

    fn log_in(&self, password: &str) -> Result<(), StepFailed> {
        if *self.database.password.lock() == password { Ok(()) } else { Err(StepFailed::new("no login")) }
    }
}

fn parsed(step: &str) -> RotationStep {
    use RotationStep::{CheckCurrent, CreateSecret, FinishSecret, SetSecret, TestSecret, UndoSecret};
    let all = [CreateSecret, SetSecret, TestSecret, FinishSecret, CheckCurrent, UndoSecret];
    all.into_iter().find(|known| known.as_str() == step).unwrap()
}

async fn value(admin: Persona<'_>, arn: &str, mut pick: Value) -> Result<String, StepFailed> {
    pick["SecretId"] = json!(arn);
    let answer = admin.call("GetSecretValue", pick).await;
    if answer.status != 200 {
        return Err(StepFailed::new(answer.text()));
    }
    Ok(answer.json()["SecretString"].as_str().unwrap().to_owned())
}

impl RotationFunctions for Rotator {
    fn authorize<'a>(
        &'a self,
        _: &'a RequestContext,
        caller: &'a Caller,
        function_arn: &'a str,
    ) -> Later<'a, Result<(), RotationFunctionError>> {
        let denied = self
            .is_denied
            .load(Ordering::SeqCst)
            .then(|| RotationFunctionError::Denied(format!("{} may not call {function_arn}", caller.account())));
        Box::pin(async move { denied.map_or(Ok(()), Err) })
    }

    fn admits<'a>(&'a self, _: &'a RotationErrand<'a>) -> Later<'a, Result<(), RotationFunctionError>> {
        let is_there = self.is_there.load(Ordering::SeqCst);
        Box::pin(async move { if is_there { Ok(()) } else { Err(RotationFunctionError::NotAdmitted) } })
    }

    fn call<'a>(
        &'a self,
        errand: &'a RotationErrand<'a>,
        event: &'a RotationEvent<'a>,
        hosts: &'a dyn HostPlaces,
    ) -> Later<'a, Result<StepEnded, StepFailed>> {
        Box::pin(async move {
            let host = self.database.host.lock().filter(|_| event.step != RotationStep::CreateSecret);
            if host.is_some_and(|host| !hosts.take(host)) {
                return Err(StepFailed::busy("as many as may are at work there"));
            }
            let at_once = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
            self.at_once_most.fetch_max(at_once, Ordering::SeqCst);
            tokio::task::yield_now().await;
            let called = self.called(errand, event).await;
            self.at_once.fetch_sub(1, Ordering::SeqCst);
            called
        })
    }

    fn is_built_in<'a>(&'a self, _: &'a RotationErrand<'a>) -> Later<'a, bool> {
        Box::pin(async { self.is_built_in.load(Ordering::SeqCst) })
    }
}
