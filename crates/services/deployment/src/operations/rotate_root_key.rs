use contract::{Change, Commit, CommitError};
use facades::{NewRootKey, ReplacedRootKey};
use service::response_elements;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    room::Call,
    shapes::{ReplaceRootKeyResponse, RotateRootKeyRequest},
};

/// Draws a new root key, which the keeper of the old one keeps from now on. The old one opens nothing any more.
pub(crate) async fn rotate_root_key(
    call: &Call<'_>,
    ask: &RotateRootKeyRequest,
) -> Result<Recorded<ReplaceRootKeyResponse>, Error> {
    let wish = NewRootKey {
        custody: None,
        passphrase: ask.passphrase.as_ref(),
        threshold: few(ask.threshold),
        count: few(ask.count),
    };
    replace(call, wish).await
}

pub(super) async fn replace(call: &Call<'_>, wish: NewRootKey<'_>) -> Result<Recorded<ReplaceRootKeyResponse>, Error> {
    let permit = call.authorize_deployment().await?;
    let ReplacedRootKey { now, after, shares, advice, settlement } = call.room.root_keys.replace(wish).await?;
    let answer = ReplaceRootKeyResponse {
        custody: Some(now.custody),
        root_key_id: Some(now.fingerprint),
        keeper: Some(now.keeper),
        advice: Some(advice),
        shares: (!shares.is_empty()).then_some(shares),
    };
    let subject = Subject::deployment_changed(&after);
    let commit = Commit::under(permit).change(Change::Deployment(after))?;
    let committed = call.commit(commit, subject, Some(&response_elements(&answer)), answer).await;
    match &committed {
        Ok(_) => settlement.committed().await,
        Err(CommitError::Conflict) => settlement.refused().await,
        // Nobody can say how it ended.
        Err(_) => drop(settlement),
    }
    Ok(committed?)
}

/// The shape's rules leave nothing that does not fit.
pub(super) fn few(number: Option<i32>) -> Option<u8> {
    number.and_then(|number| u8::try_from(number).ok())
}
