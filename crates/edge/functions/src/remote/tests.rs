use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;

use terms::Timestamp;

use super::*;

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:rotate";

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_795_262_400_000)
    }
}

/// A place that answers once, with these lines and this body. What it was sent comes through the channel.
fn place(head: &'static str, body: Vec<u8>) -> (SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut received, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            received.push_str(&line);
            if line == "\r\n" {
                break;
            }
        }
        let mut sent = vec![0; length];
        reader.read_exact(&mut sent).unwrap();
        received.push_str(&String::from_utf8(sent).unwrap());
        let head = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        // An answer that is too long is not read to its end.
        let mut stream = stream;
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        let _ = tell.send(received);
    });
    (address, told)
}

fn client(place: RemotePlace, settings: RemoteSettings) -> Result<RemoteClient, RemoteError> {
    let clock: Arc<dyn Clock> = Arc::new(Noon);
    RemoteClient::new(&[RemoteFunction { arn: ARN.to_owned(), place }], settings, &clock)
}

async fn invoke(client: &RemoteClient) -> Result<Invoked, HostError> {
    let payload = Bytes::from_static(br#"{"Step":"testSecret"}"#);
    let call = RemoteCall { function_arn: ARN, qualifier: Some("live"), payload, client_context: Some(r#"{"a":1}"#) };
    client.invoke(call).await
}

async fn answered_by(head: &'static str, body: &[u8]) -> Result<InvocationEnd, HostError> {
    let (address, _told) = place(head, body.to_vec());
    let url = RemotePlace::Url(format!("http://{address}/2015-03-31/functions/function/invocations"));
    invoke(&client(url, RemoteSettings::default()).unwrap()).await.map(|invoked| invoked.end)
}

#[tokio::test]
async fn what_a_place_answers_is_the_functions_answer() {
    let (address, told) = place("200 OK", br#"{"ok":true}"#.to_vec());
    let client = client(RemotePlace::Url(format!("http://{address}/run?key=1")), RemoteSettings::default()).unwrap();
    assert!(client.has(ARN));
    assert!(!client.has("arn:aws:lambda:us-east-1:123456789012:function:other"));
    let Ok(Invoked { end: InvocationEnd::Answered(body), .. }) = invoke(&client).await else { panic!("not answered") };
    assert_eq!(&body[..], br#"{"ok":true}"#);
    let told = told.recv().unwrap();
    assert!(told.starts_with("POST /run?key=1 HTTP/1.1\r\n"), "{told}");
    assert!(told.ends_with(r#"{"Step":"testSecret"}"#), "{told}");
    assert!(!told.to_ascii_lowercase().contains("authorization"), "{told}");
}

#[tokio::test]
async fn a_failure_is_known_by_its_header_or_by_its_form() {
    for (head, body) in [
        ("200 OK\r\nx-amz-function-error: Unhandled", &b"{}"[..]),
        ("200 OK", br#"{"errorMessage":"no","errorType":"ValueError","stackTrace":[]}"#),
        ("200 OK", b"Task timed out after 3.00 seconds"),
    ] {
        let end = answered_by(head, body).await.unwrap();
        assert!(matches!(&end, InvocationEnd::Failed(told) if &told[..] == body), "{end:?}");
    }
    let end = answered_by("200 OK", br#"{"errorMessage":"only half of one"}"#).await.unwrap();
    assert!(matches!(end, InvocationEnd::Answered(_)), "{end:?}");
}

#[tokio::test]
async fn a_place_that_refuses_or_sends_elsewhere_is_no_answer() {
    for head in ["502 Bad Gateway", "403 Forbidden", "302 Found\r\nlocation: http://127.0.0.1:1/"] {
        let refusal = answered_by(head, b"{}").await.unwrap_err();
        let HostError::Internal(text) = &refusal else { panic!("{refusal:?}") };
        assert!(text.contains("answers") && !text.contains("invocations"), "{text}");
    }
}

#[tokio::test]
async fn an_answer_is_bounded() {
    let refusal = answered_by("200 OK", &vec![b' '; ANSWER_BYTES_MAX + 1]).await.unwrap_err();
    assert!(refusal.to_string().contains("too much"), "{refusal}");
}

#[tokio::test]
async fn a_place_where_nobody_listens_does_not_answer() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = client(RemotePlace::Url(format!("http://{closed}/?key=1")), RemoteSettings::default()).unwrap();
    let refusal = invoke(&client).await.unwrap_err().to_string();
    assert!(refusal.contains("does not answer") && !refusal.contains("key=1"), "{refusal}");
}

#[tokio::test]
async fn a_call_to_aws_is_signed_and_asks_for_the_log() {
    let (address, told) = place("200 OK\r\nx-amz-log-result: U1RBUlQ=", b"null".to_vec());
    let credentials = AwsCredentials {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: SecretBytes::copy_of(b"an-example-and-no-secret"),
        session_token: Some(SecretBytes::copy_of(b"token")),
    };
    let aws_endpoint = Some(format!("http://{address}"));
    let settings = RemoteSettings { credentials: Some(credentials), aws_endpoint, ca_bundle: None };
    let invoked = invoke(&client(RemotePlace::Aws, settings).unwrap()).await.unwrap();
    assert_eq!(invoked.log_tail, b"START");
    let told = told.recv().unwrap().to_ascii_lowercase();
    let path =
        "post /2015-03-31/functions/arn%3aaws%3alambda%3aus-east-1%3a123456789012%3afunction%3arotate/invocations";
    assert!(told.starts_with(&format!("{path}?qualifier=live http/1.1\r\n")), "{told}");
    for expected in [
        "credential=akidexample/20261121/us-east-1/lambda/aws4_request",
        "x-amz-security-token: token",
        "x-amz-log-type: tail",
        "x-amz-client-context: eyjhijoxfq==",
    ] {
        assert!(told.contains(expected), "{expected} in {told}");
    }
    assert!(!told.contains("an-example-and-no-secret"));
}

#[test]
fn aws_is_asked_in_the_functions_own_region() {
    let of = |arn: &str| aws::url(arn, None);
    let url = "https://lambda.cn-north-1.amazonaws.com.cn/2015-03-31/functions/\
        arn%3Aaws-cn%3Alambda%3Acn-north-1%3A123456789012%3Afunction%3Af/invocations";
    assert_eq!(of("arn:aws-cn:lambda:cn-north-1:123456789012:function:f").as_deref(), Some(url));
    assert_eq!(of("rotate"), None);
}

#[test]
fn events_leave_this_machine_under_tls_only() {
    for (url, is_taken) in [
        ("https://functions.example.com/rotate", true),
        ("http://127.0.0.1:8080/", true),
        ("http://localhost:8080/", true),
        ("http://[::1]:8080/", true),
        ("http://10.0.0.1:8080/", false),
        ("http://functions.example.com/", false),
        ("https://user:word@functions.example.com/", false),
        ("ftp://127.0.0.1/", false),
        ("127.0.0.1:8080", false),
    ] {
        let made = client(RemotePlace::Url(url.to_owned()), RemoteSettings::default());
        assert_eq!(made.is_ok(), is_taken, "{url}: {:?}", made.err());
    }
}

#[test]
fn aws_is_not_asked_without_credentials() {
    let refused = client(RemotePlace::Aws, RemoteSettings::default()).err();
    assert_eq!(refused, Some(RemoteError::NoCredentials));
}
