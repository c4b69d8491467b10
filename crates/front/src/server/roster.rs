//! Who is connected, what they are at, and since when.
//!
//! A connection only counts what happens on it ([`Pulse`]); no timer is armed and no clock is read for a request. One
//! sweep for all connections compares the counts with those it saw before and tells the overdue to go.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::task::Waker;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::Limits;

/// All connections of a server.
pub(super) struct Roster {
    seats_max: usize,
    seats: Mutex<HashMap<u64, Sighting>>,
    next: AtomicU64,
    draining: AtomicBool,
    turned_away: AtomicU64,
    emptied: Notify,
}

/// A place on the roster, given back when dropped.
pub(super) struct Seat {
    roster: Arc<Roster>,
    number: u64,
    pulse: Arc<Pulse>,
}

impl Roster {
    pub(super) fn new(seats_max: usize) -> Arc<Self> {
        Arc::new(Self {
            seats_max,
            seats: Mutex::new(HashMap::new()),
            next: AtomicU64::new(0),
            draining: AtomicBool::new(false),
            turned_away: AtomicU64::new(0),
            emptied: Notify::new(),
        })
    }

    /// Nobody is seated when the house is full or closing.
    pub(super) fn take_seat(self: &Arc<Self>) -> Option<Seat> {
        let mut seats = self.seats.lock();
        if seats.len() >= self.seats_max || self.is_draining() {
            self.turned_away.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let pulse = Arc::new(Pulse::default());
        seats.insert(number, Sighting { seen: pulse.look(), so_long: Duration::ZERO, pulse: Arc::clone(&pulse) });
        Some(Seat { roster: Arc::clone(self), number, pulse })
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Sends away whoever has been at the same thing for too long. To be called about four times within the shortest
    /// timeout, with the time that should have passed since the last call: should it have been longer, because the
    /// machine was suspended or overloaded, that is not held against anyone.
    ///
    /// Gives the number of connections turned away since the last call.
    pub(super) fn sweep(&self, limits: &Limits, since_last: Duration) -> u64 {
        let mut seats = self.seats.lock();
        let crowded = seats.len() >= self.seats_max - self.seats_max / 10;
        for sighting in seats.values_mut() {
            let seen = sighting.pulse.look();
            if seen != sighting.seen {
                sighting.seen = seen;
                sighting.so_long = Duration::ZERO;
                continue;
            }
            sighting.so_long += since_last;
            if let Some(order) = verdict(&seen, sighting.so_long, limits, crowded) {
                sighting.pulse.order(order);
            }
        }
        self.turned_away.swap(0, Ordering::Relaxed)
    }

    /// Seats nobody any more and lets those who are here finish what they are at. Gives their number.
    pub(super) fn drain(&self) -> usize {
        let seats = self.seats.lock();
        self.draining.store(true, Ordering::Release);
        seats.values().for_each(|sighting| sighting.pulse.order(Order::Finish));
        seats.len()
    }

    /// Sends everyone away at once. Gives the connections and the running requests that this cuts.
    pub(super) fn cut(&self) -> (usize, u64) {
        let seats = self.seats.lock();
        let mut requests = 0;
        for sighting in seats.values() {
            requests += u64::from(sighting.pulse.look().running);
            sighting.pulse.order(Order::Leave);
        }
        (seats.len(), requests)
    }

    pub(super) async fn emptied(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.seats.lock().is_empty() {
                return;
            }
            emptied.await;
        }
    }
}

impl Seat {
    pub(super) fn pulse(&self) -> &Arc<Pulse> {
        &self.pulse
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.roster.seats.lock();
        seats.remove(&self.number);
        if seats.is_empty() {
            self.roster.emptied.notify_waiters();
        }
    }
}

/// What a connection is told. Later ones outrank earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Order {
    Stay,
    /// Answer what is running, then close.
    Finish,
    /// Close.
    Leave,
}

/// What happens on one connection, counted by those it happens to.
#[derive(Default)]
pub(super) struct Pulse {
    begun: AtomicU32,
    ended: AtomicU32,
    /// Bytes came since the last request ended: the next head has begun.
    reading: AtomicBool,
    is_http2: AtomicBool,
    /// Bytes are waiting to be taken by the client.
    writing: AtomicBool,
    written: AtomicU64,
    lingering: AtomicBool,
    order: AtomicU8,
    waker: Mutex<Option<Waker>>,
}

/// A request that is being answered.
pub(super) struct Turn<'a>(&'a Pulse);

impl Pulse {
    pub(super) fn begin(&self, version: http::Version) -> Turn<'_> {
        if version == http::Version::HTTP_2 {
            self.is_http2.store(true, Ordering::Relaxed);
        }
        self.begun.fetch_add(1, Ordering::Relaxed);
        Turn(self)
    }

    pub(super) fn has_read(&self) {
        self.reading.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_written(&self, bytes: usize) {
        self.written.fetch_add(bytes as u64, Ordering::Relaxed);
        self.writing.store(false, Ordering::Relaxed);
    }

    pub(super) fn waits_to_write(&self) {
        self.writing.store(true, Ordering::Relaxed);
    }

    /// The client may still be sending a body nobody wants: take it for a while after the answer, because closing a
    /// socket with unread bytes resets it and the client would never see the answer.
    pub(super) fn linger(&self) {
        self.lingering.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_lingering(&self) -> bool {
        self.lingering.load(Ordering::Relaxed)
    }

    /// What the connection was told, and from now on it is woken when told more. The waker of a spawned task stays the
    /// same for its life, so it is kept once.
    pub(super) fn obey(&self, waker: &Waker, is_known: &mut bool) -> Order {
        if !*is_known {
            *self.waker.lock() = Some(waker.clone());
            *is_known = true;
        }
        match self.order.load(Ordering::Acquire) {
            0 => Order::Stay,
            1 => Order::Finish,
            _ => Order::Leave,
        }
    }

    fn order(&self, order: Order) {
        if self.order.fetch_max(order as u8, Ordering::AcqRel) < order as u8
            && let Some(waker) = &*self.waker.lock()
        {
            waker.wake_by_ref();
        }
    }

    fn look(&self) -> Seen {
        let ended = self.ended.load(Ordering::Relaxed);
        let begun = self.begun.load(Ordering::Relaxed);
        let running = begun.wrapping_sub(ended);
        let stage = if running > 0 {
            Stage::Answering
        } else if self.writing.load(Ordering::Relaxed) {
            Stage::Sending
        } else if begun == 0 || (self.reading.load(Ordering::Relaxed) && !self.is_http2.load(Ordering::Relaxed)) {
            Stage::Head
        } else {
            Stage::Idle
        };
        Seen {
            stage,
            begun,
            running,
            written: self.written.load(Ordering::Relaxed),
            is_ordered: self.order.load(Ordering::Relaxed) != Order::Stay as u8,
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
        self.0.reading.store(false, Ordering::Relaxed);
    }
}

/// What a sweep last saw of a connection, and for how long it has looked the same.
struct Sighting {
    pulse: Arc<Pulse>,
    seen: Seen,
    so_long: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    stage: Stage,
    begun: u32,
    running: u32,
    written: u64,
    is_ordered: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Waiting for a request's head: the first, or one whose first bytes are here.
    Head,
    /// The application (or its body's deadline) is at it.
    Answering,
    /// The client is slow to take an answer.
    Sending,
    /// Between two requests.
    Idle,
}

/// What to tell a connection that has looked like this for so long.
fn verdict(seen: &Seen, so_long: Duration, limits: &Limits, crowded: bool) -> Option<Order> {
    let idle_timeout = if crowded { limits.idle_timeout.min(limits.header_timeout) } else { limits.idle_timeout };
    match seen.stage {
        Stage::Answering => None,
        Stage::Sending => (so_long >= limits.write_timeout).then_some(Order::Leave),
        Stage::Head => (so_long >= limits.header_timeout).then_some(Order::Leave),
        // Told to finish, it should have closed by now: an HTTP/2 peer that neither ends its streams nor takes them.
        Stage::Idle if seen.is_ordered => (so_long >= limits.header_timeout).then_some(Order::Leave),
        Stage::Idle => (so_long >= idle_timeout).then_some(Order::Finish),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looking(pulse: &Pulse, so_long_s: u64, crowded: bool) -> Option<Order> {
        verdict(&pulse.look(), Duration::from_secs(so_long_s), &Limits::default(), crowded)
    }

    #[test]
    fn a_connection_that_never_asks_leaves_after_the_header_timeout() {
        let pulse = Pulse::default();
        assert_eq!(looking(&pulse, 9, false), None);
        assert_eq!(looking(&pulse, 10, false), Some(Order::Leave));
    }

    #[test]
    fn a_connection_between_requests_may_stay_long_unless_the_house_is_crowded() {
        let pulse = Pulse::default();
        pulse.has_read();
        drop(pulse.begin(http::Version::HTTP_11));
        assert_eq!(looking(&pulse, 399, false), None);
        assert_eq!(looking(&pulse, 400, false), Some(Order::Finish));
        assert_eq!(looking(&pulse, 10, true), Some(Order::Finish));
        pulse.order(Order::Finish);
        assert_eq!(looking(&pulse, 10, false), Some(Order::Leave));
    }

    #[test]
    fn half_a_second_head_is_slow_in_http1_and_may_be_a_ping_in_http2() {
        let (one, two) = (Pulse::default(), Pulse::default());
        drop(one.begin(http::Version::HTTP_11));
        drop(two.begin(http::Version::HTTP_2));
        one.has_read();
        two.has_read();
        assert_eq!(looking(&one, 10, false), Some(Order::Leave));
        assert_eq!(looking(&two, 10, false), None);
    }

    #[test]
    fn a_running_request_is_nobodys_business() {
        let pulse = Pulse::default();
        let turn = pulse.begin(http::Version::HTTP_11);
        assert_eq!(looking(&pulse, 100_000, true), None);
        drop(turn);
        assert_eq!(looking(&pulse, 100_000, true), Some(Order::Finish));
    }

    #[test]
    fn an_answer_nobody_takes_is_dropped_after_the_write_timeout() {
        let pulse = Pulse::default();
        drop(pulse.begin(http::Version::HTTP_11));
        pulse.waits_to_write();
        assert_eq!(looking(&pulse, 29, false), None);
        assert_eq!(looking(&pulse, 30, false), Some(Order::Leave));
        pulse.has_written(1);
        assert_eq!(looking(&pulse, 30, false), None);
    }

    #[test]
    fn progress_between_two_sweeps_starts_the_count_again() {
        let roster = Roster::new(20);
        let seat = roster.take_seat().unwrap();
        let limits = Limits::default();
        for _ in 0..2 {
            drop(seat.pulse().begin(http::Version::HTTP_11));
            for _ in 0..400 {
                roster.sweep(&limits, Duration::from_secs(1));
            }
            assert!(!seat.pulse().look().is_ordered);
        }
        roster.sweep(&limits, Duration::from_secs(1));
        assert!(seat.pulse().look().is_ordered);
    }

    #[test]
    fn a_full_house_seats_nobody_and_a_free_seat_is_taken_again() {
        let roster = Roster::new(1);
        let seat = roster.take_seat().unwrap();
        assert!(roster.take_seat().is_none());
        assert_eq!(roster.sweep(&Limits::default(), Duration::ZERO), 1);
        drop(seat);
        assert!(roster.take_seat().is_some());
    }

    #[test]
    fn an_order_is_never_taken_back() {
        let pulse = Pulse::default();
        let waker = Waker::noop();
        let mut is_known = false;
        assert_eq!(pulse.obey(waker, &mut is_known), Order::Stay);
        pulse.order(Order::Leave);
        pulse.order(Order::Finish);
        assert_eq!(pulse.obey(waker, &mut is_known), Order::Leave);
    }
}
