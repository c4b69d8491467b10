use proptest::{collection::vec, option, prelude::Strategy, prop_assert, prop_assert_eq, prop_assert_ne, proptest};

use super::*;

type Tags = std::iter::Copied<std::slice::Iter<'static, (&'static str, &'static str)>>;

fn named(name: &str) -> Attributes<'_, Tags> {
    Attributes { name, description: None, tags: [].iter().copied(), primary_region: None, owning_service: None }
}

fn described(description: &str) -> Attributes<'_, Tags> {
    Attributes { description: Some(description), ..named("n") }
}

fn tagged(tags: &'static [(&'static str, &'static str)]) -> Attributes<'static, Tags> {
    Attributes { tags: tags.iter().copied(), ..named("n") }
}

fn filters(list: &[(&str, &[&str])]) -> Filters {
    let owned: Vec<(&str, Vec<String>)> =
        list.iter().map(|(key, values)| (*key, values.iter().map(|value| (*value).to_owned()).collect())).collect();
    Filters::parse(owned.iter().map(|(key, values)| (Some(*key), Some(values.as_slice())))).unwrap()
}

/// Which of the names one filter finds.
fn names_found<'a>(key: &str, values: &[&str], names: &[&'a str]) -> Vec<&'a str> {
    let filters = filters(&[(key, values)]);
    names.iter().copied().filter(|name| filters.matches(&named(name))).collect()
}

fn descriptions_found<'a>(values: &[&str], descriptions: &[&'a str]) -> Vec<&'a str> {
    let filters = filters(&[("description", values)]);
    descriptions.iter().copied().filter(|text| filters.matches(&described(text))).collect()
}

#[test]
fn no_filters_select_everything() {
    assert!(filters(&[]).is_empty());
    assert!(filters(&[]).matches(&named("n")));
    assert!(!filters(&[("name", &["n"])]).is_empty());
}

#[test]
fn names_match_by_prefix_of_the_whole_name_with_case() {
    let names = ["testing1/one", "/testing2/two", "Testing3"];
    assert_eq!(names_found("name", &["testing1"], &names), ["testing1/one"]);
    assert_eq!(names_found("name", &["testing1/one"], &names), ["testing1/one"]);
    assert_eq!(names_found("name", &["testing1 one"], &names), [""; 0]);
    assert_eq!(names_found("name", &["TESTING"], &names), [""; 0]);
    assert_eq!(names_found("name", &["one"], &names), [""; 0]);
    assert_eq!(names_found("name", &["/"], &names), ["/testing2/two"]);
    assert_eq!(names_found("name", &[""], &names), names);
}

#[test]
fn an_exclamation_mark_selects_the_other_names() {
    let names = ["testing1/one", "/testing2/two", "!odd"];
    assert_eq!(names_found("name", &["!/"], &names), ["testing1/one", "!odd"]);
    assert_eq!(names_found("name", &["!!"], &names), ["testing1/one", "/testing2/two"]);
    assert_eq!(names_found("name", &["!"], &names), [""; 0]);
}

#[test]
fn descriptions_match_by_words_without_case() {
    let texts = ["a secret", "an secret", "asecret", "Another Secret"];
    assert_eq!(descriptions_found(&["a secret"], &texts), ["a secret", "an secret", "Another Secret"]);
    assert_eq!(descriptions_found(&["SECRET A"], &texts), ["a secret", "an secret", "Another Secret"]);
    assert_eq!(descriptions_found(&["!a"], &["a secret", "no match", "asecret"]), ["no match"]);

    let texts = ["one two", "one and two", "one", "two", "unrelated"];
    assert_eq!(descriptions_found(&["one two"], &texts), ["one two", "one and two"]);
    assert_eq!(descriptions_found(&["o t"], &texts), ["one two", "one and two"]);
    assert_eq!(descriptions_found(&["t"], &texts), ["one two", "one and two", "two"]);
    assert_eq!(descriptions_found(&["one", "!two"], &texts), ["one two", "one and two", "one", "unrelated"]);
    assert_eq!(descriptions_found(&["!o"], &texts), ["two", "unrelated"]);
}

#[test]
fn a_repeated_key_joins_by_and() {
    let both = filters(&[("description", &["one"]), ("description", &["two"])]);
    let found: Vec<_> =
        ["one two", "one", "two", "unrelated"].into_iter().filter(|t| both.matches(&described(t))).collect();
    assert_eq!(found, ["one two"]);
}

#[test]
fn values_of_one_filter_join_by_or() {
    assert_eq!(names_found("name", &["foo", "bar"], &["foo", "bar", "baz"]), ["foo", "bar"]);
}

#[test]
fn tags_match_by_prefix_with_case() {
    let secret = tagged(&[("team", "Payments"), ("stage", "prod")]);
    for (key, value, found) in [
        ("tag-key", "te", true),
        ("tag-key", "stage", true),
        ("tag-key", "Team", false),
        ("tag-key", "prod", false),
        ("tag-value", "Pay", true),
        ("tag-value", "pay", false),
        ("tag-value", "prod", true),
        ("tag-value", "stage", false),
        ("tag-key", "!te", false),
        ("tag-key", "!owner", true),
        ("tag-value", "!prod", false),
    ] {
        assert_eq!(filters(&[(key, &[value])]).matches(&secret), found, "{key} {value}");
    }
}

#[test]
fn different_keys_join_by_and() {
    let both = filters(&[("tag-key", &["right"]), ("tag-value", &["right"])]);
    assert!(both.matches(&tagged(&[("right", "right")])));
    assert!(!both.matches(&tagged(&[("right", "wrong")])));
    assert!(!both.matches(&tagged(&[("wrong", "right")])));
}

#[test]
fn regions_and_services_match_by_prefix() {
    let secret = Attributes { primary_region: Some("eu-central-1"), owning_service: Some("rds"), ..named("n") };
    for (key, value, found) in [
        ("primary-region", "eu-", true),
        ("primary-region", "us-", false),
        ("primary-region", "EU-", false),
        ("primary-region", "!us-", true),
        ("owning-service", "rds", true),
        ("owning-service", "n/a", false),
    ] {
        assert_eq!(filters(&[(key, &[value])]).matches(&secret), found, "{key} {value}");
    }
}

#[test]
fn what_lacks_an_attribute_matches_only_negated_values() {
    for key in ["description", "tag-key", "tag-value", "primary-region", "owning-service"] {
        assert!(!filters(&[(key, &["x"])]).matches(&named("n")), "{key}");
        assert!(filters(&[(key, &["!x"])]).matches(&named("n")), "{key}");
    }
    assert!(!filters(&[("tag-key", &[""])]).matches(&named("n")));
}

#[test]
fn all_looks_into_names_descriptions_and_tags() {
    let all = filters(&[("all", &["foo"])]);
    for secret in [named("a/foo"), described("some foo"), tagged(&[("Foo", "1")]), tagged(&[("1", "foobar")])] {
        assert!(all.matches(&secret), "{secret:?}");
    }
    for secret in [
        named("none"),
        Attributes { primary_region: Some("foo"), ..named("n") },
        Attributes { owning_service: Some("foo"), ..named("n") },
    ] {
        assert!(!all.matches(&secret), "{secret:?}");
        assert!(filters(&[("all", &["!foo"])]).matches(&secret), "{secret:?}");
    }
}

#[test]
fn all_wants_every_word_in_the_same_attribute() {
    let two = filters(&[("all", &["left right"])]);
    assert!(two.matches(&described("right and left")));
    assert!(two.matches(&tagged(&[("1", "LeftRight")])));
    assert!(!two.matches(&tagged(&[("left", "right")])));
    assert!(!two.matches(&Attributes { description: Some("right"), ..named("left") }));
}

#[test]
fn all_finds_what_aws_was_seen_to_find() {
    // The names end in a random hexadecimal mark there.
    let first = named("SecretOne4f0a9c");
    let second = Attributes { description: Some("DescTwo"), ..named("SecretTwo4f0a9c") };
    let third = named("Thirdsecret4f0a9c");
    let key = Attributes { tags: [("foo", "v")].iter().copied(), ..named("SecretFValue4f0a9c") };
    let value = Attributes { tags: [("1", "foo")].iter().copied(), ..named("SecretFTag4f0a9c") };
    let none = named("none4f0a9c");
    let secrets = [first, second, third, key, value, none];
    for (sought, expected) in [
        ("SecretOne", &[0][..]),
        ("foo", &[3, 4]),
        ("Secret", &[0, 1, 3, 4]),
        ("secret", &[0, 1, 3, 4]),
        ("sec", &[0, 1, 3, 4]),
        ("ret", &[]),
        ("SomeSecret", &[]),
        ("d", &[1]),
        ("d t", &[1]),
        ("t", &[1, 2, 4]),
    ] {
        let all = filters(&[("all", &[sought])]);
        let found: Vec<_> = (0..secrets.len()).filter(|index| all.matches(&secrets[*index])).collect();
        assert_eq!(found, expected, "{sought}");
    }
}

#[test]
fn all_splits_names_as_aws_was_seen_to_split() {
    let split = [
        "prod/AppBeta/4f0a9c",
        "prod_AppBeta_4f0a9c",
        "prod+AppBeta+4f0a9c",
        "prod=AppBeta=4f0a9c",
        "prod.AppBeta.4f0a9c",
        "prod@AppBeta@4f0a9c",
        "prod-AppBeta-4f0a9c",
    ];
    let [mixed, capitals, partly] = ["prod-AppBeta/4f0a9c", "uat/COMPANY/4f0a9c", "uat/COMPANYthings/4f0a9c"];
    let names = [&split[..], &[mixed, capitals, partly]].concat();
    for (sought, expected) in [
        (&["AppBeta"][..], &split[..]),
        (&["Beta"], &split),
        (&["4f0a9c"], &[&split[..], &[capitals, partly]].concat()),
        (&["+"], &[]),
        (&["/"], &[]),
        (&["company"], &[capitals]),
        (&["things"], &[]),
        (&["Ythings"], &[partly]),
        (&["N"], &[]),
        (&["pany"], &[]),
        // What begins the whole name finds it, whatever its special characters.
        (&["AppBeta", "prod"], &[&split[..], &[mixed]].concat()),
    ] {
        assert_eq!(names_found("all", sought, &names), expected, "{sought:?}");
    }
}

#[test]
fn missing_members_and_unknown_keys_are_refused_in_the_words_of_aws() {
    let values = ["x".to_owned()];
    let parse = |key, values| Filters::parse([(Some("name"), Some(&["x".to_owned()][..])), (key, values)]).map(|_| ());
    for (key, values, text) in [
        (None, Some(&values[..]), "Invalid filter key"),
        (None, None, "Invalid filter key"),
        (Some("description"), None, "Invalid filter values for key: description"),
        (
            Some("Name"),
            Some(&values[..]),
            "1 validation error detected: Value 'Name' at 'filters.2.member.key' failed to satisfy constraint: \
             Member must satisfy enum value set: [description, name, tag-key, tag-value, primary-region, \
             owning-service, all]",
        ),
    ] {
        assert_eq!(parse(key, values).unwrap_err().to_string(), text);
    }
}

#[test]
fn name_prefixes_are_known_only_from_plain_names() {
    assert_eq!(filters(&[("name", &["prod/", "dev/"])]).name_prefixes(), Some(vec!["dev/", "prod/"]));
    assert_eq!(filters(&[("name", &["ab", "b", "a", "abc", "a"])]).name_prefixes(), Some(vec!["a", "b"]));
    assert_eq!(filters(&[("all", &["x"]), ("name", &["prod/"])]).name_prefixes(), Some(vec!["prod/"]));
    assert_eq!(filters(&[("name", &["!x"]), ("name", &["prod/"])]).name_prefixes(), Some(vec!["prod/"]));
    assert_eq!(filters(&[("name", &["prod/", "!dev/"])]).name_prefixes(), None);
    assert_eq!(filters(&[("name", &["prod/", ""])]).name_prefixes(), None);
    assert_eq!(filters(&[("tag-key", &["prod/"])]).name_prefixes(), None);
    assert_eq!(filters(&[]).name_prefixes(), None);
}

#[test]
fn sought_names_are_the_plain_values_as_given() {
    let filters = filters(&[("name", &["b", "ab", "a", "!c"]), ("all", &["d"]), ("name", &["e"])]);
    assert_eq!(filters.sought_names().collect::<Vec<_>>(), ["b", "ab", "a", "e"]);
}

type OwnedSecret = (String, Option<String>, Vec<(String, String)>);

fn secrets() -> impl Strategy<Value = OwnedSecret> {
    let text = "[aAb/-]{0,5}";
    ("[aAb/-]{1,5}", option::of("[aAb /-]{0,8}"), vec((text, text), 0..3))
}

fn lists() -> impl Strategy<Value = Vec<(&'static str, Vec<String>)>> {
    let key = proptest::sample::select(FilterKey::KEYS.map(FilterKey::as_str).to_vec());
    vec((key, vec("!?[aAb /-]{0,3}", 1..3)), 0..3)
}

fn parsed(list: &[(&str, Vec<String>)]) -> Filters {
    Filters::parse(list.iter().map(|(key, values)| (Some(*key), Some(values.as_slice())))).unwrap()
}

fn found(list: &[(&str, Vec<String>)], (name, description, tags): &OwnedSecret) -> bool {
    parsed(list).matches(&Attributes {
        name,
        description: description.as_deref(),
        tags: tags.iter().map(|(key, value)| (key.as_str(), value.as_str())),
        primary_region: None,
        owning_service: None,
    })
}

proptest! {
    #[test]
    fn joined_filters_find_what_each_of_them_finds(one in lists(), other in lists(), secret in secrets()) {
        let both = [one.clone(), other.clone()].concat();
        prop_assert_eq!(found(&both, &secret), found(&one, &secret) && found(&other, &secret));
    }

    #[test]
    fn joined_values_find_what_any_of_them_finds(list in lists(), secret in secrets()) {
        for (key, values) in list {
            let any = values.iter().any(|value| found(&[(key, vec![value.clone()])], &secret));
            prop_assert_eq!(found(&[(key, values)], &secret), any);
        }
    }

    #[test]
    fn a_value_and_its_negation_part_the_secrets(list in lists(), secret in secrets()) {
        for (key, values) in list {
            for value in values {
                let plain = value.trim_start_matches('!').to_owned();
                let negated = format!("!{plain}");
                prop_assert_ne!(found(&[(key, vec![plain])], &secret), found(&[(key, vec![negated])], &secret));
            }
        }
    }

    #[test]
    fn whatever_matches_begins_with_a_name_prefix(list in lists(), secret in secrets()) {
        let filters = parsed(&list);
        if let Some(prefixes) = filters.name_prefixes() && found(&list, &secret) {
            prop_assert!(prefixes.iter().any(|prefix| secret.0.starts_with(prefix)));
        }
    }

    #[test]
    fn name_prefixes_do_not_begin_with_each_other(list in lists()) {
        let filters = parsed(&list);
        let prefixes = filters.name_prefixes().unwrap_or_default();
        for (index, prefix) in prefixes.iter().enumerate() {
            let others = prefixes.iter().enumerate().filter(|(other, _)| *other != index);
            prop_assert!(others.into_iter().all(|(_, other)| !other.starts_with(prefix)));
        }
    }

    #[test]
    fn a_secret_is_found_by_its_own_words(secret in secrets()) {
        let (name, description, _) = &secret;
        if words(name).next().is_some() {
            prop_assert!(found(&[("all", vec![name.clone()])], &secret));
        }
        if let Some(text) = description && words(text).next().is_some() {
            prop_assert!(found(&[("description", vec![text.clone()])], &secret));
        }
    }
}
