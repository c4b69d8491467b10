//! Encoded authorization messages: what was decided and by what, sealed so that only whoever may decode it reads it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use policy::{Effect, Matched, Resource};
use seal::{KeyMaterial, OpenError, SealError, open_token, seal_token};
use serde::Serialize;
use terms::{AccountId, Entropy};

use crate::{
    Told,
    condition_keys::{principal_type, user_id},
    user_identity::iso_seconds,
};

/// Seals and opens the messages that DecodeAuthorizationMessage decodes.
pub struct AuthorizationMessages(KeyMaterial);

/// What DecodeAuthorizationMessage takes is no longer than 10240 characters: this much JSON, sealed and in base64.
const MESSAGE_BYTES_MAX: usize = 7_600;

impl AuthorizationMessages {
    /// The key serves for nothing else.
    pub fn new(key: KeyMaterial) -> Self {
        Self(key)
    }

    /// Encodes what was decided, for the account whose principal asked.
    pub fn seal(&self, account: AccountId, told: &Told, entropy: &dyn Entropy) -> Result<String, SealError> {
        self.seal_json(account, &message(told), entropy)
    }

    fn seal_json(&self, account: AccountId, message: &str, entropy: &dyn Entropy) -> Result<String, SealError> {
        let sealed = seal_token(&self.0, &binding(account), message.as_bytes(), entropy)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The JSON inside a message that was sealed for this account.
    pub fn open(&self, account: AccountId, encoded: &str) -> Result<String, OpenError> {
        let sealed = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| OpenError)?;
        let message = open_token(&self.0, &binding(account), &sealed)?;
        String::from_utf8(message.expose().to_vec()).map_err(|_| OpenError)
    }
}

fn binding(account: AccountId) -> Vec<u8> {
    format!("authorization message {account}").into_bytes()
}

/// AWS's form: lists stand in objects with `items`.
#[derive(Serialize)]
struct Items<T> {
    items: Vec<T>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    allowed: bool,
    explicit_deny: bool,
    matched_statements: Items<Statement<'a>>,
    failures: Items<()>,
    context: Context<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Statement<'a> {
    statement_id: &'a str,
    effect: &'static str,
    /// AWS repeats the statement instead; its place is shorter and says more.
    source_policy_id: &'a str,
    statement_index: usize,
}

#[derive(Serialize)]
struct Context<'a> {
    principal: Asker,
    action: &'a str,
    resource: &'a str,
    conditions: Items<Condition>,
}

#[derive(Serialize)]
struct Asker {
    id: String,
    arn: String,
}

#[derive(Serialize)]
struct Condition {
    key: String,
    values: Items<Value>,
}

#[derive(Serialize)]
struct Value {
    value: String,
}

/// The decision as JSON. When it gets too long, statements are left out, the last first.
fn message(told: &Told) -> String {
    let resource = match &told.resource {
        Resource::One { arn, .. } => &**arn,
        Resource::Every => "*",
    };
    let mut matched = told.statements();
    loop {
        let message = Message {
            allowed: told.refusal().is_none(),
            explicit_deny: told.is_by_a_deny(),
            matched_statements: Items { items: matched.iter().map(statement).collect() },
            failures: Items { items: Vec::new() },
            context: Context {
                principal: Asker { id: user_id(told.asker(), told.account()), arn: told.principal() },
                action: told.action.as_str(),
                resource,
                conditions: Items { items: conditions(told) },
            },
        };
        // Strings under fixed names: nothing in it can fail to be written.
        let json = serde_json::to_string(&message).unwrap_or_default();
        if json.len() <= MESSAGE_BYTES_MAX || matched.pop().is_none() {
            return json;
        }
    }
}

fn statement(matched: &Matched) -> Statement<'_> {
    Statement {
        statement_id: matched.sid.as_deref().unwrap_or_default(),
        effect: match matched.effect {
            Effect::Allow => "ALLOW",
            Effect::Deny => "DENY",
        },
        source_policy_id: &matched.source.id,
        statement_index: matched.statement,
    }
}

/// What is known of every request, by the principal and the time.
fn conditions(told: &Told) -> Vec<Condition> {
    let (principal, account) = (told.asker(), told.account());
    let condition =
        |key: &str, value: String| Condition { key: key.to_owned(), values: Items { items: vec![Value { value }] } };
    vec![
        condition("aws:PrincipalAccount", account.to_string()),
        condition("aws:PrincipalType", principal_type(principal).to_owned()),
        condition("aws:userid", user_id(principal, account)),
        condition("aws:CurrentTime", iso_seconds(told.at)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.iter_mut().for_each(|byte| *byte = self.0.fetch_add(7, std::sync::atomic::Ordering::Relaxed));
        }
    }

    fn account(number: &str) -> AccountId {
        AccountId::parse(number).unwrap()
    }

    #[test]
    fn a_message_opens_in_its_own_account_only() {
        let entropy = Counting(1.into());
        let messages = AuthorizationMessages::new(KeyMaterial::generate(&entropy));
        let own = account("111122223333");
        let encoded = messages.seal_json(own, "{\"allowed\":false}", &entropy).unwrap();
        assert_eq!(messages.open(own, &encoded).unwrap(), "{\"allowed\":false}");
        assert!(messages.open(account("999999999999"), &encoded).is_err());
        let other = AuthorizationMessages::new(KeyMaterial::generate(&entropy));
        assert!(other.open(own, &encoded).is_err());
    }

    #[test]
    fn the_longest_message_can_be_decoded() {
        let entropy = Counting(1.into());
        let messages = AuthorizationMessages::new(KeyMaterial::generate(&entropy));
        let longest = "x".repeat(MESSAGE_BYTES_MAX);
        assert!(messages.seal_json(account("111122223333"), &longest, &entropy).unwrap().len() <= 10_240);
    }

    #[test]
    fn what_is_no_message_does_not_open() {
        let messages = AuthorizationMessages::new(KeyMaterial::generate(&Counting(1.into())));
        for garbage in ["", "x", "Zm9v", "not base64!", "\n"] {
            assert!(messages.open(account("111122223333"), garbage).is_err(), "{garbage:?}");
        }
    }
}
