use proptest::{
    collection::btree_map,
    option,
    prelude::{Just, Strategy, any, prop_oneof},
    prop_assert, proptest,
    sample::subsequence,
};
use terms::{AccountId, Timestamp};

use super::*;

type Pairs = BTreeMap<String, String>;

fn grant(operations: &[&str], constraint: Option<GrantConstraint>) -> GrantRecord {
    GrantRecord {
        id: "0".repeat(64),
        name: None,
        created_at: Timestamp::from_millis(0),
        grantee: "AROAGRANTEE".to_owned(),
        retiree: None,
        issuing_account: AccountId::parse("111122223333").unwrap(),
        operations: operations.iter().map(|&name| name.to_owned()).collect(),
        constraint,
    }
}

fn pairs(pairs: &[(&str, &str)]) -> Pairs {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn equals(of: &[(&str, &str)]) -> Option<GrantConstraint> {
    Some(GrantConstraint::EncryptionContextEquals(pairs(of)))
}

fn subset(of: &[(&str, &str)]) -> Option<GrantConstraint> {
    Some(GrantConstraint::EncryptionContextSubset(pairs(of)))
}

#[test]
fn a_constraint_asks_for_the_very_context_or_for_a_part_of_it() {
    let decrypts = |constraint, context: &[(&str, &str)]| {
        allows(&grant(&["Decrypt"], constraint), "Decrypt", ContextPairs::Map(&pairs(context)))
    };
    let (app, more) = ([("App", "a")], [("App", "a"), ("Env", "b")]);
    for context in [&app[..], &more, &[]] {
        assert!(decrypts(None, context));
        assert_eq!(decrypts(equals(&app), context), context == app);
        assert_eq!(decrypts(subset(&app), context), !context.is_empty());
    }
    for other in [[("app", "a")], [("App", "A")]] {
        assert!(!decrypts(equals(&app), &other) && !decrypts(subset(&app), &other));
    }
    assert!(!allows(&grant(&["Decrypt"], subset(&app)), "Decrypt", ContextPairs::None));
    assert!(allows(&grant(&["Decrypt"], equals(&[])), "Decrypt", ContextPairs::None));
}

#[test]
fn a_constraint_does_not_bind_operations_without_a_context() {
    let bound = grant(&["DescribeKey", "GenerateMac", "Decrypt"], equals(&[("App", "a")]));
    assert!(allows(&bound, "DescribeKey", ContextPairs::None) && allows(&bound, "GenerateMac", ContextPairs::None));
    assert!(!allows(&bound, "Decrypt", ContextPairs::None) && !allows(&bound, "Encrypt", ContextPairs::None));
}

#[test]
fn a_child_has_no_more_operations_and_no_looser_constraint() {
    let parent = grant(&["CreateGrant", "Decrypt"], subset(&[("App", "a")]));
    let may = |operations: &[&str], constraint| may_make(&parent, &grant(operations, constraint));
    assert!(may(&["Decrypt"], subset(&[("App", "a")])));
    assert!(may(&["Decrypt", "CreateGrant"], subset(&[("App", "a"), ("Env", "b")])));
    assert!(may(&["Decrypt"], equals(&[("App", "a")])));
    assert!(!may(&["Encrypt"], equals(&[("App", "a")])));
    assert!(!may(&["Decrypt"], None));
    assert!(!may(&["Decrypt"], subset(&[("Env", "b")])));
    assert!(!may(&["Decrypt"], subset(&[("app", "a")])));
    let childless = grant(&["Decrypt"], None);
    assert!(!may_make(&childless, &grant(&["Decrypt"], None)));
}

#[test]
fn a_grant_is_retired_by_whom_it_names_by_its_maker_and_by_its_grantee_if_it_says_so() {
    let mut grant = grant(&["Decrypt"], None);
    assert_eq!(retirers(&grant), ["111122223333"]);
    grant.retiree = Some("AIDARETIREE".to_owned());
    assert_eq!(retirers(&grant), ["AIDARETIREE", "111122223333"]);
    grant.operations.push("RetireGrant".to_owned());
    assert_eq!(retirers(&grant), ["AIDARETIREE", "AROAGRANTEE", "111122223333"]);
}

#[test]
fn a_repeated_request_is_known_by_its_name_and_all_its_members() {
    let first = GrantRecord { name: Some("n".to_owned()), ..grant(&["Decrypt", "Encrypt"], None) };
    let again = GrantRecord { id: "1".repeat(64), ..first.clone() };
    let found = |wanted: &GrantRecord| made_before([&first], wanted).is_some();
    assert!(found(&again));
    assert!(found(&GrantRecord { operations: vec!["Encrypt".to_owned(), "Decrypt".to_owned()], ..again.clone() }));
    for other in [
        GrantRecord { name: None, ..again.clone() },
        GrantRecord { name: Some("m".to_owned()), ..again.clone() },
        GrantRecord { grantee: "AROAOTHER".to_owned(), ..again.clone() },
        GrantRecord { retiree: Some("AROAOTHER".to_owned()), ..again.clone() },
        GrantRecord { constraint: equals(&[]), ..again.clone() },
        GrantRecord { operations: vec!["Encrypt".to_owned()], ..again.clone() },
        GrantRecord { issuing_account: AccountId::parse("444455556666").unwrap(), ..again.clone() },
    ] {
        assert!(!found(&other), "{other:?}");
    }
    let nameless = GrantRecord { name: None, ..first.clone() };
    assert!(made_before([&nameless], &nameless).is_none());
}

/// Few names, so that contexts and constraints meet.
fn some_pairs() -> impl Strategy<Value = Pairs> {
    btree_map("[aAb]", "[xX]", 0..3)
}

fn some_constraint() -> impl Strategy<Value = Option<GrantConstraint>> {
    option::of(prop_oneof![
        some_pairs().prop_map(GrantConstraint::EncryptionContextEquals),
        some_pairs().prop_map(GrantConstraint::EncryptionContextSubset),
    ])
}

fn some_grant() -> impl Strategy<Value = GrantRecord> {
    let operations = subsequence(vec!["Decrypt", "Encrypt", "GenerateMac", "DescribeKey", "CreateGrant"], 0..=5);
    (operations, some_constraint()).prop_map(|(operations, constraint)| grant(&operations, constraint))
}

/// A grant, and one that is often within it.
fn parent_and_child() -> impl Strategy<Value = (GrantRecord, GrantRecord)> {
    (some_grant(), some_grant(), some_pairs(), any::<bool>()).prop_flat_map(|(parent, stranger, more, is_near)| {
        let mut near = parent.clone();
        near.constraint = match near.constraint {
            Some(GrantConstraint::EncryptionContextSubset(mut pairs)) => {
                pairs.extend(more);
                Some(GrantConstraint::EncryptionContextSubset(pairs))
            }
            other => other,
        };
        (Just(parent), Just(if is_near { near } else { stranger }))
    })
}

proptest! {
    #[test]
    fn a_child_never_allows_a_context_that_its_parent_refuses(
        (parent, child) in parent_and_child(),
        context in option::of(some_pairs()),
    ) {
        if may_make(&parent, &child) {
            for operation in ON_EVERY_KEY.iter().chain(ON_SYMMETRIC_KEYS).chain(ON_HMAC_KEYS) {
                let allows = |grant| allows(grant, operation, context.as_ref().map_or(ContextPairs::None, ContextPairs::Map));
                prop_assert!(!allows(&child) || allows(&parent), "{operation}");
            }
        }
    }

    #[test]
    fn what_a_grandchild_allows_the_first_grant_allows(
        (parent, child) in parent_and_child(),
        grandchild in some_grant(),
    ) {
        if may_make(&parent, &child) && may_make(&child, &grandchild) {
            prop_assert!(may_make(&parent, &grandchild));
        }
    }
}
