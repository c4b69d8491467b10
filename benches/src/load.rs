//! The load generator: one thread, many connections, as cheap as it can be made, because it shares the machine with
//! the server it measures.

use std::collections::VecDeque;
use std::num::NonZeroU64;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rustix::event::{Timespec, epoll};

use crate::answer::{self, Head};
use crate::connection::{Connection, Target};
use crate::histogram::Histogram;

/// What to ask, and how to know that the answer is right.
pub trait Requests {
    /// Writes the next request of this connection into `request`, and into `needle` what a right answer contains.
    /// False: there is nothing more to ask.
    fn next(&mut self, connection: usize, request: &mut Vec<u8>, needle: &mut Vec<u8>) -> bool;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Each connection asks again as soon as it is answered.
    Closed,
    /// Requests fall due at a fixed rate, whatever the server does. One that finds its connection still busy waits,
    /// and its latency counts from the moment it was due (no coordinated omission).
    Open { requests_per_second: u64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    KeepAlive,
    /// A new connection, and with TLS a new handshake, for each request; latency counts from the connect.
    Never,
}

pub struct Outcome {
    /// Answers, right or wrong, that arrived within the time.
    pub answered_in_time: u64,
    /// Also those that were still on their way when the time was over.
    pub answered: u64,
    pub wrong: u64,
    pub first_wrong: Option<String>,
    pub elapsed: Duration,
    pub latency: Histogram,
    /// How much later than due the generator itself sent, when nothing but itself held it up.
    pub lateness: Histogram,
}

pub struct Load {
    target: Target,
    reuse: Reuse,
    epoll: OwnedFd,
    lanes: Vec<Lane>,
}

/// A connection and what it is busy with.
struct Lane {
    connection: Connection,
    needle: Vec<u8>,
    in_flight_since: Option<Instant>,
    overdue: VecDeque<Instant>,
}

/// A server that says nothing for so long is not slow but broken.
const PATIENCE: Duration = Duration::from_secs(30);
const WRONG_ANSWERS_MAX: u64 = 1000;

impl Load {
    pub fn open(target: &Target, connections: usize, reuse: Reuse) -> Result<Self> {
        // The default slack of 50 us would be most of the latency that paced rows measure.
        rustix::thread::set_current_timer_slack(NonZeroU64::new(1000))?;
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut load = Self { target: target.clone(), reuse, epoll, lanes: Vec::with_capacity(connections) };
        for index in 0..connections {
            let connection = load.connect(index)?;
            load.lanes.push(Lane { connection, needle: Vec::new(), in_flight_since: None, overdue: VecDeque::new() });
        }
        Ok(load)
    }

    /// Asks for `duration`, then waits for the answers still on their way.
    pub fn run(&mut self, requests: &mut dyn Requests, pace: Pace, duration: Duration) -> Result<Outcome> {
        let start = Instant::now();
        let mut run = Run {
            load: self,
            requests,
            pace,
            deadline: start + duration,
            schedule: Schedule::starting(start, pace),
            in_flight: 0,
            last_answer_at: start,
            needle_seen_at: 0,
            outcome: Outcome {
                answered_in_time: 0,
                answered: 0,
                wrong: 0,
                first_wrong: None,
                elapsed: duration,
                latency: Histogram::default(),
                lateness: Histogram::default(),
            },
        };
        run.until_done()?;
        let mut outcome = run.outcome;
        outcome.elapsed = outcome.elapsed.min(start.elapsed());
        Ok(outcome)
    }

    fn connect(&self, index: usize) -> Result<Connection> {
        let connection = Connection::open(&self.target)?;
        let data = epoll::EventData::new_u64(index as u64);
        epoll::add(&self.epoll, &connection, data, epoll::EventFlags::IN)?;
        Ok(connection)
    }
}

/// One call of `Load::run`.
struct Run<'a> {
    load: &'a mut Load,
    requests: &'a mut dyn Requests,
    pace: Pace,
    deadline: Instant,
    schedule: Schedule,
    in_flight: usize,
    last_answer_at: Instant,
    needle_seen_at: usize,
    outcome: Outcome,
}

impl Run<'_> {
    fn until_done(&mut self) -> Result<()> {
        if self.pace == Pace::Closed {
            for index in 0..self.load.lanes.len() {
                self.ask(index, None)?;
            }
        }
        let mut events = Vec::with_capacity(self.load.lanes.len());
        loop {
            let next_due = self.ask_what_is_due()?;
            if self.in_flight == 0 && next_due.is_none() {
                return Ok(());
            }
            let wait = next_due.map_or(PATIENCE, |due| due.saturating_duration_since(Instant::now()));
            events.clear();
            let timeout = Timespec::try_from(wait)?;
            match epoll::wait(&self.load.epoll, rustix::buffer::spare_capacity(&mut events), Some(&timeout)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            for event in &events {
                self.proceed(usize::try_from(event.data.u64())?)?;
            }
            if self.in_flight > 0 && self.last_answer_at.elapsed() > PATIENCE {
                bail!("no answer for {} seconds", PATIENCE.as_secs());
            }
        }
    }

    /// Sends what an open loop owes by now, and says when it owes the next.
    fn ask_what_is_due(&mut self) -> Result<Option<Instant>> {
        loop {
            let Some(due) = self.schedule.next_due().filter(|due| *due < self.deadline) else { return Ok(None) };
            let now = Instant::now();
            if due > now {
                return Ok(Some(due));
            }
            let index = self.schedule.take(self.load.lanes.len());
            let Some(lane) = self.load.lanes.get_mut(index) else { return Ok(None) };
            if lane.in_flight_since.is_some() {
                lane.overdue.push_back(due);
            } else {
                self.outcome.lateness.record(now - due);
                self.ask(index, None)?;
            }
        }
    }

    /// `since`: from when the latency counts, where that is earlier than now: the moment at which the request was due
    /// while the previous answer kept it waiting, or at which its connection was begun.
    fn ask(&mut self, index: usize, since: Option<Instant>) -> Result<()> {
        let Some(lane) = self.load.lanes.get_mut(index) else { return Ok(()) };
        let connection = &mut lane.connection;
        connection.request.clear();
        lane.needle.clear();
        if !self.requests.next(index, &mut connection.request, &mut lane.needle) {
            return Ok(());
        }
        lane.in_flight_since = Some(since.unwrap_or_else(Instant::now));
        self.in_flight += 1;
        if let Err(error) = connection.send() {
            self.finish(index, Err(error))?;
        }
        Ok(())
    }

    fn proceed(&mut self, index: usize) -> Result<()> {
        let Some(lane) = self.load.lanes.get_mut(index) else { return Ok(()) };
        match lane.connection.proceed() {
            Ok(None) => Ok(()),
            Ok(Some(head)) => self.finish(index, Ok(head)),
            // An idle connection that the server gives up costs a reconnect and is nobody's wrong answer.
            Err(_) if lane.in_flight_since.is_none() => self.reconnect(index),
            Err(error) => self.finish(index, Err(error)),
        }
    }

    fn finish(&mut self, index: usize, answer: Result<Head>) -> Result<()> {
        let now = Instant::now();
        let Some(lane) = self.load.lanes.get_mut(index) else { return Ok(()) };
        let asked_at = lane.in_flight_since.take().unwrap_or(now);
        self.in_flight -= 1;
        self.last_answer_at = now;

        self.outcome.answered += 1;
        self.outcome.latency.record(now - asked_at);
        if now <= self.deadline {
            self.outcome.answered_in_time += 1;
        }
        if let Some(complaint) = complaint(lane, &answer, &mut self.needle_seen_at) {
            self.outcome.wrong += 1;
            self.outcome.first_wrong.get_or_insert(complaint);
            if self.outcome.wrong >= WRONG_ANSWERS_MAX {
                let first = self.outcome.first_wrong.take().unwrap_or_default();
                bail!("{WRONG_ANSWERS_MAX} wrong answers, the first: {first}");
            }
        }

        let overdue = lane.overdue.pop_front();
        let asks_again = match self.pace {
            Pace::Closed => now < self.deadline,
            Pace::Open { .. } => overdue.is_some(),
        };
        let ended = self.load.reuse == Reuse::Never || answer.as_ref().map_or(true, |head| head.close);
        if ended {
            self.reconnect(index)?;
        }
        let since = overdue.or(ended.then_some(now));
        if asks_again { self.ask(index, since) } else { Ok(()) }
    }

    fn reconnect(&mut self, index: usize) -> Result<()> {
        let connection = self.load.connect(index)?;
        if let Some(lane) = self.load.lanes.get_mut(index) {
            lane.connection = connection;
        }
        Ok(())
    }
}

/// What is wrong with an answer, if anything.
fn complaint(lane: &Lane, answer: &Result<Head>, needle_seen_at: &mut usize) -> Option<String> {
    let head = match answer {
        Ok(head) => head,
        Err(error) => return Some(format!("{error:#}")),
    };
    let body = lane.connection.answer.body(head);
    if head.status == 200 && answer::contains(body, &lane.needle, needle_seen_at) {
        return None;
    }
    let start = String::from_utf8_lossy(body.get(..300).unwrap_or(body)).into_owned();
    Some(format!("status {}: {start}", head.status))
}

/// When requests of an open loop are due: connection after connection, evenly in time.
struct Schedule {
    start: Instant,
    interval: Option<Duration>,
    taken: u32,
}

impl Schedule {
    fn starting(start: Instant, pace: Pace) -> Self {
        let interval = match pace {
            Pace::Closed => None,
            Pace::Open { requests_per_second } => Some(Duration::from_secs(1).div_f64(requests_per_second as f64)),
        };
        Self { start, interval, taken: 0 }
    }

    fn next_due(&self) -> Option<Instant> {
        self.interval.map(|interval| self.start + interval * self.taken)
    }

    /// Takes the next request and says which of `lanes` connections sends it.
    fn take(&mut self, lanes: usize) -> usize {
        let index = self.taken as usize % lanes.max(1);
        self.taken += 1;
        index
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    /// A server that answers its n-th request with what `answer` says of n, one thread for each connection.
    struct Answering {
        target: Target,
        connections: Arc<AtomicUsize>,
    }

    impl Answering {
        fn start(answer: impl Fn(usize) -> String + Send + Sync + 'static) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let target = Target { address: listener.local_addr().unwrap(), tls: None };
            let connections = Arc::new(AtomicUsize::new(0));
            let (counted, answer, requests) =
                (Arc::clone(&connections), Arc::new(answer), Arc::new(AtomicUsize::new(0)));
            thread::spawn(move || {
                for socket in listener.incoming() {
                    counted.fetch_add(1, Ordering::Relaxed);
                    let (answer, requests) = (Arc::clone(&answer), Arc::clone(&requests));
                    thread::spawn(move || converse(socket.unwrap(), &*answer, &requests));
                }
            });
            Self { target, connections }
        }
    }

    fn converse(mut socket: TcpStream, answer: &dyn Fn(usize) -> String, requests: &AtomicUsize) {
        let mut request = [0; 4];
        while socket.read_exact(&mut request).is_ok() {
            let text = answer(requests.fetch_add(1, Ordering::Relaxed));
            socket.write_all(text.as_bytes()).unwrap();
        }
    }

    fn ok(body: &str) -> String {
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    }

    /// Asks `count` times for the value `right`.
    struct Asking {
        count: usize,
    }

    impl Requests for Asking {
        fn next(&mut self, _connection: usize, request: &mut Vec<u8>, needle: &mut Vec<u8>) -> bool {
            let more = self.count > 0;
            self.count = self.count.saturating_sub(1);
            request.extend_from_slice(b"ask!");
            needle.extend_from_slice(b"right");
            more
        }
    }

    #[test]
    fn a_run_ends_when_there_is_nothing_more_to_ask() {
        let server = Answering::start(|_| ok("the right value"));
        let mut load = Load::open(&server.target, 4, Reuse::KeepAlive).unwrap();
        let outcome = load.run(&mut Asking { count: 50 }, Pace::Closed, Duration::from_secs(60)).unwrap();
        assert_eq!((outcome.answered, outcome.answered_in_time, outcome.wrong), (50, 50, 0));
        assert!(outcome.elapsed < Duration::from_secs(30));
    }

    #[test]
    fn a_wrong_status_a_wrong_value_and_a_lost_connection_are_all_wrong() {
        let server = Answering::start(|number| match number {
            3 => "HTTP/1.1 400 Bad Request\r\nContent-Length: 5\r\n\r\nright".to_owned(),
            5 => ok("another value"),
            7 => "no HTTP at all\r\n\r\n".to_owned(),
            _ => ok("the right value"),
        });
        let mut load = Load::open(&server.target, 1, Reuse::KeepAlive).unwrap();
        let outcome = load.run(&mut Asking { count: 10 }, Pace::Closed, Duration::from_secs(60)).unwrap();
        assert_eq!((outcome.answered, outcome.wrong), (10, 3));
        assert_eq!(outcome.first_wrong.as_deref(), Some("status 400: right"));
    }

    #[test]
    fn a_stall_is_seen_by_every_request_that_fell_due_in_it() {
        let server = Answering::start(|number| {
            if number == 50 {
                thread::sleep(Duration::from_millis(200));
            }
            ok("the right value")
        });
        let mut load = Load::open(&server.target, 1, Reuse::KeepAlive).unwrap();
        let pace = Pace::Open { requests_per_second: 1000 };
        let outcome = load.run(&mut Asking { count: usize::MAX }, pace, Duration::from_millis(400)).unwrap();

        assert_eq!((outcome.answered, outcome.wrong), (400, 0));
        // A hundred of the four hundred fell due in the first half of the stall and waited through the second.
        let p80_us = outcome.latency.quantile_us(0.80).unwrap();
        assert!(p80_us > 90_000.0, "{p80_us}");
    }

    #[test]
    fn without_reuse_each_request_has_a_connection_of_its_own() {
        let server = Answering::start(|_| ok("the right value"));
        let mut load = Load::open(&server.target, 2, Reuse::Never).unwrap();
        let outcome = load.run(&mut Asking { count: 20 }, Pace::Closed, Duration::from_secs(60)).unwrap();
        assert_eq!((outcome.answered, outcome.wrong), (20, 0));
        assert!(server.connections.load(Ordering::Relaxed) >= 20);
    }
}
