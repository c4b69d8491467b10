//! The server as a whole: everything opened, plugged together, served, and closed again.

mod deployment_key;
mod first_start;
mod open;
#[cfg_attr(feature = "bench-null-trail", path = "house/null_recorder.rs")]
mod recorder;
mod verify;

use std::sync::Arc;

use anyhow::Context;
use contract::Jobs;
use front::server::{self, Limits, Settings, TlsFiles};
use terms::{Clock, Entropy};

pub use open::{Opened, open};
pub use verify::verify_trail;

use crate::{
    client_files::{self, Endpoint},
    config::Config,
    greeting::greet,
    logging::OPERATOR,
    signals,
    system::{SystemClock, SystemEntropy},
};

/// Serves until `shutdown` ends, then drains.
pub async fn run(config: Config, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
    let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let Opened { house, store, .. } = open(&config, clock, entropy).await?;
    let house = Arc::new(house);
    let bound = server::bind(settings(&config)?).await.context("cannot listen")?;
    let address = bound.addresses().first().copied().context("no address to listen on")?;

    let endpoint = Endpoint::of(&config, address);
    client_files::write_endpoint(&config.data.data_dir, &endpoint)?;
    let tls = bound.tls();
    let hangups = signals::on_hangup(move || {
        if let Some(Err(error)) = tls.as_ref().map(server::TlsReloader::reload) {
            tracing::error!(target: OPERATOR, %error, "the certificate stays as it was");
        }
    })?;
    let hangups = tokio::spawn(hangups);
    let jobs: Arc<dyn Jobs> = store;
    let work_on_secrets = tokio::spawn({
        let (room, jobs) = (Arc::clone(&house.secretsmanager), Arc::clone(&jobs));
        async move { secretsmanager::work(&room, &*jobs).await }
    });
    let work_on_keys = tokio::spawn({
        let room = Arc::clone(&house.kms);
        async move { kms::work(&room, &*jobs).await }
    });
    greet(&config, &endpoint);

    let drained = server::serve(bound, Arc::clone(&house), shutdown).await;
    work_on_secrets.abort();
    work_on_keys.abort();
    hangups.abort();
    client_files::remove_endpoint(&config.data.data_dir)?;
    house.recorder.close().await;
    tracing::info!(
        target: OPERATOR,
        connections = drained.connections,
        connections_cut = drained.connections_cut,
        requests_cut = drained.requests_cut,
        "stopped"
    );
    Ok(())
}

fn settings(config: &Config) -> anyhow::Result<Settings> {
    let limit = &config.limit;
    let tls = match (&config.tls.certificate, &config.tls.key) {
        (Some(certificate), Some(key)) => Some(TlsFiles { certificate: certificate.clone(), key: key.clone() }),
        _ => None,
    };
    let limits = Limits {
        header_bytes_max: u32::try_from(limit.header_bytes.get())?,
        body_bytes_max: u32::try_from(limit.body_bytes.get())?,
        bodies_bytes_max: limit.bodies_bytes.as_usize(),
        header_timeout: limit.header_timeout,
        body_timeout: limit.body_timeout,
        idle_timeout: limit.idle_timeout,
        write_timeout: limit.write_timeout,
        connections_max: usize::try_from(limit.connections.get())?,
        http2_streams_max: limit.streams_per_connection.get(),
        ..Limits::default()
    };
    Ok(Settings { listen: config.listen.addresses.clone(), tls, limits, drain_timeout: limit.drain_timeout })
}
