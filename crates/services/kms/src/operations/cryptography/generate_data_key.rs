use trail::{Recorded, Subject};

use super::data_key::DataKeyAsk;
use crate::{
    error::Error,
    room::Call,
    shapes::{GenerateDataKeyRequest, GenerateDataKeyResponse},
};

/// A new data key, once in the clear and once sealed.
pub(crate) async fn generate_data_key(
    call: &Call<'_>,
    ask: &GenerateDataKeyRequest,
) -> Result<Recorded<GenerateDataKeyResponse>, Error> {
    let ask = DataKeyAsk {
        key_id: &ask.key_id,
        encryption_context: ask.encryption_context.as_ref(),
        key_spec: ask.key_spec,
        number_of_bytes: ask.number_of_bytes,
        grant_tokens: ask.grant_tokens.as_deref(),
        recipient: ask.recipient.as_ref(),
        dry_run: ask.dry_run,
    };
    let data_key = call.make_data_key(ask).await?;
    let answer = GenerateDataKeyResponse {
        ciphertext_blob: Some(data_key.sealed.ciphertext_blob),
        plaintext: Some(data_key.plaintext),
        key_id: Some(data_key.key.arn.to_string()),
        ciphertext_for_recipient: None,
        key_material_id: Some(data_key.sealed.key_material_id),
    };
    call.tell(Some(Subject::key_seen(&data_key.key)), answer).await
}
