//! Does a resource's policy open the resource to the world?

#[cfg(test)]
mod tests;

use terms::AccountId;

use crate::{
    Policy, Statement,
    pattern::Glob,
    statement::{Condition, Effect, Grantee, Grantees, Operand, Quantifier, Test},
    value::Network,
};

/// Does the policy allow broad access?
///
/// Decided over meaning, and soundly: false only when every Allow is provably bounded to fixed accounts, principals,
/// organizations, networks, endpoints or sources. What a Deny takes away is not counted.
pub fn is_public(policy: &Policy) -> bool {
    let allows = policy.statements().iter().filter(|statement| statement.effect == Effect::Allow);
    !allows.into_iter().all(is_bounded)
}

fn is_bounded(statement: &Statement) -> bool {
    statement.grantees.as_ref().is_some_and(Grantees::are_fixed) || statement.conditions.iter().any(Condition::bounds)
}

impl Grantees {
    /// Are they accounts, users, roles, sessions and services, each by name? Who an identity provider vouches for is
    /// open.
    fn are_fixed(&self) -> bool {
        let is_fixed = |entry: &Grantee| match entry {
            Grantee::Account(_) | Grantee::Named(_) | Grantee::Service(_) => true,
            Grantee::Everyone | Grantee::Elsewhere(_) => false,
        };
        !self.is_negated && self.entries.iter().all(is_fixed)
    }
}

impl Condition {
    /// Does the condition hold only for a fixed few? It must demand that the key is there, and that it has one of some
    /// fixed values.
    fn bounds(&self) -> bool {
        let operator = self.operator;
        let is_demanding =
            !operator.is_negated && !operator.is_if_exists && operator.quantifier != Quantifier::ForAllValues;
        let Some(key) = BoundingKey::of(&self.key).filter(|_| is_demanding) else { return false };
        match (key, operator.test) {
            (BoundingKey::Address, Test::Network) => are_narrow(&self.operands),
            (BoundingKey::Address, _) | (_, Test::Null | Test::Network) => false,
            _ => self.operands.iter().all(|operand| key.is_fixed_by(operand)),
        }
    }
}

/// Keys that tell where a request comes from, and that the caller cannot choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BoundingKey {
    Account,
    Arn,
    /// An organization, a network or an endpoint: an id that is one or is not.
    Id,
    /// `o-…/r-…/ou-…/`
    OrganizationPath,
    /// `AROA…:session`
    UserId,
    Address,
}

impl BoundingKey {
    fn of(key: &str) -> Option<Self> {
        Some(match key {
            "aws:principalaccount" | "aws:sourceaccount" | "aws:sourceowner" | "kms:calleraccount" => Self::Account,
            "aws:principalarn" | "aws:sourcearn" => Self::Arn,
            "aws:principalorgid" | "aws:sourceorgid" | "aws:sourcevpc" | "aws:sourcevpce" => Self::Id,
            "aws:principalorgpaths" | "aws:sourceorgpaths" => Self::OrganizationPath,
            "aws:userid" => Self::UserId,
            "aws:sourceip" => Self::Address,
            _ => return None,
        })
    }

    /// Do only values of a fixed few match the operand?
    fn is_fixed_by(self, operand: &Operand) -> bool {
        match operand {
            Operand::Never => true,
            Operand::Text(text) | Operand::TextIgnoringCase(text) => self.is_fixed_text(text),
            Operand::Number(..) => self == Self::Account,
            Operand::Like(glob) => match glob.as_exact() {
                Some(text) => self.is_fixed_text(text),
                None => self.is_fixed_glob(glob),
            },
            Operand::Arn(arn) => self == Self::Arn && (arn.is_exact() || arn.account().is_some_and(is_account)),
            _ => false,
        }
    }

    /// Everybody who shows no credentials has the same user id.
    fn is_fixed_text(self, text: &str) -> bool {
        self != Self::UserId || !text.eq_ignore_ascii_case("anonymous")
    }

    fn is_fixed_glob(self, glob: &Glob) -> bool {
        let prefix = glob.literal_prefix();
        match self {
            // A star may run over colons, so the account must stand before the first.
            Self::Arn => {
                let mut fields = prefix.splitn(6, ':');
                fields.nth(4).is_some_and(is_account) && fields.next().is_some()
            }
            Self::OrganizationPath => prefix.starts_with("o-") && prefix.contains('/'),
            Self::UserId => prefix.split_once(':').is_some_and(|(id, _)| !id.is_empty()),
            Self::Account | Self::Id | Self::Address => false,
        }
    }
}

fn is_account(text: &str) -> bool {
    AccountId::parse(text).is_ok()
}

/// AWS calls a range broad from `/8` of version 4 and `/32` of version 6 on; ours are added up, for many narrow ranges
/// are as broad as one.
fn are_narrow(operands: &[Operand]) -> bool {
    let networks = operands.iter().filter_map(|operand| match operand {
        Operand::Network(network) if !is_private(network) => Some(network),
        _ => None,
    });
    let (v4, v6): (Vec<_>, Vec<_>) = networks.partition(|network| network.is_v4());
    let is_within = |networks: Vec<&Network>, bits: u32| {
        let size = |network: &Network| 1_u128.checked_shl(network.host_bits()).unwrap_or(u128::MAX);
        let all = networks.into_iter().map(size).fold(0_u128, u128::saturating_add);
        all <= 1_u128.checked_shl(bits).unwrap_or(u128::MAX)
    };
    is_within(v4, 24) && is_within(v6, 96)
}

fn is_private(network: &Network) -> bool {
    let ranges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
    ranges.iter().filter_map(|range| Network::parse(range)).any(|range| range.includes(network))
}
