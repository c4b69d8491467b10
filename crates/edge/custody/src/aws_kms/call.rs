//! One signed call of the KMS and its answer.

use std::borrow::Cow;
use std::io::Read;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderValue, Uri};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::{Deserialize, Serialize};
use sigv4::sign::{RequestToSign, Signer};
use terms::{Clock, Partition, Region};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use zeroize::Zeroizing;

use super::AwsKmsSettings;
use crate::KmsError;

const SERVICE: &str = "kms";
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);
/// A ciphertext has 6144 bytes at most, and all else is short.
const MESSAGE_BYTES_MAX: usize = 32 * 1024;
/// Of what a KMS says to a person.
const TOLD_CHARS_MAX: usize = 300;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Encrypt<'a> {
    pub(super) key_id: &'a str,
    pub(super) plaintext: &'a str,
    pub(super) encryption_context: EncryptionContext<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Encrypted<'a> {
    #[serde(borrow)]
    pub(super) ciphertext_blob: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) key_id: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Decrypt<'a> {
    pub(super) key_id: &'a str,
    pub(super) ciphertext_blob: &'a str,
    pub(super) encryption_context: EncryptionContext<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Decrypted<'a> {
    /// Borrowed from the answer, which wipes itself. No letter of base64 needs to be escaped.
    pub(super) plaintext: &'a str,
}

#[derive(Serialize)]
pub(super) struct EncryptionContext<'a> {
    #[serde(rename = "keepwell:deployment")]
    deployment: &'a str,
}

impl<'a> From<&'a str> for EncryptionContext<'a> {
    fn from(deployment: &'a str) -> Self {
        Self { deployment }
    }
}

#[derive(Deserialize)]
struct Refusal<'a> {
    #[serde(rename = "__type", borrow, default)]
    code: Cow<'a, str>,
    #[serde(alias = "Message", borrow, default)]
    message: Cow<'a, str>,
}

pub(super) struct Kms {
    settings: AwsKmsSettings,
    endpoint: String,
    host: HeaderValue,
    agent: Agent,
    clock: Arc<dyn Clock>,
}

impl Kms {
    pub(super) fn new(settings: AwsKmsSettings, clock: Arc<dyn Clock>) -> Result<Self, KmsError> {
        let endpoint = settings.endpoint.clone().unwrap_or_else(|| endpoint_of(settings.region));
        let (host, is_tls) = examine(&endpoint).ok_or_else(|| KmsError::Endpoint { endpoint: endpoint.clone() })?;
        let agent = agent(is_tls, settings.ca_bundle.as_deref())?;
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        Ok(Self { settings, endpoint, host, agent, clock })
    }

    pub(super) fn key_id(&self) -> &str {
        &self.settings.key_id
    }

    pub(super) fn call(&self, operation: &str, request: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, KmsError> {
        // As large as it can get, so that growing leaves no copy of a key behind.
        let mut body = Zeroizing::new(Vec::with_capacity(MESSAGE_BYTES_MAX));
        serde_json::to_writer(&mut *body, request).map_err(|_| KmsError::NotSignable)?;
        let headers = self.sign(operation, &body)?;
        let mut request = self.agent.post(format!("{}/", self.endpoint));
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let unreachable = |cause: &dyn std::fmt::Display| KmsError::Unreachable {
            endpoint: self.endpoint.clone(),
            cause: cause.to_string(),
        };
        let mut answer = request.send(body.as_slice()).map_err(|error| unreachable(&error))?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(MESSAGE_BYTES_MAX + 1));
        let mut source = answer.body_mut().as_reader().take(MESSAGE_BYTES_MAX as u64 + 1);
        source.read_to_end(&mut bytes).map_err(|error| unreachable(&error))?;
        if bytes.len() > MESSAGE_BYTES_MAX {
            return Err(self.not_understood());
        }
        let status = answer.status();
        if status.is_success() { Ok(bytes) } else { Err(self.refusal(status.is_server_error(), &bytes)) }
    }

    pub(super) fn read<'a, T: Deserialize<'a>>(&self, answer: &'a [u8]) -> Result<T, KmsError> {
        // The cause would quote the answer.
        serde_json::from_slice(answer).map_err(|_| self.not_understood())
    }

    pub(super) fn not_understood(&self) -> KmsError {
        KmsError::NotUnderstood { endpoint: self.endpoint.clone() }
    }

    fn sign(&self, operation: &str, body: &[u8]) -> Result<HeaderMap, KmsError> {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, self.host.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
        let target = HeaderValue::try_from(format!("TrentService.{operation}")).map_err(|_| KmsError::NotSignable)?;
        headers.insert("x-amz-target", target);
        let token = self.settings.session_token.as_ref().map(|token| str::from_utf8(token.expose())).transpose();
        let signer = Signer {
            access_key_id: &self.settings.access_key_id,
            secret_access_key: self.settings.secret_access_key.expose(),
            session_token: token.map_err(|_| KmsError::NotSignable)?,
            region: self.settings.region.as_str(),
            service: SERVICE,
        };
        let now = jiff::Timestamp::from_millisecond(self.clock.now().as_millis()).map_err(|_| KmsError::NotSignable)?;
        let request = RequestToSign { method: "POST", path: "/", query: "", body };
        signer.sign_headers(&request, &mut headers, now).map_err(|_| KmsError::NotSignable)?;
        Ok(headers)
    }

    fn refusal(&self, is_its_own_fault: bool, answer: &[u8]) -> KmsError {
        let Ok(Refusal { code, message }) = serde_json::from_slice(answer) else {
            return if is_its_own_fault {
                KmsError::Unavailable { code: "an error without a name".to_owned() }
            } else {
                self.not_understood()
            };
        };
        let code = code_of(&code);
        match code.as_str() {
            "InvalidCiphertextException" => KmsError::InvalidCiphertext,
            "IncorrectKeyException" => KmsError::IncorrectKey,
            // What AWS says here repeats the request, and the session token with it.
            "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "IncompleteSignatureException"
            | "IncompleteSignature"
            | "MissingAuthenticationTokenException"
            | "ExpiredTokenException"
            | "RequestExpired" => KmsError::Credentials { code },
            "ThrottlingException" | "LimitExceededException" | "KeyUnavailableException" => {
                KmsError::Unavailable { code }
            }
            _ if is_its_own_fault => KmsError::Unavailable { code },
            _ => KmsError::Refused { code, message: printable(&message) },
        }
    }
}

/// `com.amazonaws.kms#NotFoundException:http://…` is `NotFoundException`.
fn code_of(text: &str) -> String {
    let name = text.rsplit_once('#').map_or(text, |(_, name)| name);
    let name = name.split_once(':').map_or(name, |(name, _)| name);
    let code: String = name.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    if code.is_empty() { "an error without a name".to_owned() } else { code }
}

fn printable(message: &str) -> String {
    message.chars().filter(|c| !c.is_control()).take(TOLD_CHARS_MAX).collect()
}

pub(super) fn endpoint_of(region: Region) -> String {
    let suffix = match region.partition() {
        Partition::AwsCn => "amazonaws.com.cn",
        Partition::Aws | Partition::AwsUsGov => "amazonaws.com",
    };
    format!("https://kms.{region}.{suffix}")
}

/// The host that the signature covers, and whether TLS leads there. Without TLS a key would travel in the open, so that
/// nothing else than this machine may be at the other end.
fn examine(endpoint: &str) -> Option<(HeaderValue, bool)> {
    let uri: Uri = endpoint.parse().ok()?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return None;
    }
    let is_tls = uri.scheme_str() == Some("https");
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let is_here = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    let is_open = uri.scheme_str() == Some("http") && is_here;
    (is_tls || is_open).then(|| Some((HeaderValue::from_str(authority.as_str()).ok()?, is_tls)))?
}

fn agent(is_tls: bool, ca_bundle: Option<&Path>) -> Result<Agent, KmsError> {
    let config = Agent::config_builder()
        // Refusals have a body that tells more than their status.
        .http_status_as_error(false)
        // A signature is good for one host, and a proxy in between would see keys.
        .max_redirects(0)
        .proxy(None)
        .timeout_global(Some(ANSWERS_WITHIN))
        .user_agent(concat!("keepwell/", env!("CARGO_PKG_VERSION")));
    if !is_tls {
        return Ok(config.build().into());
    }
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .root_certs(RootCerts::Specific(Arc::new(trusted(ca_bundle)?)))
        .build();
    Ok(config.tls_config(tls).build().into())
}

fn trusted(ca_bundle: Option<&Path>) -> Result<Vec<Certificate<'static>>, KmsError> {
    let certificates = match ca_bundle {
        Some(path) => {
            let read = || CertificateDer::pem_file_iter(path)?.collect::<Result<Vec<_>, _>>();
            read().map_err(|error| KmsError::CaBundle { path: path.to_owned(), cause: error.to_string() })?
        }
        None => rustls_native_certs::load_native_certs().certs,
    };
    if certificates.is_empty() {
        return Err(KmsError::NoCa);
    }
    Ok(certificates.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect())
}
