//! A port of this machine at which a test speaks for a server.

use tokio::net::{TcpListener, TcpStream};

/// Talks to everybody who connects, for as long as the test lasts. Returns the port.
pub(crate) async fn listen<T>(talk: impl Fn(TcpStream) -> T + Send + 'static) -> u16
where
    T: Future<Output: Send> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream));
        }
    });
    port
}
