//! What a decision costs by itself: the reader's session and its ten statements, without a server around it.

use std::hint::black_box;
use std::sync::Arc;

use anyhow::{Result, ensure};
use policy::{
    Action, Attached, Documents, MapContext, Policy, PolicyKind, PolicySet, PolicySource, Principal, Question,
    Resource, RoleSession, SourceKind, decide,
};
use rustix::time::{ClockId, clock_gettime};
use terms::{AccountId, RequestId};

use crate::session;

const ACCOUNT: &str = "123456789012";
const SECRET: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:bench/0123456789abcdef-Ab12Cd";
const DECISIONS: u32 = 200_000;

/// Microseconds of processor time for each decision, once a round.
pub fn measure(rounds: usize) -> Result<Vec<f64>> {
    let case = Case::new()?;
    (0..rounds).map(|_| case.round()).collect()
}

struct Case {
    identity: PolicySet,
    context: MapContext,
    principal: Principal,
    resource: Resource,
}

impl Case {
    fn new() -> Result<Self> {
        let account = AccountId::parse(ACCOUNT)?;
        let policy = Policy::parse(&session::ten_statements(), PolicyKind::Identity)?;
        let source = PolicySource { kind: SourceKind::Role, id: "role/reader/ten".into() };
        let mut context = MapContext::default();
        for (key, value) in [
            ("aws:RequestedRegion", "us-east-1"),
            ("aws:SourceIp", "127.0.0.1"),
            ("secretsmanager:VersionStage", "AWSCURRENT"),
        ] {
            context.insert(key, [value]);
        }
        let session = RoleSession {
            account,
            role_id: "AROAREADER".to_owned(),
            role_arn: format!("arn:aws:iam::{ACCOUNT}:role/reader"),
            role_name: "reader".to_owned(),
            session_name: "bench".to_owned(),
            arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/reader/bench"),
        };
        Ok(Self {
            identity: PolicySet::new(vec![Attached { source, policy: Arc::new(policy) }]),
            context,
            principal: Principal::RoleSession(Arc::new(session)),
            resource: Resource::One { arn: SECRET.into(), account, asked: SECRET.into() },
        })
    }

    fn round(&self) -> Result<f64> {
        let documents = Documents { identity: &self.identity, ..Documents::default() };
        let before = processor_seconds();
        let mut allowed = 0;
        for _ in 0..DECISIONS {
            let question = Question {
                principal: self.principal.clone(),
                action: Action::new("secretsmanager:GetSecretValue"),
                resource: self.resource.clone(),
                request: RequestId::from_bytes([0; 16]),
            };
            let decision = decide(black_box(question), black_box(&documents), &self.context);
            allowed += u32::from(decision.is_allowed());
        }
        let seconds = processor_seconds() - before;
        ensure!(allowed == DECISIONS, "the third statement allows the read");
        Ok(seconds * 1e6 / f64::from(DECISIONS))
    }
}

fn processor_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
