//! Data keys: random bytes for a caller's own encryption, sealed under a KMS key.

use std::{collections::BTreeMap, sync::Arc};

use contract::KeyRecord;
use terms::{Entropy, SecretBytes};
use zeroize::Zeroizing;

use super::{
    encryption_context::EncryptionContext,
    recipient::refuse_recipient,
    symmetric::{Sealed, SymmetricUse},
};
use crate::{
    dry_run::end_dry_run,
    error::Error,
    room::Call,
    shapes::{DataKeySpec, RecipientInfo},
};

/// What both operations are asked for.
pub(super) struct DataKeyAsk<'a> {
    pub(super) key_id: &'a str,
    pub(super) encryption_context: Option<&'a BTreeMap<String, String>>,
    pub(super) key_spec: Option<DataKeySpec>,
    pub(super) number_of_bytes: Option<i32>,
    pub(super) grant_tokens: Option<&'a [String]>,
    pub(super) recipient: Option<&'a RecipientInfo>,
    pub(super) dry_run: Option<bool>,
}

pub(super) struct DataKey {
    pub(super) plaintext: SecretBytes,
    pub(super) sealed: Sealed,
    /// What seals it.
    pub(super) key: Arc<KeyRecord>,
}

impl Call<'_> {
    pub(super) async fn make_data_key(&self, ask: DataKeyAsk<'_>) -> Result<DataKey, Error> {
        let length = length(ask.key_spec, ask.number_of_bytes)?;
        let context = EncryptionContext::parse(ask.encryption_context)?;
        self.room.require_grant_tokens(ask.grant_tokens)?;
        let using = SymmetricUse::new(self.action, context, None);
        let found = self.find(ask.key_id).await?;
        let key = self.open_to_use(found, using).await?;
        self.require_usable(&key, using)?;
        refuse_recipient(ask.recipient)?;
        end_dry_run(ask.dry_run)?;
        let plaintext = random_bytes(length, &*self.room.entropy);
        let sealed = self.seal(&key, context, &plaintext).await?;
        Ok(DataKey { plaintext, sealed, key })
    }
}

pub(super) fn random_bytes(length: usize, entropy: &dyn Entropy) -> SecretBytes {
    let mut bytes = Zeroizing::new(vec![0; length]);
    entropy.fill(&mut bytes);
    SecretBytes::new(std::mem::take(&mut *bytes))
}

/// Its length is told in one of two ways.
fn length(spec: Option<DataKeySpec>, number_of_bytes: Option<i32>) -> Result<usize, Error> {
    match (spec, number_of_bytes) {
        (Some(DataKeySpec::Aes256), None) => Ok(32),
        (Some(DataKeySpec::Aes128), None) => Ok(16),
        (None, Some(number)) => {
            usize::try_from(number).map_err(|_| Error::Internal("a negative length passed its shape".to_owned()))
        }
        _ => Err(Error::Validation("Please specify either number of bytes or key spec.".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_key_is_as_long_as_its_spec_or_as_it_is_asked_to_be() {
        let of = |spec, number| length(spec, number).ok();
        assert_eq!((of(Some(DataKeySpec::Aes256), None), of(Some(DataKeySpec::Aes128), None)), (Some(32), Some(16)));
        assert_eq!((of(None, Some(1)), of(None, Some(1024))), (Some(1), Some(1024)));
        assert_eq!((of(None, None), of(Some(DataKeySpec::Aes256), Some(32))), (None, None));
    }
}
