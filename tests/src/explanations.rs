//! What an account may learn afterwards of how its callers were decided about.

use serde_json::{Value, json};

use crate::{
    house::{ACCOUNT, House},
    letters::{Answer, Persona},
    people::{OTHER_ACCOUNT, Person, allow_if, document, trusting, trusting_if},
};

/// The one decision of the request, as the persona's account is told of it.
async fn explained(persona: Persona<'_>, refused: &Answer) -> Value {
    let answer = persona.keepwell("ExplainDecision", json!({"Id": refused.request_id()})).await.json();
    let [decision] = &answer["Decisions"].as_array().unwrap()[..] else { panic!("{answer}") };
    decision.clone()
}

/// What STS decodes of the message that comes with it.
async fn decoded(persona: Persona<'_>, decision: &Value) -> Value {
    let encoded = decision["EncodedMessage"].as_str().unwrap();
    let answer = persona.sts("DecodeAuthorizationMessage", &[("EncodedMessage", encoded)]).await;
    serde_json::from_str(&answer.element("DecodedMessage").replace("&quot;", "\"")).unwrap()
}

fn members<'a>(list: &'a Value, name: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|entry| entry[name].as_str().unwrap_or_default()).collect()
}

/// Everything that an account is told of its user's attempt to assume a role of another account.
async fn told_of_role(house: &House, owner: &Person, user: &Person, role: &str) -> String {
    let owner = owner.at(house);
    let role_arn = format!("arn:aws:iam::{ACCOUNT}:role/{role}");
    let answer = user.at(house).ask_role(&role_arn, &[]).await;
    let text = format!("User: {} is not authorized to perform: sts:AssumeRole on resource: {role_arn}", user.arn);
    answer.is_query_error(403, "AccessDenied", &text);
    let mut decision = explained(owner, &answer).await;
    assert_eq!(decision["Message"], text);
    let message = decoded(owner, &decision).await;
    for own in ["RequestId", "EventId", "EncodedMessage"] {
        decision.as_object_mut().unwrap().remove(own);
    }
    format!("{decision} {message}").replace(role, "ROLE")
}

#[tokio::test]
async fn no_account_learns_whether_another_has_a_role() {
    let house = House::open().await;
    let admin = house.admin();
    let owner = house.open_account(OTHER_ACCOUNT).await;
    // Conditions that hold, nearly hold or fail only where there is a role with tags.
    let probes = document(json!([
        allow_if(&["sts:AssumeRole"], "*", json!({"StringLike": {"aws:ResourceTag/team": "*"}})),
        allow_if(&["sts:AssumeRole"], "*", json!({"StringEquals": {"iam:ResourceTag/team": "other"}})),
        {"Effect": "Deny", "Action": "sts:*", "Resource": "*", "Condition": {"Null": {"aws:ResourceTag/team": "false"}}},
    ]));
    let prober = owner.at(&house).user("prober", &probes).await;
    let refusing = json!([
        {"Effect": "Allow", "Principal": {"AWS": OTHER_ACCOUNT}, "Action": "sts:AssumeRole"},
        {"Sid": "Never", "Effect": "Deny", "Principal": {"AWS": prober.arn}, "Action": "sts:AssumeRole"},
    ]);
    let nearly = trusting_if(OTHER_ACCOUNT, json!({"StringEquals": {"sts:ExternalId": "42"}}));
    for (role, trust) in [("refusing", document(refusing)), ("nearly", nearly), ("closed", trusting(ACCOUNT))] {
        admin.role(role, &trust, "").await;
        let tags = [("RoleName", role), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "red")];
        admin.iam("TagRole", &tags).await.is_success();
    }

    let of_nobody = told_of_role(&house, &owner, &prober, "nobody").await;
    assert!(of_nobody.contains("\"explicitDeny\":false") && of_nobody.contains("IDENTITY"), "{of_nobody}");
    for role in ["refusing", "nearly", "closed"] {
        assert_eq!(told_of_role(&house, &owner, &prober, role).await, of_nobody, "{role}");
    }
}

#[tokio::test]
async fn an_account_is_told_which_of_its_own_policies_refused_a_role_though_the_caller_was_not() {
    let house = House::open().await;
    let admin = house.admin();
    let user = house.user("ada", "").await;
    let trust = document(json!([{"Sid": "Never", "Effect": "Deny", "Principal": {"AWS": user.arn},
        "Action": "sts:AssumeRole"}]));
    let role = admin.role("closed", &trust, "").await;
    let answer = user.at(&house).ask_role(&role.arn, &[]).await;
    let text = format!("User: {} is not authorized to perform: sts:AssumeRole on resource: {}", user.arn, role.arn);
    answer.is_query_error(403, "AccessDenied", &text);
    let decision = explained(admin, &answer).await;
    assert_eq!(decision["Message"], text);
    assert_eq!(members(&decision["Statements"], "Sid"), ["Never"]);
    assert_eq!(decision["Layers"][0]["Layer"], "TRUST");
    assert_eq!(decoded(admin, &decision).await["explicitDeny"], true);
}

#[tokio::test]
async fn what_a_foreign_secrets_policy_says_is_told_as_far_as_the_caller_was_told() {
    let house = House::open().await;
    let admin = house.admin();
    let arn = admin.create("db", "one").await;
    let owner = house.open_account(OTHER_ACCOUNT).await;
    let reads = json!({"Sid": "Mine", "Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"});
    let guest = owner.at(&house).user("guest", &document(json!([reads]))).await;
    let policy = document(json!([
        {"Sid": "Never", "Effect": "Deny", "Principal": {"AWS": guest.arn}, "Action": "*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": guest.arn}, "Action": "*", "Resource": "*",
         "Condition": {"StringEquals": {"sts:ExternalId": "42"}}},
    ]));
    admin.ask("PutResourcePolicy", json!({"SecretId": "db", "ResourcePolicy": policy})).await;
    let answer = guest.at(&house).call("GetSecretValue", json!({"SecretId": arn})).await;
    let told = explained(owner.at(&house), &answer).await;
    let refused: Value = serde_json::from_str(&answer.text()).unwrap();
    assert_eq!(told["Message"], refused["Message"]);
    assert!(told["Message"].as_str().unwrap().ends_with("with an explicit deny in a resource-based policy"));
    assert_eq!(members(&told["Statements"], "Sid"), ["Mine"]);
    assert_eq!(members(&told["Layers"], "Layer"), ["IDENTITY"]);
    assert_eq!((&told["NearMisses"], &told["MissingKeys"]), (&json!([]), &json!([])));
    let message = decoded(owner.at(&house), &told).await;
    assert_eq!(message["explicitDeny"], true);
    assert_eq!(members(&message["matchedStatements"]["items"], "statementId"), ["Mine"]);
}
