use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::amz_date::AmzDate;
use crate::claims::{Claims, Form};
use crate::error::{MissingQueryParameters, SignatureError};
use crate::request::{ReceivedRequest, X_AMZ_SECURITY_TOKEN, query_parameters};

/// A week, the longest life AWS lets a presigned request ask for.
const EXPIRES_SECONDS_MAX: u32 = 604_800;

/// Whether a query string claims to carry a signature.
pub(crate) fn is_presented(query: &str) -> bool {
    query_parameters(query).any(|(name, _)| matches!(&*decoded(name), "X-Amz-Algorithm" | "X-Amz-Signature"))
}

/// Reads the `X-Amz-*` parameters of a presigned request. An empty one is missing.
pub(crate) fn parse<'a>(request: &ReceivedRequest<'a>) -> Result<Claims<'a>, SignatureError> {
    let parameters = Parameters::parse(request.query)?;
    let algorithm = parameters.algorithm.unwrap_or_default();
    let credential = parameters.credential.unwrap_or_default();
    let signature = parameters.signature.unwrap_or_default();
    let signed_headers = parameters.signed_headers.unwrap_or_default();
    let date = parameters.date.unwrap_or_default();

    let missing = MissingQueryParameters {
        algorithm: algorithm.is_empty(),
        credential: credential.is_empty(),
        signature: signature.is_empty(),
        signed_headers: signed_headers.is_empty(),
        date: date.is_empty(),
    };
    if missing.any() {
        return Err(SignatureError::MissingQueryParameters { missing });
    }
    let Some(signed_at) = AmzDate::parse(&date) else {
        return Err(SignatureError::DateNotBasicFormat { got: date.into_owned() });
    };
    let expires_seconds = parameters.expires.map(expires_seconds).transpose()?;
    Ok(Claims {
        algorithm,
        credential,
        signed_headers,
        signature,
        signed_at,
        session_token: parameters.session_token.or_else(|| request.header(&X_AMZ_SECURITY_TOKEN)),
        form: Form::Presigned { expires_seconds },
    })
}

#[derive(Default)]
struct Parameters<'a> {
    algorithm: Option<Cow<'a, str>>,
    credential: Option<Cow<'a, str>>,
    date: Option<Cow<'a, str>>,
    expires: Option<Cow<'a, str>>,
    signed_headers: Option<Cow<'a, str>>,
    session_token: Option<Cow<'a, str>>,
    signature: Option<Cow<'a, str>>,
}

impl<'a> Parameters<'a> {
    /// A parameter that is given twice is refused: the signature covers both, but only one could be obeyed.
    fn parse(query: &'a str) -> Result<Self, SignatureError> {
        let mut parameters = Self::default();
        for (name, value) in query_parameters(query) {
            let (slot, name) = match &*decoded(name) {
                "X-Amz-Algorithm" => (&mut parameters.algorithm, "X-Amz-Algorithm"),
                "X-Amz-Credential" => (&mut parameters.credential, "X-Amz-Credential"),
                "X-Amz-Date" => (&mut parameters.date, "X-Amz-Date"),
                "X-Amz-Expires" => (&mut parameters.expires, "X-Amz-Expires"),
                "X-Amz-SignedHeaders" => (&mut parameters.signed_headers, "X-Amz-SignedHeaders"),
                "X-Amz-Security-Token" => (&mut parameters.session_token, "X-Amz-Security-Token"),
                "X-Amz-Signature" => (&mut parameters.signature, "X-Amz-Signature"),
                _ => continue,
            };
            if slot.replace(decoded(value)).is_some() {
                return Err(SignatureError::RepeatedQueryParameter { name });
            }
        }
        Ok(parameters)
    }
}

/// Undoes percent-encoding. A `+` is a plus: only form bodies write spaces that way.
fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

fn expires_seconds(text: Cow<'_, str>) -> Result<u32, SignatureError> {
    let only_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(seconds @ 1..=EXPIRES_SECONDS_MAX) if only_digits => Ok(seconds),
        _ => Err(SignatureError::ExpiresOutOfRange { got: text.into_owned() }),
    }
}
