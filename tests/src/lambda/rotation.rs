//! Functions as Secrets Manager sees and calls them.

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;
use facades::{
    HostError, HostPlaces, InvocationEnd, RotationErrand, RotationEvent, RotationFunctionError, RotationFunctions,
    RotationStep, StepEnded, StepFailed, StepLog,
};
use gate::RequestContext;
use keepwell::system::SystemEntropy;
use serde_json::{Value, json};
use terms::{AccountId, Region, RequestId, Scope, SecretBytes};

use super::{Workshop, acting_as, function_arn, path};
use crate::{
    house::{ACCOUNT, House, REGION},
    people::{OTHER_ACCOUNT, allow, document},
};

const TOKEN: &str = "0d4f5b2e-3f43-4a6e-8a0e-000000000009";
const ROTATION_TOKEN: &str = "5d3c9a52-8d7d-4b6e-9f0e-a3f1c2d4e5f6";

fn secret_arn(account: &str) -> String {
    format!("arn:aws:secretsmanager:{REGION}:{account}:secret:db-AbCdEf")
}

/// Functions take no place at hosts.
struct Nowhere;

impl HostPlaces for Nowhere {
    fn take(&self, host: IpAddr) -> bool {
        panic!("{host}")
    }
}

/// What Secrets Manager calls for a secret of this account.
struct Errand {
    function_arn: String,
    secret_arn: String,
    account: AccountId,
    request: RequestId,
}

impl Errand {
    fn of(function_arn: &str, account: &str) -> Self {
        Self {
            function_arn: function_arn.to_owned(),
            secret_arn: secret_arn(account),
            account: AccountId::parse(account).unwrap(),
            request: RequestId::random(&SystemEntropy),
        }
    }

    fn told(&self) -> RotationErrand<'_> {
        RotationErrand {
            function_arn: &self.function_arn,
            secret_arn: &self.secret_arn,
            secret: Scope::new(self.account, Region::parse(REGION).unwrap()),
            is_managed: false,
            request: self.request,
        }
    }

    async fn is_admitted(&self, house: &House) -> bool {
        match house.rooms.lambda.admits(&self.told()).await {
            Ok(()) => true,
            Err(RotationFunctionError::NotAdmitted) => false,
            Err(other) => panic!("{other:?}"),
        }
    }

    async fn call(&self, house: &House, step: RotationStep) -> Result<StepEnded, StepFailed> {
        let rotation_token = SecretBytes::copy_of(ROTATION_TOKEN.as_bytes());
        let event = RotationEvent { step, token: TOKEN, rotation_token: &rotation_token };
        house.rooms.lambda.call(&self.told(), &event, &Nowhere).await
    }
}

fn own(function: &str) -> Errand {
    Errand::of(&function_arn(function), ACCOUNT)
}

/// A function's policy lets Secrets Manager in, with these members over the usual ones.
async fn admit(workshop: &Workshop, function: &str, more: Value) {
    let mut members = json!({
        "StatementId": "rotate", "Action": "lambda:InvokeFunction", "Principal": "secretsmanager.amazonaws.com",
    });
    for (member, value) in more.as_object().unwrap() {
        members[member] = value.clone();
    }
    let target = match function.split_once(':') {
        Some((name, qualifier)) => path(name, &format!("/policy?Qualifier={qualifier}")),
        None => path(function, "/policy"),
    };
    workshop.admin().rest("POST", &target, members).await.rest_json(201);
}

async fn ban(workshop: &Workshop, function: &str) {
    workshop.admin().rest("DELETE", &path(function, "/policy/rotate"), Value::Null).await.is_rest_empty(204);
}

#[tokio::test]
async fn a_function_is_admitted_by_its_own_policy() {
    let workshop = Workshop::open().await;
    let house = &workshop.house;
    assert!(!own("app").is_admitted(house).await, "there is none");
    workshop.made("app").await;
    assert!(!own("app").is_admitted(house).await, "it has no policy");
    for (more, is_admitted) in [
        (json!({}), true),
        (json!({"Principal": "s3.amazonaws.com"}), false),
        (json!({"Action": "lambda:GetFunction"}), false),
        (json!({"SourceAccount": ACCOUNT}), true),
        (json!({"SourceAccount": OTHER_ACCOUNT}), false),
        (json!({"SourceArn": secret_arn(ACCOUNT)}), true),
        (json!({"SourceArn": format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:app-*")}), false),
        (json!({"Principal": "*"}), true),
    ] {
        admit(&workshop, "app", more.clone()).await;
        assert_eq!(own("app").is_admitted(house).await, is_admitted, "{more}");
        ban(&workshop, "app").await;
    }
    for odd in ["app", "", "arn:aws:lambda:nowhere-9:111122223333:function:app", "arn:aws:s3:::bucket"] {
        assert!(!Errand::of(odd, ACCOUNT).is_admitted(house).await, "{odd}");
    }
}

#[tokio::test]
async fn a_secret_of_another_account_is_served_where_the_policy_says_so() {
    let workshop = Workshop::open().await;
    let house = &workshop.house;
    house.open_account(OTHER_ACCOUNT).await;
    workshop.made("app").await;
    let foreign = || Errand::of(&function_arn("app"), OTHER_ACCOUNT);
    admit(&workshop, "app", json!({"SourceAccount": ACCOUNT})).await;
    assert!(!foreign().is_admitted(house).await);
    ban(&workshop, "app").await;
    admit(&workshop, "app", json!({"SourceAccount": OTHER_ACCOUNT})).await;
    assert!(foreign().is_admitted(house).await);
    foreign().call(house, RotationStep::CreateSecret).await.unwrap();
}

#[tokio::test]
async fn each_step_arrives_with_the_event_that_aws_sends() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    admit(&workshop, "app", json!({})).await;
    let steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];
    for (step, name) in
        [RotationStep::CreateSecret, RotationStep::SetSecret, RotationStep::TestSecret, RotationStep::FinishSecret]
            .into_iter()
            .zip(steps)
    {
        let errand = own("app");
        let ended = errand.call(&workshop.house, step).await.unwrap();
        let log = StepLog { log_group: "/aws/lambda/app".to_owned(), request_id: errand.request.to_string() };
        assert_eq!(ended, StepEnded { log: Some(log) });
        let call = workshop.host.calls().pop().unwrap();
        assert_eq!((call.request_id, call.invoked_arn), (errand.request.to_string(), function_arn("app")));
        let event = format!(
            r#"{{"Step":"{name}","SecretId":"{}","ClientRequestToken":"{TOKEN}","RotationToken":"{ROTATION_TOKEN}"}}"#,
            secret_arn(ACCOUNT)
        );
        assert_eq!(call.payload, event);
        assert!(!call.session_token.is_empty());
    }
    assert_eq!(workshop.host.calls().len(), steps.len());
}

#[tokio::test]
async fn a_qualifier_is_a_function_with_a_policy_of_its_own() {
    let workshop = Workshop::open().await;
    workshop.made_with("app", json!({"Publish": true})).await;
    let alias = json!({"Name": "live", "FunctionVersion": "1"});
    workshop.admin().rest("POST", &path("app", "/aliases"), alias).await.rest_json(201);
    admit(&workshop, "app:live", json!({})).await;
    let live = Errand::of(&(function_arn("app") + ":live"), ACCOUNT);
    for other in [function_arn("app"), function_arn("app") + ":1", function_arn("app") + ":none"] {
        assert!(!Errand::of(&other, ACCOUNT).is_admitted(&workshop.house).await, "{other}");
    }
    live.call(&workshop.house, RotationStep::CreateSecret).await.unwrap();
    let call = workshop.host.calls().remove(0);
    assert_eq!((&*call.version, &*call.invoked_arn), ("1", &*live.function_arn));
}

#[tokio::test]
async fn a_call_is_recorded_as_the_services_own() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    admit(&workshop, "app", json!({})).await;
    let errand = own("app");
    errand.call(&workshop.house, RotationStep::SetSecret).await.unwrap();
    let records = workshop.house.whole_trail();
    let record = records.iter().find(|record| record["eventName"] == "Invoke").unwrap();
    assert_eq!(record["userIdentity"], json!({"type": "AWSService", "invokedBy": "secretsmanager.amazonaws.com"}));
    assert_eq!(record["eventSource"], "lambda.amazonaws.com");
    assert_eq!(
        record["requestParameters"],
        json!({"functionName": function_arn("app"), "invocationType": "RequestResponse"})
    );
    assert_eq!((&record["requestID"], &record["awsRegion"]), (&json!(errand.request.to_string()), &json!(REGION)));
    assert_eq!((&record["eventCategory"], &record["recipientAccountId"]), (&json!("Data"), &json!(ACCOUNT)));
    let raw = workshop.house.raw_trail().concat();
    assert!(!raw.contains(ROTATION_TOKEN) && !raw.contains("setSecret"));
    assert_eq!(workshop.house.close().await.audit().findings, []);
}

#[tokio::test]
async fn what_keeps_a_step_from_going_well_is_told_without_what_the_function_said() {
    let workshop = Workshop::open().await;
    let house = &workshop.house;
    let failed = async || own("app").call(house, RotationStep::SetSecret).await.unwrap_err();
    let text = format!(
        "The function {} is missing, or its policy does not let secretsmanager.amazonaws.com call it for this secret.",
        function_arn("app")
    );
    assert_eq!(failed().await, StepFailed::new(&text));
    workshop.made("app").await;
    assert_eq!(failed().await, StepFailed::new(&text));
    admit(&workshop, "app", json!({})).await;

    let raised = br#"{"errorMessage":"the password is hunter2","errorType":"ValueError"}"#;
    workshop.host.then(Ok(InvocationEnd::Failed(Bytes::from_static(raised))));
    let told = failed().await;
    assert_eq!(told.text, "The function ended with ValueError. Its log says more.");
    assert_eq!(told.log.unwrap().log_group, "/aws/lambda/app");

    workshop.host.then(Err(HostError::Internal("a path".to_owned())));
    assert_eq!(
        failed().await.text,
        "The function could not be called: the server failed, and its operator's log says why."
    );
    workshop.host.then(Err(HostError::Unserved("No Python is installed.".to_owned())));
    assert!(failed().await.text.ends_with("(InvalidRuntimeException): No Python is installed."));

    let trust = crate::people::trusting(ACCOUNT);
    let parameters = [("RoleName", "worker"), ("PolicyDocument", &*trust)];
    workshop.admin().iam("UpdateAssumeRolePolicy", &parameters).await.is_success();
    assert_eq!(failed().await.text, "The role defined for the function cannot be assumed by Lambda.");
}

#[tokio::test]
async fn where_as_many_run_as_may_a_step_is_busy_and_not_failed() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    admit(&workshop, "app", json!({})).await;
    let reserve = async |count: i32| {
        let target = "/2017-10-31/functions/app/concurrency";
        workshop.admin().rest("PUT", target, json!({"ReservedConcurrentExecutions": count})).await.rest_json(200)
    };
    reserve(1).await;
    let held = workshop.host.gate.lock().await;
    let (one, two) = (own("app"), own("app"));
    let first = one.call(&workshop.house, RotationStep::CreateSecret);
    let second = async {
        while workshop.host.calls().is_empty() {
            tokio::task::yield_now().await;
        }
        let second = two.call(&workshop.house, RotationStep::CreateSecret).await;
        drop(held);
        second
    };
    let (first, second) = tokio::join!(first, second);
    assert!(first.is_ok());
    assert!(second.unwrap_err().is_busy);
    workshop.host.then(Err(HostError::Busy));
    assert!(own("app").call(&workshop.house, RotationStep::CreateSecret).await.unwrap_err().is_busy);
    // Where nothing may ever run, waiting would not help.
    reserve(0).await;
    assert!(!own("app").call(&workshop.house, RotationStep::CreateSecret).await.unwrap_err().is_busy);
}

#[tokio::test]
async fn functions_are_not_asked_whether_the_current_version_logs_in() {
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    admit(&workshop, "app", json!({})).await;
    assert!(own("app").call(&workshop.house, RotationStep::CheckCurrent).await.is_err());
    assert_eq!(workshop.host.calls().len(), 0);
}

#[tokio::test]
async fn who_may_not_call_a_function_may_not_have_it_called() {
    let workshop = Workshop::open().await;
    let house = &workshop.house;
    workshop.made("app").await;
    let own = format!("{}*", function_arn("app"));
    let caller = acting_as(house, "asking", &document(json!([allow(&["lambda:InvokeFunction"], &own)]))).await;
    let context = RequestContext::begin(house.clock(), &SystemEntropy, [127, 0, 0, 1].into());
    let ask = async |arn: &str| house.rooms.lambda.authorize(&context, &caller, arn).await;
    assert_eq!(ask(&function_arn("app")).await, Ok(()));
    assert_eq!(ask(&(function_arn("app") + ":live")).await, Ok(()));
    let other = function_arn("other");
    let text = format!(
        "User: arn:aws:sts::{ACCOUNT}:assumed-role/asking/somebody is not authorized to perform: lambda:InvokeFunction \
         on resource: {other} because no identity-based policy allows the lambda:InvokeFunction action"
    );
    assert_eq!(ask(&other).await, Err(RotationFunctionError::Denied(text)));
    assert_eq!(ask("app").await, Err(RotationFunctionError::NotAdmitted));
}

#[tokio::test]
async fn a_function_elsewhere_serves_secrets_of_its_own_account() {
    let remote = format!("{}=https://127.0.0.1:1/rotate", function_arn("app"));
    let house = House::open_with(&[("functions.remote", &remote)]).await;
    house.open_account(OTHER_ACCOUNT).await;
    assert!(own("app").is_admitted(&house).await);
    assert!(!Errand::of(&function_arn("app"), OTHER_ACCOUNT).is_admitted(&house).await);
    let failed = own("app").call(&house, RotationStep::CreateSecret).await.unwrap_err();
    assert!(!failed.text.contains("127.0.0.1"), "{}", failed.text);
    let records = house.whole_trail();
    assert!(records.iter().any(|record| record["eventName"] == "Invoke"));
}

#[tokio::test]
async fn whether_there_is_a_function_is_known_to_who_joins_it_with_others() {
    let remote = format!("{}=https://127.0.0.1:1/rotate", function_arn("remote"));
    let house = House::open_with(&[("functions.remote", &remote)]).await;
    let has = async |arn: &str| house.rooms.lambda.has_function(arn).await.unwrap();
    assert!(has(&function_arn("remote")).await);
    assert!(!has(&function_arn("app")).await && !has("app").await);
    let workshop = Workshop::open().await;
    workshop.made("app").await;
    let has = async |arn: &str| workshop.house.rooms.lambda.has_function(arn).await.unwrap();
    assert!(has(&function_arn("app")).await && has(&(function_arn("app") + ":live")).await);
    assert!(!has(&function_arn("other")).await);
}

#[tokio::test]
async fn it_is_a_facade_for_whoever_joins_it() {
    let workshop = Workshop::open().await;
    let functions: Arc<dyn RotationFunctions> = workshop.house.rooms.lambda.clone();
    assert_eq!(functions.admits(&own("app").told()).await, Err(RotationFunctionError::NotAdmitted));
}
