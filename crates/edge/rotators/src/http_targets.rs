//! What an operator registers for the generic HTTP rotator: services that issue keys, and how they are asked to make one, to
//! try one and to end one. Secrets name a target; what is called, and where, is the operator's alone.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::http::{Call, Host, Pattern};

/// Targets by their names, looked through when the server starts.
#[derive(Clone, Default)]
pub struct HttpTargets(BTreeMap<String, HttpTarget>);

/// A target as it stands in the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpTargetSettings {
    /// Where its calls may lead: `api.example.com`, `*.example.com`, with a port if it is not that of the scheme.
    pub hosts: Vec<String>,
    /// The ARNs of the secrets that may name it; `*` and `?` stand for what they stand for in policies. What a target
    /// issues belongs to whoever reads such a secret.
    pub secrets: Vec<String>,
    /// A secret, by name or ARN, with what the calls need and the rotated secret does not hold. The rotators' role must be
    /// let in to it by a policy of its own.
    pub admin_secret: Option<String>,
    /// Calls may go without TLS.
    #[serde(default)]
    pub allow_plain_http: bool,
    /// When the key before is ended.
    #[serde(default)]
    pub revoke_at: RevokeAt,
    /// Makes a key, and takes it from the answer.
    pub create: CallSettings,
    /// Tries a key, with patience if need be.
    pub verify: CallSettings,
    /// None where making a key ends the one before it.
    pub revoke: Option<CallSettings>,
}

/// When the key that was current ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevokeAt {
    /// When the next turn begins, so that whoever still holds it has time to fetch the new one.
    #[default]
    NextTurn,
    /// As soon as the new one is current.
    Finish,
}

/// A call. Each text is a template: `{{secret.…}}` is a key of the version in question, `{{current.…}}` of the current one,
/// `{{admin.…}}` of the target's own secret, `{{token}}` the new version's id, `{{random}}` what
/// never comes again, `{{arn}}` the secret's ARN.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallSettings {
    pub method: String,
    pub url: String,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub basic: Option<BasicSettings>,
    /// A body of JSON, whose strings are templates.
    pub json: Option<Value>,
    /// A body as forms are sent.
    pub form: Option<BTreeMap<String, String>>,
    /// Status codes of success. Any of 2xx if there are none; for revoking 404 and 410 as well.
    #[serde(default)]
    pub expect: Vec<u16>,
    /// For how many seconds a refusal is asked again, where a service takes time to learn of its own keys.
    #[serde(default)]
    pub patience_seconds: u64,
    /// Keys of the secret, each with a JSON pointer into the answer.
    pub take: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BasicSettings {
    pub username: String,
    #[serde(default)]
    pub password: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the HTTP target {target:?} cannot work: {cause}")]
pub struct HttpTargetError {
    pub target: String,
    pub cause: String,
}

/// One that can be called.
#[derive(Clone)]
pub(crate) struct HttpTarget {
    pub(crate) hosts: Vec<Host>,
    pub(crate) secrets: Vec<Pattern>,
    pub(crate) admin_secret: Option<String>,
    pub(crate) allow_plain_http: bool,
    pub(crate) revoke_at: RevokeAt,
    pub(crate) create: Call,
    /// Keys of the secret, each with a JSON pointer.
    pub(crate) take: Vec<(String, String)>,
    pub(crate) verify: Call,
    pub(crate) revoke: Option<Call>,
}

/// A refusal of a target's verification is not asked again for longer: steps hold a place among those at work.
const PATIENCE_SECONDS_MAX: u64 = 60;

impl HttpTargets {
    pub fn new(settings: BTreeMap<String, HttpTargetSettings>) -> Result<Self, HttpTargetError> {
        let targets = settings.into_iter().map(|(name, settings)| match HttpTarget::new(settings) {
            Ok(target) => Ok((name, target)),
            Err(cause) => Err(HttpTargetError { target: name, cause }),
        });
        Ok(Self(targets.collect::<Result<_, _>>()?))
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(crate) fn any_revokes_at_finish(&self) -> bool {
        self.0.values().any(|target| target.revoke.is_some() && target.revoke_at == RevokeAt::Finish)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&HttpTarget> {
        self.0.get(name)
    }
}

impl std::fmt::Debug for HttpTargets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl HttpTarget {
    fn new(settings: HttpTargetSettings) -> Result<Self, String> {
        let HttpTargetSettings { hosts, secrets, admin_secret, allow_plain_http, revoke_at, create, verify, revoke } =
            settings;
        if hosts.is_empty() {
            return Err("hosts must name where its calls may lead".to_owned());
        }
        if secrets.is_empty() {
            return Err("secrets must say which secrets may name it".to_owned());
        }
        if verify.patience_seconds > PATIENCE_SECONDS_MAX {
            return Err(format!("verify.patience_seconds must be {PATIENCE_SECONDS_MAX} at most"));
        }
        if create.patience_seconds > 0 || revoke.as_ref().is_some_and(|revoke| revoke.patience_seconds > 0) {
            return Err("patience_seconds is for verify alone".to_owned());
        }
        if verify.take.is_some() || revoke.as_ref().is_some_and(|revoke| revoke.take.is_some()) {
            return Err("take is for create alone".to_owned());
        }
        let take = create.take.clone().unwrap_or_default();
        if take.is_empty() {
            return Err("create.take must say where the answer has the new key".to_owned());
        }
        if let Some((key, _)) = take.iter().find(|(_, pointer)| !pointer.starts_with('/')) {
            return Err(format!("create.take.{key} must be a JSON pointer, such as /data/key"));
        }
        if take.contains_key("target") {
            return Err("create.take.target would take the secret away from its target".to_owned());
        }
        let within = |which: &'static str| move |cause: String| format!("{which}: {cause}");
        let target = Self {
            hosts: hosts.iter().map(|host| Host::parse(host)).collect::<Result<_, _>>().map_err(within("hosts"))?,
            secrets: secrets.into_iter().map(Pattern::new).collect(),
            admin_secret,
            allow_plain_http,
            revoke_at,
            create: Call::new(create).map_err(within("create"))?,
            take: take.into_iter().collect(),
            verify: Call::new(verify).map_err(within("verify"))?,
            revoke: revoke.map(Call::new).transpose().map_err(within("revoke"))?,
        };
        let calls = [Some(&target.create), Some(&target.verify), target.revoke.as_ref()];
        if target.admin_secret.is_none() && calls.into_iter().flatten().any(Call::needs_admin) {
            return Err("a call asks for {{admin.…}}, and there is no admin_secret".to_owned());
        }
        Ok(target)
    }
}

#[cfg(test)]
mod tests;
