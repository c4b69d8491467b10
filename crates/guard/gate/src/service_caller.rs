//! Services of AWS that call for something which they keep, and not on a customer's behalf: Lambda takes a function's role,
//! Secrets Manager calls the function that rotates a secret.

use policy::{ConditionContext, Principal};
use terms::{AccountId, RequestId, Timestamp};

use crate::{condition_keys::one, user_identity::iso_seconds};

/// A service that calls as itself. Only what the policy of a resource lets it do may it do.
#[derive(Debug, Clone, Copy)]
pub struct ServiceCaller<'a> {
    /// Such as `secretsmanager.amazonaws.com`.
    pub service: &'a str,
    /// For which it calls, such as a secret.
    pub source_arn: &'a str,
    pub source_account: AccountId,
    pub request: RequestId,
    pub now: Timestamp,
}

impl ServiceCaller<'_> {
    pub(crate) fn principal(&self) -> Principal {
        Principal::AwsService { name: self.service.into(), account: None }
    }
}

/// The condition keys of a service's call: no request of a customer is behind it.
pub(crate) struct ServiceKeys<'a> {
    pub(crate) caller: &'a ServiceCaller<'a>,
    pub(crate) resource_account: Option<AccountId>,
}

impl ConditionContext for ServiceKeys<'_> {
    fn values(&self, key: &str, take: &mut dyn FnMut(&str)) -> bool {
        let caller = self.caller;
        match key {
            "aws:sourcearn" => one(caller.source_arn, take),
            "aws:sourceaccount" => one(caller.source_account.as_str(), take),
            "aws:principalservicename" | "aws:principalservicenameslist" => one(caller.service, take),
            "aws:principalisawsservice" => one("true", take),
            "aws:viaawsservice" => one("false", take),
            "aws:resourceaccount" => self.resource_account.is_some_and(|account| one(account.as_str(), take)),
            "aws:currenttime" => one(&iso_seconds(caller.now), take),
            "aws:epochtime" => one(&caller.now.as_millis().div_euclid(1000).to_string(), take),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contract::PolicyDocument;
    use policy::{Action, PermitIssuer, Resource};

    use super::*;
    use crate::{Gate, ResourcePolicy, Target};

    const INVOKE: Action = Action::new("lambda:InvokeFunction");
    const FUNCTION: &str = "arn:aws:lambda:eu-central-1:111122223333:function:rotate";
    const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf";

    fn is_let_in(statement: &str, service: &str, secret: &str) -> bool {
        let account = AccountId::parse("111122223333").unwrap();
        let policy = PolicyDocument::new(format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#));
        let caller = ServiceCaller {
            service,
            source_arn: secret,
            source_account: AccountId::parse(secret.split(':').nth(4).unwrap()).unwrap(),
            request: RequestId::from_bytes([3; 16]),
            now: Timestamp::from_millis(1_795_000_000_000),
        };
        let arn: Arc<str> = FUNCTION.into();
        let resource = Resource::One { asked: Arc::clone(&arn), arn, account };
        let target = Target::new(&resource).with_policy(Some(ResourcePolicy::Function(&policy)));
        let permit = Gate::new(PermitIssuer::for_gate()).authorize_aws_service(&caller, INVOKE, &target);
        permit.is_ok_and(|permit| permit.covers(INVOKE, FUNCTION).is_ok())
    }

    fn statement(principal: &str, condition: &str) -> String {
        format!(
            r#"{{"Effect":"Allow","Principal":{principal},"Action":"lambda:InvokeFunction","Resource":"{FUNCTION}"{condition}}}"#
        )
    }

    const SERVICE: &str = r#"{"Service":"secretsmanager.amazonaws.com"}"#;

    #[test]
    fn a_service_is_let_in_by_the_policy_that_names_it_and_by_no_other() {
        let named = statement(SERVICE, "");
        assert!(is_let_in(&named, "secretsmanager.amazonaws.com", SECRET));
        assert!(!is_let_in(&named, "s3.amazonaws.com", SECRET));
        let account = statement(r#"{"AWS":"arn:aws:iam::111122223333:root"}"#, "");
        assert!(!is_let_in(&account, "secretsmanager.amazonaws.com", SECRET));
        let denied = format!(
            r#"{named},{{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{{"Bool":{{"aws:PrincipalIsAWSService":"true"}}}}}}"#
        );
        assert!(!is_let_in(&denied, "secretsmanager.amazonaws.com", SECRET));
    }

    #[test]
    fn a_policy_may_ask_for_whose_sake_the_service_calls() {
        let condition = r#","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-*"},
            "StringEquals":{"AWS:SourceAccount":"111122223333"}}"#;
        let narrow = statement(SERVICE, condition);
        assert!(is_let_in(&narrow, "secretsmanager.amazonaws.com", SECRET));
        for other in [
            "arn:aws:secretsmanager:eu-central-1:111122223333:secret:app-AbCdEf",
            "arn:aws:secretsmanager:eu-central-1:444455556666:secret:db-AbCdEf",
        ] {
            assert!(!is_let_in(&narrow, "secretsmanager.amazonaws.com", other), "{other}");
        }
    }

    #[test]
    fn without_a_policy_no_service_is_let_in() {
        let account = AccountId::parse("111122223333").unwrap();
        let caller = ServiceCaller {
            service: "secretsmanager.amazonaws.com",
            source_arn: SECRET,
            source_account: account,
            request: RequestId::from_bytes([3; 16]),
            now: Timestamp::from_millis(0),
        };
        let arn: Arc<str> = FUNCTION.into();
        let resource = Resource::One { asked: Arc::clone(&arn), arn, account };
        let gate = Gate::new(PermitIssuer::for_gate());
        assert!(gate.authorize_aws_service(&caller, INVOKE, &Target::new(&resource)).is_err());
    }
}
