//! From a `SecretId` to the secret that it means, behind its permit.

use std::sync::Arc;

use contract::{DecisionSubject, Guarded, Pick, SecretRecord};
use policy::{Action, Permit};
use terms::{Scope, SecretId};

use crate::{
    error::Error,
    room::{Call, require_live, require_primary},
};

/// The secret that a `SecretId` means, or that there is none.
pub(crate) struct Found {
    asked: Arc<str>,
    /// The secret's; where there is none, every ARN that one could have.
    arn: Arc<str>,
    scope: Scope,
    secret: Option<Guarded<Arc<SecretRecord>>>,
}

impl Call<'_> {
    /// Looks for the secret. What comes back is guarded, also whether there is one.
    pub(crate) async fn find(&self, secret_id: &SecretId, asked: &str, pick: Pick<'_>) -> Result<Found, Error> {
        let own = self.caller.scope();
        let (scope, name, suffix) = match secret_id {
            SecretId::Name(name) => (own, Some(name), None),
            SecretId::Arn { scope, name, suffix } => (*scope, Some(name), Some(*suffix)),
            SecretId::PartialArn { scope, name } => (*scope, Some(name), None),
            SecretId::Nothing => (own, None, None),
        };
        let mut secret = None;
        if let Some(name) = name
            && self.can_reach(scope, suffix.is_some()).await?
        {
            secret = self.room.store.secret(scope, name.as_str(), pick).await?;
        }
        let secret = secret.filter(|secret| suffix.is_none_or(|suffix| secret.has_suffix(suffix)));
        let asked: Arc<str> = asked.into();
        let arn = match (&secret, name) {
            (Some(secret), _) => Arc::clone(secret.arn()),
            (None, Some(name)) if suffix.is_none() => any_arn(scope, name.as_str()),
            (None, _) => Arc::clone(&asked),
        };
        Ok(Found { asked, arn, scope, secret })
    }

    /// Not what lies in another region, nor in another account unless the ARN is complete and the account is open.
    async fn can_reach(&self, scope: Scope, is_complete_arn: bool) -> Result<bool, Error> {
        let own = self.caller.scope();
        if scope.region != own.region || scope.account == own.account {
            return Ok(scope == own);
        }
        Ok(is_complete_arn && self.room.store.identities(scope.account).await?.is_some())
    }

    /// Finds the secret, asks for the permit, and only then tells whether it is there.
    pub(crate) async fn open(&self, secret_id: &str, pick: Pick<'_>) -> Result<(Permit, Arc<SecretRecord>), Error> {
        let parsed = SecretId::parse(secret_id)?;
        let found = self.find(&parsed, secret_id, pick).await?;
        self.open_found(found, self.action).await
    }

    /// As [`Call::open`], for a change: the secret must be live and a primary. Operations that change something have
    /// checks of their own behind that of the name, so they have parsed it.
    pub(crate) async fn open_to_change(
        &self,
        secret_id: &SecretId,
        asked: &str,
        pick: Pick<'_>,
    ) -> Result<(Permit, Arc<SecretRecord>), Error> {
        let found = self.find(secret_id, asked, pick).await?;
        let (permit, secret) = self.open_found(found, self.action).await?;
        require_live(&secret)?;
        require_primary(&secret)?;
        Ok((permit, secret))
    }

    pub(crate) async fn open_found(&self, found: Found, action: Action) -> Result<(Permit, Arc<SecretRecord>), Error> {
        let permit = self.authorize_found(&found, action).await?;
        let secret = found.open(&permit)?;
        Ok((permit, secret))
    }

    pub(crate) async fn authorize_found(&self, found: &Found, action: Action) -> Result<Permit, Error> {
        self.authorize(action, &found.subject(), &found.asked).await
    }
}

impl Found {
    /// What the decision is about. Of a secret that is not there, only its name is known: whoever may do it to any
    /// secret of that name learns that there is none, and everybody else is refused as if there were.
    pub(crate) fn subject(&self) -> DecisionSubject<'_> {
        match &self.secret {
            Some(secret) => secret.subject(),
            None => DecisionSubject {
                arn: &self.arn,
                scope: self.scope,
                tags: &[],
                resource_policy: None,
                partner_type: None,
                rotation_function_arn: None,
                origin_region: self.scope.region,
            },
        }
    }

    pub(crate) fn asked(&self) -> &Arc<str> {
        &self.asked
    }

    pub(crate) fn open(self, permit: &Permit) -> Result<Arc<SecretRecord>, Error> {
        Ok(self.secret.ok_or_else(Error::secret_not_found)?.open(permit)?)
    }

    pub(crate) fn exists(&self) -> bool {
        self.secret.is_some()
    }
}

/// The ARNs that a secret of this name can have, as policies write them.
fn any_arn(Scope { account, region }: Scope, name: &str) -> Arc<str> {
    format!("arn:{}:secretsmanager:{region}:{account}:secret:{name}-??????", region.partition()).into()
}
