//! Secrets that come in from outside: typed without being shown, or passed through a file descriptor.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use terms::SecretBytes;
use zeroize::Zeroizing;

/// The longest line that a terminal passes on, and more than a passphrase, a PIN or a share has.
const SECRET_BYTES_MAX: usize = 4096;
/// What a terminal sends for Ctrl-C.
const CTRL_C: u8 = 3;

/// Asks on the terminal of the process, whatever its standard streams are, and reads one line that is not shown.
pub fn secret_from_terminal(prompt: &str) -> io::Result<SecretBytes> {
    let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty");
    let terminal = terminal.map_err(|error| {
        io::Error::new(error.kind(), "there is no terminal to ask on: pass the secret through a file descriptor")
    })?;
    ask(&terminal, prompt)
}

/// Reads all of an inherited file descriptor, such as a pipe; the end of a line at its end is no part of the secret.
pub fn secret_from_descriptor(number: u32) -> io::Result<SecretBytes> {
    let source = File::open(format!("/proc/self/fd/{number}"))?;
    // As large as it can get, so that growing leaves no copy behind.
    let mut text = Zeroizing::new(Vec::with_capacity(SECRET_BYTES_MAX + 1));
    source.take(SECRET_BYTES_MAX as u64 + 1).read_to_end(&mut text)?;
    if text.len() > SECRET_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "what comes from the descriptor is too long"));
    }
    Ok(SecretBytes::copy_of(without_line_end(&text)))
}

fn ask(terminal: &File, prompt: &str) -> io::Result<SecretBytes> {
    let _quiet = Quiet::begin(terminal)?;
    let mut terminal = terminal;
    terminal.write_all(prompt.as_bytes())?;
    // A terminal gives one line a read, and never more than this.
    let mut line = Zeroizing::new([0; SECRET_BYTES_MAX]);
    let length = terminal.read(line.as_mut_slice())?;
    let line = line.get(..length).unwrap_or_default();
    if line.is_empty() || line.contains(&CTRL_C) {
        return Err(io::Error::new(io::ErrorKind::Interrupted, "nothing was typed"));
    }
    Ok(SecretBytes::copy_of(without_line_end(line)))
}

fn without_line_end(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}

/// A terminal that does not show what is typed, until this is dropped.
struct Quiet<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Quiet<'a> {
    fn begin(terminal: &'a File) -> io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut modes = before.clone();
        modes.local_modes.remove(LocalModes::ECHO);
        modes.local_modes.insert(LocalModes::ECHONL | LocalModes::ICANON);
        // Ctrl-C must not end the process here, or the terminal would stay as it is now. It ends the line instead.
        modes.local_modes.remove(LocalModes::ISIG);
        modes.special_codes[SpecialCodeIndex::VEOL] = CTRL_C;
        // What was typed before the question was typed in the open.
        tcsetattr(terminal, OptionalActions::Flush, &modes)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        // There is nobody to tell: the line was read.
        let _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests;
