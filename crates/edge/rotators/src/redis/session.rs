//! What is asked of a Redis server.

use aws_lc_rs::digest;
use terms::SecretBytes;
use tokio::time::timeout;

use super::resp::{Connection, Reply};
use crate::{
    database::{Login, LoginError, without_control},
    errand::Errand,
    failure::{Failure, words_of_server},
    patience::answer_within,
    tls::Channel,
    wire::connect,
};

/// A user who is logged in.
pub(super) struct RedisSession {
    connection: Connection,
    within: std::time::Duration,
    /// Never shown, whatever a server says.
    password: SecretBytes,
}

impl RedisSession {
    pub(super) async fn log_in(errand: &Errand<'_>, login: &Login, channel: Channel) -> Result<Self, LoginError> {
        // Redis itself reads it by its length. Another server may take each line for a command.
        without_control("password", login.password.expose())
            .map_err(|failure| LoginError::Refused(failure.to_string()))?;
        if channel == Channel::Tls && login.channels.contains(&Channel::Plain) && is_plain(errand, login).await? {
            return Err(LoginError::Channel("the server does without TLS".to_owned()));
        }
        let connection = Connection::new(connect(errand, login, channel).await?);
        let within = errand.visit.settings().answer_timeout;
        let mut session = Self { connection, within, password: login.password.clone() };
        match session.ask(&[b"AUTH", login.user.as_bytes(), login.password.expose()]).await {
            Ok(Reply::Error(words)) => Err(LoginError::Refused(words_of_server(&words, &[&login.password]))),
            Ok(_) => Ok(session),
            // A server that wants TLS hangs up, and so does one that knows none.
            Err(failure) => Err(LoginError::Channel(failure.to_string())),
        }
    }

    /// Who may not even do that has logged in all the same.
    pub(super) async fn ping(&mut self) -> Result<(), Failure> {
        match self.ask(&[b"PING"]).await? {
            Reply::Error(words) if !words.starts_with("NOPERM") => Err(self.refused("PING", &words)),
            _ => Ok(()),
        }
    }

    /// Beside those that the user has.
    pub(super) async fn add_password(&mut self, user: &str, password: &SecretBytes) -> Result<(), Failure> {
        let digest = digest_of(password);
        self.command("ACL SETUSER", &[b"ACL", b"SETUSER", user.as_bytes(), digest.as_bytes()]).await.map(drop)
    }

    /// In the place of those that the user has: Redis does both at once.
    pub(super) async fn keep_password(&mut self, user: &str, password: &SecretBytes) -> Result<(), Failure> {
        let digest = digest_of(password);
        let words: [&[u8]; 5] = [b"ACL", b"SETUSER", user.as_bytes(), b"resetpass", digest.as_bytes()];
        self.command("ACL SETUSER", &words).await.map(drop)
    }

    pub(super) async fn has_user(&mut self, user: &str) -> Result<bool, Failure> {
        let reply = self.command("ACL GETUSER", &[b"ACL", b"GETUSER", user.as_bytes()]).await?;
        Ok(reply != Reply::Nothing)
    }

    /// The rules by which a user may do things, as ACL SETUSER takes them.
    pub(super) async fn rights_of(&mut self, user: &str) -> Result<Vec<String>, Failure> {
        let reply = self.command("ACL LIST", &[b"ACL", b"LIST"]).await?;
        let lines = if let Reply::Array(lines) = reply { lines } else { Vec::new() };
        let rights = lines.iter().find_map(|line| match line {
            Reply::Text(line) => rights_in(line, user),
            _ => None,
        });
        rights.ok_or_else(|| Failure::new(format!("the server does not tell the rights of the user {user}")))
    }

    pub(super) async fn make_user(
        &mut self,
        user: &str,
        rights: &[String],
        password: &SecretBytes,
    ) -> Result<(), Failure> {
        let digest = digest_of(password);
        let mut words: Vec<&[u8]> = vec![b"ACL", b"SETUSER", user.as_bytes(), b"on", digest.as_bytes()];
        words.extend(rights.iter().map(String::as_bytes));
        self.command("ACL SETUSER", &words).await.map(drop)
    }

    /// So that a server that starts again knows its users: in the file of the list or, without one, in its configuration.
    pub(super) async fn save(&mut self) -> Result<(), Failure> {
        let Reply::Error(words) = self.ask(&[b"ACL", b"SAVE"]).await? else { return Ok(()) };
        if is_unknown(&words) {
            // A service that has users without a file keeps them in its own way.
            return Ok(());
        }
        if !words.contains("not configured to use an ACL file") {
            return Err(self.not_saved("ACL SAVE", &words));
        }
        match self.ask(&[b"CONFIG", b"REWRITE"]).await? {
            // Such a server forgets all of its users, and this one is no exception.
            Reply::Error(words) if words.contains("without a config file") => Ok(()),
            Reply::Error(words) if !is_unknown(&words) => Err(self.not_saved("CONFIG REWRITE", &words)),
            _ => Ok(()),
        }
    }

    fn not_saved(&self, command: &str, words: &str) -> Failure {
        self.refused(command, words).within(
            "the server has taken the password and would forget it when it starts again; give it an aclfile, and the user \
             who changes passwords the right to save it",
        )
    }

    async fn command(&mut self, name: &str, words: &[&[u8]]) -> Result<Reply, Failure> {
        match self.ask(words).await? {
            Reply::Error(words) if words.starts_with("NOPERM") => Err(self
                .refused(name, &words)
                .within("the user may not change passwords; name the secret of one who may at masterarn")),
            Reply::Error(words) => Err(self.refused(name, &words)),
            reply => Ok(reply),
        }
    }

    fn refused(&self, command: &str, words: &str) -> Failure {
        Failure::new(words_of_server(words, &[&self.password])).within(&format!("the server refused {command}"))
    }

    async fn ask(&mut self, words: &[&[u8]]) -> Result<Reply, Failure> {
        let reply = answer_within(self.within, self.connection.ask(words)).await?;
        reply.map_err(|error| Failure::new(format!("the connection broke: {error}")))
    }
}

/// A server without TLS takes the beginning of TLS for a command and waits for its end, so it is asked first, with nothing
/// that anybody may not see. One with TLS hangs up.
async fn is_plain(errand: &Errand<'_>, login: &Login) -> Result<bool, LoginError> {
    let mut connection = Connection::new(connect(errand, login, Channel::Plain).await?);
    let asked = timeout(errand.visit.settings().connect_timeout, connection.ask(&[b"PING"])).await;
    Ok(matches!(asked, Ok(Ok(_))))
}

/// As ACL SETUSER takes it: Redis keeps no more of a password than this.
fn digest_of(password: &SecretBytes) -> String {
    format!("#{}", hex::encode(digest::digest(&digest::SHA256, password.expose())))
}

/// In Redis's words, and in those of services that speak its protocol.
fn is_unknown(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    words.starts_with("err unknown") || words.contains("unknown subcommand") || words.contains("unknown command")
}

/// Of a line of ACL LIST, if it is this user's: everything but whether he is on, and his passwords.
fn rights_in(line: &str, user: &str) -> Option<Vec<String>> {
    let rules = line.strip_prefix("user ")?.strip_prefix(user)?.strip_prefix(' ')?;
    let mut rights: Vec<String> = Vec::new();
    let mut in_selector = false;
    for rule in rules.split(' ') {
        // A selector is one rule, with spaces inside its parentheses.
        match rights.last_mut().filter(|_| in_selector) {
            Some(selector) => {
                selector.push(' ');
                selector.push_str(rule);
            }
            None if matches!(rule, "on" | "off" | "nopass" | "") || rule.starts_with('#') => continue,
            None => rights.push(rule.to_owned()),
        }
        in_selector = (in_selector || rule.starts_with('(')) && !rule.ends_with(')');
    }
    Some(rights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_all_but_the_state_and_the_passwords() {
        let line =
            "user app on sanitize-payload #0a1b ~app:* resetchannels &news -@all +get +set (~x:* +del) (%R~y +@read)";
        let rights = rights_in(line, "app").unwrap();
        let expected = [
            "sanitize-payload",
            "~app:*",
            "resetchannels",
            "&news",
            "-@all",
            "+get",
            "+set",
            "(~x:* +del)",
            "(%R~y +@read)",
        ];
        assert_eq!(rights, expected);
        assert_eq!(rights_in(line, "ap"), None);
        assert_eq!(rights_in("user a off nopass ~* +@all", "a").unwrap(), ["~*", "+@all"]);
    }

    #[test]
    fn what_is_sent_of_a_password_is_its_digest() {
        let digest = digest_of(&SecretBytes::copy_of(b"abc"));
        assert_eq!(digest, "#ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
