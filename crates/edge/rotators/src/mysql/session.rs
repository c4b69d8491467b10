//! A user who is logged in, and what he has done.

use std::{io, time::Duration};

use contract::Answer;
use terms::SecretBytes;
use tokio::{runtime::Handle, time::timeout};

use super::{
    account,
    login::log_in,
    packet::{Packets, Reader, invalid},
    told::Told,
};
use crate::{
    database::{Alternate, Login, LoginError, Session},
    errand::Errand,
    failure::{Failure, words_of_server},
    patience::{Rows, answer_within},
    tls::Channel,
};

pub(super) struct MySqlSession {
    /// None when it is over.
    packets: Option<Packets>,
    answers_within: Duration,
}

const QUIT: u8 = 1;
const QUERY: u8 = 3;
/// As many as a table may have.
const COLUMNS_MAX: u64 = 4096;
/// How long a server may take to let go.
const FAREWELL: Duration = Duration::from_secs(1);

/// How an answer did not come to its end.
enum Broken {
    Stream(io::Error),
    Told(Told),
    Other(Failure),
}

impl MySqlSession {
    pub(super) async fn log_in(errand: &Errand<'_>, login: &Login, channel: Channel) -> Result<Self, LoginError> {
        let answers_within = errand.visit.settings().answer_timeout;
        let packets = answer_within(answers_within, log_in(errand, login, channel)).await;
        let packets = packets.map_err(LoginError::Unreachable)??;
        Ok(Self { packets: Some(packets), answers_within })
    }

    pub(super) async fn run(&mut self, statement: &str, secrets: &[&SecretBytes]) -> Result<(), Failure> {
        self.column(statement, secrets).await.map(drop)
    }

    /// The first column of what comes back. Secrets are what must not be shown of the server's words.
    pub(super) async fn column(&mut self, statement: &str, secrets: &[&SecretBytes]) -> Result<Vec<Vec<u8>>, Failure> {
        // One that was not read to its end is good for nothing more.
        let mut packets = self.packets.take().ok_or_else(|| Failure::new("the connection is over"))?;
        match answer_within(self.answers_within, ask(&mut packets, statement)).await? {
            Ok(rows) => {
                self.packets = Some(packets);
                Ok(rows)
            }
            Err(Broken::Told(told)) => {
                self.packets = Some(packets);
                Err(Failure::new(format!("the database refused: {}", told.words(secrets))))
            }
            Err(Broken::Stream(error)) => {
                let text = words_of_server(&error.to_string(), secrets);
                Err(Failure::new(format!("the database's answer broke off: {text}")))
            }
            Err(Broken::Other(failure)) => Err(failure),
        }
    }
}

async fn ask(packets: &mut Packets, statement: &str) -> Result<Vec<Vec<u8>>, Broken> {
    packets.command(QUERY, statement.as_bytes()).await?;
    let payload = packets.read().await?;
    let mut reader = Reader(&payload);
    match reader.0.first() {
        Some(0x00) => return Ok(Vec::new()),
        Some(0xff) => return Err(told(&payload)?),
        _ => {}
    }
    let columns = reader.length()?;
    if columns == 0 || columns > COLUMNS_MAX {
        return Err(invalid("the server's answer has no columns, or too many").into());
    }
    for _ in 0..columns {
        packets.read().await?;
    }
    if !is_end(&packets.read().await?) {
        return Err(invalid("the server's columns do not end").into());
    }
    let mut rows = Rows::new();
    loop {
        let payload = packets.read().await?;
        match payload.first() {
            _ if is_end(&payload) => return Ok(rows.into_vec()),
            Some(0xff) => return Err(told(&payload)?),
            _ => {
                let first = Reader(&payload).column()?.unwrap_or_default().to_vec();
                rows.push(first).map_err(Broken::Other)?;
            }
        }
    }
}

fn told(payload: &[u8]) -> io::Result<Broken> {
    let mut reader = Reader(payload.get(1..).unwrap_or_default());
    Ok(Broken::Told(Told::read(&mut reader)?))
}

fn is_end(payload: &[u8]) -> bool {
    payload.first() == Some(&0xfe) && payload.len() < 9
}

impl Session for MySqlSession {
    fn probe(&mut self) -> Answer<'_, Result<(), Failure>> {
        Box::pin(self.run("SELECT NOW()", &[]))
    }

    fn change_own_password<'a>(
        &'a mut self,
        errand: &'a Errand<'a>,
        _: &'a Login,
        password: &'a SecretBytes,
    ) -> Answer<'a, Result<(), Failure>> {
        Box::pin(account::change_own_password(self, errand, password))
    }

    fn set_alternate<'a>(
        &'a mut self,
        errand: &'a Errand<'a>,
        alternate: &'a Alternate<'a>,
    ) -> Answer<'a, Result<(), Failure>> {
        Box::pin(account::set_alternate(self, errand, alternate))
    }
}

impl Drop for MySqlSession {
    /// Servers log those who go without a word.
    fn drop(&mut self) {
        if let (Some(mut packets), Ok(runtime)) = (self.packets.take(), Handle::try_current()) {
            runtime.spawn(async move { timeout(FAREWELL, packets.command(QUIT, &[])).await });
        }
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Stream(error)
    }
}
