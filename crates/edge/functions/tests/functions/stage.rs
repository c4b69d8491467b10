//! A host of its own for each story, and functions for it to run.

use std::collections::HashSet;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use contract::Answer;
use facades::{
    FunctionCode, FunctionHost, FunctionOutput, FunctionToRun, HostError, Invocation, InvocationEnd, Invoked,
    OutputLine, OutputSource, RoleCredentials,
};
use keepwell_functions::{HostClient, Settings, UserIds};
use serde_json::Value;
use terms::{Entropy, SecretBytes, Timestamp};
use zip::write::{SimpleFileOptions, ZipWriter};

/// Hosts run at the same time, and must not have the same users.
static NEXT_USER: AtomicU32 = AtomicU32::new(0);
static NEXT_REQUEST: AtomicU64 = AtomicU64::new(1);
const USERS_OF_A_HOST: u32 = 20;

pub(crate) struct Stage {
    pub(crate) client: HostClient,
    pub(crate) printed: Arc<Printed>,
    pub(crate) folder: tempfile::TempDir,
}

/// What functions have printed, by stream.
#[derive(Default)]
pub(crate) struct Printed(pub(crate) Mutex<Vec<(OutputSource, OutputLine)>>);

impl FunctionOutput for Printed {
    fn write(&self, source: &OutputSource, lines: Vec<OutputLine>) {
        self.0.lock().unwrap().extend(lines.into_iter().map(|line| (source.clone(), line)));
    }
}

impl Printed {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|(_, line)| line.text.clone()).collect()
    }

    pub(crate) fn streams(&self) -> HashSet<String> {
        self.0.lock().unwrap().iter().map(|(source, _)| source.log_stream.clone()).collect()
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.lines().iter().any(|line| line.contains(text))
    }

    /// Lines come beside the answers, not before them.
    pub(crate) async fn comes(&self, text: &str) {
        wait_until(text, || self.has(text)).await;
    }
}

struct Digits;

impl Entropy for Digits {
    fn fill(&self, bytes: &mut [u8]) {
        let number = NEXT_REQUEST.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (byte, digit) in bytes.iter_mut().rev().zip(number.iter().rev().chain(std::iter::repeat(&0))) {
            *byte = *digit;
        }
    }
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        // Functions pass through it, as users of their own.
        let folder = tempfile::Builder::new().permissions(mode(0o711)).tempdir().unwrap();
        let first = 70_000 + std::process::id() % 10_000 + NEXT_USER.fetch_add(USERS_OF_A_HOST, Ordering::Relaxed);
        let mut settings = Settings {
            work_dir: Some(folder.path().join("work")),
            user_ids: UserIds { first, count: USERS_OF_A_HOST },
            ..Settings::default()
        };
        change(&mut settings);
        let printed = Arc::new(Printed::default());
        let client = HostClient::with_program(
            program(),
            settings,
            Arc::clone(&printed) as Arc<dyn FunctionOutput>,
            Arc::new(Digits),
        );
        Self { client, printed, folder }
    }

    pub(crate) async fn invoke(&self, function: &Function, event: &str) -> Result<Invoked, HostError> {
        self.client.invoke(function.call(event), function).await
    }

    /// The answer of a function that does not fail.
    pub(crate) async fn answer(&self, function: &Function, event: &str) -> Value {
        let invoked = self.invoke(function, event).await.unwrap();
        match invoked.end {
            InvocationEnd::Answered(body) => serde_json::from_slice(&body).unwrap(),
            InvocationEnd::Failed(body) => {
                panic!("{}\n{}", String::from_utf8_lossy(&body), String::from_utf8_lossy(&invoked.log_tail))
            }
        }
    }

    /// The error of a function that fails, and the end of its log.
    pub(crate) async fn failure(&self, function: &Function, event: &str) -> (String, String) {
        let invoked = self.invoke(function, event).await.unwrap();
        let tail = String::from_utf8(invoked.log_tail).unwrap();
        match invoked.end {
            InvocationEnd::Answered(body) => panic!("{}\n{tail}", String::from_utf8_lossy(&body)),
            InvocationEnd::Failed(body) => (String::from_utf8(body.to_vec()).unwrap(), tail),
        }
    }

    /// Nothing of any function is left, nor of the host.
    pub(crate) async fn close(self) {
        let marker = self.folder.path().to_str().unwrap().to_owned();
        self.client.close().await;
        let left = processes_that_mention(&marker);
        assert!(left.is_empty(), "{left:?}");
        let files: Vec<_> = std::fs::read_dir(self.folder.path().join("work"))
            .map(|entries| entries.flatten().collect())
            .unwrap_or_default();
        assert!(files.is_empty(), "{files:?}");
    }
}

/// A function with its code.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) to_run: FunctionToRun,
    pub(crate) archive: Bytes,
    pub(crate) credentials_end: Timestamp,
    pub(crate) client_context: Option<&'static str>,
}

impl Function {
    pub(crate) fn new(runtime: &str, handler: &str, files: &[(&str, &str)]) -> Self {
        let number = NEXT_REQUEST.fetch_add(1, Ordering::Relaxed);
        let name = format!("story-{number}");
        let to_run = FunctionToRun {
            arn: format!("arn:aws:lambda:eu-west-1:111122223333:function:{name}"),
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            log_group: format!("/aws/lambda/{name}"),
            name,
            version: "$LATEST".to_owned(),
            revision_id: "1".to_owned(),
            runtime: runtime.to_owned(),
            handler: handler.to_owned(),
            timeout: Duration::from_secs(30),
            memory_mib: 256,
            ephemeral_storage_mib: 512,
            environment: vec![("GREETING".to_owned(), SecretBytes::copy_of(b"hello"))],
        };
        let client_context = Some(r#"{"custom":{"who":"zoë"},"client":{"app_title":"t"}}"#);
        Self { to_run, archive: archive(files), credentials_end: now().plus_millis(3_600_000), client_context }
    }

    pub(crate) fn python(code: &str) -> Self {
        Self::new("python3.12", "app.handler", &[("app.py", code)])
    }

    pub(crate) fn node(code: &str) -> Self {
        Self::new("nodejs20.x", "index.handler", &[("index.js", code)])
    }

    pub(crate) fn provided(script: &str) -> Self {
        Self::new("provided.al2023", "any", &[("bootstrap", script)])
    }

    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.to_run.timeout = timeout;
        self
    }

    fn call(&self, event: &str) -> Invocation {
        let number = NEXT_REQUEST.fetch_add(1, Ordering::Relaxed);
        Invocation {
            request_id: format!("00000000-0000-4000-8000-{number:012}"),
            function: self.to_run.clone(),
            payload: Bytes::copy_from_slice(event.as_bytes()),
            invoked_arn: self.to_run.arn.clone(),
            trace_id: Some("Root=1-5f59510c-047f43fa9c899bf0e1a57cef;Sampled=0".to_owned()),
            client_context: self.client_context.map(str::to_owned),
            credentials: RoleCredentials {
                access_key_id: "ASIAEXAMPLE".to_owned(),
                secret_access_key: SecretBytes::copy_of(b"secret-of-the-role"),
                session_token: SecretBytes::copy_of(b"token-of-the-role"),
                expires_at: self.credentials_end,
            },
        }
    }
}

impl FunctionCode for Function {
    fn digest(&self) -> [u8; 32] {
        // Long enough to tell stories apart; the server's is SHA-256.
        let mut digest = [0_u8; 32];
        for (index, byte) in self.archive.iter().enumerate() {
            let place = &mut digest[index % 32];
            *place = place.rotate_left(3) ^ byte;
        }
        digest
    }

    fn read(&self) -> Answer<'_, Result<Bytes, HostError>> {
        Box::pin(async { Ok(self.archive.clone()) })
    }
}

/// Shell scripts and `bootstrap` can be executed.
pub(crate) fn archive(files: &[(&str, &str)]) -> Bytes {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let mode = if content.starts_with("#!") { 0o755 } else { 0o644 };
        writer.start_file(*name, SimpleFileOptions::default().unix_permissions(mode)).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner().into()
}

pub(crate) fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "credentials of the stories must be good now")]
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_millis(since_1970.as_millis().try_into().unwrap())
}

pub(crate) fn mode(bits: u32) -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(bits)
}

pub(crate) async fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..500 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("did not come: {what}");
}

/// Their command lines, of those whose command line or environment or working folder has the text in it.
pub(crate) fn processes_that_mention(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if pid == std::process::id() {
            continue;
        }
        let read = |name: &str| {
            String::from_utf8_lossy(&std::fs::read(entry.path().join(name)).unwrap_or_default()).replace('\0', " ")
        };
        let folder = std::fs::read_link(entry.path().join("cwd")).unwrap_or_default();
        let command = read("cmdline");
        if command.contains(text) || read("environ").contains(text) || folder.to_string_lossy().contains(text) {
            found.push(command);
        }
    }
    found
}

/// Built beside the tests.
pub(crate) fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().and_then(Path::parent).unwrap().join("examples/functions_host");
    assert!(program.exists(), "{} is missing: cargo test builds it", program.display());
    program
}
