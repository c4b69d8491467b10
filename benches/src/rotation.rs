//! P18 and R1: real users of a real PostgreSQL, rotated by the built-in rotators.

mod postgres;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::exchange::Exchange;
use crate::progress;
use crate::requests::Caller;
use crate::secrets::request_token;
use crate::server::{self, REGION, Server, Settings};
use crate::session;
use crate::sign::Post;
use postgres::{Postgres, SUPERUSER, SUPERUSER_PASSWORD};

const SINGLE_USER: &str = "SecretsManagerRDSPostgreSQLRotationSingleUser";
const ALTERNATING_USERS: &str = "SecretsManagerRDSPostgreSQLRotationMultiUser";
const ROTATIONS_IN_A_ROUND: usize = 5;
pub const DUE_AT_ONCE: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(120);
const DRAIN_PATIENCE: Duration = Duration::from_mins(10);

pub struct Rotations {
    /// From the call of RotateSecret to the new AWSCURRENT, what the database takes included. Seconds, a median for each round.
    pub whole_s: Vec<f64>,
    /// From the last login with the old password to the new AWSCURRENT as a reader sees it. Milliseconds, the longest of each
    /// round.
    pub window_ms: Vec<f64>,
    /// Of a client that always uses AWSCURRENT, with alternating users.
    pub logins: u64,
    pub failed_logins: u64,
    pub drain: Drain,
}

pub struct Drain {
    pub seconds: f64,
    /// The most that the server's resident memory was above what it was before, MiB.
    pub grown_mib: f64,
    /// By how many places a rotation was overtaken at most, as a share of all.
    pub overtaken: f64,
}

pub fn measure(keepwell: &Path, work_dir: &Path, rounds: usize) -> Result<Rotations> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let folder = work_dir.join("rotation");
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        let database = Arc::new(Postgres::start().await?);
        let server = server::start_keepwell(keepwell, &folder, Settings::default())?;
        let (mut whole_s, mut window_ms) = (Vec::new(), Vec::new());
        let mut single = Rotating::begin(&server, &database, "single", SINGLE_USER, None).await?;
        for round in 1..=rounds {
            progress(&format!("rotation, round {round} of {rounds}"));
            let (mut wholes, mut windows) = (Vec::new(), Vec::new());
            for _ in 0..ROTATIONS_IN_A_ROUND {
                let turn = single.watched_turn().await?;
                wholes.push(turn.whole.as_secs_f64());
                windows.push(turn.window.as_secs_f64() * 1000.0);
            }
            whole_s.push(crate::figures::median(&wholes).context("no rotation")?);
            window_ms.push(windows.into_iter().fold(0.0, f64::max));
        }
        progress("rotation of alternating users");
        let (logins, failed_logins) = alternate(&server, &database, rounds * ROTATIONS_IN_A_ROUND).await?;
        progress("1,000 due rotations");
        let drain = drain(&server, &database).await?;
        server.process.stop()?;
        Ok(Rotations { whole_s, window_ms, logins, failed_logins, drain })
    })
}

/// A secret of a database user, and who rotates it.
struct Rotating {
    database: Arc<Postgres>,
    asking: Asking,
    name: String,
    turns: u64,
}

struct Turn {
    whole: Duration,
    window: Duration,
}

impl Rotating {
    /// The first rotation is made here, so that later ones need no configuring.
    async fn begin(
        server: &Server,
        database: &Arc<Postgres>,
        name: &str,
        rotator: &str,
        superuser: Option<&str>,
    ) -> Result<Self> {
        let password = format!("first-of-{name}");
        let administrator = database.connect(SUPERUSER, SUPERUSER_PASSWORD).await?;
        administrator.batch_execute(&format!("CREATE ROLE {name} LOGIN PASSWORD '{password}'")).await?;
        let mut asking = Asking::of(server)?;
        let value = value(database.port, name, &password, superuser);
        asking.ask(
            "CreateSecret",
            &json!({ "Name": name, "SecretString": value, "ClientRequestToken": token(name, 0) }),
        )?;
        let function = format!("arn:aws:lambda:{REGION}:123456789012:function:{rotator}");
        let mut rotating = Self { database: Arc::clone(database), asking, name: name.to_owned(), turns: 0 };
        rotating.turn(Some(&function)).await?;
        Ok(rotating)
    }

    /// Rotates, and waits for the end.
    async fn turn(&mut self, function: Option<&str>) -> Result<()> {
        let (before, _) = self.asking.current(&self.name)?;
        self.rotate(function)?;
        let began = Instant::now();
        while self.asking.current(&self.name)?.0 == before {
            ensure!(began.elapsed() < PATIENCE, "{} did not rotate", self.name);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self.settled().await
    }

    /// Until another rotation may begin.
    async fn settled(&mut self) -> Result<()> {
        let began = Instant::now();
        loop {
            let told = self.asking.ask("DescribeSecret", &json!({ "SecretId": self.name }))?;
            let next = told.pointer("/LastRotatedDate").and_then(Value::as_f64);
            let changed = told.pointer("/LastChangedDate").and_then(Value::as_f64);
            // The outcome is the last change of a rotation.
            if next.is_some() && next >= changed {
                return Ok(());
            }
            ensure!(began.elapsed() < PATIENCE, "the rotation of {} does not end: {told}", self.name);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn rotate(&mut self, function: Option<&str>) -> Result<()> {
        self.turns += 1;
        let mut body = json!({ "SecretId": self.name, "ClientRequestToken": token(&self.name, self.turns) });
        if let (Some(function), Some(members)) = (function, body.as_object_mut()) {
            members.insert("RotationLambdaARN".to_owned(), function.into());
            members.insert("RotationRules".to_owned(), json!({ "AutomaticallyAfterDays": 30 }));
        }
        self.asking.ask("RotateSecret", &body).map(drop)
    }

    /// One rotation, with somebody who logs in with the old password as long as that works.
    async fn watched_turn(&mut self) -> Result<Turn> {
        let (before, old) = self.asking.current(&self.name)?;
        let (database, user) = (Arc::clone(&self.database), self.name.clone());
        ensure!(database.lets_in(&user, &old).await, "AWSCURRENT of {user} does not log in");
        let watching = tokio::spawn(async move {
            let mut last_login = Instant::now();
            loop {
                let asked_at = Instant::now();
                if !database.lets_in(&user, &old).await {
                    return last_login;
                }
                last_login = asked_at;
            }
        });
        let began = Instant::now();
        self.rotate(None)?;
        while self.asking.current(&self.name)?.0 == before {
            ensure!(began.elapsed() < PATIENCE, "{} did not rotate", self.name);
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        let moved = Instant::now();
        let last_login = watching.await?;
        let (_, new) = self.asking.current(&self.name)?;
        ensure!(self.database.lets_in(&self.name, &new).await, "the new password of {} does not log in", self.name);
        self.settled().await?;
        Ok(Turn { whole: moved - began, window: moved.saturating_duration_since(last_login) })
    }
}

/// A client that always uses AWSCURRENT while the users alternate. Tells its logins, and those that failed.
async fn alternate(server: &Server, database: &Arc<Postgres>, turns: usize) -> Result<(u64, u64)> {
    let mut asking = Asking::of(server)?;
    let value = value(database.port, SUPERUSER, SUPERUSER_PASSWORD, None);
    let superuser = asking.ask(
        "CreateSecret",
        &json!({ "Name": "superuser", "SecretString": value, "ClientRequestToken": token("superuser", 0) }),
    )?;
    let superuser = superuser.pointer("/ARN").and_then(Value::as_str).context("the new secret has no ARN")?;
    // The account says that its rotators may read this secret, which makes superusers of them.
    session::let_rotators_read(server, superuser)?;
    let mut alternating = Rotating::begin(server, database, "alternating", ALTERNATING_USERS, Some(superuser)).await?;

    let (logins, failed) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let is_over = Arc::new(AtomicBool::new(false));
    let client = tokio::spawn({
        let (logins, failed, is_over) = (Arc::clone(&logins), Arc::clone(&failed), Arc::clone(&is_over));
        let (database, mut asking) = (Arc::clone(database), Asking::of(server)?);
        async move {
            while !is_over.load(Ordering::Relaxed) {
                let (user, password) = asking.credentials("alternating")?;
                if !database.lets_in(&user, &password).await {
                    failed.fetch_add(1, Ordering::Relaxed);
                }
                logins.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<(), anyhow::Error>(())
        }
    });
    for _ in 0..turns {
        alternating.turn(None).await?;
    }
    is_over.store(true, Ordering::Relaxed);
    client.await??;
    Ok((logins.load(Ordering::Relaxed), failed.load(Ordering::Relaxed)))
}

/// As many rotations as may be due at once, of as many users of one server.
async fn drain(server: &Server, database: &Arc<Postgres>) -> Result<Drain> {
    let administrator = database.connect(SUPERUSER, SUPERUSER_PASSWORD).await?;
    let name = |number: usize| format!("due{number:04}");
    // Hashed once: a thousand hashes would be the database's work alone.
    let make = format!(
        "CREATE ROLE due0000 LOGIN PASSWORD 'due'; DO $$ DECLARE hashed text := (SELECT rolpassword FROM pg_authid \
         WHERE rolname = 'due0000'); BEGIN FOR number IN 1..{} LOOP EXECUTE format('CREATE ROLE due%s LOGIN PASSWORD %L', \
         lpad(number::text, 4, '0'), hashed); END LOOP; END $$",
        DUE_AT_ONCE - 1
    );
    administrator.batch_execute(&make).await?;
    let mut asking = Asking::of(server)?;
    for number in 0..DUE_AT_ONCE {
        let name = name(number);
        let value = value(database.port, &name, "due", None);
        asking.ask(
            "CreateSecret",
            &json!({ "Name": name, "SecretString": value, "ClientRequestToken": token(&name, 0) }),
        )?;
    }
    let before = server.process.memory()?.resident;
    let began = Instant::now();
    for number in 0..DUE_AT_ONCE {
        let name = name(number);
        asking.ask(
            "RotateSecret",
            &json!({
                "SecretId": name,
                "ClientRequestToken": token(&name, 1),
                "RotationLambdaARN": format!("arn:aws:lambda:{REGION}:123456789012:function:{SINGLE_USER}"),
                "RotationRules": { "AutomaticallyAfterDays": 30 },
            }),
        )?;
    }
    let mut most = before;
    let ended = loop {
        most = most.max(server.process.memory()?.resident);
        let ended = asking.rotated("due")?;
        if ended.len() == DUE_AT_ONCE {
            break ended;
        }
        ensure!(began.elapsed() < DRAIN_PATIENCE, "{} of {DUE_AT_ONCE} rotations have ended", ended.len());
        tokio::time::sleep(Duration::from_millis(250)).await;
    };
    let seconds = began.elapsed().as_secs_f64();
    for number in (0..DUE_AT_ONCE).step_by(97) {
        let (user, password) = asking.credentials(&name(number))?;
        ensure!(password != "due" && database.lets_in(&user, &password).await, "{user} was not rotated");
    }
    // Asked for in the order of their names.
    let mut by_end: Vec<(f64, usize)> = ended.values().copied().zip(0..).collect();
    by_end.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let overtaken = by_end.iter().enumerate().map(|(place, (_, asked))| place.saturating_sub(*asked)).max();
    Ok(Drain {
        seconds,
        grown_mib: most.saturating_sub(before) as f64 / f64::from(1 << 20),
        overtaken: overtaken.unwrap_or_default() as f64 / DUE_AT_ONCE as f64,
    })
}

fn value(port: u16, user: &str, password: &str, superuser: Option<&str>) -> String {
    let mut value = json!({
        "engine": "postgres", "host": "127.0.0.1", "port": port, "dbname": "postgres", "ssl": false,
        "username": user, "password": password,
    });
    if let (Some(arn), Some(members)) = (superuser, value.as_object_mut()) {
        members.insert("masterarn".to_owned(), arn.into());
    }
    value.to_string()
}

/// No two secrets of the bench share one either.
fn token(name: &str, turn: u64) -> String {
    let number = name.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(131).wrapping_add(byte.into()));
    request_token(number.wrapping_mul(1 << 16).wrapping_add(turn))
}

/// The account's root user, on a connection of its own.
struct Asking {
    exchange: Exchange,
    caller: Caller,
}

impl Asking {
    fn of(server: &Server) -> Result<Self> {
        Ok(Self { exchange: Exchange::open(&server.target)?, caller: server.caller() })
    }

    fn ask(&mut self, operation: &str, body: &Value) -> Result<Value> {
        let (target, body) = (format!("secretsmanager.{operation}"), body.to_string());
        let mut request = Vec::new();
        let host = &self.caller.host;
        let post = Post { host, path: "/", target: Some(&target), body: body.as_bytes(), close: false };
        self.caller.signer_for("secretsmanager").append_post(&mut request, &post);
        let answer = self.exchange.ask(&request)?;
        let told = String::from_utf8(answer.body)?;
        if answer.status == 200 { Ok(serde_json::from_str(&told)?) } else { bail!("{operation}: {told}") }
    }

    fn read(&mut self, name: &str) -> Result<(String, Value)> {
        let told = self.ask("GetSecretValue", &json!({ "SecretId": name }))?;
        let text = |member: &str| told.get(member).and_then(Value::as_str).context("no such member");
        Ok((text("VersionId")?.to_owned(), serde_json::from_str(text("SecretString")?)?))
    }

    /// The id of AWSCURRENT, and its password.
    fn current(&mut self, name: &str) -> Result<(String, String)> {
        let (version, value) = self.read(name)?;
        Ok((version, value.get("password").and_then(Value::as_str).context("no password")?.to_owned()))
    }

    fn credentials(&mut self, name: &str) -> Result<(String, String)> {
        let (_, value) = self.read(name)?;
        let text = |member: &str| value.get(member).and_then(Value::as_str).map(str::to_owned).context("no such key");
        Ok((text("username")?, text("password")?))
    }

    /// When the secrets whose names begin like this rotated last, in seconds; those that have not are left out.
    fn rotated(&mut self, prefix: &str) -> Result<BTreeMap<String, f64>> {
        let mut rotated = BTreeMap::new();
        let mut next: Option<String> = None;
        loop {
            let mut body = json!({ "MaxResults": 100, "Filters": [{ "Key": "name", "Values": [prefix] }] });
            if let (Some(next), Some(members)) = (next, body.as_object_mut()) {
                members.insert("NextToken".to_owned(), next.into());
            }
            let page = self.ask("ListSecrets", &body)?;
            for secret in page.get("SecretList").and_then(Value::as_array).context("no list")? {
                let name = secret.get("Name").and_then(Value::as_str).context("no name")?;
                if let Some(at) = secret.get("LastRotatedDate").and_then(Value::as_f64) {
                    rotated.insert(name.to_owned(), at);
                }
            }
            next = page.get("NextToken").and_then(Value::as_str).map(str::to_owned);
            if next.is_none() {
                return Ok(rotated);
            }
        }
    }
}
