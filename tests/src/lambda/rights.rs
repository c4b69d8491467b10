//! Who may do what with functions.

use serde_json::{Value, json};

use super::{Workshop, asked, function_arn, in_path, path, trusting_lambda};
use crate::{
    house::ACCOUNT,
    letters::{Answer, Persona},
    people::{OTHER_ACCOUNT, Person, allow, allow_if, document},
};

#[track_caller]
fn is_denied(answer: &Answer, person: &Person, action: &str, resource: &str, layer: &str) {
    let text = format!(
        "User: {} is not authorized to perform: {action} on resource: {resource} because no {layer} policy allows the \
         {action} action",
        person.arn
    );
    answer.is_rest_error(403, "AccessDeniedException", &text);
}

async fn create(person: &Person, workshop: &Workshop, name: &str, more: Value) -> Answer {
    person.at(&workshop.house).rest("POST", "/2015-03-31/functions", workshop.asked(name, more)).await
}

#[tokio::test]
async fn a_role_is_passed_on_only_by_who_may() {
    let workshop = Workshop::open().await;
    let house = &workshop.house;
    let maker = house.user("maker", &document(json!([allow(&["lambda:*"], "*")]))).await;
    let role = &workshop.role.arn;
    is_denied(&create(&maker, &workshop, "app", json!({})).await, &maker, "iam:PassRole", role, "identity-based");
    for (condition, may) in [
        (json!({"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}), false),
        (json!({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}), true),
        (json!({"ArnLike": {"iam:AssociatedResourceArn": function_arn("other")}}), false),
        (json!({"ArnLike": {"iam:AssociatedResourceArn": function_arn("app*")}}), true),
    ] {
        let statements = json!([allow(&["lambda:*"], "*"), allow_if(&["iam:PassRole"], role, condition.clone())]);
        house.admin().put_user_policy("maker", &document(statements)).await;
        let answer = create(&maker, &workshop, "app", json!({})).await;
        assert_eq!(answer.status, if may { 201 } else { 403 }, "{condition}: {}", answer.text());
        if may {
            workshop.admin().rest("DELETE", &path("app", ""), Value::Null).await.is_rest_empty(204);
        }
    }
}

#[tokio::test]
async fn another_role_is_passed_on_anew() {
    let workshop = Workshop::open().await;
    let house = &workshop.house;
    workshop.made("app").await;
    let other = house.admin().role("other", &trusting_lambda(), "").await;
    let changer = house.user("changer", &document(json!([allow(&["lambda:*"], "*")]))).await;
    let update = |members: Value| {
        let persona = changer.at(house);
        async move { persona.rest("PUT", &path("app", "/configuration"), members).await }
    };
    update(json!({"Timeout": 5})).await.rest_json(200);
    update(json!({"Role": workshop.role.arn})).await.rest_json(200);
    let answer = update(json!({"Role": other.arn})).await;
    is_denied(&answer, &changer, "iam:PassRole", &other.arn, "identity-based");
    let statements = json!([allow(&["lambda:*"], "*"), allow(&["iam:PassRole"], "*")]);
    house.admin().put_user_policy("changer", &document(statements)).await;
    assert_eq!(update(json!({"Role": other.arn})).await.rest_json(200)["Role"], other.arn);
    let foreign = update(json!({"Role": format!("arn:aws:iam::{OTHER_ACCOUNT}:role/worker")})).await;
    foreign.is_rest_error(403, "AccessDeniedException", "Cross-account pass role is not allowed.");
}

#[tokio::test]
async fn who_may_not_does_not_learn_what_is_there() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let nobody = workshop.house.user("nobody", "").await;
    for name in ["app", "none"] {
        let read = nobody.at(&workshop.house).rest("GET", &path(name, ""), Value::Null).await;
        is_denied(&read, &nobody, "lambda:GetFunction", &function_arn(name), "identity-based");
        let called = nobody.at(&workshop.house).invoke(name, &[], b"{}").await;
        is_denied(&called, &nobody, "lambda:InvokeFunction", &function_arn(name), "identity-based");
    }
    assert_eq!(workshop.host.calls().len(), 0);
}

#[tokio::test]
async fn a_call_is_for_the_version_or_alias_that_is_named() {
    let workshop = Workshop::open().await;
    workshop.made_with("app", json!({"Publish": true})).await;
    let alias = json!({"Name": "live", "FunctionVersion": "1"});
    workshop.admin().rest("POST", &path("app", "/aliases"), alias).await.rest_json(201);
    let live = function_arn("app") + ":live";
    let caller = workshop.house.user("caller", &document(json!([allow(&["lambda:InvokeFunction"], &live)]))).await;
    let invoke = |name: &'static str| {
        let persona = caller.at(&workshop.house);
        async move { persona.invoke(name, &[], b"{}").await }
    };
    invoke("app%3Alive").await.rest_json(200);
    is_denied(&invoke("app").await, &caller, "lambda:InvokeFunction", &function_arn("app"), "identity-based");
    let one = function_arn("app") + ":1";
    is_denied(&invoke("app%3A1").await, &caller, "lambda:InvokeFunction", &one, "identity-based");
}

#[tokio::test]
async fn another_account_calls_what_both_sides_allow() {
    let workshop = Workshop::open().await;
    let house = &workshop.house;
    workshop.made("app").await;
    let root = house.open_account(OTHER_ACCOUNT).await;
    let persona =
        Persona { access_key_id: &root.access_key_id, secret_access_key: &root.secret_access_key, ..house.admin() };
    let guest = persona.user("guest", &document(json!([allow(&["lambda:InvokeFunction"], "*")]))).await;
    let idle = persona.user("idle", "").await;
    let target = in_path(&function_arn("app"));
    let invoke = |person: &Person| {
        let (person, target) = (person.clone(), target.clone());
        async move { person.at(house).invoke(&target, &[], b"{}").await }
    };
    let action = "lambda:InvokeFunction";
    is_denied(&invoke(&guest).await, &guest, action, &function_arn("app"), "resource-based");
    let add = json!({"StatementId": "guests", "Action": action, "Principal": OTHER_ACCOUNT});
    workshop.admin().rest("POST", &path("app", "/policy"), add).await.rest_json(201);
    invoke(&guest).await.rest_json(200);
    is_denied(&invoke(&idle).await, &idle, action, &function_arn("app"), "identity-based");
    // The function runs in its own account.
    let call = &workshop.host.calls()[0];
    assert_eq!(call.arn, function_arn("app"));
    // Nothing else is theirs, and neither is what is not there.
    let read = guest.at(house).rest("GET", &path(&target, ""), Value::Null).await;
    assert_eq!(read.status, 403);
    let none = in_path(&function_arn("none"));
    let missing = guest.at(house).invoke(&none, &[], b"{}").await;
    is_denied(&missing, &guest, action, &function_arn("none"), "resource-based");
}

#[tokio::test]
async fn in_its_own_account_either_side_is_enough() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let bob = workshop.house.user("bob", "").await;
    assert_eq!(bob.at(&workshop.house).invoke("app", &[], b"{}").await.status, 403);
    let add = json!({"StatementId": "bob", "Action": "lambda:InvokeFunction", "Principal": bob.arn});
    workshop.admin().rest("POST", &path("app", "/policy"), add).await.rest_json(201);
    bob.at(&workshop.house).invoke("app", &[], b"{}").await.rest_json(200);
    let deny = json!([{"Effect": "Deny", "Action": "lambda:InvokeFunction", "Resource": "*"}]);
    workshop.admin().put_user_policy("bob", &document(deny)).await;
    let answer = bob.at(&workshop.house).invoke("app", &[], b"{}").await;
    assert!(answer.text().contains("with an explicit deny in an identity-based policy"), "{}", answer.text());
}

#[tokio::test]
async fn a_statement_for_a_service_lets_no_caller_in() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let bob = workshop.house.user("bob", "").await;
    let add = json!({
        "StatementId": "service", "Action": "lambda:InvokeFunction", "Principal": "secretsmanager.amazonaws.com",
    });
    workshop.admin().rest("POST", &path("app", "/policy"), add).await.rest_json(201);
    assert_eq!(bob.at(&workshop.house).invoke("app", &[], b"{}").await.status, 403);
    // Nor one for what does not call through a function's URL.
    let add = json!({
        "StatementId": "url", "Action": "lambda:InvokeFunction", "Principal": "*", "InvokedViaFunctionUrl": true,
    });
    workshop.admin().rest("POST", &path("app", "/policy"), add).await.rest_json(201);
    assert_eq!(bob.at(&workshop.house).invoke("app", &[], b"{}").await.status, 403);
}

#[tokio::test]
async fn tags_of_functions_and_of_requests_decide() {
    let workshop = Workshop::open().await;
    let house = &workshop.house;
    let own = json!({"StringEquals": {"aws:ResourceTag/team": "core"}});
    let tagged = json!({"StringEquals": {"aws:RequestTag/team": "core"}, "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}});
    let statements = json!([
        allow_if(&["lambda:InvokeFunction", "lambda:GetFunction"], "*", own),
        allow_if(&["lambda:CreateFunction", "lambda:TagResource"], "*", tagged),
        allow(&["iam:PassRole"], "*"),
    ]);
    let bob = house.user("bob", &document(statements)).await;
    assert_eq!(create(&bob, &workshop, "app", json!({})).await.status, 403);
    assert_eq!(create(&bob, &workshop, "app", json!({"Tags": {"team": "edge"}})).await.status, 403);
    assert_eq!(create(&bob, &workshop, "app", json!({"Tags": {"team": "core", "x": "y"}})).await.status, 403);
    create(&bob, &workshop, "app", json!({"Tags": {"team": "core"}})).await.rest_json(201);
    workshop.made_with("other", json!({"Tags": {"team": "edge"}})).await;
    bob.at(house).invoke("app", &[], b"{}").await.rest_json(200);
    bob.at(house).rest("GET", &path("app", ""), Value::Null).await.rest_json(200);
    assert_eq!(bob.at(house).invoke("other", &[], b"{}").await.status, 403);
}

#[tokio::test]
async fn whom_a_statement_lets_in_decides_who_may_add_it() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let only = json!({"StringEquals": {"lambda:Principal": "secretsmanager.amazonaws.com"}});
    let policy = document(json!([allow_if(&["lambda:AddPermission"], "*", only)]));
    let bob = workshop.house.user("bob", &policy).await;
    let add = |sid: &str, principal: &str| {
        let members = json!({"StatementId": sid, "Action": "lambda:InvokeFunction", "Principal": principal});
        let persona = bob.at(&workshop.house);
        async move { persona.rest("POST", &path("app", "/policy"), members).await }
    };
    add("one", "secretsmanager.amazonaws.com").await.rest_json(201);
    is_denied(&add("two", "*").await, &bob, "lambda:AddPermission", &function_arn("app"), "identity-based");
}

#[tokio::test]
async fn functions_of_a_closed_account_serve_nobody() {
    let workshop = Workshop::open().await;
    let house = &workshop.house;
    let root = house.open_account(OTHER_ACCOUNT).await;
    let persona = root.at(house);
    let role = persona.role("worker", &trusting_lambda(), "").await;
    let members = asked("app", &role.arn, json!({}));
    let arn = persona.rest("POST", "/2015-03-31/functions", members).await.rest_json(201);
    let arn = arn["FunctionArn"].as_str().unwrap().to_owned();
    let target = in_path(&arn);
    let add = json!({"StatementId": "us", "Action": "lambda:InvokeFunction", "Principal": ACCOUNT});
    persona.rest("POST", &path("app", "/policy"), add).await.rest_json(201);
    let caller = house.user("caller", &document(json!([allow(&["lambda:*"], "*")]))).await;
    caller.at(house).invoke(&target, &[], b"{}").await.rest_json(200);
    house.close_account(OTHER_ACCOUNT).await;
    let answer = caller.at(house).invoke(&target, &[], b"{}").await;
    is_denied(&answer, &caller, "lambda:InvokeFunction", &arn, "resource-based");
}
