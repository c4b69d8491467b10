//! SigV4 as a client computes it, for the one kind of request the bench sends. Deliberately not the server's own code:
//! a server measured with its own signer would agree with itself even where both are wrong.

use aws_lc_rs::{digest, hmac};
use jiff::Timestamp;
use jiff::tz::TimeZone;

#[derive(Clone)]
pub struct AccessKey {
    pub id: String,
    pub secret: String,
    /// Of temporary credentials.
    pub session_token: Option<String>,
}

/// Signs for one moment and scope. The server accepts the result for five minutes, so a signer is made for each visit.
pub struct Signer {
    amz_date: String,
    credential: String,
    session_token: Option<String>,
    scope: String,
    key: hmac::Key,
}

const AWS_JSON: &str = "application/x-amz-json-1.1";
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

impl Signer {
    pub fn new(access_key: &AccessKey, region: &str, service: &str, at: Timestamp) -> Self {
        let amz_date = at.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string();
        let day = amz_date.split('T').next().unwrap_or_default().to_owned();
        let scope = format!("{day}/{region}/{service}/aws4_request");

        let mut key = hmac_key(format!("AWS4{}", access_key.secret).as_bytes());
        for part in [day.as_str(), region, service, "aws4_request"] {
            key = hmac_key(hmac::sign(&key, part.as_bytes()).as_ref());
        }
        let credential = format!("{}/{scope}", access_key.id);
        Self { amz_date, credential, session_token: access_key.session_token.clone(), scope, key }
    }

    /// Appends a whole HTTP request, with the headers an SDK sends: their number and length are part of the cost.
    pub fn append_post(&self, out: &mut Vec<u8>, post: &Post<'_>) {
        let Post { host, path, target, body, close } = post;
        let Self { amz_date, credential, .. } = self;
        let (signed_headers, signature) = self.signature(post);
        let content_type = content_type(post);
        let target = target.map(|target| format!("X-Amz-Target: {target}\r\n")).unwrap_or_default();
        let token = self.session_token.as_ref().map(|token| format!("X-Amz-Security-Token: {token}\r\n"));
        let token = token.unwrap_or_default();
        let connection = if *close { "Connection: close\r\n" } else { "" };
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\n\
             Host: {host}\r\n\
             Accept-Encoding: identity\r\n\
             {target}\
             Content-Type: {content_type}\r\n\
             User-Agent: keepwell-bench/0.1 md/plain#1.0 ua/2.1 os/linux#6 md/arch#x86_64 lang/rust#1.95 md/pyimpl#none \
             m/b,Z,D,e cfg/retry-mode#legacy\r\n\
             X-Amz-Date: {amz_date}\r\n\
             {token}\
             Authorization: AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed_headers}, \
             Signature={signature}\r\n\
             amz-sdk-invocation-id: 00000000-0000-4000-8000-000000000000\r\n\
             amz-sdk-request: attempt=1\r\n\
             {connection}Content-Length: {length}\r\n\r\n"
        );
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(body);
    }

    /// The names of the signed headers, and the signature.
    fn signature(&self, post: &Post<'_>) -> (String, String) {
        let Self { amz_date, scope, session_token, .. } = self;
        let mut headers = vec![("content-type", content_type(post)), ("host", post.host), ("x-amz-date", amz_date)];
        headers.extend(session_token.as_deref().map(|token| ("x-amz-security-token", token)));
        headers.extend(post.target.map(|target| ("x-amz-target", target)));
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let canonical = format!("POST\n{}\n\n{lines}\n{names}\n{}", post.path, sha256_hex(post.body));
        let canonical_hash = sha256_hex(canonical.as_bytes());
        let to_sign = format!("AWS4-HMAC-SHA256\n{amz_date}\n{scope}\n{canonical_hash}");
        (names, hex::encode(hmac::sign(&self.key, to_sign.as_bytes())))
    }
}

fn content_type(post: &Post<'_>) -> &'static str {
    match (post.target, post.path) {
        (Some(_), _) => AWS_JSON,
        (None, "/") => FORM,
        (None, _) => "application/json",
    }
}

pub struct Post<'a> {
    pub host: &'a str,
    /// Of letters that need no escape.
    pub path: &'a str,
    /// The whole `X-Amz-Target`, such as `secretsmanager.GetSecretValue`. None is the query protocol, or REST under a path.
    pub target: Option<&'a str>,
    pub body: &'a [u8],
    /// Asks the server to end the connection after the answer.
    pub close: bool,
}

fn hmac_key(bytes: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, bytes)
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected signature is what botocore 1.44 computes for the same request, key and moment.
    #[test]
    fn a_signature_equals_the_one_botocore_computes() {
        let access_key = AccessKey {
            id: "AKIDEXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: None,
        };
        let at: Timestamp = "2015-08-30T12:36:00Z".parse().unwrap();
        let signer = Signer::new(&access_key, "us-east-1", "secretsmanager", at);

        let mut request = Vec::new();
        signer.append_post(
            &mut request,
            &Post {
                host: "127.0.0.1:5337",
                path: "/",
                target: Some("secretsmanager.GetSecretValue"),
                body: br#"{"SecretId":"db"}"#,
                close: false,
            },
        );

        let text = String::from_utf8(request).unwrap();
        assert!(
            text.contains("Signature=dc08084a2695181ad66eee18a269a69eb36a25e60ff80e5f2dc2e726f532b6ad\r\n"),
            "{text}"
        );
        assert!(text.ends_with("Content-Length: 17\r\n\r\n{\"SecretId\":\"db\"}"), "{text}");
    }
}
