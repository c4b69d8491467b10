//! The only writer of store and log, and the only way for an answer to leave.

use std::{
    cell::RefCell,
    path::Path,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use contract::{
    Commit, CommitError, CommitObserver, Note, PendingRecord, SecretRecord, StoreError, VersionRecord, Writes,
};
use gate::{Caller, Service};
use seal::{KeyMaterial, SealError};
use terms::{Day, EventId, Timestamp};

use crate::{
    ApiCall, Entry, History, ServiceEvent, Subject, Subjects,
    composition::Composition,
    log::{LogError, LogKey, LogSettings, NodeLog, Position, Recovered},
    pending::PendingKey,
    role_taken::RoleTaken,
    service_call::ServiceCall,
    settle::Settler,
};

/// An answer whose record is handed over. Only the recorder makes one, and only this is rendered.
#[derive(Debug)]
pub struct Recorded<T>(T);

/// The record could not be handed over, so there is no answer.
#[derive(Debug, thiserror::Error)]
#[error("the call could not be recorded: {0}")]
pub struct Unrecorded(#[from] LogError);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Records of reads and refusals are with the operating system before the answer, and on the disk soon after.
    System,
    /// They are on the disk before the answer.
    Strict,
}

#[derive(Debug, Clone, Copy)]
pub struct RecorderSettings {
    pub durability: Durability,
    pub segment_bytes: u64,
    pub sync_interval: Duration,
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the trail cannot be opened: {0}")]
    Log(#[from] LogError),
    #[error("the trail cannot be opened: {0}")]
    Store(#[from] StoreError),
    #[error("the trail's keys cannot be derived")]
    Keys(#[from] SealError),
    #[error("a record that waits in the store for the trail was changed: event {0}")]
    ForgedPending(EventId),
    #[error("the trail's thread cannot start: {0}")]
    Thread(#[from] std::io::Error),
}

pub struct Recorder {
    shared: Arc<Shared>,
    durability: Durability,
    settler: Settler,
}

/// What commits under way and the settler have in common.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Writes>,
    pub(crate) sink: Sink,
    pub(crate) log_id: [u8; 16],
    pending_key: PendingKey,
    next_ticket: AtomicU64,
    /// Commits whose records are in the log, and where; the settler takes them.
    pub(crate) appended: parking_lot::Mutex<Vec<(u64, Position)>>,
    /// Entries of commits that the log would not take; the settler tries them again.
    pub(crate) late: parking_lot::Mutex<Vec<(u64, Vec<u8>)>>,
}

pub(crate) enum Sink {
    Log(Arc<NodeLog>),
    /// Forgets everything. For measuring what the trail costs, in a build made for that.
    #[cfg(feature = "null-sink")]
    Null,
}

/// The id of the embedded node's log. Derived, so that an offline check needs the root key and the files alone.
pub fn log_id(trail_key: &KeyMaterial) -> Result<[u8; 16], SealError> {
    trail_key.derive("keepwell trail log id")?.id()
}

pub fn log_key(trail_key: &KeyMaterial) -> Result<LogKey, SealError> {
    Ok(LogKey::new(trail_key.derive("keepwell trail chain")?.expose()))
}

thread_local! {
    /// Records are composed here and copied from here, so that a read allocates none.
    static SCRATCH: RefCell<Composition> = const { RefCell::new(Composition::new()) };
}

impl Recorder {
    /// Opens the log, and brings into it what the store holds for it from before a crash.
    pub fn open(
        folder: &Path,
        trail_key: &KeyMaterial,
        store: Arc<dyn Writes>,
        pending: Vec<PendingRecord>,
        settings: RecorderSettings,
    ) -> Result<(Self, Recovered), OpenError> {
        let (log_id, key, pending_key) = (log_id(trail_key)?, log_key(trail_key)?, PendingKey::of(trail_key)?);
        let next_ticket = pending.iter().map(|record| record.ticket).max().unwrap_or(0).saturating_add(1);
        let waiting: std::collections::HashSet<EventId> = pending.iter().map(|record| record.event).collect();
        let mut arrived = std::collections::HashMap::new();
        let log_settings = LogSettings { segment_bytes: settings.segment_bytes, sync_interval: settings.sync_interval };
        let (log, recovered) = NodeLog::open(folder, &key, log_id, log_settings, |record| {
            // What waits in the store is whole, and so is what arrived of it.
            if let Some(event) = Entry::read(record.bytes).ok().map(|entry| entry.event)
                && waiting.contains(&event)
            {
                arrived.insert(event, ());
            }
        })?;
        let shared = Arc::new(Shared {
            store,
            sink: Sink::Log(log),
            log_id,
            pending_key,
            next_ticket: AtomicU64::new(next_ticket),
            appended: parking_lot::Mutex::default(),
            late: parking_lot::Mutex::default(),
        });
        for record in pending {
            shared.append_pending(&record, arrived.contains_key(&record.event))?;
        }
        let observer: Weak<dyn CommitObserver> = Arc::downgrade(&(Arc::clone(&shared) as Arc<dyn CommitObserver>));
        shared.store.observe(observer);
        let settler = Settler::start(Arc::clone(&shared))?;
        Ok((Self { shared, durability: settings.durability, settler }, recovered))
    }

    /// A recorder that forgets reads. Commits are written as ever, without records.
    #[cfg(feature = "null-sink")]
    pub fn null(trail_key: &KeyMaterial, store: Arc<dyn Writes>) -> Result<Self, OpenError> {
        let shared = Arc::new(Shared {
            store,
            sink: Sink::Null,
            log_id: log_id(trail_key)?,
            pending_key: PendingKey::of(trail_key)?,
            next_ticket: AtomicU64::new(1),
            appended: parking_lot::Mutex::default(),
            late: parking_lot::Mutex::default(),
        });
        let settler = Settler::start(Arc::clone(&shared))?;
        Ok(Self { shared, durability: Durability::System, settler })
    }

    /// The past, for whoever looks back while others are recorded.
    pub fn history(&self) -> History {
        History::new(self.shared.sink.log())
    }

    /// Asked before a story begins, so that nothing is done that could not be recorded. Costs an atomic load.
    pub fn health(&self) -> Result<(), Unrecorded> {
        self.shared.sink.health()
    }

    /// Records a read or a refusal, and releases its answer.
    pub async fn tell<T>(
        &self,
        call: &ApiCall<'_>,
        subject: Option<Subject>,
        answer: T,
    ) -> Result<Recorded<T>, Unrecorded> {
        let position = self.append(call, subject)?;
        self.as_durable_as_wished(position).await?;
        Ok(Recorded(answer))
    }

    /// Records a call that read several secrets: its own record and one for each, together.
    pub async fn tell_all<T>(
        &self,
        calls: &[(ApiCall<'_>, Option<Subject>)],
        answer: T,
    ) -> Result<Recorded<T>, Unrecorded> {
        let position = self.append_all(calls)?;
        self.as_durable_as_wished(position).await?;
        Ok(Recorded(answer))
    }

    /// Records that a service took a role for itself, and releases the session.
    pub async fn tell_role_taken<T>(&self, taken: &RoleTaken<'_>, session: T) -> Result<Recorded<T>, Unrecorded> {
        let position = self.append_composed(|records| records.add_role_taken(taken))?;
        self.as_durable_as_wished(position).await?;
        Ok(Recorded(session))
    }

    /// Records that a service called another one as itself, and releases what it called for.
    pub async fn tell_service_call<T>(
        &self,
        call: &ServiceCall<'_>,
        subject: Option<Subject>,
        answer: T,
    ) -> Result<Recorded<T>, Unrecorded> {
        let position = self.append_composed(|records| records.add_service_call(call, subject))?;
        self.as_durable_as_wished(position).await?;
        Ok(Recorded(answer))
    }

    fn append(&self, call: &ApiCall<'_>, subject: Option<Subject>) -> Result<Position, LogError> {
        self.append_composed(|records| records.add_call(call, subject))
    }

    fn append_all(&self, calls: &[(ApiCall<'_>, Option<Subject>)]) -> Result<Position, LogError> {
        self.append_composed(|records| calls.iter().for_each(|(call, subject)| records.add_call(call, *subject)))
    }

    fn append_composed(&self, compose: impl FnOnce(&mut Composition)) -> Result<Position, LogError> {
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.clear();
            compose(scratch);
            scratch.hand_over(|records| self.shared.sink.append(records))
        })
    }

    /// Makes a change and records it, or neither.
    ///
    /// The store shows the records to the log before it answers: whoever asked may hang up, and they still get there.
    pub async fn commit<'s, T>(
        &self,
        commit: Commit,
        call: &ApiCall<'_>,
        subjects: impl Into<Subjects<'s>>,
        answer: T,
    ) -> Result<Recorded<T>, CommitError> {
        if commit.permits().iter().any(|permit| permit.request() != call.context.request_id) {
            return Err(CommitError::Internal("a permit of another request".into()));
        }
        let commit = self.insure(commit, |records| records.add_change(call, subjects.into()));
        self.shared.store.commit(commit).await?;
        Ok(Recorded(answer))
    }

    /// Makes a change that the service decided on, and records it, or neither.
    pub async fn commit_service_event<'s>(
        &self,
        commit: Commit,
        event: &ServiceEvent<'_>,
        subjects: Option<impl Into<Subjects<'s>>>,
    ) -> Result<(), CommitError> {
        let subjects = subjects.map(Into::into);
        let commit = self.insure(commit, |records| records.add_service_event(event, subjects));
        self.shared.store.commit(commit).await
    }

    /// The change with its records. Each has a ticket of its own, as each is a row of its own.
    fn insure(&self, mut commit: Commit, compose: impl FnOnce(&mut Composition)) -> Commit {
        let shared = &self.shared;
        if !shared.sink.keeps_records() {
            return commit;
        }
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.clear();
            compose(scratch);
            commit.records.extend(scratch.records().map(|(event, entry)| {
                let ticket = shared.next_ticket.fetch_add(1, Ordering::Relaxed);
                PendingRecord { ticket, event, bytes: shared.pending_key.seal(entry) }
            }));
        });
        commit
    }

    /// Notes, once a day for each version, that it was read.
    pub fn note_access(&self, secret: &SecretRecord, version: &VersionRecord, day: Day) {
        // Both are asked, so that both move.
        let (is_news, is_news_of_version) = (secret.accessed.advance_to(day), version.accessed.advance_to(day));
        if is_news || is_news_of_version {
            self.shared.store.note(Note::Accessed {
                scope: secret.scope,
                name: secret.name.clone(),
                secret: secret.uid,
                version: version.id.clone(),
                day,
            });
        }
    }

    /// Notes that the caller's access key, or its session's role, was used.
    pub fn note_use(&self, caller: &Caller, service: Service, at: Timestamp) {
        if let Some(note) = caller.use_to_note(service, at) {
            self.shared.store.note(note);
        }
    }

    /// Brings everything to the disk and ends the recorder's threads.
    pub async fn close(&self) {
        self.settler.stop();
        if let Err(error) = self.shared.store.flush_notes().await {
            tracing::warn!(target: "keepwell::operator", %error, "notes could not be written at the end");
        }
        self.shared.sink.close();
    }

    async fn as_durable_as_wished(&self, position: Position) -> Result<(), Unrecorded> {
        match self.durability {
            Durability::System => Ok(()),
            Durability::Strict => Ok(self.shared.sink.synced(position).await?),
        }
    }
}

impl CommitObserver for Shared {
    /// What was committed together joins the log together, in the same order.
    fn committed(&self, records: &[&PendingRecord]) {
        let entries: Vec<&[u8]> = records.iter().map(|record| PendingKey::entry_of(record)).collect();
        match self.sink.append(&entries) {
            Ok(position) => self.appended.lock().extend(records.iter().map(|record| (record.ticket, position))),
            // The store has them: should the log not take them now, it will later.
            Err(error) => {
                tracing::error!(target: "keepwell::operator", %error, "records of changes wait in the store");
                let late = records.iter().map(|record| (record.ticket, PendingKey::entry_of(record).to_vec()));
                self.late.lock().extend(late);
            }
        }
    }
}

impl Shared {
    fn append_pending(&self, pending: &PendingRecord, has_arrived: bool) -> Result<(), OpenError> {
        let entry = self.pending_key.open(pending).ok_or(OpenError::ForgedPending(pending.event))?;
        if has_arrived {
            self.appended.lock().push((pending.ticket, Position::default()));
            return Ok(());
        }
        Ok(self.append_committed(pending.ticket, entry)?)
    }

    pub(crate) fn append_committed(&self, ticket: u64, entry: &[u8]) -> Result<(), LogError> {
        if !self.sink.keeps_records() {
            return Ok(());
        }
        let position = self.sink.append(&[entry])?;
        self.appended.lock().push((ticket, position));
        Ok(())
    }
}

impl Sink {
    fn log(&self) -> Option<Arc<NodeLog>> {
        match self {
            Self::Log(log) => Some(Arc::clone(log)),
            #[cfg(feature = "null-sink")]
            Self::Null => None,
        }
    }

    fn keeps_records(&self) -> bool {
        match self {
            Self::Log(_) => true,
            #[cfg(feature = "null-sink")]
            Self::Null => false,
        }
    }

    fn append(&self, records: &[&[u8]]) -> Result<Position, LogError> {
        match self {
            Self::Log(log) => log.append(records),
            #[cfg(feature = "null-sink")]
            Self::Null => Ok(Position::default()),
        }
    }

    async fn synced(&self, position: Position) -> Result<(), LogError> {
        match self {
            Self::Log(log) => log.synced(position).await,
            #[cfg(feature = "null-sink")]
            Self::Null => Ok(()),
        }
    }

    fn health(&self) -> Result<(), Unrecorded> {
        match self {
            Self::Log(log) => Ok(log.health()?),
            #[cfg(feature = "null-sink")]
            Self::Null => Ok(()),
        }
    }

    fn close(&self) {
        match self {
            Self::Log(log) => log.close(),
            #[cfg(feature = "null-sink")]
            Self::Null => {}
        }
    }
}

impl<T> Recorded<T> {
    pub fn into_answer(self) -> T {
        self.0
    }

    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Recorded<U> {
        Recorded(change(self.0))
    }
}

mod log_content;
#[cfg(test)]
mod tests;
