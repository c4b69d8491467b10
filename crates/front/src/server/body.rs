//! Bodies, collected in one piece each.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Sleep, sleep};

use super::{Limits, Refusal};

const MIB: u64 = 1024 * 1024;

/// The room for bodies that are being collected or answered: one permit a byte.
pub(super) struct Bodies {
    all: Semaphore,
    /// For what is beyond the length of an ordinary body. It is only a part of the room, so that a few long bodies
    /// cannot keep all others waiting.
    beyond: Semaphore,
    beyond_bytes_max: u32,
}

impl Bodies {
    pub(super) fn of(limits: &Limits) -> Self {
        let all = limits.bodies_bytes_max.min(Semaphore::MAX_PERMITS);
        let beyond = all / 4 * 3;
        Self {
            all: Semaphore::new(all),
            beyond: Semaphore::new(beyond),
            beyond_bytes_max: u32::try_from(beyond).unwrap_or(u32::MAX),
        }
    }
}

/// A body in one piece, and the room that it takes.
pub(super) struct Whole<'a> {
    pub(super) bytes: Bytes,
    _room: Room<'a>,
}

#[derive(Default)]
struct Room<'a> {
    all: Option<SemaphorePermit<'a>>,
    beyond: Option<SemaphorePermit<'a>>,
}

/// Collects a body. Nearly every one came in the same packet as its head and is handed on without a copy, a timer or a
/// permit; what the socket's read buffer holds is bounded already.
pub(super) async fn whole<'a>(
    mut body: Incoming,
    longest: u32,
    limits: &Limits,
    bodies: &'a Bodies,
) -> Result<Whole<'a>, Refusal> {
    // What could never have room is refused as too long, so that nobody sends it again and again.
    let max = u64::from(longest.min(limits.body_bytes_max.saturating_add(bodies.beyond_bytes_max)));
    if body.is_end_stream() {
        return Ok(Whole { bytes: Bytes::new(), _room: Room::default() });
    }
    if body.size_hint().lower() > max {
        return Err(Refusal::BodyTooLarge);
    }
    let mut patience = Patience::of(limits.body_timeout);
    let mut collected = Collected::of(u64::from(limits.body_bytes_max));
    while let Some(frame) = patience.next(&mut body).await? {
        // Trailers carry nothing that AWS's protocols know of.
        let Ok(data) = frame.into_data() else { continue };
        if collected.len() + data.len() as u64 > max {
            return Err(Refusal::BodyTooLarge);
        }
        let is_all = body.is_end_stream();
        if is_all && collected.len() == 0 {
            return Ok(Whole { bytes: data, _room: Room::default() });
        }
        collected.add(&data, &body.size_hint(), bodies)?;
        if is_all {
            break;
        }
        patience.grow_with(collected.len());
    }
    Ok(Whole { bytes: collected.bytes.freeze(), _room: collected.room })
}

/// The part of a long body that is here.
struct Collected<'a> {
    bytes: BytesMut,
    room: Room<'a>,
    /// The length of an ordinary body.
    ordinary: u64,
}

impl<'a> Collected<'a> {
    fn of(ordinary: u64) -> Self {
        Self { bytes: BytesMut::new(), room: Room::default(), ordinary }
    }

    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn add(&mut self, data: &Bytes, to_come: &SizeHint, bodies: &'a Bodies) -> Result<(), Refusal> {
        let (here, length) = (self.len(), data.len() as u64);
        let beyond = (here + length).saturating_sub(self.ordinary.max(here));
        take(&bodies.all, length, &mut self.room.all)?;
        take(&bodies.beyond, beyond, &mut self.room.beyond)?;
        if self.bytes.capacity() - self.bytes.len() < data.len() {
            self.grow(data.len(), to_come);
        }
        self.bytes.extend_from_slice(data);
        Ok(())
    }

    /// Makes room for what really came and no more than as much again: an announcement costs its sender nothing.
    fn grow(&mut self, more: usize, to_come: &SizeHint) {
        let needed = self.bytes.len() + more;
        let to_come = to_come.upper().unwrap_or(u64::MAX);
        let reserve = usize::try_from(to_come).unwrap_or(usize::MAX).min(needed);
        let mut larger = BytesMut::with_capacity(needed + reserve);
        larger.extend_from_slice(&self.bytes);
        self.bytes = larger;
    }
}

fn take<'a>(from: &'a Semaphore, bytes: u64, taken: &mut Option<SemaphorePermit<'a>>) -> Result<(), Refusal> {
    if bytes == 0 {
        return Ok(());
    }
    let bytes = u32::try_from(bytes).map_err(|_| Refusal::BodyTooLarge)?;
    let room = from.try_acquire_many(bytes).map_err(|_| Refusal::Busy)?;
    match taken {
        Some(taken) => taken.merge(room),
        None => *taken = Some(room),
    }
    Ok(())
}

/// Waits for a body, but not for ever.
struct Patience {
    limit: Duration,
    has_looked_twice: bool,
    deadline: Option<Pin<Box<Sleep>>>,
    /// How many MiB have been rewarded.
    mebibytes: u64,
}

impl Patience {
    fn of(limit: Duration) -> Self {
        Self { limit, has_looked_twice: false, deadline: None, mebibytes: 0 }
    }

    /// A second for each MiB that has come.
    fn grow_with(&mut self, bytes: u64) {
        let mebibytes = bytes / MIB;
        if mebibytes == self.mebibytes {
            return;
        }
        let more = Duration::from_secs(mebibytes - self.mebibytes);
        self.mebibytes = mebibytes;
        match &mut self.deadline {
            Some(deadline) => {
                let later = deadline.deadline() + more;
                deadline.as_mut().reset(later);
            }
            None => self.limit += more,
        }
    }

    async fn next(&mut self, body: &mut Incoming) -> Result<Option<Frame<Bytes>>, Refusal> {
        std::future::poll_fn(|cx| match Pin::new(&mut *body).poll_frame(cx) {
            Poll::Ready(frame) => Poll::Ready(frame.transpose().map_err(|_| Refusal::BodyBroken)),
            Poll::Pending => self.poll_lost(cx).map(Err),
        })
        .await
    }

    /// hyper hands over a body that it already has only when asked twice, so the first time we just ask to be polled
    /// again. Only then is the deadline armed.
    fn poll_lost(&mut self, cx: &mut Context<'_>) -> Poll<Refusal> {
        if !self.has_looked_twice {
            self.has_looked_twice = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(self.limit)));
        ready!(deadline.as_mut().poll(cx));
        Poll::Ready(Refusal::BodyTooSlow)
    }
}
