use std::borrow::Cow;
use std::time::Duration;

use http::header::AUTHORIZATION;
use jiff::Timestamp;

use crate::amz_date::AmzDate;
use crate::claims::{Claims, Form};
use crate::credential_scope::{Credential, CredentialScope};
use crate::error::SignatureError;
use crate::request::ReceivedRequest;
use crate::signed_headers::SignedHeaders;
use crate::{ALGORITHM, authorization, freshness, presigned};

/// A signature as presented: read, not yet believed. Nothing it says may be acted upon before
/// [`verify`](Self::verify), except to find out which key to verify it with.
pub struct PresentedSignature<'a> {
    pub(crate) access_key_id: Cow<'a, str>,
    pub(crate) scope: CredentialScope<'a>,
    pub(crate) signed_at: AmzDate,
    pub(crate) signed_headers: SignedHeaders<'a>,
    pub(crate) signature: Cow<'a, str>,
    pub(crate) session_token: Option<Cow<'a, str>>,
    pub(crate) form: Form,
    /// AWS looks at the clock before it looks at some parts of the header, and which of two problems is reported
    /// should not differ here. So these wait for `check_scope`, and `verify` never passes with one.
    pub(crate) after_the_clock: Option<Box<SignatureError>>,
}

impl<'a> PresentedSignature<'a> {
    /// Reads the `Authorization` header, or the query parameters of a presigned request.
    ///
    /// An unsigned host, another algorithm and a credential that has not five elements are reported by
    /// [`check_scope`](Self::check_scope), because the clock comes first; until then a credential that could not be
    /// read shows as an empty access key id and an empty scope.
    pub fn parse(request: &ReceivedRequest<'a>) -> Result<Self, SignatureError> {
        let mut authorizations = request.headers.get_all(AUTHORIZATION).iter();
        let authorization = authorizations.next();
        if authorizations.next().is_some() {
            return Err(SignatureError::RepeatedAuthorization);
        }
        let claims = match (authorization, presigned::is_presented(request.query)) {
            (Some(_), true) => return Err(SignatureError::TwoFormsAtOnce),
            (Some(header), false) => authorization::parse(header, request)?,
            (None, true) => presigned::parse(request)?,
            (None, false) => return Err(SignatureError::MissingAuthenticationToken),
        };
        Self::from_claims(claims)
    }

    fn from_claims(claims: Claims<'a>) -> Result<Self, SignatureError> {
        let signed_headers = SignedHeaders::new(claims.signed_headers)?;
        let credential = Credential::parse(&claims.credential);
        let (credential, after_the_clock) = match (signed_headers.check_host(), claims.algorithm, credential) {
            (Err(host_not_signed), _, credential) => (credential.unwrap_or_default(), Some(host_not_signed)),
            (Ok(()), algorithm, credential) if algorithm != ALGORITHM => (
                credential.unwrap_or_default(),
                Some(SignatureError::UnsupportedAlgorithm { algorithm: algorithm.into_owned() }),
            ),
            (Ok(()), _, Err(wrong_arity)) => (Credential::default(), Some(wrong_arity)),
            (Ok(()), _, Ok(credential)) => (credential, None),
        };
        Ok(Self {
            access_key_id: credential.access_key_id,
            scope: credential.scope,
            signed_at: claims.signed_at,
            signed_headers,
            signature: claims.signature,
            session_token: claims.session_token,
            form: claims.form,
            after_the_clock: after_the_clock.map(Box::new),
        })
    }

    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    pub fn scope(&self) -> &CredentialScope<'a> {
        &self.scope
    }

    pub fn signed_at(&self) -> Timestamp {
        self.signed_at.instant()
    }

    /// The value of `X-Amz-Security-Token`, for others to judge. It is covered by the signature.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    /// Whether the signature came in the query string.
    pub fn is_presigned(&self) -> bool {
        matches!(self.form, Form::Presigned { .. })
    }

    /// Refuses a signature that is too old or not yet current. `window` is the service's: 15 minutes for STS and IAM,
    /// 5 for the others.
    ///
    /// A presigned request is also good for no longer than its `X-Amz-Expires`, and that is worth no more than the
    /// greater of `window` and 15 minutes, as it is for every service but S3.
    pub fn check_time(&self, now: Timestamp, window: Duration) -> Result<(), SignatureError> {
        freshness::check(&self.signed_at, now, window, self.form)
    }

    /// Refuses a signature made for another region, service, protocol or day; all that is wrong with the scope is said
    /// at once, in AWS's order.
    pub fn check_scope(&self, region_is_served: impl Fn(&str) -> bool, service: &str) -> Result<(), SignatureError> {
        self.check_readable()?;
        self.scope.check(region_is_served, service, &self.signed_at)
    }

    pub(crate) fn check_readable(&self) -> Result<(), SignatureError> {
        match &self.after_the_clock {
            Some(problem) => Err(SignatureError::clone(problem)),
            None => Ok(()),
        }
    }
}
