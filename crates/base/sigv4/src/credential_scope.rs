use std::borrow::Cow;
use std::fmt::Write;

use crate::amz_date::AmzDate;
use crate::error::SignatureError;

pub(crate) const TERMINATOR: &str = "aws4_request";

/// What a signing key is good for: one day, one region, one service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialScope<'a> {
    /// `YYYYMMDD`.
    pub date: Cow<'a, str>,
    pub region: Cow<'a, str>,
    pub service: Cow<'a, str>,
    /// `aws4_request`, once [`check_scope`](crate::PresentedSignature::check_scope) has passed.
    pub terminator: Cow<'a, str>,
}

/// An access key id and the scope its secret was narrowed to.
#[derive(Default)]
pub(crate) struct Credential<'a> {
    pub(crate) access_key_id: Cow<'a, str>,
    pub(crate) scope: CredentialScope<'a>,
}

impl<'a> Credential<'a> {
    /// Five elements between slashes; slashes at the end do not count.
    pub(crate) fn parse(text: &Cow<'a, str>) -> Result<Self, SignatureError> {
        let credential = match text {
            Cow::Borrowed(text) => Self::split(text, Cow::Borrowed),
            Cow::Owned(text) => Self::split(text, |element| Cow::Owned(element.to_owned())),
        };
        credential.ok_or_else(|| SignatureError::CredentialArity { credential: text.clone().into_owned() })
    }

    fn split<'t>(text: &'t str, keep: impl Fn(&'t str) -> Cow<'a, str>) -> Option<Self> {
        let mut elements = text.trim_end_matches('/').split('/').map(keep);
        let credential = Self {
            access_key_id: elements.next()?,
            scope: CredentialScope {
                date: elements.next()?,
                region: elements.next()?,
                service: elements.next()?,
                terminator: elements.next()?,
            },
        };
        elements.next().is_none().then_some(credential)
    }
}

impl CredentialScope<'_> {
    /// Every problem in one message, in AWS's order.
    pub(crate) fn check(
        &self,
        region_is_served: impl Fn(&str) -> bool,
        service: &str,
        signed_at: &AmzDate,
    ) -> Result<(), SignatureError> {
        let mut problems = String::new();
        let said = self.describe_problems(region_is_served, service, signed_at, &mut problems);
        if problems.is_empty() && said.is_ok() { Ok(()) } else { Err(SignatureError::WrongScope(problems)) }
    }

    fn describe_problems(
        &self,
        region_is_served: impl Fn(&str) -> bool,
        service: &str,
        signed_at: &AmzDate,
        problems: &mut String,
    ) -> std::fmt::Result {
        let Self { date, region, terminator, .. } = self;
        if !region_is_served(region) {
            // Older replies named the region too; newer ones, and those recorded of this service, do not.
            problems.push_str("Credential should be scoped to a valid region. ");
        }
        if self.service != service {
            write!(problems, "Credential should be scoped to correct service: '{service}'. ")?;
        }
        if terminator != TERMINATOR {
            write!(
                problems,
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'. "
            )?;
        }
        if date != signed_at.day() {
            write!(
                problems,
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{date}' \
                 != '{}', from '{}'.",
                signed_at.day(),
                signed_at.as_str()
            )?;
        }
        Ok(())
    }
}
