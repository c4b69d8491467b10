use serde_json::{Value, json};

use crate::{
    house::{ACCOUNT, House, REGION, SECOND_MS},
    letters::{Persona, token},
    people::{OTHER_ACCOUNT, allow, document, trusting},
    texts::{
        denied, denied_to, invalid_name, invalid_parameter, locked_out, malformed_policy, not_allowed, not_found,
        public_policy, required, scheduled, serialization, unsupported_principal, violations,
    },
};

const READ: &str = "secretsmanager:GetSecretValue";
const NOTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}}"#;

fn granting(principal: &str, action: &str) -> String {
    document(json!([{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*"}]))
}

fn denying(principal: &str, action: &str) -> String {
    document(json!([{"Effect": "Deny", "Principal": {"AWS": principal}, "Action": action, "Resource": "*"}]))
}

async fn put(persona: Persona<'_>, policy: &str) -> Value {
    persona.ask("PutResourcePolicy", json!({"SecretId": "db", "ResourcePolicy": policy})).await
}

async fn policy(persona: Persona<'_>) -> String {
    let answer = persona.ask("GetResourcePolicy", json!({"SecretId": "db"})).await;
    answer["ResourcePolicy"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_policy_takes_the_place_of_the_one_before_and_is_a_change() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let first = granting(ACCOUNT, READ);
    assert_eq!(put(admin, &first).await, json!({"ARN": arn, "Name": "db", "PolicyName": "default"}));
    house.turn_clock(SECOND_MS);
    let spaced = format!(
        "{{ \"Statement\" : [{}],\n \"Version\":\"2012-10-17\" }}",
        r#"{"Effect":"Allow",
        "Principal":"*", "Action":"secretsmanager:DescribeSecret", "Resource":"*"}"#
    );
    put(admin, &spaced).await;
    assert_eq!(policy(admin).await, spaced);
    assert_eq!(admin.describe("db").await["LastChangedDate"], json!(house.now()));
}

#[tokio::test]
async fn a_policy_grants_to_whom_it_names_and_to_nobody_else() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let alice = house.user("alice", NOTHING).await;
    let bob = house.user("bob", NOTHING).await;
    let read = json!({"SecretId": "db"});
    let refused = |arn: &str| not_allowed(arn, READ, "db", "identity-based");
    alice.at(&house).call("GetSecretValue", read.clone()).await.is(&refused(&alice.arn));

    put(admin, &granting(&alice.arn, READ)).await;
    assert_eq!(alice.at(&house).value("db").await, "one");
    bob.at(&house).call("GetSecretValue", read.clone()).await.is(&refused(&bob.arn));

    put(admin, &granting(&bob.arn, READ)).await;
    assert_eq!(bob.at(&house).value("db").await, "one");
    alice.at(&house).call("GetSecretValue", read.clone()).await.is(&refused(&alice.arn));

    // To name the account leaves it to the account's own policies.
    put(admin, &granting(ACCOUNT, READ)).await;
    bob.at(&house).call("GetSecretValue", read).await.is(&refused(&bob.arn));
}

#[tokio::test]
async fn a_deny_wins_over_what_the_callers_own_policies_allow() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let alice = house.user("alice", &document(allow(&["secretsmanager:*"], "*"))).await;
    put(admin, &denying(&alice.arn, READ)).await;
    let refused = denied_to(&alice.arn, READ, "db", "with an explicit deny in a resource-based policy");
    alice.at(&house).call("GetSecretValue", json!({"SecretId": "db"})).await.is(&refused);
    alice.at(&house).describe("db").await;
}

#[tokio::test]
async fn principals_are_kept_by_id_so_that_a_successor_of_the_same_name_is_nobody() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let owner = house.open_account(OTHER_ACCOUNT).await;
    let alice = house.user("alice", NOTHING).await;
    let trust = trusting(OTHER_ACCOUNT);
    let parameters = [("RoleName", "deploy"), ("Path", "/service/"), ("AssumeRolePolicyDocument", &*trust)];
    let role = owner.at(&house).iam("CreateRole", &parameters).await.element("Arn");
    let session = format!("arn:aws:sts::{OTHER_ACCOUNT}:assumed-role/deploy/nightly");
    let principals = json!({"AWS": [alice.arn, role, session, OTHER_ACCOUNT], "Service": "lambda.amazonaws.com"});
    let given = json!([{"Effect": "Allow", "Principal": principals, "Action": READ, "Resource": "*"}]);
    put(admin, &document(given)).await;
    assert_eq!(alice.at(&house).value("db").await, "one");
    let root = format!("arn:aws:iam::{OTHER_ACCOUNT}:root");
    let shown: Value = serde_json::from_str(&policy(admin).await).unwrap();
    assert_eq!(
        shown["Statement"][0]["Principal"],
        json!({"AWS": [alice.arn, role, session, root], "Service": "lambda.amazonaws.com"})
    );

    admin.delete_user("alice", &alice).await;
    let second = house.user("alice", NOTHING).await;
    let refused = not_allowed(&second.arn, READ, "db", "identity-based");
    second.at(&house).call("GetSecretValue", json!({"SecretId": "db"})).await.is(&refused);
    let shown = policy(admin).await;
    assert!(shown.contains(&alice.id) && !shown.contains(&alice.arn), "{shown}");
    // And it cannot be put again.
    let members = json!({"SecretId": "db", "ResourcePolicy": shown});
    admin.call("PutResourcePolicy", members).await.is(&unsupported_principal());
}

#[tokio::test]
async fn a_policy_that_names_nobody_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let before = admin.describe("db").await;
    for nobody in [
        "999988887777",
        "arn:aws:iam::999988887777:root",
        &format!("arn:aws:iam::{ACCOUNT}:user/nobody"),
        &format!("arn:aws:iam::{ACCOUNT}:role/nobody"),
        &format!("arn:aws:sts::{ACCOUNT}:assumed-role/nobody/session"),
    ] {
        let members = json!({"SecretId": "db", "ResourcePolicy": granting(nobody, READ)});
        admin.call("PutResourcePolicy", members).await.is(&unsupported_principal());
    }
    house.open_account(OTHER_ACCOUNT).await;
    house.close_account(OTHER_ACCOUNT).await;
    let members = json!({"SecretId": "db", "ResourcePolicy": granting(OTHER_ACCOUNT, READ)});
    admin.call("PutResourcePolicy", members).await.is(&unsupported_principal());
    assert_eq!(admin.describe("db").await, before);
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": READ, "Resource": "*"});
    let wrong_version = json!({"Version": "2019-10-19", "Statement": statement}).to_string();
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    for text in
        ["{", "[]", "x", r#"{"Version":"2012-10-17"}"#, &wrong_version, &deep, &document(json!([{"Effect": "No"}]))]
    {
        let members = json!({"SecretId": "db", "ResourcePolicy": text});
        admin.call("PutResourcePolicy", members).await.is(&malformed_policy());
    }
    assert!(admin.ask("GetResourcePolicy", json!({"SecretId": "db"})).await.get("ResourcePolicy").is_none());
}

#[tokio::test]
async fn a_public_policy_is_refused_when_that_is_asked_for() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let public = granting("*", READ);
    let blocked = |policy: &str| json!({"SecretId": "db", "ResourcePolicy": policy, "BlockPublicPolicy": true});
    admin.call("PutResourcePolicy", blocked(&public)).await.is(&public_policy());
    assert_eq!(admin.call("PutResourcePolicy", blocked(&granting(ACCOUNT, READ))).await.status, 200);
    // By meaning: the condition bounds the wildcard to one account.
    let bounded = document(json!([{
        "Effect": "Allow", "Principal": "*", "Action": READ, "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
    }]));
    assert_eq!(admin.call("PutResourcePolicy", blocked(&bounded)).await.status, 200);
    put(admin, &public).await;
    assert_eq!(policy(admin).await, public);
}

#[tokio::test]
async fn nobody_locks_themselves_out_not_even_root() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let alice = house.user("alice", &document(allow(&["secretsmanager:*"], "*"))).await;
    for action in ["secretsmanager:*", "secretsmanager:PutResourcePolicy", "secretsmanager:DeleteResourcePolicy"] {
        for principal in ["*", &alice.arn] {
            let members = json!({"SecretId": "db", "ResourcePolicy": denying(principal, action)});
            alice.at(&house).call("PutResourcePolicy", members).await.is(&locked_out());
        }
    }
    put(alice.at(&house), &denying("*", READ)).await;

    // Whose right is the policy's own gift keeps it.
    let bob = house.user("bob", NOTHING).await;
    put(admin, &granting(&bob.arn, "secretsmanager:PutResourcePolicy")).await;
    let members = json!({"SecretId": "db", "ResourcePolicy": granting(&bob.arn, READ)});
    bob.at(&house).call("PutResourcePolicy", members).await.is(&locked_out());
    put(bob.at(&house), &granting(&bob.arn, "secretsmanager:Put*")).await;

    let members = json!({"SecretId": "db", "ResourcePolicy": denying("*", "secretsmanager:PutResourcePolicy")});
    admin.call("PutResourcePolicy", members).await.is(&locked_out());
}

#[tokio::test]
async fn another_account_reads_and_writes_by_complete_arn_when_both_sides_allow() {
    let house = House::open().await;
    let admin = house.admin();
    let owner = house.open_account(OTHER_ACCOUNT).await;
    let key = admin.key(json!({})).await;
    let using = |account: &str| {
        let principal = json!({"AWS": format!("arn:aws:iam::{account}:root")});
        json!({"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"})
    };
    admin.put_key_policy(&key, json!([using(ACCOUNT), using(OTHER_ACCOUNT)])).await;
    let arn = admin.create_under(&key, "db", "one").await;
    let everything = document(allow(&["secretsmanager:*", "kms:*"], "*"));
    let carol = owner.at(&house).user("carol", &everything).await;
    let dave = owner.at(&house).user("dave", NOTHING).await;
    let asked = json!({"SecretId": arn});
    let no_policy = not_allowed(&carol.arn, READ, &arn, "resource-based");
    carol.at(&house).call("GetSecretValue", asked.clone()).await.is(&no_policy);

    put(admin, &granting(OTHER_ACCOUNT, "secretsmanager:*")).await;
    assert_eq!(carol.at(&house).value(&arn).await, "one");
    carol.at(&house).put(&arn, 2, "two").await;
    assert_eq!(admin.value("db").await, "two");
    let no_identity = not_allowed(&dave.arn, READ, &arn, "identity-based");
    dave.at(&house).call("GetSecretValue", asked.clone()).await.is(&no_identity);

    // The name alone means the caller's own account, and so nothing; part of an ARN does not cross.
    carol.at(&house).call("GetSecretValue", json!({"SecretId": "db"})).await.is(&not_found());
    let partial = arn.rsplit_once('-').unwrap().0;
    let partially = not_allowed(&carol.arn, READ, partial, "resource-based");
    carol.at(&house).call("GetSecretValue", json!({"SecretId": partial})).await.is(&partially);
    assert_eq!(carol.at(&house).ask("ListSecrets", json!({})).await, json!({"SecretList": []}));
    let batch = carol.at(&house).ask("BatchGetSecretValue", json!({"SecretIdList": [arn, "db"]})).await;
    assert_eq!(batch["SecretValues"][0]["SecretString"], "two");
    assert_eq!(batch["Errors"][0]["ErrorCode"], "ResourceNotFoundException");

    // A grant to one of them crosses no further than the account's own policies let it.
    put(admin, &granting(&dave.arn, READ)).await;
    dave.at(&house).call("GetSecretValue", asked.clone()).await.is(&no_identity);
    carol.at(&house).call("GetSecretValue", asked).await.is(&no_policy);
}

#[tokio::test]
async fn what_is_not_there_looks_from_another_account_like_what_may_not_be_seen() {
    let house = House::open().await;
    let arn = house.admin().create("db", "one").await;
    let owner = house.open_account(OTHER_ACCOUNT).await;
    let carol = owner.at(&house).user("carol", &document(allow(&["secretsmanager:*"], "*"))).await;
    let missing = format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:none-Ab12Cd");
    for asked in [&arn, &missing] {
        let refused = not_allowed(&carol.arn, READ, asked, "resource-based");
        carol.at(&house).call("GetSecretValue", json!({"SecretId": asked})).await.is(&refused);
    }
}

#[tokio::test]
async fn what_an_account_shares_is_out_of_reach_once_it_is_closed() {
    let house = House::open().await;
    let owner = house.open_account(OTHER_ACCOUNT).await;
    let members = json!({"Name": "db", "ClientRequestToken": token(1)});
    let arn = owner.at(&house).ask("CreateSecret", members).await["ARN"].as_str().unwrap().to_owned();
    put(owner.at(&house), &granting(ACCOUNT, "secretsmanager:DescribeSecret")).await;
    assert_eq!(house.admin().describe(&arn).await["Name"], "db");
    house.close_account(OTHER_ACCOUNT).await;
    let refused = denied("secretsmanager:DescribeSecret", &arn);
    house.admin().call("DescribeSecret", json!({"SecretId": arn})).await.is(&refused);
}

#[tokio::test]
async fn checks_come_in_their_order() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.schedule("db").await;
    let only_default =
        invalid_parameter("You can't attach or delete the resource policy other. You can only use the name default.");
    let steps = [
        (json!({"SecretId": 1}), serialization(Some("NUMBER_VALUE can not be converted to a String"))),
        (json!({"BlockPublicPolicy": true}), violations(&[required("secretId"), required("resourcePolicy")])),
        (json!({"SecretId": "no name", "ResourcePolicy": "{", "PolicyName": "other"}), invalid_name()),
        (json!({"SecretId": "none", "ResourcePolicy": "{", "PolicyName": "other"}), only_default),
        (json!({"SecretId": "none", "ResourcePolicy": "{"}), not_found()),
        (json!({"SecretId": "db", "ResourcePolicy": "{"}), scheduled()),
    ];
    for (members, refusal) in steps {
        admin.call("PutResourcePolicy", members).await.is(&refusal);
    }
}

#[tokio::test]
async fn an_operator_may_allow_fewer_characters() {
    let policy = granting(ACCOUNT, READ);
    let most = policy.chars().count().to_string();
    let house = House::open_with(&[("quota.resource_policy_chars", &most)]).await;
    let admin = house.admin();
    admin.create("db", "one").await;
    put(admin, &policy).await;
    let text = format!("A resource policy can't have more than {most} characters.");
    let members = json!({"SecretId": "db", "ResourcePolicy": format!("{policy} ")});
    admin.call("PutResourcePolicy", members).await.is(&invalid_parameter(text));
}

#[tokio::test]
async fn the_trail_keeps_the_policy_and_tells_of_refusals() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let policy = granting(ACCOUNT, READ);
    let members = json!({"SecretId": "db", "ResourcePolicy": policy, "BlockPublicPolicy": true});
    admin.ask("PutResourcePolicy", members).await;
    let alice = house.user("alice", NOTHING).await;
    alice.at(&house).call("PutResourcePolicy", json!({"SecretId": "db", "ResourcePolicy": policy})).await;
    admin.call("PutResourcePolicy", json!({"SecretId": "db", "ResourcePolicy": "{"})).await;
    let trail = house.trail();
    let [put, denied, malformed] = &trail[trail.len() - 3..] else { panic!("{trail:?}") };
    assert_eq!(
        put["requestParameters"],
        json!({"secretId": "db", "resourcePolicy": policy, "blockPublicPolicy": true})
    );
    assert_eq!((&put["responseElements"], &put["readOnly"]), (&json!({"arn": arn}), &json!(false)));
    assert_eq!((&denied["errorCode"], &denied["requestParameters"]), (&json!("AccessDenied"), &Value::Null));
    assert_eq!(denied["userIdentity"]["arn"], json!(alice.arn));
    assert_eq!(malformed["errorCode"], "MalformedPolicyDocumentException");
    assert_eq!(malformed["requestParameters"], json!({"secretId": "db", "resourcePolicy": "{"}));
}

#[tokio::test]
async fn a_policy_may_demand_that_public_ones_are_blocked() {
    let house = House::open().await;
    house.admin().create("db", "one").await;
    let guarded = document(json!([
        {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"},
        {
            "Effect": "Deny", "Action": "secretsmanager:PutResourcePolicy", "Resource": "*",
            "Condition": {"Bool": {"secretsmanager:BlockPublicPolicy": "false"}},
        },
    ]));
    let alice = house.user("alice", &guarded).await;
    let policy = granting(ACCOUNT, READ);
    let action = "secretsmanager:PutResourcePolicy";
    let refused = denied_to(&alice.arn, action, "db", "with an explicit deny in an identity-based policy");
    for block in [json!(null), json!(false)] {
        let members = json!({"SecretId": "db", "ResourcePolicy": policy, "BlockPublicPolicy": block});
        alice.at(&house).call("PutResourcePolicy", members).await.is(&refused);
    }
    let members = json!({"SecretId": "db", "ResourcePolicy": policy, "BlockPublicPolicy": true});
    assert_eq!(alice.at(&house).call("PutResourcePolicy", members).await.status, 200);
    let checked = json!({"SecretId": "db", "ResourcePolicy": policy});
    assert_eq!(alice.at(&house).ask("ValidateResourcePolicy", checked).await["PolicyValidationPassed"], true);
}
