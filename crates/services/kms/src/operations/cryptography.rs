//! Cryptography: sealing and opening what callers keep, keys for their data, random bytes, and MACs.

mod algorithm;
mod data_key;
mod encryption_context;
mod mac_key;
mod recipient;
mod source;
mod symmetric;

pub(super) mod decrypt;
pub(super) mod encrypt;
pub(super) mod generate_data_key;
pub(super) mod generate_data_key_without_plaintext;
pub(super) mod generate_mac;
pub(super) mod generate_random;
pub(super) mod re_encrypt;
pub(super) mod verify_mac;
