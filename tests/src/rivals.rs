//! Many at once: nobody is lost, nobody sees half a change.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    house::House,
    letters::{Answer, token},
    texts::name_exists,
};

/// Each call on a task of its own, all at once; the answers in the order of the calls.
async fn all_at_once(house: &Arc<House>, calls: Vec<(&'static str, Value)>) -> Vec<Answer> {
    let mut tasks = JoinSet::new();
    for (number, (operation, members)) in calls.into_iter().enumerate() {
        let house = Arc::clone(house);
        tasks.spawn(async move { (number, house.admin().call(operation, members).await) });
    }
    let mut answers: Vec<(usize, Answer)> = tasks.join_all().await;
    answers.sort_by_key(|(number, _)| *number);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// The versions that hold the label.
fn holders<'a>(stages: &'a Value, label: &str) -> Vec<&'a str> {
    let holds = |labels: &Value| labels.as_array().unwrap().iter().any(|held| held == label);
    stages.as_object().unwrap().iter().filter(|(_, labels)| holds(labels)).map(|(id, _)| id.as_str()).collect()
}

async fn is_sound(house: Arc<House>) {
    let house = Arc::into_inner(house).unwrap();
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_writers_of_one_secret_all_succeed() {
    let house = Arc::new(House::open().await);
    house.admin().create("db", "0").await;
    let arn = house.admin().describe("db").await["ARN"].clone();
    let put = |number: u32| {
        // Half of them mean the secret by another name.
        let id = if number.is_multiple_of(2) { json!("db") } else { arn.clone() };
        let value = number.to_string();
        ("PutSecretValue", json!({"SecretId": id, "ClientRequestToken": token(number), "SecretString": value}))
    };
    for (number, answer) in (100..164).zip(all_at_once(&house, (100..164).map(put).collect()).await) {
        assert_eq!(answer.json()["VersionId"], json!(token(number)));
    }
    let admin = house.admin();
    let stages = admin.labels("db").await;
    assert_eq!(stages.as_object().unwrap().len(), 2, "{stages}");
    let current = holders(&stages, "AWSCURRENT")[0].to_owned();
    let number: u32 = current.rsplit('-').next().unwrap().parse().unwrap();
    assert_eq!(admin.value("db").await, number.to_string());
    let all = json!({"SecretId": "db", "IncludeDeprecated": true});
    assert_eq!(admin.ask("ListSecretVersionIds", all).await["Versions"].as_array().unwrap().len(), 65);
    for number in [100, 131, 163] {
        let by_id = json!({"SecretId": "db", "VersionId": token(number)});
        assert_eq!(admin.ask("GetSecretValue", by_id).await["SecretString"], number.to_string());
    }
    is_sound(house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_rivals_for_a_name_one_wins_and_the_others_are_told() {
    let house = Arc::new(House::open().await);
    let create = |number: u32| {
        let value = number.to_string();
        ("CreateSecret", json!({"Name": "db", "ClientRequestToken": token(number), "SecretString": value}))
    };
    let answers = all_at_once(&house, (0..32).map(create).collect()).await;
    let won: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(won.len(), 1);
    for lost in answers.iter().filter(|answer| answer.status != 200) {
        lost.is(&name_exists("db"));
    }
    assert_eq!(house.admin().labels("db").await, json!({won[0].json()["VersionId"].as_str().unwrap(): ["AWSCURRENT"]}));
    is_sound(house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rivals_with_the_same_token_and_value_all_make_the_same_secret() {
    let house = Arc::new(House::open().await);
    let create = ("CreateSecret", json!({"Name": "db", "ClientRequestToken": token(1), "SecretString": "one"}));
    let answers = all_at_once(&house, vec![create; 32]).await;
    let first = answers[0].json();
    assert!(answers.iter().all(|answer| answer.json() == first));
    let put = ("PutSecretValue", json!({"SecretId": "db", "ClientRequestToken": token(2), "SecretString": "two"}));
    for answer in all_at_once(&house, vec![put; 32]).await {
        assert_eq!(answer.json()["VersionId"], token(2));
    }
    assert_eq!(house.admin().labels("db").await, json!({token(1): ["AWSPREVIOUS"], token(2): ["AWSCURRENT"]}));
    is_sound(house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_quota_holds_against_rivals() {
    let house = Arc::new(House::open_with(&[("quota.secrets_per_region", "5")]).await);
    let create = |number: u32| ("CreateSecret", json!({"Name": format!("s{number}"), "ClientRequestToken": token(1)}));
    let answers = all_at_once(&house, (0..24).map(create).collect()).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 5);
    let list = house.admin().ask("ListSecrets", json!({})).await;
    assert_eq!(list["SecretList"].as_array().unwrap().len(), 5);
    is_sound(house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_never_see_half_a_change() {
    let house = Arc::new(House::open().await);
    house.admin().create("db", "1").await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let (house, is_over) = (Arc::clone(&house), Arc::clone(&is_over));
        readers.spawn(async move {
            let admin = house.admin();
            let mut looks = 0_u32;
            while !is_over.load(Ordering::SeqCst) {
                let read = admin.ask("GetSecretValue", json!({"SecretId": "db"})).await;
                assert!(read["VersionStages"].as_array().unwrap().contains(&json!("AWSCURRENT")), "{read}");
                let number: u32 = read["VersionId"].as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap();
                assert_eq!(read["SecretString"], number.to_string(), "value and version belong together");
                let stages = admin.labels("db").await;
                assert_eq!(holders(&stages, "AWSCURRENT").len(), 1, "{stages}");
                assert!(holders(&stages, "AWSPREVIOUS").len() <= 1, "{stages}");
                let list = admin.ask("ListSecrets", json!({})).await;
                let stages = &list["SecretList"][0]["SecretVersionsToStages"];
                assert_eq!(holders(stages, "AWSCURRENT").len(), 1, "{stages}");
                looks += 1;
            }
            looks
        });
    }
    for number in 2..80 {
        house.admin().put("db", number, &number.to_string()).await;
        if number.is_multiple_of(3) {
            let back = json!({
                "SecretId": "db", "VersionStage": "AWSCURRENT", "RemoveFromVersionId": token(number),
                "MoveToVersionId": token(number - 1),
            });
            house.admin().ask("UpdateSecretVersionStage", back).await;
        }
    }
    is_over.store(true, Ordering::SeqCst);
    assert!(readers.join_all().await.into_iter().all(|looks| looks > 0));
    is_sound(house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_written_is_read_at_once_by_everyone() {
    let house = Arc::new(House::open().await);
    house.admin().create("db", "1").await;
    for number in 2..40 {
        house.admin().put("db", number, &number.to_string()).await;
        let read = ("GetSecretValue", json!({"SecretId": "db"}));
        for answer in all_at_once(&house, vec![read; 4]).await {
            assert_eq!(answer.json()["SecretString"], number.to_string());
        }
    }
    is_sound(house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_of_every_kind_at_once_leave_a_sound_secret() {
    let house = Arc::new(House::open().await);
    house.admin().create("db", "1").await;
    let mut calls = Vec::new();
    for number in 10..26 {
        let tag = json!([{"Key": format!("k{number}"), "Value": "v"}]);
        calls.push((
            "PutSecretValue",
            json!({"SecretId": "db", "ClientRequestToken": token(number), "SecretString": "x"}),
        ));
        calls.push(("TagResource", json!({"SecretId": "db", "Tags": tag})));
        calls.push(("UpdateSecret", json!({"SecretId": "db", "ClientRequestToken": token(1), "Description": "d"})));
        calls.push((
            "UpdateSecretVersionStage",
            json!({
                "SecretId": "db", "VersionStage": format!("l{}", number % 10), "MoveToVersionId": token(1),
            }),
        ));
    }
    for answer in all_at_once(&house, calls).await {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let described = house.admin().describe("db").await;
    assert_eq!(described["Tags"].as_array().unwrap().len(), 16);
    assert_eq!(holders(&described["VersionIdsToStages"], "AWSCURRENT").len(), 1);
    is_sound(house).await;
}
