use trail::{Recorded, Subject};

use super::{encryption_context::EncryptionContext, symmetric::SymmetricUse};
use crate::{
    dry_run::end_dry_run,
    error::Error,
    room::Call,
    shapes::{EncryptRequest, EncryptResponse},
};

/// Seals up to 4096 bytes under a key.
pub(crate) async fn encrypt(call: &Call<'_>, ask: &EncryptRequest) -> Result<Recorded<EncryptResponse>, Error> {
    let context = EncryptionContext::parse(ask.encryption_context.as_ref())?;
    call.room.require_grant_tokens(ask.grant_tokens.as_deref())?;
    let using = SymmetricUse::new(call.action, context, ask.encryption_algorithm);
    let found = call.find(&ask.key_id).await?;
    let key = call.open_to_use(found, using).await?;
    call.require_usable(&key, using)?;
    end_dry_run(ask.dry_run)?;
    let sealed = call.seal(&key, context, &ask.plaintext).await?;
    let answer = EncryptResponse {
        ciphertext_blob: Some(sealed.ciphertext_blob),
        key_id: Some(key.arn.to_string()),
        encryption_algorithm: Some(using.algorithm),
    };
    call.tell(Some(Subject::key_seen(&key)), answer).await
}
