//! Where the server is, and the key to call it with.

use std::path::PathBuf;

use ::http::header::{CONTENT_TYPE, HOST};
use ::http::{HeaderMap, HeaderValue, Uri};
use anyhow::{Context, bail, ensure};
use sigv4::sign::{RequestToSign, Signer};
use terms::{Region, SecretBytes, Timestamp};

use super::SERVICE;
use crate::client_files::{self, Endpoint};

pub(super) struct Access {
    pub(super) endpoint: Endpoint,
    pub(super) access_key_id: String,
    /// For whoever wonders why it is refused.
    pub(super) key_origin: String,
    secret_access_key: SecretBytes,
    session_token: Option<SecretBytes>,
    host: HeaderValue,
}

impl Access {
    /// From the environment, as AWS's tools read it, and for the rest from the data folder.
    pub(super) fn gather(
        variable: impl Fn(&str) -> Option<String>,
        data_dir: impl Fn() -> anyhow::Result<PathBuf>,
    ) -> anyhow::Result<Self> {
        let endpoint = endpoint(&variable, &data_dir)?;
        let host = host_of(&endpoint.url)?;
        match (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
            (Some(access_key_id), Some(secret)) => Ok(Self {
                endpoint,
                access_key_id,
                key_origin: "AWS_ACCESS_KEY_ID in the environment".to_owned(),
                secret_access_key: SecretBytes::new(secret.into_bytes()),
                session_token: variable("AWS_SESSION_TOKEN").map(|token| SecretBytes::new(token.into_bytes())),
                host,
            }),
            (None, None) => {
                let data_dir = data_dir()?;
                let held = client_files::read_credentials(&data_dir)?;
                Ok(Self {
                    endpoint,
                    access_key_id: held.access_key_id,
                    key_origin: format!("the credentials file in {}", data_dir.display()),
                    secret_access_key: held.secret_access_key,
                    session_token: None,
                    host,
                })
            }
            _ => bail!("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: set both, or neither"),
        }
    }

    /// The headers of a call, with its signature.
    pub(super) fn sign(&self, operation: &str, body: &[u8], now: Timestamp) -> anyhow::Result<HeaderMap> {
        let mut headers = headers(operation)?;
        headers.insert(HOST, self.host.clone());
        let token = self.session_token.as_ref().map(|token| std::str::from_utf8(token.expose())).transpose()?;
        let signer = Signer {
            access_key_id: &self.access_key_id,
            secret_access_key: self.secret_access_key.expose(),
            session_token: token,
            region: self.endpoint.region.as_str(),
            service: SERVICE,
        };
        let request = RequestToSign { method: "POST", path: "/", query: "", body };
        signer.sign_headers(&request, &mut headers, jiff::Timestamp::from_millisecond(now.as_millis())?)?;
        Ok(headers)
    }
}

/// Where the server is.
pub(super) fn endpoint(
    variable: impl Fn(&str) -> Option<String>,
    data_dir: impl Fn() -> anyhow::Result<PathBuf>,
) -> anyhow::Result<Endpoint> {
    let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
    let region = region.map(|name| Region::parse(&name).with_context(|| format!("AWS_REGION is {name}")));
    let region = region.transpose()?;
    match variable("AWS_ENDPOINT_URL") {
        Some(url) => {
            let region = region.context("AWS_ENDPOINT_URL is set and AWS_REGION is not: set both, or neither")?;
            Ok(Endpoint { url, region, ca_bundle: variable("AWS_CA_BUNDLE").map(PathBuf::from) })
        }
        None => {
            let endpoint = client_files::read_endpoint(&data_dir()?)?;
            Ok(Endpoint { region: region.unwrap_or(endpoint.region), ..endpoint })
        }
    }
}

/// What every call says of itself.
pub(super) fn headers(operation: &str) -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
    headers.insert("x-amz-target", HeaderValue::try_from(format!("Keepwell.{operation}"))?);
    Ok(headers)
}

/// The name and port that the request is sent to, which the signature covers.
fn host_of(url: &str) -> anyhow::Result<HeaderValue> {
    let uri: Uri = url.parse().with_context(|| format!("{url} is no URL"))?;
    ensure!(matches!(uri.scheme_str(), Some("http" | "https")), "{url} is no URL of http or https");
    let authority = uri.authority().map(::http::uri::Authority::as_str);
    let authority =
        authority.filter(|authority| !authority.contains('@')).with_context(|| format!("{url} names no host"))?;
    Ok(HeaderValue::from_str(authority)?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::client_files::{Credentials, Profile, write_credentials, write_endpoint};

    fn gather(variables: &[(&str, &str)], folder: &std::path::Path) -> anyhow::Result<Access> {
        let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
        Access::gather(|name| variables.get(name).map(|value| (*value).to_owned()), || Ok(folder.to_owned()))
    }

    fn served_folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let region = Region::parse("eu-west-1").unwrap();
        let endpoint = Endpoint { url: "http://127.0.0.1:5337".to_owned(), region, ca_bundle: None };
        write_endpoint(folder.path(), &endpoint).unwrap();
        let credentials = Credentials {
            access_key_id: "AKIAOFTHEFOLDER00000".to_owned(),
            secret_access_key: SecretBytes::copy_of(b"secret-of-the-folder"),
        };
        write_credentials(folder.path(), Profile::Administrator, &credentials).unwrap();
        folder
    }

    const KEY: [(&str, &str); 2] =
        [("AWS_ACCESS_KEY_ID", "AKIAOFTHEENVIRONMENT"), ("AWS_SECRET_ACCESS_KEY", "secret-of-the-environment")];

    #[test]
    fn the_environment_is_stronger_than_the_data_folder_and_each_stands_alone() {
        let folder = served_folder();
        let of_folder = gather(&[], folder.path()).unwrap();
        assert_eq!(of_folder.access_key_id, "AKIAOFTHEFOLDER00000");
        assert_eq!(
            (of_folder.endpoint.url.as_str(), of_folder.endpoint.region.as_str()),
            ("http://127.0.0.1:5337", "eu-west-1")
        );

        let nowhere = tempfile::tempdir().unwrap();
        let all =
            [&KEY[..], &[("AWS_ENDPOINT_URL", "https://secrets.example:443"), ("AWS_REGION", "us-east-1")]].concat();
        let of_environment = gather(&all, nowhere.path()).unwrap();
        assert_eq!(of_environment.access_key_id, "AKIAOFTHEENVIRONMENT");
        assert_eq!(of_environment.endpoint.region.as_str(), "us-east-1");
        assert!(gather(&[], nowhere.path()).is_err());
    }

    #[test]
    fn half_a_key_and_half_an_endpoint_are_refused() {
        let folder = served_folder();
        assert!(gather(&KEY[..1], folder.path()).is_err());
        assert!(gather(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")], folder.path()).is_err());
        for url in ["ftp://host", "host:1", "http://", "http://me@host"] {
            assert!(gather(&[("AWS_ENDPOINT_URL", url), ("AWS_REGION", "us-east-1")], folder.path()).is_err(), "{url}");
        }
    }

    #[test]
    fn a_call_is_signed_for_the_service_with_the_sessions_token() {
        let folder = served_folder();
        let access = gather(&[&KEY[..], &[("AWS_SESSION_TOKEN", "token")]].concat(), folder.path()).unwrap();
        let headers = access.sign("ListAccounts", b"{}", Timestamp::from_millis(1_772_438_400_000)).unwrap();
        let header = |name: &str| headers.get(name).unwrap().to_str().unwrap();
        assert!(header("authorization").contains("/20260302/eu-west-1/keepwell/aws4_request"));
        assert_eq!((header("x-amz-target"), header("host")), ("Keepwell.ListAccounts", "127.0.0.1:5337"));
        assert_eq!(header("x-amz-security-token"), "token");
    }
}
