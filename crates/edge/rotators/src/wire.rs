//! A connection to a server whose protocol is spoken here.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::database::{Login, LoginError};
use crate::errand::Errand;
use crate::failure::Failure;
use crate::tls::Channel;

/// Bytes to and fro.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// Connects to the addresses that were looked at, with TLS if the channel is TLS.
pub(crate) async fn connect(errand: &Errand<'_>, login: &Login, channel: Channel) -> Result<Box<dyn Wire>, LoginError> {
    let stream = dial(errand, login).await?;
    match channel {
        Channel::Plain => Ok(stream),
        Channel::Tls => secure(errand, login, stream).await,
    }
}

/// Connects to the addresses that were looked at.
pub(crate) async fn dial(errand: &Errand<'_>, login: &Login) -> Result<Box<dyn Wire>, LoginError> {
    let reached = errand.visit.reach(&login.host, login.port).await.map_err(LoginError::Unreachable)?;
    let stream = reached.dial().await.map_err(|error| {
        let Login { host, port, .. } = login;
        LoginError::Unreachable(Failure::new(format!("{host}:{port} cannot be reached: {}", error.kind())))
    })?;
    Ok(Box::new(stream))
}

/// From here on with TLS, to nobody but the host that the secret names.
pub(crate) async fn secure(
    errand: &Errand<'_>,
    login: &Login,
    stream: Box<dyn Wire>,
) -> Result<Box<dyn Wire>, LoginError> {
    let place = format!("{}:{}", login.host, login.port);
    let bare = login.host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(bare)
        .map_err(|_| LoginError::Channel(format!("a certificate cannot name the host {}", login.host)))?;
    // Shaking hands is part of connecting: a server that knows no TLS may wait for more for ever.
    let within = errand.visit.settings().connect_timeout;
    let connected = timeout(within, TlsConnector::from(Arc::clone(&errand.tls.config)).connect(name, stream)).await;
    match connected {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(error)) => Err(LoginError::Channel(format!("TLS with {place} failed: {error}"))),
        Err(_) => Err(LoginError::Channel(format!("{place} did not answer within {} seconds", within.as_secs()))),
    }
}
