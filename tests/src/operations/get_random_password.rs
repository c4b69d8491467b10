use serde_json::{Value, json};

use crate::{
    house::House,
    texts::{invalid_parameter, too_large, too_small, violations},
};

const PUNCTUATION: &str = r##"!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"##;

async fn password(house: &House, members: Value) -> String {
    let answer = house.admin().ask("GetRandomPassword", members).await;
    let password = answer["RandomPassword"].as_str().unwrap().to_owned();
    assert_eq!(answer, json!({"RandomPassword": password}));
    password
}

#[tokio::test]
async fn a_password_has_32_characters_and_every_type_by_default() {
    let house = House::open().await;
    for _ in 0..50 {
        let password = password(&house, json!({})).await;
        assert_eq!(password.len(), 32);
        assert!(password.contains(|c: char| c.is_ascii_uppercase()));
        assert!(password.contains(|c: char| c.is_ascii_lowercase()));
        assert!(password.contains(|c: char| c.is_ascii_digit()));
        assert!(password.contains(|c: char| PUNCTUATION.contains(c)));
        assert!(!password.contains(' '));
    }
}

#[tokio::test]
async fn a_password_is_made_of_what_is_left() {
    let house = House::open().await;
    let members = json!({
        "PasswordLength": 4096, "ExcludeNumbers": true, "ExcludePunctuation": true, "ExcludeUppercase": true,
        "ExcludeCharacters": "abcdefghijklm", "IncludeSpace": true,
    });
    let password = password(&house, members).await;
    assert_eq!(password.len(), 4096);
    assert!(password.bytes().all(|byte| byte == b' ' || (b'n'..=b'z').contains(&byte)), "{password}");
    assert!(password.contains(' '));
}

#[tokio::test]
async fn an_emptied_type_is_passed_over_when_none_is_required() {
    let house = House::open().await;
    let members = json!({
        "PasswordLength": 1, "ExcludeCharacters": "0123456789", "RequireEachIncludedType": false,
    });
    assert_eq!(password(&house, members).await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_made_is_refused() {
    let house = House::open().await;
    let admin = house.admin();
    let nothing_left = json!({
        "ExcludeNumbers": true, "ExcludePunctuation": true, "ExcludeUppercase": true, "ExcludeLowercase": true,
    });
    let refusals = [
        (json!({"PasswordLength": 3}), invalid_parameter("Password length is too short based on the required types.")),
        (
            json!({"ExcludeCharacters": "0123456789"}),
            invalid_parameter("All characters of the desired type have been excluded."),
        ),
        (nothing_left, invalid_parameter("All characters have been excluded from selection.")),
        (json!({"PasswordLength": 0}), violations(&[too_small("'0'", "passwordLength", 1)])),
        (json!({"PasswordLength": 4097}), violations(&[too_large("'4097'", "passwordLength", 4096)])),
    ];
    for (members, refusal) in refusals {
        admin.call("GetRandomPassword", members).await.is(&refusal);
    }
}
