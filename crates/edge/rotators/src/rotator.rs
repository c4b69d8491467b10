//! What each rotator knows of the things that its secrets open.

use contract::Answer;

use crate::{document::SecretDocument, errand::Errand, failure::Failure};

/// The versions of a secret that setting a new one is about.
pub(crate) struct Versions {
    pub(crate) current: SecretDocument,
    pub(crate) pending: SecretDocument,
    /// None if there is none, or none that can be read.
    pub(crate) previous: Option<SecretDocument>,
}

/// Each step may be called again, also when it was done and nobody heard of it.
pub(crate) trait Rotator: Send + Sync {
    /// Can these settings work at all? Asked when the server starts.
    fn check_settings(&self, passwords: &crate::settings::PasswordSettings) -> Result<(), String>;

    /// The longest password that its engine takes. None for what has no passwords.
    fn longest_password(&self) -> Option<usize> {
        None
    }

    /// The pending value, made of the current one. What it is made for does not know of it yet.
    fn create<'a>(
        &'a self,
        errand: &'a Errand<'a>,
        current: &'a SecretDocument,
    ) -> Answer<'a, Result<SecretDocument, Failure>>;

    /// Makes the pending value valid. The current one stays valid as long as the kind of thing allows.
    fn set<'a>(&'a self, errand: &'a Errand<'a>, versions: &'a Versions) -> Answer<'a, Result<(), Failure>>;

    /// Is the value valid?
    fn test<'a>(&'a self, errand: &'a Errand<'a>, value: &'a SecretDocument) -> Answer<'a, Result<(), Failure>>;

    /// Makes the current value valid again, if `set` has ended it. Asked when a rotation does not come to its end.
    fn undo<'a>(&'a self, _errand: &'a Errand<'a>, _versions: &'a Versions) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }

    /// Does `set` end the current value? Who need not be asked saves the reads of the secret.
    fn undoes(&self) -> bool {
        false
    }

    /// Ends what of the previous value is still valid and should not be, after the pending one has become current. Called
    /// again by a later attempt if it failed.
    fn retire<'a>(
        &'a self,
        _errand: &'a Errand<'a>,
        _current: &'a SecretDocument,
        _previous: &'a SecretDocument,
    ) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }

    /// Must `retire` be called? Who need not be asked saves two reads of the secret.
    fn retires(&self) -> bool {
        false
    }
}
