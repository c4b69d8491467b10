use std::ops::Range;

use percent_encoding::{percent_decode_str, percent_encode_byte};

use crate::ALGORITHM;
use crate::error::SignatureError;
use crate::payload_hash::{HexSha256, hex_sha256};
use crate::presented::PresentedSignature;
use crate::request::{ReceivedRequest, query_parameters};

/// Wide enough for every list an AWS query API takes; sorting more would be work done for a stranger.
const QUERY_PARAMETERS_MAX: usize = 1000;

/// What a buffer may keep between requests.
const RETAINED_BYTES_MAX: usize = 64 * 1024;

/// Buffers that a thread keeps from one request to the next, so that verifying allocates nothing.
#[derive(Default)]
pub struct Scratch {
    canonical_request: Vec<u8>,
    string_to_sign: Vec<u8>,
    encoded_query: Vec<u8>,
    parameters: Vec<EncodedParameter>,
}

/// The two texts of a signature, as they must be byte for byte.
pub struct Expected<'s> {
    pub canonical_request: &'s [u8],
    pub string_to_sign: &'s [u8],
}

/// Where a parameter lies in `Scratch::encoded_query`.
struct EncodedParameter {
    name: Range<usize>,
    value: Range<usize>,
}

/// Writes the canonical request and, from its hash, the string to sign.
pub(crate) fn write<'s>(
    presented: &PresentedSignature<'_>,
    request: &ReceivedRequest<'_>,
    payload_hash: &HexSha256,
    scratch: &'s mut Scratch,
) -> Result<Expected<'s>, SignatureError> {
    scratch.clear();
    let Scratch { canonical_request: out, string_to_sign, encoded_query, parameters } = scratch;

    out.extend_from_slice(request.method.as_bytes());
    out.push(b'\n');
    push_path(out, request.path);
    out.push(b'\n');
    if !request.query.is_empty() {
        encode_query(encoded_query, parameters, request.query)?;
        push_sorted_query(out, encoded_query, parameters);
    }
    out.push(b'\n');
    for name in presented.signed_headers.names() {
        push_header(out, request, name)?;
    }
    out.push(b'\n');
    out.extend_from_slice(presented.signed_headers.as_str().as_bytes());
    out.push(b'\n');
    out.extend_from_slice(payload_hash);

    let scope = &presented.scope;
    for line in [ALGORITHM, "\n", presented.signed_at.as_str(), "\n"] {
        string_to_sign.extend_from_slice(line.as_bytes());
    }
    for element in [&scope.date, &scope.region, &scope.service] {
        string_to_sign.extend_from_slice(element.as_bytes());
        string_to_sign.push(b'/');
    }
    string_to_sign.extend_from_slice(scope.terminator.as_bytes());
    string_to_sign.push(b'\n');
    string_to_sign.extend_from_slice(&hex_sha256(out));
    Ok(Expected { canonical_request: out, string_to_sign })
}

impl Scratch {
    fn clear(&mut self) {
        for buffer in [&mut self.canonical_request, &mut self.string_to_sign, &mut self.encoded_query] {
            buffer.clear();
            buffer.shrink_to(RETAINED_BYTES_MAX);
        }
        self.parameters.clear();
    }
}

/// The path without dot segments and doubled slashes, encoded as if it had not been encoded before: a `%` that was
/// sent is signed as `%25`. Only S3 does otherwise.
fn push_path(out: &mut Vec<u8>, path: &str) {
    let start = out.len();
    let mut ends_in_directory = true;
    for segment in path.split('/') {
        ends_in_directory = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => {
                let parent = out.iter().skip(start).rposition(|byte| *byte == b'/').unwrap_or(0);
                out.truncate(start + parent);
            }
            _ => {
                out.push(b'/');
                push_encoded(out, segment.bytes());
            }
        }
    }
    if ends_in_directory {
        out.push(b'/');
    }
}

/// Decodes and encodes anew every name and value, so that all spellings of a parameter look the same. A `+` is a
/// plus. `X-Amz-Signature` cannot sign itself and is left out; only presigned requests come this far with one.
fn encode_query(
    encoded: &mut Vec<u8>,
    parameters: &mut Vec<EncodedParameter>,
    query: &str,
) -> Result<(), SignatureError> {
    for (name, value) in query_parameters(query) {
        if parameters.len() == QUERY_PARAMETERS_MAX {
            return Err(SignatureError::TooManyQueryParameters { limit: QUERY_PARAMETERS_MAX });
        }
        let start = encoded.len();
        push_encoded(encoded, percent_decode_str(name));
        let middle = encoded.len();
        if encoded.get(start..) == Some(b"X-Amz-Signature") {
            encoded.truncate(start);
            continue;
        }
        push_encoded(encoded, percent_decode_str(value));
        parameters.push(EncodedParameter { name: start..middle, value: middle..encoded.len() });
    }
    Ok(())
}

/// Byte order by name, then by value, of the encoded text.
fn push_sorted_query(out: &mut Vec<u8>, encoded: &[u8], parameters: &mut [EncodedParameter]) {
    let text = |range: &Range<usize>| encoded.get(range.clone()).unwrap_or_default();
    parameters.sort_unstable_by(|a, b| (text(&a.name), text(&a.value)).cmp(&(text(&b.name), text(&b.value))));
    for (index, parameter) in parameters.iter().enumerate() {
        if index > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(text(&parameter.name));
        out.push(b'=');
        out.extend_from_slice(text(&parameter.value));
    }
}

/// One `name:value` line. A header that is listed but did not come cannot have been signed: it is a mismatch, not an
/// empty value.
fn push_header(out: &mut Vec<u8>, request: &ReceivedRequest<'_>, name: &str) -> Result<(), SignatureError> {
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    let mut values = request.headers.get_all(name).iter();
    match (values.next(), request.authority) {
        (Some(first), _) => {
            push_collapsed(out, first.as_bytes());
            for value in values {
                out.push(b',');
                push_collapsed(out, value.as_bytes());
            }
        }
        (None, Some(authority)) if matches!(name, "host" | ":authority") => push_collapsed(out, authority.as_bytes()),
        (None, _) => return Err(SignatureError::SignatureDoesNotMatch),
    }
    out.push(b'\n');
    Ok(())
}

/// A header value without blanks at its ends and with single spaces within; bytes outside ASCII pass as they are.
fn push_collapsed(out: &mut Vec<u8>, value: &[u8]) {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    // Without an early end the compiler looks at many bytes at once, and most values, long tokens among them, are one word.
    if !value.iter().fold(false, |found, byte| found | is_blank(byte)) {
        out.extend_from_slice(value);
        return;
    }
    let mut words = value.split(is_blank).filter(|word| !word.is_empty());
    if let Some(first) = words.next() {
        out.extend_from_slice(first);
    }
    for word in words {
        out.push(b' ');
        out.extend_from_slice(word);
    }
}

/// Percent-encodes everything but RFC 3986's unreserved characters, in upper-case hex.
fn push_encoded(out: &mut Vec<u8>, bytes: impl Iterator<Item = u8>) {
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(byte);
        } else {
            out.extend_from_slice(percent_encode_byte(byte).as_bytes());
        }
    }
}
