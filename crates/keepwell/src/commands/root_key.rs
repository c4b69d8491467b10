//! `keepwell root-key`: who keeps the root key, and replacing it.

use serde_json::{Map, Value, json};
use terms::SecretBytes;

use super::answer;
use crate::client::{self, Client, list, member, text};
use crate::config::ClientFlags;
use crate::{keepers, process};

/// Show, replace, move and unseal the root key of the server.
///
/// The server goes on serving meanwhile. All but `unseal` are for principals of the first account whose policies allow
/// keepwell:DescribeRootKey, keepwell:RotateRootKey and keepwell:MoveRootKey, such as its administrator.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RootKey {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(Show),
    Rotate(Rotate),
    Move(Move),
    Unseal(Unseal),
}

const EXAMPLES: &str = "\
Examples:
  keepwell root-key show
  keepwell root-key rotate
  keepwell root-key move --to passphrase
  keepwell root-key move --to shares --threshold 3 --count 5
  keepwell root-key unseal";

/// Show who keeps the root key, and its fingerprint.
#[derive(Debug, clap::Args)]
struct Show {
    #[command(flatten)]
    client: ClientFlags,
}

/// Replace the root key by a new one in the same custody.
///
/// What opened the old one opens nothing any more, but for backups of the store from before. Secrets are not sealed anew:
/// who has had the old root key and a copy of the store could read what that copy holds, and can still.
#[derive(Debug, clap::Args)]
struct Rotate {
    #[command(flatten)]
    wish: Wish,

    #[command(flatten)]
    client: ClientFlags,
}

/// Replace the root key by a new one in another custody.
///
/// The server's configuration must hold the settings of the new custody already, and root_key.custody has to follow
/// before the next start.
#[derive(Debug, clap::Args)]
struct Move {
    /// file, passphrase, shares, pkcs11 or aws-kms.
    #[arg(long, value_name = "CUSTODY")]
    to: String,

    #[command(flatten)]
    wish: Wish,

    #[command(flatten)]
    client: ClientFlags,
}

#[derive(Debug, clap::Args)]
struct Wish {
    /// Read the new passphrase from an inherited file descriptor, instead of asking for it on the terminal.
    #[arg(long, value_name = "NUMBER")]
    passphrase_fd: Option<u32>,

    /// How many shares open the root key.
    #[arg(long, value_name = "NUMBER", requires = "count")]
    threshold: Option<u8>,

    /// How many shares are made.
    #[arg(long, value_name = "NUMBER", requires = "threshold")]
    count: Option<u8>,
}

/// Give shares of the root key to a server that is sealed.
///
/// No access key is needed. Each share is typed on the terminal, where it is not shown; the last one that is needed opens
/// the server.
#[derive(Debug, clap::Args)]
struct Unseal {
    /// Read shares from an inherited file descriptor, one a line, instead of asking for them on the terminal.
    #[arg(long, value_name = "NUMBER")]
    fd: Option<u32>,

    #[command(flatten)]
    client: ClientFlags,
}

impl RootKey {
    pub(super) fn run(self) -> anyhow::Result<()> {
        process::forbid_core_dumps()?;
        match self.command {
            Command::Show(command) => command.run(),
            Command::Rotate(command) => command.run(),
            Command::Move(command) => command.run(),
            Command::Unseal(command) => command.run(),
        }
    }
}

impl Show {
    fn run(self) -> anyhow::Result<()> {
        let now = Client::new(&self.client)?.call("DescribeRootKey", &json!({}))?;
        if self.client.json {
            return answer(&format!("{now:#}\n"));
        }
        let replaced = member(&now, "Revision").as_i64().unwrap_or(1).saturating_sub(1);
        answer(&format!(
            "custody      {}\nkept by      {}\nfingerprint  {}\nreplaced     {replaced} times\n",
            text(&now, "Custody")?,
            text(&now, "Keeper")?,
            text(&now, "RootKeyId")?,
        ))
    }
}

impl Rotate {
    fn run(self) -> anyhow::Result<()> {
        let client = Client::new(&self.client)?;
        let now = client.call("DescribeRootKey", &json!({}))?;
        let request = self.wish.request(text(&now, "Custody")?)?;
        show(&client.call("RotateRootKey", &request.into())?, self.client.json)
    }
}

impl Move {
    fn run(self) -> anyhow::Result<()> {
        let client = Client::new(&self.client)?;
        let mut request = self.wish.request(&self.to)?;
        request.insert("Custody".to_owned(), self.to.into());
        show(&client.call("MoveRootKey", &request.into())?, self.client.json)
    }
}

impl Wish {
    fn request(&self, custody: &str) -> anyhow::Result<Map<String, Value>> {
        let mut request = Map::new();
        if custody == "passphrase" || self.passphrase_fd.is_some() {
            let passphrase = match self.passphrase_fd {
                Some(number) => custody::secret_from_descriptor(number)?,
                None => keepers::new_passphrase()?,
            };
            request.insert("Passphrase".to_owned(), client::secret_text(&passphrase)?);
        }
        for (name, number) in [("Threshold", self.threshold), ("Count", self.count)] {
            request.extend(number.map(|number| (name.to_owned(), number.into())));
        }
        Ok(request)
    }
}

fn show(made: &Value, wants_json: bool) -> anyhow::Result<()> {
    if wants_json {
        return answer(&format!("{made:#}\n"));
    }
    let shares = list(made, "Shares").iter().filter_map(Value::as_str);
    let shares: String = shares.map(|share| format!("{share}\n\n")).collect();
    answer(&format!(
        "{shares}The root key is a new one, kept by {} (fingerprint {}).\n{}\n",
        text(made, "Keeper")?,
        text(made, "RootKeyId")?,
        text(made, "Advice")?,
    ))
}

impl Unseal {
    fn run(self) -> anyhow::Result<()> {
        let client = client::Unsigned::new(&self.client)?;
        match self.fd {
            Some(number) => {
                let given = custody::secret_from_descriptor(number)?;
                for share in client::lines_of(&given) {
                    if self.give(&client, &share)? == 0 {
                        break;
                    }
                }
            }
            None => while self.give(&client, &custody::secret_from_terminal("Share: ")?)? > 0 {},
        }
        Ok(())
    }

    /// How many more are needed.
    fn give(&self, client: &client::Unsigned, share: &SecretBytes) -> anyhow::Result<i64> {
        let taken = client.call("Unseal", &json!({ "Share": client::secret_text(share)? }))?;
        let missing = member(&taken, "Missing").as_i64().unwrap_or_default();
        answer(&match missing {
            _ if self.client.json => format!("{taken:#}\n"),
            0 => "The root key is open, and so is the server.\n".to_owned(),
            1 => "Taken. One more share is needed.\n".to_owned(),
            missing => format!("Taken. {missing} more shares are needed.\n"),
        })?;
        Ok(missing)
    }
}
