//! What policies see of each operation: names and ARNs, tags, versions, and what is not there.

use serde_json::{Value, json};

use crate::{
    house::{ACCOUNT, House, REGION},
    letters::token,
    people::{allow, document},
    texts::{denied_to, name_exists, not_allowed, not_found},
};

const READ: &str = "secretsmanager:GetSecretValue";
const ON_ALL: &str = "*";

fn arn_of(name: &str) -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}")
}

fn when(actions: &[&str], condition: Value) -> String {
    document(json!({"Effect": "Allow", "Action": actions, "Resource": ON_ALL, "Condition": condition}))
}

#[tokio::test]
async fn a_secret_is_known_by_its_arn_and_a_missing_one_by_every_arn_that_it_could_have() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    admin.create("db-replica", "two").await;
    let exactly = house.user("exactly", &document(allow(&[READ], &arn))).await;
    let by_name = house.user("by_name", &document(allow(&[READ], &arn_of("db-??????")))).await;
    let loosely = house.user("loosely", &document(allow(&[READ], &arn_of("db-*")))).await;
    let refused = |caller: &str, asked: &str| not_allowed(caller, READ, asked, "identity-based");
    for reader in [&exactly, &by_name, &loosely] {
        for asked in ["db", &arn, arn.rsplit_once('-').unwrap().0] {
            assert_eq!(reader.at(&house).value(asked).await, "one");
        }
        let other = json!({"SecretId": "none"});
        reader.at(&house).call("GetSecretValue", other).await.is(&refused(&reader.arn, "none"));
    }
    assert_eq!(loosely.at(&house).value("db-replica").await, "two");
    by_name
        .at(&house)
        .call("GetSecretValue", json!({"SecretId": "db-replica"}))
        .await
        .is(&refused(&by_name.arn, "db-replica"));

    admin.ask("DeleteSecret", json!({"SecretId": "db", "ForceDeleteWithoutRecovery": true})).await;
    let gone = json!({"SecretId": "db"});
    exactly.at(&house).call("GetSecretValue", gone.clone()).await.is(&refused(&exactly.arn, "db"));
    by_name.at(&house).call("GetSecretValue", gone.clone()).await.is(&not_found());
    loosely.at(&house).call("GetSecretValue", gone).await.is(&not_found());
    exactly.at(&house).call("GetSecretValue", json!({"SecretId": arn})).await.is(&not_found());
}

#[tokio::test]
async fn a_caller_reads_the_secrets_of_their_team_and_no_others() {
    let house = House::open().await;
    let admin = house.admin();
    for (name, team) in [("a", "core"), ("b", "web")] {
        let tags = json!([{"Key": "Team", "Value": team}]);
        admin
            .ask(
                "CreateSecret",
                json!({"Name": name, "ClientRequestToken": token(1), "SecretString": name, "Tags": tags}),
            )
            .await;
    }
    for key in ["aws:ResourceTag/Team", "secretsmanager:ResourceTag/team"] {
        let policy = when(&[READ], json!({"StringEquals": {key: "${aws:PrincipalTag/team}"}}));
        let name = key.replace([':', '/'], "-");
        let user = house.user(&name, &policy).await;
        admin.tag_user(&name, "team", "core").await;
        assert_eq!(user.at(&house).value("a").await, "a");
        for asked in ["b", "none"] {
            let refused = not_allowed(&user.arn, READ, asked, "identity-based");
            user.at(&house).call("GetSecretValue", json!({"SecretId": asked})).await.is(&refused);
        }
    }
}

#[tokio::test]
async fn a_secret_made_with_tags_needs_the_right_to_tag_and_its_tags_are_the_requests() {
    let house = House::open().await;
    let untagged = house.user("untagged", &document(allow(&["secretsmanager:CreateSecret"], "*"))).await;
    let members = |name: &str, tags: Value| json!({"Name": name, "ClientRequestToken": token(1), "SecretString": "x", "Tags": tags});
    let core = json!([{"Key": "team", "Value": "core"}]);
    let refused = not_allowed(&untagged.arn, "secretsmanager:TagResource", "db", "identity-based");
    untagged.at(&house).call("CreateSecret", members("db", core.clone())).await.is(&refused);
    assert_eq!(untagged.at(&house).call("CreateSecret", members("plain", json!([]))).await.status, 200);

    let policy = when(
        &["secretsmanager:CreateSecret", "secretsmanager:TagResource"],
        json!({
            "StringEquals": {"aws:RequestTag/team": "core", "aws:ResourceTag/team": "core"},
            "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
        }),
    );
    let alice = house.user("alice", &policy).await;
    let create = async |name: &str, tags: Value| alice.at(&house).call("CreateSecret", members(name, tags)).await;
    assert_eq!(create("db", core.clone()).await.status, 200);
    create("db", core.clone()).await.json();
    let refused = |name: &str| not_allowed(&alice.arn, "secretsmanager:CreateSecret", name, "identity-based");
    create("other", json!([])).await.is(&refused("other"));
    create("other", json!([{"Key": "team", "Value": "web"}])).await.is(&refused("other"));
    create("other", json!([{"Key": "team", "Value": "core"}, {"Key": "x", "Value": "y"}])).await.is(&refused("other"));
    // Who may not make it does not learn that it is there either.
    create("plain", json!([])).await.is(&refused("plain"));
    let other_token = json!({"Name": "plain", "ClientRequestToken": token(2), "SecretString": "x", "Tags": core});
    alice.at(&house).call("CreateSecret", other_token).await.is(&name_exists("plain"));
}

#[tokio::test]
async fn nobody_tags_away_their_own_right_to_tag() {
    let house = House::open().await;
    let admin = house.admin();
    let tags = json!([{"Key": "team", "Value": "core"}]);
    admin.ask("CreateSecret", json!({"Name": "db", "ClientRequestToken": token(1), "Tags": tags})).await;
    let policy = when(
        &["secretsmanager:TagResource", "secretsmanager:UntagResource"],
        json!({"StringEquals": {"aws:ResourceTag/team": "core"}}),
    );
    let alice = house.user("alice", &policy).await;
    let refused = |action: &str| not_allowed(&alice.arn, action, "db", "identity-based");
    let web = json!({"SecretId": "db", "Tags": [{"Key": "team", "Value": "web"}]});
    alice.at(&house).call("TagResource", web.clone()).await.is(&refused("secretsmanager:TagResource"));
    let untag = json!({"SecretId": "db", "TagKeys": ["team"]});
    alice.at(&house).call("UntagResource", untag).await.is(&refused("secretsmanager:UntagResource"));
    let more = json!({"SecretId": "db", "Tags": [{"Key": "stage", "Value": "prod"}]});
    alice.at(&house).call("TagResource", more).await.is_empty_success();
    admin.call("TagResource", web).await.is_empty_success();
}

#[tokio::test]
async fn policies_tell_versions_apart() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.put("db", 2, "two").await;
    let policy = when(&[READ], json!({"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}));
    let current = house.user("current", &policy).await;
    assert_eq!(current.at(&house).value("db").await, "two");
    let refused = not_allowed(&current.arn, READ, "db", "identity-based");
    for members in [
        json!({"SecretId": "db", "VersionStage": "AWSPREVIOUS"}),
        json!({"SecretId": "db", "VersionId": token(1)}),
        json!({"SecretId": "db", "VersionId": token(2)}),
    ] {
        current.at(&house).call("GetSecretValue", members).await.is(&refused);
    }
    let with_stage = json!({"SecretId": "db", "VersionId": token(2), "VersionStage": "AWSCURRENT"});
    assert_eq!(current.at(&house).ask("GetSecretValue", with_stage).await["SecretString"], "two");
}

#[tokio::test]
async fn a_batch_needs_its_own_right_and_each_read_its_own() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("a", "one").await;
    admin.create("b", "two").await;
    let reader = house.user("reader", &document(allow(&[READ], "*"))).await;
    let batch = "secretsmanager:BatchGetSecretValue";
    let by_id = json!({"SecretIdList": ["a", "b"]});
    let refused = not_allowed(&reader.arn, batch, "", "identity-based");
    reader.at(&house).call("BatchGetSecretValue", by_id.clone()).await.is(&refused);

    let statements = json!([
        {"Effect": "Allow", "Action": batch, "Resource": "*"},
        {
            "Effect": "Allow", "Action": READ, "Resource": arn,
            "Condition": {"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}},
        },
    ]);
    let batcher = house.user("batcher", &document(statements)).await;
    let answer = batcher.at(&house).ask("BatchGetSecretValue", by_id).await;
    assert_eq!(answer["SecretValues"].as_array().unwrap().len(), 1);
    assert_eq!(answer["SecretValues"][0]["SecretString"], "one");
    let text = not_allowed(&batcher.arn, READ, "b", "identity-based").text.unwrap();
    assert_eq!(answer["Errors"], json!([{"SecretId": "b", "ErrorCode": "AccessDeniedException", "Message": text}]));
    let by_filter = json!({"Filters": [{"Key": "name", "Values": ["a"]}]});
    let refused = not_allowed(&batcher.arn, "secretsmanager:ListSecrets", "", "identity-based");
    batcher.at(&house).call("BatchGetSecretValue", by_filter).await.is(&refused);
}

#[tokio::test]
async fn lists_show_everything_unless_the_operator_wants_less() {
    let describable = json!([
        allow(&["secretsmanager:ListSecrets", "secretsmanager:BatchGetSecretValue"], "*"),
        allow(&["secretsmanager:DescribeSecret", READ], &arn_of("mine/*")),
    ]);
    for (setting, shown) in [("false", 12), ("true", 4)] {
        let house = House::open_with(&[("access.list_only_describable", setting)]).await;
        for number in 0..12 {
            let folder = if number % 3 == 0 { "mine" } else { "theirs" };
            house.admin().create(&format!("{folder}/{number:02}"), "value").await;
        }
        let lister = house.user("lister", &document(describable.clone())).await;
        let list = async |members: Value| lister.at(&house).ask("ListSecrets", members).await;
        let all = list(json!({})).await;
        assert_eq!(all["SecretList"].as_array().unwrap().len(), shown, "{setting}");
        assert!(all.get("NextToken").is_none());
        if setting == "true" {
            // Pages are full although much lies between their rows.
            let first = list(json!({"MaxResults": 3})).await;
            assert_eq!(first["SecretList"].as_array().unwrap().len(), 3);
            let second = list(json!({"MaxResults": 3, "NextToken": first["NextToken"]})).await;
            assert_eq!(second["SecretList"].as_array().unwrap().len(), 1);
            assert!(second.get("NextToken").is_none());
            let filters = json!([{"Key": "name", "Values": ["theirs", "mine"]}]);
            assert_eq!(list(json!({"Filters": filters})).await["SecretList"].as_array().unwrap().len(), 4);
            let batch = lister.at(&house).ask("BatchGetSecretValue", json!({"Filters": filters})).await;
            assert_eq!(batch["SecretValues"].as_array().unwrap().len(), 4);
            assert_eq!(batch["Errors"], json!([]));
        }
    }
}

#[tokio::test]
async fn a_deletion_may_be_bounded_to_long_windows() {
    let house = House::open().await;
    house.admin().create("db", "one").await;
    let statements = json!([
        {"Effect": "Allow", "Action": "secretsmanager:DeleteSecret", "Resource": "*"},
        {
            "Effect": "Deny", "Action": "secretsmanager:DeleteSecret", "Resource": "*",
            "Condition": {"Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}},
        },
        {
            "Effect": "Deny", "Action": "secretsmanager:DeleteSecret", "Resource": "*",
            "Condition": {"NumericLessThan": {"secretsmanager:RecoveryWindowInDays": "14"}},
        },
    ]);
    let alice = house.user("alice", &document(statements)).await;
    let reason = "with an explicit deny in an identity-based policy";
    let refused = denied_to(&alice.arn, "secretsmanager:DeleteSecret", "db", reason);
    for members in [
        json!({"SecretId": "db", "ForceDeleteWithoutRecovery": true}),
        json!({"SecretId": "db", "RecoveryWindowInDays": 7}),
    ] {
        alice.at(&house).call("DeleteSecret", members).await.is(&refused);
    }
    let members = json!({"SecretId": "db", "RecoveryWindowInDays": 14});
    assert_eq!(alice.at(&house).call("DeleteSecret", members).await.status, 200);
}
