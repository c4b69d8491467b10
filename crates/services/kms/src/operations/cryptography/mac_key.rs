//! HMAC keys in use.

use std::sync::Arc;

use contract::{KeyRecord, KeyUsage};
use seal::MacAlgorithm;
use shape::Enumeration;

use super::algorithm::incompatible;
use crate::{
    error::Error,
    key_keys::KeyUse,
    room::Call,
    shapes::MacAlgorithmSpec,
    states::{require_enabled, require_usage},
};

impl Call<'_> {
    /// An HMAC key that the caller may use so, with the one algorithm that it has.
    pub(super) async fn open_mac_key(
        &self,
        key_id: &str,
        algorithm: MacAlgorithmSpec,
    ) -> Result<Arc<KeyRecord>, Error> {
        let found = self.find(key_id).await?;
        let members = [("macalgorithm", algorithm.as_str())];
        let asked = KeyUse { alias: found.alias.as_deref(), members: &members, ..KeyUse::default() };
        let permit = self.authorize_key(&found.key.key(), &asked).await?;
        let key = found.key.open_key(&permit)?;
        let details = &key.details;
        require_enabled(&key.arn, details.state)?;
        require_usage(&key.arn, details.usage, KeyUsage::GenerateVerifyMac, self.action.operation())?;
        if MacAlgorithmSpec::of(details.spec) != Some(algorithm) {
            return Err(incompatible(algorithm.as_str(), details.spec));
        }
        Ok(key)
    }
}

pub(super) fn cipher_of(algorithm: MacAlgorithmSpec) -> MacAlgorithm {
    match algorithm {
        MacAlgorithmSpec::HmacSha224 => MacAlgorithm::HmacSha224,
        MacAlgorithmSpec::HmacSha256 => MacAlgorithm::HmacSha256,
        MacAlgorithmSpec::HmacSha384 => MacAlgorithm::HmacSha384,
        MacAlgorithmSpec::HmacSha512 => MacAlgorithm::HmacSha512,
    }
}
