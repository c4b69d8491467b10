//! `keepwell account`: the accounts of a server.

use serde_json::{Value, json};

use super::{answer, table::Table};
use crate::client::{Client, list, member, text};
use crate::config::ClientFlags;
use crate::process;

/// Make, list and close accounts of the server.
///
/// Accounts share nothing: names, keys, users and policies are each one's own. They are made and closed by principals of
/// the first account whose policies allow it, such as its administrator.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Account {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Create(Create),
    List(List),
    Close(Close),
}

const EXAMPLES: &str = "\
Examples:
  keepwell account create staging
  keepwell account list
  keepwell account close 210987654321";

/// Make an account, and print the access key of its root user, once.
#[derive(Debug, clap::Args)]
struct Create {
    /// What people call the account.
    name: String,

    /// Its twelve digits. By default they are drawn at random.
    #[arg(long, value_name = "ACCOUNT")]
    account_id: Option<String>,

    #[command(flatten)]
    client: ClientFlags,
}

/// List all accounts, closed ones too.
#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    client: ClientFlags,
}

/// Close an account for good: nobody gets in any more, and nobody reaches its secrets.
#[derive(Debug, clap::Args)]
struct Close {
    /// Its twelve digits.
    account: String,

    #[command(flatten)]
    client: ClientFlags,
}

impl Account {
    pub(super) fn run(self) -> anyhow::Result<()> {
        process::forbid_core_dumps()?;
        match self.command {
            Command::Create(command) => command.run(),
            Command::List(command) => command.run(),
            Command::Close(command) => command.run(),
        }
    }
}

impl Create {
    fn run(self) -> anyhow::Result<()> {
        let mut request = json!({ "Name": self.name });
        if let (Some(id), Some(members)) = (self.account_id, request.as_object_mut()) {
            members.insert("AccountId".to_owned(), id.into());
        }
        let made = Client::new(&self.client)?.call("CreateAccount", &request)?;
        if self.client.json {
            return answer(&format!("{made:#}\n"));
        }
        let (account, key) = (member(&made, "Account"), member(&made, "RootAccessKey"));
        answer(&format!(
            "Account {} ({}) is made. The access key of its root user is shown this once:\n\n\
             [{}]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            text(account, "Id")?,
            text(account, "Name")?,
            text(account, "Id")?,
            text(key, "AccessKeyId")?,
            text(key, "SecretAccessKey")?,
        ))
    }
}

impl List {
    fn run(self) -> anyhow::Result<()> {
        let client = Client::new(&self.client)?;
        let mut accounts: Vec<Value> = Vec::new();
        let mut request = json!({});
        loop {
            let page = client.call("ListAccounts", &request)?;
            accounts.extend(list(&page, "Accounts").iter().cloned());
            match page.get("NextToken") {
                Some(token) => request = json!({ "NextToken": token }),
                None => break,
            }
        }
        if self.client.json {
            return answer(&format!("{:#}\n", json!({ "Accounts": accounts })));
        }
        let mut table = Table::new(["ACCOUNT", "NAME", "STATUS", "CREATED"]);
        for account in &accounts {
            let created = super::table::time(member(account, "CreatedDate"));
            table.row([text(account, "Id")?, text(account, "Name")?, text(account, "Status")?, &created]);
        }
        answer(&table.to_string())
    }
}

impl Close {
    fn run(self) -> anyhow::Result<()> {
        let closed = Client::new(&self.client)?.call("CloseAccount", &json!({ "AccountId": self.account }))?;
        if self.client.json {
            return answer(&format!("{closed:#}\n"));
        }
        answer(&format!("Account {} is closed.\n", self.account))
    }
}
