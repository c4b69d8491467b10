use std::borrow::Cow;

use http::HeaderMap;

use crate::error::SignatureError;

/// SDKs sign some ten headers. The bound keeps the work per request small, whatever the list says.
pub(crate) const SIGNED_HEADERS_MAX: usize = 100;

/// The `a;b;c` list of a signature, used as the client gave it: never sorted, never changed in case.
pub(crate) struct SignedHeaders<'a>(Cow<'a, str>);

impl<'a> SignedHeaders<'a> {
    pub(crate) fn new(list: Cow<'a, str>) -> Result<Self, SignatureError> {
        if list.bytes().filter(|byte| *byte == b';').count() >= SIGNED_HEADERS_MAX {
            return Err(SignatureError::TooManySignedHeaders { limit: SIGNED_HEADERS_MAX });
        }
        Ok(Self(list))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split(';')
    }

    /// The host must be signed, or the request could be replayed elsewhere.
    pub(crate) fn check_host(&self) -> Result<(), SignatureError> {
        if self.contains("host") || self.contains(":authority") { Ok(()) } else { Err(SignatureError::HostNotSigned) }
    }

    /// Every `x-amz-*` header has a say in what the request means, so each that is present must be signed.
    ///
    /// `x-amz-user-agent` in a presigned request is let through: it says nothing but who presents the URL, and some
    /// signers leave it out there.
    pub(crate) fn check_amz_headers(&self, headers: &HeaderMap, presigned: bool) -> Result<(), SignatureError> {
        for name in headers.keys().map(http::HeaderName::as_str).filter(|name| name.starts_with("x-amz-")) {
            let excused = presigned && name == "x-amz-user-agent";
            if !excused && !self.contains(name) {
                return Err(SignatureError::HeaderNotSigned { name: name.to_owned() });
            }
        }
        Ok(())
    }

    /// By bytes, because splitting such short text as `str` costs several times the comparison.
    fn contains(&self, name: &str) -> bool {
        self.0.as_bytes().split(|byte| *byte == b';').any(|signed| signed == name.as_bytes())
    }
}
