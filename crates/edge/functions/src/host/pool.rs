//! The environments that there are: warm ones wait here for their next call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use terms::Timestamp;

use super::environment::Environment;
use crate::wire::{Digest, FunctionMessage};

pub(super) struct Pool {
    environments_max: usize,
    per_function_max: usize,
    idle_timeout: Duration,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The longest idle first.
    idle: Vec<Idle>,
    busy: Vec<Busy>,
    next_place: u64,
}

struct Idle {
    environment: Environment,
    since: Instant,
}

struct Busy {
    place: u64,
    function_arn: String,
    /// Its function has changed: it must not take another call.
    is_retired: bool,
}

/// What a call is given.
pub(super) enum Taken {
    Warm(Box<Environment>, Place),
    /// There is none, and one may be started.
    Start(Place),
    /// As many are busy as there may be.
    Full,
}

/// The right to one busy environment.
pub(super) struct Place {
    number: u64,
    state: Arc<Mutex<State>>,
}

impl Pool {
    pub(super) fn new(environments_max: usize, per_function_max: usize, idle_timeout: Duration) -> Self {
        Self { environments_max, per_function_max, idle_timeout, state: Arc::default() }
    }

    /// Those that must go to make room come beside it; whoever asks ends them.
    pub(super) fn take(&self, function: &FunctionMessage, code: &Digest, now: Timestamp) -> (Taken, Vec<Environment>) {
        let mut state = self.state.lock();
        // The one that was used last is the warmest.
        if let Some(index) = state.idle.iter().rposition(|idle| idle.environment.fits(function, code, now)) {
            let environment = state.idle.remove(index).environment;
            let place = self.place(&mut state, &function.arn);
            return (Taken::Warm(Box::new(environment), place), Vec::new());
        }
        let of_function = state.busy.iter().filter(|busy| busy.function_arn == function.arn).count();
        if state.busy.len() >= self.environments_max || of_function >= self.per_function_max {
            return (Taken::Full, Vec::new());
        }
        let mut evicted = Vec::new();
        while state.busy.len().saturating_add(state.idle.len()) >= self.environments_max {
            evicted.push(state.idle.remove(0).environment);
        }
        (Taken::Start(self.place(&mut state, &function.arn)), evicted)
    }

    fn place(&self, state: &mut State, function_arn: &str) -> Place {
        let number = state.next_place;
        state.next_place = number.saturating_add(1);
        state.busy.push(Busy { place: number, function_arn: function_arn.to_owned(), is_retired: false });
        Place { number, state: Arc::clone(&self.state) }
    }

    /// Keeps an environment for the next call, unless its function has changed meanwhile.
    pub(super) fn give_back(&self, environment: Environment, place: Place) -> Option<Environment> {
        let mut state = self.state.lock();
        let is_retired = state.busy.iter().any(|busy| busy.place == place.number && busy.is_retired);
        state.busy.retain(|busy| busy.place != place.number);
        if is_retired {
            return Some(environment);
        }
        state.idle.push(Idle { environment, since: Instant::now() });
        None
    }

    /// Idle ones of the function, for whoever asks to end. Busy ones will not come back.
    pub(super) fn retire(&self, function_arn: &str) -> Vec<Environment> {
        let mut state = self.state.lock();
        for busy in state.busy.iter_mut().filter(|busy| busy.function_arn == function_arn) {
            busy.is_retired = true;
        }
        extract(&mut state, |idle| idle.environment.function_arn() == function_arn)
    }

    /// Those that waited long enough, or have died while they waited.
    pub(super) fn stale(&self) -> Vec<Environment> {
        let mut state = self.state.lock();
        extract(&mut state, |idle| idle.since.elapsed() >= self.idle_timeout || !idle.environment.is_alive())
    }

    pub(super) fn all_idle(&self) -> Vec<Environment> {
        extract(&mut self.state.lock(), |_| true)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.state.lock().busy.retain(|busy| busy.place != self.number);
    }
}

fn extract(state: &mut State, mut which: impl FnMut(&Idle) -> bool) -> Vec<Environment> {
    state.idle.extract_if(.., |idle| which(idle)).map(|idle| idle.environment).collect()
}
