//! API keys of services that an operator has registered. The secret names its target; the target's calls make a key, try it,
//! and end the one before.

use std::time::Duration;

use contract::Answer;
use http::StatusCode;
use serde_json::Value;
use terms::SecretBytes;
use tokio::time::{Instant, sleep};

use crate::{
    document::SecretDocument,
    errand::Errand,
    failure::Failure,
    http::{Answered, Call, Circumstances, send},
    http_targets::{HttpTarget, HttpTargets, RevokeAt},
    rotator::{Rotator, Versions},
    settings::PasswordSettings,
};

pub(crate) struct HttpRotator(pub(crate) HttpTargets);

/// Between two tries of a key that its service does not know yet.
const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(1);

impl Rotator for HttpRotator {
    fn check_settings(&self, _: &PasswordSettings) -> Result<(), String> {
        Ok(())
    }

    fn create<'a>(
        &'a self,
        errand: &'a Errand<'a>,
        current: &'a SecretDocument,
    ) -> Answer<'a, Result<SecretDocument, Failure>> {
        Box::pin(async move { self.visit(errand, current).await?.create(current).await })
    }

    /// The key is valid since it was made. What is left over from the turn before ends here.
    fn set<'a>(&'a self, errand: &'a Errand<'a>, versions: &'a Versions) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move {
            let Some(previous) = &versions.previous else { return Ok(()) };
            let visit = self.visit(errand, &versions.current).await?;
            visit.end(previous, &versions.current, &[&versions.current, &versions.pending]).await
        })
    }

    fn test<'a>(&'a self, errand: &'a Errand<'a>, value: &'a SecretDocument) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move { self.visit(errand, value).await?.verify(value).await })
    }

    fn retire<'a>(
        &'a self,
        errand: &'a Errand<'a>,
        current: &'a SecretDocument,
        previous: &'a SecretDocument,
    ) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move {
            let visit = self.visit(errand, current).await?;
            match visit.target.revoke_at {
                RevokeAt::Finish => visit.end(previous, current, &[current]).await,
                RevokeAt::NextTurn => Ok(()),
            }
        })
    }

    fn retires(&self) -> bool {
        self.0.any_revokes_at_finish()
    }
}

impl HttpRotator {
    async fn visit<'a>(&'a self, errand: &'a Errand<'a>, secret: &SecretDocument) -> Result<TargetVisit<'a>, Failure> {
        let target = self.target(errand, secret)?;
        let admin = match &target.admin_secret {
            None => None,
            Some(admin) => Some(errand.other_secret(admin).await.map_err(|failure| {
                failure.within(&format!(
                    "the HTTP target's own secret {admin} cannot be read; it must be a JSON object, and the role of rotators \
                     needs a policy that allows secretsmanager:GetSecretValue on it"
                ))
            })?),
        };
        let mut random = [0; 8];
        errand.entropy.fill(&mut random);
        Ok(TargetVisit { target, errand, admin, random: hex::encode(random) })
    }

    fn target(&self, errand: &Errand<'_>, secret: &SecretDocument) -> Result<&HttpTarget, Failure> {
        let name = secret.required("target")?;
        let target = self.0.get(&name);
        let target = target.filter(|target| target.secrets.iter().any(|pattern| pattern.admits(errand.secret_arn)));
        // Whether there is such a target is nobody's business who may not use it.
        target.ok_or_else(|| {
            Failure::new(format!("there is no HTTP target {name:?}, or it is not for the secret {}", errand.secret_arn))
        })
    }
}

/// A target, with all that its calls take.
struct TargetVisit<'a> {
    target: &'a HttpTarget,
    errand: &'a Errand<'a>,
    admin: Option<SecretDocument>,
    random: String,
}

impl TargetVisit<'_> {
    async fn create(&self, current: &SecretDocument) -> Result<SecretDocument, Failure> {
        let call = &self.target.create;
        let answered = self.send(call, current, current).await.map_err(|failure| failure.within("create"))?;
        if !call.is_success(answered.status) {
            return Err(refused("create", answered.status));
        }
        let unreadable = || Failure::new("create: the service's answer is not JSON");
        let answer: Value = serde_json::from_slice(&answered.body).map_err(|_| unreadable())?;
        let mut new = current.clone();
        for (key, pointer) in &self.target.take {
            let taken = answer.pointer(pointer).filter(|taken| !taken.is_null());
            match taken {
                Some(Value::String(text)) => new.set_text(key, &SecretBytes::copy_of(text.as_bytes())),
                Some(other) => new.set_json(key, other),
                None => return Err(Failure::new(format!("create: the service's answer has nothing at {pointer}"))),
            }
        }
        Ok(new)
    }

    async fn verify(&self, value: &SecretDocument) -> Result<(), Failure> {
        let call = &self.target.verify;
        let until = Instant::now() + call.patience;
        loop {
            let answered = self.send(call, value, value).await.map_err(|failure| failure.within("verify"))?;
            if call.is_success(answered.status) {
                return Ok(());
            }
            if Instant::now() + ASKED_AGAIN_AFTER > until {
                return Err(refused("verify", answered.status));
            }
            sleep(ASKED_AGAIN_AFTER).await;
        }
    }

    /// Ends a key, unless it is one of those that are still wanted.
    async fn end(
        &self,
        old: &SecretDocument,
        current: &SecretDocument,
        wanted: &[&SecretDocument],
    ) -> Result<(), Failure> {
        let Some(call) = &self.target.revoke else { return Ok(()) };
        // A value that was put by hand may name no key of the service, or none any more.
        if !call.secret_keys().all(|key| old.has(key)) {
            return Ok(());
        }
        let fill = |secret: &SecretDocument| {
            let circumstances = self.circumstances(secret, current);
            call.fill(&circumstances, &self.target.hosts, self.target.allow_plain_http)
        };
        let ends_old = fill(old)?;
        if wanted.iter().any(|wanted| fill(wanted).is_ok_and(|ends_wanted| ends_wanted.is_same_as(&ends_old))) {
            return Ok(());
        }
        let answered = send(ends_old, &self.errand.visit, self.errand.tls).await;
        let status = answered.map_err(|failure| failure.within("revoke"))?.status;
        if call.is_success(status) || call.is_gone(status) { Ok(()) } else { Err(refused("revoke", status)) }
    }

    async fn send(&self, call: &Call, secret: &SecretDocument, current: &SecretDocument) -> Result<Answered, Failure> {
        let circumstances = self.circumstances(secret, current);
        let request = call.fill(&circumstances, &self.target.hosts, self.target.allow_plain_http)?;
        send(request, &self.errand.visit, self.errand.tls).await
    }

    fn circumstances<'a>(&'a self, secret: &'a SecretDocument, current: &'a SecretDocument) -> Circumstances<'a> {
        let Errand { token, secret_arn, .. } = *self.errand;
        Circumstances { secret, current, admin: self.admin.as_ref(), token, random: &self.random, secret_arn }
    }
}

/// The status alone: what else a service says may repeat what it was told.
fn refused(which: &str, status: StatusCode) -> Failure {
    Failure::new(format!("{which}: the service answered {status}"))
}

#[cfg(test)]
mod tests;
