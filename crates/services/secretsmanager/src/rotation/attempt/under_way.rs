//! An attempt under way: its steps, and how it ends.

use std::{sync::Arc, time::Duration};

use contract::{AttemptKind, AttemptOutcome, Change, Commit, RotationAttempt, SecretChange, SecretRecord};
use facades::RotationStep;
use policy::Permit;
use terms::{EventId, Timestamp};
use trail::Subject;

use super::{
    OPERATOR, internal,
    left_behind::after,
    open, rotation_job, run_of,
    step::{StepError, Untaken, begun, take_step},
    tell_operator,
    undo::undo,
};
use crate::{
    background::as_read,
    error::Error,
    room::Room,
    rotation::{
        chance::Chance,
        checks::check_job,
        events::{self, TrailEvent},
        places::Place,
        run,
    },
};

const STEPS: &[RotationStep] =
    &[RotationStep::CreateSecret, RotationStep::SetSecret, RotationStep::TestSecret, RotationStep::FinishSecret];

/// An attempt that has begun.
pub(super) struct Attempt<'a> {
    pub(super) room: &'a Room,
    /// Of the secret.
    pub(super) name: String,
    pub(super) row: RotationAttempt,
    pub(super) lease_ends_at: Timestamp,
    /// Does the timeline say that the password may have changed?
    pub(super) is_told: bool,
}

/// Why an attempt goes no further.
enum Stop {
    Failed {
        step: RotationStep,
        error: StepError,
    },
    /// The rotation is over: its labels are gone, or it was cancelled.
    Over,
    /// Somebody else has ended it, and has told of it.
    NotOurs,
}

impl Attempt<'_> {
    pub(super) async fn make(mut self, place: &Place) -> Result<(), Error> {
        let made = self.steps(place).await;
        if let Err(stop) = &made
            && self.may_have_changed(stop)
        {
            self.undo(place).await;
        }
        if matches!(made, Err(Stop::NotOurs)) {
            return Ok(());
        }
        loop {
            match self.end(&made).await {
                Ok(()) => return Ok(()),
                // Somebody tags it at this very moment.
                Err(Error::Conflict) => tokio::time::sleep(RETELL).await,
                Err(error) if self.room.clock.now() >= self.lease_ends_at => return Err(error),
                Err(error) => {
                    let (secret, cause) = (&self.row.secret_arn, format!("{error:?}"));
                    tracing::error!(target: OPERATOR, %secret, cause, "the end of a rotation cannot be written yet");
                    tokio::time::sleep(100 * RETELL).await;
                }
            }
        }
    }

    async fn steps(&mut self, place: &Place) -> Result<(), Stop> {
        let steps = match self.row.kind {
            AttemptKind::Rotation => STEPS,
            AttemptKind::Test | AttemptKind::Check => &[RotationStep::TestSecret],
        };
        for step in steps {
            self.step(*step, place).await?;
        }
        Ok(())
    }

    /// Before each step, and again after each wait, all is as it should be.
    async fn step(&mut self, step: RotationStep, place: &Place) -> Result<(), Stop> {
        let failed = |text: String| Stop::Failed { step, error: StepError::before(text) };
        loop {
            let (permit, secret) = match self.look().await {
                Ok(Some(found)) => found,
                Ok(None) => return Err(Stop::NotOurs),
                Err(error) => return Err(failed(internal(&error))),
            };
            let Some((rotation, run)) = run_of(&secret) else { return Err(Stop::NotOurs) };
            if run::is_over(&secret, rotation, run) {
                return Err(Stop::Over);
            }
            if run::is_paused(&secret) {
                return Err(failed("The secret is scheduled for deletion.".to_owned()));
            }
            if step == RotationStep::SetSecret && !self.is_told {
                match self.tell_begun(step, permit, &secret).await {
                    Ok(()) => self.is_told = true,
                    Err(Error::Conflict) => continue,
                    Err(error) => return Err(failed(internal(&error))),
                }
            }
            match take_step(self.room, step, &secret, &mut self.row, place).await {
                Ok(()) => return Ok(()),
                Err(Untaken::Failed(error)) => return Err(Stop::Failed { step, error }),
                Err(Untaken::Busy) if self.room.clock.now() >= self.lease_ends_at => {
                    return Err(failed("Its host or its function stayed busy.".to_owned()));
                }
                Err(Untaken::Busy) => place.wait(self.room.rotation.settings.busy_delay).await,
            }
        }
    }

    /// Does AWSCURRENT perhaps not log in any more?
    fn may_have_changed(&self, stop: &Stop) -> bool {
        let is_set = match stop {
            Stop::Failed { step: RotationStep::SetSecret, error } => error.may_have_changed || error.is_given_up,
            _ => self.row.steps.iter().any(|step| step.step == RotationStep::SetSecret.as_str()),
        };
        // Whoever finishes may still move the label.
        let is_finishing =
            matches!(stop, Stop::Failed { step: RotationStep::FinishSecret, error } if error.is_given_up);
        self.row.kind == AttemptKind::Rotation && is_set && !is_finishing
    }

    async fn undo(&mut self, place: &Place) {
        match open(self.room, self.row.scope, &self.name, self.row.secret).await {
            Ok(Some((_, secret))) => undo(self.room, &secret, &mut self.row, self.lease_ends_at, place).await,
            Ok(None) => {}
            Err(error) => drop(internal(&error)),
        }
    }

    /// The secret as it is now, as long as this attempt is its own.
    async fn look(&self) -> Result<Option<(Permit, Arc<SecretRecord>)>, Error> {
        let opened = open(self.room, self.row.scope, &self.name, self.row.secret).await?;
        Ok(opened.filter(|(_, secret)| self.is_of(secret)))
    }

    /// Should the server be killed now, the timeline shows that the password may have changed.
    async fn tell_begun(&self, step: RotationStep, permit: Permit, secret: &SecretRecord) -> Result<(), Error> {
        let mut row = self.row.clone();
        row.steps.push(begun(self.room, step));
        let commit = Commit::under(permit).guard(as_read(secret)).change(Change::RotationAttempt(Arc::new(row)))?;
        Ok(self.room.recorder.commit_progress(commit).await?)
    }

    fn is_of(&self, secret: &SecretRecord) -> bool {
        run_of(secret).is_some_and(|(_, run)| run.attempt == Some(self.row.id))
    }

    /// Writes down how it ended.
    async fn end(&self, made: &Result<(), Stop>) -> Result<(), Error> {
        let room = self.room;
        let Some((permit, before)) = self.look().await? else { return Ok(()) };
        let Some((rotation, run)) = run_of(&before) else { return Ok(()) };
        let (now, settings) = (room.clock.now(), &room.rotation.settings);
        let is_over = run::is_over(&before, rotation, run);
        let is_rotation = run.kind == AttemptKind::Rotation;
        let (outcome, failure) = match made {
            _ if is_over => (run::outcome_without_attempt(&before, run), None),
            Ok(()) if is_rotation && !run::has_arrived(&before, run) => {
                let text = "finishSecret ended well, and AWSCURRENT is not on the new version.";
                (AttemptOutcome::Failed, Some((RotationStep::FinishSecret, text)))
            }
            Ok(()) => (AttemptOutcome::Succeeded, None),
            Err(Stop::Failed { step, error }) => (AttemptOutcome::Failed, Some((*step, error.text.as_str()))),
            // What had gone has come back.
            Err(Stop::Over | Stop::NotOurs) => (AttemptOutcome::Abandoned, None),
        };
        let ended = match outcome {
            AttemptOutcome::Succeeded if is_rotation => run::succeeded(rotation, now),
            AttemptOutcome::Failed if is_rotation && run::is_paused(&before) => run::paused(rotation, run),
            AttemptOutcome::Failed if is_rotation => run::failed(rotation, run, now, settings, &Chance(&*room.entropy)),
            _ => run::over(rotation),
        };
        let trail_error = failure.map(|(step, _)| events::step_error(&self.row.function_arn, step.as_str()));
        let event = TrailEvent {
            id: EventId::random(&*room.entropy),
            name: events::ended(run.kind, outcome),
            token: &run.token,
            error: trail_error.as_deref(),
            at: now,
        };
        let mut row = RotationAttempt {
            ended_at: Some(now),
            outcome,
            error: failure.map(|(_, text)| text.to_owned()),
            next_attempt_at: ended.next_attempt_at,
            ..self.row.clone()
        };
        row.events.push(event.id.to_string());
        let after = Arc::new(after(&before, run, ended.rotation));
        let checks = (outcome == AttemptOutcome::Succeeded).then(|| check_job(room, &after, now)).flatten();
        let commit = Commit::under(permit)
            .change(Change::Secret(SecretChange::Update { before: Arc::clone(&before), after: Arc::clone(&after) }))?
            .change(Change::RotationAttempt(Arc::new(row.clone())))?
            .jobs([rotation_job(room, &after, ended.next, now)])
            .jobs(checks);
        event.commit(room, commit, &after, Some(Subject::changed(&after))).await?;
        tell_operator(&row);
        Ok(())
    }
}

const RETELL: Duration = Duration::from_millis(10);
