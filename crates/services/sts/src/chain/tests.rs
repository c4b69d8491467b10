use gate::Restrictions;

use super::*;

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.to_owned(), value: value.to_owned() }
}

fn asked(tags: &[(&str, &str)]) -> Vec<shapes::Tag> {
    tags.iter().map(|(key, value)| shapes::Tag { key: (*key).to_owned(), value: (*value).to_owned() }).collect()
}

fn texts(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn session(holder: SessionHolder) -> SessionClaims {
    SessionClaims {
        account: "111122223333".to_owned(),
        holder,
        issued_at: Timestamp::from_millis(0),
        expires_at: Timestamp::from_millis(3_600_000),
        restrictions: Restrictions {
            policy: Some("{}".to_owned()),
            policy_arns: Vec::new(),
            tags: vec![tag("Team", "blue"), tag("Stage", "test")],
            transitive_tag_keys: texts(&["TEAM"]),
        },
        source_identity: Some("ada".to_owned()),
        mfa_at: Some(Timestamp::from_millis(7)),
        is_chained: false,
    }
}

fn role() -> SessionHolder {
    SessionHolder::Role { id: "AROA1".to_owned(), session_name: "nightly".to_owned() }
}

fn refusal(result: Result<SessionTags, Error>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.code(), "InvalidParameterValue");
    error.message()
}

#[test]
fn long_term_credentials_hand_nothing_on() {
    assert_eq!(Chain::of(None), Chain::default());
}

#[test]
fn a_role_session_hands_on_its_transitive_tags_and_its_source_identity_and_no_code() {
    let chain = Chain::of(Some(&session(role())));
    assert_eq!(chain.tags, [tag("Team", "blue")]);
    assert_eq!((chain.is_chained, chain.source_identity.as_deref(), chain.mfa_at), (true, Some("ada"), None));
}

#[test]
fn a_users_session_hands_on_that_a_code_was_shown() {
    let chain = Chain::of(Some(&session(SessionHolder::User { id: "AIDA1".to_owned() })));
    assert_eq!((chain.is_chained, chain.mfa_at), (true, Some(Timestamp::from_millis(7))));
}

#[test]
fn inherited_tags_stay_transitive_and_new_ones_join_them() {
    let chain = Chain::of(Some(&session(role())));
    let tags = chain.with_tags(Some(&asked(&[("Cost", "42"), ("Area", "")])), Some(&texts(&["cost"]))).unwrap();
    assert_eq!(tags.all, [tag("Team", "blue"), tag("Cost", "42"), tag("Area", "")]);
    assert_eq!(tags.transitive_keys, ["Team", "cost"]);
    assert_eq!(tags.asked, [tag("Cost", "42"), tag("Area", "")]);
    assert_eq!(tags.asked_transitive_keys, ["cost"]);
}

#[test]
fn tags_that_are_not_transitive_end_with_their_session() {
    let chain = Chain::of(Some(&session(role())));
    let tags = chain.with_tags(Some(&asked(&[("stage", "prod")])), None).unwrap();
    assert_eq!(tags.all, [tag("Team", "blue"), tag("stage", "prod")]);
}

#[test]
fn an_inherited_tag_is_overridden_in_no_case() {
    let chain = Chain::of(Some(&session(role())));
    let text = "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key \
                from the calling session.";
    for key in ["Team", "team", "TEAM"] {
        assert_eq!(refusal(chain.with_tags(Some(&asked(&[(key, "red")])), None)), text);
        assert_eq!(refusal(chain.with_tags(Some(&asked(&[(key, "red")])), Some(&texts(&[key])))), text);
    }
}

#[test]
fn a_transitive_key_must_be_one_of_the_tags() {
    let text = "The specified transitive tag key must be included in the requested tags.";
    let chain = Chain::default();
    assert_eq!(refusal(chain.with_tags(Some(&asked(&[("a", "1")])), Some(&texts(&["b"])))), text);
    assert_eq!(refusal(chain.with_tags(None, Some(&texts(&["b"])))), text);
    assert!(chain.with_tags(Some(&asked(&[("a", "1")])), Some(&texts(&["A"]))).is_ok());
}

#[test]
fn tag_keys_are_one_whatever_their_case() {
    let text = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
    assert_eq!(
        refusal(Chain::default().with_tags(Some(&asked(&[("Größe", "1"), ("GRÖSSE", "2"), ("größe", "3")])), None)),
        text
    );
    assert_eq!(refusal(Chain::default().with_tags(Some(&asked(&[("a", "1"), ("A", "1")])), None)), text);
}

#[test]
fn inherited_tags_count_among_the_fifty() {
    let chain = Chain::of(Some(&session(role())));
    let numbers: Vec<String> = (0..50).map(|number| number.to_string()).collect();
    let tags: Vec<(&str, &str)> = numbers.iter().map(|number| (number.as_str(), "")).collect();
    assert!(Chain::default().with_tags(Some(&asked(&tags)), None).is_ok());
    assert_eq!(chain.with_tags(Some(&asked(&tags)), None).unwrap_err().code(), "ValidationError");
}

#[test]
fn keys_of_aws_are_reserved() {
    refusal(Chain::default().with_tags(Some(&asked(&[("AWS:mine", "1")])), None));
}
