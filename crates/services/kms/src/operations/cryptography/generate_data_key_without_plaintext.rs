use trail::{Recorded, Subject};

use super::data_key::DataKeyAsk;
use crate::{
    error::Error,
    room::Call,
    shapes::{GenerateDataKeyWithoutPlaintextRequest, GenerateDataKeyWithoutPlaintextResponse},
};

/// A new data key, only sealed: for whoever will need it later.
pub(crate) async fn generate_data_key_without_plaintext(
    call: &Call<'_>,
    ask: &GenerateDataKeyWithoutPlaintextRequest,
) -> Result<Recorded<GenerateDataKeyWithoutPlaintextResponse>, Error> {
    let ask = DataKeyAsk {
        key_id: &ask.key_id,
        encryption_context: ask.encryption_context.as_ref(),
        key_spec: ask.key_spec,
        number_of_bytes: ask.number_of_bytes,
        grant_tokens: ask.grant_tokens.as_deref(),
        recipient: None,
        dry_run: ask.dry_run,
    };
    let data_key = call.make_data_key(ask).await?;
    let answer = GenerateDataKeyWithoutPlaintextResponse {
        ciphertext_blob: Some(data_key.sealed.ciphertext_blob),
        key_id: Some(data_key.key.arn.to_string()),
        key_material_id: Some(data_key.sealed.key_material_id),
    };
    call.tell(Some(Subject::key_seen(&data_key.key)), answer).await
}
