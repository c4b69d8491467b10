//! Traits and values by which services use each other without naming each other. The binary plugs them together.

mod account_keys;
mod envelope;
mod function_host;
mod log_events;
mod log_keys;
mod managed_secrets;
mod remote_functions;
mod root_keys;
mod rotation_functions;
mod secrets_door;
mod service_roles;

pub use account_keys::{AccountKeys, AccountKeysError, NewManagedKey};
pub use envelope::{Envelope, EnvelopeError, OnBehalf};
pub use function_host::{
    FunctionCode, FunctionHost, FunctionOutput, FunctionToRun, HostError, InstalledCode, Invocation, InvocationEnd,
    Invoked, OutputLine, OutputSource, RoleCredentials,
};
pub use log_events::{LogEvents, LogEventsError, LogStreamName, NewLogEvent};
pub use log_keys::{LogKeyError, LogKeys};
pub use managed_secrets::{AdoptedSecret, BuiltInRotators, ManagedSecret, ManagedSecrets};
pub use remote_functions::{RemoteCall, RemoteFunctions};
pub use root_keys::{NewRootKey, ReplacedRootKey, RootKeyNow, RootKeys, RootKeysError, Settlement};
pub use rotation_functions::{
    HostPlaces, RotationErrand, RotationEvent, RotationFunctionError, RotationFunctions, RotationStep, StepEnded,
    StepFailed, StepLog,
};
pub use secrets_door::{
    DescribedSecret, PendingValue, ReadSecret, SecretsDoor, SecretsDoorError, VersionPick, Visitor,
};
pub use service_roles::{ServiceRole, ServiceRoleError, ServiceRoles};
