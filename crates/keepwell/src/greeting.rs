//! What a server says when it is ready.

use std::io::{self, IsTerminal, Write};

use crate::client_files::Endpoint;
use crate::config::Config;
use crate::logging::OPERATOR;
use crate::shell::Shell;

/// Tells a person at the terminal what to type next, and the log otherwise.
pub fn greet(config: &Config, endpoint: &Endpoint) {
    let (url, region, data_dir) = (&endpoint.url, endpoint.region, config.data.data_dir.display());
    let mut stdout = io::stdout();
    if stdout.is_terminal() {
        tracing::info!(target: OPERATOR, endpoint = url, %region, %data_dir, "ready");
        // A terminal that is gone needs no greeting.
        drop(stdout.write_all(greeting(config, endpoint).as_bytes()));
    } else {
        tracing::info!(target: OPERATOR, endpoint = url, %region, %data_dir, export = env_command(config), "ready");
    }
}

fn greeting(config: &Config, endpoint: &Endpoint) -> String {
    format!(
        "\nkeepwell answers on {}. In another shell:\n\n    {}\n    aws secretsmanager list-secrets\n\n",
        endpoint.url,
        env_command(config)
    )
}

/// Complete wherever it is pasted, hence the absolute path.
fn env_command(config: &Config) -> String {
    let data_dir = std::path::absolute(&config.data.data_dir).unwrap_or_else(|_| config.data.data_dir.clone());
    format!("eval \"$(keepwell env --data-dir {})\"", Shell::Sh.quote_if_needed(&data_dir.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_says_what_to_export() {
        let config = Config::from_settings([("data_dir", "/srv/my data")]).unwrap();
        let endpoint = Endpoint::of(&config, "127.0.0.1:5337".parse().unwrap());
        let greeting = greeting(&config, &endpoint);
        assert!(greeting.contains("eval \"$(keepwell env --data-dir '/srv/my data')\""), "{greeting}");
        assert!(greeting.contains("http://127.0.0.1:5337"), "{greeting}");
    }
}
