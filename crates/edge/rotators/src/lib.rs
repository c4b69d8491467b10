//! Rotators of the server's own. They exist under the names of AWS's rotation functions without being created, and act as
//! a role of the secret's account, by calls that are authorised and recorded like any other.
//!
//! [`Rotators`] is what the program plugs in. A [`rotator::Rotator`] knows how one kind of secret is made, set and tried;
//! [`steps`] is what all have in common. A [`database::Database`] is all that [`single_user`] and [`alternating_users`] need
//! to know of an engine.

mod actor;
mod alternating_users;
mod catalogue;
mod database;
mod document;
mod engines;
mod errand;
mod failure;
mod http;
mod http_rotator;
mod http_targets;
mod key_pairs;
mod mongodb;
mod mysql;
mod network;
mod password;
mod patience;
mod pem;
mod postgres;
mod redis;
mod rotator;
mod rotators;
mod settings;
mod single_user;
mod sqlserver;
mod steps;
mod superuser;
#[cfg(test)]
mod testing;
mod tls;
mod wire;

pub use http_targets::{BasicSettings, CallSettings, HttpTargetError, HttpTargetSettings, HttpTargets, RevokeAt};
pub use network::{AllowedTarget, InvalidTarget};
pub use rotators::{Rotators, RotatorsRoom, check_passwords, names};
pub use settings::{NetworkSettings, PasswordSettings, RotatorSettings, RotatorSettingsError};
