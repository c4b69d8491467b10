//! Opening: root key, store, trail, keys, services.

use std::{path::PathBuf, sync::Arc};

use ::functions::HostClient;
use anyhow::bail;
use contract::{LogBounds, Reads};
use front::{House, TrustedProxies};
use gate::{Authenticator, AuthorizationMessages, Gate, RoleSessions, SessionKey};
use iam::RoleMaker;
use kms::Keyring;
use policy::PermitIssuer;
use rotators::{Rotators, RotatorsRoom};
use seal::{KeyMaterial, SealError};
use secretsmanager::{Door, Quotas, Room, Rotation, Turnstiles};
use service::Turns;
use sqlite::SqliteStore;
use terms::{Clock, Entropy, Region};

use super::{
    first_start::{self, Founding},
    foundation::{self, Foundation, Laid},
    functions::{self, FunctionWorks},
    recorder,
    replacing::Replacing,
    rotation::{self, Joined},
    sealed::Sealed,
};
use crate::{
    config::{self, Config},
    logging::OPERATOR,
};

/// Where IAM is, whatever Regions there are.
const IAMS_REGION: &str = "us-east-1";

/// An open server that does not listen yet.
pub struct Opened {
    pub house: Arc<House>,
    pub store: Arc<SqliteStore>,
    pub gate: Arc<Gate>,
    pub function_works: FunctionWorks,
    pub rotators: Arc<Rotators>,
}

/// What a start comes to.
pub enum Begun {
    Open(Opened),
    /// The root key comes in shares, from people.
    Sealed(Sealed),
}

/// The keys that the deployment's key is the source of. Each serves for one thing.
pub(super) struct Keys {
    services: KeyMaterial,
    pub(super) trail: KeyMaterial,
}

/// Opens what opens by itself; the first start makes the account, its access key and its encryption keys.
pub async fn begin(config: &Config, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> anyhow::Result<Begun> {
    match foundation::lay(config, Arc::clone(&clock), &entropy).await? {
        Laid::Open(foundation) => Ok(Begun::Open(build(config, *foundation, clock, entropy).await?)),
        Laid::Closed(closed) => Ok(Begun::Sealed(Sealed::new(config.clone(), *closed, clock, entropy))),
    }
}

/// The same for a server that needs nobody's shares.
pub async fn open(config: &Config, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> anyhow::Result<Opened> {
    match begin(config, clock, entropy).await? {
        Begun::Open(opened) => Ok(opened),
        Begun::Sealed(_) => bail!("the server is sealed: shares of its root key are needed"),
    }
}

/// Everything above the foundation.
pub(super) async fn build(
    config: &Config,
    foundation: Foundation,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> anyhow::Result<Opened> {
    let Foundation { store, key, key_to_wrap, new_deployment, keepers } = foundation;
    let keys = Keys::of(&key)?;
    let recorder = Arc::new(recorder::open(config, &keys, &store).await?);
    let gate = Arc::new(Gate::new(PermitIssuer::for_gate()));

    let reads: Arc<dyn Reads> = store.clone();
    let keyring = Arc::new(Keyring::new(key, Arc::clone(&reads), Arc::clone(&entropy)));
    let root_keys = Replacing::new(config, Arc::clone(&reads), key_to_wrap, keepers, Arc::clone(&entropy));
    let founding = Founding {
        config,
        new_deployment,
        credentials_key: &keys.credentials()?,
        keyring: &keyring,
        store: &store,
        recorder: &recorder,
        gate: &gate,
        clock: &*clock,
        entropy: &*entropy,
    };
    first_start::complete(&founding).await?;

    let messages = Arc::new(AuthorizationMessages::new(keys.messages()?));
    let iam_turns = Arc::new(Turns::default());
    let iam = Arc::new(iam::Room {
        store: Arc::clone(&reads),
        gate: Arc::clone(&gate),
        recorder: Arc::clone(&recorder),
        entropy: Arc::clone(&entropy),
        quotas: iam::Quotas::default(),
        credentials_key: keys.credentials()?,
        mfa_key: keys.mfa()?,
        paging_key: keys.paging()?,
        turns: Arc::clone(&iam_turns),
    });
    let kms = Arc::new(kms::Room {
        store: Arc::clone(&reads),
        gate: Arc::clone(&gate),
        recorder: Arc::clone(&recorder),
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
        keyring: Arc::clone(&keyring),
        paging_key: keys.paging()?,
        regions: config.account.regions.clone(),
    });
    let logs = Arc::new(logs::Room {
        store: Arc::clone(&store) as _,
        gate: Arc::clone(&gate),
        recorder: Arc::clone(&recorder),
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
        keys: Arc::clone(&keyring) as _,
        paging_key: keys.paging()?,
        bounds: LogBounds {
            group_bytes: config.quota.log_group_bytes.get(),
            deployment_bytes: config.quota.log_bytes.get(),
        },
        searches: logs::Searches::default(),
    });
    let sessions = Arc::new(SessionKey::new(keys.sessions()?));
    let role_sessions = Arc::new(RoleSessions::new(Arc::clone(&reads), Arc::clone(&sessions), Arc::clone(&entropy)));
    let roles = Arc::new(lambda::Roles {
        sessions: Arc::clone(&role_sessions),
        recorder: Arc::clone(&recorder),
        entropy: Arc::clone(&entropy),
        held: lambda::HeldSessions::default(),
    });
    let output = Arc::new(lambda::Output::new(lambda::OutputMeans {
        store: Arc::clone(&reads),
        gate: Arc::clone(&gate),
        roles: Arc::clone(&roles),
        logs: Arc::clone(&logs) as _,
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
    }));
    let host = HostClient::new(functions::settings(config), Arc::clone(&output) as _, Arc::clone(&entropy));
    let function_works = FunctionWorks { host: Arc::new(host), output };
    let runner = lambda::Runner::new(lambda::Means {
        store: Arc::clone(&reads),
        gate: Arc::clone(&gate),
        roles,
        host: Arc::clone(&function_works.host) as _,
        remote: Arc::new(functions::remote(config, &clock)?),
        vault: lambda::Vault::new(keys.functions()?),
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
    });
    let lambda = Arc::new(lambda::Room {
        store: Arc::clone(&reads),
        gate: Arc::clone(&gate),
        recorder: Arc::clone(&recorder),
        entropy: Arc::clone(&entropy),
        runner: Arc::new(runner),
        paging_key: keys.paging()?,
    });
    let secrets_door = Arc::new(Door::new());
    let rotators = Rotators::open(RotatorsRoom {
        gate: Arc::clone(&gate),
        sessions: role_sessions,
        roles: Arc::new(RoleMaker::new(Arc::clone(&iam), Region::parse(IAMS_REGION)?)),
        recorder: Arc::clone(&recorder),
        secrets: Arc::clone(&secrets_door) as _,
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
        settings: rotation::rotator_settings(config)?,
    })?;
    let rotators = Arc::new(rotators);
    let rotates = Joined { functions: Arc::clone(&lambda), rotators: Arc::clone(&rotators) };
    let room = Arc::new(Room {
        store: Arc::clone(&reads),
        gate: Arc::clone(&gate),
        kms: Arc::clone(&kms) as _,
        recorder: Arc::clone(&recorder),
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
        quotas: quotas(&config.quota)?,
        rotation: Rotation::new(Arc::new(rotates), rotation::settings(config), keys.rotation()?),
        lists_only_describable: config.access.list_only_describable,
        paging_key: keys.paging()?,
        turnstiles: Turnstiles::default(),
    });
    secrets_door.lead_to(&room);
    let deployment = deployment::Room {
        store: Arc::clone(&reads),
        gate: Arc::clone(&gate),
        recorder: Arc::clone(&recorder),
        entropy: Arc::clone(&entropy),
        account_keys: Arc::clone(&keyring) as _,
        root_keys: Arc::new(root_keys),
        managed_secrets: Arc::clone(&secrets_door) as _,
        rotators: Arc::clone(&rotators) as _,
        credentials_key: keys.credentials()?,
        messages: Arc::clone(&messages),
        paging_key: keys.paging()?,
        first_account: config.account.account_id,
        regions: config.account.regions.clone(),
    };
    let (guard, told) = (Arc::clone(&gate), Arc::clone(&recorder));
    let cloudtrail = cloudtrail::Room::new(guard, told, Arc::clone(&entropy), keys.paging()?);
    let sts = sts::Room {
        store: Arc::clone(&reads),
        gate: Arc::clone(&gate),
        recorder: Arc::clone(&recorder),
        entropy: Arc::clone(&entropy),
        sessions: Arc::clone(&sessions),
        mfa_key: keys.mfa()?,
        messages,
        turns: iam_turns,
        wrong_codes: sts::WrongCodes::default(),
    };
    let authenticator = Authenticator::new(reads, keys.credentials()?, sessions, config.account.regions.clone());
    let house = Arc::new(House {
        authenticator,
        recorder,
        secretsmanager: room,
        kms,
        logs,
        lambda,
        iam,
        sts: Arc::new(sts),
        cloudtrail: Arc::new(cloudtrail),
        deployment: Arc::new(deployment),
        trusted_proxies: TrustedProxies::new(config.listen.trusted_proxies.clone()),
        clock,
        entropy,
    });
    tell_of_memory();
    Ok(Opened { house, store, gate, function_works, rotators })
}

/// Tells once all keys are there whether they stay out of swap.
fn tell_of_memory() {
    if seal::memory_is_locked() == Some(true) {
        tracing::info!(target: OPERATOR, "the keys are locked into memory, and stay out of swap");
    } else {
        tracing::warn!(
            target: OPERATOR,
            "the system did not lock all keys into memory: raise LimitMEMLOCK= (`ulimit -l`), or use encrypted swap or none"
        );
    }
}

impl Keys {
    pub(super) fn of(deployment: &KeyMaterial) -> anyhow::Result<Self> {
        Ok(Self { trail: deployment.derive("keepwell trail")?, services: deployment.derive("keepwell services")? })
    }

    /// Seals secret access keys.
    fn credentials(&self) -> Result<KeyMaterial, SealError> {
        self.services.derive("keepwell credentials")
    }

    /// Seals session tokens.
    fn sessions(&self) -> Result<KeyMaterial, SealError> {
        self.services.derive("keepwell sessions")
    }

    /// Seals the seeds of MFA devices.
    fn mfa(&self) -> Result<KeyMaterial, SealError> {
        self.services.derive("keepwell mfa seeds")
    }

    /// Seals functions' code and variables.
    fn functions(&self) -> Result<KeyMaterial, SealError> {
        self.services.derive("keepwell functions")
    }

    /// Seals decisions that are told in a message.
    fn messages(&self) -> Result<KeyMaterial, SealError> {
        self.services.derive("keepwell authorization messages")
    }

    /// Makes the tokens by which rotations are known.
    fn rotation(&self) -> Result<KeyMaterial, SealError> {
        self.services.derive("keepwell rotation tokens")
    }

    /// Seals paging tokens. Each is bound to its operation, so that all services share it.
    fn paging(&self) -> Result<KeyMaterial, SealError> {
        self.services.derive("keepwell paging")
    }
}

pub(super) fn trail_folder(config: &Config) -> PathBuf {
    config.data.data_dir.join("trail")
}

fn quotas(quota: &config::Quota) -> anyhow::Result<Quotas> {
    Ok(Quotas {
        secrets_per_region: quota.secrets_per_region.into(),
        secret_bytes: quota.secret_bytes.as_usize(),
        versions_per_secret: usize::try_from(quota.versions_per_secret.get())?,
        labels_per_secret: usize::try_from(quota.labels_per_secret.get())?,
        tags_per_secret: usize::try_from(quota.tags_per_secret)?,
        resource_policy_chars: usize::try_from(quota.resource_policy_chars)?,
    })
}
