//! Where settings come from: flags, the environment, `keepwell.toml`, systemd.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use terms::SecretBytes;

use super::account::{ROOT_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY};
use super::setting::{Form, Setting, SettingValue, flag, variable};
use super::{Effective, groups};

/// Names the file, where no flag does.
const CONFIG: &str = "KEEPWELL_CONFIG";
const FILES: [&str; 2] = ["keepwell.toml", "/etc/keepwell/keepwell.toml"];
/// Known only to the environment.
const SECRETS: [&str; 2] = [ROOT_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY];

/// What each source says, before anything is understood.
#[derive(Default)]
pub(crate) struct Sources {
    /// By key: every value that was given, in order.
    flags: BTreeMap<String, Vec<String>>,
    /// Our own variables, and those of systemd.
    environment: BTreeMap<String, OsString>,
    secrets: BTreeMap<String, SecretBytes>,
    file: Option<ConfigFile>,
    root_key_credential: Option<PathBuf>,
}

struct ConfigFile {
    path: PathBuf,
    text: String,
}

/// Who decided a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    Default,
    /// systemd passes the folder it has made for the service.
    Systemd,
    File(PathBuf),
    Environment,
    Flag,
}

impl Sources {
    /// As this process was started.
    pub(crate) fn of_process(flags: BTreeMap<String, Vec<String>>, config_file: Option<&Path>) -> anyhow::Result<Self> {
        let mut sources = Self { flags, ..Self::default() };
        for (name, value) in std::env::vars_os() {
            sources.hear(name, value);
        }
        sources.root_key_credential = std::env::var_os("CREDENTIALS_DIRECTORY")
            .map(|folder| Path::new(&folder).join("root-key"))
            .filter(|credential| credential.exists());
        let named = config_file.map(PathBuf::from).or_else(|| sources.environment.get(CONFIG).map(PathBuf::from));
        let path = named.or_else(|| FILES.iter().map(PathBuf::from).find(|path| path.exists()));
        if let Some(path) = path {
            let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            sources.read_file(path, text);
        }
        Ok(sources)
    }

    pub(super) fn given<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut sources = Self::default();
        for (key, value) in settings {
            sources.flags.entry(key.to_owned()).or_default().push(value.to_owned());
        }
        sources
    }

    /// Takes one variable of the environment, if it is for us.
    pub(super) fn hear(&mut self, name: OsString, value: OsString) {
        let Ok(name) = name.into_string() else { return };
        if SECRETS.contains(&name.as_str()) {
            // An empty variable is how container tools write "not set".
            if !value.is_empty() {
                self.secrets.insert(name, SecretBytes::new(value.into_encoded_bytes()));
            }
        } else if name == "STATE_DIRECTORY" || (name.starts_with("KEEPWELL_") && !is_kubernetes_service_link(&name)) {
            self.environment.insert(name, value);
        }
    }

    pub(super) fn read_file(&mut self, path: impl Into<PathBuf>, text: impl Into<String>) {
        self.file = Some(ConfigFile { path: path.into(), text: text.into() });
    }

    pub(super) fn file_path(&self) -> Option<PathBuf> {
        self.file.as_ref().map(|file| file.path.clone())
    }

    pub(super) fn root_key_credential(&self) -> Option<PathBuf> {
        self.root_key_credential.clone()
    }
}

/// Kubernetes describes a Service called `keepwell` to every pod beside it, in names that look like ours.
fn is_kubernetes_service_link(name: &str) -> bool {
    ["KEEPWELL_SERVICE_", "KEEPWELL_PORT_"].iter().any(|prefix| name.starts_with(prefix)) || name == "KEEPWELL_PORT"
}

/// Every value that was given, the strongest source of each, waiting to be understood.
pub(crate) struct Values {
    given: BTreeMap<&'static str, (Origin, Vec<String>)>,
    secrets: BTreeMap<String, SecretBytes>,
    taken: Vec<Effective>,
    refusals: Vec<String>,
}

impl Values {
    pub(super) fn gather(sources: Sources) -> Self {
        let known: Vec<Setting> = groups().into_iter().flat_map(|group| group.settings).collect();
        let mut values =
            Self { given: BTreeMap::new(), secrets: sources.secrets, taken: Vec::new(), refusals: Vec::new() };
        // From the weakest to the strongest: what comes later replaces what came before.
        values.gather_systemd(&sources.environment);
        if let Some(file) = &sources.file {
            values.gather_file(file, &known);
        }
        values.gather_environment(&sources.environment, &known);
        values.gather_flags(sources.flags, &known);
        values
    }

    /// What the sources gave for the key, or its default. A mistake is remembered and the default stands in.
    pub(super) fn take<T: SettingValue>(&mut self, key: &'static str, default: T) -> T {
        let (origin, value) = match self.given.remove(key) {
            None => (Origin::Default, default),
            Some((origin, texts)) => match T::parse_all(&texts) {
                Ok(value) => (origin, value),
                Err(expected) => {
                    self.refuse(format!("{}: {expected}", origin.place(key)));
                    (origin, default)
                }
            },
        };
        self.taken.push(Effective { key, value: value.write(), origin });
        value
    }

    pub(super) fn take_secret(&mut self, variable: &str) -> Option<SecretBytes> {
        self.secrets.remove(variable)
    }

    pub(super) fn refuse(&mut self, refusal: String) {
        self.refusals.push(refusal);
    }

    /// All mistakes at once, so that an operator mends them in one go.
    pub(super) fn finish(self) -> anyhow::Result<Vec<Effective>> {
        match self.refusals.as_slice() {
            [] => Ok(self.taken),
            [only] => anyhow::bail!("the configuration is refused: {only}"),
            several => anyhow::bail!("the configuration is refused:\n  - {}", several.join("\n  - ")),
        }
    }

    fn gather_systemd(&mut self, environment: &BTreeMap<String, OsString>) {
        // Several folders are joined by colons; the first is the service's own.
        let folders = environment.get("STATE_DIRECTORY").and_then(|folders| folders.to_str());
        if let Some(first) = folders.and_then(|folders| folders.split(':').next()).filter(|folder| !folder.is_empty()) {
            self.given.insert("data_dir", (Origin::Systemd, vec![first.to_owned()]));
        }
    }

    fn gather_file(&mut self, file: &ConfigFile, known: &[Setting]) {
        let table = match file.text.parse::<toml::Table>() {
            Ok(table) => table,
            Err(error) => return self.refuse(format!("{}: {}", file.path.display(), error.to_string().trim_end())),
        };
        let mut leaves = Vec::new();
        flatten("", &table, known, &mut leaves);
        let origin = Origin::File(file.path.clone());
        for (key, value) in leaves {
            let Some(setting) = find(known, |setting| setting.keys().any(|name| name == key)) else {
                let names = known.iter().flat_map(Setting::keys).map(str::to_owned);
                self.refuse(format!("{}: {}", file.path.display(), unknown(&key, names)));
                continue;
            };
            match texts_of(setting, value) {
                Ok(texts) => self.give(setting, origin.clone(), texts),
                Err(expected) => self.refuse(format!("{}: {expected}", origin.place(&key))),
            }
        }
    }

    fn gather_environment(&mut self, environment: &BTreeMap<String, OsString>, known: &[Setting]) {
        for (name, value) in environment.iter().filter(|(name, _)| name.starts_with("KEEPWELL_") && *name != CONFIG) {
            let Some(setting) = find(known, |setting| setting.keys().any(|key| variable(key) == *name)) else {
                let names = known.iter().flat_map(Setting::keys).map(variable);
                self.refuse(unknown(name, names.chain(SECRETS.into_iter().chain([CONFIG]).map(str::to_owned))));
                continue;
            };
            match value.to_str() {
                None => self.refuse(format!("{name}: expected UTF-8 text")),
                // How container tools write "not set".
                Some("") => {}
                Some(text) if setting.is_list => {
                    let texts = text.split(',').map(|part| part.trim().to_owned()).collect();
                    self.give(setting, Origin::Environment, texts);
                }
                Some(text) => self.give(setting, Origin::Environment, vec![text.to_owned()]),
            }
        }
    }

    fn gather_flags(&mut self, flags: BTreeMap<String, Vec<String>>, known: &[Setting]) {
        for (key, texts) in flags {
            match find(known, |setting| setting.keys().any(|name| name == key)) {
                Some(setting) => self.give(setting, Origin::Flag, texts),
                None => self.refuse(unknown(&key, known.iter().flat_map(Setting::keys).map(str::to_owned))),
            }
        }
    }

    fn give(&mut self, setting: &Setting, origin: Origin, texts: Vec<String>) {
        // Both spellings in one source: neither can be the meant one.
        if self.given.get(setting.key).is_some_and(|(earlier, _)| *earlier == origin) {
            return self.refuse(format!("{}: given twice, in both its spellings", origin.place(setting.key)));
        }
        self.given.insert(setting.key, (origin, texts));
    }
}

fn find(known: &[Setting], is_meant: impl Fn(&&Setting) -> bool) -> Option<&Setting> {
    known.iter().find(is_meant)
}

/// The leaves of a table under their dotted keys. Tables that are a setting's value are leaves.
fn flatten<'a>(above: &str, table: &'a toml::Table, known: &[Setting], leaves: &mut Vec<(String, &'a toml::Value)>) {
    let is_leaf = |key: &str| known.iter().any(|setting| setting.form == Form::Tables && setting.key == key);
    for (name, value) in table {
        let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        match value {
            toml::Value::Table(below) if !is_leaf(&key) => flatten(&key, below, known, leaves),
            leaf => leaves.push((key, leaf)),
        }
    }
}

/// A TOML value as texts, if its type is the setting's own.
fn texts_of(setting: &Setting, value: &toml::Value) -> Result<Vec<String>, String> {
    let members = match value {
        toml::Value::Array(members) if setting.is_list => members.as_slice(),
        one => std::slice::from_ref(one),
    };
    members.iter().map(|member| text_of(setting.form, member)).collect()
}

fn text_of(form: Form, value: &toml::Value) -> Result<String, String> {
    match (form, value) {
        (Form::Text | Form::Quantity, toml::Value::String(text)) => Ok(text.clone()),
        (Form::Integer | Form::Quantity, toml::Value::Integer(number)) => Ok(number.to_string()),
        (Form::Boolean, toml::Value::Boolean(truth)) => Ok(truth.to_string()),
        (Form::Tables, toml::Value::Table(tables)) => Ok(tables.to_string()),
        (form, other) => {
            let wanted = match form {
                Form::Text => "text in quotes",
                Form::Integer => "a whole number",
                Form::Boolean => "true or false",
                Form::Quantity => "a number of bytes, or text with a unit",
                Form::Tables => "a table",
            };
            Err(format!("expected {wanted}, not the {} {other}", other.type_str()))
        }
    }
}

/// Below this likeness a suggestion would puzzle more than it helps.
const LIKENESS_MIN: f64 = 0.6;

fn unknown(name: &str, known: impl Iterator<Item = String>) -> String {
    match nearest(name, known) {
        Some(nearest) => format!("there is no setting {name}; did you mean {nearest}?"),
        None => format!("there is no setting {name}; `keepwell serve --help` lists them all"),
    }
}

/// The likeliest of the known names, if one is like it at all.
pub(super) fn nearest(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let likeness = |candidate: &String| strsim::normalized_damerau_levenshtein(name, candidate);
    let nearest = known.max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    nearest.filter(|candidate| likeness(candidate) >= LIKENESS_MIN)
}

impl Origin {
    /// The setting's name as this source spells it.
    fn place(&self, key: &str) -> String {
        match self {
            Self::Default => key.to_owned(),
            Self::Systemd => "STATE_DIRECTORY".to_owned(),
            Self::File(path) => format!("{}: {key}", path.display()),
            Self::Environment => variable(key),
            Self::Flag => format!("--{}", flag(key)),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Systemd => f.write_str("systemd"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment => f.write_str("environment"),
            Self::Flag => f.write_str("flag"),
        }
    }
}
