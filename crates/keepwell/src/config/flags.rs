//! The settings as command-line flags, made from the list that everything else reads.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::setting::{Form, Setting, flag};
use super::{Loaded, Sources, groups, load};

/// The flags of every command that reads the configuration.
#[derive(Debug, Args)]
pub(crate) struct ConfigFlags {
    /// The configuration file. Without it `./keepwell.toml` is read, or else `/etc/keepwell/keepwell.toml`, where one
    /// exists. KEEPWELL_CONFIG names it too.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(flatten)]
    settings: SettingFlags,
}

impl ConfigFlags {
    pub(crate) fn load(self) -> anyhow::Result<Loaded> {
        load(Sources::of_process(self.settings.0, self.config.as_deref())?)
    }
}

/// The flags of commands that are clients of a server.
#[derive(Debug, Args)]
pub(crate) struct ClientFlags {
    /// The data folder of a server on this machine: its endpoint and access key are taken where the environment
    /// (AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and so on) names none.
    #[arg(long, value_name = "PATH")]
    data_dir: Option<PathBuf>,

    /// The configuration file that says where the data folder is.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Print the server's answer as it came, in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

impl ClientFlags {
    pub(crate) fn data_dir(&self) -> anyhow::Result<PathBuf> {
        if let Some(data_dir) = &self.data_dir {
            return Ok(data_dir.clone());
        }
        let sources = Sources::of_process(BTreeMap::new(), self.config.as_deref())?;
        Ok(load(sources)?.config.data.data_dir)
    }
}

/// By key: every value that was given, in order.
#[derive(Debug)]
struct SettingFlags(BTreeMap<String, Vec<String>>);

impl Args for SettingFlags {
    fn augment_args(command: Command) -> Command {
        groups().into_iter().fold(command, |command, group| {
            let arguments = group.settings.iter().map(|setting| argument(setting).help_heading(group.heading));
            command.args(arguments.collect::<Vec<_>>())
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let settings = groups().into_iter().flat_map(|group| group.settings);
        let given = settings.filter_map(|setting| {
            let texts: Vec<String> = matches.get_many::<String>(setting.key)?.cloned().collect();
            Some((setting.key.to_owned(), texts))
        });
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// What most people never touch stays out of `-h`, and is told by `--help`.
const LONG_HELP_ONLY: [&str; 2] = ["quota.", "limit."];

fn argument(setting: &Setting) -> Arg {
    let default = setting.default.as_ref().map(|written| format!(" [default: {}]", plain(written))).unwrap_or_default();
    let argument = Arg::new(setting.key)
        .long(setting.flag())
        .value_name(setting.placeholder)
        .action(if setting.is_list { ArgAction::Append } else { ArgAction::Set })
        .hide_short_help(LONG_HELP_ONLY.iter().any(|section| setting.key.starts_with(section)))
        .help(format!("{}{default}", setting.doc))
        .long_help(format!("{}{default} [file: {}] [env: {}]", setting.doc, setting.key, setting.variable()));
    let argument = match setting.alias {
        Some(alias) => argument.alias(flag(alias)),
        None => argument,
    };
    match setting.form {
        // `--insecure-plaintext` alone means yes.
        Form::Boolean => argument
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(PossibleValuesParser::new(["true", "false"]))
            .hide_possible_values(true),
        _ => argument,
    }
}

/// Without the quotes and brackets that a flag does not need.
fn plain(written: &str) -> String {
    written.replace(['"', '[', ']'], "")
}
