//! People and programs of an account: users with keys, roles that are assumed, and what they ask of IAM and STS.

use crate::{
    house::House,
    letters::{Answer, Letter, Persona},
};

/// Somebody's access key, kept by the story.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
}

impl Credentials {
    /// Its holder, calling in the house's first region.
    pub(crate) fn at<'a>(&'a self, house: &'a House) -> Persona<'a> {
        let admin = house.admin();
        Persona {
            access_key_id: &self.access_key_id,
            secret_access_key: &self.secret_access_key,
            session_token: self.session_token.as_deref(),
            ..admin
        }
    }

    fn of(answer: &Answer) -> Self {
        Self {
            access_key_id: answer.element("AccessKeyId"),
            secret_access_key: answer.element("SecretAccessKey"),
            session_token: answer.text().contains("<SessionToken>").then(|| answer.element("SessionToken")),
        }
    }
}

impl Persona<'_> {
    /// A call of IAM.
    pub(crate) async fn iam(self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let persona = Persona { service: "iam", region: "us-east-1", ..self };
        self.house.deliver(persona.query(action, "2010-05-08", parameters)).await
    }

    /// A call of STS in the persona's region.
    pub(crate) async fn sts(self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let persona = Persona { service: "sts", ..self };
        self.house.deliver(persona.query(action, "2011-06-15", parameters)).await
    }

    /// Signed now, not sent yet.
    pub(crate) fn query(self, action: &str, version: &str, parameters: &[(&str, &str)]) -> Letter {
        let pairs = [("Action", action), ("Version", version)].into_iter().chain(parameters.iter().copied());
        let body: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let mut letter = Letter::form(body.join("&").as_bytes());
        self.sign(&mut letter);
        letter
    }

    /// A user of the persona's account with an access key and, unless it is empty, an inline policy.
    pub(crate) async fn user(self, name: &str, policy: &str) -> Credentials {
        self.iam("CreateUser", &[("UserName", name)]).await.is_success();
        if !policy.is_empty() {
            let parameters = [("UserName", name), ("PolicyName", "inline"), ("PolicyDocument", policy)];
            self.iam("PutUserPolicy", &parameters).await.is_success();
        }
        let key = self.iam("CreateAccessKey", &[("UserName", name)]).await;
        key.is_success();
        Credentials::of(&key)
    }

    /// A role that its account's principals may assume if their own policies say so; its ARN.
    pub(crate) async fn role(self, name: &str, trust: &str, policy: &str) -> String {
        let parameters = [("RoleName", name), ("AssumeRolePolicyDocument", trust)];
        let role = self.iam("CreateRole", &parameters).await;
        role.is_success();
        if !policy.is_empty() {
            let parameters = [("RoleName", name), ("PolicyName", "inline"), ("PolicyDocument", policy)];
            self.iam("PutRolePolicy", &parameters).await.is_success();
        }
        role.element("Arn")
    }

    /// Assumes the role.
    pub(crate) async fn assume(self, role_arn: &str, more: &[(&str, &str)]) -> Credentials {
        let mut parameters = vec![("RoleArn", role_arn), ("RoleSessionName", "story")];
        parameters.extend_from_slice(more);
        let answer = self.sts("AssumeRole", &parameters).await;
        answer.is_success();
        Credentials::of(&answer)
    }
}

/// A policy that allows one action on one resource.
pub(crate) fn allowing(action: &str, resource: &str) -> String {
    statement("Allow", action, resource, "")
}

/// A policy of one statement; `more` is what else stands in it, with its comma in front.
pub(crate) fn statement(effect: &str, action: &str, resource: &str, more: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}"{more}}}]}}"#
    )
}

/// A trust policy that lets this principal assume the role; `more` as in [`statement`].
pub(crate) fn trusting(principal: &str, more: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]{more}}}]}}"#
    )
}

fn encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    value.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

impl Answer {
    /// The text of the first element of this name.
    #[track_caller]
    pub(crate) fn element(&self, name: &str) -> String {
        let text = self.text();
        let (_, rest) = text.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {text}"));
        let (value, _) = rest.split_once(&format!("</{name}>")).unwrap();
        value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    }

    #[track_caller]
    pub(crate) fn is_success(&self) {
        assert_eq!(self.status, 200, "{}", self.text());
    }

    /// An error of the query protocol: its status, code and message.
    #[track_caller]
    pub(crate) fn is_query_error(&self, status: u16, code: &str, message: &str) {
        assert_eq!((self.status, self.element("Code")), (status, code.to_owned()), "{}", self.text());
        assert_eq!(self.element("Message"), message);
    }
}
