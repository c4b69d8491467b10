//! The steps, as AWS's rotation functions take them: each looks at the labels first, and may be taken again.

use facades::{DescribedSecret, PendingValue, RotationEvent, RotationStep, VersionPick};
use terms::{AWSCURRENT, AWSPENDING, AWSPREVIOUS};

use crate::{
    actor::Actor,
    document::SecretDocument,
    errand::Errand,
    failure::Failure,
    rotator::{Rotator, Versions},
};

/// What one step works with.
pub(crate) struct Step<'a> {
    pub(crate) rotator: &'a dyn Rotator,
    pub(crate) actor: &'a Actor<'a>,
    pub(crate) errand: &'a Errand<'a>,
    pub(crate) event: &'a RotationEvent<'a>,
}

/// Where a version stands before a step.
#[derive(Debug, PartialEq, Eq)]
enum Stand {
    Pending,
    /// Everything was done already.
    Current,
}

impl Step<'_> {
    pub(crate) async fn take(&self) -> Result<(), Failure> {
        if self.event.step == RotationStep::CheckCurrent {
            return self.check_current().await;
        }
        let described = self.actor.describe(self.secret()).await?;
        if self.event.step == RotationStep::UndoSecret {
            return self.undo(&described).await;
        }
        let stand = stand(&described, self.secret(), self.event.token)?;
        match (self.event.step, stand) {
            (RotationStep::FinishSecret, stand) => self.finish(&described, &stand).await,
            (_, Stand::Current) => Ok(()),
            (RotationStep::CreateSecret, Stand::Pending) => self.create().await,
            (RotationStep::SetSecret, Stand::Pending) => self.set().await,
            (RotationStep::TestSecret, Stand::Pending) => self.test().await,
            // Taken above.
            (RotationStep::CheckCurrent | RotationStep::UndoSecret, Stand::Pending) => Ok(()),
        }
    }

    async fn create(&self) -> Result<(), Failure> {
        let current = self.labelled(AWSCURRENT).await?;
        if self.actor.find(self.secret(), self.pending()).await?.is_some() {
            return Ok(());
        }
        let new = self.rotator.create(self.errand, &current).await?;
        let value = new.to_value();
        let RotationEvent { token, rotation_token, .. } = *self.event;
        self.actor.put_pending(self.secret(), PendingValue { token, rotation_token, value: &value }).await
    }

    async fn set(&self) -> Result<(), Failure> {
        let previous = self.actor.find_readable(self.secret(), stage(AWSPREVIOUS)).await?;
        let versions = Versions {
            current: self.labelled(AWSCURRENT).await?,
            pending: self.read(self.pending()).await?,
            // One that is no JSON is none, as one that may not be read: it is of use only when nothing else logs in.
            previous: previous.and_then(|previous| SecretDocument::parse(&previous.value).ok()),
        };
        self.rotator.set(self.errand, &versions).await
    }

    async fn test(&self) -> Result<(), Failure> {
        self.rotator.test(self.errand, &self.read(self.pending()).await?).await
    }

    async fn finish(&self, described: &DescribedSecret, stand: &Stand) -> Result<(), Failure> {
        if *stand == Stand::Pending {
            let current = described.stages.iter().find(|(_, labels)| labels.iter().any(|label| label == AWSCURRENT));
            let current = current.map(|(version, _)| version.as_str());
            self.actor.make_current(self.secret(), self.event.token, current).await?;
        }
        if !self.rotator.retires() {
            return Ok(());
        }
        // Also when an earlier attempt moved the label and came no further.
        let Some(previous) = self.actor.find(self.secret(), stage(AWSPREVIOUS)).await? else { return Ok(()) };
        let previous = SecretDocument::parse(&previous.value)?;
        self.rotator.retire(self.errand, &self.labelled(AWSCURRENT).await?, &previous).await
    }

    /// Labels do not matter: they may have been taken away in the middle of it.
    async fn undo(&self, described: &DescribedSecret) -> Result<(), Failure> {
        let labels = described.stages.iter().find(|(version, _)| version == self.event.token);
        let is_current = labels.is_some_and(|(_, labels)| labels.iter().any(|label| label == AWSCURRENT));
        if is_current || !self.rotator.undoes() {
            return Ok(());
        }
        let drawn = VersionPick { version_id: Some(self.event.token), stage: None };
        let Some(drawn) = self.actor.find(self.secret(), drawn).await? else { return Ok(()) };
        let versions = Versions {
            current: self.labelled(AWSCURRENT).await?,
            pending: SecretDocument::parse(&drawn.value)?,
            previous: None,
        };
        self.rotator.undo(self.errand, &versions).await
    }

    async fn check_current(&self) -> Result<(), Failure> {
        self.rotator.test(self.errand, &self.labelled(AWSCURRENT).await?).await
    }

    fn secret(&self) -> &str {
        self.errand.secret_arn
    }

    fn pending(&self) -> VersionPick<'_> {
        VersionPick { version_id: Some(self.event.token), stage: Some(AWSPENDING) }
    }

    async fn labelled(&self, label: &'static str) -> Result<SecretDocument, Failure> {
        self.read(stage(label)).await
    }

    async fn read(&self, pick: VersionPick<'_>) -> Result<SecretDocument, Failure> {
        SecretDocument::parse(&self.actor.get(self.secret(), pick).await?.value)
    }
}

fn stage(label: &str) -> VersionPick<'_> {
    VersionPick { version_id: None, stage: Some(label) }
}

/// What every one of AWS's functions looks at first, with its texts.
fn stand(described: &DescribedSecret, secret: &str, token: &str) -> Result<Stand, Failure> {
    if !described.rotation_enabled {
        return Err(Failure::new(format!("Secret {secret} is not enabled for rotation")));
    }
    let Some((_, labels)) = described.stages.iter().find(|(version, _)| version == token) else {
        return Err(Failure::new(format!("Secret version {token} has no stage for rotation of secret {secret}.")));
    };
    let has = |wanted: &str| labels.iter().any(|label| label == wanted);
    match () {
        () if has(AWSCURRENT) => Ok(Stand::Current),
        () if has(AWSPENDING) => Ok(Stand::Pending),
        () => {
            Err(Failure::new(format!("Secret version {token} not set as AWSPENDING for rotation of secret {secret}.")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(rotation_enabled: bool, labels: &[&str]) -> DescribedSecret {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        DescribedSecret {
            arn: "arn".to_owned(),
            name: "name".to_owned(),
            rotation_enabled,
            stages: vec![("token".to_owned(), labels)],
            tags: Vec::new(),
        }
    }

    #[test]
    fn a_step_is_guarded_as_awss_functions_guard_it() {
        let of = |described: &DescribedSecret, token: &str| stand(described, "arn", token).map_err(|e| e.to_string());
        assert_eq!(of(&described(true, &["AWSPENDING"]), "token"), Ok(Stand::Pending));
        assert_eq!(of(&described(true, &["AWSPENDING", "AWSCURRENT"]), "token"), Ok(Stand::Current));
        assert_eq!(of(&described(false, &[]), "token").unwrap_err(), "Secret arn is not enabled for rotation");
        assert_eq!(
            of(&described(true, &["AWSPENDING"]), "other").unwrap_err(),
            "Secret version other has no stage for rotation of secret arn."
        );
        assert_eq!(
            of(&described(true, &["AWSPREVIOUS"]), "token").unwrap_err(),
            "Secret version token not set as AWSPENDING for rotation of secret arn."
        );
    }
}
