//! A house of our own: opened in this process on a temporary folder, with a clock that the story turns.

use std::{
    fs,
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr},
    ops::ControlFlow,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use contract::{JobKind, JobRecord, Jobs};
use facades::{FunctionHost, HostError, Invoked, RemoteCall, RemoteFunctions, RotationFunctions};
use front::server::{self, Application, TlsDetails};
use gate::{RoleSessions, SessionKey};
use http_body_util::BodyExt;
use keepwell::{
    config::{Config, RootAccessKey},
    house::{Begun, Opened, Sealed, begin, root_key_offline, verify_trail},
    system::SystemEntropy,
};
use lambda::{HeldSessions, Means, Roles, Runner, Vault};
use rusqlite::{Connection, Row, types::Value as Stored};
use seal::KeyMaterial;
use secretsmanager::{Room, Rotation, RotationSettings, Scheduler};
use serde_json::Value;
use sqlite::SqliteStore;
use tempfile::TempDir;
use terms::{Clock, SecretBytes, Timestamp};
use trail::{AuditReport, Entries, log};

use crate::letters::{Answer, Letter, Persona};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-central-1";
pub(crate) const OTHER_REGION: &str = "us-east-1";
pub(crate) const ACCESS_KEY_ID: &str = "AKIAKEEPWELLSTORIES1";
pub(crate) const SECRET_ACCESS_KEY: &str = "a-secret-access-key-for-the-stories-only";

/// 2026-03-02T08:00:00.123Z: a Monday, with milliseconds that a careless rounding would lose.
const OPENING_MS: i64 = 1_772_438_400_123;
pub(crate) const SECOND_MS: i64 = 1_000;
pub(crate) const HOUR_MS: i64 = 3_600 * SECOND_MS;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

pub(crate) struct House {
    pub(crate) rooms: Arc<front::House>,
    store: Arc<SqliteStore>,
    grounds: Grounds,
}

/// What of a house outlives a restart.
pub(crate) struct Grounds {
    pub(crate) clock: Arc<TurnedClock>,
    config: Config,
    folder: TempDir,
}

/// Stands still until it is turned.
pub(crate) struct TurnedClock(AtomicI64);

impl TurnedClock {
    pub(crate) fn turn(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl House {
    pub(crate) async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// With settings as a configuration file would write them.
    pub(crate) async fn open_with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder, settings);
        let clock = Arc::new(TurnedClock(AtomicI64::new(OPENING_MS)));
        Grounds { clock, config, folder }.open().await
    }

    /// The account's root user, calling in the first region.
    pub(crate) fn admin(&self) -> Persona<'_> {
        Persona {
            house: self,
            access_key_id: ACCESS_KEY_ID,
            secret_access_key: SECRET_ACCESS_KEY,
            session_token: None,
            region: REGION,
            service: "secretsmanager",
        }
    }

    /// With another host of functions than the program's own.
    pub(crate) async fn open_with_host(host: Arc<dyn FunctionHost>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder, &[]);
        let clock = Arc::new(TurnedClock(AtomicI64::new(OPENING_MS)));
        Grounds { clock, config, folder }.open_with_host(host).await
    }

    /// With something else that rotates secrets than the program's own.
    pub(crate) async fn open_with_rotation(functions: Arc<dyn RotationFunctions>, settings: RotationSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder, &[]);
        let clock = Arc::new(TurnedClock(AtomicI64::new(OPENING_MS)));
        Grounds { clock, config, folder }.open_with_rotation(functions, settings).await
    }

    /// Rotates what is due, as the server does in the background.
    pub(crate) fn scheduler(&self) -> Scheduler {
        Scheduler::new(Arc::clone(&self.rooms.secretsmanager), Arc::clone(&self.store) as _)
    }

    /// Work of this kind that is planned, whenever it is due.
    pub(crate) async fn planned(&self, kind: JobKind) -> Vec<JobRecord> {
        let ever = self.clock().now().plus_days(10_000);
        Jobs::due(&*self.store, &[kind], ever, 10_000).await.unwrap()
    }

    /// What became of rotations that are due now.
    pub(crate) async fn rotate_due(&self) -> usize {
        let (mut scheduler, mut count) = (self.scheduler(), 0);
        loop {
            match scheduler.begin_due().await.unwrap() {
                0 => return count,
                begun => count += begun,
            }
            scheduler.finish().await;
        }
    }

    /// As the services begin them for themselves.
    pub(crate) fn roles(&self) -> Arc<Roles> {
        let key = Arc::new(SessionKey::new(self.key("keepwell sessions")));
        let sessions = RoleSessions::new(Arc::clone(&self.store) as _, key, Arc::new(SystemEntropy));
        Arc::new(Roles {
            sessions: Arc::new(sessions),
            recorder: Arc::clone(&self.rooms.recorder),
            entropy: Arc::new(SystemEntropy),
            held: HeldSessions::default(),
        })
    }

    pub(crate) async fn deliver(&self, letter: Letter) -> Answer {
        self.deliver_by(Ipv4Addr::new(192, 0, 2, 40).into(), None, letter).await
    }

    /// On a connection from this address, with or without TLS.
    pub(crate) async fn deliver_by(&self, peer: IpAddr, tls: Option<TlsDetails>, letter: Letter) -> Answer {
        let connection =
            server::Connection { peer: (peer, 50_000).into(), local: "127.0.0.1:8443".parse().unwrap(), tls };
        let (head, body) = letter.into_parts();
        // On the heap, as the server's connections are: it holds every operation's story, and a test makes many calls.
        let (head, body) = Box::pin(self.rooms.answer(&connection, head, body)).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// Seconds, as answers tell time.
    pub(crate) fn now(&self) -> f64 {
        self.grounds.clock.now().as_seconds()
    }

    /// The midnight before now.
    pub(crate) fn today(&self) -> f64 {
        self.grounds.clock.now().day().start().as_seconds()
    }

    pub(crate) fn clock_ms(&self) -> i64 {
        self.grounds.clock.now().as_millis()
    }

    pub(crate) fn turn_clock(&self, millis: i64) {
        self.grounds.clock.turn(millis);
    }

    pub(crate) fn grounds(&self) -> &Grounds {
        &self.grounds
    }

    pub(crate) fn clock(&self) -> &TurnedClock {
        &self.grounds.clock
    }

    /// Does the background work that is due, as the server does every second. Returns how many jobs were looked at.
    pub(crate) async fn do_due(&self) -> usize {
        let secrets = service::do_due(&*self.rooms.secretsmanager, &*self.store).await.unwrap();
        let keys = service::do_due(&*self.rooms.kms, &*self.store).await.unwrap();
        let logs = service::do_due(&*self.rooms.logs, &*self.store).await.unwrap();
        secrets + keys + logs
    }

    /// Dates of access reach the store a little after the answer, and lists are read from the store.
    pub(crate) async fn settle_notes(&self) {
        contract::Writes::flush_notes(&*self.store).await.unwrap();
    }

    /// What the trail tells of everything, in CloudTrail's words.
    pub(crate) fn whole_trail(&self) -> Vec<Value> {
        self.grounds.records()
    }

    /// What it tells of secrets.
    pub(crate) fn trail(&self) -> Vec<Value> {
        let records = self.grounds.records().into_iter();
        records.filter(|record| record["eventSource"] == "secretsmanager.amazonaws.com").collect()
    }

    /// The whole, as it is written.
    pub(crate) fn raw_trail(&self) -> Vec<String> {
        self.grounds.raw_records()
    }

    /// The names of those records, each with its error if it has one: `GetSecretValue AccessDenied`.
    pub(crate) fn trail_names(&self) -> Vec<String> {
        let name = |record: &Value| match record.get("errorCode").and_then(Value::as_str) {
            Some(error) => format!("{} {error}", record["eventName"].as_str().unwrap()),
            None => record["eventName"].as_str().unwrap().to_owned(),
        };
        self.trail().iter().map(name).collect()
    }

    /// The key with which the services do this.
    pub(crate) fn key(&self, purpose: &str) -> KeyMaterial {
        self.grounds.deployment_key().derive("keepwell services").unwrap().derive(purpose).unwrap()
    }

    /// Every row of the store but those of these tables, and of those that carry records to the trail.
    pub(crate) fn rows(&self, but: &[&str]) -> Vec<String> {
        let connection = Connection::open(self.grounds.data_dir().join("keepwell.sqlite3")).unwrap();
        let mut tables = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
        let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let is_wanted = |table: &&String| {
            !but.contains(&&***table)
                && !matches!(&***table, "trail_pending" | "log_head")
                && !table.starts_with("sqlite_")
        };
        tables.iter().filter(is_wanted).flat_map(|table| rows_of(&connection, table)).collect()
    }

    /// A copy of everything as it is on the disk now, without the house being asked: as a power cut leaves it.
    pub(crate) fn copy(&self) -> Grounds {
        let folder = tempfile::tempdir().unwrap();
        for file in self.grounds.files() {
            let copy = folder.path().join(file.strip_prefix(self.grounds.folder.path()).unwrap());
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            match fs::copy(file, copy) {
                Ok(_) => {}
                // The log's spare segment, which gets its name once it is laid out, and holds nothing yet.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => panic!("{error}"),
            }
        }
        let config = config(&folder, &[]);
        Grounds { clock: Arc::clone(&self.grounds.clock), config, folder }
    }

    /// Stops as the server stops.
    pub(crate) async fn close(self) -> Grounds {
        let Self { rooms, store, grounds, .. } = self;
        rooms.recorder.close().await;
        drop(rooms);
        drop(store);
        grounds
    }

    pub(crate) async fn restart(self) -> Self {
        self.close().await.open().await
    }
}

impl Grounds {
    /// The operator changes a setting.
    pub(crate) fn with(self, setting: &str, value: &str) -> Self {
        self.with_all(&[(setting, value)])
    }

    pub(crate) fn with_all(self, settings: &[(&str, &str)]) -> Self {
        Self { config: config(&self.folder, settings), ..self }
    }

    pub(crate) async fn open(self) -> House {
        match self.begin().await.unwrap() {
            Begun::Open(opened) => self.opened(opened),
            Begun::Sealed(_) => panic!("the house is sealed"),
        }
    }

    pub(crate) async fn open_with_host(self, host: Arc<dyn FunctionHost>) -> House {
        let house = self.open().await;
        let runner = Runner::new(Means {
            store: Arc::clone(&house.store) as _,
            gate: Arc::clone(&house.rooms.lambda.gate),
            roles: house.roles(),
            host,
            remote: Arc::new(Nowhere),
            vault: Vault::new(house.key("keepwell stories of functions")),
            clock: Arc::clone(&house.rooms.clock),
            entropy: Arc::new(SystemEntropy),
        });
        let room = lambda::Room {
            store: Arc::clone(&house.store) as _,
            gate: Arc::clone(&house.rooms.lambda.gate),
            recorder: Arc::clone(&house.rooms.recorder),
            entropy: Arc::new(SystemEntropy),
            runner: Arc::new(runner),
            paging_key: house.key("keepwell paging"),
        };
        let House { rooms, store, grounds } = house;
        let rooms = Arc::into_inner(rooms).expect("nobody else holds the house yet");
        House { rooms: Arc::new(front::House { lambda: Arc::new(room), ..rooms }), store, grounds }
    }

    pub(crate) async fn open_with_rotation(
        self,
        functions: Arc<dyn RotationFunctions>,
        settings: RotationSettings,
    ) -> House {
        let house = self.open().await;
        let rotation = Rotation::new(functions, settings, house.key("keepwell rotation tokens"));
        let House { rooms, store, grounds } = house;
        let rooms = Arc::into_inner(rooms).expect("nobody else holds the house yet");
        let room = Arc::into_inner(rooms.secretsmanager).expect("nobody else holds the room yet");
        let secretsmanager = Arc::new(Room { rotation, ..room });
        House { rooms: Arc::new(front::House { secretsmanager, ..rooms }), store, grounds }
    }

    /// The start fails; says why.
    pub(crate) async fn refusal(&self) -> String {
        self.begin().await.err().unwrap()
    }

    /// The start waits for shares.
    pub(crate) async fn sealed(&self) -> Sealed {
        match self.begin().await.unwrap() {
            Begun::Sealed(sealed) => sealed,
            Begun::Open(_) => panic!("the house is open"),
        }
    }

    async fn begin(&self) -> Result<Begun, String> {
        let begun = begin(&self.config, Arc::clone(&self.clock) as _, Arc::new(SystemEntropy)).await;
        begun.map_err(|error| format!("{error:#}"))
    }

    pub(crate) fn opened(self, opened: Opened) -> House {
        let Opened { house: rooms, store, .. } = opened;
        House { rooms, store, grounds: self }
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn trail_folder(&self) -> PathBuf {
        self.data_dir().join("trail")
    }

    /// As `keepwell trail verify` does it.
    pub(crate) fn audit(&self) -> AuditReport {
        verify_trail(&self.config, |missing| panic!("{missing} shares are missing")).unwrap()
    }

    /// Every file below the folder of everything, the root key's included.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.folder.path().to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files
    }

    fn records(&self) -> Vec<Value> {
        self.raw_records().iter().map(|record| serde_json::from_str(record).unwrap()).collect()
    }

    /// What the root key opens, and every other key comes from.
    fn deployment_key(&self) -> KeyMaterial {
        let record = SqliteStore::deployment_in(&self.data_dir()).unwrap().unwrap();
        let root = root_key_offline(&self.config, &record, |missing| panic!("{missing} shares are missing")).unwrap();
        let (uid, wrapped) = (record.uid.as_bytes(), record.wrapped_key);
        let uid: String = uid.iter().map(|byte| format!("{byte:02x}")).collect();
        let context = [("purpose", "deployment key"), ("deployment", &*uid)];
        seal::unwrap(&KeyMaterial::from_bytes(&root).unwrap(), &wrapped, &context).unwrap()
    }

    fn raw_records(&self) -> Vec<String> {
        let key = self.deployment_key().derive("keepwell trail").unwrap();
        let (mut records, mut entries) = (Vec::new(), Entries::new());
        log::read_from(&self.trail_folder(), &trail::log_key(&key).unwrap(), 1, |record| {
            records.push(String::from_utf8(entries.read(record.bytes).unwrap().json.to_vec()).unwrap());
            ControlFlow::Continue(())
        })
        .unwrap();
        records
    }
}

/// No function runs elsewhere.
struct Nowhere;

impl RemoteFunctions for Nowhere {
    fn has(&self, _: &str) -> bool {
        false
    }

    fn invoke<'a>(&'a self, call: RemoteCall<'a>) -> contract::Answer<'a, Result<Invoked, HostError>> {
        let text = format!("{} runs nowhere else", call.function_arn);
        Box::pin(std::future::ready(Err(HostError::Internal(text))))
    }
}

fn rows_of(connection: &Connection, table: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = statement.column_count();
    let told = |row: &Row<'_>| -> Result<String, rusqlite::Error> {
        let values: Result<Vec<Stored>, _> = (0..columns).map(|column| row.get(column)).collect();
        Ok(format!("{table}: {:?}", values?))
    };
    statement.query_map([], told).unwrap().map(Result::unwrap).collect()
}

fn config(folder: &TempDir, settings: &[(&str, &str)]) -> Config {
    let data_dir = folder.path().join("data");
    let mut own = vec![("data_dir", data_dir.to_str().unwrap()), ("account_id", ACCOUNT)];
    if settings.iter().all(|(name, _)| *name != "region") {
        own.extend([("region", REGION), ("region", OTHER_REGION)]);
    }
    let mut config = Config::from_settings(own.into_iter().chain(settings.iter().copied())).unwrap();
    config.root_access_key = Some(RootAccessKey {
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret_access_key: SecretBytes::copy_of(SECRET_ACCESS_KEY.as_bytes()),
    });
    config
}
