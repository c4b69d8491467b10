use contract::{AccountStatus, DecisionSubject};
use gate::Prospect;
use policy::{PolicyKind, Possible, PossibleMatch, SourceKind};
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    principals::{Candidate, Household, named_elsewhere},
    room::Call,
    secrets,
    shapes::{AccessType, PrincipalEntry, PrincipalKindType, Statement, WhoCanRequest, WhoCanResponse},
    statements::{conditions, shown},
};

const GET_SECRET_VALUE: &str = "secretsmanager:GetSecretValue";

/// What happens to one secret that is there.
const ACTIONS: &[&str] = &[
    "secretsmanager:CancelRotateSecret",
    "secretsmanager:DeleteResourcePolicy",
    "secretsmanager:DeleteSecret",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetResourcePolicy",
    GET_SECRET_VALUE,
    "secretsmanager:ListResourcePolicies",
    "secretsmanager:ListSecretVersionIds",
    "secretsmanager:PutResourcePolicy",
    "secretsmanager:PutSecretValue",
    "secretsmanager:RemoveRegionsFromReplication",
    "secretsmanager:ReplicateSecretToRegions",
    "secretsmanager:RestoreSecret",
    "secretsmanager:RotateSecret",
    "secretsmanager:StopReplicationToReplica",
    "secretsmanager:TagResource",
    "secretsmanager:UntagResource",
    "secretsmanager:UpdateSecret",
    "secretsmanager:UpdateSecretVersionStage",
    "secretsmanager:ValidateResourcePolicy",
];

/// Others have their turn after so many principals.
const JUDGED_AT_ONCE: usize = 64;

/// Lists everybody on this server who can do something to a secret, and everybody else whom its policy names.
pub(crate) async fn who_can(call: &Call<'_>, ask: &WhoCanRequest) -> Result<Recorded<WhoCanResponse>, Error> {
    let action = known_action(ask.action.as_deref().unwrap_or(GET_SECRET_VALUE))?;
    let secret = secrets::open(call, &ask.secret_id).await?;
    let subject = DecisionSubject::of(&secret);

    let mut households = Vec::new();
    for account in call.accounts().await?.into_iter().filter(|account| account.status == AccountStatus::Active) {
        // One that is closed meanwhile has nobody.
        let identities = call.room.store.identities(account.id).await?;
        households.extend(identities.map(|identities| Household { name: account.name, identities }));
    }
    let named = match subject.resource_policy {
        Some(document) => named_elsewhere(&*document.compiled(PolicyKind::Resource)?, &households)?,
        None => Vec::new(),
    };
    let mut principals = Vec::new();
    let mut candidates = households.iter().flat_map(Household::members).chain(named.into_iter().map(Ok));
    loop {
        let some: Vec<_> = candidates.by_ref().take(JUDGED_AT_ONCE).collect::<Result<_, _>>()?;
        if some.is_empty() {
            break;
        }
        for candidate in some {
            principals.extend(judged(candidate, subject, action)?);
        }
        tokio::task::yield_now().await;
    }
    let answer = WhoCanResponse {
        arn: Some(secret.arn.to_string()),
        name: Some(secret.name.to_string()),
        action: Some(action.to_owned()),
        principals: Some(principals),
    };
    call.tell(Some(Subject::seen(&secret)), answer).await
}

fn known_action(asked: &str) -> Result<&'static str, Error> {
    let found = ACTIONS.iter().find(|action| action.eq_ignore_ascii_case(asked));
    found.copied().ok_or_else(|| {
        Error::InvalidParameter(format!("{asked} is not an action on a secret. Valid are {}.", ACTIONS.join(", ")))
    })
}

/// None for somebody whom every request is refused.
fn judged(
    candidate: Candidate<'_>,
    secret: DecisionSubject<'_>,
    action: &str,
) -> Result<Option<PrincipalEntry>, Error> {
    let Candidate { standing, arn, kind, account_name, is_on_server } = candidate;
    let prospect = Prospect { standing: &standing, secret, action, is_stranger: !is_on_server };
    let judged = prospect.judge()?;
    let access = match judged.possible {
        Possible::Never => return Ok(None),
        // What a stranger's own account allows it is not known here.
        Possible::Always if is_on_server || !has_policies(kind) => AccessType::Always,
        Possible::Always | Possible::Sometimes => AccessType::Conditional,
    };
    let mut statements = judged.statements;
    statements.retain(|found| found.statement.source.kind != SourceKind::Input);
    // Where something holds always, what holds sometimes adds nothing.
    let is_certain = |found: &PossibleMatch| found.open.is_empty();
    if access == AccessType::Always && statements.iter().any(is_certain) {
        statements.retain(is_certain);
    }
    let statement = |found: &PossibleMatch| Statement {
        conditions: conditions(&found.open),
        ..shown(&found.statement, secret.arn)
    };
    Ok(Some(PrincipalEntry {
        account: standing.principal.account().map(|account| account.to_string()),
        account_name: account_name.map(str::to_owned),
        arn: Some(arn),
        kind: Some(kind),
        access: Some(access),
        is_on_server: Some(is_on_server),
        statements: Some(statements.iter().map(statement).collect()),
    }))
}

/// Do identity policies govern it?
fn has_policies(kind: PrincipalKindType) -> bool {
    !matches!(kind, PrincipalKindType::Root | PrincipalKindType::Service)
}
