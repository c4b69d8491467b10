//! DecodeAuthorizationMessage: why was that refused?

use gate::Target;
use policy::Resource;
use trail::Recorded;

use crate::{
    error::Error,
    room::Call,
    shapes::{DecodeAuthorizationMessageRequest, DecodeAuthorizationMessageResponse},
};

pub(super) async fn decode_authorization_message(
    call: &Call<'_>,
    request: &DecodeAuthorizationMessageRequest,
) -> Result<Recorded<DecodeAuthorizationMessageResponse>, Error> {
    call.authorize(&Target::new(&Resource::Every)).await?;
    let decoded = call.room.messages.open(call.caller.account(), &request.encoded_message);
    let decoded = decoded.map_err(|_| Error::InvalidAuthorizationMessage)?;
    call.tell(None, DecodeAuthorizationMessageResponse { decoded_message: Some(decoded) }).await
}
