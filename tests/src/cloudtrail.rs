//! What was done, looked up.

use serde_json::{Value, json};

use crate::{
    house::{ACCESS_KEY_ID, ACCOUNT, DAY_MS, HOUR_MS, House, OTHER_REGION, SECOND_MS},
    letters::{Answer, Letter, Persona},
    people::{OTHER_ACCOUNT, allow, document, trusting},
};

impl Persona<'_> {
    async fn look(self, members: Value) -> Answer {
        let mut letter = Letter::unsigned("LookupEvents", members.to_string().as_bytes());
        letter.set("x-amz-target", "CloudTrail_20131101.LookupEvents");
        Persona { service: "cloudtrail", ..self }.sign(&mut letter);
        self.house.deliver(letter).await
    }

    async fn look_up(self, members: Value) -> Value {
        self.look(members).await.json()
    }

    /// By one attribute.
    async fn events(self, key: &str, value: &str) -> Vec<Value> {
        let attributes = json!([{"AttributeKey": key, "AttributeValue": value}]);
        events(&self.look_up(json!({"LookupAttributes": attributes})).await)
    }
}

fn events(answer: &Value) -> Vec<Value> {
    answer["Events"].as_array().unwrap().clone()
}

fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["EventName"].as_str().unwrap()).collect()
}

/// The error's name and text.
#[track_caller]
fn refusal(answer: &Answer, status: u16) -> (String, String) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    let text = |member: &str| body[member].as_str().unwrap_or_default().to_owned();
    (text("__type"), text("message"))
}

#[tokio::test]
async fn an_event_tells_its_record_and_what_of_it_is_looked_up() {
    let house = House::open().await;
    let arn = house.admin().create("prod/db", "one").await;
    house.turn_clock(3 * SECOND_MS);
    house.admin().value(&arn).await;
    let trail = house.raw_trail();
    let answer = house.admin().look_up(json!({})).await;
    let events = events(&answer);
    assert_eq!(names(&events)[..3], ["Decrypt", "GetSecretValue", "GenerateDataKey"]);
    assert_eq!(answer.get("NextToken"), None);
    let told: Vec<&str> = events.iter().map(|event| event["CloudTrailEvent"].as_str().unwrap()).collect();
    // The newest is KMS's record, which the log has as a stub.
    assert_eq!(told[..2], [trail[trail.len() - 1].as_str(), trail[trail.len() - 2].as_str()]);
    let record: Value = serde_json::from_str(told[1]).unwrap();
    assert_eq!(
        events[1],
        json!({
            "EventId": record["eventID"], "EventName": "GetSecretValue", "ReadOnly": "true",
            "AccessKeyId": ACCESS_KEY_ID, "EventTime": 1_772_438_403.0, "EventSource": "secretsmanager.amazonaws.com",
            "Username": "root", "CloudTrailEvent": told[1],
            "Resources": [
                {"ResourceType": "AWS::SecretsManager::Secret", "ResourceName": arn},
                {"ResourceType": "AWS::SecretsManager::Secret", "ResourceName": "prod/db"},
            ],
        })
    );
    // That somebody looked is an event as well.
    assert_eq!(names(&house.admin().events("EventName", "LookupEvents").await), ["LookupEvents"]);
}

#[tokio::test]
async fn events_are_looked_up_by_each_attribute() {
    let house = House::open().await;
    let admin = house.admin();
    let ada = house.user("ada", &document(json!([allow(&["secretsmanager:*", "kms:*", "sts:*"], "*")]))).await;
    let policy = document(json!([allow(&["secretsmanager:DescribeSecret"], "*")]));
    let role = admin.role("web", &trusting(&format!("arn:aws:iam::{ACCOUNT}:root")), &policy).await;
    let session = ada.at(&house).assume(&role.arn, &[]).await;
    let arn = ada.at(&house).create("db", "one").await;
    session.at(&house).describe("db").await;
    admin.create("other", "one").await;

    assert_eq!(names(&admin.events("EventName", "CreateSecret").await), ["CreateSecret"; 2]);
    assert_eq!(names(&admin.events("Username", "story").await), ["DescribeSecret"]);
    assert_eq!(names(&admin.events("AccessKeyId", &session.access_key_id).await), ["DescribeSecret"]);
    assert_eq!(names(&admin.events("ResourceName", "db").await), ["DescribeSecret", "CreateSecret"]);
    assert_eq!(names(&admin.events("ResourceName", &arn).await), ["CreateSecret"]);
    let of_role = admin.events("ResourceName", &role.arn).await;
    assert_eq!((names(&of_role), &of_role[0]["Username"]), (vec!["AssumeRole"], &json!("ada")));
    let secrets = admin.events("ResourceType", "AWS::SecretsManager::Secret").await;
    assert_eq!(names(&secrets), ["CreateSecret", "DescribeSecret", "CreateSecret"]);
    let sources = admin.events("EventSource", "sts.amazonaws.com").await;
    assert_eq!(names(&sources), ["AssumeRole"]);
    let writes = admin.events("ReadOnly", "false").await;
    assert!(names(&writes).starts_with(&["CreateSecret", "CreateSecret"]), "{writes:?}");
    assert!(writes.iter().all(|event| event["ReadOnly"] == "false"));
    let root = admin.events("Username", "root").await;
    assert!(root.iter().all(|event| event["AccessKeyId"] == ACCESS_KEY_ID) && !root.is_empty());
    let id = secrets[1]["EventId"].as_str().unwrap();
    assert_eq!(admin.events("EventId", id).await, [secrets[1].clone()]);
    for (key, value) in [("EventName", "createsecret"), ("EventId", "no id"), ("ResourceName", "absent")] {
        assert_eq!(admin.events(key, value).await, [Value::Null; 0], "{key}");
    }
}

#[tokio::test]
async fn times_are_compared_by_the_second_and_include_both_ends() {
    let house = House::open().await;
    let mut moments = Vec::new();
    for number in 0..5 {
        house.turn_clock(HOUR_MS + 250);
        house.admin().create(&format!("secret-{number}"), "one").await;
        moments.push(house.now());
    }
    let found = async |range: Value| {
        let mut members =
            json!({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CreateSecret"}]});
        members.as_object_mut().unwrap().extend(range.as_object().unwrap().clone());
        events(&house.admin().look_up(members).await).len()
    };
    assert_eq!(found(json!({})).await, 5);
    assert_eq!(found(json!({"StartTime": moments[1], "EndTime": moments[3]})).await, 3);
    assert_eq!(found(json!({"StartTime": moments[1].floor() + 1.0, "EndTime": moments[3].floor() - 1.0})).await, 1);
    assert_eq!(found(json!({"StartTime": moments[4]})).await, 1);
    assert_eq!(found(json!({"EndTime": moments[0]})).await, 1);
    assert_eq!(found(json!({"EndTime": moments[0] - 3600.0})).await, 0);
    assert_eq!(found(json!({"StartTime": moments[4] + 60.0, "EndTime": moments[4] + 7200.0})).await, 0);
    house.turn_clock(89 * DAY_MS);
    assert_eq!(found(json!({"StartTime": 0})).await, 5);
    house.turn_clock(DAY_MS);
    // Ninety days, to the second.
    assert_eq!(found(json!({"StartTime": 0})).await, 1);
    house.turn_clock(SECOND_MS);
    assert_eq!(found(json!({"StartTime": 0})).await, 0);
    assert_eq!(found(json!({"EndTime": moments[3]})).await, 0);
}

#[tokio::test]
async fn pages_follow_each_other_while_new_events_arrive() {
    let house = House::open().await;
    for number in 0..6 {
        house.admin().create(&format!("secret-{number}"), "one").await;
    }
    let first = house.admin().look_up(json!({})).await;
    let expected: Vec<Value> = events(&first).iter().map(|event| event["EventId"].clone()).collect();
    assert!(expected.len() > 21 && first.get("NextToken").is_none(), "{}", expected.len());
    let mut members = json!({"MaxResults": 7, "EndTime": house.now()});
    let (mut seen, mut sizes) = (Vec::new(), Vec::new());
    loop {
        let page = house.admin().look_up(members.clone()).await;
        seen.extend(events(&page).iter().map(|event| event["EventId"].clone()));
        sizes.push(events(&page).len());
        let Some(token) = page.get("NextToken") else { break };
        members["NextToken"] = token.clone();
        house.admin().value("secret-3").await;
    }
    // The first page tells of the lookup before it too.
    assert_eq!(seen[1..], expected);
    let last = sizes.pop().unwrap();
    assert!(sizes.iter().all(|size| *size == 7) && (1..=7).contains(&last), "{sizes:?} {last}");
}

#[tokio::test]
async fn a_token_is_good_for_the_same_question_alone() {
    let house = House::open().await;
    let other = house.open_account(OTHER_ACCOUNT).await;
    house.admin().create("a", "one").await;
    house.admin().create("b", "one").await;
    let question = json!({
        "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CreateSecret"}],
        "MaxResults": 1, "StartTime": 1, "EndTime": 4_000_000_000_u64,
    });
    let token = house.admin().look_up(question.clone()).await["NextToken"].clone();
    let with = |change: Value| {
        let mut members = question.clone();
        members["NextToken"] = token.clone();
        members.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        members
    };
    assert_eq!(events(&house.admin().look_up(with(json!({}))).await)[0]["Resources"][0]["ResourceName"], "a");
    let attribute = json!([{"AttributeKey": "EventName", "AttributeValue": "GetSecretValue"}]);
    let changes = [
        json!({"LookupAttributes": attribute}),
        json!({"MaxResults": 2}),
        json!({"StartTime": 2}),
        json!({"EndTime": 3_999_999_999_u64}),
        json!({"NextToken": "AAAA"}),
        json!({"NextToken": "no base64!"}),
    ];
    let invalid = "InvalidNextTokenException";
    for change in changes {
        assert_eq!(refusal(&house.admin().look(with(change.clone())).await, 400).0, invalid, "{change}");
    }
    let elsewhere = house.admin().in_region(OTHER_REGION).look(with(json!({}))).await;
    assert_eq!(refusal(&elsewhere, 400).0, invalid);
    assert_eq!(refusal(&other.at(&house).look(with(json!({}))).await, 400).0, invalid);
}

#[tokio::test]
async fn an_account_sees_its_own_events_of_one_region() {
    let house = House::open().await;
    let other = house.open_account(OTHER_ACCOUNT).await;
    house.admin().create("db", "one").await;
    house.admin().in_region(OTHER_REGION).create("there", "one").await;
    house.user("ada", "").await;
    assert_eq!(house.admin().events("ResourceName", "db").await.len(), 1);
    assert_eq!(house.admin().events("ResourceName", "there").await.len(), 0);
    assert_eq!(house.admin().in_region(OTHER_REGION).events("ResourceName", "there").await.len(), 1);
    assert_eq!(house.admin().events("EventSource", "iam.amazonaws.com").await.len(), 0);
    let home = house.admin().in_region("us-east-1");
    let created = home.events("ResourceName", "ada").await;
    assert!(names(&created).contains(&"CreateUser"), "{created:?}");
    for region in ["eu-central-1", "us-east-1"] {
        let seen = events(&other.at(&house).in_region(region).look_up(json!({})).await);
        let is_own = |event: &Value| event["CloudTrailEvent"].as_str().unwrap().contains(OTHER_ACCOUNT);
        assert!(seen.iter().all(is_own), "{seen:?}");
    }
    assert_eq!(other.at(&house).events("ResourceName", "db").await.len(), 0);
}

/// Also where the server does not serve it.
#[tokio::test]
async fn what_global_services_did_is_looked_up_in_their_home_region() {
    let house = House::open_with(&[("region", "eu-central-1")]).await;
    house.user("ada", "").await;
    let created = house.admin().in_region("us-east-1").events("ResourceName", "ada").await;
    assert!(names(&created).contains(&"CreateUser"), "{created:?}");
}

#[tokio::test]
async fn a_question_that_cannot_be_answered_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    let attribute = |key: &str, value: &str| json!({"AttributeKey": key, "AttributeValue": value});
    let both = json!([attribute("EventName", "a"), attribute("Username", "b")]);
    let attributes = "InvalidLookupAttributesException";
    let cases = [
        (json!({"LookupAttributes": both}), attributes),
        (json!({"LookupAttributes": [attribute("Colour", "a")]}), attributes),
        (json!({"LookupAttributes": [attribute("EventName", "")]}), attributes),
        (json!({"LookupAttributes": [{"AttributeKey": "EventName"}]}), attributes),
        (json!({"LookupAttributes": [attribute("EventName", &"a".repeat(2001))]}), attributes),
        (json!({"LookupAttributes": [attribute("EventName", &"_".repeat(1001))]}), attributes),
        (json!({"LookupAttributes": [attribute("ReadOnly", "True")]}), attributes),
        (json!({"LookupAttributes": [attribute("Username", "a")], "EventCategory": "insight"}), attributes),
        (json!({"StartTime": 10, "EndTime": 9}), "InvalidTimeRangeException"),
        (json!({"MaxResults": 0}), "InvalidMaxResultsException"),
        (json!({"MaxResults": 51}), "InvalidMaxResultsException"),
        (json!({"EventCategory": "management"}), "InvalidEventCategoryException"),
        (json!({"MaxResults": "many"}), "SerializationException"),
    ];
    for (members, code) in cases {
        assert_eq!(refusal(&admin.look(members.clone()).await, 400).0, code, "{members}");
    }
    assert_eq!(admin.look_up(json!({"EventCategory": "insight"})).await, json!({"Events": []}));
    let long = json!([attribute("EventName", &"a".repeat(2000))]);
    assert_eq!(admin.look_up(json!({"LookupAttributes": long})).await, json!({"Events": []}));
    let none = admin.look_up(json!({"LookupAttributes": [], "MaxResults": 1})).await;
    assert_eq!(events(&none).len(), 1);
}

#[tokio::test]
async fn whoever_may_look_up_events_may() {
    let house = House::open().await;
    let auditor = house.user("auditor", &document(json!([allow(&["cloudtrail:LookupEvents"], "*")]))).await;
    let reader = house.user("reader", &document(json!([allow(&["cloudtrail:DescribeTrails"], "*")]))).await;
    house.admin().create("db", "one").await;
    assert_eq!(auditor.at(&house).events("ResourceName", "db").await.len(), 1);
    let refused = reader.at(&house).look(json!({})).await;
    assert_eq!(refusal(&refused, 400).0, "AccessDeniedException");
    let denied = house.admin().events("Username", "reader").await;
    let record: Value = serde_json::from_str(denied[0]["CloudTrailEvent"].as_str().unwrap()).unwrap();
    assert_eq!((&record["errorCode"], &record["requestParameters"]), (&json!("AccessDenied"), &Value::Null));
    assert_eq!(denied[0]["Resources"], json!([]));
}

#[tokio::test]
async fn what_was_done_before_a_restart_is_still_seen() {
    let house = House::open().await;
    house.admin().create("db", "one").await;
    let house = house.restart().await;
    assert_eq!(names(&house.admin().events("ResourceName", "db").await), ["CreateSecret"]);
}

#[tokio::test]
async fn a_record_that_was_tampered_with_is_never_shown_as_true() {
    let house = House::open().await;
    for name in ["secret-one", "secret-two", "secret-new"] {
        house.admin().create(name, "one").await;
    }
    let folder = house.grounds().trail_folder();
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let path = files.into_iter().find(|path| path.to_string_lossy().contains("segment-")).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let place = bytes.windows(10).position(|window| window == b"secret-two").unwrap();
    bytes[place..place + 10].copy_from_slice(b"secret-ten");
    write_in_place(&path, &bytes);

    let page = house.admin().look_up(json!({})).await;
    // What is newer than the damage is true.
    let told = events(&page);
    assert!(told.iter().any(|event| event["Resources"][0]["ResourceName"] == "secret-new"), "{told:?}");
    assert!(!page.to_string().contains("secret-ten") && !page.to_string().contains("secret-one"));
    let next = house.admin().look(json!({"NextToken": page["NextToken"]})).await;
    let internal = ("InternalFailure".to_owned(), "An internal error occurred.".to_owned());
    assert_eq!(refusal(&next, 500), internal);
    let asked = json!({"LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": "secret-one"}]});
    assert_eq!(refusal(&house.admin().look(asked).await, 500), internal);
    // Others are served as ever.
    assert_eq!(house.admin().value("secret-two").await, "one");
}

/// The log has the file open, and goes on in it.
fn write_in_place(path: &std::path::Path, bytes: &[u8]) {
    use std::os::unix::fs::FileExt;
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(bytes, 0).unwrap();
}
