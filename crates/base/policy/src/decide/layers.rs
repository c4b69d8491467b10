//! What each kind of policy says of a request.

use super::{Layer, request::Request, witness::Witness};
use crate::{
    Documents, PolicySet, Principal, ResourceRole,
    document::PrincipalKind,
    set::Found,
    statement::{Effect, Grantee, Grants, Statement},
};

/// What the policies of one layer say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) denies: bool,
    /// In which ways it allows; layers without principals allow everyone.
    pub(crate) grants: Grants,
}

/// What every layer says. None: there is no such policy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Readings {
    pub(crate) resource_control: Option<Reading>,
    pub(crate) service_control: Option<Reading>,
    pub(crate) resource: Option<Reading>,
    pub(crate) identity: Reading,
    pub(crate) boundary: Option<Reading>,
    pub(crate) session: Option<Reading>,
    pub(crate) endpoint: Option<Reading>,
}

impl Reading {
    pub(crate) fn allows(self) -> bool {
        !self.grants.is_none()
    }

    fn granted(self, granted: &[&str], principal: &Principal) -> Self {
        let grants = |all: Grants, name: &&str| all.and(Grantee::parse(PrincipalKind::Aws, name).grants(principal));
        Self { grants: granted.iter().fold(self.grants, grants), ..self }
    }
}

impl Readings {
    pub(crate) fn take(request: &Request<'_>, documents: &Documents<'_>, witness: &mut impl Witness) -> Self {
        // AWS lets nobody lose the way to give up a grant.
        let is_controlled = request.action.as_str() != "kms:retiregrant";
        let resource_control = if is_controlled { documents.resource_control } else { &[] };
        let mut one = |layer, set: &PolicySet| read(set, layer, request, witness);
        Self {
            resource_control: read_levels(resource_control, |set| one(Layer::ResourceControl, set)),
            service_control: read_levels(documents.service_control, |set| one(Layer::ServiceControl, set)),
            resource: documents
                .resource
                .map(|set| one(documents.resource_role.layer(), set).granted(documents.granted, request.principal)),
            identity: one(Layer::Identity, documents.identity),
            boundary: documents.boundary.map(|set| one(Layer::Boundary, set)),
            session: documents.session.map(|set| one(Layer::Session, set)),
            endpoint: documents.endpoint.map(|set| one(Layer::Endpoint, set)),
        }
    }

    /// In the order in which refusals name them.
    pub(crate) fn in_order(&self, role: ResourceRole) -> impl Iterator<Item = (Layer, Reading)> {
        let layers = [
            (Layer::ResourceControl, self.resource_control),
            (Layer::ServiceControl, self.service_control),
            (role.layer(), self.resource),
            (Layer::Identity, Some(self.identity)),
            (Layer::Boundary, self.boundary),
            (Layer::Session, self.session),
            (Layer::Endpoint, self.endpoint),
        ];
        layers.into_iter().filter_map(|(layer, reading)| Some((layer, reading?)))
    }
}

impl ResourceRole {
    pub(crate) fn layer(self) -> Layer {
        match self {
            Self::Optional => Layer::Resource,
            Self::Trust => Layer::Trust,
            Self::Key => Layer::Key,
        }
    }
}

/// Each level must allow.
fn read_levels(levels: &[PolicySet], read: impl FnMut(&PolicySet) -> Reading) -> Option<Reading> {
    let both = |a: Reading, b: Reading| Reading {
        denies: a.denies || b.denies,
        grants: if a.allows() && b.allows() { Grants::EVERYONE } else { Grants::NONE },
    };
    levels.iter().map(read).reduce(both)
}

fn read<W: Witness>(set: &PolicySet, layer: Layer, request: &Request<'_>, witness: &mut W) -> Reading {
    let mut reading = Reading { denies: false, grants: Grants::NONE };
    for found in set.speaking_of(&request.action) {
        let grants = found.statement.speaks_of(request.principal);
        if grants.is_none() || !applies(&found, layer, request, witness) {
            continue;
        }
        match found.statement.effect {
            Effect::Allow => reading.grants = reading.grants.and(grants),
            Effect::Deny => reading.denies = true,
        }
        if reading.denies && !W::WANTS_ALL {
            break;
        }
    }
    reading
}

/// Do the resource and all conditions fit?
fn applies<W: Witness>(found: &Found<'_>, layer: Layer, request: &Request<'_>, witness: &mut W) -> bool {
    let Statement { conditions, .. } = found.statement;
    let fits = witness.fits(found, request);
    if !W::WANTS_ALL {
        let applies = fits && conditions.iter().all(|condition| witness.holds(found, condition, request.context));
        if applies {
            witness.matched(layer, found);
        }
        return applies;
    }
    witness.asked(layer, found, fits, request.context);
    if !fits {
        return false;
    }
    let failed = conditions.iter().find(|condition| !witness.holds(found, condition, request.context));
    match failed {
        None => witness.matched(layer, found),
        Some(condition) => witness.missed(layer, found, condition),
    }
    failed.is_none()
}
