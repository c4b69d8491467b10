//! From what the caller wrote to the function that is meant. Pure.

use contract::function_arn;
use terms::{AccountId, Region, Scope};

use crate::error::Error;

const NAME_MAX: usize = 64;

/// A function as a request names it: by its name, by account and name, or by its ARN, each with a qualifier or without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedFunction {
    /// Where it is: the account may be another one.
    pub(crate) scope: Scope,
    pub(crate) name: String,
    /// `$LATEST`, a version's number, or an alias.
    pub(crate) qualifier: Option<String>,
}

impl NamedFunction {
    /// `home` is where the caller calls. What has none of the forms is refused by the shapes before it comes here.
    pub(crate) fn parse(home: Scope, text: &str) -> Result<Self, Error> {
        let named = Parts::of(text).ok_or_else(|| {
            Error::constraint(text, "functionName", "Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+")
        })?;
        if named.region.is_some_and(|region| region != home.region.as_str()) {
            let other = named.region.unwrap_or_default();
            let here = home.region;
            let text = format!("Functions from '{other}' are not reachable in this region ('{here}')");
            return Err(Error::not_found(text));
        }
        if named.name.len() > NAME_MAX {
            let constraint = format!("Member must have length less than or equal to {NAME_MAX}");
            return Err(Error::constraint(named.name, "functionName", constraint));
        }
        Ok(Self {
            scope: Scope { account: named.account.unwrap_or(home.account), region: home.region },
            name: named.name.to_owned(),
            qualifier: named.qualifier.map(str::to_owned),
        })
    }

    /// The same, with the request's own qualifier.
    pub(crate) fn qualified(home: Scope, text: &str, qualifier: Option<&str>) -> Result<Self, Error> {
        let mut named = Self::parse(home, text)?;
        match (&named.qualifier, qualifier.filter(|qualifier| !qualifier.is_empty())) {
            (Some(own), Some(asked)) if own != asked => Err(Error::invalid(
                "The derived qualifier from the function name does not match the specified qualifier.",
            )),
            (_, asked) => {
                named.qualifier = named.qualifier.or_else(|| asked.map(str::to_owned));
                Ok(named)
            }
        }
    }

    /// As its whole ARN names it, wherever it is.
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let Parts { region, account, name, qualifier } = Parts::of(arn).filter(|_| arn.starts_with("arn:"))?;
        let scope = Scope { account: account?, region: Region::parse(region?).ok()? };
        let qualifier = qualifier.map(str::to_owned);
        (name.len() <= NAME_MAX).then(|| Self { scope, name: name.to_owned(), qualifier })
    }

    /// Without the qualifier.
    pub(crate) fn arn(&self) -> String {
        function_arn(self.scope, &self.name).to_string()
    }

    pub(crate) fn qualified_arn(&self) -> String {
        qualified_arn(&self.arn(), self.qualifier.as_deref())
    }
}

pub(crate) fn qualified_arn(arn: &str, qualifier: Option<&str>) -> String {
    qualifier.map_or_else(|| arn.to_owned(), |qualifier| format!("{arn}:{qualifier}"))
}

#[derive(Debug, PartialEq, Eq)]
struct Parts<'a> {
    region: Option<&'a str>,
    account: Option<AccountId>,
    name: &'a str,
    qualifier: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// What comes before the name may be there or not, one by one; a word that could be either comes before it.
    fn of(text: &'a str) -> Option<Self> {
        let rest = match text.strip_prefix("arn:") {
            // Of any partition: the account and the region say where it is.
            Some(rest) => rest.split_once(':')?.1.strip_prefix("lambda:")?,
            None => text,
        };
        let (region, rest) = taken(rest, |word| is_region(word).then_some(word));
        let (account, rest) = taken(rest, |word| AccountId::parse(word).ok());
        let ((), rest) = match taken(rest, |word| (word == "function").then_some(())) {
            (Some(()), rest) => ((), rest),
            // An ARN says that it is one of a function.
            (None, _) if text.starts_with("arn:") => return None,
            (None, rest) => ((), rest),
        };
        let (name, qualifier) = match rest.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (rest, None),
        };
        let is_qualifier = |text: &str| text == "$LATEST" || is_word(text);
        (is_word(name) && qualifier.is_none_or(is_qualifier)).then_some(Self { region, account, name, qualifier })
    }
}

/// Takes the first of several words if it is one of these.
fn taken<'a, T>(text: &'a str, take: impl Fn(&'a str) -> Option<T>) -> (Option<T>, &'a str) {
    match text.split_once(':') {
        Some((word, rest)) => take(word).map_or((None, text), |taken| (Some(taken), rest)),
        None => (None, text),
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// `eu-central-1`, `us-gov-west-1`.
fn is_region(word: &str) -> bool {
    let mut parts = word.rsplit('-');
    let is_number = parts.next().is_some_and(|number| number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()));
    let names: Vec<&str> = parts.collect();
    is_number
        && (2..=4).contains(&names.len())
        && names.iter().all(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use service::RestError;

    use super::*;

    fn home() -> Scope {
        Scope::new(AccountId::parse("111122223333").unwrap(), Region::parse("eu-central-1").unwrap())
    }

    fn parsed(text: &str) -> (String, Option<String>) {
        let named = NamedFunction::parse(home(), text).unwrap();
        (named.arn(), named.qualifier)
    }

    fn own() -> String {
        "arn:aws:lambda:eu-central-1:111122223333:function:app".to_owned()
    }

    #[test]
    fn every_form_means_the_same_function() {
        for form in [
            "app",
            "function:app",
            "111122223333:function:app",
            "111122223333:app",
            "eu-central-1:111122223333:function:app",
            "arn:aws:lambda:eu-central-1:111122223333:function:app",
        ] {
            assert_eq!(parsed(form), (own(), None), "{form}");
            for qualifier in ["live", "7", "$LATEST"] {
                assert_eq!(parsed(&format!("{form}:{qualifier}")), (own(), Some(qualifier.to_owned())), "{form}");
            }
        }
    }

    #[test]
    fn words_that_could_be_something_else_are_names_where_they_stand_alone() {
        for name in ["function", "111122223333", "eu-central-1"] {
            assert_eq!(NamedFunction::parse(home(), name).unwrap().name, name);
        }
        let named = NamedFunction::parse(home(), "app:function").unwrap();
        assert_eq!((&*named.name, named.qualifier.as_deref()), ("app", Some("function")));
    }

    #[test]
    fn another_account_is_where_the_function_is() {
        let named = NamedFunction::parse(home(), "444455556666:function:app:live").unwrap();
        assert_eq!(named.arn(), "arn:aws:lambda:eu-central-1:444455556666:function:app");
        assert_eq!(named.qualified_arn(), "arn:aws:lambda:eu-central-1:444455556666:function:app:live");
    }

    #[test]
    fn another_region_is_not_reached() {
        let error = NamedFunction::parse(home(), "arn:aws:lambda:us-east-1:111122223333:function:app").unwrap_err();
        assert_eq!(
            (error.code(), error.message().unwrap()),
            (
                "ResourceNotFoundException",
                "Functions from 'us-east-1' are not reachable in this region ('eu-central-1')".to_owned()
            )
        );
    }

    #[test]
    fn a_name_has_64_characters_at_most() {
        assert!(NamedFunction::parse(home(), &"a".repeat(64)).is_ok());
        let error = NamedFunction::parse(home(), &"a".repeat(65)).unwrap_err();
        assert!(error.message().unwrap().ends_with("Member must have length less than or equal to 64"));
    }

    #[test]
    fn two_qualifiers_must_agree() {
        let qualified = |text: &str, qualifier| NamedFunction::qualified(home(), text, qualifier);
        assert_eq!(qualified("app", Some("live")).unwrap().qualifier.as_deref(), Some("live"));
        assert_eq!(qualified("app:live", Some("live")).unwrap().qualifier.as_deref(), Some("live"));
        assert_eq!(qualified("app:live", None).unwrap().qualifier.as_deref(), Some("live"));
        assert_eq!(qualified("app", None).unwrap().qualifier, None);
        let error = qualified("app:live", Some("7")).unwrap_err();
        assert_eq!(error.code(), "InvalidParameterValueException");
    }

    #[test]
    fn what_names_no_function_is_refused() {
        for text in [
            "",
            ":",
            "a b",
            "app:",
            "app:a:b",
            "arn:aws:lambda:eu-central-1:111122223333:layer:app",
            "arn:aws:s3:eu-central-1:111122223333:function:app",
            "arn:aws:lambda:eu-central-1:111122223333:function:",
            "app:$latest",
        ] {
            assert!(NamedFunction::parse(home(), text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_arn_alone_says_where_its_function_is() {
        let elsewhere = "arn:aws:lambda:us-east-1:444455556666:function:app:live";
        let named = NamedFunction::of_arn(elsewhere).unwrap();
        assert_eq!((named.qualified_arn(), named.scope.region.as_str()), (elsewhere.to_owned(), "us-east-1"));
        for other in [
            "app",
            "111122223333:function:app",
            "arn:aws:lambda:eu-central-1:function:app",
            "arn:aws:lambda:111122223333:function:app",
            "arn:aws:secretsmanager:eu-central-1:111122223333:secret:app",
            &format!("arn:aws:lambda:eu-central-1:111122223333:function:{}", "a".repeat(65)),
        ] {
            assert_eq!(NamedFunction::of_arn(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn an_arn_is_read_as_it_is_written(name in "[a-zA-Z0-9_-]{1,64}", qualifier in "[a-zA-Z0-9_-]{1,20}") {
            let named = NamedFunction { scope: home(), name, qualifier: Some(qualifier) };
            prop_assert_eq!(NamedFunction::parse(home(), &named.qualified_arn()).unwrap(), named);
        }

        #[test]
        fn no_text_is_read_with_a_name_that_is_none(text in ".{0,60}") {
            if let Ok(named) = NamedFunction::parse(home(), &text) {
                prop_assert!(is_word(&named.name));
                prop_assert!(text.contains(&named.name));
            }
        }
    }
}
