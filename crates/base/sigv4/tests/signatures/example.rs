//! A request that can be altered and judged.

use std::time::{Duration, SystemTime};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use keepwell_sigv4::{PresentedSignature, ReceivedRequest, Scratch, SignatureError, SigningKey};

pub(crate) const WINDOW: Duration = Duration::from_secs(300);

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) authority: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &str, path: &str, query: &str, body: &[u8]) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: HeaderMap::new(),
            authority: None,
            body: body.to_vec(),
        }
    }

    pub(crate) fn received(&self) -> ReceivedRequest<'_> {
        ReceivedRequest {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &self.headers,
            authority: self.authority.as_deref(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_ref()).unwrap());
        self
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.headers.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
}

/// What the server knows: one access key, one region, one service, the time.
pub(crate) struct Server {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) now: Timestamp,
}

/// Why a request did not get through.
#[derive(Debug, PartialEq)]
pub(crate) enum Refusal {
    Signature(SignatureError),
    UnknownAccessKey,
}

impl From<SignatureError> for Refusal {
    fn from(error: SignatureError) -> Self {
        Self::Signature(error)
    }
}

impl Server {
    /// AWS's example credentials at the time of its examples.
    pub(crate) fn example() -> Self {
        Self {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            region: "us-east-1".to_owned(),
            service: "service".to_owned(),
            now: "2015-08-30T12:36:00Z".parse().unwrap(),
        }
    }

    /// All that a server does with a signature, in order.
    pub(crate) fn judge(&self, request: &Request) -> Result<(), Refusal> {
        let received = request.received();
        let presented = PresentedSignature::parse(&received)?;
        presented.check_time(self.now, WINDOW)?;
        presented.check_scope(|region| region == self.region, &self.service)?;
        if presented.access_key_id() != self.access_key_id {
            return Err(Refusal::UnknownAccessKey);
        }
        let scope = presented.scope();
        let key = SigningKey::derive(self.secret_access_key.as_bytes(), &scope.date, &scope.region, &scope.service);
        Ok(presented.verify(&received, &request.body, &key, &mut Scratch::default())?)
    }

    /// Puts an Authorization header on a request that an orderly signer would not make. The canonical request is
    /// ours, key and signature are the SDK's.
    pub(crate) fn sign_oddly(&self, request: &mut Request, signed_headers: &str) {
        let day = self.now.strftime("%Y%m%d");
        let Self { access_key_id, region, service, .. } = self;
        let unsigned = format!(
            "AWS4-HMAC-SHA256 Credential={access_key_id}/{day}/{region}/{service}/aws4_request, \
             SignedHeaders={signed_headers}, Signature="
        );
        request.set("authorization", &format!("{unsigned}0"));
        let received = request.received();
        let mut scratch = Scratch::default();
        let presented = PresentedSignature::parse(&received).unwrap();
        let signature = match presented.expected(&received, &request.body, &mut scratch) {
            Ok(expected) => calculate_signature(self.sdk_key(), expected.string_to_sign),
            Err(_) => "0".repeat(64),
        };
        request.set("authorization", &format!("{unsigned}{signature}"));
    }

    pub(crate) fn system_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.now.as_second().try_into().unwrap())
    }

    fn sdk_key(&self) -> impl AsRef<[u8]> {
        generate_signing_key(&self.secret_access_key, self.system_time(), &self.region, &self.service)
    }
}

/// A plain signed call, in good order.
pub(crate) fn signed_call() -> Request {
    let mut request = unsigned_call();
    Server::example().sign_oddly(&mut request, "content-type;host;x-amz-date;x-amz-target");
    request
}

pub(crate) fn unsigned_call() -> Request {
    Request::new("POST", "/", "", br#"{"SecretId":"tea"}"#)
        .with("host", "localhost:8443")
        .with("content-type", "application/x-amz-json-1.1")
        .with("x-amz-target", "secretsmanager.GetSecretValue")
        .with("x-amz-date", "20150830T123600Z")
}
