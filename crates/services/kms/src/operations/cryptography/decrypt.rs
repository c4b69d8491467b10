use trail::{Recorded, Subject};

use super::{
    encryption_context::EncryptionContext, recipient::refuse_recipient, source::Source, symmetric::SymmetricUse,
};
use crate::{
    dry_run::end_dry_run,
    error::Error,
    room::Call,
    shapes::{DecryptRequest, DecryptResponse},
};

/// Opens a ciphertext of this API with the key that it names.
pub(crate) async fn decrypt(call: &Call<'_>, ask: &DecryptRequest) -> Result<Recorded<DecryptResponse>, Error> {
    let context = EncryptionContext::parse(ask.encryption_context.as_ref())?;
    let (blob, key_id) = (ask.ciphertext_blob.as_ref(), ask.key_id.as_deref());
    let source = Source::parse(blob, key_id, ask.dry_run, ask.dry_run_modifiers.as_deref())?;
    call.room.require_grant_tokens(ask.grant_tokens.as_deref())?;
    let using = SymmetricUse::new(call.action, context, ask.encryption_algorithm);
    let found = call.find_source(&source, using.action).await?;
    let key = call.open_source(found, using).await?;
    source.require_its_key(&key)?;
    call.require_usable(&key, using)?;
    refuse_recipient(ask.recipient.as_ref())?;
    let opened = call.open_ciphertext(&key, &source, context).await?;
    end_dry_run(ask.dry_run)?;
    let answer = DecryptResponse {
        key_id: Some(key.arn.to_string()),
        plaintext: Some(opened.plaintext),
        encryption_algorithm: Some(using.algorithm),
        ciphertext_for_recipient: None,
        key_material_id: Some(opened.key_material_id),
    };
    call.tell(Some(Subject::key_seen(&key)), answer).await
}
