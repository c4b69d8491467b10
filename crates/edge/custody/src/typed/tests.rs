use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::*;

/// A pipe with this in it, and nobody who could write more.
fn pipe_with(text: &[u8]) -> OwnedFd {
    let (reader, writer) = rustix::pipe::pipe().unwrap();
    File::from(writer).write_all(text).unwrap();
    reader
}

fn read_from(pipe: &OwnedFd) -> io::Result<SecretBytes> {
    secret_from_descriptor(u32::try_from(pipe.as_raw_fd()).unwrap())
}

#[test]
fn a_descriptor_is_read_to_its_end_and_its_line_end_is_left_out() {
    for (text, secret) in [
        (&b"correct horse battery"[..], &b"correct horse battery"[..]),
        (b"correct horse battery\n", b"correct horse battery"),
        (b"correct horse battery\r\n", b"correct horse battery"),
        (b" spaces stay \n", b" spaces stay "),
        (b"two\nlines\n\n", b"two\nlines\n"),
        (b"", b""),
    ] {
        assert!(read_from(&pipe_with(text)).unwrap().is(secret));
    }
}

#[test]
fn more_than_a_secret_can_have_is_refused_without_quoting_it() {
    let longest = vec![b'a'; SECRET_BYTES_MAX];
    assert_eq!(read_from(&pipe_with(&longest)).unwrap().len(), SECRET_BYTES_MAX);
    let error = read_from(&pipe_with(&[&longest[..], b"a"].concat())).unwrap_err();
    assert!(!error.to_string().contains("aa"), "{error}");
}

#[test]
fn a_descriptor_that_is_not_open_is_an_error() {
    assert_eq!(secret_from_descriptor(1_000_000).unwrap_err().kind(), io::ErrorKind::NotFound);
}

/// Both ends of a terminal: where a person sits, and where the program does.
fn terminal() -> (File, File) {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&person).unwrap();
    unlockpt(&person).unwrap();
    let path = ptsname(&person, Vec::new()).unwrap();
    let program = OpenOptions::new().read(true).write(true).open(path.to_str().unwrap()).unwrap();
    (File::from(person), program)
}

/// What the person sees before the question ends, and what the program makes of the typed line.
fn typed(line: &[u8]) -> (String, io::Result<SecretBytes>) {
    let (mut person, program) = terminal();
    let is_echoing = || tcgetattr(&program).unwrap().local_modes.contains(LocalModes::ECHO);
    assert!(is_echoing());
    let (seen, answer) = std::thread::scope(|scope| {
        let asking = scope.spawn(|| ask(&program, "Passphrase: "));
        let mut seen = Vec::new();
        while !seen.ends_with(b": ") {
            let mut bytes = [0; 64];
            let length = person.read(&mut bytes).unwrap();
            seen.extend_from_slice(&bytes[..length]);
        }
        person.write_all(line).unwrap();
        let answer = asking.join().unwrap();
        std::thread::sleep(Duration::from_millis(20));
        rustix::io::ioctl_fionbio(&person, true).unwrap();
        let mut bytes = [0; 256];
        while let Ok(length @ 1..) = person.read(&mut bytes) {
            seen.extend_from_slice(&bytes[..length]);
        }
        (seen, answer)
    });
    assert!(is_echoing(), "the terminal is left as it was found");
    (String::from_utf8(seen).unwrap(), answer)
}

#[test]
fn what_is_typed_on_a_terminal_is_taken_and_not_shown() {
    let (seen, answer) = typed(b"correct horse\x7f\x7f\x7f\x7f\x7fpony\n");
    assert!(answer.unwrap().is(b"correct pony"));
    assert_eq!(seen.trim_end(), "Passphrase:");
}

#[test]
fn control_c_and_the_end_of_input_are_no_secret() {
    for line in [&b"correct horse\x03"[..], b"\x03", b"\x04"] {
        let (_, answer) = typed(line);
        assert_eq!(answer.unwrap_err().kind(), io::ErrorKind::Interrupted);
    }
}
