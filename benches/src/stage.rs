//! The servers of one group of rounds, all started before the first visit. One that cannot be started is remembered
//! with the reason, and the rows that need it say so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use crate::certificate::ServerCertificate;
use crate::customer_key;
use crate::datasets::{self, Datasets};
use crate::exchange::Exchange;
use crate::group_commit::GroupCommit;
use crate::load::{Load, Pace, Reuse};
use crate::progress;
use crate::requests::{GET_SECRET_VALUE, SignedReads, once};
use crate::secrets;
use crate::server::{self, Server, Settings};
use crate::session;
use crate::sign::Post;
use crate::visits::{READ_SECRETS, Subject};

pub struct Binaries {
    pub keepwell: PathBuf,
    pub keepwell_trail_off: PathBuf,
    pub bare_hyper: PathBuf,
    pub moto_server: PathBuf,
}

/// How many secrets the rows of scale speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    pub few: u64,
    pub tenth: u64,
    pub half: u64,
    pub most: u64,
}

impl Sizes {
    /// A thousand stays a thousand: it is what the others are compared with.
    pub fn scaled(scale: f64) -> Self {
        let scaled = |full: u32| Duration::from_secs(1).mul_f64(f64::from(full) * scale).as_secs();
        Self { few: 1000, tenth: scaled(100_000), half: scaled(500_000), most: scaled(1_000_000) }
    }

    pub fn all(self) -> [u64; 4] {
        [self.few, self.tenth, self.half, self.most]
    }
}

pub struct Stage<'a> {
    binaries: &'a Binaries,
    work_dir: &'a Path,
    sizes: Sizes,
    certificate: ServerCertificate,
    servers: BTreeMap<Subject, Result<Server, String>>,
    raw_commit: Option<Result<GroupCommit, String>>,
}

const PUT_SECRETS: u64 = 64 * 128;

impl<'a> Stage<'a> {
    pub fn set(subjects: &BTreeSet<Subject>, binaries: &'a Binaries, work_dir: &'a Path, sizes: Sizes) -> Result<Self> {
        let certificate = ServerCertificate::create(work_dir)?;
        let mut stage = Self { binaries, work_dir, sizes, certificate, servers: BTreeMap::new(), raw_commit: None };
        // Ours come first: the bare servers answer with what ours said.
        let (bare, others): (Vec<Subject>, Vec<Subject>) =
            subjects.iter().partition(|subject| matches!(subject, Subject::Bare | Subject::BareTls));
        for subject in others.into_iter().chain(bare) {
            progress(&format!("starting {}", subject.describe()));
            if subject == Subject::RawCommit {
                let control = GroupCommit::create(&work_dir.join("raw-group-commit"));
                stage.raw_commit = Some(control.map_err(|error| format!("{error:#}")));
            } else {
                let server = stage.start(subject).map_err(|error| format!("{}: {error:#}", subject.describe()));
                stage.servers.insert(subject, server);
            }
        }
        Ok(stage)
    }

    pub fn server(&self, subject: Subject) -> Result<&Server> {
        let server = self.servers.get(&subject).context("not on this stage")?;
        server.as_ref().map_err(|reason| anyhow!("{reason}"))
    }

    pub fn raw_commit(&self) -> Result<&GroupCommit> {
        let control = self.raw_commit.as_ref().context("not on this stage")?;
        control.as_ref().map_err(|reason| anyhow!("{reason}"))
    }

    pub fn secrets_of(&self, subject: Subject) -> u64 {
        match subject {
            Subject::Few => self.sizes.few,
            Subject::Tenth => self.sizes.tenth,
            Subject::Most => self.sizes.most,
            Subject::Writes => PUT_SECRETS,
            _ => READ_SECRETS,
        }
    }

    /// The smaller of the folders whose pages are compared.
    pub fn fewest_listed(&self) -> u64 {
        self.sizes.tenth
    }

    fn start(&self, subject: Subject) -> Result<Server> {
        let keepwell = || require(&self.binaries.keepwell);
        match subject {
            Subject::Bare => self.bare_hyper(None),
            Subject::BareTls => self.bare_hyper(Some(&self.certificate)),
            Subject::RawCommit => bail!("raw group commit is no server"),
            Subject::Moto => {
                let server = server::start_moto(require(&self.binaries.moto_server)?, self.work_dir)?;
                datasets::create(&server, 0..READ_SECRETS)?;
                Ok(server)
            }
            Subject::TrailOff => self.fresh(require(&self.binaries.keepwell_trail_off)?, subject, Settings::default()),
            Subject::Shipped | Subject::Writes => self.fresh(keepwell()?, subject, Settings::default()),
            Subject::ShippedTls => {
                self.fresh(keepwell()?, subject, Settings { tls: Some(&self.certificate), ..Settings::default() })
            }
            Subject::CustomerKey => {
                let server = self.fresh(keepwell()?, subject, Settings::default())?;
                customer_key::adopt(&server, 0..READ_SECRETS)?;
                Ok(server)
            }
            Subject::Strict => self.fresh(keepwell()?, subject, Settings { strict_trail: true, ..Settings::default() }),
            Subject::Few | Subject::Tenth | Subject::Most => {
                let datasets = Datasets { keepwell: keepwell()?, work_dir: self.work_dir };
                let folder = datasets.folder(self.secrets_of(subject), &self.sizes.all())?;
                let server = with_reader(server::start_keepwell(keepwell()?, &folder, Settings::default())?)?;
                read_all(&server, self.secrets_of(subject))?;
                Ok(server)
            }
        }
    }

    fn fresh(&self, binary: &Path, subject: Subject, settings: Settings<'_>) -> Result<Server> {
        let folder = self.work_dir.join(format!("{subject:?}").to_lowercase());
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let server = with_reader(server::start_keepwell(binary, &folder, settings)?)?;
        datasets::create(&server, 0..self.secrets_of(subject))?;
        Ok(server)
    }

    fn bare_hyper(&self, tls: Option<&ServerCertificate>) -> Result<Server> {
        let ours = [Subject::Shipped, Subject::TrailOff].into_iter().find_map(|subject| self.server(subject).ok());
        let answer = match ours {
            Some(server) => answer_of(server)?,
            None => stand_in_answer(),
        };
        let path = self.work_dir.join("bare-answer");
        fs::write(&path, answer)?;
        let bare = server::start_bare_hyper(require(&self.binaries.bare_hyper)?, self.work_dir, &path, tls)?;
        // It is asked with the same bytes, session token and all.
        Ok(Server { reader: ours.and_then(|server| server.reader.clone()), ..bare })
    }
}

/// Reads are made by a session of a role whose policies have ten statements.
fn with_reader(server: Server) -> Result<Server> {
    let reader = session::begin(&server).context("beginning the reader's session")?;
    Ok(Server { reader: Some(reader), ..server })
}

/// Reads every secret once, so that a row of scale measures the steady state and not the first touch.
pub fn read_all(server: &Server, count: u64) -> Result<()> {
    const STRETCH: usize = 50_000;
    progress(&format!("reading {count} secrets once"));
    let caller = server.reader();
    let mut load = Load::open(&server.target, 64, Reuse::KeepAlive)?;
    for start in (0..count).step_by(STRETCH) {
        let indexes = start..count.min(start + STRETCH as u64);
        let length = indexes.end - indexes.start;
        let mut reads = SignedReads::of(indexes, &caller, false);
        let outcome = load.run(&mut once(&mut reads, length), Pace::Closed, Duration::from_secs(120))?;
        if let Some(wrong) = outcome.first_wrong {
            bail!("reading all secrets once: {} wrong answers, the first: {wrong}", outcome.wrong);
        }
    }
    Ok(())
}

/// What ours answers to the read that the bare server will be asked, without what hyper adds by itself.
fn answer_of(server: &Server) -> Result<String> {
    let caller = server.caller();
    let body = format!("{{\"SecretId\":\"{}\"}}", secrets::name(0));
    let mut request = Vec::new();
    let post =
        Post { host: &caller.host, path: "/", target: Some(GET_SECRET_VALUE), body: body.as_bytes(), close: false };
    caller.signer().append_post(&mut request, &post);
    let answer = Exchange::open(&server.target)?.ask(&request)?;
    if answer.status != 200 {
        bail!("the read to copy was answered with status {}", answer.status);
    }

    let head = String::from_utf8(answer.head)?;
    let added_by_hyper = ["date:", "content-length:", "connection:"];
    let headers: Vec<&str> = head
        .lines()
        .skip(1)
        .filter(|line| !line.is_empty() && !added_by_hyper.iter().any(|name| line.to_lowercase().starts_with(name)))
        .collect();
    Ok(format!("{}\r\n\r\n{}", headers.join("\r\n"), String::from_utf8(answer.body)?))
}

/// For the controls alone, when there is no server of ours to copy.
fn stand_in_answer() -> String {
    let (name, value) = (secrets::name(0), secrets::escaped_value(0));
    format!(
        "content-type: application/x-amz-json-1.1\r\nx-amzn-requestid: 00000000-0000-4000-8000-000000000000\r\n\r\n\
         {{\"ARN\":\"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-AbCdEf\",\"Name\":\"{name}\",\
         \"VersionId\":\"00000000-0000-4000-8000-000000000000\",\"SecretString\":\"{value}\",\
         \"VersionStages\":[\"AWSCURRENT\"],\"CreatedDate\":1700000000.0}}"
    )
}

pub fn require(binary: &Path) -> Result<&Path> {
    if !binary.exists() {
        bail!("{} does not exist", binary.display());
    }
    Ok(binary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_the_scale_is_a_tenth_of_the_secrets_except_of_the_thousand() {
        assert_eq!(Sizes::scaled(1.0).all(), [1000, 100_000, 500_000, 1_000_000]);
        assert_eq!(Sizes::scaled(0.1).all(), [1000, 10_000, 50_000, 100_000]);
    }
}
