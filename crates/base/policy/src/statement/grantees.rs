//! Principal and NotPrincipal: whom a statement speaks of.

use terms::AccountId;

use crate::{Principal, document::PrincipalKind, pattern::split_arn};

/// Whom a statement speaks of.
#[derive(Debug)]
pub(crate) struct Grantees {
    pub(crate) is_negated: bool,
    pub(crate) entries: Vec<Grantee>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Grantee {
    Everyone,
    Account(AccountId),
    /// A user's, role's or session's ARN, or a unique id.
    Named(Box<str>),
    Service(Box<str>),
    /// Somebody whom an identity provider vouches for, or a canonical user: nobody who signs requests.
    Elsewhere(PrincipalKind),
}

/// In which ways a resource's policy allowed the principal. The ways differ in which other policies may still refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Grants(u8);

impl Grants {
    pub(crate) const NONE: Self = Self(0);
    /// Everybody was named.
    pub(crate) const EVERYONE: Self = Self(1);
    /// The principal's account was named, which may do with the grant what it likes.
    pub(crate) const ACCOUNT: Self = Self(2);
    /// What stands behind the session was named: its role, or the user it federates.
    pub(crate) const ORIGIN: Self = Self(4);
    /// The principal itself was named.
    pub(crate) const ITSELF: Self = Self(8);

    pub(crate) fn is_none(self) -> bool {
        self == Self::NONE
    }

    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn when(self, condition: bool) -> Self {
        if condition { self } else { Self::NONE }
    }
}

impl Grantee {
    pub(crate) fn parse(kind: PrincipalKind, text: &str) -> Self {
        match kind {
            _ if text == "*" => Self::Everyone,
            PrincipalKind::Service => Self::Service(text.into()),
            PrincipalKind::Federated | PrincipalKind::CanonicalUser => Self::Elsewhere(kind),
            PrincipalKind::Aws => match account_of(text) {
                Some(account) => Self::Account(account),
                None => Self::Named(text.into()),
            },
        }
    }

    pub(crate) fn grants(&self, principal: &Principal) -> Grants {
        match (self, principal) {
            (Self::Everyone, _) => Grants::EVERYONE,
            (Self::Account(_), Principal::AwsService { .. } | Principal::Anonymous) => Grants::NONE,
            (Self::Account(named), _) => Grants::ACCOUNT.when(principal.account() == Some(*named)),
            (Self::Named(named), Principal::User(user)) => {
                Grants::ITSELF.when(**named == user.arn || **named == user.id)
            }
            (Self::Named(named), Principal::RoleSession(session)) => {
                let is_role = **named == session.role_arn || **named == session.role_id;
                Grants::ITSELF.when(**named == session.arn).and(Grants::ORIGIN.when(is_role))
            }
            (Self::Named(named), Principal::FederatedUser(federated)) => {
                let named: &str = named;
                let is_user =
                    federated.user_arn.as_deref() == Some(named) || federated.user_id.as_deref() == Some(named);
                Grants::ITSELF.when(named == federated.arn).and(Grants::ORIGIN.when(is_user))
            }
            (Self::Service(named), Principal::AwsService { name, .. }) => Grants::ITSELF.when(**named == **name),
            _ => Grants::NONE,
        }
    }
}

impl Grantees {
    /// How an Allow speaks of the principal. NotPrincipal speaks of everyone of whom nothing is listed, not even the
    /// account.
    pub(crate) fn grants(&self, principal: &Principal) -> Grants {
        let listed = self.listed(principal);
        match (self.is_negated, listed.is_none()) {
            (false, _) => listed,
            (true, true) => Grants::EVERYONE,
            (true, false) => Grants::NONE,
        }
    }

    /// Does a Deny speak of the principal? NotPrincipal spares only those of whom everything is listed: the account, the
    /// role and the session.
    pub(crate) fn denies(&self, principal: &Principal) -> bool {
        let listed = self.listed(principal);
        if !self.is_negated {
            return !listed.is_none();
        }
        let has = |part| listed.has(part);
        let is_spared = has(Grants::EVERYONE)
            || match principal {
                Principal::Root { .. } | Principal::Service { .. } => has(Grants::ACCOUNT),
                Principal::User(_) => has(Grants::ACCOUNT) && has(Grants::ITSELF),
                Principal::RoleSession(_) => has(Grants::ACCOUNT) && has(Grants::ORIGIN) && has(Grants::ITSELF),
                Principal::FederatedUser(federated) => {
                    let has_origin = federated.user_arn.is_some() || federated.user_id.is_some();
                    has(Grants::ACCOUNT) && has(Grants::ITSELF) && (!has_origin || has(Grants::ORIGIN))
                }
                Principal::AwsService { .. } => has(Grants::ITSELF),
                Principal::Anonymous => false,
            };
        !is_spared
    }

    fn listed(&self, principal: &Principal) -> Grants {
        self.entries.iter().fold(Grants::NONE, |all, entry| all.and(entry.grants(principal)))
    }
}

/// `111122223333`, or the root ARN of that account.
fn account_of(text: &str) -> Option<AccountId> {
    match split_arn(text) {
        None => AccountId::parse(text).ok(),
        Some(["arn", _, "iam", "", account, "root"]) => AccountId::parse(account).ok(),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ACCOUNT, role_session, user};

    fn grantees(is_negated: bool, entries: &[&str]) -> Grantees {
        let parse = |text: &&str| Grantee::parse(PrincipalKind::Aws, text);
        Grantees { is_negated, entries: entries.iter().map(parse).collect() }
    }

    const ROOT: &str = "arn:aws:iam::111122223333:root";
    const ROLE: &str = "arn:aws:iam::111122223333:role/ops/deployer";
    const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/deployer/nightly";

    #[test]
    fn a_principal_is_named_by_arn_by_id_by_account_or_with_everyone() {
        let (user, session) = (user("alice"), role_session());
        for (entry, of_user, of_session) in [
            ("*", Grants::EVERYONE, Grants::EVERYONE),
            (ACCOUNT, Grants::ACCOUNT, Grants::ACCOUNT),
            (ROOT, Grants::ACCOUNT, Grants::ACCOUNT),
            ("arn:aws:iam::111122223333:user/alice", Grants::ITSELF, Grants::NONE),
            ("AIDAalice", Grants::ITSELF, Grants::NONE),
            (ROLE, Grants::NONE, Grants::ORIGIN),
            ("AROADEPLOYER", Grants::NONE, Grants::ORIGIN),
            (SESSION, Grants::NONE, Grants::ITSELF),
            ("arn:aws:iam::111122223333:user/Alice", Grants::NONE, Grants::NONE),
            ("999999999999", Grants::NONE, Grants::NONE),
        ] {
            assert_eq!(grantees(false, &[entry]).grants(&user), of_user, "{entry}");
            assert_eq!(grantees(false, &[entry]).grants(&session), of_session, "{entry}");
        }
    }

    #[test]
    fn a_deny_with_not_principal_spares_only_whom_it_lists_in_full() {
        let session = role_session();
        assert!(!grantees(true, &[ROOT, ROLE, SESSION]).denies(&session));
        assert!(grantees(true, &[ROLE, SESSION]).denies(&session));
        assert!(grantees(true, &[ROOT, ROLE]).denies(&session));
        assert!(grantees(true, &[ROOT]).denies(&user("alice")));
        assert!(!grantees(true, &[ROOT]).denies(&Principal::Root { account: AccountId::parse(ACCOUNT).unwrap() }));
        assert!(grantees(true, &[ROOT]).denies(&Principal::Anonymous));
    }

    #[test]
    fn an_allow_with_not_principal_spares_nobody_of_whom_anything_is_listed() {
        assert_eq!(grantees(true, &[ROOT]).grants(&user("alice")), Grants::NONE);
        assert_eq!(grantees(true, &[SESSION]).grants(&role_session()), Grants::NONE);
        assert_eq!(grantees(true, &[SESSION]).grants(&user("alice")), Grants::EVERYONE);
    }
}
