//! Databases that are adopted and released through keepwell's own service. The databases are doubles, and so is what keeps
//! their secrets, where a story is about neither.

use std::sync::{Arc, Mutex};

use contract::Answer;
use facades::{AdoptedSecret, BuiltInRotators, ManagedSecret, ManagedSecrets, SecretsDoorError, StepFailed};
use gate::{Caller, RequestContext};
use serde_json::{Value, json};
use terms::SecretBytes;

use crate::{
    house::{ACCOUNT, House, REGION},
    people::{Person, allow, allow_if, document},
};

const ROTATOR: &str = "SecretsManagerRDSPostgreSQLRotationSingleUser";
const ADOPTED: &str = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:keepwell!orders-AbCdEf";

/// One engine, whose every user logs in unless told otherwise.
#[derive(Default)]
pub(crate) struct Databases {
    logins: Mutex<Vec<Value>>,
    adopted: Mutex<Vec<Value>>,
    released: Mutex<Vec<String>>,
    next_login: Mutex<Option<StepFailed>>,
    next_refusal: Mutex<Option<SecretsDoorError>>,
}

impl Databases {
    fn refuse(&self, refusal: SecretsDoorError) {
        *self.next_refusal.lock().unwrap() = Some(refusal);
    }

    fn refused_or<T>(&self, answer: T) -> Result<T, SecretsDoorError> {
        self.next_refusal.lock().unwrap().take().map_or(Ok(answer), Err)
    }
}

fn json_of(value: &SecretBytes) -> Value {
    serde_json::from_slice(value.expose()).unwrap()
}

impl BuiltInRotators for Databases {
    fn names(&self) -> Vec<&'static str> {
        vec![ROTATOR]
    }

    fn of_engine(&self, engine: &str) -> Option<&'static str> {
        (engine == "postgres").then_some(ROTATOR)
    }

    fn log_in<'a>(&'a self, rotator: &'a str, value: &'a SecretBytes) -> Answer<'a, Result<(), StepFailed>> {
        assert_eq!(rotator, ROTATOR);
        self.logins.lock().unwrap().push(json_of(value));
        let failed = self.next_login.lock().unwrap().take();
        Box::pin(std::future::ready(failed.map_or(Ok(()), Err)))
    }
}

impl ManagedSecrets for Databases {
    fn adopt<'a>(
        &'a self,
        _: &'a RequestContext,
        caller: &'a Caller,
        adopted: &'a AdoptedSecret<'a>,
    ) -> Answer<'a, Result<ManagedSecret, SecretsDoorError>> {
        let AdoptedSecret { name, description, kms_key_id, value, rotator, rules, rotate_immediately, tags } = *adopted;
        self.adopted.lock().unwrap().push(json!({
            "caller": caller.principal().arn(), "name": name, "description": description, "key": kms_key_id,
            "value": json_of(value), "rotator": rotator, "days": rules.automatically_after_days,
            "schedule": rules.schedule_expression, "window": rules.duration, "at once": rotate_immediately, "tags": tags,
        }));
        let made = ManagedSecret {
            arn: ADOPTED.to_owned(),
            name: format!("keepwell!{name}"),
            version_id: Some("v".to_owned()),
        };
        Box::pin(std::future::ready(self.refused_or(made)))
    }

    fn release<'a>(
        &'a self,
        _: &'a RequestContext,
        _: &'a Caller,
        secret_id: &'a str,
    ) -> Answer<'a, Result<ManagedSecret, SecretsDoorError>> {
        self.released.lock().unwrap().push(secret_id.to_owned());
        let released = ManagedSecret { arn: secret_id.to_owned(), name: "db".to_owned(), version_id: None };
        Box::pin(std::future::ready(self.refused_or(released)))
    }
}

impl House {
    /// With databases of the stories' own, and what keeps their secrets.
    pub(crate) fn with_databases(mut self, databases: Arc<Databases>) -> Self {
        let rooms = Arc::get_mut(&mut self.rooms).expect("nobody else holds the house yet");
        let room = Arc::get_mut(&mut rooms.deployment).expect("nobody else holds the room yet");
        room.rotators = Arc::clone(&databases) as _;
        room.managed_secrets = databases;
        self
    }
}

async fn open() -> (House, Arc<Databases>) {
    let databases = Arc::<Databases>::default();
    (House::open().await.with_databases(Arc::clone(&databases)), databases)
}

/// A good request, with the members of `more` over it.
fn asked(more: Value) -> Value {
    let mut members = json!({
        "Name": "orders", "Engine": "Postgres", "Host": "db.example.com", "Username": "app", "Password": "hunter2",
    });
    for (member, value) in more.as_object().unwrap() {
        members[member] = value.clone();
    }
    members
}

#[tokio::test]
async fn a_database_is_adopted_once_its_user_has_logged_in() {
    let (house, databases) = open().await;
    let told = house.admin().keepwell("AdoptDatabase", asked(json!({}))).await.json();
    assert_eq!(told, json!({"ARN": ADOPTED, "Name": "keepwell!orders", "VersionId": "v"}));
    let value = json!({"engine": "postgres", "host": "db.example.com", "username": "app", "password": "hunter2"});
    assert_eq!(*databases.logins.lock().unwrap(), std::slice::from_ref(&value));
    let adopted = json!({
        "caller": format!("arn:aws:iam::{ACCOUNT}:root"), "name": "orders", "description": null, "key": null,
        "value": value, "rotator": ROTATOR, "days": null, "schedule": null, "window": null, "at once": true, "tags": [],
    });
    assert_eq!(*databases.adopted.lock().unwrap(), [adopted]);

    let more = json!({
        "Port": 5433, "DatabaseName": "orders", "Ssl": true, "Description": "why", "KmsKeyId": "alias/x",
        "RotationRules": {"AutomaticallyAfterDays": 30, "Duration": "3h"}, "RotateImmediately": false,
        "Tags": [{"Key": "team", "Value": "core"}, {"Key": "bare"}],
    });
    house.admin().keepwell("AdoptDatabase", asked(more)).await.json();
    let adopted = databases.adopted.lock().unwrap()[1].clone();
    for (member, value) in [("port", json!(5433)), ("dbname", json!("orders")), ("ssl", json!(true))] {
        assert_eq!(adopted["value"][member], value, "{member}");
    }
    for (member, value) in [
        ("description", json!("why")),
        ("key", json!("alias/x")),
        ("days", json!(30)),
        ("window", json!("3h")),
        ("at once", json!(false)),
        ("tags", json!([["team", "core"], ["bare", ""]])),
    ] {
        assert_eq!(adopted[member], value, "{member}");
    }
}

#[tokio::test]
async fn a_user_who_does_not_log_in_is_not_adopted() {
    let (house, databases) = open().await;
    *databases.next_login.lock().unwrap() = Some(StepFailed::new("the password is not the user's"));
    let refused = house.admin().keepwell("AdoptDatabase", asked(json!({}))).await;
    assert!(
        refused.text().contains("InvalidRequestException")
            && refused.text().contains("The user cannot log in to the database: the password is not the user's"),
        "{}",
        refused.text()
    );
    let unknown = house.admin().keepwell("AdoptDatabase", asked(json!({"Engine": "oracle"}))).await;
    assert!(unknown.text().contains("There is no rotator for databases of the engine oracle."), "{}", unknown.text());
    for wrong in [
        json!({"Port": 0}),
        json!({"Port": 65536}),
        json!({"Password": ""}),
        json!({"Host": ""}),
        json!({"RotationRules": {"AutomaticallyAfterDays": 0}}),
        json!({"Tags": [{"Value": "x"}]}),
    ] {
        let refused = house.admin().keepwell("AdoptDatabase", asked(wrong.clone())).await;
        assert!(refused.text().contains("ValidationException"), "{wrong}: {}", refused.text());
    }
    assert_eq!(databases.adopted.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn who_may_not_adopt_does_not_get_as_far_as_a_database() {
    let (house, databases) = open().await;
    let own = format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:keepwell!orders-*");
    let tagged = json!({"StringEquals": {"aws:RequestTag/team": "core"}});
    let person = |name: &'static str, statement: Value| {
        let house = &house;
        async move { house.user(name, &document(json!([statement]))).await }
    };
    let adopt = |person: Person, more: Value| {
        let house = &house;
        async move { person.at(house).keepwell("AdoptDatabase", asked(more)).await }
    };
    let creator = person("creator", allow(&["secretsmanager:*"], "*")).await;
    let refused = adopt(creator, json!({})).await;
    let text =
        "is not authorized to perform: keepwell:AdoptDatabase on resource: orders because no identity-based policy";
    assert!(refused.text().contains(text), "{}", refused.text());
    let tagger = person("tagger", allow_if(&["keepwell:AdoptDatabase"], "*", tagged)).await;
    assert_eq!(adopt(tagger.clone(), json!({})).await.status, 400);
    assert_eq!(databases.logins.lock().unwrap().len(), 0);
    adopt(tagger, json!({"Tags": [{"Key": "team", "Value": "core"}]})).await.json();
    let adopter = person("adopter", allow(&["keepwell:AdoptDatabase"], &own)).await;
    adopt(adopter.clone(), json!({})).await.json();
    assert_eq!(adopt(adopter, json!({"Name": "other"})).await.status, 400);
}

#[tokio::test]
async fn what_keeps_the_secret_refuses_in_its_own_words() {
    let (house, databases) = open().await;
    let adopt = async || house.admin().keepwell("AdoptDatabase", asked(json!({}))).await;
    for (refusal, code, text) in [
        (SecretsDoorError::Denied("not you".to_owned()), "AccessDeniedException", "not you"),
        (
            SecretsDoorError::Refused { code: "ResourceExistsException", text: "it is there".to_owned() },
            "ResourceExistsException",
            "it is there",
        ),
        (SecretsDoorError::Internal("a path".to_owned()), "InternalServiceError", "An internal error occurred."),
    ] {
        databases.refuse(refusal);
        let answer = adopt().await;
        assert!(answer.text().contains(code) && answer.text().contains(text), "{code}: {}", answer.text());
    }
}

#[tokio::test]
async fn the_trail_tells_of_it_and_of_no_password() {
    let (house, databases) = open().await;
    house.admin().keepwell("AdoptDatabase", asked(json!({}))).await.json();
    *databases.next_login.lock().unwrap() = Some(StepFailed::new("no"));
    house.admin().keepwell("AdoptDatabase", asked(json!({}))).await;
    house.admin().create("db", "one").await;
    house.admin().keepwell("ReleaseDatabase", json!({"SecretId": "db"})).await.json();
    let records = house.whole_trail();
    let told: Vec<&Value> = records.iter().filter(|record| record["eventSource"] == "keepwell.amazonaws.com").collect();
    let named = |name: &str| told.iter().filter(|record| record["eventName"] == name).copied().collect::<Vec<_>>();
    let [adopted, refused] = named("AdoptDatabase")[..] else { panic!("{told:?}") };
    assert_eq!(adopted["requestParameters"]["host"], "db.example.com");
    assert_eq!(adopted["responseElements"]["name"], "keepwell!orders");
    assert_eq!(adopted["readOnly"], false);
    assert_eq!(refused["errorCode"], "InvalidRequestException");
    assert_eq!(named("ReleaseDatabase").len(), 1);
    assert!(!house.raw_trail().concat().contains("hunter2"));
}

#[tokio::test]
async fn a_secret_is_released_by_who_may_see_it() {
    let (house, databases) = open().await;
    let arn = house.admin().create("db", "one").await;
    let told = house.admin().keepwell("ReleaseDatabase", json!({"SecretId": "db"})).await.json();
    assert_eq!(told, json!({"ARN": arn, "Name": "db"}));
    assert_eq!(*databases.released.lock().unwrap(), std::slice::from_ref(&arn));
    let blind = house.user("blind", &document(json!([allow(&["keepwell:ReleaseDatabase"], &arn)]))).await;
    assert_eq!(blind.at(&house).keepwell("ReleaseDatabase", json!({"SecretId": "db"})).await.status, 400);
    let missing = house.admin().keepwell("ReleaseDatabase", json!({"SecretId": "none"})).await;
    assert!(missing.text().contains("ResourceNotFoundException"), "{}", missing.text());
    assert_eq!(databases.released.lock().unwrap().len(), 1);
}
