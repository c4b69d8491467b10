//! The client's side, for the command line, tests and load generators. A signer is a verifier that writes the
//! signature down instead of comparing it, so both use one canonicaliser.

use std::borrow::Cow;
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::ALGORITHM;
use crate::amz_date::AmzDate;
use crate::canonical::Scratch;
use crate::claims::Form;
use crate::credential_scope::{CredentialScope, TERMINATOR};
use crate::error::SignatureError;
use crate::presented::PresentedSignature;
use crate::request::{ReceivedRequest, X_AMZ_DATE, X_AMZ_SECURITY_TOKEN};
use crate::signed_headers::SignedHeaders;
use crate::signing_key::SigningKey;

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Credentials and what they are to be used for. Shows nothing of itself in `Debug`, because it has none.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    pub access_key_id: &'a str,
    pub secret_access_key: &'a [u8],
    pub session_token: Option<&'a str>,
    pub region: &'a str,
    pub service: &'a str,
}

/// A request about to be sent, but for its headers. Path and query are encoded as they will be sent.
#[derive(Clone, Copy)]
pub struct RequestToSign<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub body: &'a [u8],
}

/// Why a request could not be signed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    #[error("a request needs a Host header before it can be signed")]
    NoHost,
    #[error("a time whose year does not have four digits cannot be signed")]
    TimeOutOfRange,
    #[error("the access key id, region, service or session token cannot be written into a header")]
    NotAHeaderValue,
    /// The server would refuse the request for this, whoever signed it.
    #[error("{0}")]
    Refused(#[from] SignatureError),
}

impl Signer<'_> {
    /// Adds `X-Amz-Date`, `X-Amz-Security-Token` if there is one, and `Authorization`, in the place of older ones.
    /// Signed are the host, the content type and every `x-amz-*` header.
    pub fn sign_headers(
        &self,
        request: &RequestToSign<'_>,
        headers: &mut HeaderMap,
        now: Timestamp,
    ) -> Result<(), SigningError> {
        let signed_at = AmzDate::at(now).ok_or(SigningError::TimeOutOfRange)?;
        headers.insert(X_AMZ_DATE, header_value(signed_at.as_str())?);
        if let Some(token) = self.session_token {
            let mut token = header_value(token)?;
            token.set_sensitive(true);
            headers.insert(X_AMZ_SECURITY_TOKEN, token);
        }
        let signed_headers = headers_to_sign(headers)?;
        let signature =
            self.signature(request, request.query, headers, &signed_headers, signed_at, Form::AuthorizationHeader)?;
        let credential = self.credential(&signed_at);
        let authorization =
            format!("{ALGORITHM} Credential={credential}, SignedHeaders={signed_headers}, Signature={signature}");
        headers.insert(AUTHORIZATION, header_value(&authorization)?);
        Ok(())
    }

    /// The query string with which the request can be sent by anybody until `expires` has passed. `headers` must be
    /// sent with it as they are now.
    pub fn presign(
        &self,
        request: &RequestToSign<'_>,
        headers: &HeaderMap,
        now: Timestamp,
        expires: Duration,
    ) -> Result<String, SigningError> {
        let signed_at = AmzDate::at(now).ok_or(SigningError::TimeOutOfRange)?;
        let signed_headers = headers_to_sign(headers)?;
        let expires_seconds = expires.as_secs().to_string();
        let credential = self.credential(&signed_at);
        let mut query = request.query.to_owned();
        let parameters = [
            ("X-Amz-Algorithm", Some(ALGORITHM)),
            ("X-Amz-Credential", Some(credential.as_str())),
            ("X-Amz-Date", Some(signed_at.as_str())),
            ("X-Amz-Expires", Some(expires_seconds.as_str())),
            ("X-Amz-SignedHeaders", Some(signed_headers.as_str())),
            ("X-Amz-Security-Token", self.session_token),
        ];
        for (name, value) in parameters.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            push_parameter(&mut query, name, value);
        }
        let form = Form::Presigned { expires_seconds: None };
        let signature = self.signature(request, &query, headers, &signed_headers, signed_at, form)?;
        push_parameter(&mut query, "X-Amz-Signature", &signature);
        Ok(query)
    }

    fn credential(&self, signed_at: &AmzDate) -> String {
        let Self { access_key_id, region, service, .. } = self;
        format!("{access_key_id}/{}/{region}/{service}/{TERMINATOR}", signed_at.day())
    }

    fn signature(
        &self,
        request: &RequestToSign<'_>,
        query: &str,
        headers: &HeaderMap,
        signed_headers: &str,
        signed_at: AmzDate,
        form: Form,
    ) -> Result<String, SigningError> {
        let unsigned = PresentedSignature {
            access_key_id: Cow::Borrowed(self.access_key_id),
            scope: CredentialScope {
                date: Cow::Borrowed(signed_at.day()),
                region: Cow::Borrowed(self.region),
                service: Cow::Borrowed(self.service),
                terminator: Cow::Borrowed(TERMINATOR),
            },
            signed_at,
            signed_headers: SignedHeaders::new(Cow::Borrowed(signed_headers))?,
            signature: Cow::Borrowed(""),
            session_token: None,
            form,
            after_the_clock: None,
        };
        let received = ReceivedRequest { method: request.method, path: request.path, query, headers, authority: None };
        let mut scratch = Scratch::default();
        let expected = unsigned.expected(&received, request.body, &mut scratch)?;
        let key = SigningKey::derive(self.secret_access_key, signed_at.day(), self.region, self.service);
        Ok(key.signature(expected.string_to_sign).into_iter().map(char::from).collect())
    }
}

/// Host, content type and every `x-amz-*` header, in order.
fn headers_to_sign(headers: &HeaderMap) -> Result<String, SigningError> {
    if !headers.contains_key(HOST) {
        return Err(SigningError::NoHost);
    }
    let is_signed = |name: &&HeaderName| *name == HOST || *name == CONTENT_TYPE || name.as_str().starts_with("x-amz-");
    let mut names: Vec<&str> = headers.keys().filter(is_signed).map(HeaderName::as_str).collect();
    names.sort_unstable();
    Ok(names.join(";"))
}

fn header_value(text: &str) -> Result<HeaderValue, SigningError> {
    HeaderValue::from_str(text).map_err(|_| SigningError::NotAHeaderValue)
}

fn push_parameter(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(name);
    query.push('=');
    query.extend(utf8_percent_encode(value, UNRESERVED));
}
