//! From what every layer says to one answer: AWS's order, and its table of who may skip which layer.

use super::{
    Cause, Layer, Verdict,
    layers::{Reading, Readings},
    request::Request,
};
use crate::{Principal, ResourceRole, statement::Grants};

impl Readings {
    pub(crate) fn verdict(&self, request: &Request<'_>, role: ResourceRole) -> Verdict {
        if let Some((layer, _)) = self.in_order(role).find(|(_, reading)| reading.denies) {
            return Verdict::Denied(Cause { layer, is_explicit: true });
        }
        let silent = self.require_controls().and_then(|()| self.require_policies(request, role));
        match silent.and_then(|()| require(self.endpoint, Layer::Endpoint)) {
            Ok(()) => Verdict::Allowed,
            Err(layer) => Verdict::Denied(Cause { layer, is_explicit: false }),
        }
    }

    /// Which layers must allow, given how the resource's policy speaks of the principal.
    pub(crate) fn requires(&self, layer: Layer, request: &Request<'_>, role: ResourceRole) -> bool {
        let direct = self.direct_grant(request);
        let is_home = request.is_at_home();
        let is_limited =
            matches!(request.principal, Principal::User(_) | Principal::RoleSession(_) | Principal::FederatedUser(_));
        let is_root = matches!(request.principal, Principal::Root { .. });
        match layer {
            Layer::ResourceControl | Layer::ServiceControl | Layer::Endpoint => true,
            Layer::Resource | Layer::Trust | Layer::Key => {
                let is_nobody = matches!(request.principal, Principal::Anonymous | Principal::AwsService { .. });
                role != ResourceRole::Optional || !is_home || is_nobody
            }
            Layer::Identity => needs_identity(request.principal) && direct == Direct::No,
            Layer::Boundary => is_limited && direct != Direct::Whole,
            Layer::Session => (is_limited && direct != Direct::Whole) || is_root,
        }
    }

    fn require_controls(&self) -> Result<(), Layer> {
        require(self.resource_control, Layer::ResourceControl)?;
        require(self.service_control, Layer::ServiceControl)
    }

    fn require_policies(&self, request: &Request<'_>, role: ResourceRole) -> Result<(), Layer> {
        let granted = self.resource.map_or(Grants::NONE, |reading| reading.grants);
        let require_grant = || if granted.is_none() { Err(role.layer()) } else { Ok(()) };
        let (is_home, is_mandatory) = (request.is_at_home(), role != ResourceRole::Optional);
        match request.principal {
            // It has no policies of its own.
            Principal::Anonymous | Principal::AwsService { .. } => require_grant(),
            Principal::Root { .. } => {
                require(self.session, Layer::Session)?;
                if is_home && !is_mandatory { Ok(()) } else { require_grant() }
            }
            Principal::Service { .. } => Err(Layer::Identity),
            Principal::User(_) | Principal::RoleSession(_) | Principal::FederatedUser(_) => {
                match self.direct_grant(request) {
                    Direct::Whole => return Ok(()),
                    Direct::WithinLimits => return self.require_limits(request),
                    Direct::No => {}
                }
                // A policy that does not name the account leaves the account's identity policies nothing to build on.
                if is_home && is_mandatory && !granted.has(Grants::ACCOUNT) {
                    return Err(role.layer());
                }
                self.require_session_of_federated(request)?;
                if needs_identity(request.principal) {
                    require(Some(self.identity), Layer::Identity)?;
                }
                self.require_limits(request)?;
                if is_home { Ok(()) } else { require_grant() }
            }
        }
    }

    /// Does the resource's policy, in the principal's own account, take the place of its identity policies?
    fn direct_grant(&self, request: &Request<'_>) -> Direct {
        let granted = self.resource.map_or(Grants::NONE, |reading| reading.grants);
        match () {
            () if !request.is_at_home() => Direct::No,
            () if granted.has(Grants::EVERYONE.and(Grants::ITSELF)) => Direct::Whole,
            () if granted.has(Grants::ORIGIN) => Direct::WithinLimits,
            () => Direct::No,
        }
    }

    fn require_limits(&self, request: &Request<'_>) -> Result<(), Layer> {
        require(self.boundary, Layer::Boundary)?;
        self.require_session_of_federated(request)?;
        require(self.session, Layer::Session)
    }

    /// A federated session has what its session policies give it, and without any has nothing.
    fn require_session_of_federated(&self, request: &Request<'_>) -> Result<(), Layer> {
        let is_federated = matches!(request.principal, Principal::FederatedUser(_));
        if is_federated && self.session.is_none() { Err(Layer::Session) } else { Ok(()) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direct {
    No,
    /// The role or user behind the session was named: the boundary and session policies still count.
    WithinLimits,
    /// The principal itself was named, or everyone.
    Whole,
}

/// A policy that is there must allow.
fn require(reading: Option<Reading>, layer: Layer) -> Result<(), Layer> {
    if reading.is_none_or(Reading::allows) { Ok(()) } else { Err(layer) }
}

/// May it do nothing but what its identity policies allow? Root may do all; so may whom root federates, within the
/// session's policies.
fn needs_identity(principal: &Principal) -> bool {
    match principal {
        Principal::User(_) | Principal::RoleSession(_) => true,
        Principal::FederatedUser(federated) => federated.user_arn.is_some() || federated.user_id.is_some(),
        Principal::Root { .. } | Principal::Service { .. } | Principal::AwsService { .. } | Principal::Anonymous => {
            false
        }
    }
}
