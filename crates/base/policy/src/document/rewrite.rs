//! Another text for a principal, and every other byte as it was.

use std::ops::Range;

use serde_json::value::RawValue;

use super::{
    PolicyError,
    error::Fault,
    json::{Object, Unreadable, one_or_many, range_in, read_text},
};

/// Rewrites each AWS entry of the Principal and NotPrincipal elements for which `change` gives a text, and keeps all
/// else byte for byte.
pub fn rewrite_principals(text: &str, change: &dyn Fn(&str) -> Option<String>) -> Result<String, PolicyError> {
    let edits = edits(text, change).map_err(|_| Fault::Syntax)?;
    let mut rewritten = String::with_capacity(text.len());
    let mut copied = 0;
    for (range, new) in edits {
        rewritten.push_str(text.get(copied..range.start).unwrap_or_default());
        rewritten.push_str(&new);
        copied = range.end;
    }
    rewritten.push_str(text.get(copied..).unwrap_or_default());
    Ok(rewritten)
}

fn edits(text: &str, change: &dyn Fn(&str) -> Option<String>) -> Result<Vec<(Range<usize>, String)>, Unreadable> {
    let mut edits = Vec::new();
    for statement in members(text, &["Statement"])? {
        for statement in one_or_many(statement)? {
            for principals in members(statement.get(), &["Principal", "NotPrincipal"])? {
                // "*" alone is nobody's name.
                if !principals.get().starts_with('{') {
                    continue;
                }
                for entries in members(principals.get(), &["AWS"])? {
                    for entry in one_or_many(entries)? {
                        if let Some(new) = change(&read_text(entry)?) {
                            edits.push((range_in(text, entry), serde_json::to_string(&new)?));
                        }
                    }
                }
            }
        }
    }
    Ok(edits)
}

fn members<'t>(text: &'t str, names: &[&str]) -> Result<Vec<&'t RawValue>, Unreadable> {
    let wanted = Object::read(text)?.0.into_iter().filter(|(name, _)| names.contains(&name.as_str()));
    Ok(wanted.map(|(_, value)| value).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to_ids(principal: &str) -> Option<String> {
        (principal == "arn:aws:iam::111122223333:user/alice").then(|| "AIDAALICE\"".to_owned())
    }

    #[test]
    fn only_the_principals_change_and_all_else_stays_byte_for_byte() {
        let text = "{ \"Version\" : \"2012-10-17\",\n\"Statement\":[{\"Principal\":{\"AWS\": [\"111122223333\" , \
                    \"arn:aws:iam::111122223333:user\\/alice\"],\"Service\":\"x.y\"}, \"Sid\":\"é\"},\
                    {\"NotPrincipal\":{\"AWS\":\"arn:aws:iam::111122223333:user/alice\"},\
                    \"Resource\":\"arn:aws:iam::111122223333:user/alice\"} , {\"Principal\":\"*\"}]}\n";
        let expected = text.replacen("\"arn:aws:iam::111122223333:user\\/alice\"", "\"AIDAALICE\\\"\"", 1).replacen(
            "{\"AWS\":\"arn:aws:iam::111122223333:user/alice\"}",
            "{\"AWS\":\"AIDAALICE\\\"\"}",
            1,
        );
        assert_eq!(rewrite_principals(text, &to_ids).unwrap(), expected);
        assert_eq!(rewrite_principals(text, &|_| None).unwrap(), text);
    }

    #[test]
    fn what_is_no_document_cannot_be_rewritten() {
        assert!(rewrite_principals("no", &to_ids).is_err());
        assert!(rewrite_principals("{\"Statement\":[1]}", &to_ids).is_err());
    }
}
