//! The files that the server lives on.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use front::server::TlsFiles;
use rustix::fs::statfs;

use super::Finding;
use crate::client_files;

pub(super) fn data_folder(data_dir: &Path) -> Finding {
    const SUBJECT: &str = "data folder";
    let shown = data_dir.display();
    let metadata = match std::fs::metadata(data_dir) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Finding::fine(SUBJECT, format!("{shown} is not there yet; the first start makes it"));
        }
        Err(error) => {
            return Finding::broken(
                SUBJECT,
                format!("{shown} cannot be examined: {error}"),
                "Run this as the server's user.",
            );
        }
    };
    if !metadata.is_dir() {
        return Finding::broken(SUBJECT, format!("{shown} is not a folder"), "Name another with --data-dir.");
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Finding::doubtful(
            SUBJECT,
            format!("{shown} belongs to another user (uid {})", metadata.uid()),
            "Run this, and the server, as the user that the folder belongs to.",
        );
    }
    if metadata.mode() & 0o077 != 0 {
        return Finding::doubtful(
            SUBJECT,
            format!("{shown} is open to other users (mode {:03o})", metadata.mode() & 0o777),
            format!("chmod 700 {shown}"),
        );
    }
    match unsuited(data_dir) {
        Some(told) => {
            Finding::doubtful(SUBJECT, format!("{shown} {told}"), "Name a folder on a local disk with --data-dir.")
        }
        None => Finding::fine(SUBJECT, format!("{shown}, its owner's alone")),
    }
}

/// Whether the folder lies on a file system that keeps data badly: the numbers are Linux's, from statfs(2).
fn unsuited(data_dir: &Path) -> Option<&'static str> {
    const NETWORKS: [u64; 4] = [0x6969, 0xff53_4d42, 0xfe53_4d42, 0x517b];
    const MEMORY: [u64; 2] = [0x0102_1994, 0x8584_58f6];
    let kind = statfs(data_dir).ok()?.f_type.cast_unsigned();
    if NETWORKS.contains(&kind) {
        Some("lies on a network file system, whose locks and syncs a database should not rely on")
    } else if MEMORY.contains(&kind) {
        Some("lies in memory, and is gone when the machine restarts")
    } else {
        None
    }
}

pub(super) fn tls(files: &TlsFiles) -> Finding {
    const SUBJECT: &str = "certificate";
    for path in [&files.certificate, &files.key] {
        if let Err(error) = File::open(path) {
            return Finding::broken(
                SUBJECT,
                format!("{} cannot be read: {error}", path.display()),
                "`keepwell certificate --help` says how to make one.",
            );
        }
    }
    match std::fs::metadata(&files.key).map(|metadata| metadata.mode() & 0o777) {
        Ok(mode) if mode & 0o077 != 0 => Finding::broken(
            SUBJECT,
            format!("{} can be read by others (mode {mode:03o})", files.key.display()),
            format!("chmod 600 {}, and consider the key known", files.key.display()),
        ),
        _ => Finding::fine(SUBJECT, format!("{}", files.certificate.display())),
    }
}

pub(super) fn credentials(data_dir: &Path) -> Finding {
    const SUBJECT: &str = "credentials";
    match client_files::read_credentials(data_dir) {
        Ok(credentials) => Finding::fine(SUBJECT, format!("access key {}", credentials.access_key_id)),
        Err(refusal) => Finding::doubtful(
            SUBJECT,
            format!("{refusal:#}"),
            "Until then `keepwell env` has nothing to export; other credentials work without it.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::super::Verdict;
    use super::*;

    fn folder(mode: u32) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), Permissions::from_mode(mode)).unwrap();
        folder
    }

    #[test]
    fn a_data_folder_open_to_others_is_doubtful() {
        let finding = data_folder(folder(0o755).path());
        assert_eq!(finding.verdict, Verdict::Doubtful);
        assert!(finding.advice.unwrap().contains("chmod 700"));
    }

    #[test]
    fn a_file_in_the_data_folders_place_is_broken() {
        let folder = folder(0o700);
        let file = folder.path().join("data");
        std::fs::write(&file, "").unwrap();
        assert_eq!(data_folder(&file).verdict, Verdict::Broken);
    }

    #[test]
    fn a_tls_key_that_others_can_read_is_broken() {
        let folder = folder(0o700);
        let files = TlsFiles { certificate: folder.path().join("server.pem"), key: folder.path().join("server.key") };
        assert_eq!(tls(&files).verdict, Verdict::Broken);
        for path in [&files.certificate, &files.key] {
            std::fs::write(path, "").unwrap();
        }
        std::fs::set_permissions(&files.key, Permissions::from_mode(0o644)).unwrap();
        assert!(tls(&files).told.contains("mode 644"));
        std::fs::set_permissions(&files.key, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(tls(&files).verdict, Verdict::Fine);
    }

    #[test]
    fn memory_is_told_from_disk() {
        assert_eq!(unsuited(&PathBuf::from("/proc")), None);
        if Path::new("/dev/shm").is_dir() {
            assert!(unsuited(Path::new("/dev/shm")).is_some_and(|told| told.contains("memory")));
        }
    }
}
