//! Where the root key lives when it is not simply a file: under a passphrase, in shares, on a PKCS#11 token, in a KMS.
//!
//! Each kind of custody keeps a key-encryption key, and the root key is sealed under that. The sealed root key is made
//! to lie in the store: it says by itself how it was sealed, every byte of it is authenticated, and it opens for one
//! deployment only.
//!
//! ```text
//! offset  length  field
//!      0       1  format version, 1
//!      1       1  kind: 1 passphrase, 2 shares, 3 PKCS#11, 4 AWS KMS
//!      2       2  length p of the parameters
//!      4       p  parameters, by kind
//!    4+p      77  the root key, wrapped under the key-encryption key: see `keepwell-seal`
//! ```
//!
//! Numbers are big-endian; a text or a run of bytes is preceded by its length in two. The context of the wrapping is
//! the deployment's id and, in hex, everything before the wrapped key.
//!
//! | kind | parameters | the key-encryption key |
//! |---|---|---|
//! | passphrase | memory in KiB, passes, lanes (4 bytes each), salt (16 bytes) | Argon2id of the passphrase |
//! | shares | set (4 bytes), threshold, count | random, split into shares that people keep |
//! | PKCS#11 | mechanism, serial of the token, label of its key, nonce, wrapped key-encryption key | random, wrapped by the token's key |
//! | AWS KMS | ARN of the KMS key, wrapped key-encryption key | random, encrypted by the KMS key |
//!
//! The root key itself never goes to a token, a KMS or a share: what they are given can be given anew, and opens nothing
//! without the sealed root key beside it.
//!
//! Calls block, for seconds if a passphrase, a token or a network is asked: run them on a thread that may.

pub mod aws_kms;
mod error;
mod fields;
mod passphrase;
pub mod pkcs11;
mod sealed;
pub mod shares;
#[cfg(test)]
mod testing;
mod typed;

use terms::{Entropy, SecretBytes};

pub use error::{CustodyError, FormatError, KmsError, PassphraseError, ShareError, TokenError, TriesLeft};
pub use passphrase::{Costs, PASSPHRASE_LENGTH_MIN, PassphraseCustody};
pub use sealed::{CustodyKind, SealedRootKey};
pub use typed::{secret_from_descriptor, secret_from_terminal};

/// Seals the root key for rest, and opens it again.
///
/// Shares are no such custody: they leave the program when they are made, and come back one by one. They have
/// [`shares::seal`] and [`shares::ShareCollector`].
pub trait Custody: Send + Sync {
    fn kind(&self) -> CustodyKind;

    /// `deployment` is the id of the deployment that the root key is for. It is proven before it is given back that the
    /// sealed root key opens, wherever something else than this program had a part in it.
    fn seal(
        &self,
        root_key: &SecretBytes,
        deployment: &str,
        entropy: &dyn Entropy,
    ) -> Result<SealedRootKey, CustodyError>;

    fn open(&self, sealed: &SealedRootKey, deployment: &str) -> Result<SecretBytes, CustodyError>;
}
