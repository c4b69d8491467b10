//! What an operator can choose, one struct per concern, and how the choices are found.
//!
//! A flag wins over the environment, the environment over the file, the file over what systemd says, and all over the
//! default. A name that nobody knows is refused wherever it stands: a misspelt limit that silently does nothing is worse
//! than a server that does not start.

mod access;
mod account;
mod data;
mod flags;
mod functions;
mod fuzz;
mod limit;
mod listen;
mod log;
mod quantity;
mod quota;
mod root_key;
mod rotation;
mod runtime;
mod setting;
mod sources;
mod trail;

use std::path::PathBuf;

pub use access::Access;
pub use account::{Account, RootAccessKey};
pub use data::Data;
pub(crate) use flags::{ClientFlags, ConfigFlags};
pub use functions::{Functions, RemoteFunction, RemotePlace, RuntimeClient};
pub use fuzz::fuzz_config;
pub use limit::Limit;
pub use listen::{Listen, Tls};
pub use log::{Log, LogFormat, LogLevel};
pub use quantity::Bytes;
pub use quota::Quota;
pub use root_key::{Custody, Keeper, RootKey, RootKeyConfig, RootKeySource};
pub use rotation::{Profile, Rotation, RotatorTables};
pub use runtime::Runtime;
pub(crate) use sources::{Origin, Sources};
pub use trail::{Durability, Trail};

use setting::{Setting, Settings};
use sources::Values;

/// Everything that `serve` runs by, checked.
#[derive(Debug, Clone)]
pub struct Config {
    pub data: Data,
    pub listen: Listen,
    pub tls: Tls,
    pub account: Account,
    pub access: Access,
    pub root_access_key: Option<RootAccessKey>,
    pub root_key: RootKeyConfig,
    pub trail: Trail,
    pub functions: Functions,
    pub rotation: Rotation,
    pub quota: Quota,
    pub limit: Limit,
    pub runtime: Runtime,
    pub log: Log,
}

/// A configuration, and where each part of it came from.
pub(crate) struct Loaded {
    pub(crate) config: Config,
    pub(crate) file: Option<PathBuf>,
    pub(crate) settings: Vec<Effective>,
}

/// A setting as it was decided.
pub(crate) struct Effective {
    pub(crate) key: &'static str,
    /// As the file would write it; nothing when unset.
    pub(crate) value: Option<String>,
    pub(crate) origin: Origin,
}

/// Settings that stand together in `--help`.
pub(crate) struct Group {
    pub(crate) heading: &'static str,
    pub(crate) settings: Vec<Setting>,
}

/// Every setting there is.
pub(crate) fn groups() -> Vec<Group> {
    let group = |heading, settings| Group { heading, settings };
    vec![
        group("Data", [Data::list(), RootKey::list()].concat()),
        group("Network", [Listen::list(), Tls::list()].concat()),
        group("Account", [Account::list(), Access::list()].concat()),
        group("Trail", Trail::list()),
        group("Functions", Functions::list()),
        group("Rotation", Rotation::list()),
        group("Logs", Log::list()),
        group("Quotas", Quota::list()),
        group("Limits", [Limit::list(), Runtime::list()].concat()),
    ]
}

pub(crate) fn load(sources: Sources) -> anyhow::Result<Loaded> {
    let file = sources.file_path();
    let credential = sources.root_key_credential();
    let mut values = Values::gather(sources);

    let data = Data::read(&mut values);
    let root_key = RootKey::read(&mut values);
    let listen = Listen::read(&mut values);
    let tls = Tls::read(&mut values);
    let mut account = Account::read(&mut values);
    let access = Access::read(&mut values);
    let trail = Trail::read(&mut values);
    let functions = Functions::read(&mut values);
    let rotation = Rotation::read(&mut values);
    let log = Log::read(&mut values);
    let quota = Quota::read(&mut values);
    let limit = Limit::read(&mut values);
    let runtime = Runtime::read(&mut values);
    let root_access_key = RootAccessKey::read(&mut values);

    let mut seen = std::collections::BTreeSet::new();
    account.regions.retain(|region| seen.insert(*region));
    if account.regions.is_empty() {
        values.refuse("region: expected at least one region".to_owned());
    }
    let checks = [listen::check(&listen, &tls), limit::check(&limit), rotation::check(&rotation)];
    for refusal in checks.into_iter().filter_map(Result::err) {
        values.refuse(refusal);
    }
    // A request must be able to carry the largest value, and base64 makes four bytes of three.
    if limit.body_bytes.get() < quota.secret_bytes.get().saturating_mul(4) / 3 {
        values.refuse("limit.body_bytes: a secret of quota.secret_bytes would not fit into a request".to_owned());
    }
    let root_key = RootKeyConfig::choose(root_key.clone(), &data.data_dir, credential).unwrap_or_else(|refusal| {
        values.refuse(refusal);
        RootKeyConfig { keeper: Keeper::Shares, file: None, settings: root_key }
    });

    let settings = values.finish()?;
    let config = Config {
        data,
        listen,
        tls,
        account,
        access,
        root_access_key,
        root_key,
        trail,
        functions,
        rotation,
        quota,
        limit,
        runtime,
        log,
    };
    Ok(Loaded { config, file, settings })
}

impl Config {
    /// From these settings alone, as the file would name and write them: neither flags nor environment nor files are
    /// looked at. For servers started inside another program.
    pub fn from_settings<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> anyhow::Result<Self> {
        load(Sources::given(settings)).map(|loaded| loaded.config)
    }
}

#[cfg(test)]
mod tests;
