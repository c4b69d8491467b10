//! Names, paths and ids of what is made.

use contract::Identities;
use gate::{UniqueIdPrefix, new_unique_id};

use crate::room::Call;

/// Where everything lies that was given no path.
const ROOT_PATH: &str = "/";

pub(crate) fn path_or_root(asked: Option<&String>) -> String {
    asked.cloned().unwrap_or_else(|| ROOT_PATH.to_owned())
}

impl Call<'_> {
    /// The ARN of a user, a group or whatever else has a path: `user`, `/team/`, `alice`.
    pub(crate) fn entity_arn(&self, kind: &str, path: &str, name: &str) -> String {
        self.arn(kind, &format!("{path}{name}"))
    }

    /// An id that nothing in the account goes by.
    pub(crate) fn new_id(&self, identities: &Identities, prefix: UniqueIdPrefix) -> String {
        let mut id = new_unique_id(prefix, &*self.room.entropy);
        while identities.has_id(&id) {
            id = new_unique_id(prefix, &*self.room.entropy);
        }
        id
    }
}
