//! What is written without a record.

use contract::{Commit, CommitError};

use crate::Recorder;

impl Recorder {
    /// Changes what lies in log groups, and puts off or ends the work on it. Nobody called for what a function prints, and
    /// what has expired was condemned by a call that is on the trail; so there is no record. Anything else is refused.
    pub async fn commit_log_content(&self, commit: Commit) -> Result<(), CommitError> {
        if !commit.is_of_log_content() || !commit.records.is_empty() {
            return Err(CommitError::Internal("a change without its record".into()));
        }
        self.shared.store.commit(commit).await
    }

    /// Tells in a secret's timeline how far an attempt has come. Its beginning and its end are on the trail.
    pub async fn commit_progress(&self, commit: Commit) -> Result<(), CommitError> {
        if !commit.is_of_progress() || !commit.records.is_empty() {
            return Err(CommitError::Internal("a change without its record".into()));
        }
        self.shared.store.commit(commit).await
    }

    /// Changes when a service looks at something again, and nothing else.
    pub async fn commit_jobs(&self, commit: Commit) -> Result<(), CommitError> {
        if !commit.changes.is_empty() || !commit.records.is_empty() {
            return Err(CommitError::Internal("a change without its record".into()));
        }
        self.shared.store.commit(commit).await
    }
}
