//! The threads that connections live on.
//!
//! Each has a runtime of its own, and a connection stays where it was put. A runtime that shares its tasks among threads
//! wakes a second thread for nearly every request of a server that has time to spare, which costs more than the request.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle};
use tokio::sync::watch;

/// For what blocks, such as a password that is being hashed.
const ENDS_WITHIN: Duration = Duration::from_secs(1);

/// Their threads end when this is dropped.
pub(super) struct Lanes {
    handles: Vec<Handle>,
    next: AtomicUsize,
    _running: watch::Sender<()>,
}

impl Lanes {
    pub(super) fn start(count: usize) -> io::Result<Self> {
        let (running, watched) = watch::channel(());
        let handles = (0..count.max(1)).map(|_| start(watched.clone())).collect::<io::Result<_>>()?;
        Ok(Self { handles, next: AtomicUsize::new(0), _running: running })
    }

    /// Lets the connection live on one of the threads.
    pub(super) fn put<F>(&self, stream: TcpStream, attend: impl FnOnce(TcpStream) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let turn = self.next.fetch_add(1, Ordering::Relaxed).checked_rem(self.handles.len());
        let lane = turn.and_then(|turn| self.handles.get(turn));
        // It is registered anew where it will live. A connection that cannot be is closed.
        let (Some(lane), Ok(stream)) = (lane, stream.into_std()) else { return };
        lane.spawn(async move {
            if let Ok(stream) = TcpStream::from_std(stream) {
                attend(stream).await;
            }
        });
    }
}

fn start(mut running: watch::Receiver<()>) -> io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new().name("keepwell".to_owned()).spawn(move || {
        // An error says that whoever watched over it has gone.
        let _gone = runtime.block_on(running.changed());
        runtime.shutdown_timeout(ENDS_WITHIN);
    })?;
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::thread::ThreadId;

    use tokio::net::TcpListener;
    use tokio::sync::mpsc;

    use super::*;

    /// A connection that was accepted, with the client's end.
    async fn connection() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (listener.accept().await.unwrap().0, client)
    }

    #[tokio::test]
    async fn connections_take_the_threads_in_turn_and_stay_there() {
        let lanes = Lanes::start(3).unwrap();
        let (tell, mut told) = mpsc::unbounded_channel::<(usize, ThreadId)>();
        let mut clients = Vec::new();
        for turn in 0..6 {
            let (stream, client) = connection().await;
            clients.push(client);
            let tell = tell.clone();
            lanes.put(stream, move |stream| async move {
                for _ in 0..10 {
                    stream.writable().await.unwrap();
                    tell.send((turn % 3, thread::current().id())).unwrap();
                    tokio::task::yield_now().await;
                }
            });
        }
        drop(tell);
        let mut seen = BTreeSet::new();
        while let Some((lane, thread)) = told.recv().await {
            seen.insert((lane, format!("{thread:?}")));
        }
        let threads: BTreeSet<&String> = seen.iter().map(|(_, thread)| thread).collect();
        assert_eq!((seen.len(), threads.len()), (3, 3), "{seen:?}");
    }

    #[tokio::test]
    async fn what_lives_on_them_ends_with_them() {
        let lanes = Lanes::start(0).unwrap();
        let (stream, client) = connection().await;
        let (held, mut gone) = mpsc::channel::<()>(1);
        lanes.put(stream, move |stream| async move {
            std::future::pending::<()>().await;
            drop((stream, held));
        });
        drop(lanes);
        assert_eq!(gone.recv().await, None);
        // And the client's end is closed.
        client.readable().await.unwrap();
        assert_eq!(client.try_read(&mut [0]).unwrap(), 0);
    }
}
