use trail::{Recorded, Subject};

use super::mac_key::cipher_of;
use crate::{
    dry_run::end_dry_run,
    error::Error,
    room::Call,
    shapes::{VerifyMacRequest, VerifyMacResponse},
};

/// Is this the MAC of the message? There is no answer but yes.
pub(crate) async fn verify_mac(call: &Call<'_>, ask: &VerifyMacRequest) -> Result<Recorded<VerifyMacResponse>, Error> {
    call.room.require_grant_tokens(ask.grant_tokens.as_deref())?;
    let key = call.open_mac_key(&ask.key_id, ask.mac_algorithm).await?;
    let (_, material) = call.room.newest_material(&key).await?;
    if !seal::verify_mac(&material, cipher_of(ask.mac_algorithm), ask.message.expose(), ask.mac.expose()) {
        // AWS sends no text.
        return Err(Error::silent("KMSInvalidMacException"));
    }
    end_dry_run(ask.dry_run)?;
    let answer = VerifyMacResponse {
        key_id: Some(key.arn.to_string()),
        mac_valid: Some(true),
        mac_algorithm: Some(ask.mac_algorithm),
    };
    call.tell(Some(Subject::key_seen(&key)), answer).await
}
