//! The form of AWS's config and credentials files: profiles with members.

use anyhow::ensure;
use zeroize::Zeroizing;

pub(super) const DEFAULT: &str = "[default]";

/// The member of the profile with this heading, as AWS's tools find it.
pub(super) fn member<'a>(text: &'a str, heading: &str, name: &str) -> Option<&'a str> {
    let lines = text.lines().skip_while(|line| line.trim() != heading).skip(1);
    let mut members =
        lines.take_while(|line| !line.trim_start().starts_with('[')).filter_map(|line| line.split_once('='));
    members.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

pub(super) fn write_profile(heading: &str, members: &[(&str, &str)]) -> anyhow::Result<Zeroizing<String>> {
    let length = members.iter().map(|(name, value)| name.len() + value.len() + 4).sum::<usize>();
    // Sized beforehand, so that growing leaves no copy of a key behind.
    let mut text = Zeroizing::new(String::with_capacity(heading.len() + 1 + length));
    for part in [heading, "\n"] {
        text.push_str(part);
    }
    for (name, value) in members {
        ensure!(!value.contains(['\n', '\r']), "{name} holds a line break, which the file could not");
        for part in [name, " = ", value, "\n"] {
            text.push_str(part);
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_profile_is_not_taken_for_ours() {
        let text = "[other]\nregion = us-west-2\n[default]\n region=eu-west-1\n[third]\nendpoint_url = x\n";
        assert_eq!(member(text, DEFAULT, "region"), Some("eu-west-1"));
        assert_eq!(member(text, DEFAULT, "endpoint_url"), None);
        assert_eq!(member(text, "[third]", "endpoint_url"), Some("x"));
    }

    #[test]
    fn a_line_break_cannot_smuggle_a_member_in() {
        assert!(write_profile(DEFAULT, &[("ca_bundle", "/x\nregion = us-west-2")]).is_err());
    }
}
