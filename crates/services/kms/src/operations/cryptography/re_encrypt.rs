use policy::Action;
use trail::{Recorded, Subject};

use super::{encryption_context::EncryptionContext, source::Source, symmetric::SymmetricUse};
use crate::{
    dry_run::end_dry_run,
    error::Error,
    key_id::NamedKey,
    room::Call,
    shapes::{ReEncryptRequest, ReEncryptResponse},
};

const FROM: Action = Action::new("kms:ReEncryptFrom");
const TO: Action = Action::new("kms:ReEncryptTo");

/// Opens a ciphertext and seals what was in it anew, without anybody seeing it.
pub(crate) async fn re_encrypt(call: &Call<'_>, ask: &ReEncryptRequest) -> Result<Recorded<ReEncryptResponse>, Error> {
    let source_context = EncryptionContext::parse(ask.source_encryption_context.as_ref())?;
    let context = EncryptionContext::parse(ask.destination_encryption_context.as_ref())?;
    let (blob, key_id) = (ask.ciphertext_blob.as_ref(), ask.source_key_id.as_deref());
    let source = Source::parse(blob, key_id, ask.dry_run, ask.dry_run_modifiers.as_deref())?;
    call.room.require_grant_tokens(ask.grant_tokens.as_deref())?;
    let destination = NamedKey::parse(call.caller.scope(), &ask.destination_key_id)?;

    let found_source = call.find_source(&source, FROM).await?;
    let found = call.room.find(call.asker(), TO, &destination).await?;
    let is_on_same_key = Some(found_source.bits() == found.key.key().id.bits);
    let from = SymmetricUse::new(FROM, source_context, ask.source_encryption_algorithm);
    let to = SymmetricUse::new(TO, context, ask.destination_encryption_algorithm);
    let (from, to) = (SymmetricUse { is_on_same_key, ..from }, SymmetricUse { is_on_same_key, ..to });

    let source_key = call.open_source(found_source, from).await?;
    let key = call.open_to_use(found, to).await?;
    source.require_its_key(&source_key)?;
    call.require_usable(&source_key, from)?;
    call.require_usable(&key, to)?;
    let opened = call.open_ciphertext(&source_key, &source, source_context).await?;
    end_dry_run(ask.dry_run)?;
    let sealed = call.seal(&key, context, &opened.plaintext).await?;
    let answer = ReEncryptResponse {
        ciphertext_blob: Some(sealed.ciphertext_blob),
        source_key_id: Some(source_key.arn.to_string()),
        key_id: Some(key.arn.to_string()),
        source_encryption_algorithm: Some(from.algorithm),
        destination_encryption_algorithm: Some(to.algorithm),
        source_key_material_id: Some(opened.key_material_id),
        destination_key_material_id: Some(sealed.key_material_id),
    };
    call.tell(Some(Subject::key_seen(&source_key)), answer).await
}
