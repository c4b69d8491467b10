//! What becomes of the files of a root key that was replaced.

use std::path::PathBuf;

use contract::Answer;
use facades::Settlement;
use tokio::sync::OwnedMutexGuard;

use crate::{
    logging::{OPERATOR, SECURITY},
    private_file,
    root_key::{self, Fingerprint},
};

/// A file that waits for its name, and one that has had its time.
#[derive(Default)]
pub(super) struct Files {
    promoted: Option<(PathBuf, PathBuf)>,
    removed: Option<PathBuf>,
    replacement: Option<Replacement>,
}

struct Replacement {
    before: Fingerprint,
    after: Fingerprint,
    /// The next one begins when these files have their places.
    _turn: OwnedMutexGuard<()>,
}

impl Files {
    /// Once the record is committed, `beside` takes the name of `path`.
    pub(super) fn promote(&mut self, beside: PathBuf, path: PathBuf) {
        self.promoted = Some((beside, path));
    }

    /// Once the record is committed, the old key's file goes.
    pub(super) fn remove(&mut self, path: PathBuf) {
        self.removed = Some(path);
    }

    pub(super) fn take_turn(&mut self, turn: OwnedMutexGuard<()>, before: Fingerprint, after: Fingerprint) {
        self.replacement = Some(Replacement { before, after, _turn: turn });
    }

    /// The record will not be committed.
    pub(super) fn forget_new(&self) {
        if let Some((beside, _)) = &self.promoted
            && let Err(error) = private_file::remove(beside)
        {
            tracing::warn!(target: OPERATOR, path = %beside.display(), %error, "a root key without use stays behind");
        }
    }

    /// Failures leave what the next start puts right, or what does no harm.
    fn settle(&self) {
        if let Some(Replacement { before, after, .. }) = &self.replacement {
            tracing::info!(target: SECURITY, %before, %after, "the root key was replaced");
        }
        if let Some((beside, path)) = &self.promoted
            && let Err(error) = root_key::promote(beside, path)
        {
            tracing::error!(target: OPERATOR, error = format!("{error:#}"), "the next start finds the new root key");
        }
        if let Some(path) = &self.removed
            && let Err(error) = private_file::remove(path)
        {
            tracing::warn!(
                target: OPERATOR,
                path = %path.display(),
                %error,
                "remove this file: it holds the old root key, which opens only backups of the store from before"
            );
        }
    }
}

impl Settlement for Files {
    fn committed(self: Box<Self>) -> Answer<'static, ()> {
        in_background(move || self.settle())
    }

    fn refused(self: Box<Self>) -> Answer<'static, ()> {
        in_background(move || self.forget_new())
    }
}

/// It is done whether or not anybody waits for it.
fn in_background(work: impl FnOnce() + Send + 'static) -> Answer<'static, ()> {
    let done = tokio::task::spawn_blocking(work);
    Box::pin(async move {
        if done.await.is_err() {
            tracing::error!(target: OPERATOR, "the files of a replaced root key are for the next start to put right");
        }
    })
}
