//! Records that are handed over together, composed one behind the other in one buffer.

use terms::EventId;

use crate::{
    call::{ApiCall, ServiceEvent},
    entry::Subject,
    json::JsonObject,
    mixed_id::mixed_id,
    role_taken::RoleTaken,
    service_call::ServiceCall,
    subject::Subjects,
};

/// So many are handed over without allocating, which nearly every call's are.
const FEW: usize = 8;

#[derive(Default)]
pub(crate) struct Composition {
    bytes: Vec<u8>,
    /// Of each record: its event, and its length.
    records: Vec<(EventId, usize)>,
}

impl Composition {
    pub(crate) const fn new() -> Self {
        Self { bytes: Vec::new(), records: Vec::new() }
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.records.clear();
    }

    /// The record of a call, and behind it stubs of what was called on its behalf: they stay together.
    pub(crate) fn add_call(&mut self, call: &ApiCall<'_>, subject: Option<Subject>) {
        self.add(call.event, |out| call.write(out, subject));
        call.linked.with(|linked| {
            for linked in linked {
                self.add(linked.event, |out| linked.told().write_stub(out));
            }
        });
    }

    /// The record of a call that changed this.
    ///
    /// Each is a row of its own that may reach the log apart from the others, so each is whole.
    pub(crate) fn add_change(&mut self, call: &ApiCall<'_>, subjects: Subjects<'_>) {
        self.add(call.event, |out| call.write(out, Some(subjects.first)));
        call.linked.with(|linked| {
            for linked in linked {
                self.add(linked.event, |out| call.as_parent(|parent| linked.told().write(out, parent)));
            }
        });
        self.add_further(&call.as_service_event(), subjects.also);
    }

    pub(crate) fn add_service_event(&mut self, event: &ServiceEvent<'_>, subjects: Option<Subjects<'_>>) {
        self.add(event.event, |out| event.write(out, subjects.map(|subjects| subjects.first)));
        self.add_further(event, subjects.map_or(&[], |subjects| subjects.also));
    }

    pub(crate) fn add_role_taken(&mut self, taken: &RoleTaken<'_>) {
        self.add(taken.event, |out| taken.write(out));
    }

    pub(crate) fn add_service_call(&mut self, call: &ServiceCall<'_>, subject: Option<Subject>) {
        self.add(call.event, |out| call.write(out, subject));
    }

    /// A record's head has room for one subject, so each further one has a record that refers to the first.
    fn add_further(&mut self, event: &ServiceEvent<'_>, also: &[Subject]) {
        for subject in also {
            let mut data = Vec::new();
            JsonObject::begin(&mut data).shown("relatedEventID", &event.event).end();
            let further = ServiceEvent {
                event: EventId::from_bytes(mixed_id(event.event.as_bytes(), subject.uid.as_bytes())),
                data: std::str::from_utf8(&data).ok(),
                details: None,
                ..*event
            };
            self.add(further.event, |out| further.write(out, Some(*subject)));
        }
    }

    fn add(&mut self, event: EventId, write: impl FnOnce(&mut Vec<u8>)) {
        let before = self.bytes.len();
        write(&mut self.bytes);
        self.records.push((event, self.bytes.len().saturating_sub(before)));
    }

    pub(crate) fn records(&self) -> impl ExactSizeIterator<Item = (EventId, &[u8])> {
        let mut rest = self.bytes.as_slice();
        self.records.iter().map(move |(event, length)| {
            let (record, behind) = rest.split_at(rest.len().min(*length));
            rest = behind;
            (*event, record)
        })
    }

    pub(crate) fn hand_over<T>(&self, take: impl FnOnce(&[&[u8]]) -> T) -> T {
        let records = self.records().map(|(_, record)| record);
        let mut few: [&[u8]; FEW] = [&[]; FEW];
        match few.get_mut(..records.len()) {
            Some(few) => {
                few.iter_mut().zip(records).for_each(|(slot, record)| *slot = record);
                take(few)
            }
            None => take(&records.collect::<Vec<_>>()),
        }
    }
}
