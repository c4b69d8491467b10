//! A house in which every request of the table is good: something of everything, in every state that a request needs.

use std::sync::Arc;

use gate::AuthorizationMessages;
use keepwell::system::SystemEntropy;
use secretsmanager::RotationSettings;
use serde_json::json;
use terms::AccountId;

use super::{
    keys::{Keys, keep_keys},
    logs::keep_logs,
    requests::POLICY,
};
use crate::{
    device::Device,
    house::{ACCOUNT, House},
    letters::token,
    people::{OTHER_ACCOUNT, Person, allow, document, encoded, trusting},
    rotation::{FUNCTION, Willing},
};

pub(super) const PASSWORD: &str = "Correct-Horse-7";
/// The caller for whom every request is good.
pub(super) const ADMINISTRATOR: &str = "alice";
const ADMINISTRATOR_ACCESS: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// What is in the house and has no name that a request could know beforehand.
pub(crate) struct Furniture {
    pub(crate) alice: Person,
    /// A session of a role that may do everything.
    pub(crate) session: Person,
    /// Whom no policy mentions: a user, and a session of a role.
    pub(crate) nobody: Person,
    pub(crate) hollow: Person,
    /// Of the user `bob`.
    pub(crate) access_key_id: String,
    /// Nobody has `spare`; bob has `phone`.
    pub(crate) spare: Device,
    pub(crate) phone: Device,
    pub(super) keys: Keys,
}

pub(crate) async fn furnished() -> (House, Furniture) {
    let house = House::open_with_rotation(Arc::new(Willing), RotationSettings::default()).await;
    house.open_account(OTHER_ACCOUNT).await;
    keep_secrets(&house).await;
    let alice = house.user(ADMINISTRATOR, "").await;
    let rights = format!("UserName={ADMINISTRATOR}&PolicyArn={ADMINISTRATOR_ACCESS}");
    make(&house, &[("AttachUserPolicy", rights)]).await;
    let bob = house.user("bob", &document(json!([allow(&["s3:GetObject"], "*")]))).await;
    make_policies(&house).await;
    make_users(&house).await;
    make_roles(&house).await;

    let root = house.admin();
    let (phone, spare) = (root.device("phone").await, root.device("spare").await);
    root.give_device("bob", &phone).await;
    make(&house, &[("TagMFADevice", format!("SerialNumber={}&{TAG}", phone.serial_number))]).await;

    let trust = trusting(ACCOUNT);
    let almighty = root.role("almighty", &trust, &document(json!(allow(&["*"], "*")))).await;
    let hollow = root.role("hollow", &trust, "").await;
    let session = alice.at(&house).assume(&almighty.arn, &[]).await;
    let hollow = alice.at(&house).assume(&hollow.arn, &[]).await;
    let nobody = house.user("nobody", "").await;
    let keys = keep_keys(&house, &alice.arn).await;
    keep_logs(&house).await;
    let furniture = Furniture { alice, session, nobody, hollow, access_key_id: bob.access_key_id, spare, phone, keys };
    (house, furniture)
}

const TAG: &str = "Tags.member.1.Key=team&Tags.member.1.Value=core";

async fn keep_secrets(house: &House) {
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.put("db", 2, "two").await;
    admin.call("TagResource", json!({"SecretId": "db", "Tags": [{"Key": "team", "Value": "core"}]})).await;
    let create = json!({"Name": "leaving", "ClientRequestToken": token(1), "SecretString": "three"});
    admin.ask("CreateSecret", create).await;
    let rotate = json!({
        "SecretId": "db", "ClientRequestToken": token(3), "RotationLambdaARN": FUNCTION, "RotateImmediately": false,
    });
    admin.ask("RotateSecret", rotate).await;
    house.rotate_due().await;
}

async fn make_policies(house: &House) {
    let policy = encoded(POLICY);
    let kept = format!("PolicyArn=arn:aws:iam::{ACCOUNT}:policy/kept");
    let rows = [
        ("CreatePolicy", format!("PolicyName=kept&PolicyDocument={policy}&{TAG}")),
        ("CreatePolicyVersion", format!("{kept}&PolicyDocument={policy}")),
        ("CreatePolicy", format!("PolicyName=loose&PolicyDocument={policy}")),
    ];
    make(house, &rows).await;
}

async fn make_users(house: &House) {
    let policy = encoded(POLICY);
    let kept = format!("arn:aws:iam::{ACCOUNT}:policy/kept");
    let rows = [
        ("CreateAccountAlias", "AccountAlias=stories".to_owned()),
        ("CreateLoginProfile", format!("UserName={ADMINISTRATOR}&Password={PASSWORD}")),
        ("CreateLoginProfile", format!("UserName=bob&Password={PASSWORD}")),
        ("AttachUserPolicy", format!("UserName=bob&PolicyArn={kept}")),
        ("PutUserPermissionsBoundary", format!("UserName=bob&PermissionsBoundary={kept}")),
        ("TagUser", format!("UserName=bob&{TAG}")),
        ("CreateUser", "UserName=leaver".to_owned()),
        ("CreateGroup", "GroupName=staff".to_owned()),
        ("AddUserToGroup", "GroupName=staff&UserName=bob".to_owned()),
        ("PutGroupPolicy", format!("GroupName=staff&PolicyName=inline&PolicyDocument={policy}")),
        ("AttachGroupPolicy", format!("GroupName=staff&PolicyArn={kept}")),
        ("CreateGroup", "GroupName=empty".to_owned()),
    ];
    make(house, &rows).await;
}

async fn make_roles(house: &House) {
    let policy = encoded(POLICY);
    let trust = encoded(&trusting(ACCOUNT));
    let kept = format!("arn:aws:iam::{ACCOUNT}:policy/kept");
    let rows = [
        ("CreateRole", format!("RoleName=deploy&AssumeRolePolicyDocument={trust}&PermissionsBoundary={kept}&{TAG}")),
        ("PutRolePolicy", format!("RoleName=deploy&PolicyName=inline&PolicyDocument={policy}")),
        ("AttachRolePolicy", format!("RoleName=deploy&PolicyArn={kept}")),
        ("CreateRole", format!("RoleName=idle&AssumeRolePolicyDocument={trust}")),
        ("CreateInstanceProfile", format!("InstanceProfileName=box&{TAG}")),
        ("AddRoleToInstanceProfile", "InstanceProfileName=box&RoleName=deploy".to_owned()),
        ("CreateInstanceProfile", "InstanceProfileName=vacant".to_owned()),
    ];
    make(house, &rows).await;
}

async fn make(house: &House, rows: &[(&str, String)]) {
    for (action, parameters) in rows {
        let answer = house.admin().iam_query(action, parameters).await;
        assert_eq!(answer.status, 200, "{action}: {}", answer.text());
    }
}

impl Furniture {
    /// The request id of a refusal that the house remembers, and its sealed explanation.
    pub(super) async fn decision(&self, house: &House) -> (String, String) {
        let answer = self.nobody.at(house).call("DescribeSecret", json!({"SecretId": "db"})).await;
        let id = answer.request_id().to_owned();
        let account = AccountId::parse(ACCOUNT).unwrap();
        let told = house.rooms.secretsmanager.gate.told_of(account, &id);
        let messages = AuthorizationMessages::new(house.key("keepwell authorization messages"));
        let message = messages.seal(account, told.first().unwrap(), &SystemEntropy).unwrap();
        (id, message)
    }
}
