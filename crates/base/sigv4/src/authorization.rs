use std::borrow::Cow;

use http::HeaderValue;
use http::header::DATE;

use crate::amz_date::AmzDate;
use crate::claims::{Claims, Form};
use crate::error::{MissingHeaderParameters, SignatureError};
use crate::request::{ReceivedRequest, X_AMZ_DATE, X_AMZ_SECURITY_TOKEN};

/// Reads `AWS4-HMAC-SHA256 Credential=..., SignedHeaders=a;b, Signature=...` and the headers it leans on.
///
/// The parameters come in any order, with or without spaces after the commas; of a repeated one the last counts, an
/// empty one is missing, and unknown ones are ignored.
pub(crate) fn parse<'a>(header: &'a HeaderValue, request: &ReceivedRequest<'a>) -> Result<Claims<'a>, SignatureError> {
    let header = header_text(header)?;
    if !header.starts_with("AWS4-") {
        return Err(SignatureError::MissingAuthenticationToken);
    }
    let (algorithm, parameters) = header.split_once([' ', '\t']).unwrap_or((header, ""));
    let parameters = Parameters::parse(parameters, header)?;
    let date = stated_date(request);

    let missing = MissingHeaderParameters {
        credential: parameters.credential.is_empty(),
        signature: parameters.signature.is_empty(),
        signed_headers: parameters.signed_headers.is_empty(),
        date: date.is_none(),
    };
    let (Some(signed_at), false) = (date, missing.any()) else {
        return Err(SignatureError::MissingHeaderParameters { missing, header: header.to_owned() });
    };
    Ok(Claims {
        algorithm: Cow::Borrowed(algorithm),
        credential: Cow::Borrowed(parameters.credential),
        signed_headers: Cow::Borrowed(parameters.signed_headers),
        signature: Cow::Borrowed(parameters.signature),
        signed_at: signed_at?,
        session_token: request.header(&X_AMZ_SECURITY_TOKEN),
        form: Form::AuthorizationHeader,
    })
}

#[derive(Default)]
struct Parameters<'a> {
    credential: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Parameters<'a> {
    fn parse(text: &'a str, header: &str) -> Result<Self, SignatureError> {
        let mut parameters = Self::default();
        if text.trim_ascii().is_empty() {
            return Ok(parameters);
        }
        for part in text.split(',').map(str::trim_ascii) {
            if let Some(value) = part.strip_prefix("Credential=") {
                parameters.credential = value;
            } else if let Some(value) = part.strip_prefix("SignedHeaders=") {
                parameters.signed_headers = value;
            } else if let Some(value) = part.strip_prefix("Signature=") {
                parameters.signature = value;
            } else if !part.contains('=') {
                return Err(SignatureError::NotAKeyValuePair { part: part.to_owned(), header: header.to_owned() });
            }
        }
        Ok(parameters)
    }
}

fn header_text(header: &HeaderValue) -> Result<&str, SignatureError> {
    let bytes = header.as_bytes();
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.trim_ascii()),
        // Nothing a signer writes; refused as the sort of part nobody can read.
        Err(_) if bytes.starts_with(b"AWS4-") => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            Err(SignatureError::NotAKeyValuePair { part: text.clone(), header: text })
        }
        Err(_) => Err(SignatureError::MissingAuthenticationToken),
    }
}

/// `X-Amz-Date`, else `Date`; none when the request has neither.
fn stated_date(request: &ReceivedRequest<'_>) -> Option<Result<AmzDate, SignatureError>> {
    let (text, date) = if let Some(text) = request.header(&X_AMZ_DATE) {
        let date = AmzDate::parse(&text);
        (text, date)
    } else {
        let text = request.header(&DATE)?;
        let date = AmzDate::parse_http_date(&text);
        (text, date)
    };
    Some(date.ok_or_else(|| SignatureError::DateNotBasicFormat { got: text.into_owned() }))
}
