//! Who is turned away, from every operation of every service: nothing is opened, nothing is changed, and nothing reaches
//! the trail but the refusals of those who are known.

mod furniture;
mod keys;
mod logs;
mod requests;
mod strangers;
mod unrefused;

use std::{collections::BTreeSet, sync::Arc};

pub(crate) use furniture::{Furniture, furnished};
pub(crate) use requests::{Request, requests};
use secretsmanager::RotationSettings;
use serde_json::json;

use crate::{
    house::{House, OTHER_REGION},
    rotation::Willing,
};

/// Every routed operation, as `service:Operation`.
fn routed() -> BTreeSet<String> {
    let actions = secretsmanager::Operation::ALL.iter().map(|operation| operation.action());
    let actions = actions.chain(iam::Operation::ALL.iter().map(|operation| operation.action()));
    let actions = actions.chain(kms::Operation::ALL.iter().map(|operation| operation.action()));
    let actions = actions.chain(cloudtrail::Operation::ALL.iter().map(|operation| operation.action()));
    let actions = actions.chain(::logs::Operation::ALL.iter().map(|operation| operation.action()));
    let actions = actions.chain(sts::Operation::ALL.iter().map(|operation| operation.action()));
    let actions = actions.chain(deployment::Operation::ALL.iter().map(|operation| operation.action()));
    actions.map(|action| action.to_string()).collect()
}

#[tokio::test]
async fn every_routed_operation_turns_someone_away_here() {
    let (house, furniture) = furnished().await;
    let requests = furniture.requests(&house).await;
    let tested: BTreeSet<String> = requests.iter().map(Request::action).collect();
    assert_eq!(tested.len(), requests.len(), "one request an operation");
    let untested: Vec<String> = routed().difference(&tested).cloned().collect();
    assert!(
        untested.is_empty(),
        "Nobody is turned away from {untested:?}.\nYou probably added an operation. Add a request for it to \
         tests/src/refusals/requests.rs: everyone is then turned away from it as well."
    );
    let unrouted: Vec<&String> = tested.iter().filter(|action| !routed().contains(*action)).collect();
    assert!(unrouted.is_empty(), "{unrouted:?} are routed no more");
}

/// So that it is not the request that everybody else is refused for.
#[tokio::test]
async fn an_administrator_is_let_in_with_every_one_of_these_requests() {
    let (furnished, furniture) = furnished().await;
    let count = furniture.requests(&furnished).await.len();
    let mut house = at_home(&furnished).await;
    for number in 0..count {
        let request = furniture.requests(&house).await.swap_remove(number);
        let rows = house.rows(&["last_use"]);
        let answer = house.deliver(request.signed(furniture.alice.at(&house))).await;
        assert_eq!(answer.status, 200, "{}: {}", request.action(), answer.text());
        // The next one finds the house as it was.
        if house.rows(&["last_use"]) != rows {
            house = at_home(&furnished).await;
        }
    }
}

/// The house as it was furnished.
async fn at_home(furnished: &House) -> House {
    furnished
        .copy()
        .open_with_rotation(Arc::new(Willing), RotationSettings::default())
        .await
        .with_databases(Arc::default())
}

#[tokio::test]
async fn a_region_is_let_into_its_own_secrets_only() {
    let house = House::open().await;
    house.admin().create("db", "one").await;
    let other = house.admin().in_region(OTHER_REGION);
    for (operation, members) in requests() {
        if members.get("SecretId").is_some() && operation != "DeleteSecret" {
            other.call(operation, members).await.is(&crate::texts::not_found());
        }
    }
    assert_eq!(other.ask("ListSecrets", json!({})).await, json!({"SecretList": []}));
}
