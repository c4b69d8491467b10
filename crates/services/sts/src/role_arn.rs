//! The ARN of a role to assume.

use terms::AccountId;

use crate::error::Error;

/// An ARN by its form. Whether it names a role, and one that is there, is not told to everybody.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RoleArn<'a> {
    pub(crate) text: &'a str,
    /// Account and name, if it could be a role of this server.
    pub(crate) role: Option<(AccountId, &'a str)>,
}

impl<'a> RoleArn<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, Error> {
        let invalid = || Error::Validation(format!("{text} is invalid"));
        let mut parts = text.splitn(6, ':');
        let mut part = || parts.next().ok_or_else(invalid);
        let (arn, partition, service, region, account, name) = (part()?, part()?, part()?, part()?, part()?, part()?);
        if arn != "arn" || partition.is_empty() || service.is_empty() || name.is_empty() {
            return Err(invalid());
        }
        let is_iam = (partition, service, region) == ("aws", "iam", "");
        let role = name.strip_prefix("role/").and_then(|path_and_name| path_and_name.rsplit('/').next());
        let account = AccountId::parse(account).ok();
        Ok(Self { text, role: account.zip(role).filter(|_| is_iam) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roles_name_is_what_follows_its_path() {
        for (text, name) in [
            ("arn:aws:iam::111122223333:role/deploy", "deploy"),
            ("arn:aws:iam::111122223333:role/team/a/deploy", "deploy"),
        ] {
            let account = AccountId::parse("111122223333").unwrap();
            assert_eq!(RoleArn::parse(text).unwrap().role, Some((account, name)));
        }
    }

    #[test]
    fn what_has_the_form_of_an_arn_may_name_nobody() {
        for text in [
            "arn:aws:iam::111122223333:user/alice",
            "arn:aws:iam::1111:role/deploy",
            "arn:aws:iam:us-east-1:111122223333:role/deploy",
            "arn:aws:sts::111122223333:assumed-role/deploy/ada",
            "arn:aws-cn:iam::111122223333:role/deploy",
        ] {
            assert_eq!(RoleArn::parse(text).unwrap(), RoleArn { text, role: None });
        }
    }

    #[test]
    fn what_has_not_the_form_is_invalid() {
        for text in
            ["ThisIsNotAnArnAtAllOfRole", "arn:aws:iam::111122223333", "arn:aws:iam::111122223333:", "a:b:c:d:e:f"]
        {
            let refusal = RoleArn::parse(text).unwrap_err();
            assert_eq!((refusal.code(), refusal.message()), ("ValidationError", format!("{text} is invalid")));
        }
    }
}
