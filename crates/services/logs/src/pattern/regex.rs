//! The regular expressions that AWS takes: few characters, no groups, ASCII alone.

use regex::bytes::RegexBuilder;

use super::InvalidPattern;

/// What a compiled expression may weigh: repetitions of repetitions grow fast.
const COMPILED_BYTES_MAX: usize = 256 * 1024;

#[derive(Debug)]
pub(super) struct Regex(regex::bytes::Regex);

impl Regex {
    pub(super) fn parse(text: &str) -> Result<Self, InvalidPattern> {
        require_supported(text)?;
        let built = RegexBuilder::new(&with_open_bounds(text))
            .unicode(false)
            .size_limit(COMPILED_BYTES_MAX)
            .dfa_size_limit(COMPILED_BYTES_MAX)
            .build();
        built.map(Self).map_err(|_| InvalidPattern::Form)
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.is_match(text.as_bytes())
    }
}

/// The documented characters, operators and escapes. An operator that is escaped means itself.
fn require_supported(text: &str) -> Result<(), InvalidPattern> {
    if text.is_empty() {
        return Err(InvalidPattern::Form);
    }
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let is_supported = match character {
            '\\' => match characters.next() {
                Some('x') => characters.by_ref().take(2).filter(char::is_ascii_hexdigit).count() == 2,
                Some(escaped) => "dDsSwW".contains(escaped) || escaped.is_ascii_punctuation(),
                None => false,
            },
            _ => character.is_ascii_alphanumeric() || " :_#=@/;,-^$?[]{}|*+.".contains(character),
        };
        if !is_supported {
            return Err(InvalidPattern::Character(character));
        }
    }
    Ok(())
}

/// `{,n}` leaves out the least, which the library wants said.
fn with_open_bounds(text: &str) -> String {
    text.replace("{,", "{0,")
}
