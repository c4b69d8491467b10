//! Statements of a function's policy, as AddPermission makes them. Pure.

use std::collections::BTreeMap;

use contract::PolicyDocument;
use policy::{Policy, PolicyKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shape::Enumeration;

use crate::{error::Error, shapes::AddPermissionRequest};

const POLICY_BYTES_MAX: usize = 20_480;

/// Its members in AWS's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Statement {
    sid: String,
    effect: String,
    principal: Value,
    action: String,
    resource: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Condition {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    arn_like: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    string_equals: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    bool: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    version: String,
    id: String,
    statement: Vec<Statement>,
}

/// The statement that a request asks for, about this function or qualifier of it.
pub(crate) fn statement(ask: &AddPermissionRequest, resource_arn: &str) -> Result<Statement, Error> {
    let condition = condition(ask);
    Ok(Statement {
        sid: ask.statement_id.clone(),
        effect: "Allow".to_owned(),
        principal: principal(&ask.principal)?,
        action: ask.action.clone(),
        resource: resource_arn.to_owned(),
        condition: (condition != Condition::default()).then_some(condition),
    })
}

impl Statement {
    /// As it is answered.
    pub(crate) fn text(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(unwritable)
    }
}

/// A service, an account by its number, a principal by its ARN, or everyone.
fn principal(text: &str) -> Result<Value, Error> {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text {
        "*" => Ok(json!("*")),
        _ if is_account => Ok(json!({"AWS": format!("arn:aws:iam::{text}:root")})),
        _ if text.starts_with("arn:") => Ok(json!({"AWS": text})),
        _ if is_service(text) => Ok(json!({"Service": text})),
        _ => Err(invalid_principal()),
    }
}

/// `s3.amazonaws.com`
fn is_service(text: &str) -> bool {
    let is_of_aws = [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".aws.internal", ".alexa.com"];
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    is_of_aws.iter().any(|ending| text.ends_with(ending)) && text.bytes().all(is_letter)
}

pub(crate) fn invalid_principal() -> Error {
    Error::invalid("The provided principal was invalid. Please check the principal and try again.")
}

fn condition(ask: &AddPermissionRequest) -> Condition {
    let with = |pairs: &[(&str, Option<&str>)]| -> BTreeMap<String, String> {
        pairs.iter().filter_map(|(key, value)| Some(((*key).to_owned(), (*value)?.to_owned()))).collect()
    };
    let is_via_url = ask.invoked_via_function_url.map(|is_via_url| if is_via_url { "true" } else { "false" });
    Condition {
        arn_like: with(&[("AWS:SourceArn", ask.source_arn.as_deref())]),
        string_equals: with(&[
            ("AWS:SourceAccount", ask.source_account.as_deref()),
            ("lambda:EventSourceToken", ask.event_source_token.as_deref()),
            ("lambda:FunctionUrlAuthType", ask.function_url_auth_type.map(Enumeration::as_str)),
            ("aws:PrincipalOrgID", ask.principal_org_id.as_deref()),
        ]),
        bool: with(&[("lambda:InvokedViaFunctionUrl", is_via_url)]),
    }
}

/// The policy with the statement at its end.
pub(crate) fn with_statement(policy: Option<&str>, statement: Statement) -> Result<String, Error> {
    let mut statements = policy.map(statements).transpose()?.unwrap_or_default();
    if statements.iter().any(|held| held.sid == statement.sid) {
        return Err(Error::conflict(format!(
            "The statement id ({}) provided already exists. Please provide a new statement id, or remove the existing \
             statement.",
            statement.sid
        )));
    }
    statements.push(statement);
    let text = document(statements)?;
    if text.len() > POLICY_BYTES_MAX {
        let text = format!("The final policy size ({}) is bigger than the limit ({POLICY_BYTES_MAX}).", text.len());
        return Err(Error::refused("PolicyLengthExceededException", text));
    }
    // What decisions could not be made from is not kept: of what was asked, only a principal can be wrong by now.
    Policy::parse(&text, PolicyKind::Resource).map_err(|_| invalid_principal())?;
    Ok(text)
}

/// The policy without the statement. None: it was the last one.
pub(crate) fn without_statement(policy: &PolicyDocument, sid: &str) -> Result<Option<PolicyDocument>, Error> {
    let mut statements = statements(policy.text())?;
    let Some(place) = statements.iter().position(|statement| statement.sid == sid) else {
        return Err(Error::not_found(format!("Statement {sid} is not found in resource policy.")));
    };
    statements.remove(place);
    if statements.is_empty() { Ok(None) } else { Ok(Some(PolicyDocument::new(document(statements)?))) }
}

fn statements(policy: &str) -> Result<Vec<Statement>, Error> {
    let document: Result<Document, _> = serde_json::from_str(policy);
    Ok(document.map_err(|_| Error::Internal("a stored policy cannot be read".to_owned()))?.statement)
}

fn document(statement: Vec<Statement>) -> Result<String, Error> {
    let document = Document { version: "2012-10-17".to_owned(), id: "default".to_owned(), statement };
    serde_json::to_string(&document).map_err(unwritable)
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::Internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use service::RestError;

    use super::*;
    use crate::shapes::FunctionUrlAuthType;

    const APP: &str = "arn:aws:lambda:eu-central-1:111122223333:function:app";

    fn ask(principal: &str) -> AddPermissionRequest {
        AddPermissionRequest {
            statement_id: "one".to_owned(),
            action: "lambda:InvokeFunction".to_owned(),
            principal: principal.to_owned(),
            ..AddPermissionRequest::default()
        }
    }

    #[test]
    fn a_statement_has_the_form_that_aws_gives_it() {
        let full = AddPermissionRequest {
            source_arn: Some("arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-*".to_owned()),
            source_account: Some("111122223333".to_owned()),
            ..ask("secretsmanager.amazonaws.com")
        };
        assert_eq!(
            statement(&full, APP).unwrap().text().unwrap(),
            r#"{"Sid":"one","Effect":"Allow","Principal":{"Service":"secretsmanager.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:eu-central-1:111122223333:function:app","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-*"},"StringEquals":{"AWS:SourceAccount":"111122223333"}}}"#
        );
        assert!(statement(&ask("*"), APP).unwrap().condition.is_none());
    }

    #[test]
    fn principals_are_services_accounts_arns_or_everyone() {
        for (text, shown) in [
            ("*", json!("*")),
            ("444455556666", json!({"AWS": "arn:aws:iam::444455556666:root"})),
            ("arn:aws:iam::444455556666:role/a/b", json!({"AWS": "arn:aws:iam::444455556666:role/a/b"})),
            ("s3.amazonaws.com", json!({"Service": "s3.amazonaws.com"})),
        ] {
            assert_eq!(statement(&ask(text), APP).unwrap().principal, shown);
        }
        for wrong in ["", "bob", "44445555666", "example.com", "s3 .amazonaws.com"] {
            let error = statement(&ask(wrong), APP).unwrap_err();
            assert!(error.message().unwrap().starts_with("The provided principal was invalid."), "{wrong}");
        }
    }

    #[test]
    fn conditions_are_what_was_asked_for() {
        let full = AddPermissionRequest {
            function_url_auth_type: Some(FunctionUrlAuthType::AwsIam),
            event_source_token: Some("t".to_owned()),
            principal_org_id: Some("o-aaaaaaaaaa".to_owned()),
            invoked_via_function_url: Some(true),
            ..ask("*")
        };
        assert_eq!(
            serde_json::to_value(statement(&full, APP).unwrap().condition).unwrap(),
            json!({
                "StringEquals": {
                    "lambda:EventSourceToken": "t",
                    "lambda:FunctionUrlAuthType": "AWS_IAM",
                    "aws:PrincipalOrgID": "o-aaaaaaaaaa",
                },
                "Bool": {"lambda:InvokedViaFunctionUrl": "true"},
            })
        );
    }

    #[test]
    fn a_policy_holds_each_statement_once() {
        let one = statement(&ask("*"), APP).unwrap();
        let policy = with_statement(None, one.clone()).unwrap();
        assert!(policy.starts_with(r#"{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"one""#));
        let error = with_statement(Some(&policy), one).unwrap_err();
        assert!(error.message().unwrap().starts_with("The statement id (one) provided already exists."));
        let two = AddPermissionRequest { statement_id: "two".to_owned(), ..ask("s3.amazonaws.com") };
        let both = PolicyDocument::new(with_statement(Some(&policy), statement(&two, APP).unwrap()).unwrap());
        let left = without_statement(&both, "two").unwrap().unwrap();
        assert_eq!(**left.text(), *policy);
        assert!(without_statement(&left, "one").unwrap().is_none());
        let error = without_statement(&left, "two").unwrap_err();
        assert_eq!(error.message().unwrap(), "Statement two is not found in resource policy.");
    }

    #[test]
    fn a_policy_does_not_grow_without_end() {
        let mut policy = None;
        for number in 0..500 {
            let next = AddPermissionRequest { statement_id: format!("s{number}"), ..ask("s3.amazonaws.com") };
            match with_statement(policy.as_deref(), statement(&next, APP).unwrap()) {
                Ok(grown) => policy = Some(grown),
                Err(error) => return assert_eq!(error.code(), "PolicyLengthExceededException"),
            }
        }
        panic!("it grew without end");
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_is_a_policy_that_can_be_read(
            sid in "[a-zA-Z0-9_-]{1,100}",
            action in "lambda:[a-zA-Z]{1,30}|[*]",
            principal in prop_oneof![Just("*".to_owned()), "[0-9]{12}", "[a-z]{1,10}\\.amazonaws\\.com"],
            source in prop::option::of("arn:aws:s3:::[a-z*]{1,20}"),
        ) {
            let ask = AddPermissionRequest {
                statement_id: sid, action, principal, source_arn: source, ..AddPermissionRequest::default()
            };
            let policy = with_statement(None, statement(&ask, APP).unwrap()).unwrap();
            prop_assert!(Policy::parse(&policy, PolicyKind::Resource).is_ok());
        }
    }
}
