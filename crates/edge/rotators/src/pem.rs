//! Text armour around keys, as RFC 7468 has it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// How long a line is: OpenSSH breaks its own earlier than others do.
pub(crate) const OPENSSH_LINE: usize = 70;
pub(crate) const LINE: usize = 64;

pub(crate) fn write(label: &str, line: usize, bytes: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(bytes));
    // As long as it gets, so that growing leaves no copy behind.
    let mut text = Zeroizing::new(String::with_capacity(body.len() + body.len() / line + 2 * label.len() + 64));
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    for (index, letter) in body.chars().enumerate() {
        if index > 0 && index % line == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text.push_str("\n-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

/// The bytes inside, if the text is one block with this label and nothing else.
pub(crate) fn read(label: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let body = text.trim().strip_prefix("-----BEGIN ")?.strip_prefix(label)?.strip_prefix("-----")?;
    let body = body.strip_suffix("-----")?.strip_suffix(label)?.strip_suffix("-----END ")?;
    let letters: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
    STANDARD.decode(letters.as_bytes()).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..400), line in 1_usize..100) {
            let text = write("PRIVATE KEY", line, &bytes);
            prop_assert_eq!(read("PRIVATE KEY", &text).map(|read| read.to_vec()), Some(bytes));
            prop_assert_eq!(read("PUBLIC KEY", &text), None);
        }

        #[test]
        fn no_text_makes_the_reader_stumble(text in ".{0,200}") {
            let _ = read("PRIVATE KEY", &text);
        }
    }
}
