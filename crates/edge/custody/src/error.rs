//! Why the root key could not be sealed or opened, told to the operator. Nothing here quotes a passphrase, a share, a PIN
//! or a key.

use std::fmt;
use std::path::PathBuf;

use crate::{CustodyKind, PASSPHRASE_LENGTH_MIN, shares};

#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    #[error("the sealed root key cannot be read: {0}")]
    Format(#[from] FormatError),
    #[error("the root key is sealed by {sealed}, and not by {asked}")]
    OtherKind { sealed: CustodyKind, asked: CustodyKind },
    #[error("a root key has 32 bytes, and a deployment's id 1 to 256")]
    NotSealable,
    #[error(
        "the sealed root key does not open: it belongs to another deployment than {deployment}, or has been changed"
    )]
    DoesNotOpen { deployment: String },
    #[error("the cryptographic library has failed; that happens when memory runs out")]
    Library,
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    #[error(transparent)]
    Share(#[from] ShareError),
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Kms(#[from] KmsError),
}

impl CustodyError {
    /// Whether the same may succeed later without anybody doing something here: whoever keeps the key is away.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Kms(KmsError::Unreachable { .. } | KmsError::Unavailable { .. })
                | Self::Token(TokenError::NoToken { .. })
        )
    }
}

/// The bytes are no sealed root key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    #[error("it is of version {0}, which this program does not know: was it sealed by a newer one?")]
    UnknownVersion(u8),
    #[error("its kind of custody ({0}) is not known to this program: was it sealed by a newer one?")]
    UnknownKind(u8),
    #[error("a part of it is longer than it can be")]
    TooLong,
    #[error("it asks for more, or for less, work than this program would ever ask for")]
    CostsOutOfRange,
    #[error("it is damaged")]
    Damaged,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    #[error("a passphrase has at least {PASSPHRASE_LENGTH_MIN} characters")]
    TooShort,
    #[error("a passphrase has at most 1024 bytes, all of them text in UTF-8 on one line")]
    NotAPassphrase,
    #[error("the passphrase is wrong, or the sealed root key belongs to another deployment or has been changed")]
    Wrong,
    #[error("there is not enough memory: the key of this passphrase takes {mebibytes} MiB to compute")]
    NoMemory { mebibytes: u32 },
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    #[error(
        "shares are made {} to {}, and at least {} of them are needed: name how many of how many",
        shares::THRESHOLD_MIN,
        shares::COUNT_MAX,
        shares::THRESHOLD_MIN
    )]
    NoSuchThreshold,
    #[error(
        "this is no share, or not all of one: a share begins with keepwell-share-v1: and is one line of 106 characters"
    )]
    NotAShare,
    #[error("the share has been mistyped: its checksum is not that of what stands before it")]
    Mistyped,
    #[error("the share belongs to another set: the root key is sealed under the set {set}")]
    OtherSet { set: String },
    #[error("share {number} has been given before: another one is needed")]
    Repeated { number: u8 },
    #[error("two different shares say that they are number {number}: one of them is false")]
    Contradicts { number: u8 },
    #[error(
        "the shares do not open the root key: one of them is false, or it belongs to another deployment, or it has been \
         changed. All shares are forgotten: begin again"
    )]
    DoNotOpen,
}

/// What a PKCS#11 token would not do.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("the PKCS#11 module {} cannot be used: {cause}", path.display())]
    Module { path: PathBuf, cause: String },
    #[error("there is no token with {asked}; there are: {}", list(present))]
    NoToken { asked: String, present: Vec<String> },
    #[error("several tokens have {asked}: name one by its serial number")]
    SeveralTokens { asked: String },
    #[error("the token's PIN is wrong{left}")]
    PinWrong { left: TriesLeft },
    #[error("the token's PIN has been wrong too often: the token is locked, until its security officer sets a new PIN")]
    PinLocked,
    #[error(
        "one more wrong PIN would lock the token, so that the PIN was not tried: log in once by the tools of the token, with \
         the right one"
    )]
    PinNotTried,
    #[error("the token's PIN has not been set, or must be changed first: do it by the tools of the token")]
    PinUnusable,
    #[error("there is no key {label} on the token")]
    NoKey { label: String },
    #[error("there are several keys {label} on the token: name one by its id")]
    SeveralKeys { label: String },
    #[error("the token and its key offer none of AES-GCM, AES key wrap with padding, RSA-OAEP")]
    NoMechanism,
    #[error(
        "the token's key {asked} does not unwrap what {sealed} has wrapped: it is another key of that name, or the sealed \
         root key has been changed ({cause})"
    )]
    OtherKey { asked: String, sealed: String, cause: String },
    #[error("the token does not give back what it has just wrapped: it cannot be trusted with a root key")]
    DoesNotUnwrap,
    #[error("the token does not {to}: {cause}")]
    Refused { to: &'static str, cause: String },
}

/// What a KMS would not do.
#[derive(Debug, thiserror::Error)]
pub enum KmsError {
    #[error("the KMS endpoint {endpoint} is not https://HOST[:PORT]; http:// is for this machine alone")]
    Endpoint { endpoint: String },
    #[error("cannot read the CAs in {}: {cause}", path.display())]
    CaBundle { path: PathBuf, cause: String },
    #[error("this machine trusts no CA: name a file of them for the KMS")]
    NoCa,
    #[error("the KMS at {endpoint} cannot be reached: {cause}")]
    Unreachable { endpoint: String, cause: String },
    #[error("the KMS cannot answer now: {code}")]
    Unavailable { code: String },
    #[error("the KMS does not take the credentials ({code}): are they right, and this machine's clock?")]
    Credentials { code: String },
    #[error("the KMS refuses: {code}: {message}")]
    Refused { code: String, message: String },
    #[error("the KMS key {asked} is not the one that sealed the root key: that was {sealed}")]
    OtherKey { asked: String, sealed: String },
    #[error("the KMS says that another key has encrypted this")]
    IncorrectKey,
    #[error("the KMS says that it has not encrypted this, or not for this deployment")]
    InvalidCiphertext,
    #[error("what answers at {endpoint} is no KMS")]
    NotUnderstood { endpoint: String },
    #[error(
        "the call of the KMS cannot be signed: an access key id, a session token and a time have no odd characters"
    )]
    NotSignable,
}

/// How often a wrong PIN may still be given, as far as the token tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriesLeft {
    Unknown,
    Few,
    One,
}

impl fmt::Display for TriesLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => ". The token may allow few tries: look before the next",
            Self::Few => ". Few tries are left before the token is locked",
            Self::One => ". One try is left before the token is locked",
        })
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
