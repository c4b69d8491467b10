//! AWS's signature vectors, read from where cargo keeps the `aws-sigv4` package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use keepwell_sigv4::sign::{RequestToSign, Signer};
use keepwell_sigv4::{PresentedSignature, Scratch, SignatureError};
use serde_json::Value;

use crate::example::{Refusal, Request, Server};

/// The vectors that come with credentials and both forms, at the time of writing. More are welcome; fewer mean that
/// this test has lost what it reads.
const VECTORS_MIN: usize = 38;

pub(crate) const FORMS: [&str; 2] = ["header", "query"];

pub(crate) struct Vector {
    pub(crate) name: String,
    directory: PathBuf,
    context: Value,
}

#[test]
fn the_suite_is_there_and_not_small() {
    let vectors = vectors();
    assert!(vectors.len() >= VECTORS_MIN, "only {} vectors", vectors.len());
    assert!(vectors.iter().filter(|vector| !vector.is_normalized()).count() >= 7);
}

#[test]
fn canonical_requests_and_strings_to_sign_are_the_published_ones() {
    let mut compared = 0;
    for vector in vectors().iter().filter(|vector| vector.is_ours()) {
        for form in FORMS {
            let request = vector.signed_request(form);
            let (canonical_request, string_to_sign) = expected(&request);
            assert_eq!(canonical_request, vector.read(form, "canonical-request"), "{} {form}", vector.name);
            assert_eq!(string_to_sign, vector.read(form, "string-to-sign"), "{} {form}", vector.name);
            compared += 1;
        }
    }
    assert!(compared >= 2 * (VECTORS_MIN - 8), "only {compared}");
}

#[test]
fn published_signatures_are_accepted() {
    let mut accepted = 0;
    for vector in vectors().iter().filter(|vector| vector.is_ours()) {
        for form in FORMS {
            let request = vector.signed_request(form);
            assert_eq!(vector.server().judge(&request), Ok(()), "{} {form}", vector.name);
            assert!(authorization(&request).contains(&vector.read(form, "signature")));
            accepted += 1;
        }
    }
    assert!(accepted >= 2 * (VECTORS_MIN - 8), "only {accepted}");
}

#[test]
fn our_signer_makes_the_published_signatures() {
    let mut equal = 0;
    for vector in vectors().iter().filter(|vector| vector.is_ours() && !vector.signs_what_we_do_not()) {
        let (server, mut request) = (vector.server(), vector.request());
        // One vector spells its path in two ways, before and after signing.
        request.path = vector.signed_request("header").path;
        let signer = Signer {
            access_key_id: &server.access_key_id,
            secret_access_key: server.secret_access_key.as_bytes(),
            session_token: vector.session_token(),
            region: &server.region,
            service: &server.service,
        };
        let Request { method, path, query, headers, body, .. } = &mut request;
        let to_sign = RequestToSign { method, path, query, body };

        let expires = Duration::from_secs(vector.context["expiration_in_seconds"].as_u64().unwrap());
        let presigned = signer.presign(&to_sign, headers, server.now, expires).unwrap();
        assert!(presigned.ends_with(&vector.read("query", "signature")), "{} query", vector.name);

        signer.sign_headers(&to_sign, headers, server.now).unwrap();
        let authorization = headers["authorization"].to_str().unwrap();
        assert!(authorization.ends_with(&vector.read("header", "signature")), "{} header", vector.name);
        equal += 2;
    }
    assert!(equal >= 40, "only {equal}");
}

#[test]
fn a_path_signed_as_s3_signs_it_is_refused() {
    let mut refused = 0;
    for vector in vectors().iter().filter(|vector| !vector.is_normalized()) {
        for form in FORMS {
            let request = vector.signed_request(form);
            let (canonical_request, _) = expected(&request);
            let same = canonical_request == vector.read(form, "canonical-request");
            let judgement = vector.server().judge(&request);
            if same {
                // A space is encoded once in both worlds.
                assert_eq!(vector.name, "get-space-unnormalized");
                assert_eq!(judgement, Ok(()), "{} {form}", vector.name);
            } else {
                assert_eq!(judgement, Err(Refusal::Signature(SignatureError::SignatureDoesNotMatch)));
                refused += 1;
            }
        }
    }
    assert!(refused >= 12, "only {refused}");
}

#[test]
fn a_session_token_added_after_signing_is_refused() {
    let vectors = vectors();
    let vector = vectors.iter().find(|vector| vector.omits_session_token()).unwrap();
    assert_eq!(
        vector.server().judge(&vector.signed_request("header")),
        Err(Refusal::Signature(SignatureError::HeaderNotSigned { name: "x-amz-security-token".to_owned() }))
    );
    assert_eq!(
        vector.server().judge(&vector.signed_request("query")),
        Err(Refusal::Signature(SignatureError::SignatureDoesNotMatch))
    );
}

#[test]
fn an_encoded_path_is_encoded_again() {
    for name in ["double-encode-path", "double-url-encode"] {
        let directory = suite_directory().join(name);
        let vector = Vector { name: name.to_owned(), directory, context: Value::Null };
        let (canonical_request, _) = expected(&vector.signed_request("header"));
        let published = vector.read("header", "canonical-request");
        let path = |text: &str| text.lines().nth(1).unwrap().to_owned();
        assert_eq!(path(&canonical_request), path(&published), "{name}");
    }
}

impl Vector {
    /// Path normalised, session token signed: what every service but S3 does.
    pub(crate) fn is_ours(&self) -> bool {
        self.is_normalized() && !self.omits_session_token()
    }

    fn is_normalized(&self) -> bool {
        is_true(&self.context, "/normalize")
    }

    fn omits_session_token(&self) -> bool {
        is_true(&self.context, "/omit_session_token")
    }

    fn signs_what_we_do_not(&self) -> bool {
        is_true(&self.context, "/sign_body") || self.read("header", "signed-request").contains("my-header")
    }

    fn session_token(&self) -> Option<&str> {
        text(&self.context, "/credentials/token")
    }

    pub(crate) fn server(&self) -> Server {
        let stated = |pointer| text(&self.context, pointer).unwrap().to_owned();
        Server {
            access_key_id: stated("/credentials/access_key_id"),
            secret_access_key: stated("/credentials/secret_access_key"),
            region: stated("/region"),
            service: stated("/service"),
            now: stated("/timestamp").parse().unwrap(),
        }
    }

    fn request(&self) -> Request {
        parsed(&read(&self.directory.join("request.txt")))
    }

    pub(crate) fn signed_request(&self, form: &str) -> Request {
        parsed(&self.read(form, "signed-request"))
    }

    fn read(&self, form: &str, what: &str) -> String {
        read(&self.directory.join(format!("{form}-{what}.txt")))
    }
}

pub(crate) fn vectors() -> Vec<Vector> {
    let suite = suite_directory();
    let mut vectors = Vec::new();
    for entry in fs::read_dir(suite).unwrap() {
        let directory = entry.unwrap().path();
        let context = directory.join("context.json");
        if context.exists() {
            let name = directory.file_name().unwrap().to_string_lossy().into_owned();
            vectors.push(Vector { name, context: serde_json::from_str(&read(&context)).unwrap(), directory });
        }
    }
    assert!(!vectors.is_empty(), "there are no signature vectors in {}", suite.display());
    vectors
}

/// Asks cargo where the package lies; a suite that cannot be found fails the test.
fn suite_directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", "host-tuple"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "the signature vectors cannot be found, because `cargo metadata` failed; try `cargo fetch` first: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let packages = metadata.get("packages").and_then(Value::as_array).unwrap();
        let package = packages.iter().find(|package| text(package, "/name") == Some("aws-sigv4"));
        let Some(manifest) = package.and_then(|package| text(package, "/manifest_path")) else {
            panic!("the signature vectors cannot be found: the aws-sigv4 package is not among the dependencies");
        };
        let suite = Path::new(manifest).with_file_name("aws-signing-test-suite").join("v4");
        assert!(suite.is_dir(), "this version of aws-sigv4 carries no signature vectors in {}", suite.display());
        suite
    })
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str)
}

fn is_true(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer) == Some(&Value::Bool(true))
}

/// Reads a request as a lenient receiver would: spaces in the path, folded headers, no blank line at the end.
fn parsed(text: &str) -> Request {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let unfolded = head.replace("\n ", " ");
    let mut lines = unfolded.lines();
    let (method, target) = lines.next().unwrap().split_once(' ').unwrap();
    let target = target.strip_suffix(" HTTP/1.1").unwrap_or(target);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    lines.fold(Request::new(method, path, query, body.as_bytes()), |request, line| {
        let (name, value) = line.split_once(':').unwrap();
        request.with(name, value)
    })
}

fn expected(request: &Request) -> (String, String) {
    let received = request.received();
    let mut scratch = Scratch::default();
    let presented = PresentedSignature::parse(&received).unwrap();
    let expected = presented.expected(&received, &request.body, &mut scratch).unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(expected.canonical_request), text(expected.string_to_sign))
}

/// Where a request carries its signature.
fn authorization(request: &Request) -> String {
    request.headers.get("authorization").map_or(request.query.clone(), |value| value.to_str().unwrap().to_owned())
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
