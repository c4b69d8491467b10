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
        let [a, b, c, d, e, f] = template.split_arn()?;
        let glob = |field: Template| field.to_glob(context);
        Some(Self(Box::new([glob(a)?, glob(b)?, glob(c)?, glob(d)?, glob(e)?, glob(f)?])))
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
    fields: Option<[&'a str; 6]>,
}

impl<'a> Target<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { fields: split_arn(text) }
    }
}

/// An entry of a Resource element.
#[derive(Debug, Clone)]
pub(crate) enum ResourcePattern {
    /// `*`
    Every,
    Arn {
        /// Partition, service, region and account, in which no variables stand.
        head: Box<[Glob; 4]>,
        tail: Glob,
    },
    /// The same with variables after the fifth colon.
    Deferred { head: Box<[Glob; 4]>, tail: Template },
}

impl ResourcePattern {
    /// Fields that are missing are `*`.
    pub(crate) fn parse(text: &str, has_variables: bool) -> Self {
        if text == "*" {
            return Self::Every;
        }
        let mut fields = text.splitn(6, ':').skip(1);
        let mut next = || fields.next().unwrap_or("*");
        let head = Box::new([Glob::parse(next()), Glob::parse(next()), Glob::parse(next()), Glob::parse(next())]);
        let tail = Template::parse(next(), has_variables);
        match tail.to_glob(None) {
            Some(tail) => Self::Arn { head, tail },
            None => Self::Deferred { head, tail },
        }
    }

    pub(crate) fn matches(&self, target: &Target<'_>, context: &dyn ConditionContext) -> bool {
        match self {
            Self::Every => true,
            Self::Arn { head, tail } => target.has_head(head) && target.tail().is_some_and(|text| tail.matches(text)),
            Self::Deferred { head, tail } => {
                let matches = |text| tail.to_glob(Some(context)).is_some_and(|tail| tail.matches(text));
                target.has_head(head) && target.tail().is_some_and(matches)
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

impl Target<'_> {
    fn has_head(&self, head: &[Glob; 4]) -> bool {
        let Some([_, fields @ .., _]) = &self.fields else { return false };
        head.iter().zip(fields).all(|(glob, field)| glob.matches(field))
    }

    fn tail(&self) -> Option<&str> {
        self.fields.map(|[.., tail]| tail)
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
    fn wildcards_stay_within_their_field_and_only_the_last_may_have_colons() {
        for pattern in [
            "*",
            SECRET,
            "arn:aws:secretsmanager:*:*:secret:*",
            "arn:aws:secretsmanager:eu-*:1111????3333:secret:prod/??-??????",
            "arn:aws:secretsmanager:eu-central-1:111122223333:*",
            "arn:aws:secretsmanager:*:*:*db*",
            "arn:aws:secretsmanager:*:*:secret:prod/${aws:username}-*",
            "arn:*:secretsmanager:*:*:secret:*",
        ] {
            assert!(matches(pattern, SECRET), "{pattern}");
        }
        for pattern in [
            "arn:aws:secretsmanager:*:secret:prod/db-Ab12Cd",
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
    fn a_request_about_everything_matches_only_a_star() {
        assert!(matches("*", "*"));
        assert!(!matches("arn:aws:secretsmanager:*:*:*", "*"));
    }
}
