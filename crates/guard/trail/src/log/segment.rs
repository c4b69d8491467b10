//! The log's folder and the files in it.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::{thread, time::Duration};

use super::LogError;
use super::faults::{Faults, Step};

/// Larger files than this are not read: no segment is.
pub(super) const SEGMENT_BYTES_MAX: u64 = 256 * 1024 * 1024;

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
const SPARE: &str = "spare.log";
const SPARE_UNFINISHED: &str = "spare.unfinished";
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
/// A tenth of a millisecond's work. A log that grows as fast as it can fills a segment in some 80 ms.
const PIECE_BYTES: u64 = 1024 * 1024;
const BETWEEN_PIECES: Duration = Duration::from_millis(1);

/// The folder of one log, held by this process alone.
pub(super) struct Folder {
    path: PathBuf,
    /// Open to be locked and to be synced after files were named.
    handle: File,
}

impl Folder {
    pub(super) fn claim(path: &Path) -> Result<Self, LogError> {
        if !path.exists() {
            DirBuilder::new()
                .recursive(true)
                .mode(FOLDER_MODE)
                .create(path)
                .map_err(LogError::io("create the folder", path))?;
            if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                sync_folder(parent)?;
            }
        }
        let handle = File::open(path).map_err(LogError::io("open the folder", path))?;
        match handle.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LogError::InUse(path.to_owned())),
            Err(TryLockError::Error(cause)) => return Err(LogError::io("lock the folder", path)(cause)),
        }
        handle.set_permissions(Permissions::from_mode(FOLDER_MODE)).map_err(LogError::io("close to others", path))?;
        Ok(Self { path: path.to_owned(), handle })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes durable what files the folder has and how they are named.
    pub(super) fn sync(&self) -> Result<(), LogError> {
        self.handle.sync_all().map_err(LogError::io("sync the folder", &self.path))
    }

    /// Lets another open the log, though this value lives on.
    pub(super) fn release(&self) {
        if let Err(cause) = self.handle.unlock() {
            tracing::warn!(folder = %self.path.display(), %cause, "the node log's folder stays locked until the end of the process");
        }
    }

    /// An empty segment of this size: every byte written once and synced, so that later writes change neither the
    /// file's length nor its extents and their sync is one write to the disk. Seen under its name only when whole.
    pub(super) fn prepare_spare(&self, segment_bytes: u64, faults: &Faults) -> Result<File, LogError> {
        let path = self.path.join(SPARE);
        let unfinished = self.path.join(SPARE_UNFINISHED);
        let prepared = (|| {
            if let Some(spare) = left_from_before(&path, segment_bytes)? {
                return Ok(spare);
            }
            faults.before(Step::Reserve)?;
            let file = options().create(true).truncate(true).open(&unfinished)?;
            // Only to learn early and cheaply that there is no room: what cannot do it, is told by the writes.
            match rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, segment_bytes) {
                Ok(()) | Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS | rustix::io::Errno::INTR) => {}
                Err(cause) => return Err(cause.into()),
            }
            lay_out(&file, segment_bytes)?;
            file.sync_all()?;
            std::fs::rename(&unfinished, &path)?;
            self.handle.sync_all()?;
            Ok(file)
        })();
        prepared.map_err(|cause| {
            // What was laid out so far is room that others need now.
            let _ = std::fs::remove_file(&unfinished);
            LogError::io("lay out", &path)(cause)
        })
    }

    /// Gives the spare segment its place in the log. Durable after the next [`Folder::sync`].
    pub(super) fn name_spare(&self, first_sequence: u64) -> io::Result<()> {
        std::fs::rename(self.path.join(SPARE), self.path.join(name(first_sequence)))
    }
}

/// A spare that an earlier process laid out, if it is still as it was. One with something in it was on its way to
/// become a segment when the power went, and nobody was told that anything in it was durable.
fn left_from_before(path: &Path, segment_bytes: u64) -> io::Result<Option<File>> {
    let mut file = match options().read(true).open(path) {
        Ok(file) => file,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(cause),
    };
    if file.metadata()?.len() != segment_bytes {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(is_zero(&bytes).then_some(file))
}

/// A segment in its folder; nothing is known of it but its name.
#[derive(Clone, Debug)]
pub(crate) struct SegmentFile {
    pub(super) path: PathBuf,
    /// As the name says.
    pub(crate) first_sequence: u64,
}

impl SegmentFile {
    pub(super) fn new(folder: &Path, first_sequence: u64) -> Self {
        Self { path: folder.join(name(first_sequence)), first_sequence }
    }

    pub(super) fn name(&self) -> String {
        name(self.first_sequence)
    }

    pub(super) fn open_to_write(&self) -> Result<File, LogError> {
        options().open(&self.path).map_err(LogError::io("open", &self.path))
    }

    pub(super) fn read(&self) -> Result<Vec<u8>, LogError> {
        self.read_up_to(SEGMENT_BYTES_MAX)
    }

    pub(super) fn read_up_to(&self, bytes_max: u64) -> Result<Vec<u8>, LogError> {
        let mut bytes = Vec::new();
        File::open(&self.path)
            .and_then(|file| {
                let known = file.metadata()?.len().min(bytes_max);
                bytes.reserve_exact(usize::try_from(known).unwrap_or(0));
                file.take(bytes_max).read_to_end(&mut bytes)
            })
            .map_err(LogError::io("read", &self.path))?;
        Ok(bytes)
    }

    pub(super) fn close_to_others(&self) -> Result<(), LogError> {
        let failed = LogError::io("close to others", &self.path);
        let closed = std::fs::metadata(&self.path).and_then(|now| {
            // Hundreds of segments are so already.
            let is_closed = now.permissions().mode() & 0o777 == FILE_MODE;
            if is_closed { Ok(()) } else { std::fs::set_permissions(&self.path, Permissions::from_mode(FILE_MODE)) }
        });
        closed.map_err(failed)
    }
}

/// The segments of a folder in the order of the log.
pub(super) fn segments(folder: &Path) -> Result<Vec<SegmentFile>, LogError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(LogError::io("list", folder))? {
        let entry = entry.map_err(LogError::io("list", folder))?;
        if let Some(first_sequence) = entry.file_name().to_str().and_then(first_sequence) {
            found.push(SegmentFile::new(folder, first_sequence));
        }
    }
    found.sort_unstable_by_key(|segment| segment.first_sequence);
    Ok(found)
}

fn name(first_sequence: u64) -> String {
    format!("segment-{first_sequence:020}.log")
}

fn first_sequence(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("segment-")?.strip_suffix(".log")?;
    (digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

pub(super) fn write_zeros(file: &File, from: u64, to: u64) -> io::Result<()> {
    let mut at = from;
    while at < to {
        let piece = usize::try_from(to - at).map_or(ZEROS.len(), |left| left.min(ZEROS.len()));
        let (zeros, _) = ZEROS.split_at(piece);
        file.write_all_at(zeros, at)?;
        at += piece as u64;
    }
    Ok(())
}

/// Fills a new segment with zeros, a piece at a time: all at once would keep a processor from those who append meanwhile.
fn lay_out(file: &File, segment_bytes: u64) -> io::Result<()> {
    let mut from = 0;
    while from < segment_bytes {
        let to = from.saturating_add(PIECE_BYTES).min(segment_bytes);
        write_zeros(file, from, to)?;
        thread::sleep(BETWEEN_PIECES);
        from = to;
    }
    Ok(())
}

/// Moves a file that is no longer part of the log out of the way, under a name that no segment has.
pub(super) fn set_aside(segment: &SegmentFile) -> Result<PathBuf, LogError> {
    let aside = aside_file(segment, 0)?;
    std::fs::rename(&segment.path, &aside).map_err(LogError::io("set aside", &segment.path))?;
    Ok(aside)
}

/// Keeps a copy of bytes that are about to be removed from the segment.
pub(super) fn set_bytes_aside(segment: &SegmentFile, offset: u64, bytes: &[u8]) -> Result<PathBuf, LogError> {
    let aside = aside_file(segment, offset)?;
    let file = options().truncate(true).open(&aside).map_err(LogError::io("open", &aside))?;
    file.write_all_at(bytes, 0).and_then(|()| file.sync_all()).map_err(LogError::io("write", &aside))?;
    Ok(aside)
}

/// A new and empty file to set something aside in.
fn aside_file(segment: &SegmentFile, offset: u64) -> Result<PathBuf, LogError> {
    let stem = format!("set-aside-{:020}-at-{offset}", segment.first_sequence);
    let mut attempt = 0_u32;
    loop {
        let path = segment.path.with_file_name(format!("{stem}-{attempt}"));
        match options().create_new(true).open(&path) {
            Ok(_) => return Ok(path),
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => attempt += 1,
            Err(cause) => return Err(LogError::io("create", &path)(cause)),
        }
    }
}

pub(super) fn is_zero(bytes: &[u8]) -> bool {
    used(bytes).is_empty()
}

/// The bytes up to the last that is not zero.
pub(super) fn used(bytes: &[u8]) -> &[u8] {
    // Piece by piece without a branch in it: many times as fast, and a young segment is mostly zeros.
    const PIECE_BYTES: usize = 4096;
    let zero = |piece: &&[u8]| piece.iter().fold(0, |sum, byte| sum | byte) == 0;
    let zero_pieces = bytes.rchunks(PIECE_BYTES).take_while(zero).count();
    let rest = bytes.get(..bytes.len().saturating_sub(zero_pieces * PIECE_BYTES)).unwrap_or_default();
    let end = rest.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    rest.get(..end).unwrap_or_default()
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(FILE_MODE);
    options
}

fn sync_folder(path: &Path) -> Result<(), LogError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(LogError::io("sync the folder", path))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{FileExt, PermissionsExt};

    use super::{Folder, SPARE, SPARE_UNFINISHED, first_sequence, is_zero, name, segments, used};
    use crate::log::LogError;
    use crate::log::faults::{Faults, Step};

    #[test]
    fn a_name_is_twenty_digits_and_nothing_else() {
        assert_eq!(name(7), "segment-00000000000000000007.log");
        for sequence in [0, 7, u64::MAX] {
            assert_eq!(first_sequence(&name(sequence)), Some(sequence));
        }
        let not_segments = [
            "segment-7.log",
            "segment-+0000000000000000007.log",
            "segment-00000000000000000007.log.gz",
            "segment-99999999999999999999.log",
            SPARE,
        ];
        for other in not_segments {
            assert_eq!(first_sequence(other), None, "{other}");
        }
    }

    #[test]
    fn the_used_part_ends_with_the_last_byte_that_is_not_zero() {
        let mut bytes = vec![0; 10_000];
        assert!(is_zero(&bytes) && is_zero(&[]));
        for last in [0, 1, 1807, 1808, 4095, 4096, 5903, 5904, 9998, 9999] {
            bytes[last] = 1;
            assert_eq!(used(&bytes).len(), last + 1);
            assert!(!is_zero(&bytes));
        }
        assert_eq!(used(&[0, 3, 0]), [0, 3]);
    }

    #[test]
    fn a_folder_has_one_holder_and_is_closed_to_others() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("deep/log");
        let folder = Folder::claim(&path).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        assert!(matches!(Folder::claim(&path), Err(LogError::InUse(_))));
        folder.release();
        Folder::claim(&path).unwrap();
    }

    #[test]
    fn a_spare_is_laid_out_whole_or_not_at_all() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::claim(place.path()).unwrap();
        let faults = Faults::default();
        faults.fail(Step::Reserve);
        folder.prepare_spare(1 << 20, &faults).unwrap_err();
        assert!(!place.path().join(SPARE).exists() && !place.path().join(SPARE_UNFINISHED).exists());

        faults.heal();
        folder.prepare_spare(1 << 20, &faults).unwrap();
        let spare = place.path().join(SPARE).metadata().unwrap();
        assert_eq!(spare.len(), 1 << 20);
        assert_eq!(spare.permissions().mode() & 0o777, 0o600);
        assert!(!place.path().join(SPARE_UNFINISHED).exists());

        folder.name_spare(3).unwrap();
        let found: Vec<u64> = segments(place.path()).unwrap().iter().map(|segment| segment.first_sequence).collect();
        assert_eq!(found, [3]);
    }

    #[test]
    fn a_spare_is_used_again_only_while_it_is_empty_and_of_the_size_asked_for() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::claim(place.path()).unwrap();
        let faults = Faults::default();
        folder.prepare_spare(4096, &faults).unwrap();

        faults.fail(Step::Reserve);
        let again = folder.prepare_spare(4096, &faults).unwrap();
        folder.prepare_spare(8192, &faults).unwrap_err();
        again.write_all_at(b"x", 4000).unwrap();
        folder.prepare_spare(4096, &faults).unwrap_err();
    }
}
