//! What a decision costs: a role session, ten statements, GetSecretValue on one secret.
//!
//! `cargo run --release -p keepwell-policy --example decision_cost`

#![expect(clippy::print_stdout, reason = "a measurement is for reading")]
#![expect(clippy::expect_used, reason = "the policies below are good")]

use std::{hint::black_box, sync::Arc, time::Instant};

use keepwell_policy::{
    Action, Attached, Documents, MapContext, Policy, PolicyKind, PolicySet, PolicySource, Principal, Question,
    Resource, RoleSession, SourceKind, decide,
};
use terms::{AccountId, RequestId};

const ACCOUNT: &str = "111122223333";
const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-Ab12Cd";
const ROUNDS: u32 = 1_000_000;

fn main() {
    let account = AccountId::parse(ACCOUNT).expect("an account id");
    let identity = PolicySet::new(vec![attached(&statements(10))]);
    let mut context = MapContext::default();
    for (key, value) in [
        ("aws:PrincipalTag/team", "payments"),
        ("aws:ResourceTag/team", "payments"),
        ("secretsmanager:ResourceTag/team", "payments"),
        ("aws:SourceIp", "203.0.113.9"),
        ("aws:SecureTransport", "true"),
        ("aws:PrincipalAccount", ACCOUNT),
    ] {
        context.insert(key, [value]);
    }
    let documents = Documents { identity: &identity, ..Documents::default() };
    let principal = Principal::RoleSession(Arc::new(RoleSession {
        account,
        role_id: "AROADEPLOYER".to_owned(),
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/deployer"),
        role_name: "deployer".to_owned(),
        session_name: "nightly".to_owned(),
        arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/deployer/nightly"),
    }));
    let arn: Arc<str> = SECRET.into();
    let started = Instant::now();
    let mut allowed = 0_u32;
    for _ in 0..ROUNDS {
        let question = Question {
            principal: principal.clone(),
            action: Action::new("secretsmanager:GetSecretValue"),
            resource: Resource::One { arn: Arc::clone(&arn), account, asked: Arc::clone(&arn) },
            request: RequestId::from_bytes([0; 16]),
        };
        allowed += u32::from(decide(black_box(question), black_box(&documents), &context).is_allowed());
    }
    let each = started.elapsed() / ROUNDS;
    assert_eq!(allowed, ROUNDS, "the tenth statement allows");
    println!("a decision on ten statements: {} ns", each.as_nanos());
}

/// Statements that all speak of the action; only the last allows. Some ask for tags, one compares two of them.
fn statements(count: usize) -> String {
    let statement = |number: usize| {
        let (effect, resource, condition) = match number {
            0 => ("Deny", "*".to_owned(), r#"{"Bool":{"aws:SecureTransport":"false"}}"#.to_owned()),
            1 | 4 | 7 => (
                "Allow",
                "*".to_owned(),
                format!(r#"{{"StringEquals":{{"secretsmanager:ResourceTag/team":"team-{number}"}}}}"#),
            ),
            2 => ("Allow", "*".to_owned(), r#"{"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}"#.to_owned()),
            last if last + 1 == count => (
                "Allow",
                "arn:aws:secretsmanager:*:111122223333:secret:prod/*".to_owned(),
                r#"{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}"#.to_owned(),
            ),
            other => ("Allow", format!("arn:aws:secretsmanager:*:{ACCOUNT}:secret:app-{other}/*"), "{}".to_owned()),
        };
        format!(
            r#"{{"Effect":"{effect}","Action":["secretsmanager:GetSecretValue","secretsmanager:DescribeSecret"],
            "Resource":"{resource}","Condition":{condition}}}"#
        )
    };
    let statements: Vec<String> = (0..count).map(statement).collect();
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

fn attached(text: &str) -> Attached {
    let policy = Arc::new(Policy::parse(text, PolicyKind::Identity).expect("a good policy"));
    Attached { source: PolicySource { kind: SourceKind::Role, id: "role/deployer/secrets".into() }, policy }
}
