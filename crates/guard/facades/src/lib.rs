//! Traits and values by which services use each other without naming each other. The binary plugs them together.

mod account_keys;
mod envelope;
mod function_host;
mod log_events;
mod log_keys;
mod remote_functions;
mod root_keys;

pub use account_keys::{AccountKeys, AccountKeysError, NewManagedKey};
pub use envelope::{Envelope, EnvelopeError, OnBehalf};
pub use function_host::{
    FunctionCode, FunctionHost, FunctionOutput, FunctionToRun, HostError, InstalledCode, Invocation, InvocationEnd,
    Invoked, OutputLine, OutputSource, RoleCredentials,
};
pub use log_events::{LogEvents, LogEventsError, LogStreamName, NewLogEvent};
pub use log_keys::{LogKeyError, LogKeys};
pub use remote_functions::{RemoteCall, RemoteFunctions};
pub use root_keys::{NewRootKey, ReplacedRootKey, RootKeyNow, RootKeys, RootKeysError, Settlement};
