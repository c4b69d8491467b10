//! One good request for every operation of every service.

use serde_json::{Value, json};

use super::furniture::{ADMINISTRATOR, Furniture, PASSWORD};
use crate::{
    house::{ACCOUNT, House},
    letters::{Letter, Persona, token},
    people::{OTHER_ACCOUNT, encoded, trusting},
};

pub(super) const POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
const RESOURCE_POLICY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"secretsmanager:GetSecretValue","Resource":"*"}}"#;

pub(crate) struct Request {
    pub(crate) service: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) body: String,
}

impl Request {
    fn json(service: &'static str, (operation, members): (&'static str, Value)) -> Self {
        Self { service, operation, body: members.to_string() }
    }

    fn query(service: &'static str, (operation, parameters): (&'static str, String)) -> Self {
        let version = if service == "iam" { "2010-05-08" } else { "2011-06-15" };
        Self { service, operation, body: format!("Action={operation}&Version={version}&{parameters}") }
    }

    /// Does it speak the query protocol?
    pub(crate) fn is_query(&self) -> bool {
        matches!(self.service, "iam" | "sts")
    }

    pub(crate) fn action(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }

    pub(crate) fn unsigned(&self) -> Letter {
        if self.is_query() {
            return Letter::form(self.body.as_bytes());
        }
        let mut letter = Letter::unsigned(self.operation, self.body.as_bytes());
        letter.set("x-amz-target", &self.target());
        letter
    }

    pub(crate) fn target(&self) -> String {
        let prefix = match self.service {
            "keepwell" => "Keepwell",
            // The name of its first days.
            "kms" => "TrentService",
            "logs" => crate::logs::TARGET,
            "cloudtrail" => "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
            service => service,
        };
        format!("{prefix}.{}", self.operation)
    }

    /// The persona as somebody who calls this service.
    pub(crate) fn caller<'a>(&self, persona: Persona<'a>) -> Persona<'a> {
        let region = if self.service == "iam" { "us-east-1" } else { persona.region };
        Persona { service: self.service, region, ..persona }
    }

    pub(crate) fn signed(&self, persona: Persona<'_>) -> Letter {
        let mut letter = self.unsigned();
        self.caller(persona).sign(&mut letter);
        letter
    }
}

impl Furniture {
    /// Every operation that is routed, with a request that `alice` may make.
    pub(crate) async fn requests(&self, house: &House) -> Vec<Request> {
        let (decision, message) = self.decision(house).await;
        let secretsmanager = requests().into_iter().map(|row| Request::json("secretsmanager", row));
        let keepwell = keepwell(&decision).into_iter().map(|row| Request::json("keepwell", row));
        let cloudtrail = [Request::json("cloudtrail", ("LookupEvents", json!({})))];
        let kms = self.keys.requests().into_iter().map(|row| Request::json("kms", row));
        let logs = super::logs::requests(house).into_iter().map(|row| Request::json("logs", row));
        let iam = self.iam(house).into_iter().map(|row| Request::query("iam", row));
        let sts = self.sts(&message).into_iter().map(|row| Request::query("sts", row));
        secretsmanager.chain(kms).chain(logs).chain(cloudtrail).chain(iam).chain(sts).chain(keepwell).collect()
    }

    fn iam(&self, house: &House) -> Vec<(&'static str, String)> {
        let key = &*self.access_key_id;
        let [first, second] = [-1, 0].map(|step| self.spare.code(house, step));
        let spare = format!("{}&AuthenticationCode1={first}&AuthenticationCode2={second}", self.spare.serial_number);
        let [first, second] = [-1, 0].map(|step| self.phone.code(house, step));
        let phone = &self.phone.serial_number;
        let resync = format!("{phone}&AuthenticationCode1={first}&AuthenticationCode2={second}");
        let mut rows = vec![
            ("CreateAccessKey", "UserName=bob".to_owned()),
            ("DeleteAccessKey", format!("UserName=bob&AccessKeyId={key}")),
            ("GetAccessKeyLastUsed", format!("AccessKeyId={key}")),
            ("ListAccessKeys", "UserName=bob".to_owned()),
            ("UpdateAccessKey", format!("UserName=bob&AccessKeyId={key}&Status=Inactive")),
            ("CreateVirtualMFADevice", "VirtualMFADeviceName=new".to_owned()),
            ("DeactivateMFADevice", format!("UserName=bob&SerialNumber={phone}")),
            ("DeleteVirtualMFADevice", format!("SerialNumber={}", self.spare.serial_number)),
            ("EnableMFADevice", format!("UserName=bob&SerialNumber={spare}")),
            ("GetMFADevice", format!("SerialNumber={phone}")),
            ("ListMFADeviceTags", format!("SerialNumber={phone}")),
            ("ListMFADevices", "UserName=bob".to_owned()),
            ("ListVirtualMFADevices", String::new()),
            ("ResyncMFADevice", format!("UserName=bob&SerialNumber={resync}")),
            ("TagMFADevice", format!("SerialNumber={phone}&{TAGS}")),
            ("UntagMFADevice", format!("SerialNumber={phone}&TagKeys.member.1=team")),
        ];
        rows.extend(of_users());
        rows.extend(of_groups());
        rows.extend(of_roles());
        rows.extend(of_policies());
        rows
    }

    fn sts(&self, message: &str) -> Vec<(&'static str, String)> {
        vec![
            ("AssumeRole", format!("RoleArn=arn:aws:iam::{ACCOUNT}:role/deploy&RoleSessionName=story")),
            ("DecodeAuthorizationMessage", format!("EncodedMessage={message}")),
            ("GetAccessKeyInfo", format!("AccessKeyId={}", self.access_key_id)),
            ("GetCallerIdentity", String::new()),
            ("GetFederationToken", format!("Name=guest&Policy={}", encoded(POLICY))),
            ("GetSessionToken", String::new()),
        ]
    }
}

/// Those of Secrets Manager. The secret is `db`.
pub(crate) fn requests() -> Vec<(&'static str, Value)> {
    vec![
        ("BatchGetSecretValue", json!({"SecretIdList": ["db"]})),
        ("CancelRotateSecret", json!({"SecretId": "db"})),
        ("CreateSecret", json!({"Name": "new", "ClientRequestToken": token(7), "SecretString": "seven"})),
        ("DeleteResourcePolicy", json!({"SecretId": "db"})),
        ("DeleteSecret", json!({"SecretId": "db", "ForceDeleteWithoutRecovery": true})),
        ("DescribeSecret", json!({"SecretId": "db"})),
        ("GetRandomPassword", json!({})),
        ("GetResourcePolicy", json!({"SecretId": "db"})),
        ("GetSecretValue", json!({"SecretId": "db"})),
        ("ListResourcePolicies", json!({"SecretId": "db"})),
        ("ListSecretVersionIds", json!({"SecretId": "db"})),
        ("ListSecrets", json!({})),
        ("PutResourcePolicy", json!({"SecretId": "db", "ResourcePolicy": RESOURCE_POLICY})),
        ("PutSecretValue", json!({"SecretId": "db", "ClientRequestToken": token(7), "SecretString": "seven"})),
        ("RestoreSecret", json!({"SecretId": "db"})),
        ("RotateSecret", json!({"SecretId": "db", "ClientRequestToken": token(7)})),
        ("TagResource", json!({"SecretId": "db", "Tags": [{"Key": "k", "Value": "v"}]})),
        ("UntagResource", json!({"SecretId": "db", "TagKeys": ["team"]})),
        ("UpdateSecret", json!({"SecretId": "db", "ClientRequestToken": token(7), "SecretString": "seven"})),
        ("UpdateSecretVersionStage", json!({"SecretId": "db", "VersionStage": "blue", "MoveToVersionId": token(1)})),
        ("ValidateResourcePolicy", json!({"SecretId": "db", "ResourcePolicy": RESOURCE_POLICY})),
    ]
}

fn keepwell(decision: &str) -> Vec<(&'static str, Value)> {
    vec![
        (
            "AdoptDatabase",
            json!({"Name": "d", "Engine": "postgres", "Host": "h", "Username": "u", "Password": "seven"}),
        ),
        ("CloseAccount", json!({"AccountId": OTHER_ACCOUNT})),
        ("CreateAccount", json!({"Name": "new"})),
        ("DescribeRootKey", json!({})),
        ("ExplainDecision", json!({"Id": decision})),
        ("ListAccounts", json!({})),
        ("ListRotationAttempts", json!({"SecretId": "db"})),
        ("MoveRootKey", json!({"Custody": "shares", "Threshold": 2, "Count": 3})),
        ("ReleaseDatabase", json!({"SecretId": "db"})),
        ("RotateRootKey", json!({})),
        ("WhoCan", json!({"SecretId": "db"})),
    ]
}

const TAGS: &str = "Tags.member.1.Key=k&Tags.member.1.Value=v";

fn of_users() -> Vec<(&'static str, String)> {
    let (policy, user) = (encoded(POLICY), format!("arn:aws:iam::{ACCOUNT}:user/bob"));
    let simulated = "ActionNames.member.1=s3:GetObject";
    vec![
        ("AttachUserPolicy", format!("UserName=bob&PolicyArn={}", policy_arn("loose"))),
        ("ChangePassword", format!("OldPassword={PASSWORD}&NewPassword=Battery-Staple-9")),
        ("CreateAccountAlias", "AccountAlias=other".to_owned()),
        ("CreateLoginProfile", format!("UserName=leaver&Password={PASSWORD}")),
        ("CreateUser", "UserName=new".to_owned()),
        ("DeleteAccountAlias", "AccountAlias=stories".to_owned()),
        ("DeleteLoginProfile", "UserName=bob".to_owned()),
        ("DeleteUser", "UserName=leaver".to_owned()),
        ("DeleteUserPermissionsBoundary", "UserName=bob".to_owned()),
        ("DeleteUserPolicy", "UserName=bob&PolicyName=inline".to_owned()),
        ("DetachUserPolicy", format!("UserName=bob&PolicyArn={}", policy_arn("kept"))),
        ("GetAccountAuthorizationDetails", String::new()),
        ("GetAccountSummary", String::new()),
        ("GetContextKeysForPrincipalPolicy", format!("PolicySourceArn={user}")),
        ("GetLoginProfile", "UserName=bob".to_owned()),
        ("GetUser", format!("UserName={ADMINISTRATOR}")),
        ("GetUserPolicy", "UserName=bob&PolicyName=inline".to_owned()),
        ("ListAccountAliases", String::new()),
        ("ListAttachedUserPolicies", "UserName=bob".to_owned()),
        ("ListGroupsForUser", "UserName=bob".to_owned()),
        ("ListUserPolicies", "UserName=bob".to_owned()),
        ("ListUserTags", "UserName=bob".to_owned()),
        ("ListUsers", String::new()),
        ("PutUserPermissionsBoundary", format!("UserName=bob&PermissionsBoundary={}", policy_arn("loose"))),
        ("PutUserPolicy", format!("UserName=bob&PolicyName=new&PolicyDocument={policy}")),
        ("SimulateCustomPolicy", format!("PolicyInputList.member.1={policy}&{simulated}")),
        ("SimulatePrincipalPolicy", format!("PolicySourceArn={user}&{simulated}")),
        ("TagUser", format!("UserName=bob&{TAGS}")),
        ("UntagUser", "UserName=bob&TagKeys.member.1=team".to_owned()),
        ("UpdateLoginProfile", "UserName=bob&Password=Battery-Staple-9".to_owned()),
        ("UpdateUser", "UserName=bob&NewUserName=rob".to_owned()),
    ]
}

fn of_groups() -> Vec<(&'static str, String)> {
    let policy = encoded(POLICY);
    vec![
        ("AddUserToGroup", "GroupName=empty&UserName=bob".to_owned()),
        ("AttachGroupPolicy", format!("GroupName=staff&PolicyArn={}", policy_arn("loose"))),
        ("CreateGroup", "GroupName=new".to_owned()),
        ("DeleteGroup", "GroupName=empty".to_owned()),
        ("DeleteGroupPolicy", "GroupName=staff&PolicyName=inline".to_owned()),
        ("DetachGroupPolicy", format!("GroupName=staff&PolicyArn={}", policy_arn("kept"))),
        ("GetGroup", "GroupName=staff".to_owned()),
        ("GetGroupPolicy", "GroupName=staff&PolicyName=inline".to_owned()),
        ("ListAttachedGroupPolicies", "GroupName=staff".to_owned()),
        ("ListGroupPolicies", "GroupName=staff".to_owned()),
        ("ListGroups", String::new()),
        ("PutGroupPolicy", format!("GroupName=staff&PolicyName=new&PolicyDocument={policy}")),
        ("RemoveUserFromGroup", "GroupName=staff&UserName=bob".to_owned()),
        ("UpdateGroup", "GroupName=staff&NewGroupName=crew".to_owned()),
    ]
}

fn of_roles() -> Vec<(&'static str, String)> {
    let (policy, trust) = (encoded(POLICY), encoded(&trusting(ACCOUNT)));
    vec![
        ("AddRoleToInstanceProfile", "InstanceProfileName=vacant&RoleName=idle".to_owned()),
        ("AttachRolePolicy", format!("RoleName=deploy&PolicyArn={}", policy_arn("loose"))),
        ("CreateInstanceProfile", "InstanceProfileName=new".to_owned()),
        ("CreateRole", format!("RoleName=new&AssumeRolePolicyDocument={trust}")),
        ("DeleteInstanceProfile", "InstanceProfileName=vacant".to_owned()),
        ("DeleteRole", "RoleName=idle".to_owned()),
        ("DeleteRolePermissionsBoundary", "RoleName=deploy".to_owned()),
        ("DeleteRolePolicy", "RoleName=deploy&PolicyName=inline".to_owned()),
        ("DetachRolePolicy", format!("RoleName=deploy&PolicyArn={}", policy_arn("kept"))),
        ("GetInstanceProfile", "InstanceProfileName=box".to_owned()),
        ("GetRole", "RoleName=deploy".to_owned()),
        ("GetRolePolicy", "RoleName=deploy&PolicyName=inline".to_owned()),
        ("ListAttachedRolePolicies", "RoleName=deploy".to_owned()),
        ("ListInstanceProfileTags", "InstanceProfileName=box".to_owned()),
        ("ListInstanceProfiles", String::new()),
        ("ListInstanceProfilesForRole", "RoleName=deploy".to_owned()),
        ("ListRolePolicies", "RoleName=deploy".to_owned()),
        ("ListRoleTags", "RoleName=deploy".to_owned()),
        ("ListRoles", String::new()),
        ("PutRolePermissionsBoundary", format!("RoleName=deploy&PermissionsBoundary={}", policy_arn("loose"))),
        ("PutRolePolicy", format!("RoleName=deploy&PolicyName=new&PolicyDocument={policy}")),
        ("RemoveRoleFromInstanceProfile", "InstanceProfileName=box&RoleName=deploy".to_owned()),
        ("TagInstanceProfile", format!("InstanceProfileName=box&{TAGS}")),
        ("TagRole", format!("RoleName=deploy&{TAGS}")),
        ("UntagInstanceProfile", "InstanceProfileName=box&TagKeys.member.1=team".to_owned()),
        ("UntagRole", "RoleName=deploy&TagKeys.member.1=team".to_owned()),
        ("UpdateAssumeRolePolicy", format!("RoleName=deploy&PolicyDocument={trust}")),
        ("UpdateRole", "RoleName=deploy&MaxSessionDuration=7200".to_owned()),
        ("UpdateRoleDescription", "RoleName=deploy&Description=d".to_owned()),
    ]
}

fn of_policies() -> Vec<(&'static str, String)> {
    let (policy, kept) = (encoded(POLICY), policy_arn("kept"));
    vec![
        ("CreatePolicy", format!("PolicyName=new&PolicyDocument={policy}")),
        ("CreatePolicyVersion", format!("PolicyArn={kept}&PolicyDocument={policy}")),
        ("DeletePolicy", format!("PolicyArn={}", policy_arn("loose"))),
        ("DeletePolicyVersion", format!("PolicyArn={kept}&VersionId=v2")),
        ("GetContextKeysForCustomPolicy", format!("PolicyInputList.member.1={policy}")),
        ("GetPolicy", format!("PolicyArn={kept}")),
        ("GetPolicyVersion", format!("PolicyArn={kept}&VersionId=v2")),
        ("ListEntitiesForPolicy", format!("PolicyArn={kept}")),
        ("ListPolicies", String::new()),
        ("ListPolicyTags", format!("PolicyArn={kept}")),
        ("ListPolicyVersions", format!("PolicyArn={kept}")),
        ("SetDefaultPolicyVersion", format!("PolicyArn={kept}&VersionId=v2")),
        ("TagPolicy", format!("PolicyArn={kept}&{TAGS}")),
        ("UntagPolicy", format!("PolicyArn={kept}&TagKeys.member.1=team")),
    ]
}

fn policy_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:policy/{name}")
}
