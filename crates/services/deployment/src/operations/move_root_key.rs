use facades::NewRootKey;
use trail::Recorded;

use super::rotate_root_key::{few, replace};
use crate::{
    error::Error,
    room::Call,
    shapes::{CustodyType, MoveRootKeyRequest, ReplaceRootKeyResponse},
};

/// Gives a new root key to another keeper. The configuration has to follow before the next start.
pub(crate) async fn move_root_key(
    call: &Call<'_>,
    ask: &MoveRootKeyRequest,
) -> Result<Recorded<ReplaceRootKeyResponse>, Error> {
    let wish = NewRootKey {
        custody: Some(match ask.custody {
            CustodyType::AwsKms => "aws-kms",
            CustodyType::File => "file",
            CustodyType::Passphrase => "passphrase",
            CustodyType::Pkcs11 => "pkcs11",
            CustodyType::Shares => "shares",
            CustodyType::SystemdCredential => "systemd-credential",
        }),
        passphrase: ask.passphrase.as_ref(),
        threshold: few(ask.threshold),
        count: few(ask.count),
    };
    replace(call, wish).await
}
