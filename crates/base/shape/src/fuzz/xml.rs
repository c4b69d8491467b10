//! XML as we write it, turned back into the parameters that a client would send for it.

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A form, or `None` where the bytes are no run of elements.
pub(super) fn unfold(xml: &[u8]) -> Option<Vec<u8>> {
    let mut form = Vec::new();
    let rest = siblings(str::from_utf8(xml).ok()?, "", &mut form)?;
    rest.is_empty().then_some(form)
}

/// Reads elements until something else comes, and returns that.
fn siblings<'a>(mut xml: &'a str, path: &str, form: &mut Vec<u8>) -> Option<&'a str> {
    let mut counts = BTreeMap::<&str, usize>::new();
    while let Some(element) = xml.strip_prefix('<').filter(|element| !element.starts_with('/')) {
        let (name, content) = element.split_once('>')?;
        let path = if matches!(name, "member" | "entry") {
            let count = counts.entry(name).or_default();
            *count += 1;
            format!("{path}{name}.{count}")
        } else {
            format!("{path}{name}")
        };
        let (text, behind) = content.split_at_checked(content.find('<')?)?;
        let behind = if behind.starts_with("</") {
            let value = unescape(text)?;
            form.extend(format!("{path}={}&", utf8_percent_encode(&value, NON_ALPHANUMERIC)).into_bytes());
            behind
        } else if !text.is_empty() {
            return None;
        } else {
            siblings(behind, &format!("{path}."), form)?
        };
        xml = behind.strip_prefix("</")?.strip_prefix(name)?.strip_prefix('>')?;
    }
    Some(xml)
}

fn unescape(text: &str) -> Option<String> {
    let mut value = String::new();
    let mut rest = text;
    while let Some((run, escape)) = rest.split_once('&') {
        value.push_str(run);
        let (name, behind) = escape.split_once(';')?;
        value.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "#xD" => '\r',
            _ => return None,
        });
        rest = behind;
    }
    value.push_str(rest);
    (!value.contains(['\0', '\u{b}', '\u{c}', '\u{fffe}', '\u{ffff}'])).then_some(value)
}
