//! Bodies of the query protocol.

use proptest::{prelude::*, sample::select};

use super::{against_a_house, fragments};
use crate::{
    house::House,
    letters::{Answer, Letter, Persona},
};

const FORM: &[&str] = &[
    "&",
    "=",
    "%",
    "%2",
    "%00",
    "%ff",
    "+",
    ".",
    "member.",
    "1",
    "0",
    "999999999999",
    "-1",
    "Tags.member.1.Key=",
    "Tags.member.2.Value=",
    "Tags.entry.1.Key=",
    "ActionNames.member.1=s3:Get*",
    "PolicyInputList.member.1=",
    "UserName=",
    "UserName=bob",
    "RoleName=",
    "RoleArn=arn:aws:iam::111122223333:role/",
    "RoleSessionName=",
    "PolicyDocument=",
    "AssumeRolePolicyDocument=",
    "Policy=",
    "%7B%22Version%22:%222012-10-17%22,%22Statement%22:%5B%5D%7D",
    "MaxItems=",
    "Marker=",
    "DurationSeconds=",
    "900",
    "SerialNumber=",
    "TokenCode=123456",
    "Password=",
    "Action=",
    "Version=",
];

/// Any operation of both services, with its version.
fn operation() -> impl Strategy<Value = (&'static str, &'static str, &'static str)> {
    let iam = iam::Operation::ALL.iter().map(|operation| ("iam", "2010-05-08", operation.action().operation()));
    let sts = sts::Operation::ALL.iter().map(|operation| ("sts", "2011-06-15", operation.action().operation()));
    select(iam.chain(sts).collect::<Vec<_>>())
}

fn is_answered(answer: &Answer) {
    assert!([200, 400, 403, 404, 409].contains(&answer.status), "{}: {}", answer.status, answer.text());
    assert!(answer.text().starts_with('<'), "{}", answer.text());
    assert!(answer.text().contains(answer.request_id()), "{}", answer.text());
}

async fn send(house: &House, service: &str, body: &[u8]) -> Answer {
    let mut letter = Letter::form(body);
    Persona { service, region: "us-east-1", ..house.admin() }.sign(&mut letter);
    house.deliver(letter).await
}

proptest! {
    #[test]
    fn the_parameters_of_every_shape(text in fragments(FORM), bytes: Vec<u8>) {
        for bytes in [text.as_bytes(), &bytes] {
            iam::shapes::fuzz_all(bytes);
            sts::shapes::fuzz_all(bytes);
        }
    }
}

#[test]
fn a_house_answers_any_signed_query() {
    let text =
        prop_oneof![3 => fragments(FORM).prop_map(String::into_bytes), 1 => prop::collection::vec(any::<u8>(), 0..60)];
    against_a_house((operation(), text), async |house, ((service, version, action), text)| {
        let mut body = format!("Action={action}&Version={version}&").into_bytes();
        body.extend(text);
        is_answered(&send(house, service, &body).await);
    });
}

#[tokio::test]
async fn a_query_of_very_many_or_very_far_parameters_is_answered_soon() {
    let house = House::open().await;
    let many: Vec<String> = (1..40_000).map(|number| format!("Tags.member.{number}.Key=k{number}")).collect();
    let far =
        "Tags.member.4294967295.Key=k&Tags.member.18446744073709551615.Key=k&Tags.member.99999999999999999999.Key=k";
    let deep = format!("Tags{}=x", ".member.1".repeat(20_000));
    let same = "UserName=bob&".repeat(50_000);
    for parameters in [many.join("&"), far.to_owned(), deep, same, "=&".repeat(200_000), "%41".repeat(200_000)] {
        let body = format!("Action=CreateUser&Version=2010-05-08&UserName=new&{parameters}");
        let start = std::time::Instant::now();
        let answer = send(&house, "iam", body.as_bytes()).await;
        is_answered(&answer);
        assert!(start.elapsed().as_secs() < 5, "{:?}: {}", start.elapsed(), answer.text());
    }
}
