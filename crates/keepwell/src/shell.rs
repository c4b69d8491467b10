//! Words that a shell will evaluate, written so that it sees exactly what was meant.

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Shell {
    /// sh, bash, zsh, dash, ksh
    Sh,
    Fish,
}

impl Shell {
    pub(crate) fn quote(self, text: &str) -> String {
        match self {
            // Between single quotes sh knows no escape: a quote ends them, stands escaped, and begins them again.
            Self::Sh => format!("'{}'", text.replace('\'', r"'\''")),
            Self::Fish => format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'")),
        }
    }

    /// For commands that people read and copy.
    pub(crate) fn quote_if_needed(self, text: &str) -> String {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+:@%,=".contains(&byte);
        if !text.is_empty() && text.bytes().all(is_plain) { text.to_owned() } else { self.quote(text) }
    }

    pub(crate) fn export(self, name: &str, value: &str) -> String {
        let value = self.quote(value);
        match self {
            Self::Sh => format!("export {name}={value}\n"),
            Self::Fish => format!("set -gx {name} {value}\n"),
        }
    }

    pub(crate) fn unset(self, name: &str) -> String {
        match self {
            Self::Sh => format!("unset {name}\n"),
            Self::Fish => format!("set -e {name}\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const AWKWARD: [&str; 6] =
        ["plain", "it's", "a b\tc", "$(touch /tmp/x) `id` $HOME \"q\" \\", "line\nbreak", "'; rm -rf / #"];

    #[test]
    fn sh_sees_exactly_what_was_meant() {
        for text in AWKWARD {
            let script = format!("{}printf %s \"$WORD\"", Shell::Sh.export("WORD", text));
            let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
        }
    }

    #[test]
    fn fish_escapes_what_fish_would_read() {
        assert_eq!(Shell::Fish.export("WORD", r"it's \n"), "set -gx WORD 'it\\'s \\\\n'\n");
        assert_eq!(Shell::Fish.unset("WORD"), "set -e WORD\n");
    }

    #[test]
    fn plain_words_stay_readable() {
        assert_eq!(Shell::Sh.quote_if_needed("/srv/keepwell-1.0"), "/srv/keepwell-1.0");
        assert_eq!(Shell::Sh.quote_if_needed("my data"), "'my data'");
        assert_eq!(Shell::Sh.quote_if_needed("~/data"), "'~/data'");
        assert_eq!(Shell::Sh.quote_if_needed(""), "''");
    }
}
