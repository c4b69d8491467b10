//! Everybody who might use a secret.

use std::{collections::BTreeSet, sync::Arc};

use contract::{Identities, UnreadablePolicy};
use gate::{Restrictions, Standing, principals::AwsPrincipal};
use policy::{
    Attached, Policy, PolicyKind, PolicySet, PolicySource, Principal, PrincipalElement, PrincipalKind, RoleSession,
    SourceKind, User,
};
use terms::AccountId;

use crate::shapes::PrincipalKindType;

/// An account of this server that is not closed.
pub(crate) struct Household {
    pub(crate) name: String,
    pub(crate) identities: Arc<Identities>,
}

/// Somebody with everything that governs him.
pub(crate) struct Candidate<'a> {
    pub(crate) standing: Standing,
    /// As answers name him: a role and not its sessions.
    pub(crate) arn: String,
    pub(crate) kind: PrincipalKindType,
    pub(crate) account_name: Option<&'a str>,
    /// Somebody of this server, and not only a name in a policy.
    pub(crate) is_on_server: bool,
}

/// Stands for the name of every session: no session is called like it, and no policy can name it.
const ANY_SESSION: &str = "*";

impl Household {
    /// The root user, every user, and every role as any of its sessions.
    pub(crate) fn members(&self) -> impl Iterator<Item = Result<Candidate<'_>, UnreadablePolicy>> {
        let identities = &self.identities;
        let root = std::iter::once_with(|| Ok(self.member(Standing::of_root(identities), PrincipalKindType::Root)));
        let users = identities
            .users()
            .map(|user| Ok(self.member(Standing::of_user(identities, user)?, PrincipalKindType::User)));
        let roles = identities.roles().map(|role| {
            let standing = Standing::of_role_session(identities, role, ANY_SESSION, &Restrictions::default())?;
            Ok(Candidate { arn: role.arn.clone(), ..self.member(standing, PrincipalKindType::Role) })
        });
        root.chain(users).chain(roles)
    }

    fn member(&self, standing: Standing, kind: PrincipalKindType) -> Candidate<'_> {
        let arn = standing.principal.arn();
        Candidate { standing, arn, kind, account_name: Some(&self.name), is_on_server: true }
    }

    /// Somebody of the account whom a policy names and who is none of its members: a session, or a federated user.
    fn guest(&self, named: &Named<'_>) -> Result<Option<Candidate<'_>>, UnreadablePolicy> {
        let identities = &self.identities;
        match named.kind {
            NamedKind::RoleSession { role, session } => {
                let Some(role) = identities.role(role) else { return Ok(None) };
                let standing = Standing::of_role_session(identities, role, session, &Restrictions::default())?;
                Ok(Some(self.member(standing, PrincipalKindType::RoleSession)))
            }
            NamedKind::FederatedUser { name } => {
                let standing = Standing::of_federated_user(identities, None, name, &Restrictions::default())?;
                Ok(Some(self.member(standing, PrincipalKindType::FederatedUser)))
            }
            // They are members, or they are no more.
            NamedKind::Account | NamedKind::User { .. } | NamedKind::Role { .. } => Ok(None),
        }
    }
}

/// Whom a resource's policy names beside the members of this server's accounts: their sessions, principals of accounts
/// that are not on this server, and services.
pub(crate) fn named_elsewhere<'a>(
    policy: &Policy,
    households: &'a [Household],
) -> Result<Vec<Candidate<'a>>, UnreadablePolicy> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for element in policy.principals() {
        if let PrincipalElement { kind: PrincipalKind::Service, text } = element {
            if seen.insert(text) {
                found.push(service(text));
            }
            continue;
        }
        let Some(named) = Named::parse(element).filter(|_| seen.insert(element.text)) else { continue };
        match households.iter().find(|household| household.identities.account == named.account) {
            Some(household) => found.extend(household.guest(&named)?),
            None => found.push(named.stranger()),
        }
    }
    Ok(found)
}

fn service(name: &str) -> Candidate<'static> {
    let principal = Principal::AwsService { name: name.into(), account: None };
    let standing = Standing { identity: PolicySet::default(), ..stranger(principal) };
    let (arn, kind) = (name.to_owned(), PrincipalKindType::Service);
    Candidate { standing, arn, kind, account_name: None, is_on_server: false }
}

/// Somebody whose own policies are not known: they are taken to allow everything.
fn stranger(principal: Principal) -> Standing {
    let needs_session = matches!(principal, Principal::FederatedUser(_));
    Standing {
        principal,
        identity: everything(PolicyKind::Identity),
        boundary: None,
        session: needs_session.then(|| everything(PolicyKind::Session)),
        tags: Vec::new(),
    }
}

fn everything(kind: PolicyKind) -> PolicySet {
    const ALL: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let source = PolicySource { kind: SourceKind::Input, id: "unknown".into() };
    let policy = Policy::parse(ALL, kind).ok().map(Arc::new);
    PolicySet::new(policy.into_iter().map(|policy| Attached { source: source.clone(), policy }).collect())
}

/// An AWS entry of a Principal element, understood.
struct Named<'a> {
    account: AccountId,
    text: &'a str,
    kind: NamedKind<'a>,
}

#[derive(Clone, Copy)]
enum NamedKind<'a> {
    Account,
    User { path_and_name: &'a str },
    Role { path_and_name: &'a str },
    RoleSession { role: &'a str, session: &'a str },
    FederatedUser { name: &'a str },
}

impl<'a> Named<'a> {
    /// None for everyone, and for a bare id: that is of somebody who was on this server, and is counted there if he
    /// still is.
    fn parse(element: PrincipalElement<'a>) -> Option<Self> {
        let text = element.text;
        let principal = AwsPrincipal::parse(text).filter(|_| element.kind == PrincipalKind::Aws)?;
        let kind = match principal {
            AwsPrincipal::Everyone | AwsPrincipal::Id => return None,
            AwsPrincipal::Account(_) => NamedKind::Account,
            AwsPrincipal::User { path_and_name, .. } => NamedKind::User { path_and_name },
            AwsPrincipal::Role { path_and_name, .. } => NamedKind::Role { path_and_name },
            AwsPrincipal::RoleSession { role, session, .. } => NamedKind::RoleSession { role, session },
            AwsPrincipal::FederatedUser { name, .. } => NamedKind::FederatedUser { name },
        };
        Some(Self { account: principal.account()?, text, kind })
    }

    /// Of an account that is not on this server.
    fn stranger(&self) -> Candidate<'static> {
        let account = self.account;
        let name = |path_and_name: &str| path_and_name.rsplit('/').next().unwrap_or_default().to_owned();
        let session_of = |role_arn: String, role_name: String, session_name: &str| {
            Principal::RoleSession(Arc::new(RoleSession {
                account,
                role_id: String::new(),
                role_arn,
                arn: format!("arn:aws:sts::{account}:assumed-role/{role_name}/{session_name}"),
                role_name,
                session_name: session_name.to_owned(),
            }))
        };
        let (principal, kind) = match self.kind {
            NamedKind::Account => (Principal::Root { account }, PrincipalKindType::Root),
            NamedKind::User { path_and_name } => {
                let user = User {
                    account,
                    id: String::new(),
                    name: name(path_and_name),
                    path: format!("/{}", path_and_name.rsplit_once('/').map_or("", |(path, _)| path)),
                    arn: self.text.to_owned(),
                };
                (Principal::User(Arc::new(user)), PrincipalKindType::User)
            }
            NamedKind::Role { path_and_name } => {
                (session_of(self.text.to_owned(), name(path_and_name), ANY_SESSION), PrincipalKindType::Role)
            }
            NamedKind::RoleSession { role, session } => {
                let role_arn = format!("arn:aws:iam::{account}:role/{role}");
                (session_of(role_arn, role.to_owned(), session), PrincipalKindType::RoleSession)
            }
            NamedKind::FederatedUser { name } => {
                let federated = policy::FederatedUser {
                    account,
                    name: name.to_owned(),
                    arn: self.text.to_owned(),
                    user_arn: None,
                    user_id: None,
                };
                (Principal::FederatedUser(Arc::new(federated)), PrincipalKindType::FederatedUser)
            }
        };
        let standing = stranger(principal);
        Candidate { standing, arn: self.text.to_owned(), kind, account_name: None, is_on_server: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn household() -> Household {
        let account = AccountId::parse("111122223333").unwrap();
        Household { name: "first".to_owned(), identities: Arc::new(Identities::empty(account, 0)) }
    }

    fn named(entries: &str) -> Vec<(String, PrincipalKindType, bool)> {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Principal":{{{entries}}}}}}}"#
        );
        let policy = Policy::parse(&text, PolicyKind::Resource).unwrap();
        let households = [household()];
        let found = named_elsewhere(&policy, &households).unwrap();
        found.into_iter().map(|found| (found.arn, found.kind, found.is_on_server)).collect()
    }

    #[test]
    fn everybody_of_an_account_that_is_not_here_is_named_once() {
        for (text, kind) in [
            ("arn:aws:iam::999988887777:root", PrincipalKindType::Root),
            ("999988887777", PrincipalKindType::Root),
            ("arn:aws:iam::999988887777:user/team/ada", PrincipalKindType::User),
            ("arn:aws:iam::999988887777:role/ops/robot", PrincipalKindType::Role),
            ("arn:aws:sts::999988887777:assumed-role/robot/night", PrincipalKindType::RoleSession),
            ("arn:aws:sts::999988887777:federated-user/guest", PrincipalKindType::FederatedUser),
        ] {
            let found = named(&format!(r#""AWS":["{text}","{text}"]"#));
            assert_eq!(found, [(text.to_owned(), kind, false)]);
        }
        assert_eq!(
            named(r#""Service":"lambda.amazonaws.com""#),
            [("lambda.amazonaws.com".to_owned(), PrincipalKindType::Service, false)]
        );
    }

    #[test]
    fn members_of_an_account_that_is_here_are_counted_there_and_not_by_their_names() {
        for text in [
            "*",
            "111122223333",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/gone",
            "arn:aws:sts::111122223333:assumed-role/gone/night",
            "AIDAABCDEFGHIJKLMNOPQ",
        ] {
            assert_eq!(named(&format!(r#""AWS":"{text}""#)), [], "{text}");
        }
        let guest = "arn:aws:sts::111122223333:federated-user/guest";
        let found = named(&format!(r#""AWS":"{guest}""#));
        assert_eq!(found, [(guest.to_owned(), PrincipalKindType::FederatedUser, true)]);
    }
}
