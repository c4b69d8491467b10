//! Records that wait in the store, under a MAC: nobody slips one into the log by way of the store.

use std::sync::Arc;

use aws_lc_rs::hmac;
use contract::PendingRecord;
use seal::{KeyMaterial, SealError};

pub(crate) struct PendingKey(hmac::Key);

impl PendingKey {
    pub(crate) fn of(trail_key: &KeyMaterial) -> Result<Self, SealError> {
        let key = trail_key.derive("keepwell trail pending")?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose())))
    }

    /// The entry, and its MAC behind it.
    pub(crate) fn seal(&self, entry: &[u8]) -> Arc<[u8]> {
        let mac = hmac::sign(&self.0, entry);
        [entry, mac.as_ref()].concat().into()
    }

    /// The entry of a record that this process sealed, so that there is nothing to check.
    pub(crate) fn entry_of(pending: &PendingRecord) -> &[u8] {
        pending.bytes.split_last_chunk::<32>().map_or(&[], |(entry, _)| entry)
    }

    /// The entry; None if it is not what was sealed.
    pub(crate) fn open<'a>(&self, pending: &'a PendingRecord) -> Option<&'a [u8]> {
        let (entry, mac) = pending.bytes.split_last_chunk::<32>()?;
        hmac::verify(&self.0, entry, mac).ok()?;
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use terms::{EventId, SecretBytes};

    use super::*;

    fn key(byte: u8) -> PendingKey {
        PendingKey::of(&KeyMaterial::from_bytes(&SecretBytes::new(vec![byte; 32])).unwrap()).unwrap()
    }

    fn record(bytes: Arc<[u8]>) -> PendingRecord {
        PendingRecord { ticket: 1, event: EventId::from_bytes([1; 16]), bytes }
    }

    #[test]
    fn only_what_was_sealed_opens() {
        let sealed = key(1).seal(b"entry");
        assert_eq!(key(1).open(&record(Arc::clone(&sealed))), Some(b"entry".as_slice()));
        assert_eq!(key(2).open(&record(Arc::clone(&sealed))), None);
        for at in 0..sealed.len() {
            let mut forged = sealed.to_vec();
            forged[at] ^= 1;
            assert_eq!(key(1).open(&record(forged.into())), None, "byte {at}");
        }
        assert_eq!(key(1).open(&record(Arc::from(b"short".as_slice()))), None);
    }
}
