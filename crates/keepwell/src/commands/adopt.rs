//! `keepwell adopt` and `keepwell release`: databases whose passwords the server keeps and changes by itself.

use anyhow::Context;
use serde_json::{Map, Value, json};

use super::answer;
use super::table::printable;
use crate::client::{self, Client, text};
use crate::config::ClientFlags;
use crate::process;

/// Let the server keep and change the password of a database's user.
///
/// The server logs in with the password that it is given, keeps it in a secret of its own, named `keepwell!NAME`, and
/// replaces it at once and from then on by schedule. Applications read the secret like any other; only the server changes
/// it. The user must be one that may change its own password.
#[derive(Debug, clap::Args)]
#[command(after_help = ADOPT_EXAMPLES)]
pub(super) struct Adopt {
    /// What the secret is called, behind `keepwell!`.
    name: String,

    /// postgres, mysql, mariadb, redis, or another engine that the server has a rotator for.
    #[arg(long)]
    engine: String,

    /// Where the database is, as the server reaches it.
    #[arg(long)]
    host: String,

    /// Where it listens. By default the engine's own port.
    #[arg(long)]
    port: Option<u16>,

    /// The database's user.
    #[arg(long)]
    username: String,

    /// Read the user's password from an inherited file descriptor, instead of asking for it on the terminal.
    #[arg(long, value_name = "NUMBER")]
    password_fd: Option<u32>,

    /// The database to log in to, where the engine has several.
    #[arg(long, value_name = "NAME")]
    database: Option<String>,

    /// Whether connections are encrypted: true for always, false for never. By default where the database can.
    #[arg(long, value_name = "BOOLEAN")]
    tls: Option<bool>,

    /// Change the password every so many days. Without a schedule, as the server's profiles have it, or every seven.
    #[arg(long, value_name = "DAYS", conflicts_with = "schedule")]
    every: Option<u32>,

    /// Change the password by a schedule as Secrets Manager has them, such as `rate(12 hours)` or `cron(0 3 ? * SUN *)`.
    #[arg(long, value_name = "EXPRESSION")]
    schedule: Option<String>,

    /// How long after its opening a window for changing closes, such as 3h.
    #[arg(long, value_name = "HOURS")]
    window: Option<String>,

    /// Leave the password as it is until the first window.
    #[arg(long)]
    keep_password: bool,

    /// A KMS key for the secret, by id, ARN or alias.
    #[arg(long, value_name = "KEY")]
    kms_key_id: Option<String>,

    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// A tag of the secret, KEY=VALUE; again for more.
    #[arg(long = "tag", value_name = "KEY=VALUE")]
    tags: Vec<String>,

    #[command(flatten)]
    client: ClientFlags,
}

const ADOPT_EXAMPLES: &str = "\
Examples:
  keepwell adopt orders/db --engine postgres --host db.example.com --username orders --every 30
  keepwell adopt cache --engine redis --host 10.0.0.7 --username app --schedule 'cron(0 3 ? * SUN *)' --window 2h";

/// Make the secret of an adopted database an ordinary one again.
///
/// Its value stays as it is, and is not changed any more.
#[derive(Debug, clap::Args)]
#[command(after_help = RELEASE_EXAMPLES)]
pub(super) struct Release {
    /// The secret's name or ARN.
    secret: String,

    #[command(flatten)]
    client: ClientFlags,
}

const RELEASE_EXAMPLES: &str = "\
Examples:
  keepwell release 'keepwell!orders/db'";

impl Adopt {
    pub(super) fn run(self) -> anyhow::Result<()> {
        process::forbid_core_dumps()?;
        let mut request = self.request()?;
        let client = Client::new(&self.client)?;
        let password = match self.password_fd {
            Some(number) => custody::secret_from_descriptor(number)?,
            None => custody::secret_from_terminal(&format!("Password of {}: ", printable(&self.username)))?,
        };
        request.insert("Password".to_owned(), client::secret_text(&password)?);
        let adopted = client.call("AdoptDatabase", &request.into())?;
        if self.client.json {
            return answer(&format!("{adopted:#}\n"));
        }
        let then = match self.keep_password {
            true => "Its password stays as it is until the first window.",
            false => "Its password is being replaced: `keepwell rotations` tells how that went.",
        };
        answer(&format!(
            "{} keeps the database's user.\n{}\n{then}\n",
            shown(&adopted, "Name")?,
            shown(&adopted, "ARN")?
        ))
    }

    fn request(&self) -> anyhow::Result<Map<String, Value>> {
        let mut request = Map::new();
        for (name, text) in
            [("Name", &self.name), ("Engine", &self.engine), ("Host", &self.host), ("Username", &self.username)]
        {
            request.insert(name.to_owned(), text.as_str().into());
        }
        for (name, text) in
            [("DatabaseName", &self.database), ("KmsKeyId", &self.kms_key_id), ("Description", &self.description)]
        {
            request.extend(text.as_deref().map(|text| (name.to_owned(), text.into())));
        }
        request.extend(self.port.map(|port| ("Port".to_owned(), port.into())));
        request.extend(self.tls.map(|tls| ("Ssl".to_owned(), tls.into())));
        request.insert("RotateImmediately".to_owned(), (!self.keep_password).into());
        let rules = self.rules();
        if !rules.is_empty() {
            request.insert("RotationRules".to_owned(), rules.into());
        }
        if !self.tags.is_empty() {
            request.insert("Tags".to_owned(), self.tags.iter().map(|text| tag(text)).collect::<Result<_, _>>()?);
        }
        Ok(request)
    }

    fn rules(&self) -> Map<String, Value> {
        let mut rules = Map::new();
        rules.extend(self.every.map(|days| ("AutomaticallyAfterDays".to_owned(), days.into())));
        for (name, text) in [("ScheduleExpression", &self.schedule), ("Duration", &self.window)] {
            rules.extend(text.as_deref().map(|text| (name.to_owned(), text.into())));
        }
        rules
    }
}

fn tag(text: &str) -> anyhow::Result<Value> {
    let (key, value) = text.split_once('=').with_context(|| format!("--tag {text}: a tag is KEY=VALUE"))?;
    Ok(json!({ "Key": key, "Value": value }))
}

fn shown(told: &Value, name: &str) -> anyhow::Result<String> {
    Ok(printable(text(told, name)?))
}

impl Release {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let released = Client::new(&self.client)?.call("ReleaseDatabase", &json!({ "SecretId": self.secret }))?;
        if self.client.json {
            return answer(&format!("{released:#}\n"));
        }
        answer(&format!("{} is an ordinary secret now, and is not rotated any more.\n", shown(&released, "Name")?))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        adopt: Adopt,
    }

    const DATABASE: [&str; 8] = ["adopt", "orders", "--engine", "postgres", "--host", "db", "--username", "app"];

    fn request(more: &[&str]) -> anyhow::Result<Value> {
        Ok(Line::try_parse_from(DATABASE.iter().chain(more))?.adopt.request()?.into())
    }

    #[test]
    fn a_request_says_what_was_asked_for_and_no_more() {
        let few = json!({
            "Name": "orders", "Engine": "postgres", "Host": "db", "Username": "app", "RotateImmediately": true,
        });
        assert_eq!(request(&[]).unwrap(), few);
        let line = "--port 5433 --database orders --tls true --schedule rate(1#day) --window 2h --keep-password \
                    --kms-key-id alias/x --description why --tag a=b=c --tag d=";
        let words: Vec<String> = line.split_whitespace().map(|word| word.replace('#', " ")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let many = json!({
            "Name": "orders", "Engine": "postgres", "Host": "db", "Port": 5433, "Username": "app", "Ssl": true,
            "DatabaseName": "orders", "KmsKeyId": "alias/x", "Description": "why", "RotateImmediately": false,
            "RotationRules": {"ScheduleExpression": "rate(1 day)", "Duration": "2h"},
            "Tags": [{"Key": "a", "Value": "b=c"}, {"Key": "d", "Value": ""}],
        });
        assert_eq!(request(&words).unwrap(), many);
        assert_eq!(request(&["--every", "30"]).unwrap()["RotationRules"], json!({"AutomaticallyAfterDays": 30}));
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        assert!(request(&["--every", "30", "--schedule", "rate(1 day)"]).is_err());
        assert!(request(&["--tag", "no-value"]).is_err());
        assert!(request(&["--password", "hunter2"]).is_err(), "a password on the command line is everybody's");
    }
}
