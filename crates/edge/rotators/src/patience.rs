//! Waiting for what a server says, and neither for ever nor for more than anybody asked for.

use std::time::Duration;

use tokio::time::timeout;

use crate::failure::Failure;

/// The rights on many thousands of tables are the most that is asked for.
const ROWS_MAX: usize = 100_000;

/// Rows of one answer, as they come.
pub(crate) struct Rows<T>(Vec<T>);

impl<T> Rows<T> {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn push(&mut self, row: T) -> Result<(), Failure> {
        if self.0.len() == ROWS_MAX {
            return Err(Failure::new(format!("the server answered with more than {ROWS_MAX} rows")));
        }
        self.0.push(row);
        Ok(())
    }

    pub(crate) fn into_vec(self) -> Vec<T> {
        self.0
    }
}

pub(crate) async fn answer_within<T>(limit: Duration, answer: impl Future<Output = T>) -> Result<T, Failure> {
    let late = |_| Failure::new(format!("the server did not answer within {} seconds", limit.as_secs()));
    timeout(limit, answer).await.map_err(late)
}
