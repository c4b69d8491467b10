//! A deployment package becomes a folder. The archive is somebody's upload: nothing that it says of itself is believed.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Cursor, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use crate::UNPACKED_BYTES_MAX;
use crate::wire::Failure;

/// AWS names no bound. Each entry takes an inode.
const ENTRIES_MAX: usize = 100_000;
const LINK_BYTES_MAX: u64 = 4096;

const KIND: u32 = 0o170_000;
const FOLDER: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;

/// Unpacks into the folder, which is empty, and counts what is in it.
pub(super) fn unpack(archive: &[u8], into: &Path) -> Result<u64, Failure> {
    unpack_at_most(UNPACKED_BYTES_MAX, archive, into)
}

fn unpack_at_most(bytes_max: u64, archive: &[u8], into: &Path) -> Result<u64, Failure> {
    if has_too_many_entries(archive) {
        return Err(invalid());
    }
    let mut archive = ZipArchive::new(Cursor::new(archive)).map_err(|_| invalid())?;
    // Entries that share their bytes are how a small archive becomes a huge folder.
    if archive.len() > ENTRIES_MAX || archive.has_overlapping_entries().map_err(|_| invalid())? {
        return Err(invalid());
    }
    let mut unpacking = Unpacking { root: into, folders: HashSet::new(), links: Vec::new(), bytes: 0, bytes_max };
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|_| invalid())?;
        let name = str::from_utf8(entry.name_raw()).map_err(|_| invalid())?.to_owned();
        let path = inside(&name).ok_or_else(invalid)?;
        let mode = entry.unix_mode().unwrap_or_default();
        match mode & KIND {
            _ if name.ends_with('/') => unpacking.folder(&path)?,
            FOLDER => unpacking.folder(&path)?,
            FILE | 0 => unpacking.file(&path, mode, &mut entry)?,
            LINK => unpacking.link(path, &mut entry)?,
            // Devices, pipes and sockets.
            _ => return Err(invalid()),
        }
    }
    unpacking.finish()
}

/// Does it have or announce more entries than may be? Room is set aside for them before the first is read.
fn has_too_many_entries(archive: &[u8]) -> bool {
    let announces = |record: &[u8]| {
        let number = |at| Some(u64::from_le_bytes(*record.get(at..)?.first_chunk()?));
        // A length that does not fit is not of such a record, but of bytes that look like its beginning.
        number(4).is_some_and(|length| length <= archive.len() as u64)
            && number(32).is_some_and(|entries| entries > ENTRIES_MAX as u64)
    };
    let mut entries = 0_usize;
    archive.windows(4).enumerate().any(|(at, signature)| match signature {
        b"PK\x01\x02" => {
            entries = entries.saturating_add(1);
            entries > ENTRIES_MAX
        }
        b"PK\x06\x06" => archive.get(at..).is_some_and(announces),
        _ => false,
    })
}

struct Unpacking<'a> {
    root: &'a Path,
    folders: HashSet<PathBuf>,
    /// Made at the end, so that nothing is ever written through one.
    links: Vec<(PathBuf, PathBuf)>,
    bytes: u64,
    bytes_max: u64,
}

impl Unpacking<'_> {
    fn folder(&mut self, path: &Path) -> Result<(), Failure> {
        let mut so_far = PathBuf::new();
        for part in path.components() {
            so_far.push(part);
            if self.folders.contains(&so_far) {
                continue;
            }
            if self.folders.len() >= ENTRIES_MAX {
                return Err(invalid());
            }
            fs::create_dir(self.root.join(&so_far)).map_err(failure)?;
            self.folders.insert(so_far.clone());
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, mode: u32, content: &mut impl Read) -> Result<(), Failure> {
        self.folder(path.parent().unwrap_or(Path::new("")))?;
        let bits = if mode & 0o111 == 0 { 0o644 } else { 0o755 };
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(bits).open(self.root.join(path)).map_err(failure)?;
        self.copy(content, &mut file)?;
        // Whatever the umask was.
        file.set_permissions(fs::Permissions::from_mode(bits)).map_err(failure)
    }

    fn copy(&mut self, content: &mut impl Read, file: &mut File) -> Result<(), Failure> {
        let mut chunk = vec![0; 128 * 1024];
        loop {
            // A wrong checksum or a length that was a lie shows here.
            let read = content.read(&mut chunk).map_err(|_| invalid())?;
            let Some(read) = chunk.get(..read).filter(|read| !read.is_empty()) else { return Ok(()) };
            self.bytes = self.bytes.saturating_add(read.len() as u64);
            if self.bytes > self.bytes_max {
                return Err(Failure::InvalidCode(format!(
                    "Unzipped size must be smaller than {} bytes",
                    self.bytes_max
                )));
            }
            file.write_all(read).map_err(failure)?;
        }
    }

    fn link(&mut self, path: PathBuf, content: &mut impl Read) -> Result<(), Failure> {
        let mut target = String::new();
        content.take(LINK_BYTES_MAX).read_to_string(&mut target).map_err(|_| invalid())?;
        let depth = path.components().count().saturating_sub(1);
        if !stays_inside(&target, depth) {
            return Err(invalid());
        }
        self.folder(path.parent().unwrap_or(Path::new("")))?;
        self.links.push((path, target.into()));
        Ok(())
    }

    fn finish(self) -> Result<u64, Failure> {
        for (path, target) in self.links {
            std::os::unix::fs::symlink(target, self.root.join(path)).map_err(failure)?;
        }
        for folder in self.folders {
            fs::set_permissions(self.root.join(folder), fs::Permissions::from_mode(0o755)).map_err(failure)?;
        }
        Ok(self.bytes)
    }
}

/// The path that a name means below the root, if it means one.
fn inside(name: &str) -> Option<PathBuf> {
    if name.starts_with('/') || name.contains('\0') {
        return None;
    }
    let mut path = PathBuf::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            part => path.push(part),
        }
    }
    (path.components().next().is_some()).then_some(path)
}

/// May a link in a folder of this depth have this target? Up only at the beginning, where what is above is a real folder
/// and no further link, and not above the root.
fn stays_inside(target: &str, depth: usize) -> bool {
    if target.is_empty() || target.starts_with('/') || target.contains('\0') {
        return false;
    }
    let parts: Vec<&str> = target.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let ups = parts.iter().take_while(|part| **part == "..").count();
    ups <= depth && parts.iter().skip(ups).all(|part| *part != "..")
}

fn invalid() -> Failure {
    Failure::InvalidCode("Could not unzip uploaded file. Please check your file, then try to upload again.".to_owned())
}

/// What the archive asks for may be impossible; that the disk is full is not its fault.
fn failure(error: io::Error) -> Failure {
    use io::ErrorKind::{AlreadyExists, InvalidFilename, InvalidInput, IsADirectory, NotADirectory, NotFound};
    match error.kind() {
        AlreadyExists | InvalidFilename | InvalidInput | IsADirectory | NotADirectory | NotFound => invalid(),
        _ => Failure::Internal(format!("Code cannot be unpacked: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Seek;

    use proptest::prelude::*;
    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    type Writer = ZipWriter<Cursor<Vec<u8>>>;

    fn archive(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        write(&mut writer);
        writer.finish().unwrap().into_inner()
    }

    fn file(writer: &mut Writer, name: &str, mode: u32, content: &[u8]) {
        writer.start_file(name, SimpleFileOptions::default().unix_permissions(mode)).unwrap();
        writer.write_all(content).unwrap();
    }

    fn unpacked(archive: &[u8]) -> (tempfile::TempDir, Result<u64, Failure>) {
        let folder = tempfile::tempdir().unwrap();
        let result = unpack(archive, folder.path());
        (folder, result)
    }

    fn is_refused(archive: &[u8]) {
        let (folder, result) = unpacked(archive);
        assert_eq!(result, Err(invalid()));
        assert!(!folder.path().parent().unwrap().join("escaped").exists());
    }

    #[test]
    fn files_folders_exec_bits_and_links_within_are_kept() {
        let (folder, bytes) = unpacked(&archive(|writer| {
            file(writer, "bootstrap", 0o755, b"#!/bin/sh\n");
            file(writer, "package/module.py", 0o600, b"x = 1\n");
            writer.add_directory("empty/", SimpleFileOptions::default()).unwrap();
            writer.add_symlink("package/link", "../bootstrap", SimpleFileOptions::default()).unwrap();
        }));
        assert_eq!(bytes.unwrap(), 16);
        let mode = |path: &str| fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("bootstrap"), mode("package/module.py"), mode("package")), (0o755, 0o644, 0o755));
        assert!(folder.path().join("empty").is_dir());
        assert_eq!(fs::read(folder.path().join("package/link")).unwrap(), b"#!/bin/sh\n");
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["../escaped", "/escaped", "a/../../escaped", "a/..", "..", "nul\0"] {
            is_refused(&archive(|writer| file(writer, name, 0o644, b"x")));
        }
    }

    #[test]
    fn links_that_lead_elsewhere_are_refused() {
        for (name, target) in [
            ("link", "/etc/passwd"),
            ("link", ".."),
            ("link", "../escaped"),
            ("a/link", "../../escaped"),
            ("link", "a/../../escaped"),
            ("link", "a/.."),
            ("link", ""),
        ] {
            is_refused(&archive(|writer| {
                writer.add_symlink(name, target, SimpleFileOptions::default()).unwrap();
            }));
        }
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        is_refused(&archive(|writer| {
            writer.add_symlink("door", "elsewhere", SimpleFileOptions::default()).unwrap();
            file(writer, "elsewhere/real", 0o644, b"x");
            file(writer, "door/through", 0o644, b"x");
        }));
    }

    #[test]
    fn devices_are_refused() {
        for kind in [0o020_000_u32, 0o060_000, 0o010_000, 0o140_000] {
            let mut bytes = archive(|writer| file(writer, "device", 0o644, b""));
            // The external attributes of the only entry of the central directory, in its upper half.
            let central = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
            bytes[central + 40..central + 42].copy_from_slice(&u16::try_from(kind | 0o644).unwrap().to_le_bytes());
            is_refused(&bytes);
        }
    }

    #[test]
    fn a_bomb_is_refused_with_awss_text_and_leaves_no_more_than_the_bound() {
        let zeros = vec![0; 100_000];
        let bomb = archive(|writer| {
            for number in 0..20 {
                file(writer, &format!("{number}"), 0o644, &zeros);
            }
        });
        let folder = tempfile::tempdir().unwrap();
        let text = "Unzipped size must be smaller than 1000000 bytes".to_owned();
        assert_eq!(unpack_at_most(1_000_000, &bomb, folder.path()), Err(Failure::InvalidCode(text)));
        let written: u64 =
            fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
        assert!(written <= 1_000_000);
    }

    #[test]
    fn lengths_that_lie_are_refused() {
        let mut bytes = archive(|writer| file(writer, "file", 0o644, &[b'x'; 100_000]));
        for (signature, offset) in [(b"PK\x03\x04", 22), (b"PK\x01\x02", 24)] {
            let at = bytes.windows(4).position(|window| window == signature).unwrap() + offset;
            bytes[at..at + 4].copy_from_slice(&1_u32.to_le_bytes());
        }
        let (_folder, result) = unpacked(&bytes);
        assert!(result.is_err() || result == Ok(1), "{result:?}");
    }

    #[test]
    fn entries_that_overlap_are_refused() {
        let mut bytes = archive(|writer| {
            file(writer, "one", 0o644, b"1");
            file(writer, "two", 0o644, b"2");
        });
        // The second entry of the central directory points at the first one's bytes.
        let places: Vec<usize> =
            bytes.windows(4).enumerate().filter(|(_, w)| w == b"PK\x01\x02").map(|(at, _)| at).collect();
        bytes[places[1] + 42..places[1] + 46].copy_from_slice(&0_u32.to_le_bytes());
        is_refused(&bytes);
    }

    #[test]
    fn an_archive_that_announces_more_entries_than_it_could_have_is_refused() {
        let mut bytes = vec![0; 3_000_000];
        let (start, entries) = (bytes.len() as u64 - 10, 2_000_000_u64);
        let whole = archive(|writer| file(writer, "file", 0o644, b"x"));
        bytes.extend_from_slice(&whole[..whole.len() - 22]);
        let end = bytes.len() as u64;
        bytes.extend_from_slice(b"PK\x06\x06");
        bytes.extend_from_slice(&44_u64.to_le_bytes());
        bytes.extend_from_slice(&[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for number in [entries, entries, entries * 46, start] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(b"PK\x06\x07\0\0\0\0");
        bytes.extend_from_slice(&end.to_le_bytes());
        bytes.extend_from_slice(&[1, 0, 0, 0]);
        bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        bytes.extend_from_slice(&[0xff; 12]);
        bytes.extend_from_slice(&[0, 0]);
        assert!(has_too_many_entries(&bytes));
        is_refused(&bytes);
        // Entries that are there are counted.
        assert!(has_too_many_entries(&b"PK\x01\x02".repeat(ENTRIES_MAX + 1)));
        assert!(!has_too_many_entries(&b"PK\x01\x02".repeat(ENTRIES_MAX)) && !has_too_many_entries(&whole));
    }

    #[test]
    fn what_is_no_archive_is_refused_with_awss_text() {
        is_refused(b"");
        is_refused(b"no zip");
        let whole = archive(|writer| file(writer, "file", 0o644, &[7; 5000]));
        is_refused(&whole[..whole.len() / 2]);
    }

    proptest! {
        #[test]
        fn a_broken_archive_never_leaves_its_folder(flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20)) {
            let mut bytes = archive(|writer| {
                file(writer, "a/b", 0o755, b"hello");
                writer.add_symlink("a/c", "b", SimpleFileOptions::default()).unwrap();
            });
            for (at, value) in flips {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            let outer = tempfile::tempdir().unwrap();
            let root = outer.path().join("root");
            fs::create_dir(&root).unwrap();
            drop(unpack(&bytes, &root));
            prop_assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 1);
        }

        #[test]
        fn a_link_that_is_kept_resolves_below_the_root(target in "[a./]{0,12}", depth in 0_usize..3) {
            if stays_inside(&target, depth) {
                let mut level = i64::try_from(depth).unwrap();
                for part in target.split('/').filter(|part| !matches!(*part, "" | ".")) {
                    level += if part == ".." { -1 } else { 1 };
                    prop_assert!(level >= 0);
                }
            }
        }
    }

    #[test]
    fn an_archive_that_was_written_twice_is_read_once() {
        let mut twice = Cursor::new(archive(|writer| file(writer, "first", 0o644, b"1")));
        twice.seek(io::SeekFrom::End(0)).unwrap();
        twice.write_all(&archive(|writer| file(writer, "second", 0o644, b"2"))).unwrap();
        let (folder, result) = unpacked(twice.get_ref());
        assert_eq!(result.unwrap(), 1);
        assert!(folder.path().join("second").exists() && !folder.path().join("first").exists());
    }
}
