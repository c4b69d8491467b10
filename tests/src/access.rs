//! Who may do what: roles, sessions, boundaries, codes, and how soon a change counts.

mod both_sides;
mod circumstances;

use serde_json::{Value, json};

use crate::{
    house::{ACCOUNT, HOUR_MS, House, SECOND_MS},
    letters::Persona,
    people::{OTHER_ACCOUNT, Person, allow, allow_if, document, trusting, trusting_if},
    texts::not_allowed,
};

const READ: &str = "secretsmanager:GetSecretValue";

/// Users who may assume whatever trusts them or their account.
async fn assumer(house: &House) -> Person {
    house.user("assumer", &document(allow(&["sts:*"], "*"))).await
}

fn reading(resource: &str) -> String {
    document(allow(&[READ], resource))
}

async fn is_refused(persona: Persona<'_>, caller: &str, layer: &str) {
    persona.call("GetSecretValue", json!({"SecretId": "db"})).await.is(&not_allowed(caller, READ, "db", layer));
}

/// The key is good no more.
async fn is_unknown(persona: Persona<'_>) {
    let answer = persona.call("GetSecretValue", json!({"SecretId": "db"})).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("UnrecognizedClientException"), "{}", answer.text());
}

#[tokio::test]
async fn a_role_reads_its_one_secret_and_no_other() {
    let house = House::open().await;
    let admin = house.admin();
    let (arn, other) = (admin.create("db", "one").await, admin.create("other", "two").await);
    let role = admin.role("reader", &trusting(ACCOUNT), &reading(&arn)).await;
    let session = assumer(&house).await.at(&house).assume(&role.arn, &[]).await;
    assert_eq!(session.arn, format!("arn:aws:sts::{ACCOUNT}:assumed-role/reader/story"));
    assert_eq!(session.id, format!("{}:story", role.id));
    assert_eq!(session.at(&house).value("db").await, "one");
    let refused = not_allowed(&session.arn, READ, &other, "identity-based");
    session.at(&house).call("GetSecretValue", json!({"SecretId": other})).await.is(&refused);
}

#[tokio::test]
async fn a_role_is_assumed_only_by_whom_it_trusts_and_who_may() {
    let house = House::open().await;
    let admin = house.admin();
    let role = admin.role("reader", &trusting(ACCOUNT), "").await;
    let idle = house.user("idle", "").await;
    let text = format!("User: {} is not authorized to perform: sts:AssumeRole on resource: {}", idle.arn, role.arn);
    idle.at(&house).ask_role(&role.arn, &[]).await.is_query_error(403, "AccessDenied", &text);
    // Who is trusted by name needs no policy of their own.
    let direct = admin.role("direct", &trusting(&idle.arn), "").await;
    idle.at(&house).assume(&direct.arn, &[]).await;
    let wanted = json!({"StringEquals": {"sts:ExternalId": "42"}});
    let external = admin.role("external", &trusting_if(&idle.arn, wanted), "").await;
    assert_eq!(idle.at(&house).ask_role(&external.arn, &[]).await.status, 403);
    idle.at(&house).assume(&external.arn, &[("ExternalId", "42")]).await;
}

#[tokio::test]
async fn a_session_policy_and_a_boundary_narrow_and_never_widen() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let assumer = assumer(&house).await;
    let everything = document(allow(&["secretsmanager:*"], "*"));
    let describing = document(allow(&["secretsmanager:DescribeSecret"], "*"));
    let role = admin.role("wide", &trusting(ACCOUNT), &everything).await;
    let narrowed = assumer.at(&house).assume(&role.arn, &[("Policy", &*describing)]).await;
    narrowed.at(&house).describe("db").await;
    let refused = not_allowed(&narrowed.arn, READ, "db", "session");
    narrowed.at(&house).call("GetSecretValue", json!({"SecretId": "db"})).await.is(&refused);
    let idle = admin.role("idle", &trusting(ACCOUNT), "").await;
    let widened = assumer.at(&house).assume(&idle.arn, &[("Policy", &*everything)]).await;
    is_refused(widened.at(&house), &widened.arn, "identity-based").await;

    let parameters = [("PolicyName", "bound"), ("PolicyDocument", &*describing)];
    let bound = admin.iam("CreatePolicy", &parameters).await.element("Arn");
    for (name, policy) in [("bounded", &*everything), ("empty", "")] {
        let user = house.user(name, policy).await;
        let parameters = [("UserName", name), ("PermissionsBoundary", &*bound)];
        admin.iam("PutUserPermissionsBoundary", &parameters).await.is_success();
        let layer = if policy.is_empty() { "identity-based" } else { "permissions boundary" };
        match layer {
            "identity-based" => is_refused(user.at(&house), &user.arn, layer).await,
            _ => {
                user.at(&house).describe("db").await;
                let answer = user.at(&house).call("GetSecretValue", json!({"SecretId": "db"})).await.text();
                assert!(
                    answer.contains(&format!("because no permissions boundary allows the {READ} action")),
                    "{answer}"
                );
            }
        }
    }
}

#[tokio::test]
async fn session_tags_open_what_they_match() {
    let house = House::open().await;
    let admin = house.admin();
    let tags = |team: &str| json!([{"Key": "team", "Value": team}]);
    for team in ["red", "blue"] {
        admin.create(team, team).await;
        admin.call("TagResource", json!({"SecretId": team, "Tags": tags(team)})).await.is_empty_success();
    }
    let same = json!({"StringEquals": {"secretsmanager:ResourceTag/team": "${aws:PrincipalTag/team}"}});
    let role = admin.role("team", &trusting(ACCOUNT), &document(allow_if(&[READ], "*", same))).await;
    let tag = [("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "red")];
    let session = assumer(&house).await.at(&house).assume(&role.arn, &tag).await;
    assert_eq!(session.at(&house).value("red").await, "red");
    let refused = not_allowed(&session.arn, READ, "blue", "identity-based");
    session.at(&house).call("GetSecretValue", json!({"SecretId": "blue"})).await.is(&refused);
}

#[tokio::test]
async fn a_one_time_code_opens_what_demands_it_and_only_once() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let shown = json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}});
    let user = house.user("careful", &document(allow_if(&[READ], "*", shown))).await;
    let device = admin.device("careful").await;
    admin.give_device("careful", &device).await;
    is_refused(user.at(&house), &user.arn, "identity-based").await;
    house.turn_clock(60 * SECOND_MS);
    let code = device.code(&house, 0);
    let with_code = [("SerialNumber", &*device.serial_number), ("TokenCode", &*code)];
    let session = user.at(&house).own_session(&with_code).await;
    assert_eq!(session.at(&house).value("db").await, "one");
    // Spent.
    assert_eq!(user.at(&house).sts("GetSessionToken", &with_code).await.status, 403);
    let without = user.at(&house).own_session(&[]).await;
    is_refused(without.at(&house), &user.arn, "identity-based").await;
}

#[tokio::test]
async fn a_deny_wins_over_administrator_access_and_a_group_counts_for_its_members() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let user = house.user("member", "").await;
    is_refused(user.at(&house), &user.arn, "identity-based").await;
    admin.iam("CreateGroup", &[("GroupName", "all")]).await.is_success();
    let everything = "arn:aws:iam::aws:policy/AdministratorAccess";
    admin.iam("AttachGroupPolicy", &[("GroupName", "all"), ("PolicyArn", everything)]).await.is_success();
    admin.iam("AddUserToGroup", &[("GroupName", "all"), ("UserName", "member")]).await.is_success();
    assert_eq!(user.at(&house).value("db").await, "one");
    let never = json!({"Effect": "Deny", "Action": READ, "Resource": "*"});
    admin.put_user_policy("member", &document(never)).await;
    let answer = user.at(&house).call("GetSecretValue", json!({"SecretId": "db"})).await.text();
    assert!(answer.contains("with an explicit deny in an identity-based policy"), "{answer}");
}

#[tokio::test]
async fn what_is_switched_off_or_gone_is_refused_by_the_next_request() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;

    let user = house.user("user", &reading("*")).await;
    let own = user.at(&house).own_session(&[]).await;
    assert_eq!((user.at(&house).value("db").await, own.at(&house).value("db").await), ("one".into(), "one".into()));
    let status = |status| [("UserName", "user"), ("AccessKeyId", &*user.access_key_id), ("Status", status)];
    admin.iam("UpdateAccessKey", &status("Inactive")).await.is_success();
    is_unknown(user.at(&house)).await;
    // As on AWS, sessions live on as long as their user.
    assert_eq!(own.at(&house).value("db").await, "one");
    admin.iam("UpdateAccessKey", &status("Active")).await.is_success();
    assert_eq!(user.at(&house).value("db").await, "one");
    admin.put_user_policy("user", &document(allow(&["secretsmanager:ListSecrets"], "*"))).await;
    is_refused(user.at(&house), &user.arn, "identity-based").await;
    admin.delete_user("user", &user).await;
    is_unknown(user.at(&house)).await;
    is_unknown(own.at(&house)).await;

    let role = admin.role("role", &trusting(ACCOUNT), &reading("*")).await;
    let session = assumer(&house).await.at(&house).assume(&role.arn, &[]).await;
    assert_eq!(session.at(&house).value("db").await, "one");
    admin.iam("DeleteRolePolicy", &[("RoleName", "role"), ("PolicyName", "inline")]).await.is_success();
    is_refused(session.at(&house), &session.arn, "identity-based").await;
    admin.iam("DeleteRole", &[("RoleName", "role")]).await.is_success();
    is_unknown(session.at(&house)).await;
    // A new role of the same name is another role.
    admin.role("role", &trusting(ACCOUNT), &reading("*")).await;
    is_unknown(session.at(&house)).await;
}

#[tokio::test]
async fn a_session_ends_with_its_time_or_when_it_is_revoked_and_not_with_a_restart() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let role = admin.role("role", &trusting(ACCOUNT), &reading("*")).await;
    let assumer = assumer(&house).await;
    let session = assumer.at(&house).assume(&role.arn, &[]).await;
    let house = house.restart().await;
    assert_eq!(session.at(&house).value("db").await, "one");
    house.turn_clock(HOUR_MS - SECOND_MS);
    assert_eq!(session.at(&house).value("db").await, "one");
    house.turn_clock(SECOND_MS);
    let expired = session.at(&house).call("GetSecretValue", json!({"SecretId": "db"})).await.text();
    assert!(expired.contains("ExpiredTokenException"), "{expired}");

    let session = assumer.at(&house).assume(&role.arn, &[]).await;
    house.turn_clock(10 * SECOND_MS);
    let now = jiff::Timestamp::from_millisecond(house.clock_ms()).unwrap().to_string();
    let older = json!({"DateLessThan": {"aws:TokenIssueTime": now}});
    let revoke: Value = json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": older});
    let revoke = document(revoke);
    let parameters = [("RoleName", "role"), ("PolicyName", "AWSRevokeOlderSessions"), ("PolicyDocument", &*revoke)];
    house.admin().iam("PutRolePolicy", &parameters).await.is_success();
    let refused = session.at(&house).call("GetSecretValue", json!({"SecretId": "db"})).await.text();
    assert!(refused.contains("with an explicit deny in an identity-based policy"), "{refused}");
    house.turn_clock(10 * SECOND_MS);
    let newer = assumer.at(&house).assume(&role.arn, &[]).await;
    assert_eq!(newer.at(&house).value("db").await, "one");
}

#[tokio::test]
async fn accounts_share_nothing_but_what_both_sides_allow() {
    let house = House::open().await;
    let admin = house.admin();
    let owner = house.open_account(OTHER_ACCOUNT).await;
    admin.create("db", "ours").await;
    owner.at(&house).create("db", "theirs").await;
    assert_eq!((admin.value("db").await, owner.at(&house).value("db").await), ("ours".into(), "theirs".into()));
    let reader = owner.at(&house).user("reader", &document(allow(&["sts:AssumeRole"], "*"))).await;
    assert!(!admin.iam("ListUsers", &[]).await.text().contains("<UserName>reader</UserName>"));

    // Their user assumes our role, which trusts their account.
    let role = admin.role("guests", &trusting(OTHER_ACCOUNT), &reading("*")).await;
    let session = reader.at(&house).assume(&role.arn, &[]).await;
    assert_eq!(session.at(&house).value("db").await, "ours");
    let idle = owner.at(&house).user("idle", "").await;
    assert_eq!(idle.at(&house).ask_role(&role.arn, &[]).await.status, 403);

    house.close_account(OTHER_ACCOUNT).await;
    for gone in [&owner, &reader, &idle] {
        is_unknown(gone.at(&house)).await;
    }
    // The session is of our own account.
    assert_eq!(session.at(&house).value("db").await, "ours");
}
