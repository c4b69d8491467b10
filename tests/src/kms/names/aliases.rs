use serde_json::{Value, json};

use super::{denied, invalid};
use crate::{
    house::{ACCOUNT, House, OTHER_REGION, REGION, SECOND_MS},
    kms::{Fault, id_of},
    letters::{Answer, Persona},
    people::{OTHER_ACCOUNT, allow, document},
};

fn alias_arn(name: &str) -> String {
    format!("arn:aws:kms:{REGION}:{ACCOUNT}:{name}")
}

fn missing(name: &str) -> Fault {
    Fault::new("NotFoundException", format!("Alias {} is not found.", alias_arn(name)))
}

impl Persona<'_> {
    async fn name_key(self, operation: &str, alias: &str, key: &str) -> Answer {
        self.kms(operation, json!({"AliasName": alias, "TargetKeyId": key})).await
    }

    async fn aliases(self, members: Value) -> Vec<Value> {
        self.ask_kms("ListAliases", members).await["Aliases"].as_array().unwrap().clone()
    }

    /// The ARN of the key that an alias names.
    async fn key_named(self, alias: &str) -> Value {
        self.ask_kms("DescribeKey", json!({"KeyId": alias})).await["KeyMetadata"]["Arn"].clone()
    }
}

#[tokio::test]
async fn an_alias_moves_from_one_key_to_another_and_what_was_sealed_stays_under_the_first() {
    let house = House::open().await;
    let admin = house.admin();
    let (one, two) = (admin.key(json!({})).await, admin.key(json!({})).await);
    let made = house.now();
    admin.name_key("CreateAlias", "alias/app", &one).await.is_empty_success();
    let blob = admin.sealed("alias/app", json!({})).await;
    assert_eq!(admin.key_named("alias/app").await, json!(one));
    house.turn_clock(SECOND_MS);
    admin.name_key("UpdateAlias", "alias/app", id_of(&two)).await.is_empty_success();
    assert_eq!(admin.key_named(&alias_arn("alias/app")).await, json!(two));
    assert_eq!(admin.opened(&blob, json!({})).await.json()["KeyId"], json!(one));

    assert_eq!(admin.aliases(json!({"KeyId": one})).await, [] as [Value; 0]);
    let entry = json!({
        "AliasName": "alias/app", "AliasArn": alias_arn("alias/app"), "TargetKeyId": id_of(&two),
        "CreationDate": made, "LastUpdatedDate": house.now(),
    });
    assert_eq!(admin.aliases(json!({"KeyId": two})).await, [entry]);
    // Also after a restart.
    let house = house.restart().await;
    let admin = house.admin();
    assert_eq!(admin.key_named("alias/app").await, json!(two));
    // To the same key again.
    house.turn_clock(SECOND_MS);
    admin.name_key("UpdateAlias", "alias/app", &two).await.is_empty_success();
    assert_eq!(admin.aliases(json!({"KeyId": two})).await[0]["LastUpdatedDate"], house.now());
    admin.kms("DeleteAlias", json!({"AliasName": "alias/app"})).await.is_empty_success();
    admin.kms("DescribeKey", json!({"KeyId": "alias/app"})).await.is_kms(&missing("alias/app"));
    assert!(admin.opened(&blob, json!({})).await.status == 200);

    let names: Vec<_> = house
        .whole_trail()
        .iter()
        .filter(|record| record["eventSource"] == "kms.amazonaws.com" && record["eventName"] == "UpdateAlias")
        .map(|record| (record["eventType"].clone(), record["readOnly"].clone()))
        .collect();
    // The move changed two keys, of which the one that was left has a record of its own.
    let (call, further) = (json!("AwsApiCall"), json!("AwsServiceEvent"));
    assert_eq!(names, [(call.clone(), json!(false)), (further, json!(false)), (call, json!(false))]);
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn alias_names_have_their_rules() {
    let house = House::open().await;
    let admin = house.admin();
    let (key, mac) = (
        admin.key(json!({})).await,
        admin.key(json!({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"})).await,
    );
    let prefix = invalid(
        "Alias must start with the prefix \"alias/\". Please see \
         https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
    );
    for operation in ["CreateAlias", "UpdateAlias"] {
        for (name, fault) in [
            ("app", prefix.clone()),
            ("alias/aws/app", Fault::silent("NotAuthorizedException")),
            ("alias/a:b", invalid("alias/a:b contains invalid characters for an alias")),
        ] {
            admin.name_key(operation, name, &key).await.is_kms(&fault);
        }
        let long = format!("alias/{}", "a".repeat(251));
        let text = format!(
            "1 validation error detected: Value '{long}' at 'aliasName' failed to satisfy constraint: Member must have \
             length less than or equal to 256"
        );
        admin.name_key(operation, &long, &key).await.is_kms(&invalid(text));
        admin.name_key(operation, "alias/ä", &key).await.is_fault("ValidationException");
    }
    admin.kms("DeleteAlias", json!({"AliasName": "app"})).await.is_kms(&prefix);
    let aws = json!({"AliasName": "alias/aws/secretsmanager"});
    admin.kms("DeleteAlias", aws).await.is_kms(&Fault::silent("NotAuthorizedException"));

    admin.name_key("CreateAlias", "alias/app", &key).await.is_empty_success();
    let exists = format!("An alias with the name {} already exists", alias_arn("alias/app"));
    admin.name_key("CreateAlias", "alias/app", &mac).await.is_kms(&Fault::new("AlreadyExistsException", exists));
    let no_keys = invalid("Aliases must refer to keys. Not aliases");
    for target in ["alias/app", &alias_arn("alias/app")] {
        admin.name_key("CreateAlias", "alias/other", target).await.is_kms(&no_keys);
        admin.name_key("UpdateAlias", "alias/app", target).await.is_kms(&no_keys);
    }
    admin.name_key("UpdateAlias", "alias/app", &mac).await.is_fault("ValidationException");
    admin.name_key("UpdateAlias", "alias/none", &key).await.is_kms(&missing("alias/none"));
    admin.kms("DeleteAlias", json!({"AliasName": "alias/none"})).await.is_kms(&missing("alias/none"));

    // A Region has names of its own, and a name means a key of its own Region only.
    let there = admin.in_region(OTHER_REGION);
    let key_there = there.key(json!({})).await;
    there.name_key("CreateAlias", "alias/app", &key_there).await.is_empty_success();
    let elsewhere = Fault::new("NotFoundException", format!("Invalid arn {REGION}"));
    there.name_key("CreateAlias", "alias/other", &key).await.is_kms(&elsewhere);

    // What is about to be destroyed is given no name, and lets its own go.
    admin.kms("ScheduleKeyDeletion", json!({"KeyId": key})).await.json();
    let pending = Fault::new("KMSInvalidStateException", format!("{key} is pending deletion."));
    admin.name_key("CreateAlias", "alias/other", &key).await.is_kms(&pending);
    let other = admin.key(json!({})).await;
    admin.name_key("UpdateAlias", "alias/app", &other).await.is_empty_success();
    admin.name_key("UpdateAlias", "alias/app", &key).await.is_kms(&pending);
}

#[tokio::test]
async fn a_key_has_fifty_aliases_which_are_told_in_pages() {
    let house = House::open().await;
    let admin = house.admin();
    let (key, other) = (admin.key(json!({})).await, admin.key(json!({})).await);
    for number in 0..50 {
        admin.name_key("CreateAlias", &format!("alias/{number:02}"), &key).await.is_empty_success();
    }
    let full = "Aliases per key quota for this account in this region is 50, current usage is 50.";
    let full = Fault::new("LimitExceededException", full);
    admin.name_key("CreateAlias", "alias/50", &key).await.is_kms(&full);
    admin.name_key("CreateAlias", "alias/50", &other).await.is_empty_success();
    admin.name_key("UpdateAlias", "alias/50", &key).await.is_kms(&full);
    admin.name_key("UpdateAlias", "alias/49", &key).await.is_empty_success();

    let mut members = json!({"Limit": 7});
    let mut told = Vec::new();
    loop {
        let page = admin.ask_kms("ListAliases", members.clone()).await;
        let aliases = page["Aliases"].as_array().unwrap();
        told.extend(aliases.iter().map(|alias| alias["AliasName"].as_str().unwrap().to_owned()));
        assert_eq!(page["Truncated"], json!(page.get("NextMarker").is_some()));
        match page.get("NextMarker") {
            Some(marker) => members["Marker"] = marker.clone(),
            None => break,
        }
        assert_eq!(aliases.len(), 7);
    }
    let mut expected: Vec<String> = (0..=50).map(|number| format!("alias/{number:02}")).collect();
    expected.push("alias/aws/secretsmanager".to_owned());
    assert_eq!(told, expected);
    assert_eq!(admin.aliases(json!({})).await.len(), 50);
    assert_eq!(admin.aliases(json!({"Limit": 1000})).await.len(), 52);
    admin.kms("ListAliases", json!({"Marker": "made-up"})).await.is_fault("InvalidMarkerException");
    admin.kms("ListAliases", json!({"KeyId": "alias/01"})).await.is_fault("NotFoundException");
}

#[tokio::test]
async fn whoever_names_a_key_needs_the_right_to_the_name_and_to_the_keys() {
    let house = House::open().await;
    let admin = house.admin();
    let (one, two) = (admin.key(json!({})).await, admin.key(json!({})).await);
    let user = house.user("namer", "").await;
    let namer = user.at(&house);
    let actions = ["kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"];
    let may = async |resources: &[&str]| {
        let statements: Vec<Value> = resources.iter().map(|resource| allow(&actions, resource)).collect();
        admin.put_user_policy("namer", &document(json!(statements))).await;
    };
    let app = alias_arn("alias/app");
    let refused = |action: &str, resource: &str| denied(&user.arn, action, resource, "identity-based");
    may(&[&one, &two]).await;
    namer.name_key("CreateAlias", "alias/app", &one).await.is_kms(&refused("kms:CreateAlias", &app));
    may(&[&app]).await;
    namer.name_key("CreateAlias", "alias/app", &one).await.is_kms(&refused("kms:CreateAlias", &one));
    may(&[&app, &one]).await;
    namer.name_key("CreateAlias", "alias/app", &one).await.is_empty_success();
    namer.name_key("UpdateAlias", "alias/app", &two).await.is_kms(&refused("kms:UpdateAlias", &two));
    may(&[&app, &two]).await;
    namer.name_key("UpdateAlias", "alias/app", &two).await.is_kms(&refused("kms:UpdateAlias", &one));
    let delete = json!({"AliasName": "alias/app"});
    namer.kms("DeleteAlias", delete.clone()).await.is_kms(&refused("kms:DeleteAlias", &one));
    may(&[&app, &one, &two]).await;
    namer.name_key("UpdateAlias", "alias/app", &two).await.is_empty_success();
    may(&[&two]).await;
    namer.kms("DeleteAlias", delete.clone()).await.is_kms(&refused("kms:DeleteAlias", &app));
    may(&[&app, &two]).await;
    namer.kms("DeleteAlias", delete).await.is_empty_success();
    namer.kms("ListAliases", json!({})).await.is_denied();

    // Another account's key is not named, whatever its policy says.
    let owner = house.open_account(OTHER_ACCOUNT).await;
    let foreign = owner.at(&house).key(json!({})).await;
    let open = json!([{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}]);
    owner.at(&house).put_policy(&foreign, &document(open)).await.is_empty_success();
    admin.name_key("CreateAlias", "alias/foreign", &foreign).await.is_denied();
    admin.kms("ListAliases", json!({"KeyId": foreign})).await.is_fault("NotFoundException");
}
