use trail::Recorded;

use super::{data_key::random_bytes, recipient::refuse_recipient};
use crate::{
    error::Error,
    room::Call,
    shapes::{GenerateRandomRequest, GenerateRandomResponse},
};

/// Random bytes, under no key.
pub(crate) async fn generate_random(
    call: &Call<'_>,
    ask: &GenerateRandomRequest,
) -> Result<Recorded<GenerateRandomResponse>, Error> {
    let number = ask.number_of_bytes.and_then(|number| usize::try_from(number).ok());
    let number = number.ok_or_else(|| Error::Validation("NumberOfBytes is required.".to_owned()))?;
    call.authorize_every(call.action).await?;
    if ask.custom_key_store_id.is_some() {
        // There are none.
        return Err(Error::silent("CustomKeyStoreNotFoundException"));
    }
    refuse_recipient(ask.recipient.as_ref())?;
    let plaintext = random_bytes(number, &*call.room.entropy);
    let answer = GenerateRandomResponse { plaintext: Some(plaintext), ciphertext_for_recipient: None };
    call.tell(None, answer).await
}
