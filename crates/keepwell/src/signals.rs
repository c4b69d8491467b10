//! What the operating system asks of the server.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

use crate::logging::OPERATOR;

/// Ends when the process is asked to stop, by SIGTERM (service managers) or SIGINT (Ctrl-C). The signals are caught from
/// the moment of the call, not from the first poll.
pub fn shutdown() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!(target: OPERATOR, signal = name, "stopping: running requests may end");
    })
}

/// Does something each time the process receives SIGHUP, for as long as it is polled. The signal is caught from the
/// moment of the call; uncaught it would end the process.
pub fn on_hangup(mut reload: impl FnMut() + Send + 'static) -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        while hangup.recv().await.is_some() {
            reload();
        }
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustix::process::{Signal, getpid, kill_process};

    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    // One test, because signals go to the whole process.
    #[tokio::test]
    async fn each_hangup_reloads_and_sigterm_ends_the_wait() {
        let (reloaded, mut reloads) = tokio::sync::mpsc::unbounded_channel();
        let hangups = on_hangup(move || reloaded.send(()).unwrap()).unwrap();
        let stopped = shutdown().unwrap();
        tokio::spawn(hangups);

        for _ in 0..2 {
            kill_process(getpid(), Signal::HUP).unwrap();
            tokio::time::timeout(SOON, reloads.recv()).await.unwrap().unwrap();
        }
        // Caught although nobody polls yet.
        kill_process(getpid(), Signal::TERM).unwrap();
        tokio::time::timeout(SOON, stopped).await.unwrap();
    }
}
