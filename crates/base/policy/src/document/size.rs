//! How large a document is.

/// How many characters AWS counts: all but whitespace.
pub fn policy_size(text: &str) -> usize {
    text.chars().filter(|letter| !letter.is_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whitespace_is_not_counted() {
        assert_eq!(policy_size("{ \"a\" :\r\n\t\"b c\" }"), 10);
        assert_eq!(policy_size("é"), 1);
    }
}
