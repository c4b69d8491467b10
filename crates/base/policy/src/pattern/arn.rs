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
pub(crate) struct Head([HeadField; 4]);

#[derive(Debug, Clone)]
struct HeadField {
    glob: Glob,
    ends_with_star: bool,
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
        let field = |text: &str| HeadField { glob: Glob::parse(text), ends_with_star: text.ends_with('*') };
        let head = Box::new(Head([field(next()), field(next()), field(next()), field(next())]));
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
    /// Does the head match the text's beginning so that `is_wanted` likes what is left?
    fn leaves(&self, text: &str, is_wanted: &dyn Fn(&str) -> bool) -> bool {
        let field_by_field = self.0.iter().try_fold(text, |rest, field| field.strip(rest));
        field_by_field.is_some_and(is_wanted) || self.leaves_by_running_on(text, is_wanted)
    }

    /// What is left after each field is a set of ends of the text, and of the ends that a running star leaves, each holds
    /// the shorter ones: only the longest counts.
    fn leaves_by_running_on(&self, text: &str, is_wanted: &dyn Fn(&str) -> bool) -> bool {
        let mut left = vec![text];
        for field in &self.0 {
            left = left.into_iter().filter_map(|rest| field.strip(rest)).collect();
            if field.ends_with_star {
                let longest = left.into_iter().max_by_key(|rest| rest.len());
                left = std::iter::successors(longest, |rest| Some(rest.split_once(':')?.1)).collect();
            }
            if left.is_empty() {
                return false;
            }
        }
        left.into_iter().any(is_wanted)
    }
}

impl HeadField {
    /// What stands behind the text's first field, when that matches.
    fn strip<'t>(&self, text: &'t str) -> Option<&'t str> {
        let (field, rest) = text.split_once(':')?;
        self.glob.matches(field).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
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
