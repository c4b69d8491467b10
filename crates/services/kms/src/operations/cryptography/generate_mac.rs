use terms::SecretBytes;
use trail::{Recorded, Subject};

use super::mac_key::cipher_of;
use crate::{
    dry_run::end_dry_run,
    error::Error,
    room::Call,
    shapes::{GenerateMacRequest, GenerateMacResponse},
};

/// The MAC of up to 4096 bytes under an HMAC key.
pub(crate) async fn generate_mac(
    call: &Call<'_>,
    ask: &GenerateMacRequest,
) -> Result<Recorded<GenerateMacResponse>, Error> {
    call.room.require_grant_tokens(ask.grant_tokens.as_deref())?;
    let key = call.open_mac_key(&ask.key_id, ask.mac_algorithm).await?;
    end_dry_run(ask.dry_run)?;
    let (_, material) = call.room.newest_material(&key).await?;
    let mac = seal::generate_mac(&material, cipher_of(ask.mac_algorithm), ask.message.expose())?;
    let answer = GenerateMacResponse {
        mac: Some(SecretBytes::new(mac)),
        mac_algorithm: Some(ask.mac_algorithm),
        key_id: Some(key.arn.to_string()),
    };
    call.tell(Some(Subject::key_seen(&key)), answer).await
}
