//! Who may do what with logs, and as which resource policies see it.

use serde_json::{Value, json};

use super::{TARGET, named, refused, with};
use crate::{
    house::{ACCOUNT, House, REGION},
    letters::Answer,
    people::{OTHER_ACCOUNT, allow, document},
};

fn arn(rest: &str) -> String {
    format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{rest}")
}

/// A group `app` with the stream `s` and an event, tagged `team: core`.
async fn furnished() -> House {
    let house = House::open().await;
    let admin = house.admin();
    admin.do_logs("CreateLogGroup", json!({"logGroupName": "app", "tags": {"team": "core"}})).await;
    admin.log_stream("app", "s").await;
    admin.put_logs("app", "s", &[(0, "m")]).await;
    house
}

fn group() -> Value {
    json!({"logGroupName": "app"})
}

#[tokio::test]
async fn policies_see_each_action_s_own_resource() {
    let house = furnished().await;
    let nobody = house.user("nobody", "").await;
    let event = json!({"logEvents": [{"timestamp": house.clock_ms(), "message": "m"}]});
    let tagged = json!({"resourceArn": arn("app")});
    let rows = [
        ("CreateLogGroup", json!({"logGroupName": "new"}), "new:log-stream:"),
        ("DescribeLogGroups", json!({}), ":log-stream:"),
        ("DeleteLogGroup", group(), "app:log-stream:"),
        ("PutRetentionPolicy", with(group(), json!({"retentionInDays": 1})), "app:log-stream:"),
        ("DeleteRetentionPolicy", group(), "app:log-stream:"),
        ("DescribeLogStreams", group(), "app:log-stream:"),
        ("FilterLogEvents", group(), "app:log-stream:"),
        ("CreateLogStream", named("app", "new"), "app:log-stream:new"),
        ("DeleteLogStream", named("app", "s"), "app:log-stream:s"),
        ("PutLogEvents", with(named("app", "s"), event), "app:log-stream:s"),
        ("GetLogEvents", named("app", "s"), "app:log-stream:s"),
        ("TagLogGroup", with(group(), json!({"tags": {"a": ""}})), "app:log-stream:"),
        ("ListTagsLogGroup", group(), "app:log-stream:"),
        ("UntagLogGroup", with(group(), json!({"tags": ["a"]})), "app:log-stream:"),
        ("ListTagsForResource", tagged.clone(), "app"),
        ("TagResource", with(tagged.clone(), json!({"tags": {"a": ""}})), "app"),
        ("UntagResource", with(tagged, json!({"tagKeys": ["a"]})), "app"),
    ];
    for (operation, members, resource) in rows {
        let answer = nobody.at(&house).logs(operation, members.clone()).await;
        let text = format!(
            "User: {} is not authorized to perform: logs:{operation} on resource: {} because no identity-based policy \
             allows the logs:{operation} action",
            nobody.arn,
            arn(resource)
        );
        refused(&answer, "AccessDeniedException", &text);
        let action = format!("logs:{operation}");
        let allowed =
            house.user(&format!("just{operation}"), &document(json!([allow(&[&action], &arn(resource))]))).await;
        let answer = allowed.at(&house).logs(operation, members).await;
        assert_eq!(answer.status, 200, "{operation}: {}", answer.text());
        // What it was is made anew for the next.
        for (operation, members) in [("CreateLogGroup", group()), ("CreateLogStream", named("app", "s"))] {
            house.admin().logs(operation, members).await;
        }
    }
}

#[tokio::test]
async fn a_policy_as_consoles_write_it_lets_a_role_write_its_logs() {
    let house = furnished().await;
    let policy = document(json!([
        allow(&["logs:CreateLogGroup"], &format!("arn:aws:logs:{REGION}:{ACCOUNT}:*")),
        allow(&["logs:CreateLogStream", "logs:PutLogEvents"], &arn("/aws/lambda/app:*")),
    ]));
    let role = house.user("role", &policy).await;
    role.at(&house).log_stream("/aws/lambda/app", "s").await;
    role.at(&house).put_logs("/aws/lambda/app", "s", &[(0, "m")]).await;
    let other = role.at(&house).logs("CreateLogStream", named("app", "new")).await;
    assert_eq!(other.status, 400);
    // Who may not ask is not told what is there.
    for name in ["app", "none"] {
        let answer = role.at(&house).logs("FilterLogEvents", json!({"logGroupName": name})).await;
        assert!(answer.text().contains("AccessDeniedException"), "{}", answer.text());
    }
}

#[tokio::test]
async fn tags_of_groups_and_of_requests_are_conditions() {
    let house = furnished().await;
    house.admin().log_stream("other", "s").await;
    let conditioned = |key: &str, value: &str| {
        let mut statement = allow(&["logs:*"], "*");
        statement["Condition"] = json!({"StringEquals": {key: value}});
        document(json!([statement]))
    };
    let reader = house.user("reader", &conditioned("aws:ResourceTag/team", "core")).await;
    assert_eq!(reader.at(&house).logs("FilterLogEvents", group()).await.status, 200);
    let other = reader.at(&house).logs("FilterLogEvents", json!({"logGroupName": "other"})).await;
    assert_eq!(other.status, 400);
    let maker = house.user("maker", &conditioned("aws:RequestTag/team", "new")).await;
    let make = async |name: &str, tags: Value| {
        maker.at(&house).logs("CreateLogGroup", json!({"logGroupName": name, "tags": tags})).await
    };
    assert_eq!(make("x", json!({"team": "old"})).await.status, 400);
    make("x", json!({"team": "new"})).await.is_empty_success();
}

#[tokio::test]
async fn who_makes_a_tagged_group_needs_a_right_to_tag() {
    let house = House::open().await;
    let create = |name: &str| json!({"logGroupName": name, "tags": {"a": ""}});
    let maker = house.user("maker", &document(json!([allow(&["logs:CreateLogGroup"], "*")]))).await;
    let text = format!(
        "User with accountId: {ACCOUNT} is not authorized to perform CreateLogGroup with Tags. An additional permission \
         \"logs:TagResource\" is required."
    );
    refused(&maker.at(&house).logs("CreateLogGroup", create("one")).await, "AccessDeniedException", &text);
    for (name, action) in [("newer", "logs:TagResource"), ("older", "logs:TagLogGroup")] {
        let tagger = house.user(name, &document(json!([allow(&["logs:CreateLogGroup", action], "*")]))).await;
        tagger.at(&house).logs("CreateLogGroup", create(name)).await.is_empty_success();
    }
}

#[tokio::test]
async fn who_asks_to_unmask_needs_that_right_too() {
    let house = furnished().await;
    let reader = house.user("reader", &document(json!([allow(&["logs:Get*", "logs:Filter*"], "*")]))).await;
    let unmask = json!({"unmask": true});
    for (operation, members) in [("GetLogEvents", named("app", "s")), ("FilterLogEvents", group())] {
        assert_eq!(reader.at(&house).logs(operation, members.clone()).await.status, 200);
        let answer = reader.at(&house).logs(operation, with(members, unmask.clone())).await;
        assert!(answer.text().contains("logs:Unmask"), "{}", answer.text());
    }
}

#[tokio::test]
async fn another_account_sees_nothing() {
    let house = furnished().await;
    let root = house.open_account(OTHER_ACCOUNT).await;
    let told = root.at(&house).ask_logs("DescribeLogGroups", json!({})).await;
    assert_eq!(told, json!({"logGroups": []}));
    for name in ["app", "none"] {
        let members = json!({"logGroupIdentifier": arn(name)});
        let answer: Answer = root.at(&house).logs("FilterLogEvents", members).await;
        assert!(answer.text().contains("AccessDeniedException"), "{TARGET}: {}", answer.text());
    }
}
