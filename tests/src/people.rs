//! Accounts and users of a house, put straight into its store: for stories of what they may do, whoever made them.

use contract::{
    AccountRecord, AccountStatus, Change, Commit, CredentialRecord, CredentialStatus, Entity, EntityKind,
    IdentityChange, PolicyDocument, RoleRecord, Tag, UserRecord,
};
use gate::{AccessKeyPrefix, NewAccessKey, UniqueIdPrefix, new_access_key, new_unique_id, seal_secret_access_key};
use keepwell::system::SystemEntropy;
use policy::Action;
use serde_json::{Value, json};
use terms::{AccountId, Clock, EventId, Region, RequestId};
use trail::{ServiceEvent, Subject};

use crate::{
    house::{ACCOUNT, House, REGION},
    letters::Persona,
};

pub(crate) const OTHER_ACCOUNT: &str = "444455556666";

/// A user, or a root user, with an access key.
pub(crate) struct Person {
    /// `AIDA…`; the account for a root user.
    pub(crate) id: String,
    pub(crate) arn: String,
    access_key_id: String,
    secret_access_key: String,
}

impl Person {
    pub(crate) fn at<'a>(&'a self, house: &'a House) -> Persona<'a> {
        let Self { access_key_id, secret_access_key, .. } = self;
        Persona {
            house,
            access_key_id,
            secret_access_key,
            session_token: None,
            region: REGION,
            service: "secretsmanager",
        }
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

impl House {
    /// Another account; its root user.
    pub(crate) async fn open_account(&self, id: &str) -> Person {
        let account = AccountRecord {
            id: account(id),
            name: format!("account {id}"),
            created_at: self.clock().now(),
            status: AccountStatus::Active,
            wrapped_key: Vec::new(),
        };
        self.make(account.id, Change::Account(account), None).await;
        let (person, key) = self.access_key(id, None, format!("arn:aws:iam::{id}:root"));
        self.put_identities(id, |change| change.put(Entity::AccessKey(key))).await;
        person
    }

    /// A user of the first account with this inline policy.
    pub(crate) async fn user(&self, name: &str, policy: &str) -> Person {
        self.user_in(ACCOUNT, name, policy, &[]).await
    }

    pub(crate) async fn user_in(&self, account: &str, name: &str, policy: &str, tags: &[(&str, &str)]) -> Person {
        let user = UserRecord {
            id: new_unique_id(UniqueIdPrefix::User, &SystemEntropy),
            name: name.to_owned(),
            path: "/".to_owned(),
            arn: format!("arn:aws:iam::{account}:user/{name}"),
            created_at: self.clock().now(),
            tags: tags.iter().map(|(key, value)| Tag { key: (*key).into(), value: (*value).into() }).collect(),
            boundary: None,
            inline: [("inline".to_owned(), PolicyDocument::new(policy))].into(),
            attached: Vec::new(),
            login_profile: None,
        };
        let (person, key) = self.access_key(account, Some(&user.id), user.arn.clone());
        self.put_identities(account, |change| change.put(Entity::User(user)).put(Entity::AccessKey(key))).await;
        person
    }

    /// A role of the account; its id and ARN.
    pub(crate) async fn role_in(&self, account: &str, name: &str) -> (String, String) {
        let role = RoleRecord {
            id: new_unique_id(UniqueIdPrefix::Role, &SystemEntropy),
            name: name.to_owned(),
            path: "/service/".to_owned(),
            arn: format!("arn:aws:iam::{account}:role/service/{name}"),
            created_at: self.clock().now(),
            description: None,
            trust_policy: PolicyDocument::new("{}"),
            max_session_seconds: 3600,
            tags: Vec::new(),
            boundary: None,
            inline: Default::default(),
            attached: Vec::new(),
        };
        let known = (role.id.clone(), role.arn.clone());
        self.put_identities(account, |change| change.put(Entity::Role(role))).await;
        known
    }

    pub(crate) async fn delete_user(&self, name: &str) {
        self.put_identities(ACCOUNT, |change| change.delete(EntityKind::User, name)).await;
    }

    pub(crate) async fn close_account(&self, id: &str) {
        self.make(account(id), Change::CloseAccount(account(id)), None).await;
    }

    async fn put_identities(&self, id: &str, plan: impl FnOnce(IdentityChange) -> IdentityChange) {
        let identities = self.rooms.secretsmanager.store.identities(account(id)).await.unwrap().unwrap();
        let change = plan(identities.change());
        let subject = Subject::identities_changed(&change);
        self.make(account(id), Change::Identity(change), Some(subject)).await;
    }

    async fn make(&self, account: AccountId, change: Change, subject: Option<Subject>) {
        let action = match change {
            Change::CloseAccount(_) => Action::new("keepwell:CloseAccount"),
            _ => Action::new("keepwell:CreateAccount"),
        };
        let room = &self.rooms.secretsmanager;
        let permit = room.gate.authorize_account(account, action, RequestId::random(&SystemEntropy)).unwrap();
        let event = ServiceEvent {
            event: EventId::random(&SystemEntropy),
            at: self.clock().now(),
            account,
            region: Region::parse(REGION).unwrap(),
            source: "keepwell.amazonaws.com",
            name: action.operation(),
            data: None,
        };
        let commit = Commit::under(permit).change(change).unwrap();
        room.recorder.commit_service_event(commit, &event, subject).await.unwrap();
    }

    fn access_key(&self, id: &str, user: Option<&str>, arn: String) -> (Person, CredentialRecord) {
        let account = account(id);
        let NewAccessKey { access_key_id, secret_access_key } =
            new_access_key(AccessKeyPrefix::LongTerm, account, &SystemEntropy);
        let key = self.key("keepwell credentials");
        let sealed_secret =
            seal_secret_access_key(&key, &access_key_id, account, &secret_access_key, &SystemEntropy).unwrap();
        let credential = CredentialRecord {
            access_key_id: access_key_id.clone(),
            account,
            user: user.map(str::to_owned),
            created_at: self.clock().now(),
            status: CredentialStatus::Active,
            sealed_secret,
        };
        let secret_access_key = String::from_utf8(secret_access_key.expose().to_vec()).unwrap();
        let id = user.unwrap_or(id).to_owned();
        (Person { id, arn, access_key_id, secret_access_key }, credential)
    }
}

fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}
