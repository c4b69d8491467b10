//! Paging tokens: opaque, sealed, and good for the operation and the caller that they were given for.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use seal::{open_token, seal_token};

use crate::{error::Error, room::Call};

/// A token that brings the caller to what stands behind `last`.
pub(crate) fn token_after(call: &Call<'_>, last: &str) -> Result<String, Error> {
    let sealed = seal_token(&call.room.paging_key, &binding(call), last.as_bytes(), &*call.room.entropy)?;
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

/// Whatever is wrong with a token, the answer is the same.
pub(crate) fn read_token(call: &Call<'_>, token: &str) -> Result<String, Error> {
    let sealed = URL_SAFE_NO_PAD.decode(token).map_err(|_| Error::InvalidNextToken)?;
    let last = open_token(&call.room.paging_key, &binding(call), &sealed).map_err(|_| Error::InvalidNextToken)?;
    String::from_utf8(last.expose().to_vec()).map_err(|_| Error::InvalidNextToken)
}

fn binding(call: &Call<'_>) -> Vec<u8> {
    format!("{}\0{}", call.action, call.caller.principal()).into_bytes()
}
