//! The trail's `userIdentity`, written once for a credential and not on every call.

use policy::Principal;
use serde::Serialize;
use terms::{AccountId, Timestamp};

use crate::session::SessionClaims;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserIdentity<'a> {
    r#type: &'static str,
    principal_id: String,
    arn: String,
    account_id: &'a str,
    access_key_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_context: Option<SessionContext<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionContext<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_issuer: Option<SessionIssuer<'a>>,
    attributes: Attributes,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionIssuer<'a> {
    r#type: &'static str,
    principal_id: &'a str,
    arn: &'a str,
    account_id: &'a str,
    user_name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attributes {
    creation_date: String,
    /// A word, as CloudTrail writes it.
    mfa_authenticated: &'static str,
}

pub(crate) fn user_identity(
    principal: &Principal,
    account: AccountId,
    access_key_id: &str,
    claims: Option<&SessionClaims>,
) -> String {
    let (kind, principal_id, user_name, issuer) = match principal {
        Principal::User(user) => ("IAMUser", user.id.clone(), Some(&*user.name), None),
        Principal::RoleSession(session) => {
            let issuer = SessionIssuer {
                r#type: "Role",
                principal_id: &session.role_id,
                arn: &session.role_arn,
                account_id: account.as_str(),
                user_name: &session.role_name,
            };
            ("AssumedRole", format!("{}:{}", session.role_id, session.session_name), None, Some(issuer))
        }
        Principal::FederatedUser(federated) => {
            let issuer = federated.user_id.as_deref().zip(federated.user_arn.as_deref()).map(|(id, arn)| {
                let user_name = arn.rsplit('/').next().unwrap_or_default();
                SessionIssuer { r#type: "IAMUser", principal_id: id, arn, account_id: account.as_str(), user_name }
            });
            ("FederatedUser", format!("{account}:{}", federated.name), None, issuer)
        }
        _ => ("Root", account.to_string(), None, None),
    };
    let session_context = claims.map(|claims| SessionContext {
        session_issuer: issuer,
        attributes: Attributes {
            creation_date: iso_seconds(claims.issued_at),
            mfa_authenticated: if claims.mfa_at.is_some() { "true" } else { "false" },
        },
        source_identity: claims.source_identity.as_deref(),
    });
    let identity = UserIdentity {
        r#type: kind,
        principal_id,
        arn: principal.to_string(),
        account_id: account.as_str(),
        access_key_id,
        user_name,
        session_context,
    };
    // Strings under fixed names: nothing in it can fail to be written.
    serde_json::to_string(&identity).unwrap_or_default()
}

/// `2026-03-02T08:00:00Z`
pub(crate) fn iso_seconds(at: Timestamp) -> String {
    let whole_seconds = at.as_millis().div_euclid(1000);
    jiff::Timestamp::from_second(whole_seconds).map(|at| at.to_string()).unwrap_or_default()
}
