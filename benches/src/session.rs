//! The reader of the bench: a session of a role whose policies have ten statements, as services in production read.

use anyhow::{Context, Result, bail};

use crate::exchange::Exchange;
use crate::requests::Caller;
use crate::server::Server;
use crate::sign::{AccessKey, Post};

const IAM: (&str, &str) = ("iam", "2010-05-08");
const STS: (&str, &str) = ("sts", "2011-06-15");
const TWELVE_HOURS: &str = "43200";

/// Makes a user who may assume a role, and assumes it. Root may not.
pub fn begin(server: &Server) -> Result<AccessKey> {
    let root = server.caller();
    // A kept folder has the users and roles of earlier runs.
    let name = format!("reader-{}", std::process::id());
    let mut asking = Asking { exchange: Exchange::open(&server.target)?, caller: root };
    asking.made(IAM, &[("Action", "CreateUser"), ("UserName", &name)])?;
    let may_assume = policy(&[r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}"#]);
    let put = [("UserName", &*name), ("PolicyName", "assume"), ("PolicyDocument", &may_assume)];
    asking.made(IAM, &[&[("Action", "PutUserPolicy")], &put[..]].concat())?;
    let key = asking.ask(IAM, &[("Action", "CreateAccessKey"), ("UserName", &name)])?;

    let trust = policy(&[r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}"#]);
    let role = [("RoleName", &*name), ("AssumeRolePolicyDocument", &trust), ("MaxSessionDuration", TWELVE_HOURS)];
    asking.made(IAM, &[&[("Action", "CreateRole")], &role[..]].concat())?;
    let ten = ten_statements();
    let put = [("RoleName", &*name), ("PolicyName", "ten"), ("PolicyDocument", &ten)];
    asking.made(IAM, &[&[("Action", "PutRolePolicy")], &put[..]].concat())?;
    let found = asking.ask(IAM, &[("Action", "GetRole"), ("RoleName", &name)])?;

    let user = AccessKey { session_token: None, ..access_key(&key)? };
    asking.caller = Caller { access_key: user, ..server.caller() };
    let arn = element(&found, "Arn")?;
    let assume = [("RoleArn", &*arn), ("RoleSessionName", "bench"), ("DurationSeconds", TWELVE_HOURS)];
    let session = asking.ask(STS, &[&[("Action", "AssumeRole")], &assume[..]].concat())?;
    Ok(AccessKey { session_token: Some(element(&session, "SessionToken")?), ..access_key(&session)? })
}

/// Makes a role that Lambda may take, and tells its ARN.
pub fn role_for_functions(server: &Server) -> Result<String> {
    let mut asking = Asking { exchange: Exchange::open(&server.target)?, caller: server.caller() };
    let trust = r#"{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}"#;
    let trust = policy(&[trust]);
    let role = [("Action", "CreateRole"), ("RoleName", "functions"), ("AssumeRolePolicyDocument", &*trust)];
    asking.made(IAM, &role)?;
    element(&asking.ask(IAM, &[("Action", "GetRole"), ("RoleName", "functions")])?, "Arn")
}

/// Lets the rotators read one more secret, as an account's administrator would. They have made their role by then.
pub fn let_rotators_read(server: &Server, secret: &str) -> Result<()> {
    let mut asking = Asking { exchange: Exchange::open(&server.target)?, caller: server.caller() };
    let actions = r#"["secretsmanager:GetSecretValue","secretsmanager:DescribeSecret"]"#;
    let read = policy(&[&format!(r#"{{"Effect":"Allow","Action":{actions},"Resource":"{secret}"}}"#)]);
    let put = [("RoleName", "KeepwellRotation"), ("PolicyName", "superuser"), ("PolicyDocument", &*read)];
    asking.made(IAM, &[&[("Action", "PutRolePolicy")], &put[..]].concat())
}

/// What a service's role may look like: grants and refusals of several services, some with conditions. The reads of the
/// bench are allowed by the third and looked at by six of them. The last one spares what a service does for its caller,
/// as AWS advises: such calls have no source address, and it would refuse the use of keys.
const TEN_STATEMENTS: [&str; 10] = [
    r#"{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}"#,
    r#"{"Effect":"Allow","Action":"kms:Decrypt","Resource":"arn:aws:kms:*:*:key/*","Condition":{"StringLike":{"kms:ViaService":"secretsmanager.*.amazonaws.com"}}}"#,
    r#"{"Effect":"Allow","Action":["secretsmanager:GetSecretValue","secretsmanager:DescribeSecret"],"Resource":"arn:aws:secretsmanager:us-east-1:*:secret:bench/*","Condition":{"StringEquals":{"secretsmanager:VersionStage":"AWSCURRENT"}}}"#,
    r#"{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"arn:aws:secretsmanager:*:*:secret:shared/*","Condition":{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}}"#,
    r#"{"Effect":"Allow","Action":"secretsmanager:List*","Resource":"*"}"#,
    r#"{"Effect":"Deny","Action":"secretsmanager:*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["us-east-1","eu-central-1"]}}}"#,
    r#"{"Effect":"Deny","Action":["secretsmanager:DeleteSecret","secretsmanager:PutResourcePolicy"],"Resource":"*"}"#,
    r#"{"Effect":"Deny","Action":"secretsmanager:GetSecretValue","Resource":"arn:aws:secretsmanager:*:*:secret:prod/*/root-??????"}"#,
    r#"{"Effect":"Deny","NotAction":["secretsmanager:*","kms:*","logs:*","sts:*"],"Resource":"*"}"#,
    r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["127.0.0.0/8","10.0.0.0/8"]},"Bool":{"aws:ViaAWSService":"false"}}}"#,
];

/// The reader's policy.
pub fn ten_statements() -> String {
    policy(&TEN_STATEMENTS)
}

fn policy(statements: &[&str]) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

struct Asking {
    exchange: Exchange,
    caller: Caller,
}

impl Asking {
    /// Asks for something to be made; that it is there already is as good.
    fn made(&mut self, service: (&str, &str), parameters: &[(&str, &str)]) -> Result<()> {
        let (status, answer) = self.exchange(service, parameters)?;
        if status == 200 || answer.contains("<Code>EntityAlreadyExists</Code>") {
            return Ok(());
        }
        bail!("it answered {status}: {answer}")
    }

    fn ask(&mut self, service: (&str, &str), parameters: &[(&str, &str)]) -> Result<String> {
        let (status, answer) = self.exchange(service, parameters)?;
        if status == 200 { Ok(answer) } else { bail!("it answered {status}: {answer}") }
    }

    fn exchange(&mut self, (service, version): (&str, &str), parameters: &[(&str, &str)]) -> Result<(u16, String)> {
        let pairs = parameters.iter().copied().chain([("Version", version)]);
        let body: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let body = body.join("&");
        let Caller { host, .. } = &self.caller;
        let post = Post { host, path: "/", target: None, body: body.as_bytes(), close: false };
        let mut request = Vec::new();
        self.caller.signer_for(service).append_post(&mut request, &post);
        let answer = self.exchange.ask(&request)?;
        Ok((answer.status, String::from_utf8(answer.body)?))
    }
}

fn access_key(answer: &str) -> Result<AccessKey> {
    Ok(AccessKey {
        id: element(answer, "AccessKeyId")?,
        secret: element(answer, "SecretAccessKey")?,
        session_token: None,
    })
}

fn element(answer: &str, name: &str) -> Result<String> {
    let (_, rest) = answer.split_once(&format!("<{name}>")).with_context(|| format!("no {name} in an answer"))?;
    let (text, _) = rest.split_once(&format!("</{name}>")).with_context(|| format!("no end of {name}"))?;
    Ok(text.to_owned())
}

fn encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    value.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
