use aws_lc_rs::digest::{SHA256, digest};
use http::HeaderMap;

use crate::error::SignatureError;
use crate::request::X_AMZ_CONTENT_SHA256;

/// A SHA-256 in lower-case hex.
pub(crate) type HexSha256 = [u8; 64];

pub(crate) fn hex_sha256(data: &[u8]) -> HexSha256 {
    lower_hex(digest(&SHA256, data).as_ref())
}

/// Writes 32 bytes as 64 digits.
pub(crate) fn lower_hex(bytes: &[u8]) -> HexSha256 {
    let mut digits = [0; 64];
    let (pairs, _) = digits.as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = [digit(byte >> 4), digit(byte & 0xf)];
    }
    digits
}

/// The last line of the canonical request: the hash of the body that came, which an `x-amz-content-sha256` header
/// may repeat but not replace.
pub(crate) fn accepted(headers: &HeaderMap, body: &[u8]) -> Result<HexSha256, SignatureError> {
    let computed = hex_sha256(body);
    for claimed in headers.get_all(&X_AMZ_CONTENT_SHA256) {
        let claimed = claimed.as_bytes();
        if claimed == computed {
            continue;
        }
        if claimed.len() == computed.len() && claimed.iter().all(u8::is_ascii_hexdigit) {
            return Err(SignatureError::BodyHashMismatch);
        }
        return Err(SignatureError::PayloadNotSigned { got: String::from_utf8_lossy(claimed).into_owned() });
    }
    Ok(computed)
}

/// Without a branch or a table, so that signatures are not told by timing.
fn digit(nibble: u8) -> u8 {
    let letter_offset = (9u8.wrapping_sub(nibble) >> 7) * (b'a' - b'9' - 1);
    b'0' + nibble + letter_offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_digits_are_those_of_the_hex_crate() {
        for start in (0..=224u8).step_by(32) {
            let bytes: Vec<u8> = (start..=start + 31).collect();
            assert_eq!(lower_hex(&bytes).as_slice(), hex::encode(&bytes).as_bytes());
        }
    }

    #[test]
    fn an_absent_header_means_the_hash_of_the_body() {
        let empty = accepted(&HeaderMap::new(), b"").unwrap();
        assert_eq!(&empty, b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn a_stated_hash_must_be_that_of_the_body() {
        let mut headers = HeaderMap::new();
        let hash = hex_sha256(b"body");
        headers.insert("x-amz-content-sha256", http::HeaderValue::from_bytes(&hash).unwrap());
        assert_eq!(accepted(&headers, b"body"), Ok(hash));
        assert_eq!(accepted(&headers, b"Body"), Err(SignatureError::BodyHashMismatch));
    }

    #[test]
    fn a_second_stated_hash_is_held_to_the_body_too() {
        let mut headers = HeaderMap::new();
        headers.append("x-amz-content-sha256", http::HeaderValue::from_bytes(&hex_sha256(b"body")).unwrap());
        headers.append("x-amz-content-sha256", http::HeaderValue::from_bytes(&hex_sha256(b"Body")).unwrap());
        assert_eq!(accepted(&headers, b"body"), Err(SignatureError::BodyHashMismatch));
    }

    #[test]
    fn unsigned_and_streaming_payloads_are_refused() {
        for got in ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", ""]
        {
            let mut headers = HeaderMap::new();
            headers.insert("x-amz-content-sha256", got.parse().unwrap());
            assert_eq!(accepted(&headers, b""), Err(SignatureError::PayloadNotSigned { got: got.to_owned() }));
        }
    }
}
