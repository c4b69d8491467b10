//! The command line: one file a command.

mod account;
mod adopt;
mod aws_cli;
mod certificate;
mod check_config;
mod doctor;
mod env;
mod functions;
mod root_key;
mod rotations;
mod serve;
mod statement;
mod table;
mod trail;
mod who_can;
mod why;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// AWS Secrets Manager that you run yourself.
///
/// One program that speaks AWS's own protocols, so that any AWS SDK, the aws CLI and Terraform work against it unchanged.
#[derive(Debug, Parser)]
#[command(name = "keepwell", version, max_term_width = 120, after_help = FIRST_STEPS)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

const FIRST_STEPS: &str = "\
First steps:
  keepwell serve                      # in one shell: a server on 127.0.0.1:5337, its data in ./keepwell-data
  eval \"$(keepwell env)\"              # in another: point AWS's tools at it
  aws secretsmanager create-secret --name db/password --secret-string s3cret
  aws secretsmanager get-secret-value --secret-id db/password
  keepwell who-can db/password        # everybody who can read it, and by which policies
  keepwell why REQUEST-ID             # why a request was refused
  keepwell rotations db/password      # what became of its rotations
  keepwell doctor                     # when something does not work";

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Env(env::Env),
    CheckConfig(check_config::CheckConfig),
    Doctor(doctor::Doctor),
    Certificate(certificate::Certificate),
    Trail(trail::Trail),
    Account(account::Account),
    RootKey(root_key::RootKey),
    Adopt(Box<adopt::Adopt>),
    Release(adopt::Release),
    Rotations(rotations::Rotations),
    WhoCan(who_can::WhoCan),
    Why(why::Why),
    #[command(name = ::functions::HOST_COMMAND, hide = true)]
    FunctionsHost(functions::Host),
    #[command(name = ::functions::CONFINE_COMMAND, hide = true)]
    FunctionsConfine(functions::Confine),
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let command_line = match CommandLine::try_parse() {
        Ok(command_line) => command_line,
        Err(told) => {
            // Help that was asked for comes this way too. That nobody listens is no reason to fail.
            drop(told.print());
            return u8::try_from(told.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    let outcome = match command_line.command {
        Command::Serve(command) => command.run(),
        Command::Env(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::CheckConfig(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Doctor(command) => command.run(),
        Command::Certificate(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Trail(command) => command.run(),
        Command::Account(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::RootKey(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Adopt(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Release(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Rotations(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::WhoCan(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Why(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::FunctionsHost(command) => Ok(command.run()),
        Command::FunctionsConfine(command) => Ok(command.run()),
    };
    outcome.unwrap_or_else(|error| {
        warn(&format!("{error:#}"));
        ExitCode::FAILURE
    })
}

/// Tells the person at the terminal; what a command was asked for goes to [`answer`].
fn warn(text: &str) {
    // Nobody is left to tell when standard error is closed.
    drop(writeln!(io::stderr(), "keepwell: {text}"));
}

/// Writes what was asked for. A reader that has seen enough, such as `head`, is no failure.
fn answer(text: &str) -> anyhow::Result<()> {
    let written = io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn every_setting_is_a_flag_that_help_explains() {
        let mut command_line = CommandLine::command();
        let serve = command_line.find_subcommand_mut("serve").unwrap();
        let help = serve.render_long_help().to_string();
        for known in
            ["--data-dir <PATH>", "KEEPWELL_QUOTA_SECRETS_PER_REGION", "limit.drain_timeout", "--region <REGION>"]
        {
            assert!(help.contains(known), "{known}\n{help}");
        }
    }

    #[test]
    fn flags_are_taken_in_both_spellings_and_switches_without_a_value() {
        for arguments in [
            &["--region", "eu-west-1", "--region", "us-east-1", "--insecure-plaintext"][..],
            &["--regions", "eu-west-1", "--insecure-plaintext=true", "--listen=0.0.0.0:1"][..],
        ] {
            let line = ["keepwell", "serve"].iter().chain(arguments);
            assert!(CommandLine::try_parse_from(line).is_ok(), "{arguments:?}");
        }
        assert!(CommandLine::try_parse_from(["keepwell", "serve", "--regoin", "x"]).is_err());
    }
}
