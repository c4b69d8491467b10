//! ARNs, which are compared field by field.

use super::{Glob, Template, Variable};
use crate::ConditionContext;

/// The six fields of an ARN. The last may have colons of its own.
pub(crate) fn split_arn(text: &str) -> Option<[&str; 6]> {
    let mut fields = text.splitn(6, ':');
    let mut next = || fields.next();
    Some([next()?, next()?, next()?, next()?, next()?, next()?])
}

/// Six patterns, one for each field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ArnGlob(Box<[Glob; 6]>);

impl ArnGlob {
    /// None when the template has fewer than six fields, or a variable has no value.
    pub(crate) fn new(template: &Template, context: Option<&dyn ConditionContext>) -> Option<Self> {
        Some(Self(Box::new(template.to_arn_globs(context)?)))
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        split_arn(text).is_some_and(|fields| self.0.iter().zip(fields).all(|(glob, field)| glob.matches(field)))
    }

    /// The account, when only ARNs of that one match.
    pub(crate) fn account(&self) -> Option<&str> {
        let [_, _, _, _, account, _] = &*self.0;
        account.as_exact()
    }

    pub(crate) fn is_exact(&self) -> bool {
        self.0.iter().all(|field| field.as_exact().is_some())
    }
}

/// What a request is about: an ARN, or `*`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// Behind `arn:`.
    text: Option<&'a str>,
}

/// An entry of a Resource element.
///
/// Wildcards stay within their field; but a star that ends a field may run on over the colons behind it.
#[derive(Debug, Clone)]
pub(crate) enum ResourcePattern {
    /// `*`
    Every,
    Arn {
        head: Box<Head>,
        tail: Glob,
    },
    /// The same with variables after the fifth colon.
    Deferred {
        head: Box<Head>,
        tail: Template,
    },
}

/// Partition, service, region and account, in which no variables stand.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// The first fields, as far as they have no wildcards, each with its colon.
    prefix: Box<str>,
    fields: Box<[HeadField]>,
}

#[derive(Debug, Clone)]
struct HeadField {
    glob: Glob,
    may_run_on: bool,
}

impl<'a> Target<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text: split_arn(text).and_then(|_| text.strip_prefix("arn:")) }
    }
}

impl ResourcePattern {
    /// Fields that are missing are `*`.
    pub(crate) fn parse(text: &str, has_variables: bool) -> Self {
        if text == "*" {
            return Self::Every;
        }
        let mut fields = text.splitn(6, ':').skip(1);
        let mut next = || fields.next().unwrap_or("*");
        let head = Box::new(Head::new([next(), next(), next(), next()]));
        let tail = Template::parse(next(), has_variables);
        match tail.to_glob(None) {
            Some(tail) => Self::Arn { head, tail },
            None => Self::Deferred { head, tail },
        }
    }

    pub(crate) fn matches(&self, target: &Target<'_>, context: &dyn ConditionContext) -> bool {
        match (self, target.text) {
            (Self::Every, _) => true,
            (_, None) => false,
            (Self::Arn { head, tail }, Some(text)) => head.leaves(text, &|rest| tail.matches(rest)),
            (Self::Deferred { head, tail }, Some(text)) => {
                let Some(tail) = tail.to_glob(Some(context)) else { return false };
                head.leaves(text, &|rest| tail.matches(rest))
            }
        }
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = &Variable> {
        let tail = match self {
            Self::Deferred { tail, .. } => Some(tail),
            Self::Every | Self::Arn { .. } => None,
        };
        tail.into_iter().flat_map(Template::variables)
    }
}

impl Head {
    fn new(fields: [&str; 4]) -> Self {
        let is_exact = |field: &&&str| !field.contains(['*', '?']);
        let (mut prefix, exact) = (String::new(), fields.iter().take_while(is_exact).count());
        for field in fields.iter().take(exact) {
            prefix.push_str(field);
            prefix.push(':');
        }
        let field = |text: &&str| HeadField { glob: Glob::parse(text), may_run_on: text.ends_with('*') };
        Self { prefix: prefix.into(), fields: fields.iter().skip(exact).map(field).collect() }
    }

    /// Does the head match the text's beginning so that `is_wanted` likes what is left?
    fn leaves(&self, text: &str, is_wanted: &dyn Fn(&str) -> bool) -> bool {
        let Some(rest) = text.strip_prefix(&*self.prefix) else { return false };
        leaves(&self.fields, rest, false, is_wanted)
    }
}

/// As between the stars of a [`Glob`]: where one star may run on, the first place at which the fields up to the next such
/// star fit is as good as any later one. Only for the fields before the tail all places are tried.
fn leaves(fields: &[HeadField], text: &str, ran_on: bool, is_wanted: &dyn Fn(&str) -> bool) -> bool {
    let next_star = fields.iter().position(|field| field.may_run_on).unwrap_or(fields.len());
    let Some((fixed, starred)) = fields.split_at_checked(next_star) else { return false };
    let places = std::iter::successors(Some(text), |rest| if ran_on { Some(rest.split_once(':')?.1) } else { None });
    for place in places {
        let Some(rest) = fixed.iter().try_fold(place, |rest, field| field.strip(rest)) else { continue };
        match starred.split_first() {
            None if is_wanted(rest) => return true,
            None => {}
            Some((star, fields)) => {
                if let Some(rest) = star.strip(rest) {
                    return leaves(fields, rest, true, is_wanted);
                }
            }
        }
    }
    false
}

impl HeadField {
    /// What stands behind the text's first field, when that matches.
    fn strip<'t>(&self, text: &'t str) -> Option<&'t str> {
        if let Some(exact) = self.glob.as_exact() {
            return text.strip_prefix(exact)?.strip_prefix(':');
        }
        let (field, rest) = text.split_once(':')?;
        self.glob.matches(field).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::MapContext;

    const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-Ab12Cd";

    fn matches(pattern: &str, target: &str) -> bool {
        let mut context = MapContext::default();
        context.insert("aws:username", ["db"]);
        context.insert("aws:odd", ["*"]);
        ResourcePattern::parse(pattern, true).matches(&Target::new(target), &context)
    }

    #[test]
    fn wildcards_stay_within_their_field_unless_a_star_ends_it() {
        for pattern in [
            "*",
            SECRET,
            "arn:aws:secretsmanager:*:*:secret:*",
            "arn:aws:secretsmanager:eu-*:1111????3333:secret:prod/??-??????",
            "arn:aws:secretsmanager:eu-central-1:111122223333:*",
            "arn:aws:secretsmanager:*:*:*db*",
            "arn:aws:secretsmanager:*:*:secret:prod/${aws:username}-*",
            "arn:*:secretsmanager:*:*:secret:*",
            "arn:aws:secretsmanager:*:secret:prod/db-Ab12Cd",
            "arn:aws:secretsmanager:eu-central-1:*:prod/db-Ab12Cd",
        ] {
            assert!(matches(pattern, SECRET), "{pattern}");
        }
        for pattern in [
            "arn:aws:secretsmanager:*1:secret:prod/db-Ab12Cd",
            "arn:aws:secretsmanager:e*-1:secret:prod/db-Ab12Cd",
            "arn:aws:secretsmanager:*:*:secret:secret:prod/db-Ab12Cd",
            "arn:aws:secretsmanager:*:1111:secret:prod/db-Ab12Cd",
            "arn:aws:secretsmanager:*:*:secret:Prod/*",
            "arn:aws:kms:*:*:*",
            "arn:aws-cn:secretsmanager:*:*:*",
            "arn:aws:secretsmanager:*:*:secret:prod/${aws:nobody}*",
            "arn:aws:secretsmanager:*:*:${aws:odd}",
        ] {
            assert!(!matches(pattern, SECRET), "{pattern}");
        }
    }

    #[test]
    fn missing_fields_of_a_resource_are_wildcards() {
        assert!(matches("arn:aws:secretsmanager", SECRET));
        assert!(matches("arn:aws:secretsmanager:eu-central-1", SECRET));
        assert!(!matches("arn:aws:secretsmanager:eu-west-1", SECRET));
    }

    /// The meaning: a star that ends one of the first five fields is any text, another is any text without a colon.
    fn by_trying(pattern: &[char], text: &[char], colons: usize) -> bool {
        let Some((wanted, patterns)) = pattern.split_first() else { return text.is_empty() };
        let may_cross = colons == 5 || patterns.first() == Some(&':');
        match (wanted, text.split_first()) {
            ('*', _) => {
                by_trying(patterns, text, colons)
                    || text
                        .split_first()
                        .is_some_and(|(letter, rest)| (may_cross || *letter != ':') && by_trying(pattern, rest, colons))
            }
            ('?', Some((letter, rest))) => (colons == 5 || *letter != ':') && by_trying(patterns, rest, colons),
            (_, Some((letter, rest))) if wanted == letter => {
                by_trying(patterns, rest, colons + usize::from(colons < 5 && *letter == ':'))
            }
            _ => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn an_arn_matches_what_trying_every_way_says(
            pattern in prop::collection::vec("[ab*?]{0,2}", 5..8),
            text in prop::collection::vec("[ab]{0,2}", 5..9),
        ) {
            let (pattern, text) = (format!("arn:{}", pattern.join(":")), format!("arn:{}", text.join(":")));
            let letters = |text: &str| text.chars().collect::<Vec<char>>();
            prop_assert_eq!(
                ResourcePattern::parse(&pattern, false).matches(&Target::new(&text), &MapContext::default()),
                by_trying(&letters(&pattern), &letters(&text), 0),
                "{} {}", pattern, text
            );
        }
    }

    #[test]
    fn stars_that_run_over_thousands_of_colons_are_decided_at_once() {
        let started = std::time::Instant::now();
        let target = format!("arn:aws:secretsmanager:x:y:{}", "a:".repeat(4_000));
        assert!(!matches("arn:*:*:*:*:b", &target));
        assert!(matches("arn:*:*:*:*:a:", &target));
        assert!(started.elapsed() < std::time::Duration::from_secs(2), "{:?}", started.elapsed());
    }

    #[test]
    fn a_request_about_everything_matches_only_a_star() {
        assert!(matches("*", "*"));
        assert!(!matches("arn:aws:secretsmanager:*:*:*", "*"));
    }
}
