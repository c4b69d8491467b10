use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    sync::atomic::{AtomicUsize, Ordering},
};

use contract::{Answer, LogHead};
use parking_lot::Mutex;
use policy::{Action, Documents, MapContext, Permit, PermitIssuer, Principal, Question, Resource, decide};
use tempfile::TempDir;
use terms::{AccountId, Region, RequestId, SecretBytes, Uid};

use super::*;
use crate::{AuditReport, Entries, EntryKind, Evidence, Finding, audit, log};

const ALL: usize = usize::MAX;

/// A store of nothing but the records that wait in it.
struct Rows {
    waiting: Mutex<BTreeMap<u64, PendingRecord>>,
    /// As the transactions wrote them, whatever was removed since.
    written: Mutex<Vec<PendingRecord>>,
    head: Mutex<Option<LogHead>>,
    observer: Mutex<Option<Weak<dyn CommitObserver>>>,
    /// So many records of each commit are shown to the log; then comes the crash.
    shown: AtomicUsize,
}

impl Writes for Rows {
    fn commit(&self, commit: Commit) -> Answer<'static, Result<(), CommitError>> {
        for record in &commit.records {
            let before = self.waiting.lock().insert(record.ticket, record.clone());
            assert_eq!(before, None, "two rows under one ticket");
        }
        self.written.lock().extend(commit.records.iter().cloned());
        let shown: Vec<&PendingRecord> = commit.records.iter().take(self.shown.load(Ordering::SeqCst)).collect();
        let observer = self.observer.lock().as_ref().and_then(Weak::upgrade).expect("the recorder observes");
        if !shown.is_empty() {
            observer.committed(&shown);
        }
        Box::pin(std::future::ready(Ok(())))
    }

    fn observe(&self, observer: Weak<dyn CommitObserver>) {
        *self.observer.lock() = Some(observer);
    }

    fn note(&self, note: Note) {
        match note {
            Note::Recorded { tickets } => self.waiting.lock().retain(|ticket, _| !tickets.contains(ticket)),
            Note::LogHead(head) => *self.head.lock() = Some(head),
            other => panic!("{other:?}"),
        }
    }

    fn flush_notes(&self) -> Answer<'static, Result<(), StoreError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// A log's folder, and the store beside it.
struct Ground {
    folder: TempDir,
    rows: Arc<Rows>,
}

impl Ground {
    fn new(shown: usize) -> Self {
        let rows = Rows {
            waiting: Mutex::default(),
            written: Mutex::default(),
            head: Mutex::default(),
            observer: Mutex::default(),
            shown: AtomicUsize::new(shown),
        };
        Self { folder: tempfile::tempdir().unwrap(), rows: Arc::new(rows) }
    }

    fn open(&self, waiting: Vec<PendingRecord>) -> Recorder {
        let settings = RecorderSettings {
            durability: Durability::System,
            segment_bytes: 1 << 16,
            sync_interval: Duration::from_millis(2),
        };
        let store: Arc<dyn Writes> = Arc::clone(&self.rows) as _;
        Recorder::open(self.folder.path(), &trail_key(), store, waiting, settings).unwrap().0
    }

    /// What the transactions wrote is what a crash leaves, before any of it was settled.
    fn written(&self) -> Vec<PendingRecord> {
        self.rows.written.lock().clone()
    }

    fn entries(&self) -> Vec<(Option<Subject>, EventId, String)> {
        let (mut entries, mut told) = (Vec::new(), Entries::new());
        log::read_from(self.folder.path(), &log_key(&trail_key()).unwrap(), 1, |record| {
            let entry = told.read(record.bytes).unwrap();
            entries.push((entry.subject, entry.event, String::from_utf8(entry.json.to_vec()).unwrap()));
            ControlFlow::Continue(())
        })
        .unwrap();
        entries
    }

    fn audit(&self, revisions: &[(u8, u64)], waiting: Vec<PendingRecord>) -> AuditReport {
        let revisions = revisions.iter().map(|(number, revision)| (uid(*number), *revision)).collect();
        let evidence = Evidence { log_head: *self.rows.head.lock(), revisions, pending: waiting };
        audit(self.folder.path(), &trail_key(), &evidence).unwrap()
    }
}

fn trail_key() -> KeyMaterial {
    KeyMaterial::from_bytes(&SecretBytes::new(vec![7; 32])).unwrap()
}

fn uid(number: u8) -> Uid {
    Uid::from_bytes([number; 16])
}

fn changed(number: u8, revision: u64) -> Subject {
    Subject { kind: EntryKind::Changed, uid: uid(number), revision }
}

fn account() -> AccountId {
    AccountId::parse("111122223333").unwrap()
}

fn permit() -> Permit {
    let action = Action::new("kms:UpdateAlias");
    let question = Question {
        principal: Principal::Root { account: account() },
        action,
        resource: Resource::Every,
        request: RequestId::from_bytes([0; 16]),
    };
    PermitIssuer::for_gate().grant(decide(question, &Documents::default(), &MapContext::default())).unwrap()
}

/// A change that the service makes, of several things.
async fn change(recorder: &Recorder, event: u8, subjects: (Subject, &[Subject])) {
    let event = ServiceEvent {
        event: EventId::from_bytes([event; 16]),
        at: Timestamp::from_millis(1_772_439_331_000),
        account: account(),
        region: Region::parse("eu-central-1").unwrap(),
        source: "kms.amazonaws.com",
        name: "UpdateAlias",
        data: Some(r#"{"aliasName":"alias/db"}"#),
        details: None,
        request_id: None,
        error: None,
    };
    recorder.commit_service_event(Commit::under(permit()), &event, Some(subjects)).await.unwrap();
}

#[tokio::test]
async fn each_further_thing_of_a_commit_has_a_record_that_refers_to_the_first() {
    let ground = Ground::new(ALL);
    let recorder = ground.open(Vec::new());
    change(&recorder, 0x31, (changed(1, 5), &[changed(2, 3), changed(3, 1)])).await;
    recorder.close().await;

    let entries = ground.entries();
    let subjects: Vec<Option<Subject>> = entries.iter().map(|(subject, ..)| *subject).collect();
    assert_eq!(subjects, [Some(changed(1, 5)), Some(changed(2, 3)), Some(changed(3, 1))]);
    let text = |data: &str, event: &str| {
        format!(
            "{{\"eventVersion\":\"1.11\",\"userIdentity\":{{\"accountId\":\"111122223333\",\"invokedBy\":\
             \"kms.amazonaws.com\"}},\"eventTime\":\"2026-03-02T08:15:31Z\",\"eventSource\":\"kms.amazonaws.com\",\
             \"eventName\":\"UpdateAlias\",\"awsRegion\":\"eu-central-1\",\"sourceIPAddress\":\"kms.amazonaws.com\",\
             \"userAgent\":\"kms.amazonaws.com\",\"requestParameters\":null,\"responseElements\":null,\
             \"additionalEventData\":{data},\"eventID\":\"{event}\",\"readOnly\":false,\"eventType\":\
             \"AwsServiceEvent\",\"managementEvent\":true,\"recipientAccountId\":\"111122223333\",\"eventCategory\":\
             \"Management\"}}"
        )
    };
    let first = "31313131-3131-3131-3131-313131313131";
    let related = format!(r#"{{"relatedEventID":"{first}"}}"#);
    let texts: Vec<&str> = entries.iter().map(|(.., text)| text.as_str()).collect();
    assert_eq!(
        texts,
        [
            text(r#"{"aliasName":"alias/db"}"#, first),
            text(&related, "33333333-3333-4333-b333-333333333333"),
            text(&related, "32323232-3232-4232-b232-323232323232"),
        ]
    );
    assert!(ground.rows.waiting.lock().is_empty(), "the log has them all");
}

#[tokio::test]
async fn the_records_of_a_commit_arrive_once_each_wherever_the_log_stopped_between_them() {
    for shown in 0..=3 {
        let ground = Ground::new(shown);
        let recorder = ground.open(Vec::new());
        change(&recorder, 1, (changed(1, 1), &[changed(2, 1), changed(3, 1)])).await;
        drop(recorder);
        let waiting = ground.written();
        assert_eq!((waiting.len(), ground.entries().len()), (3, shown));
        let revisions = [(1, 1), (2, 1), (3, 1)];
        assert_eq!(ground.audit(&revisions, waiting.clone()).findings, [], "{shown} shown");

        ground.rows.shown.store(ALL, Ordering::SeqCst);
        let recorder = ground.open(waiting);
        // Under tickets that none of those has.
        change(&recorder, 2, (changed(1, 2), &[changed(2, 2)])).await;
        recorder.close().await;

        let mut told: Vec<(u64, Uid)> =
            ground.entries().iter().filter_map(|entry| entry.0).map(|told| (told.revision, told.uid)).collect();
        // Those of one commit that arrived late may stand behind those that were in time.
        told.sort_unstable();
        assert_eq!(told, [(1, uid(1)), (1, uid(2)), (1, uid(3)), (2, uid(1)), (2, uid(2))], "{shown} shown");
        assert!(ground.rows.waiting.lock().is_empty(), "{shown} shown");
        let report = ground.audit(&[(1, 2), (2, 2), (3, 1)], Vec::new());
        assert_eq!((report.findings, report.secrets, report.changes), (Vec::new(), 3, 5), "{shown} shown");
    }
}

#[tokio::test]
async fn a_further_thing_whose_record_is_taken_away_is_found() {
    let ground = Ground::new(1);
    let recorder = ground.open(Vec::new());
    change(&recorder, 1, (changed(1, 1), &[changed(2, 1)])).await;
    recorder.close().await;
    let without = Finding::ChangeWithoutRecord { secret: uid(2), revision: 1 };
    assert_eq!(ground.audit(&[(1, 1), (2, 1)], Vec::new()).findings, [without]);
}

#[test]
fn few_records_and_many_are_handed_over_alike() {
    for count in [0, 1, 8, 9, 40] {
        let also: Vec<Subject> = (0..count).map(|number| changed(number, 1)).collect();
        let event = ServiceEvent {
            event: EventId::from_bytes([1; 16]),
            at: Timestamp::from_millis(0),
            account: account(),
            region: Region::parse("eu-central-1").unwrap(),
            source: "kms.amazonaws.com",
            name: "CreateKey",
            data: None,
            details: None,
            request_id: None,
            error: None,
        };
        let mut composition = Composition::new();
        composition.add_service_event(&event, Some((changed(99, 1), also.as_slice()).into()));
        let uids = composition.hand_over(|records| -> Vec<Uid> {
            records.iter().map(|record| Entry::read(record).unwrap().subject.unwrap().uid).collect()
        });
        let expected: Vec<Uid> = [99].into_iter().chain(0..count).map(uid).collect();
        assert_eq!(uids, expected);
    }
}
