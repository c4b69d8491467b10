use std::borrow::Cow;

use crate::amz_date::AmzDate;

/// What a request says about its signature, the same for both forms, read but not judged.
pub(crate) struct Claims<'a> {
    pub(crate) algorithm: Cow<'a, str>,
    pub(crate) credential: Cow<'a, str>,
    pub(crate) signed_headers: Cow<'a, str>,
    pub(crate) signature: Cow<'a, str>,
    pub(crate) signed_at: AmzDate,
    pub(crate) session_token: Option<Cow<'a, str>>,
    pub(crate) form: Form,
}

/// Where the signature stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    AuthorizationHeader,
    Presigned { expires_seconds: Option<u32> },
}
