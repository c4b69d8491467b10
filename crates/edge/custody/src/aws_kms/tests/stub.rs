//! A KMS of a few lines, which checks signatures as a real one does.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use sigv4::{PresentedSignature, ReceivedRequest, Scratch, SigningKey};
use terms::{Clock, Timestamp};

pub(super) const ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub(super) const SECRET: &str = "canary-secret-access-key";
pub(super) const TOKEN: &str = "canary-session-token";
pub(super) const KEY_ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";
pub(super) const NOW: Timestamp = Timestamp::from_millis(1_772_438_400_000);

pub(super) struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        NOW
    }
}

pub(super) struct Request {
    pub(super) target: String,
    pub(super) body: Value,
}

type Answer = (u16, String);
type Manner = dyn Fn(&Request) -> Answer + Send + Sync;

/// Answers on a port of its own until the test's process ends.
pub(super) struct Stub {
    pub(super) endpoint: String,
    pub(super) seen: Arc<Mutex<Vec<Request>>>,
}

impl Stub {
    pub(super) fn that(manner: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (manner, noted): (Arc<Manner>, _) = (Arc::new(manner), Arc::clone(&seen));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &*manner, &noted);
            }
        });
        Self { endpoint, seen }
    }

    /// Encrypts and decrypts, and answers what AWS answers to whoever asks wrongly.
    pub(super) fn kms() -> Self {
        let encrypted: Mutex<HashMap<String, (Value, Value, Value)>> = Mutex::default();
        Self::that(move |request| {
            let member = |name: &str| request.body[name].clone();
            let key = member("KeyId");
            let mut encrypted = encrypted.lock().unwrap();
            match request.target.as_str() {
                "TrentService.Encrypt" => {
                    let blob = STANDARD.encode(format!("ciphertext {}", encrypted.len()));
                    encrypted.insert(blob.clone(), (key, member("EncryptionContext"), member("Plaintext")));
                    let answer = json!({
                        "CiphertextBlob": blob, "KeyId": KEY_ARN, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
                    });
                    (200, answer.to_string())
                }
                "TrentService.Decrypt" => match encrypted.get(member("CiphertextBlob").as_str().unwrap()) {
                    Some((with, ..)) if *with != key => refusal("IncorrectKeyException", "not this key"),
                    Some((_, context, plaintext)) if *context == member("EncryptionContext") => {
                        (200, json!({ "KeyId": KEY_ARN, "Plaintext": plaintext }).to_string())
                    }
                    _ => (400, json!({ "__type": "InvalidCiphertextException" }).to_string()),
                },
                other => panic!("{other}"),
            }
        })
    }
}

pub(super) fn refusal(code: &str, message: &str) -> Answer {
    (400, json!({ "__type": code, "message": message }).to_string())
}

fn serve(stream: TcpStream, manner: &Manner, seen: &Mutex<Vec<Request>>) {
    let mut source = BufReader::new(&stream);
    let mut line = || {
        let mut line = String::new();
        source.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    };
    assert_eq!(line(), "POST / HTTP/1.1");
    let mut headers = HeaderMap::new();
    loop {
        let line = line();
        let Some((name, value)) = line.split_once(": ") else { break };
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    let mut body = vec![0; headers["content-length"].to_str().unwrap().parse().unwrap()];
    source.read_exact(&mut body).unwrap();
    let request = Request {
        target: headers["x-amz-target"].to_str().unwrap().to_owned(),
        body: serde_json::from_slice(&body).unwrap(),
    };
    let (status, answer) = match check(&headers, &body) {
        Ok(()) => manner(&request),
        Err(why) => refusal("InvalidSignatureException", &format!("{why}: {headers:?}")),
    };
    seen.lock().unwrap().push(request);
    let length = answer.len();
    let head = format!("HTTP/1.1 {status} Told\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    (&stream).write_all((head + &answer).as_bytes()).unwrap();
}

/// What a KMS in eu-west-1 would check.
fn check(headers: &HeaderMap, body: &[u8]) -> Result<(), String> {
    assert_eq!(headers["content-type"], "application/x-amz-json-1.1");
    let request = ReceivedRequest { method: "POST", path: "/", query: "", headers, authority: None };
    let now = jiff::Timestamp::from_millisecond(NOW.as_millis()).unwrap();
    let presented = PresentedSignature::parse(&request).map_err(|error| error.to_string())?;
    assert_eq!((presented.access_key_id(), presented.session_token()), (ACCESS_KEY_ID, Some(TOKEN)));
    presented.check_time(now, std::time::Duration::from_secs(300)).map_err(|error| error.to_string())?;
    presented.check_scope(|region| region == "eu-west-1", "kms").map_err(|error| error.to_string())?;
    let key = SigningKey::derive(SECRET.as_bytes(), "20260302", "eu-west-1", "kms");
    presented.verify(&request, body, &key, &mut Scratch::default()).map_err(|error| error.to_string())
}
