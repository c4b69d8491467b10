//! The rotators as the rest of the server sees them.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use contract::Answer;
use facades::{
    BuiltInRotators, HostPlaces, RotationErrand, RotationEvent, RotationFunctionError, RotationFunctions, RotationStep,
    SecretsDoor, ServiceRoles, StepEnded, StepFailed,
};
use gate::{AuthorizationError, Caller, Gate, RequestContext, RoleSessions, Target};
use parking_lot::Mutex;
use policy::{Action, Resource};
use terms::{Clock, Entropy, SecretBytes};
use trail::Recorder;

use crate::{
    actor::Actors,
    catalogue::{Catalogue, name_in_arn},
    document::SecretDocument,
    engines,
    errand::Errand,
    failure::Failure,
    network::Network,
    settings::{PasswordSettings, RotatorSettings, RotatorSettingsError},
    steps::Step,
    tls::Tls,
};

const INVOKE_FUNCTION: Action = Action::new("lambda:InvokeFunction");

/// What rotators work with.
pub struct RotatorsRoom {
    pub gate: Arc<Gate>,
    pub sessions: Arc<RoleSessions>,
    pub roles: Arc<dyn ServiceRoles>,
    pub recorder: Arc<Recorder>,
    pub secrets: Arc<dyn SecretsDoor>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub settings: RotatorSettings,
}

/// All of them.
pub struct Rotators {
    gate: Arc<Gate>,
    actors: Actors,
    network: Network,
    tls: Tls,
    entropy: Arc<dyn Entropy>,
    catalogue: Catalogue,
    passwords: BTreeMap<&'static str, PasswordSettings>,
}

impl Rotators {
    /// Settings with which a rotator could not work are refused now, and not when it is needed.
    pub fn open(room: RotatorsRoom) -> Result<Self, RotatorSettingsError> {
        let RotatorsRoom { gate, sessions, roles, recorder, secrets, clock, entropy, settings } = room;
        let catalogue = engines::all(&settings);
        let passwords = passwords(&catalogue, &settings)?;
        let tls = Tls::load(settings.network.ca_bundle.as_deref())?;
        let network = Network::new(settings.network);
        let held = Mutex::default();
        let actors = Actors { sessions, roles, recorder, secrets, clock, entropy: Arc::clone(&entropy), held };
        Ok(Self { gate, actors, network, tls, entropy, catalogue, passwords })
    }

    /// Where the server listens, as soon as it is known: no rotator connects there.
    pub fn listens_at(&self, listeners: &[SocketAddr]) {
        self.network.listens_at(listeners);
    }

    /// Is a rotator of this name behind the ARN of a function?
    pub fn has(&self, function_arn: &str) -> bool {
        name_in_arn(function_arn).is_some_and(|name| self.catalogue.get(name).is_some())
    }

    async fn step(
        &self,
        errand: &RotationErrand<'_>,
        event: &RotationEvent<'_>,
        hosts: &dyn HostPlaces,
    ) -> Result<(), StepFailed> {
        let named = name_in_arn(errand.function_arn).and_then(|name| self.catalogue.get(name));
        let (name, rotator) = named.ok_or_else(|| Failure::new("there is no rotator of this name"))?;
        let actor = self.actors.actor(errand, name).await?;
        let RotationErrand { secret_arn, .. } = *errand;
        let token = if event.step == RotationStep::CheckCurrent { "" } else { event.token };
        let visit = self.network.visit(Some(hosts));
        let errand = Errand { others: Some(&actor), secret_arn, token, visit, ..self.errand(name) };
        match (Step { rotator, actor: &actor, errand: &errand, event }).take().await {
            Err(failure) if errand.visit.was_turned_away() => Err(StepFailed::busy(failure.to_string())),
            taken => Ok(taken?),
        }
    }

    async fn try_login(&self, name: &str, value: &SecretBytes) -> Result<(), Failure> {
        let rotator = self.catalogue.get(name);
        let (name, rotator) = rotator.ok_or_else(|| Failure::new("there is no rotator of this name"))?;
        rotator.test(&self.errand(name), &SecretDocument::parse(value)?).await
    }

    fn errand(&self, name: &'static str) -> Errand<'_> {
        static AS_USUAL: PasswordSettings = PasswordSettings::AS_USUAL;
        Errand {
            secret_arn: "",
            token: "",
            others: None,
            visit: self.network.visit(None),
            tls: &self.tls,
            entropy: &*self.entropy,
            passwords: self.passwords.get(name).unwrap_or(&AS_USUAL),
        }
    }
}

/// The names of all rotators, sorted.
pub fn names() -> Vec<&'static str> {
    engines::all(&RotatorSettings::default()).names().collect()
}

/// Can every rotator draw passwords by these settings?
pub fn check_passwords(settings: &RotatorSettings) -> Result<(), RotatorSettingsError> {
    passwords(&engines::all(settings), settings).map(drop)
}

/// What is said of one rotator alone must be possible for it. What is said of all is done as far as an engine can.
fn check_own(own: &PasswordSettings, longest: Option<usize>) -> Result<(), String> {
    match (longest, own.length) {
        (None, _) => Err("it has none".to_owned()),
        (Some(longest), Some(length)) if length > longest => {
            Err(format!("its engine takes no more than {longest} characters"))
        }
        _ => Ok(()),
    }
}

/// Of each rotator, as the operator wants them.
fn passwords(
    catalogue: &Catalogue,
    settings: &RotatorSettings,
) -> Result<BTreeMap<&'static str, PasswordSettings>, RotatorSettingsError> {
    if let Some(name) = settings.passwords_of.keys().find(|name| catalogue.get(name).is_none()) {
        return Err(RotatorSettingsError::NoSuchRotator(name.clone()));
    }
    let mut passwords = BTreeMap::new();
    for rotator in catalogue.names() {
        let own = settings.passwords_of.get(rotator);
        let all = own.map_or_else(|| settings.passwords.clone(), |own| own.or(&settings.passwords));
        if let Some((_, known)) = catalogue.get(rotator) {
            let checked = own.map_or(Ok(()), |own| check_own(own, known.longest_password()));
            checked
                .and_then(|()| known.check_settings(&all))
                .map_err(|cause| RotatorSettingsError::Passwords { rotator, cause })?;
        }
        passwords.insert(rotator, all);
    }
    Ok(passwords)
}

impl RotationFunctions for Rotators {
    /// A rotator belongs to every account: whoever may invoke a function of its name in his own may have it called.
    fn authorize<'a>(
        &'a self,
        context: &'a RequestContext,
        caller: &'a Caller,
        function_arn: &'a str,
    ) -> Answer<'a, Result<(), RotationFunctionError>> {
        Box::pin(async move {
            if !self.has(function_arn) {
                return Err(RotationFunctionError::NotAdmitted);
            }
            let arn: Arc<str> = function_arn.into();
            let resource = Resource::One { asked: Arc::clone(&arn), arn, account: caller.account() };
            match self.gate.authorize(context, caller, INVOKE_FUNCTION, &Target::new(&resource)).await {
                Ok(_permit) => Ok(()),
                Err(AuthorizationError::Denied(denied)) => Err(RotationFunctionError::Denied(denied.to_string())),
                Err(AuthorizationError::Store(error)) => Err(RotationFunctionError::Internal(error.to_string())),
            }
        })
    }

    fn admits<'a>(&'a self, errand: &'a RotationErrand<'a>) -> Answer<'a, Result<(), RotationFunctionError>> {
        Box::pin(
            async move { if self.has(errand.function_arn) { Ok(()) } else { Err(RotationFunctionError::NotAdmitted) } },
        )
    }

    fn call<'a>(
        &'a self,
        errand: &'a RotationErrand<'a>,
        event: &'a RotationEvent<'a>,
        hosts: &'a dyn HostPlaces,
    ) -> Answer<'a, Result<StepEnded, StepFailed>> {
        Box::pin(async move { self.step(errand, event, hosts).await.map(|()| StepEnded::default()) })
    }

    fn is_built_in<'a>(&'a self, errand: &'a RotationErrand<'a>) -> Answer<'a, bool> {
        Box::pin(std::future::ready(self.has(errand.function_arn)))
    }
}

impl BuiltInRotators for Rotators {
    fn names(&self) -> Vec<&'static str> {
        self.catalogue.names().collect()
    }

    fn of_engine(&self, engine: &str) -> Option<&'static str> {
        self.catalogue.of_engine(engine)
    }

    fn log_in<'a>(&'a self, rotator: &'a str, value: &'a SecretBytes) -> Answer<'a, Result<(), StepFailed>> {
        Box::pin(async move { Ok(self.try_login(rotator, value).await?) })
    }
}
