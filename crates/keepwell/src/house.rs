//! The server as a whole: everything opened, plugged together, served, and closed again.

mod deployment_key;
mod examine;
mod first_start;
mod foundation;
mod functions;
mod open;
#[cfg_attr(feature = "bench-null-trail", path = "house/null_recorder.rs")]
mod recorder;
mod replacing;
mod root_key_at_start;
mod rotation;
mod sealed;
mod settlement;
mod verify;

use std::{future, num::NonZeroUsize, pin::Pin, pin::pin, sync::Arc};

use anyhow::Context;
use contract::Jobs;
use front::Door;
use front::server::{self, Limits, Settings, TlsFiles};
use secretsmanager::Scheduler;
use terms::{Clock, Entropy};
use tokio::{sync::oneshot, task::JoinSet};

pub(crate) use examine::{Examined, examine_root_key};
pub use functions::FunctionWorks;
pub(crate) use functions::settings as function_settings;
pub use open::{Begun, Opened, begin, open};
pub use sealed::Sealed;
pub use verify::{root_key_offline, verify_trail};

use crate::{
    client_files::{self, Endpoint},
    config::Config,
    greeting::greet,
    logging::OPERATOR,
    signals,
    system::{SystemClock, SystemEntropy},
};

/// How a house comes to be open, sooner or later.
type Opening = Pin<Box<dyn Future<Output = anyhow::Result<Opened>> + Send>>;

/// Serves until `shutdown` ends, then drains.
pub async fn run(config: Config, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
    let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let mut shutdown = pin!(shutdown);
    let begun = tokio::select! {
        begun = begin(&config, clock, entropy) => begun?,
        // Somebody may be asked for a passphrase, and not be there.
        () = &mut shutdown => return Ok(()),
    };
    let (door, opening, missing): (_, Opening, _) = match begun {
        Begun::Open(opened) => {
            let door = Arc::new(Door::open(Arc::clone(&opened.house)));
            (door, Box::pin(future::ready(Ok(opened))), None)
        }
        Begun::Sealed(Sealed { missing, door, opening }) => (door, opening, Some(missing)),
    };
    let bound = server::bind(settings(&config)?).await.context("cannot listen")?;
    let addresses = bound.addresses().to_vec();
    let address = addresses.first().copied().context("no address to listen on")?;

    let endpoint = Endpoint::of(&config, address);
    client_files::write_endpoint(&config.data.data_dir, &endpoint)?;
    let tls = bound.tls();
    let hangups = signals::on_hangup(move || {
        if let Some(Err(error)) = tls.as_ref().map(server::TlsReloader::reload) {
            tracing::error!(target: OPERATOR, %error, "the certificate stays as it was");
        }
    })?;
    let hangups = tokio::spawn(hangups);
    if let Some(missing) = missing {
        tell_of_seal(missing, &endpoint);
    }
    let (fail, mut failed) = oneshot::channel();
    let (tell_works, mut function_works) = oneshot::channel();
    let background = tokio::spawn({
        let config = config.clone();
        let endpoint = endpoint.clone();
        async move {
            match opening.await {
                Ok(opened) => {
                    greet(&config, &endpoint);
                    opened.function_works.listens_at(&config, &endpoint);
                    opened.rotators.listens_at(&addresses);
                    drop(tell_works.send(opened.function_works.clone()));
                    work(opened).await;
                }
                // The server that was waiting for it has ended if nobody is told.
                Err(error) => drop(fail.send(error)),
            }
        }
    });

    let mut failure = None;
    let until = async {
        tokio::select! {
            () = &mut shutdown => {}
            Ok(error) = &mut failed => failure = Some(error),
        }
    };
    let drained = server::serve(bound, Arc::clone(&door), until).await;
    // There are none when the server was never open.
    if let Ok(works) = function_works.try_recv() {
        works.close().await;
    }
    background.abort();
    hangups.abort();
    client_files::remove_endpoint(&config.data.data_dir)?;
    if let Some(house) = door.house() {
        house.recorder.close().await;
    }
    if let Some(error) = failure {
        return Err(error.context("the root key is open, and the server does not open with it"));
    }
    tracing::info!(
        target: OPERATOR,
        connections = drained.connections,
        connections_cut = drained.connections_cut,
        requests_cut = drained.requests_cut,
        "stopped"
    );
    Ok(())
}

/// What is done beside answering.
async fn work(opened: Opened) {
    let Opened { house, store, function_works, .. } = opened;
    let jobs: Arc<dyn Jobs> = store;
    let mut works = JoinSet::new();
    works.spawn({
        let (room, jobs) = (Arc::clone(&house.secretsmanager), Arc::clone(&jobs));
        async move { service::work(&*room, &*jobs).await }
    });
    works.spawn(Scheduler::new(Arc::clone(&house.secretsmanager), Arc::clone(&jobs)).work());
    works.spawn({
        let (room, jobs) = (Arc::clone(&house.kms), Arc::clone(&jobs));
        async move { service::work(&*room, &*jobs).await }
    });
    works.spawn({
        let room = Arc::clone(&house.logs);
        async move { service::work(&*room, &*jobs).await }
    });
    works.spawn(async move { function_works.output.work().await });
    while works.join_next().await.is_some() {}
}

fn tell_of_seal(missing: u8, endpoint: &Endpoint) {
    tracing::warn!(
        target: OPERATOR,
        missing,
        endpoint = endpoint.url,
        "the server is sealed: it needs shares of its root key, by `keepwell root-key unseal`"
    );
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
    let threads = match config.runtime.worker_threads {
        Some(threads) => threads.get(),
        None => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
    };
    Ok(Settings { listen: config.listen.addresses.clone(), tls, limits, threads, drain_timeout: limit.drain_timeout })
}
