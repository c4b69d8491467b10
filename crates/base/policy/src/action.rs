//! Names of actions, as policies write them.

use std::fmt;

/// A service prefix and an operation, such as `secretsmanager:GetSecretValue`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Action(&'static str);

impl Action {
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The operation alone, as the trail and the wire name it.
    pub fn operation(self) -> &'static str {
        self.0.split_once(':').map_or(self.0, |(_, operation)| operation)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
