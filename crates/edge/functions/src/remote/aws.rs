//! AWS Lambda itself.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::HOST;
use http::{HeaderMap, HeaderValue};
use sigv4::sign::{RequestToSign, Signer};
use terms::{Clock, Partition, Region};

use super::AwsCredentials;
use super::agent::{Endpoint, percent_encoded};

const SERVICE: &str = "lambda";

/// Signs calls of functions in one Region.
pub(super) struct Signature {
    region: Region,
    credentials: Arc<AwsCredentials>,
    clock: Arc<dyn Clock>,
}

/// Where the function with this ARN is invoked: at AWS, or at this endpoint.
pub(super) fn url(arn: &str, endpoint: Option<&str>) -> Option<String> {
    let region = region_of(arn)?;
    let endpoint = endpoint.map_or_else(|| endpoint_of(region), |given| given.trim_end_matches('/').to_owned());
    Some(format!("{endpoint}/2015-03-31/functions/{}/invocations", percent_encoded(arn)))
}

fn endpoint_of(region: Region) -> String {
    let suffix = match region.partition() {
        Partition::AwsCn => "amazonaws.com.cn",
        Partition::Aws | Partition::AwsUsGov => "amazonaws.com",
    };
    format!("https://lambda.{region}.{suffix}")
}

fn region_of(arn: &str) -> Option<Region> {
    Region::parse(arn.split(':').nth(3)?).ok()
}

impl Signature {
    pub(super) fn new(arn: &str, credentials: Arc<AwsCredentials>, clock: Arc<dyn Clock>) -> Option<Self> {
        Some(Self { region: region_of(arn)?, credentials, clock })
    }

    /// None when the call cannot be signed.
    pub(super) fn sign(
        &self,
        endpoint: &Endpoint,
        qualifier: Option<&str>,
        client_context: Option<&str>,
        payload: &[u8],
        headers: &mut HeaderMap,
    ) -> Option<()> {
        headers.insert(HOST, HeaderValue::from_str(endpoint.host()).ok()?);
        headers.insert("x-amz-log-type", HeaderValue::from_static("Tail"));
        if let Some(context) = client_context {
            headers.insert("x-amz-client-context", HeaderValue::try_from(STANDARD.encode(context)).ok()?);
        }
        let credentials = &*self.credentials;
        let token = credentials.session_token.as_ref().map(|token| str::from_utf8(token.expose())).transpose();
        let signer = Signer {
            access_key_id: &credentials.access_key_id,
            secret_access_key: credentials.secret_access_key.expose(),
            session_token: token.ok()?,
            region: self.region.as_str(),
            service: SERVICE,
        };
        let now = jiff::Timestamp::from_millisecond(self.clock.now().as_millis()).ok()?;
        let query = qualifier.map(|qualifier| format!("Qualifier={}", percent_encoded(qualifier)));
        let query = query.as_deref().unwrap_or_default();
        let request = RequestToSign { method: "POST", path: endpoint.path(), query, body: payload };
        signer.sign_headers(&request, headers, now).ok()
    }
}

/// The end of the log, where AWS sends it.
pub(super) fn log_tail(headers: &HeaderMap) -> Vec<u8> {
    let sent = headers.get("x-amz-log-result").and_then(|value| STANDARD.decode(value.as_bytes()).ok());
    sent.unwrap_or_default()
}
