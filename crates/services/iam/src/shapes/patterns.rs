//! The patterns of the model, each with a predicate that decides the same, and IAM's own words for some of them.

use shape::Pattern;
use shape::characters::{is_latin_1_text, is_letter_separator_or_number, is_word};

/// Told of a name that does not keep [`NAME`]. Recorded for roles and policies; the other names follow.
pub(super) const NAME_TOLD: &str = "It must contain only alphanumeric characters and/or the following: +=,.@_-";
pub(super) const PATH_TOLD: &str =
    "It must begin and end with / and contain only alphanumeric characters and/or / characters.";
/// It leaves out that the last character must be a `/`, where that is so.
pub(super) const PATH_PREFIX_TOLD: &str =
    "It must begin with the / character and contain only alphanumeric characters and/or / characters.";

pub(super) const NAME: Pattern = Pattern { text: r"[\w+=,.@-]+", holds: |text| is_words_and(text, "+=,.@-") };
pub(super) const SERIAL_NUMBER: Pattern =
    Pattern { text: r"[\w+=/:,.@-]+", holds: |text| is_words_and(text, "+=/:,.@-") };
/// Of unique ids and of access keys' ids.
pub(super) const ID: Pattern = Pattern { text: r"[\w]+", holds: |text| is_words_and(text, "") };
pub(super) const DIGITS: Pattern =
    Pattern { text: r"[\d]+", holds: |text| is_made_of(text, |character| character.is_ascii_digit()) };

pub(super) const PATH: Pattern = Pattern { text: r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", holds: is_path };
pub(super) const PATH_PREFIX: Pattern = Pattern { text: r"\u002F[\u0021-\u007F]*", holds: is_path_prefix };
pub(super) const POLICY_PATH: Pattern = Pattern { text: r"((/[A-Za-z0-9\.,\+@=_-]+)*)/", holds: is_policy_path };

pub(super) const POLICY_DOCUMENT: Pattern =
    Pattern { text: r"[\u0009\u000A\u000D\u0020-\u00FF]+", holds: |text| is_made_of(text, is_latin_1_text) };
pub(super) const LATIN_1_LINE: Pattern =
    Pattern { text: r"[\u0020-\u00FF]+", holds: |text| is_made_of(text, |character| matches!(character, ' '..='ÿ')) };
pub(super) const ROLE_DESCRIPTION: Pattern =
    Pattern { text: r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*", holds: is_role_description };
pub(super) const VERSION_ID: Pattern = Pattern { text: r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?", holds: is_version_id };
pub(super) const ACCOUNT_ALIAS: Pattern =
    Pattern { text: r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", holds: is_account_alias };

pub(super) const TAG_KEY: Pattern =
    Pattern { text: r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", holds: |text| is_made_of(text, is_of_tags) };
pub(super) const TAG_VALUE: Pattern =
    Pattern { text: r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", holds: |text| text.chars().all(is_of_tags) };

/// At least one character, all of them of this class.
fn is_made_of(text: &str, is_in_class: fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(is_in_class)
}

fn is_words_and(text: &str, others: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| is_word(character) || others.contains(character))
}

fn is_path(text: &str) -> bool {
    let between_slashes = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    text == "/" || between_slashes.is_some_and(|inner| is_made_of(inner, |character| character.is_ascii_graphic()))
}

/// Unlike a path it may hold DEL, the last character of ASCII.
fn is_path_prefix(text: &str) -> bool {
    text.strip_prefix('/').is_some_and(|rest| rest.chars().all(|character| matches!(character, '!'..='\u{7f}')))
}

fn is_policy_path(text: &str) -> bool {
    let Some(folders) = text.strip_suffix('/') else { return false };
    let is_folder = |folder: &str| {
        !folder.is_empty() && folder.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".,+@=_-".contains(&byte))
    };
    folders.is_empty() || folders.strip_prefix('/').is_some_and(|folders| folders.split('/').all(is_folder))
}

/// Latin-1 without the controls of its upper half, and without DEL and the hard space.
fn is_role_description(text: &str) -> bool {
    text.chars().all(|character| is_latin_1_text(character) && !matches!(character, '\u{7f}'..='\u{a0}'))
}

fn is_version_id(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else { return false };
    let (number, tail) = rest.split_once('.').unwrap_or((rest, ""));
    let is_number =
        number.starts_with(|first| matches!(first, '1'..='9')) && number.bytes().all(|b| b.is_ascii_digit());
    is_number && tail.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// No hyphen stands first, last, or beside another.
fn is_account_alias(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    (3..=63).contains(&text.len()) && text.split('-').all(is_word)
}

fn is_of_tags(character: char) -> bool {
    is_letter_separator_or_number(character) || "_.:/=+-@".contains(character)
}

#[cfg(test)]
mod tests;
