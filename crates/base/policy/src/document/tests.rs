use proptest::prelude::*;

use super::*;

fn error(text: &str, kind: PolicyKind) -> String {
    Policy::parse(text, kind).unwrap_err().to_string()
}

/// A document of one statement, given without its braces.
fn document(statement: &str) -> String {
    format!("{{\"Version\":\"2012-10-17\",\"Statement\":{{{statement}}}}}")
}

const GOOD: &str = r#""Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::bucket/*""#;
const TRUST: &str = r#""Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole""#;

#[test]
fn well_formed_documents_of_each_kind_are_accepted() {
    let resource = r#""Effect":"Deny","Principal":"*","Action":["secretsmanager:*"],"Resource":["*"]"#;
    for (kind, statement) in [
        (PolicyKind::Identity, GOOD),
        (PolicyKind::Boundary, GOOD),
        (PolicyKind::Session, GOOD),
        (PolicyKind::Control, GOOD),
        (PolicyKind::Control, resource),
        (PolicyKind::Trust, TRUST),
        (PolicyKind::Resource, resource),
        (PolicyKind::Endpoint, resource),
        (PolicyKind::Key, resource),
        (PolicyKind::Key, r#""Effect":"Allow","Principal":"*","Action":"kms:*""#),
        (PolicyKind::Key, r#""Effect":"Allow","Principal":"*","Resource":"*""#),
        (PolicyKind::Identity, r#""Sid":"a1","Effect":"Deny","NotAction":"*","NotResource":"arn:aws:sqs""#),
        (PolicyKind::Identity, r#""Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::*:user/${aws:username}""#),
        (PolicyKind::Identity, r#""Effect":"Allow","Action":"a:b","Resource":"*","Condition":{}"#),
        (
            PolicyKind::Identity,
            r#""Effect":"Allow","Action":"a:b","Resource":"*","Condition":{"Bool":{"a:b":true},
            "NumericLessThan":{"a:c":[3,"4",5.50]},"Null":{"a:d":"False"}}"#,
        ),
    ] {
        assert!(Policy::parse(&document(statement), kind).is_ok(), "{kind:?} {statement}");
    }
}

#[test]
fn a_document_that_is_not_well_formed_has_syntax_errors() {
    for text in [
        "",
        "no",
        "[]",
        "null",
        "{}",
        "{\"Version\":\"2012-10-17\"}",
        "{\"Version\":\"2012-10-17\",\"Statement\":[]}",
        "{\"Version\":\"2012-10-17\",\"Statement\":\"x\"}",
        "{\"Version\":\"2013-10-17\",\"Statement\":{}}",
        "{\"Version\":[\"2012-10-17\"],\"Statement\":{}}",
        &format!("{} x", document(GOOD)),
        &document(GOOD).replacen('{', "{\"Id\":\"x\",", 1),
        &document(GOOD).replacen('{', "{\"Extra\":1,", 1),
        &document(GOOD).replacen('{', "{\"Version\":\"2012-10-17\",", 1),
        &document(&format!("{GOOD},\"Effect\":\"Allow\"")),
        &document(&format!("{GOOD},\"Extra\":\"x\"")),
        &document(&format!("{GOOD},\"NotAction\":\"x\"")),
        &document(&format!("{GOOD},\"Sid\":1")),
        &document(&GOOD.replace("Allow", "allow")),
        &document(&GOOD.replace("Effect", "effect")),
        &document(&GOOD.replace("\"s3:Get*\"", "[1]")),
        &document(&format!("{GOOD},\"Condition\":[]")),
        &document(&format!("{GOOD},\"Condition\":{{\"StringSame\":{{\"a:b\":\"c\"}}}}")),
        &document(&format!("{GOOD},\"Condition\":{{\"StringEquals\":{{\"a:b\":null}}}}")),
        &document(&format!("{GOOD},\"Condition\":{{\"StringEquals\":{{\"a:b\":[[\"c\"]]}}}}")),
        &document(&format!("{GOOD},\"Condition\":{{\"StringEquals\":{{\"a:b\":\"c\",\"a:b\":\"d\"}}}}")),
        &document(&format!("{GOOD},\"Condition\":{{\"Bool\":{{\"a:b\":\"c\"}},\"Bool\":{{}}}}")),
        &document(&format!("{GOOD},\"Condition\":{{\"Null\":{{\"a:b\":\"c\"}}}}")),
    ] {
        assert_eq!(error(text, PolicyKind::Identity), "Syntax errors in policy.", "{text}");
    }
}

#[test]
fn identity_policies_are_refused_in_aws_words() {
    let with = |old: &str, new: &str| document(&GOOD.replace(old, new));
    let resource = |arn: &str| with("arn:aws:s3:::bucket/*", arn);
    let iam_path = "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, \
                    instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, \
                    report/, access-report/.";
    for (text, message) in [
        (document(GOOD).replace("2012", "2008"), "Policy document must be version 2012-10-17 or greater."),
        (format!("{{\"Statement\":{{{GOOD}}}}}"), "Policy document must be version 2012-10-17 or greater."),
        (document(&format!("{GOOD},\"Principal\":\"*\"")), "Policy document should not specify a principal."),
        (
            format!(r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"a",{GOOD}}},{{"Sid":"a",{GOOD}}}]}}"#),
            "Statement IDs (SID) in a single policy must be unique.",
        ),
        (
            document(&format!("{GOOD},\"Sid\":\"a b\"")),
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression \
             [0-9A-Za-z]*",
        ),
        (with("\"s3:Get*\"", "[]"), "Policy statement must contain actions."),
        (document(r#""Effect":"Allow","Resource":"*""#), "Policy statement must contain actions."),
        (document(r#""Effect":"Allow","Action":"*""#), "Policy statement must contain resources."),
        (with("s3:Get*", "GetObject"), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
        (with("s3:Get*", "s3:Get:Object"), "Actions/Condition can contain only one colon."),
        (with("s3:Get*", "a a:Get"), "Vendor a a is not valid"),
        (with("s3:Get*", "*:Get"), "Vendor * is not valid"),
        (resource("adf"), "Resource adf must be in ARN format or \"*\"."),
        (resource("a:aws:s3:::b"), "Resource a:aws:s3:::b must be in ARN format or \"*\"."),
        (resource("arn:b:c:d:e:f:g:h"), "Partition \"b\" is not valid for resource \"arn:b:c:d:e:f:g:h\"."),
        (resource("arn:error:s3"), "Partition \"error\" is not valid for resource \"arn:error:s3:*:*:*\"."),
        (resource("arn:aws"), "Resource vendor must be fully qualified and cannot contain regexes."),
        (resource("arn:aws:s*:::b"), "Resource vendor must be fully qualified and cannot contain regexes."),
        (
            resource("arn:aws:iam:eu-west-1:1:user/a"),
            "IAM resource arn:aws:iam:eu-west-1:1:user/a cannot contain region information.",
        ),
        (resource("arn:aws:s3:eu-west-1::b"), "Resource arn:aws:s3:eu-west-1::b can not contain region information."),
        (resource("arn:aws:iam::1:usr/a"), iam_path),
        (
            document(&format!("{GOOD},\"Condition\":{{\"DateLessThan\":{{\"aws:CurrentTime\":\"soon\"}}}}")),
            "The policy failed legacy parsing",
        ),
    ] {
        assert_eq!(error(&text, PolicyKind::Identity), message, "{text}");
    }
    assert_eq!(Policy::parse("", PolicyKind::Identity).unwrap_err().code(), "MalformedPolicyDocument");
}

#[test]
fn trust_policies_are_refused_in_aws_words() {
    let with = |old: &str, new: &str| document(&TRUST.replace(old, new));
    for (text, message) in [
        ("no".to_owned(), "This policy contains invalid Json"),
        (document(&format!("{TRUST},\"Resource\":\"*\"")), "Has prohibited field Resource"),
        (with("Principal", "NotPrincipal"), "Has prohibited field NotPrincipal"),
        (with("\"sts:AssumeRole\"", "[]"), "Missing required field Action"),
        (document(r#""Effect":"Allow","Action":"sts:AssumeRole""#), "Missing required field Principal"),
        (with("{\"AWS\":\"111122223333\"}", "{}"), "Missing required field Principal"),
        (with("111122223333", "alice"), "Invalid principal in policy: \"AWS\":\"alice\""),
        (with("sts:AssumeRole", "s3:*"), "AssumeRole policy may only specify STS AssumeRole actions."),
        (with("sts:AssumeRole", "*"), "AssumeRole policy may only specify STS AssumeRole actions."),
        (with("\"Effect\":\"Allow\",", ""), "Missing required field Effect"),
    ] {
        assert_eq!(error(&text, PolicyKind::Trust), message, "{text}");
    }
}

#[test]
fn resource_policies_are_refused_in_the_words_of_secrets_manager() {
    let statement = r#""Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"*","Resource":"*""#;
    let principal = "This resource policy contains an unsupported principal";
    for (text, message) in [
        ("no".to_owned(), "This policy has invalid syntax."),
        (document(statement).replace("2012", "2013"), "This policy has invalid syntax."),
        (document(&statement.replace("\"Action\":\"*\",", "")), "This policy has invalid syntax."),
        (document(&statement.replace(r#""Resource":"*""#, r#""Resource":"x""#)), "This policy has invalid syntax."),
        (document(&statement.replace("111122223333", "alice")), principal),
    ] {
        assert_eq!(error(&text, PolicyKind::Resource), message, "{text}");
    }
    assert!(Policy::parse(&document(statement).replace("2012", "2008"), PolicyKind::Resource).is_ok());
}

#[test]
fn statements_know_where_they_stand() {
    let text =
        format!("{{\"Version\":\"2012-10-17\",\n  \"Statement\": [{{\n{GOOD}\n  }}, {{\"Sid\":\"b\",{GOOD}}}]}}");
    let policy = Policy::parse(&text, PolicyKind::Identity).unwrap();
    let spans: Vec<Span> = policy.statements().iter().map(Statement::position).collect();
    assert_eq!(spans[0].start, Position { line: 2, column: 17 });
    assert_eq!(spans[0].end, Position { line: 4, column: 4 });
    assert_eq!(spans[1].start, Position { line: 4, column: 6 });
    assert_eq!(policy.statements()[1].sid(), Some("b"));
}

#[test]
fn context_keys_and_principals_are_listed_as_written() {
    let text = document(
        r#""Effect":"Allow","Principal":{"AWS":["111122223333","AIDAABCDEFGHIJKLMNOPQ"],"Service":"a.b"},"Action":"*",
        "Resource":"arn:aws:s3:::${aws:username}","Condition":{"StringEquals":{"AWS:UserName":"${aws:PrincipalTag/T}"}}"#,
    );
    let policy = Policy::parse(&text, PolicyKind::Resource).unwrap();
    assert_eq!(policy.context_keys().collect::<Vec<_>>(), ["AWS:UserName", "aws:PrincipalTag/T"]);
    let principals: Vec<_> = policy.principals().map(|element| (element.kind, element.text)).collect();
    assert_eq!(
        principals,
        [
            (PrincipalKind::Aws, "111122223333"),
            (PrincipalKind::Aws, "AIDAABCDEFGHIJKLMNOPQ"),
            (PrincipalKind::Service, "a.b")
        ]
    );
}

#[test]
fn pathological_documents_are_refused_or_read_at_once() {
    let started = std::time::Instant::now();
    let deep = format!("{{\"Statement\":{}1{}}}", "[".repeat(60_000), "]".repeat(60_000));
    assert!(Policy::parse(&deep, PolicyKind::Identity).is_err());
    let unclosed = "{\"Statement\":".repeat(10_000);
    assert!(Policy::parse(&unclosed, PolicyKind::Identity).is_err());
    let many = format!("[{}]", vec![format!("{{{GOOD}}}"); 1_500].join(",\n"));
    let many = format!("{{\"Version\":\"2012-10-17\",\"Statement\":{many}}}");
    assert_eq!(Policy::parse(&many, PolicyKind::Identity).unwrap().statements().len(), 1_500);
    let long = document(&GOOD.replace("bucket", &"*?".repeat(60_000)));
    assert!(Policy::parse(&long, PolicyKind::Identity).is_ok());
    assert!(Policy::parse(&long.replace("*?*?", "*?*?*?*?"), PolicyKind::Identity).is_err());
    assert!(started.elapsed() < std::time::Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn a_key_policy_has_words_of_its_own_for_principals_and_takes_no_empty_elements() {
    for (statement, text) in [
        (
            r#""Effect":"Allow","Principal":{"AWS":"alice"},"Action":"kms:*","Resource":"*""#,
            "Policy contains a statement with one or more invalid principals.",
        ),
        (
            r#""Effect":"Allow","Principal":"*","Action":"kms:*","NotResource":[]"#,
            "Policy statement must contain resources.",
        ),
        (r#""Effect":"Allow","Principal":"*","NotAction":[],"Resource":"*""#, "Policy statement must contain actions."),
    ] {
        let refusal = Policy::parse(&document(statement), PolicyKind::Key).unwrap_err();
        assert_eq!(refusal.to_string(), text);
    }
}

#[test]
fn the_keys_that_are_asked_for_all_their_values_are_known() {
    let statement = r#""Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*","Condition":{
        "ForAllValues:StringEquals":{"kms:EncryptionContext:App":"a","aws:TagKeys":"b"},
        "ForAnyValue:StringLike":{"kms:ResourceAliases":"alias/x"},"StringEquals":{"kms:CallerAccount":"1"}}"#;
    let policy = Policy::parse(&document(statement), PolicyKind::Key).unwrap();
    let keys: Vec<&str> = policy.keys_for_all_values().collect();
    assert_eq!(keys, ["kms:encryptioncontext:app", "aws:tagkeys"]);
}

const KINDS: [PolicyKind; 8] = [
    PolicyKind::Identity,
    PolicyKind::Trust,
    PolicyKind::Resource,
    PolicyKind::Session,
    PolicyKind::Boundary,
    PolicyKind::Control,
    PolicyKind::Endpoint,
    PolicyKind::Key,
];

proptest! {
    #[test]
    fn no_text_makes_the_reader_fall_over(text in "\\PC{0,60}", at in 0_usize..200, cut in 0_usize..20) {
        let whole = document(&format!("{TRUST},\"Resource\":\"*\",\"Condition\":{{\"StringLike\":{{\"a:b\":\"${{c}}*\"}}}}"));
        let (before, after) = (whole.chars().take(at), whole.chars().skip(at + cut));
        let damaged: String = before.chain(text.chars()).chain(after).collect();
        for kind in KINDS {
            let _ = Policy::parse(&text, kind);
            let _ = Policy::parse(&damaged, kind);
        }
        if let Ok(same) = rewrite_principals(&damaged, &|_| None) {
            prop_assert_eq!(same, damaged);
        }
    }
}
