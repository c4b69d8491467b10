//! The vocabulary: accounts, regions, ARNs, names, labels, secret bytes, clock and entropy.
//!
//! Every type here is made once from text and trusted after. Nothing here touches a socket, a file, the clock or
//! randomness: [`Clock`] and [`Entropy`] are traits that the binary fills in.

mod account;
mod chance;
mod id;
mod random_password;
mod region;
mod secret_bytes;
mod secret_id;
mod secret_name;
mod time;
mod version;

pub use account::{AccountId, InvalidAccountId};
pub use chance::{Entropy, arn_suffix};
pub use id::{EventId, RequestId, Uid};
pub use random_password::{RandomPasswordError, RandomPasswordOptions, random_password};
pub use region::{InvalidRegion, Partition, Region, Scope};
pub use secret_bytes::SecretBytes;
pub use secret_id::{ArnSuffix, SecretId, secret_arn};
pub use secret_name::{InvalidSecretName, SecretName};
pub use time::{Clock, Day, Timestamp};
pub use version::{AWSCURRENT, AWSPENDING, AWSPREVIOUS, StagingLabel, VersionId};
