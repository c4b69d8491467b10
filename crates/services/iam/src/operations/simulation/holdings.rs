//! The policies that a user, a group or a role has, each with its text.

use contract::{Identities, PolicyDocument};
use gate::aws_managed;

use crate::holder::Holder;

/// A policy that somebody has.
pub(super) struct Holding {
    pub(super) origin: Origin,
    pub(super) document: PolicyDocument,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Inline {
        /// `user`, `group` or `role`.
        word: &'static str,
        holder: String,
        name: String,
    },
    Managed {
        arn: String,
        is_aws: bool,
    },
}

impl Origin {
    /// As simulations name it: `user_alice_inline` or `AdministratorAccess`.
    pub(super) fn id(&self) -> String {
        match self {
            Self::Inline { word, holder, name } => format!("{word}_{holder}_{name}"),
            Self::Managed { arn, .. } => crate::managed_policy::name_in(arn).to_owned(),
        }
    }
}

/// What governs the holder, for a user also by its groups; every policy once.
pub(super) fn of(identities: &Identities, holder: &Holder) -> Vec<Holding> {
    let mut holdings = own(identities, holder);
    if let Holder::User(user) = holder {
        for group in identities.groups_of(&user.id) {
            for holding in own(identities, &Holder::Group(group.clone())) {
                if holdings.iter().all(|held| held.origin != holding.origin) {
                    holdings.push(holding);
                }
            }
        }
    }
    holdings
}

fn own(identities: &Identities, holder: &Holder) -> Vec<Holding> {
    let (word, name) = (holder.word(), holder.name());
    let inline = holder.inline().iter().map(|(policy, document)| Holding {
        origin: Origin::Inline { word, holder: name.to_owned(), name: policy.clone() },
        document: document.clone(),
    });
    inline.chain(holder.attached().iter().filter_map(|arn| managed(identities, arn))).collect()
}

/// None where the policy is gone.
pub(super) fn managed(identities: &Identities, arn: &str) -> Option<Holding> {
    let origin = |is_aws| Origin::Managed { arn: arn.to_owned(), is_aws };
    if let Some(policy) = aws_managed::policy(arn) {
        return Some(Holding { origin: origin(true), document: policy.document().clone() });
    }
    let document = identities.policy_by_arn(arn)?.document()?.clone();
    Some(Holding { origin: origin(false), document })
}
