//! Log groups, and what lies in them.

use std::sync::Arc;

use contract::{
    CHUNK_OVERHEAD_BYTES, CHUNK_SPAN_MS, Change, ChunkOrder, Commit, CommitError, LogBounds, LogChunk, LogChunksQuery,
    LogContentChange, LogGroupChange, LogGroupDetails, LogGroupRecord, LogGroupsFilter, LogGroupsQuery, LogReads,
    LogRemains, LogStreamOrder, LogStreamPosition, LogStreamRecord, LogStreamsQuery, LogStreamsWanted, Reads,
    SealedBytes, StoredLogChunk, Tag, log_group_arn, log_groups_resource, log_stream_arn, log_streams_resource,
};
use policy::Permit;
use terms::{Scope, Timestamp};

use crate::{
    Fixture,
    house::{House, permit},
    record::{home, later, new_uid, scope},
};

const ROOMY: LogBounds = LogBounds { group_bytes: u64::MAX, deployment_bytes: u64::MAX };

pub async fn a_log_group_comes_back_as_it_was_left<F: Fixture>() {
    let mut house = House::<F>::start().await;
    let created = created(&house, "/aws/lambda/app").await;
    let changed = next(&created, |details| {
        details.retention_days = Some(7);
        details.is_protected = true;
        details.tags = vec![Tag { key: "équipe".to_owned(), value: String::new() }];
    });
    house.commit(update(&created, &changed)).await.unwrap();
    let stream = streamed(&house, &changed, "a stream").await;
    append(&house, &stream, chunk(10, 20, 100), ROOMY).await.unwrap();
    let expected = LogGroupRecord { stored_bytes: 100, ..(*changed).clone() };
    for _ in 0..2 {
        assert_eq!(*group(&house, "/aws/lambda/app").await.unwrap(), expected);
        for name in ["/AWS/lambda/app", "/aws/lambda/ap", ""] {
            assert!(group(&house, name).await.is_none(), "{name}");
        }
        let elsewhere = house.store.log_group(scope("222222222222", "eu-central-1"), "/aws/lambda/app").await;
        assert!(elsewhere.unwrap().is_none());
        house = house.reopened().await;
    }
}

pub async fn log_groups_are_listed_by_name_a_page_at_a_time<F: Fixture>() {
    let house = House::<F>::start().await;
    for name in ["b", "a/2", "a/1", "C", "a"] {
        created(&house, name).await;
    }
    let list = async |filter: LogGroupsFilter, after: Option<&str>, limit: usize| {
        let query = LogGroupsQuery { filter, after: after.map(str::to_owned), limit };
        let found = house.store.log_groups(home(), &query).await.unwrap();
        let permit = permit(home().account, "logs:DescribeLogGroups", &log_groups_resource(home()));
        let groups = found.open(&permit).unwrap();
        groups.iter().map(|group| group.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(list(LogGroupsFilter::Every, None, 9).await, ["C", "a", "a/1", "a/2", "b"]);
    assert_eq!(list(LogGroupsFilter::Every, Some("a"), 2).await, ["a/1", "a/2"]);
    assert_eq!(list(LogGroupsFilter::Prefix("a/".to_owned()), None, 9).await, ["a/1", "a/2"]);
    assert_eq!(list(LogGroupsFilter::Part("/1".to_owned()), None, 9).await, ["a/1"]);
    let named = LogGroupsFilter::Named(vec!["b".to_owned(), "missing".to_owned(), "a".to_owned()]);
    assert_eq!(list(named, None, 9).await, ["a", "b"]);
}

pub async fn a_change_of_an_older_log_group_is_a_conflict<F: Fixture>() {
    let house = House::<F>::start().await;
    let first = created(&house, "app").await;
    let second = next(&first, |details| details.retention_days = Some(1));
    house.commit(update(&first, &second)).await.unwrap();
    let lost = house.commit(update(&first, &second)).await;
    assert!(matches!(lost, Err(CommitError::Conflict)));
    assert!(matches!(house.commit(deletion(&first)).await, Err(CommitError::Conflict)));
    assert!(matches!(create(&house, "app").await, Err(CommitError::NameTaken)));
    house.commit(deletion(&second)).await.unwrap();
    assert!(matches!(house.commit(deletion(&second)).await, Err(CommitError::Conflict)));
    // The name is free, and it is another group.
    assert_ne!(created(&house, "app").await.uid, first.uid);
}

pub async fn streams_are_listed_by_name_and_by_last_event<F: Fixture>() {
    let house = House::<F>::start().await;
    let group = created(&house, "app").await;
    for (name, last) in [("b", Some(5)), ("a", Some(9)), ("c", None), ("ab", Some(5))] {
        let stream = streamed(&house, &group, name).await;
        if let Some(last) = last {
            append(&house, &stream, chunk(last - 1, last, 1), ROOMY).await.unwrap();
        }
    }
    let list = async |prefix: Option<&str>, order, descending| {
        let mut query = LogStreamsQuery { prefix: prefix.map(str::to_owned), order, descending, after: None, limit: 2 };
        let mut names = Vec::new();
        loop {
            let found = house.store.log_streams(&group, &query).await.unwrap();
            let streams = found.open(&of_group(&group, "logs:DescribeLogStreams")).unwrap();
            assert!(streams.len() <= 2);
            let Some(last) = streams.last() else { return names.join(" ") };
            query.after = Some(LogStreamPosition::of(last));
            names.extend(streams.iter().map(|stream| stream.name.to_string()));
        }
    };
    assert_eq!(list(None, LogStreamOrder::Name, false).await, "a ab b c");
    assert_eq!(list(None, LogStreamOrder::Name, true).await, "c b ab a");
    assert_eq!(list(Some("a"), LogStreamOrder::Name, false).await, "a ab");
    assert_eq!(list(None, LogStreamOrder::LastEvent, false).await, "c ab b a");
    assert_eq!(list(None, LogStreamOrder::LastEvent, true).await, "a b ab c");
    let a = stream(&house, &group, "a").await.unwrap();
    assert_eq!(
        (a.first_event_at, a.last_event_at, a.last_ingested_at),
        (Some(later(8)), Some(later(9)), Some(later(9)))
    );
}

pub async fn a_stream_s_name_is_given_once<F: Fixture>() {
    let house = House::<F>::start().await;
    let group = created(&house, "app").await;
    let first = streamed(&house, &group, "s").await;
    let again = house.commit(stream_creation(&group, "s").1).await;
    assert!(matches!(again, Err(CommitError::NameTaken)));
    house.commit(stream_deletion(&first)).await.unwrap();
    assert!(stream(&house, &group, "s").await.is_none());
    assert!(matches!(append(&house, &first, chunk(1, 2, 1), ROOMY).await, Err(CommitError::Conflict)));
    assert!(matches!(house.commit(stream_deletion(&first)).await, Err(CommitError::Conflict)));
    assert_ne!(streamed(&house, &group, "s").await.uid, first.uid);
}

pub async fn chunks_are_met_in_both_orders_and_no_other_span_s<F: Fixture>() {
    let house = House::<F>::start().await;
    let group = created(&house, "app").await;
    let stream = streamed(&house, &group, "s").await;
    let spans = [(10, 50), (0, 20), (30, 30), (30, 90), (100, 100 + CHUNK_SPAN_MS)];
    for (first, last) in spans {
        append(&house, &stream, chunk(first, last, 1), ROOMY).await.unwrap();
    }
    let met = async |order, from: i64, until: i64| {
        let chunks = all_chunks(&house, &group, LogStreamsWanted::Every, order, (later(from), later(until))).await;
        chunks.iter().map(|found| millis(found.chunk.first_at)).collect::<Vec<_>>()
    };
    assert_eq!(met(ChunkOrder::FirstUp, i64::MIN, 1000).await, [0, 10, 30, 30, 100]);
    assert_eq!(met(ChunkOrder::FirstUp, 21, 99).await, [10, 30, 30]);
    assert_eq!(met(ChunkOrder::FirstUp, 60, 60).await, [30]);
    assert_eq!(met(ChunkOrder::FirstUp, 50_000, 60_000).await, [100]);
    assert_eq!(met(ChunkOrder::LastDown, 0, 1000).await, [100, 30, 10, 30, 0]);
    assert_eq!(met(ChunkOrder::LastDown, 21, 99).await, [30, 10, 30]);
    assert_eq!(met(ChunkOrder::LastDown, 91, 99).await, [0_i64; 0]);
}

pub async fn chunks_come_a_few_at_a_time<F: Fixture>() {
    let house = House::<F>::start().await;
    let group = created(&house, "app").await;
    let stream = streamed(&house, &group, "s").await;
    let mut written = Vec::new();
    for at in 0..7 {
        // Three are of the same time.
        let chunk = chunk(at / 3, at / 3, 1);
        append(&house, &stream, chunk.clone(), ROOMY).await.unwrap();
        written.push(chunk);
    }
    for (order, backwards) in [(ChunkOrder::FirstUp, false), (ChunkOrder::LastDown, true)] {
        let everything = (later(0), later(1000));
        let found = all_chunks(&house, &group, LogStreamsWanted::Every, order, everything).await;
        let mut chunks: Vec<LogChunk> = found.into_iter().map(|found| found.chunk).collect();
        if backwards {
            chunks.reverse();
        }
        assert_eq!(chunks, written);
    }
}

pub async fn only_the_wanted_streams_are_searched<F: Fixture>() {
    let house = House::<F>::start().await;
    let (group, other) = (created(&house, "app").await, created(&house, "other").await);
    for (group, name) in [(&group, "a/1"), (&group, "a/2"), (&group, "b"), (&other, "a/1")] {
        let stream = streamed(&house, group, name).await;
        append(&house, &stream, chunk(1, 2, 1), ROOMY).await.unwrap();
    }
    let one = stream(&house, &group, "a/2").await.unwrap();
    for (wanted, names) in [
        (LogStreamsWanted::Every, vec!["a/1", "a/2", "b"]),
        (LogStreamsWanted::One(one), vec!["a/2"]),
        (LogStreamsWanted::Named(vec!["b".to_owned(), "a/1".to_owned(), "none".to_owned()]), vec!["a/1", "b"]),
        (LogStreamsWanted::Prefix("a/".to_owned()), vec!["a/1", "a/2"]),
    ] {
        let found = all_chunks(&house, &group, wanted, ChunkOrder::FirstUp, (later(0), later(9))).await;
        let found: Vec<&str> = found.iter().map(|found| &*found.stream_name).collect();
        assert_eq!(found, names);
    }
}

pub async fn what_is_deleted_is_out_of_sight_at_once_and_erased_by_and_by<F: Fixture>() {
    let house = House::<F>::start().await;
    let group_before = created(&house, "app").await;
    let (kept, gone) = (streamed(&house, &group_before, "kept").await, streamed(&house, &group_before, "gone").await);
    for at in 0..3 {
        append(&house, &kept, chunk(at, at, 10), ROOMY).await.unwrap();
        append(&house, &gone, chunk(at, at, 10), ROOMY).await.unwrap();
    }
    house.commit(stream_deletion(&gone)).await.unwrap();
    let everything = (later(0), later(9));
    let seen =
        async || all_chunks(&house, &group_before, LogStreamsWanted::Every, ChunkOrder::FirstUp, everything).await;
    assert_eq!(seen().await.len(), 3);
    assert_eq!(remains(&house, &group_before, None, 2).await, LogRemains { chunks: 3, streams: 0 });
    erase(&house, &group_before, None, 2).await;
    assert_eq!(remains(&house, &group_before, None, 2).await, LogRemains { chunks: 1, streams: 1 });
    erase(&house, &group_before, None, 2).await;
    assert_eq!(remains(&house, &group_before, None, 2).await, LogRemains { chunks: 0, streams: 0 });
    assert_eq!((seen().await.len(), group(&house, "app").await.unwrap().stored_bytes), (3, 30));

    house.commit(deletion(&group_before)).await.unwrap();
    assert!(group(&house, "app").await.is_none());
    assert_eq!(seen().await.len(), 0);
    assert!(stream(&house, &group_before, "kept").await.is_none());
    let late = house.commit(stream_creation(&group_before, "late").1).await;
    assert!(matches!(late, Err(CommitError::Conflict)));
    assert!(matches!(append(&house, &kept, chunk(1, 1, 1), ROOMY).await, Err(CommitError::Conflict)));
    let found = house.store.log_group_by_uid(group_before.uid).await.unwrap().unwrap();
    let opened = found.open_log_group(&permit(home().account, "logs:TendLogGroup", &group_before.arn)).unwrap();
    assert!(opened.is_deleted);
    for _ in 0..2 {
        erase(&house, &group_before, None, 2).await;
    }
    assert!(house.store.log_group_by_uid(group_before.uid).await.unwrap().is_none());
    assert_eq!(remains(&house, &group_before, None, 2).await, LogRemains { chunks: 0, streams: 0 });
}

pub async fn what_has_expired_is_erased_and_no_more<F: Fixture>() {
    let house = House::<F>::start().await;
    let app = created(&house, "app").await;
    let stream = streamed(&house, &app, "s").await;
    for (first, last) in [(0, 5), (3, 10), (10, 20)] {
        append(&house, &stream, chunk(first, last, 7), ROOMY).await.unwrap();
    }
    assert_eq!(remains(&house, &app, Some(later(10)), 9).await, LogRemains { chunks: 1, streams: 0 });
    erase(&house, &app, Some(later(10)), 9).await;
    let left = all_chunks(&house, &app, LogStreamsWanted::Every, ChunkOrder::FirstUp, (later(0), later(99))).await;
    assert_eq!(left.iter().map(|found| millis(found.chunk.first_at)).collect::<Vec<_>>(), [3, 10]);
    assert_eq!(group(&house, "app").await.unwrap().stored_bytes, 14);
    assert!(self::stream(&house, &app, "s").await.is_some());
}

pub async fn a_deleted_stream_stays_until_all_its_chunks_are_erased<F: Fixture>() {
    let house = House::<F>::start().await;
    let app = created(&house, "app").await;
    let gone = streamed(&house, &app, "gone").await;
    for at in [0, 1, 50, 60] {
        append(&house, &gone, chunk(at, at, 10), ROOMY).await.unwrap();
    }
    house.commit(stream_deletion(&gone)).await.unwrap();
    // The first two have expired as well, and count once.
    erase(&house, &app, Some(later(10)), 3).await;
    assert_eq!(remains(&house, &app, Some(later(10)), 3).await, LogRemains { chunks: 1, streams: 1 });
    erase(&house, &app, Some(later(10)), 3).await;
    assert_eq!(remains(&house, &app, Some(later(10)), 3).await, LogRemains { chunks: 0, streams: 0 });
    assert_eq!(group(&house, "app").await.unwrap().stored_bytes, 0);
}

pub async fn a_full_log_group_loses_its_oldest_events<F: Fixture>() {
    let house = House::<F>::start().await;
    let (app, other) = (created(&house, "app").await, created(&house, "other").await);
    let (stream, untouched) = (streamed(&house, &app, "s").await, streamed(&house, &other, "s").await);
    let weight = 1000 + CHUNK_OVERHEAD_BYTES;
    let bounds = LogBounds { group_bytes: 3 * weight, deployment_bytes: u64::MAX };
    append(&house, &untouched, chunk(0, 0, 1000), bounds).await.unwrap();
    for at in 0..10 {
        append(&house, &stream, chunk(at, at, 1000), bounds).await.unwrap();
    }
    let times = async |group: &Arc<LogGroupRecord>| {
        let found =
            all_chunks(&house, group, LogStreamsWanted::Every, ChunkOrder::FirstUp, (later(0), later(99))).await;
        found.iter().map(|found| millis(found.chunk.first_at)).collect::<Vec<_>>()
    };
    assert_eq!((times(&app).await, times(&other).await), (vec![7, 8, 9], vec![0]));
    assert_eq!(group(&house, "app").await.unwrap().stored_bytes, 3000);
    // One that is larger than the group may be is kept alone.
    append(&house, &stream, chunk(50, 50, 10_000), bounds).await.unwrap();
    assert_eq!(times(&app).await, [50]);
}

pub async fn a_full_deployment_takes_from_the_largest_log_group<F: Fixture>() {
    let mut house = House::<F>::start().await;
    let (small, large) = (created(&house, "small").await, created(&house, "large").await);
    let (few, many) = (streamed(&house, &small, "s").await, streamed(&house, &large, "s").await);
    let weight = 1000 + CHUNK_OVERHEAD_BYTES;
    let bounds = LogBounds { group_bytes: u64::MAX, deployment_bytes: 5 * weight };
    for at in 0..4 {
        append(&house, &many, chunk(at, at, 1000), bounds).await.unwrap();
    }
    // What is held is counted anew at the next start.
    house = house.reopened().await;
    for at in 0..2 {
        append(&house, &few, chunk(at, at, 1000), bounds).await.unwrap();
    }
    assert_eq!(group(&house, "small").await.unwrap().stored_bytes, 2000);
    assert_eq!(group(&house, "large").await.unwrap().stored_bytes, 3000);
    let left = all_chunks(&house, &large, LogStreamsWanted::Every, ChunkOrder::FirstUp, (later(0), later(99))).await;
    assert_eq!(left.iter().map(|found| millis(found.chunk.first_at)).collect::<Vec<_>>(), [1, 2, 3]);
}

pub async fn content_of_logs_needs_a_permit_for_it<F: Fixture>() {
    let house = House::<F>::start().await;
    let app = created(&house, "app").await;
    let stream = streamed(&house, &app, "s").await;
    let refused = |permit: Permit, change: LogContentChange| {
        let planned = Commit::under(permit).change(Change::LogContent(change));
        assert!(matches!(planned, Err(CommitError::Internal(_))));
    };
    let (account, inside) = (home().account, log_streams_resource(&app.arn));
    let append = |chunk| LogContentChange::Append { stream: Arc::clone(&stream), chunk, bounds: ROOMY };
    refused(permit(account, "logs:PutLogEvents", &inside), append(chunk(0, 0, 1)));
    refused(permit(account, "logs:GetLogEvents", &stream.arn), append(chunk(0, 0, 1)));
    refused(permit(account, "logs:PutLogEvents", &stream.arn), append(chunk(0, CHUNK_SPAN_MS + 1, 1)));
    refused(permit(account, "logs:PutLogEvents", &stream.arn), append(chunk(1, 0, 1)));
    let delete = LogContentChange::DeleteStream { stream: Arc::clone(&stream) };
    refused(permit(account, "logs:DeleteLogGroup", &stream.arn), delete);
    let erase = LogContentChange::Erase { group: Arc::clone(&app), older_than: None, limit: 1 };
    refused(permit(account, "logs:DeleteLogGroup", &inside), erase);
    // Nor does a change of a group without one, or a broken one.
    let changed = next(&app, |details| details.retention_days = Some(1));
    let change = LogGroupChange::Update { before: Arc::clone(&app), after: Arc::clone(&changed) };
    let planned = Commit::under(permit(account, "logs:PutRetentionPolicy", &app.arn)).change(Change::LogGroup(change));
    assert!(matches!(planned, Err(CommitError::Internal(_))));
    let protected = next(&changed, |details| details.is_protected = true);
    let change = Change::LogGroup(LogGroupChange::Delete { before: protected });
    let planned = Commit::under(of_group(&app, "logs:DeleteLogGroup")).change(change);
    assert!(matches!(planned, Err(CommitError::Internal(_))));
}

pub async fn logs_stay_shut_without_their_permit<F: Fixture>() {
    let house = House::<F>::start().await;
    let (app, other) = (created(&house, "app").await, created(&house, "application").await);
    let (s, t) = (streamed(&house, &app, "s").await, streamed(&house, &app, "st").await);
    append(&house, &s, chunk(0, 0, 1), ROOMY).await.unwrap();
    let read = "logs:GetLogEvents";
    let account = home().account;
    let guarded = async || house.store.log_group(home(), "app").await.unwrap().unwrap();
    assert!(guarded().await.open_log_group(&permit(account, read, &s.arn)).is_ok());
    for resource in [&*other.arn, "arn:aws:logs:eu-central-1:111111111111:log-group:app:s"] {
        assert!(guarded().await.open_log_group(&permit(account, read, resource)).is_err(), "{resource}");
    }
    let chunks = async |streams| {
        let query = query(streams, ChunkOrder::FirstUp, (later(0), later(9)));
        house.store.log_chunks(&app, &query).await.unwrap()
    };
    let one = || LogStreamsWanted::One(Arc::clone(&s));
    assert!(chunks(one()).await.open(&permit(account, read, &s.arn)).is_ok());
    assert!(chunks(one()).await.open(&permit(account, read, &t.arn)).is_err());
    assert!(chunks(LogStreamsWanted::Every).await.open(&permit(account, read, &s.arn)).is_err());
    assert!(chunks(LogStreamsWanted::Every).await.open(&of_group(&app, "logs:FilterLogEvents")).is_ok());
    let found = house.store.log_stream(&app, "s").await.unwrap().unwrap();
    assert!(found.open(&permit(account, read, &t.arn)).is_err());
}

pub async fn every_log_group_is_told_with_its_revision<F: Fixture>() {
    let house = House::<F>::start().await;
    let (first, gone) = (created(&house, "app").await, created(&house, "gone").await);
    let second = next(&first, |details| details.retention_days = Some(1));
    house.commit(update(&first, &second)).await.unwrap();
    house.commit(deletion(&gone)).await.unwrap();
    streamed(&house, &second, "s").await;
    assert_eq!(house.store.revisions().await.unwrap(), [(first.uid, 2)]);
}

fn draft(scope: Scope, name: &str) -> LogGroupRecord {
    LogGroupRecord {
        scope,
        uid: new_uid(),
        name: name.into(),
        arn: log_group_arn(scope, name),
        revision: 1,
        details: LogGroupDetails { created_at: later(0), retention_days: None, is_protected: false, tags: Vec::new() },
        stored_bytes: 0,
        is_deleted: false,
    }
}

fn next(before: &LogGroupRecord, change: impl FnOnce(&mut LogGroupDetails)) -> Arc<LogGroupRecord> {
    let mut after = LogGroupRecord { revision: before.revision + 1, ..before.clone() };
    change(&mut after.details);
    Arc::new(after)
}

async fn create<F: Fixture>(house: &House<F>, name: &str) -> Result<Arc<LogGroupRecord>, CommitError> {
    let after = Arc::new(draft(home(), name));
    let change = Change::LogGroup(LogGroupChange::Create { after: Arc::clone(&after) });
    house.commit(Commit::under(of_group(&after, "logs:CreateLogGroup")).change(change)?).await?;
    Ok(after)
}

async fn created<F: Fixture>(house: &House<F>, name: &str) -> Arc<LogGroupRecord> {
    create(house, name).await.unwrap()
}

fn update(before: &Arc<LogGroupRecord>, after: &Arc<LogGroupRecord>) -> Commit {
    let change = LogGroupChange::Update { before: Arc::clone(before), after: Arc::clone(after) };
    Commit::under(of_group(before, "logs:PutRetentionPolicy")).change(Change::LogGroup(change)).unwrap()
}

fn deletion(before: &Arc<LogGroupRecord>) -> Commit {
    let change = Change::LogGroup(LogGroupChange::Delete { before: Arc::clone(before) });
    Commit::under(of_group(before, "logs:DeleteLogGroup")).change(change).unwrap()
}

fn stream_creation(group: &LogGroupRecord, name: &str) -> (Arc<LogStreamRecord>, Commit) {
    let stream = Arc::new(LogStreamRecord {
        scope: group.scope,
        uid: new_uid(),
        group: group.uid,
        group_arn: Arc::clone(&group.arn),
        name: name.into(),
        arn: log_stream_arn(&group.arn, name),
        created_at: later(1),
        first_event_at: None,
        last_event_at: None,
        last_ingested_at: None,
    });
    let change = Change::LogContent(LogContentChange::CreateStream { stream: Arc::clone(&stream) });
    let permit = permit(home().account, "logs:CreateLogStream", &stream.arn);
    (stream, Commit::under(permit).change(change).unwrap())
}

async fn streamed<F: Fixture>(house: &House<F>, group: &LogGroupRecord, name: &str) -> Arc<LogStreamRecord> {
    let (stream, commit) = stream_creation(group, name);
    house.commit(commit).await.unwrap();
    stream
}

fn stream_deletion(stream: &Arc<LogStreamRecord>) -> Commit {
    let change = Change::LogContent(LogContentChange::DeleteStream { stream: Arc::clone(stream) });
    Commit::under(permit(home().account, "logs:DeleteLogStream", &stream.arn)).change(change).unwrap()
}

fn chunk(first: i64, last: i64, bytes: u64) -> LogChunk {
    let uid = new_uid();
    LogChunk {
        uid,
        first_at: later(first),
        last_at: later(last),
        ingested_at: later(last),
        events: 2,
        bytes,
        sealed: SealedBytes::new(uid.as_bytes().to_vec()),
    }
}

async fn append<F: Fixture>(
    house: &House<F>,
    stream: &Arc<LogStreamRecord>,
    chunk: LogChunk,
    bounds: LogBounds,
) -> Result<(), CommitError> {
    let change = Change::LogContent(LogContentChange::Append { stream: Arc::clone(stream), chunk, bounds });
    let permit = permit(home().account, "logs:PutLogEvents", &stream.arn);
    house.commit(Commit::under(permit).change(change)?).await
}

async fn erase<F: Fixture>(house: &House<F>, group: &Arc<LogGroupRecord>, older_than: Option<Timestamp>, limit: u32) {
    let change = Change::LogContent(LogContentChange::Erase { group: Arc::clone(group), older_than, limit });
    let permit = permit(home().account, "logs:TendLogGroup", &group.arn);
    house.commit(Commit::under(permit).change(change).unwrap()).await.unwrap();
}

async fn remains<F: Fixture>(
    house: &House<F>,
    group: &Arc<LogGroupRecord>,
    older_than: Option<Timestamp>,
    limit: u32,
) -> LogRemains {
    house.store.log_remains(group, older_than, limit).await.unwrap()
}

async fn group<F: Fixture>(house: &House<F>, name: &str) -> Option<Arc<LogGroupRecord>> {
    let found = house.store.log_group(home(), name).await.unwrap()?;
    let permit = permit(home().account, "logs:TagResource", found.log_group().arn);
    Some(found.open_log_group(&permit).unwrap())
}

async fn stream<F: Fixture>(house: &House<F>, group: &Arc<LogGroupRecord>, name: &str) -> Option<Arc<LogStreamRecord>> {
    let found = house.store.log_stream(group, name).await.unwrap()?;
    Some(found.open(&of_group(group, "logs:DescribeLogStreams")).unwrap())
}

fn query(streams: LogStreamsWanted, order: ChunkOrder, (from, until): (Timestamp, Timestamp)) -> LogChunksQuery {
    LogChunksQuery { streams, from, until, order, after: None, bytes_max: 20 }
}

/// All of them, two at a time.
async fn all_chunks<F: Fixture>(
    house: &House<F>,
    group: &Arc<LogGroupRecord>,
    streams: LogStreamsWanted,
    order: ChunkOrder,
    span: (Timestamp, Timestamp),
) -> Vec<StoredLogChunk> {
    let mut query = query(streams, order, span);
    let mut found = Vec::new();
    loop {
        let chunks = house.store.log_chunks(group, &query).await.unwrap();
        let chunks = chunks.open(&of_group(group, "logs:FilterLogEvents")).unwrap();
        assert!(chunks.len() <= 2);
        let Some(last) = chunks.last() else { return found };
        query.after = Some(last.position(order));
        found.extend(chunks);
    }
}

/// What policies see of actions on a group.
fn of_group(group: &LogGroupRecord, action: &'static str) -> Permit {
    permit(home().account, action, &log_streams_resource(&group.arn))
}

fn millis(at: Timestamp) -> i64 {
    at.as_millis() - later(0).as_millis()
}
