//! Signatures from the outside: AWS's published vectors, the AWS SDK's signer as a foreign judge, every refusal with
//! its text, and input that nobody would send in good faith.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's way to fail is to panic")]

mod acceptance;
mod example;
mod hostile_input;
mod published_vectors;
mod refusals;
mod sdk_signer;
mod tampering;
