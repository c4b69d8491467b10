//! Deployment packages: as they are uploaded, and as they rest.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use contract::{Answer, CodeRef, FunctionRecord, NewCode, Reads};
use facades::{FunctionCode, FunctionHost, HostError};
use policy::Permit;
use shape::BulkBytes;
use terms::Entropy;

use crate::{
    error::Error,
    vault::{Owner, Vault},
};

const ZIPPED_MAX: usize = 52_428_800;

/// A package that was just uploaded.
pub(crate) struct Uploaded {
    sha256: [u8; 32],
    archive: Bytes,
}

impl Uploaded {
    /// What other places code may come from are refused by the settings.
    pub(crate) fn of(zip_file: Option<&BulkBytes>) -> Result<Self, Error> {
        let Some(zip_file) = zip_file else {
            return Err(Error::invalid("Please provide a source for function code."));
        };
        if zip_file.len() > ZIPPED_MAX {
            let text = format!("Zipped size must be smaller than {ZIPPED_MAX} bytes");
            return Err(Error::refused("RequestEntityTooLargeException", text));
        }
        let archive = zip_file.share();
        let sha256 = digest(&SHA256, &archive).as_ref().try_into();
        let sha256 = sha256.map_err(|_| Error::Internal("a digest has another length".to_owned()))?;
        Ok(Self { sha256, archive })
    }

    pub(crate) fn reference(&self) -> CodeRef {
        CodeRef { sha256: self.sha256, bytes: u64::try_from(self.archive.len()).unwrap_or(u64::MAX) }
    }

    /// Lets the host look into it, and keep it unpacked.
    pub(crate) async fn install(&self, host: &dyn FunctionHost) -> Result<(), Error> {
        match host.install(self).await {
            Ok(_) => Ok(()),
            Err(HostError::InvalidCode(text) | HostError::Unserved(text)) => Err(Error::invalid(text)),
            Err(HostError::Busy) => Err(Error::Throttled { reason: "CallerRateLimitExceeded" }),
            Err(HostError::Internal(cause)) => Err(Error::Internal(cause)),
        }
    }

    pub(crate) fn seal(&self, owner: &Owner<'_>, vault: &Vault, entropy: &dyn Entropy) -> Result<NewCode, Error> {
        let sealed = vault.seal_code(owner, &self.sha256, &self.archive, entropy)?;
        Ok(NewCode { sha256: self.sha256, sealed })
    }
}

impl FunctionCode for Uploaded {
    fn digest(&self) -> [u8; 32] {
        self.sha256
    }

    fn read(&self) -> Answer<'_, Result<Bytes, HostError>> {
        Box::pin(std::future::ready(Ok(self.archive.clone())))
    }
}

/// A package at rest, for the holder of a permit.
pub(crate) struct Stored<'a> {
    pub(crate) store: &'a dyn Reads,
    pub(crate) vault: &'a Vault,
    pub(crate) function: &'a Arc<FunctionRecord>,
    pub(crate) sha256: [u8; 32],
    pub(crate) permit: &'a Permit,
}

impl Stored<'_> {
    async fn open(&self) -> Result<Bytes, HostError> {
        let internal = |error: &dyn std::error::Error| HostError::Internal(error.to_string());
        let sealed =
            self.store.function_code(self.function.uid, self.sha256).await.map_err(|error| internal(&error))?;
        let gone = || HostError::Internal("the code was deleted meanwhile".to_owned());
        let (sealed, owner) = (sealed.ok_or_else(gone)?, Owner::of(self.function));
        let opened = self.vault.open_code(&owner, &self.sha256, &sealed, self.permit);
        opened.map_err(|error| internal(&error))
    }
}

impl FunctionCode for Stored<'_> {
    fn digest(&self) -> [u8; 32] {
        self.sha256
    }

    fn read(&self) -> Answer<'_, Result<Bytes, HostError>> {
        Box::pin(self.open())
    }
}

/// `CodeSha256`.
pub(crate) fn shown_digest(code: &CodeRef) -> String {
    STANDARD.encode(code.sha256)
}

/// A caller may say which code it knows.
pub(crate) fn check_digest(asked: Option<&str>, code: &CodeRef) -> Result<(), Error> {
    let held = shown_digest(code);
    match asked.filter(|asked| !asked.is_empty() && *asked != held) {
        None => Ok(()),
        Some(asked) => Err(Error::invalid(format!(
            "CodeSHA256 ({asked}) is different from current CodeSHA256 in $LATEST ({held}). Please try again with the \
             CodeSHA256 in $LATEST."
        ))),
    }
}
