//! Waiting for what a server says, and not for ever.

use std::time::Duration;

use tokio::time::timeout;

use crate::failure::Failure;

pub(crate) async fn answer_within<T>(limit: Duration, answer: impl Future<Output = T>) -> Result<T, Failure> {
    let late = |_| Failure::new(format!("the server did not answer within {} seconds", limit.as_secs()));
    timeout(limit, answer).await.map_err(late)
}
