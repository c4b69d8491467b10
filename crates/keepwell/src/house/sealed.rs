//! A server that waits for people with shares of its root key.

use std::{net::IpAddr, pin::Pin, sync::Arc};

use anyhow::Context;
use custody::shares::{Gathered, ShareCollector};
use front::{Door, Seal, ShareNotTaken, TrustedProxies};
use parking_lot::Mutex;
use terms::{Clock, Entropy, SecretBytes};
use tokio::sync::{oneshot, watch};

use super::{
    foundation::{Closed, Foundation},
    open::{Opened, build},
};
use crate::{config::Config, logging::SECURITY};

/// More than people give in a second, and few enough that junk costs nothing.
const SHARES_A_SECOND: u32 = 20;

pub struct Sealed {
    /// How many shares are needed.
    pub missing: u8,
    /// Takes shares and refuses everything else; the house takes its place behind it when it is open.
    pub door: Arc<Door>,
    /// Ends when the house is open, or cannot be opened although the root key is there.
    pub opening: Pin<Box<dyn Future<Output = anyhow::Result<Opened>> + Send>>,
}

impl Sealed {
    pub(super) fn new(config: Config, closed: Closed, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        let Closed { store, record, shares, keepers } = closed;
        let missing = shares.missing();
        let (root_key, opened_with) = oneshot::channel();
        let (progress, watched) = watch::channel(Progress::Gathering);
        let gathering = Gathering {
            state: Mutex::new(State { shares, root_key: Some(root_key), pace: Pace::default() }),
            progress: watched,
            clock: Arc::clone(&clock),
        };
        let trusted_proxies = TrustedProxies::new(config.listen.trusted_proxies.clone());
        let door = Arc::new(Door::sealed(Arc::new(gathering), trusted_proxies, Arc::clone(&entropy)));
        let entrance = Arc::clone(&door);
        let opening = Box::pin(async move {
            let root_key = opened_with.await.context("nobody can give shares any more")?;
            let built = match Foundation::of(store, &root_key, &record, None, keepers) {
                Ok(foundation) => build(&config, foundation, clock, entropy).await,
                Err(error) => Err(error),
            };
            if let Ok(opened) = &built {
                entrance.let_in(Arc::clone(&opened.house));
            }
            // Whoever has given the last share may be gone.
            let _ = progress.send(if built.is_ok() { Progress::Open } else { Progress::Failed });
            built
        });
        Self { missing, door, opening }
    }
}

/// How far the opening has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Gathering,
    Open,
    Failed,
}

/// Takes the shares as they come.
struct Gathering {
    state: Mutex<State>,
    progress: watch::Receiver<Progress>,
    clock: Arc<dyn Clock>,
}

struct State {
    shares: ShareCollector,
    /// To whoever opens the house. Nothing any more once it has been told.
    root_key: Option<oneshot::Sender<SecretBytes>>,
    pace: Pace,
}

/// How many shares have come in this second.
#[derive(Default)]
struct Pace {
    second: i64,
    count: u32,
}

impl Pace {
    fn allows(&mut self, second: i64) -> bool {
        if self.second != second {
            *self = Self { second, count: 0 };
        }
        self.count = self.count.saturating_add(1);
        self.count <= SHARES_A_SECOND
    }
}

impl Gathering {
    /// How many more are needed; none when the root key is open.
    fn take(&self, share: &SecretBytes, from: IpAddr) -> Result<u8, ShareNotTaken> {
        let mut state = self.state.lock();
        if !state.pace.allows(self.clock.now().as_millis().div_euclid(1000)) {
            return Err(ShareNotTaken::Throttled);
        }
        if state.root_key.is_none() {
            return Ok(0);
        }
        match state.shares.add(share) {
            Ok(Gathered::Waiting { missing }) => {
                let held: Vec<u8> = state.shares.numbers().collect();
                tracing::info!(target: SECURITY, %from, number = held.last(), missing, "a share of the root key was given");
                Ok(missing)
            }
            Ok(Gathered::Opened(key)) => {
                tracing::info!(target: SECURITY, %from, "the last share of the root key was given: it is open");
                if let Some(root_key) = state.root_key.take() {
                    // Whoever opens the house is gone only if the server is.
                    let _ = root_key.send(key);
                }
                Ok(0)
            }
            Err(error) => {
                tracing::warn!(target: SECURITY, %from, %error, "what was given as a share of the root key was refused");
                Err(ShareNotTaken::Refused(capitalized(&error.to_string())))
            }
        }
    }
}

impl Seal for Gathering {
    fn missing(&self) -> u8 {
        let state = self.state.lock();
        if state.root_key.is_some() { state.shares.missing() } else { 0 }
    }

    fn give<'a>(
        &'a self,
        share: SecretBytes,
        from: IpAddr,
    ) -> Pin<Box<dyn Future<Output = Result<u8, ShareNotTaken>> + Send + 'a>> {
        Box::pin(async move {
            let missing = self.take(&share, from)?;
            if missing > 0 {
                return Ok(missing);
            }
            let mut progress = self.progress.clone();
            let ended = progress.wait_for(|progress| *progress != Progress::Gathering).await;
            match ended.map(|progress| *progress) {
                Ok(Progress::Open) => Ok(0),
                _ => Err(ShareNotTaken::Broken),
            }
        })
    }
}

/// As a sentence.
fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_room_for_so_many_shares_and_the_next_for_as_many() {
        let mut pace = Pace::default();
        for second in [5, 6] {
            assert!((0..SHARES_A_SECOND).all(|_| pace.allows(second)));
            assert!(!pace.allows(second));
        }
    }

    #[test]
    fn refusals_are_sentences() {
        assert_eq!(capitalized("the share is old"), "The share is old.");
        assert_eq!(capitalized(""), ".");
    }
}
