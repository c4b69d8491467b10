//! Does a resource's policy open the resource to the world?

use terms::AccountId;

use crate::{
    Policy, Statement,
    pattern::Glob,
    statement::{Condition, Effect, Grantee, Grantees, Operand, Quantifier, Test},
    value::Network,
};

/// Does the policy allow broad access?
///
/// Decided over meaning, and soundly: false only when every Allow is provably bounded to fixed accounts, principals,
/// organizations, networks, endpoints or sources. What a Deny takes away is not counted.
pub fn is_public(policy: &Policy) -> bool {
    let allows = policy.statements().iter().filter(|statement| statement.effect == Effect::Allow);
    !allows.into_iter().all(is_bounded)
}

fn is_bounded(statement: &Statement) -> bool {
    statement.grantees.as_ref().is_some_and(Grantees::are_fixed) || statement.conditions.iter().any(Condition::bounds)
}

impl Grantees {
    /// Are they accounts, users, roles, sessions and services, each by name? Who an identity provider vouches for is
    /// open.
    fn are_fixed(&self) -> bool {
        let is_fixed = |entry: &Grantee| match entry {
            Grantee::Account(_) | Grantee::Named(_) | Grantee::Service(_) => true,
            Grantee::Everyone | Grantee::Elsewhere(_) => false,
        };
        !self.is_negated && self.entries.iter().all(is_fixed)
    }
}

impl Condition {
    /// Does the condition hold only for a fixed few? It must demand that the key is there, and that it has one of some
    /// fixed values.
    fn bounds(&self) -> bool {
        let operator = self.operator;
        let is_demanding =
            !operator.is_negated && !operator.is_if_exists && operator.quantifier != Quantifier::ForAllValues;
        let Some(key) = BoundingKey::of(&self.key).filter(|_| is_demanding) else { return false };
        match (key, operator.test) {
            (BoundingKey::Address, Test::Network) => are_narrow(&self.operands),
            (BoundingKey::Address, _) | (_, Test::Null | Test::Network) => false,
            _ => self.operands.iter().all(|operand| key.is_fixed_by(operand)),
        }
    }
}

/// Keys that tell where a request comes from, and that the caller cannot choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BoundingKey {
    Account,
    Arn,
    /// An organization, a network or an endpoint: an id that is one or is not.
    Id,
    /// `o-…/r-…/ou-…/`
    OrganizationPath,
    /// `AROA…:session`
    UserId,
    Address,
}

impl BoundingKey {
    fn of(key: &str) -> Option<Self> {
        Some(match key {
            "aws:principalaccount" | "aws:sourceaccount" | "aws:sourceowner" | "kms:calleraccount" => Self::Account,
            "aws:principalarn" | "aws:sourcearn" => Self::Arn,
            "aws:principalorgid" | "aws:sourceorgid" | "aws:sourcevpc" | "aws:sourcevpce" => Self::Id,
            "aws:principalorgpaths" | "aws:sourceorgpaths" => Self::OrganizationPath,
            "aws:userid" => Self::UserId,
            "aws:sourceip" => Self::Address,
            _ => return None,
        })
    }

    /// Do only values of a fixed few match the operand?
    fn is_fixed_by(self, operand: &Operand) -> bool {
        match operand {
            Operand::Never => true,
            Operand::Text(text) | Operand::TextIgnoringCase(text) => self.is_fixed_text(text),
            Operand::Number(..) => self == Self::Account,
            Operand::Like(glob) => match glob.as_exact() {
                Some(text) => self.is_fixed_text(text),
                None => self.is_fixed_glob(glob),
            },
            Operand::Arn(arn) => self == Self::Arn && (arn.is_exact() || arn.account().is_some_and(is_account)),
            _ => false,
        }
    }

    /// Everybody who shows no credentials has the same user id.
    fn is_fixed_text(self, text: &str) -> bool {
        self != Self::UserId || !text.eq_ignore_ascii_case("anonymous")
    }

    fn is_fixed_glob(self, glob: &Glob) -> bool {
        let prefix = glob.literal_prefix();
        match self {
            // A star may run over colons, so the account must stand before the first.
            Self::Arn => {
                let mut fields = prefix.splitn(6, ':');
                fields.nth(4).is_some_and(is_account) && fields.next().is_some()
            }
            Self::OrganizationPath => prefix.starts_with("o-") && prefix.contains('/'),
            Self::UserId => prefix.split_once(':').is_some_and(|(id, _)| !id.is_empty()),
            Self::Account | Self::Id | Self::Address => false,
        }
    }
}

fn is_account(text: &str) -> bool {
    AccountId::parse(text).is_ok()
}

/// AWS calls a range broad from `/8` of version 4 and `/32` of version 6 on; ours are added up, for many narrow ranges
/// are as broad as one.
fn are_narrow(operands: &[Operand]) -> bool {
    let networks = operands.iter().filter_map(|operand| match operand {
        Operand::Network(network) if !is_private(network) => Some(network),
        _ => None,
    });
    let (v4, v6): (Vec<_>, Vec<_>) = networks.partition(|network| network.is_v4());
    let is_within = |networks: Vec<&Network>, bits: u32| {
        let size = |network: &Network| 1_u128.checked_shl(network.host_bits()).unwrap_or(u128::MAX);
        let all = networks.into_iter().map(size).fold(0_u128, u128::saturating_add);
        all <= 1_u128.checked_shl(bits).unwrap_or(u128::MAX)
    };
    is_within(v4, 24) && is_within(v6, 96)
}

fn is_private(network: &Network) -> bool {
    let ranges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
    ranges.iter().filter_map(|range| Network::parse(range)).any(|range| range.includes(network))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::sync::Arc;

    use terms::RequestId;

    use super::*;
    use crate::{
        Action, Documents, MapContext, PolicyKind, PolicySet, Principal, Question, Resource, User, decide,
        testing::{account, set},
    };

    fn document(principal: &str, condition: &str) -> String {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow",{principal},"Action":"*","Resource":"*",
            "Condition":{condition}}}}}"#
        )
    }

    fn is_open(principal: &str, condition: &str) -> bool {
        is_public(&Policy::parse(&document(principal, condition), PolicyKind::Resource).unwrap())
    }

    const STAR: &str = r#""Principal":"*""#;

    const NAMED: [&str; 4] = [
        r#""Principal":{"AWS":"111122223333"}"#,
        r#""Principal":{"AWS":["arn:aws:iam::111122223333:root","AIDAABCDEFGHIJKLMNOPQ"]}"#,
        r#""Principal":{"Service":"lambda.amazonaws.com"}"#,
        r#""Principal":{"AWS":"arn:aws:iam::111122223333:role/a"}"#,
    ];

    const OPEN: [&str; 6] = [
        STAR,
        r#""Principal":{"AWS":"*"}"#,
        r#""Principal":{"AWS":["111122223333","*"]}"#,
        r#""Principal":{"Federated":"cognito-identity.amazonaws.com"}"#,
        r#""Principal":{"Service":"*"}"#,
        r#""NotPrincipal":{"AWS":"111122223333"}"#,
    ];

    const BOUNDED: [&str; 24] = [
        r#"{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
        r#"{"StringEquals":{"AWS:principalaccount":["111122223333","222233334444"]}}"#,
        r#"{"NumericEquals":{"aws:PrincipalAccount":111122223333}}"#,
        r#"{"StringLike":{"aws:PrincipalAccount":"111122223333"}}"#,
        r#"{"ForAnyValue:StringEquals":{"aws:SourceAccount":"111122223333"}}"#,
        r#"{"StringEquals":{"aws:SourceOwner":"111122223333"}}"#,
        r#"{"StringEquals":{"kms:CallerAccount":"111122223333"}}"#,
        r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abc"}}"#,
        r#"{"StringEqualsIgnoreCase":{"aws:PrincipalOrgID":"o-abc"}}"#,
        r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-abc/r-1/*"}}"#,
        r#"{"ArnLike":{"aws:PrincipalArn":"arn:*:iam::111122223333:role/*"}}"#,
        r#"{"ArnEquals":{"aws:SourceArn":"arn:aws:s3:::bucket"}}"#,
        r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:*"}}"#,
        r#"{"StringEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:user/a"}}"#,
        r#"{"StringLike":{"aws:userid":"AROAABC:*"}}"#,
        r#"{"StringEquals":{"aws:userid":"AIDAABC"}}"#,
        r#"{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#,
        r#"{"StringEquals":{"aws:SourceVpc":["vpc-1"]}}"#,
        r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#,
        r#"{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","172.16.0.0/12","192.168.0.0/16","203.0.113.7","2001:db8::/32"]}}"#,
        r#"{"StringEquals":{"aws:PrincipalAccount":[]}}"#,
        r#"{"StringEquals":{"aws:PrincipalAccount":"111122223333"},"Bool":{"aws:SecureTransport":"true"}}"#,
        r#"{"NumericEquals":{"aws:PrincipalAccount":"*"}}"#,
        r#"{"StringEquals":{"aws:PrincipalAccount":"*"}}"#,
    ];

    const UNBOUNDED: [&str; 30] = [
        "{}",
        r#"{"Bool":{"aws:SecureTransport":"true"}}"#,
        r#"{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
        r#"{"StringEqualsIfExists":{"aws:PrincipalAccount":"111122223333"}}"#,
        r#"{"ForAllValues:StringEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
        r#"{"StringEquals":{"aws:PrincipalAccount":["111122223333","${aws:PrincipalAccount}"]}}"#,
        r#"{"StringLike":{"aws:PrincipalAccount":"1111*"}}"#,
        r#"{"StringLike":{"aws:PrincipalAccount":["111122223333","*"]}}"#,
        r#"{"StringLike":{"aws:PrincipalOrgID":"o-*"}}"#,
        r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-*"}}"#,
        r#"{"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-abc/*"}}"#,
        r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/admin"}}"#,
        r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::11112222333?:role/admin"}}"#,
        r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}"#,
        r#"{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/admin"}}"#,
        r#"{"StringLike":{"aws:PrincipalArn":"arn:*:iam::111122223333:role/*"}}"#,
        r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333*"}}"#,
        r#"{"StringLike":{"aws:userid":"AROA*"}}"#,
        r#"{"StringLike":{"aws:userid":"*:nightly"}}"#,
        r#"{"StringEquals":{"aws:userid":"anonymous"}}"#,
        r#"{"StringLike":{"aws:SourceVpce":"vpce-*"}}"#,
        r#"{"Null":{"aws:PrincipalAccount":"false"}}"#,
        r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#,
        r#"{"IpAddress":{"aws:SourceIp":["0.0.0.0/1","128.0.0.0/1"]}}"#,
        r#"{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","::/0"]}}"#,
        r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/7"}}"#,
        r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#,
        r#"{"StringEquals":{"aws:PrincipalTag/team":"red"}}"#,
        r#"{"StringEquals":{"aws:ResourceAccount":"111122223333"}}"#,
        r#"{"StringEquals":{"kms:ViaService":"secretsmanager.eu-west-1.amazonaws.com"}}"#,
    ];

    #[test]
    fn named_principals_are_not_the_public() {
        for principal in NAMED {
            assert!(!is_open(principal, "{}"), "{principal}");
        }
        for principal in OPEN {
            assert!(is_open(principal, "{}"), "{principal}");
        }
    }

    #[test]
    fn only_conditions_that_fix_where_a_request_comes_from_bound_it() {
        for condition in BOUNDED {
            assert!(!is_open(STAR, condition), "{condition}");
        }
        for condition in UNBOUNDED {
            assert!(is_open(STAR, condition), "{condition}");
        }
    }

    #[test]
    fn one_open_statement_opens_the_policy_and_a_deny_opens_nothing() {
        let text = |effect: &str| {
            format!(
                r#"{{"Version":"2012-10-17","Statement":[
            {{"Effect":"Allow",{},"Action":"*","Resource":"*"}},
            {{"Effect":"{effect}",{STAR},"Action":"*","Resource":"*"}}]}}"#,
                NAMED[0]
            )
        };
        assert!(is_public(&Policy::parse(&text("Allow"), PolicyKind::Resource).unwrap()));
        assert!(!is_public(&Policy::parse(&text("Deny"), PolicyKind::Resource).unwrap()));
    }

    /// Somebody of whom no policy above has heard, from wherever they like.
    fn stranger_is_let_in(resource: &PolicySet, address: &str) -> bool {
        let mut context = MapContext::default();
        for (key, value) in [
            ("aws:PrincipalAccount", "999988887777"),
            ("aws:PrincipalArn", "arn:aws:iam::999988887777:role/:iam::111122223333:role/admin"),
            ("aws:PrincipalOrgID", "o-strange"),
            ("aws:PrincipalOrgPaths", "o-strange/r-1/"),
            ("aws:userid", "AROASTRANGE:nightly"),
            ("aws:SourceVpce", "vpce-strange"),
            ("aws:SourceArn", "arn:aws:s3:::strange"),
            ("aws:SecureTransport", "true"),
            ("aws:PrincipalTag/team", "red"),
            ("aws:ResourceAccount", "111122223333"),
            ("aws:SourceIp", address),
        ] {
            context.insert(key, [value]);
        }
        let identity = set(
            PolicyKind::Identity,
            &[r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#],
        );
        let stranger = Principal::User(Arc::new(User {
            account: AccountId::parse("999988887777").unwrap(),
            id: "AIDASTRANGE".to_owned(),
            name: "stranger".to_owned(),
            path: "/".to_owned(),
            arn: "arn:aws:iam::999988887777:user/stranger".to_owned(),
        }));
        let documents = Documents { identity: &identity, resource: Some(resource), ..Documents::default() };
        [stranger, Principal::Anonymous].into_iter().any(|principal| {
            let secret = Resource::One { arn: "arn:aws:x:::y".into(), account: account(), asked: "y".into() };
            let (action, request) = (Action::new("secretsmanager:GetSecretValue"), RequestId::from_bytes([0; 16]));
            decide(Question { principal, action, resource: secret, request }, &documents, &context).is_allowed()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_policy_that_is_not_public_lets_no_stranger_in(
            statements in prop::collection::vec(
                (
                    prop::sample::select([&NAMED[..], &OPEN[..]].concat()),
                    prop::sample::select([&BOUNDED[..], &UNBOUNDED[..]].concat()),
                    prop::bool::weighted(0.8),
                ),
                1..4,
            ),
            address in prop::sample::select(vec!["198.51.100.4", "8.8.8.8", "2001:4860::1"]),
        ) {
            let texts: Vec<String> = statements
                .iter()
                .map(|(principal, condition, allows)| {
                    let text = document(principal, condition);
                    if *allows { text } else { text.replace("Allow", "Deny") }
                })
                .collect();
            let resource = set(PolicyKind::Resource, &texts.iter().map(String::as_str).collect::<Vec<_>>());
            let is_open = resource.documents().iter().any(|attached| is_public(&attached.policy));
            prop_assert!(is_open || !stranger_is_let_in(&resource, address));
        }
    }

    #[test]
    fn the_stranger_of_the_property_does_get_in_where_everyone_does() {
        let open = set(PolicyKind::Resource, &[&document(STAR, "{}")]);
        assert!(stranger_is_let_in(&open, "8.8.8.8"));
    }
}
