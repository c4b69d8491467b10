//! Many rotations at once, while others change the same secrets.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock, Weak},
    time::{Duration, Instant},
};

use contract::{Answer as Later, JobKind};
use facades::{
    HostPlaces, RotationErrand, RotationEvent, RotationFunctionError, RotationFunctions, RotationStep, StepEnded,
    StepFailed,
};
use gate::{Caller, RequestContext};
use secretsmanager::RotationSettings;
use serde_json::json;
use tokio::task::JoinSet;

use super::rotator::FUNCTION;
use crate::{house::House, letters::token};

const SECRETS: usize = 300;
const CALLERS: usize = 12;

/// Rotates secrets whose values open nothing.
struct Plain(OnceLock<Weak<House>>);

impl Plain {
    async fn step(&self, arn: &str, event: &RotationEvent<'_>) -> Result<StepEnded, StepFailed> {
        let house = self.0.get().and_then(Weak::upgrade).ok_or_else(|| StepFailed::new("the house is closed"))?;
        let (operation, ask) = match event.step {
            RotationStep::CreateSecret => (
                "PutSecretValue",
                json!({
                    "SecretId": arn, "ClientRequestToken": event.token, "SecretString": "rotated",
                    "VersionStages": ["AWSPENDING"],
                    "RotationToken": str::from_utf8(event.rotation_token.expose()).unwrap(),
                }),
            ),
            RotationStep::FinishSecret => (
                "UpdateSecretVersionStage",
                json!({
                    "SecretId": arn, "VersionStage": "AWSCURRENT", "MoveToVersionId": event.token,
                    "RemoveFromVersionId": token(1),
                }),
            ),
            _ => return Ok(StepEnded::default()),
        };
        let answer = house.admin().call(operation, ask).await;
        if answer.status == 200 { Ok(StepEnded::default()) } else { Err(StepFailed::new(answer.text())) }
    }
}

impl RotationFunctions for Plain {
    fn authorize<'a>(
        &'a self,
        _: &'a RequestContext,
        _: &'a Caller,
        _: &'a str,
    ) -> Later<'a, Result<(), RotationFunctionError>> {
        Box::pin(async { Ok(()) })
    }

    fn admits<'a>(&'a self, _: &'a RotationErrand<'a>) -> Later<'a, Result<(), RotationFunctionError>> {
        Box::pin(async { Ok(()) })
    }

    fn call<'a>(
        &'a self,
        errand: &'a RotationErrand<'a>,
        event: &'a RotationEvent<'a>,
        _: &'a dyn HostPlaces,
    ) -> Later<'a, Result<StepEnded, StepFailed>> {
        Box::pin(self.step(errand.secret_arn, event))
    }
}

/// Asks for one rotation, and changes the secret meanwhile in two ways that rotations do not mind.
async fn rotate(house: &House, name: &str) {
    let admin = house.admin();
    let ask = json!({"SecretId": name, "ClientRequestToken": token(2), "RotationLambdaARN": FUNCTION});
    let put = json!({
        "SecretId": name, "ClientRequestToken": token(3), "SecretString": "aside", "VersionStages": ["aside"],
    });
    let tag = json!({"SecretId": name, "Tags": [{"Key": "seen", "Value": "yes"}]});
    admin.ask("RotateSecret", ask).await;
    tokio::join!(admin.ask("PutSecretValue", put), admin.call("TagResource", tag));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_rotation_is_lost_among_many_that_are_asked_for_at_once() {
    let plain = Arc::new(Plain(OnceLock::new()));
    let settings = RotationSettings { concurrency: 32, ..RotationSettings::default() };
    let house = Arc::new(House::open_with_rotation(Arc::clone(&plain) as _, settings).await);
    plain.0.set(Arc::downgrade(&house)).unwrap();
    let work = tokio::spawn(house.scheduler().work());
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let house = Arc::clone(&house);
        callers.spawn(async move {
            for number in (caller..SECRETS).step_by(CALLERS) {
                let name = format!("s{number}");
                house.admin().create(&name, "one").await;
                rotate(&house, &name).await;
            }
        });
    }
    callers.join_all().await;

    // What is lost is never done; what is not is done soon.
    let until = Instant::now() + Duration::from_secs(20);
    let left = loop {
        let mut left = BTreeSet::new();
        for number in 0..SECRETS {
            let name = format!("s{number}");
            let labels = house.admin().labels(&name).await;
            if labels[token(2)].as_array().is_none_or(|labels| !labels.contains(&json!("AWSCURRENT"))) {
                left.insert(name);
            }
        }
        let jobs: BTreeSet<String> =
            house.planned(JobKind::RotateSecret).await.into_iter().map(|job| job.name).collect();
        if left.is_empty() && jobs.is_empty() || Instant::now() > until {
            break (left, jobs);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(left, (BTreeSet::new(), BTreeSet::new()), "secrets that have not rotated, and jobs that are left");
    for number in 0..SECRETS {
        let name = format!("s{number}");
        let told = house.admin().keepwell("ListRotationAttempts", json!({"SecretId": name})).await.json();
        let outcomes: Vec<_> = told["Attempts"].as_array().unwrap().iter().map(|made| &made["Outcome"]).collect();
        assert_eq!(outcomes, ["SUCCEEDED"], "{told}");
        assert_eq!(house.admin().value(&name).await, "rotated");
    }
    work.abort();
}
