use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::canonical::{self, Expected, Scratch};
use crate::error::SignatureError;
use crate::payload_hash;
use crate::presented::PresentedSignature;
use crate::request::ReceivedRequest;
use crate::signing_key::SigningKey;

impl PresentedSignature<'_> {
    /// Whether the holder of `key` signed this request and this body. `request` is the one the signature was parsed
    /// from, `body` all of its bytes, and `key` derived from the secret of [`access_key_id`](Self::access_key_id) for
    /// [`scope`](Self::scope). Time and scope are not looked at again.
    pub fn verify(
        &self,
        request: &ReceivedRequest<'_>,
        body: &[u8],
        key: &SigningKey,
        scratch: &mut Scratch,
    ) -> Result<(), SignatureError> {
        self.check_readable()?;
        let expected = self.expected(request, body, scratch)?;
        let computed = key.signature(expected.string_to_sign);
        verify_slices_are_equal(&computed, self.signature.as_bytes()).map_err(|_| SignatureError::SignatureDoesNotMatch)
    }

    /// What the client must have signed: the texts that tell a developer why a signature does not match. They repeat
    /// the session token and must stay out of logs.
    pub fn expected<'s>(
        &self,
        request: &ReceivedRequest<'_>,
        body: &[u8],
        scratch: &'s mut Scratch,
    ) -> Result<Expected<'s>, SignatureError> {
        self.signed_headers.check_amz_headers(request.headers, self.is_presigned())?;
        let payload_hash = payload_hash::accepted(request.headers, body)?;
        canonical::write(self, request, &payload_hash, scratch)
    }
}
