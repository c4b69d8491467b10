//! People and programs of the accounts: users with keys, sessions of roles, and what they ask of IAM and STS. All of them
//! are made through the API.

use serde_json::{Value, json};

use crate::{
    house::House,
    letters::{Answer, Letter, Persona},
};

pub(crate) const OTHER_ACCOUNT: &str = "444455556666";

/// Whoever has an access key: a user, a root user, or a session.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// `AIDA…`; the account for a root user; with the session's name for a session.
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
}

/// A role and its names.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) id: String,
    pub(crate) arn: String,
}

impl Person {
    /// Calls in the house's first region.
    pub(crate) fn at<'a>(&'a self, house: &'a House) -> Persona<'a> {
        Persona {
            access_key_id: &self.access_key_id,
            secret_access_key: &self.secret_access_key,
            session_token: self.session_token.as_deref(),
            ..house.admin()
        }
    }

    /// The holder of what an answer of IAM or STS hands out.
    pub(crate) fn of(answer: &Answer, id: String, arn: String) -> Self {
        Self {
            id,
            arn,
            access_key_id: answer.element("AccessKeyId"),
            secret_access_key: answer.element("SecretAccessKey"),
            session_token: answer.text().contains("<SessionToken>").then(|| answer.element("SessionToken")),
        }
    }
}

impl House {
    /// Another account; its root user.
    pub(crate) async fn open_account(&self, id: &str) -> Person {
        let members = json!({"Name": format!("account {id}"), "AccountId": id});
        let answer = self.admin().keepwell("CreateAccount", members).await.json();
        let key = |member: &str| answer["RootAccessKey"][member].as_str().unwrap().to_owned();
        Person {
            id: id.to_owned(),
            arn: format!("arn:aws:iam::{id}:root"),
            access_key_id: key("AccessKeyId"),
            secret_access_key: key("SecretAccessKey"),
            session_token: None,
        }
    }

    pub(crate) async fn close_account(&self, id: &str) {
        self.admin().keepwell("CloseAccount", json!({"AccountId": id})).await.is_empty_success();
    }

    /// A user of the first account with this inline policy.
    pub(crate) async fn user(&self, name: &str, policy: &str) -> Person {
        self.admin().user(name, policy).await
    }
}

impl Persona<'_> {
    /// A call of IAM, which is one for all regions.
    pub(crate) async fn iam(self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.iam_query(action, &joined(parameters)).await
    }

    /// A call of STS in the persona's region.
    pub(crate) async fn sts(self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let body = format!("Action={action}&Version=2011-06-15&{}", joined(parameters));
        let mut letter = Letter::form(body.as_bytes());
        Persona { service: "sts", ..self }.sign(&mut letter);
        self.house.deliver(letter).await
    }

    /// A call of keepwell's own service.
    pub(crate) async fn keepwell(self, operation: &str, members: Value) -> Answer {
        let mut letter = Letter::unsigned(operation, members.to_string().as_bytes());
        letter.set("x-amz-target", &format!("Keepwell.{operation}"));
        Persona { service: "keepwell", ..self }.sign(&mut letter);
        self.house.deliver(letter).await
    }

    /// A call of IAM whose parameters are encoded already.
    pub(crate) async fn iam_query(self, action: &str, parameters: &str) -> Answer {
        let persona = Persona { service: "iam", region: "us-east-1", ..self };
        let body = format!("Action={action}&Version=2010-05-08&{parameters}");
        let mut letter = Letter::form(body.as_bytes());
        persona.sign(&mut letter);
        self.house.deliver(letter).await
    }

    /// A user of the persona's account with an access key and, unless it is empty, an inline policy.
    pub(crate) async fn user(self, name: &str, policy: &str) -> Person {
        let user = self.iam("CreateUser", &[("UserName", name)]).await;
        user.is_success();
        if !policy.is_empty() {
            self.put_user_policy(name, policy).await;
        }
        let key = self.iam("CreateAccessKey", &[("UserName", name)]).await;
        key.is_success();
        Person::of(&key, user.element("UserId"), user.element("Arn"))
    }

    /// Puts the inline policy that [`Persona::user`] made, or will have made.
    pub(crate) async fn put_user_policy(self, user: &str, policy: &str) {
        let parameters = [("UserName", user), ("PolicyName", "inline"), ("PolicyDocument", policy)];
        self.iam("PutUserPolicy", &parameters).await.is_success();
    }

    pub(crate) async fn tag_user(self, user: &str, key: &str, value: &str) {
        let parameters = [("UserName", user), ("Tags.member.1.Key", key), ("Tags.member.1.Value", value)];
        self.iam("TagUser", &parameters).await.is_success();
    }

    /// Deletes what [`Persona::user`] made.
    pub(crate) async fn delete_user(self, name: &str, person: &Person) {
        self.iam("DeleteUserPolicy", &[("UserName", name), ("PolicyName", "inline")]).await;
        let key = [("UserName", name), ("AccessKeyId", &*person.access_key_id)];
        self.iam("DeleteAccessKey", &key).await.is_success();
        self.iam("DeleteUser", &[("UserName", name)]).await.is_success();
    }

    /// A role that this trust policy guards, with an inline policy unless it is empty.
    pub(crate) async fn role(self, name: &str, trust: &str, policy: &str) -> Role {
        let parameters = [("RoleName", name), ("AssumeRolePolicyDocument", trust)];
        let role = self.iam("CreateRole", &parameters).await;
        role.is_success();
        if !policy.is_empty() {
            let parameters = [("RoleName", name), ("PolicyName", "inline"), ("PolicyDocument", policy)];
            self.iam("PutRolePolicy", &parameters).await.is_success();
        }
        Role { id: role.element("RoleId"), arn: role.element("Arn") }
    }

    /// Assumes the role, in a session named `story`.
    pub(crate) async fn assume(self, role_arn: &str, more: &[(&str, &str)]) -> Person {
        let answer = self.ask_role(role_arn, more).await;
        answer.is_success();
        Person::of(&answer, answer.element("AssumedRoleId"), answer.element("Arn"))
    }

    pub(crate) async fn ask_role(self, role_arn: &str, more: &[(&str, &str)]) -> Answer {
        let mut parameters = vec![("RoleArn", role_arn), ("RoleSessionName", "story")];
        parameters.extend_from_slice(more);
        self.sts("AssumeRole", &parameters).await
    }

    /// A session of the persona's own.
    pub(crate) async fn own_session(self, more: &[(&str, &str)]) -> Person {
        let answer = self.sts("GetSessionToken", more).await;
        answer.is_success();
        let identity = self.sts("GetCallerIdentity", &[]).await;
        Person::of(&answer, identity.element("UserId"), identity.element("Arn"))
    }
}

/// A document with these statements.
pub(crate) fn document(statements: Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// Allows these actions on these resources.
pub(crate) fn allow(actions: &[&str], resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

/// The same, on a condition.
pub(crate) fn allow_if(actions: &[&str], resource: &str, condition: Value) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource, "Condition": condition})
}

/// A trust policy that lets this principal assume the role.
pub(crate) fn trusting(principal: &str) -> String {
    trusting_if(principal, json!({}))
}

pub(crate) fn trusting_if(principal: &str, condition: Value) -> String {
    let actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];
    let principal = json!({"AWS": principal});
    document(json!([{"Effect": "Allow", "Principal": principal, "Action": actions, "Condition": condition}]))
}

fn joined(parameters: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

/// As a form's value.
pub(crate) fn encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    value.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
