use parking_lot::Mutex;

use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::BodyExt;

use super::*;

/// Wants two shares, `one` and `two`.
#[derive(Default)]
struct TwoShares(Mutex<Vec<Vec<u8>>>);

impl Seal for TwoShares {
    fn missing(&self) -> u8 {
        2 - u8::try_from(self.0.lock().len()).unwrap()
    }

    fn give<'a>(
        &'a self,
        share: SecretBytes,
        _: IpAddr,
    ) -> Pin<Box<dyn Future<Output = Result<u8, ShareNotTaken>> + Send + 'a>> {
        Box::pin(async move {
            if share.expose() != b"one" {
                return Err(ShareNotTaken::Refused("This is no share.".to_owned()));
            }
            self.0.lock().push(share.expose().to_vec());
            Ok(self.missing())
        })
    }
}

struct Ones;

impl Entropy for Ones {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(1);
    }
}

fn door() -> Door {
    Door::sealed(Arc::new(TwoShares::default()), TrustedProxies::new(Vec::new()), Arc::new(Ones))
}

/// Status, content type and body.
async fn ask(
    door: &Door,
    target: &str,
    headers: &[(&'static str, &'static str)],
    body: &'static str,
) -> (u16, String, String) {
    let connection =
        Connection { peer: "192.0.2.1:50000".parse().unwrap(), local: "192.0.2.2:443".parse().unwrap(), tls: None };
    let mut head = Request::builder().method(Method::POST).uri(target).body(()).unwrap().into_parts().0;
    head.headers = headers.iter().fold(HeaderMap::new(), |mut all, (name, value)| {
        all.insert(*name, HeaderValue::from_static(value));
        all
    });
    let (head, body) = door.answer(&connection, head, Bytes::from_static(body.as_bytes())).await.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let content_type = head.headers.get("content-type").unwrap().to_str().unwrap().to_owned();
    (head.status.as_u16(), content_type, String::from_utf8(body.to_vec()).unwrap())
}

async fn unseal(door: &Door, body: &'static str) -> (u16, String) {
    let (status, _, body) = ask(door, "/", &[("x-amz-target", "Keepwell.Unseal")], body).await;
    (status, body)
}

#[tokio::test]
async fn a_sealed_server_tells_every_caller_so_in_its_own_protocol() {
    let door = door();
    assert_eq!(door.readiness(), Readiness::Sealed);
    let text = "The server is sealed: 2 more shares of its root key are needed.";
    for target in ["secretsmanager.GetSecretValue", "TrentService.Decrypt", "Keepwell.ListAccounts", "No.Such"] {
        let (status, content_type, body) = ask(&door, "/", &[("x-amz-target", target)], "{}").await;
        assert_eq!((status, &*content_type), (503, "application/x-amz-json-1.1"));
        assert_eq!(body, format!(r#"{{"__type":"ServiceUnavailable","message":"{text}"}}"#));
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    for (query, namespace) in [
        ("Action=GetUser&Version=2010-05-08", iam::NAMESPACE),
        ("Action=GetCallerIdentity&Version=2011-06-15", sts::NAMESPACE),
        ("%%%", sts::NAMESPACE),
    ] {
        let (status, content_type, body) = ask(&door, "/", &form, query).await;
        assert_eq!((status, &*content_type), (503, "text/xml"));
        assert!(body.contains(namespace) && body.contains(text), "{body}");
        assert!(body.contains("<Code>ServiceUnavailable</Code>"), "{body}");
    }
    let (status, content_type, body) = ask(&door, "/2015-03-31/functions/rotate/invocations", &form, "{}").await;
    assert_eq!((status, &*content_type), (503, "application/json"));
    assert_eq!(body, format!(r#"{{"message":"{text}"}}"#));
}

#[tokio::test]
async fn shares_are_taken_one_by_one_and_what_is_none_is_refused() {
    let door = door();
    assert_eq!(unseal(&door, r#"{"Share":"one"}"#).await, (200, r#"{"Missing":1}"#.to_owned()));
    let (status, body) = unseal(&door, r#"{"Share":"canary"}"#).await;
    assert_eq!((status, &*body), (400, r#"{"__type":"InvalidParameterException","message":"This is no share."}"#));
    for wrong in ["", "{}", "[]", r#"{"Share":1}"#, r#"{"Share":""}"#] {
        let (status, body) = unseal(&door, wrong).await;
        assert!(status == 400 && !body.contains("canary"), "{wrong}: {body}");
    }
    let (_, _, body) = ask(&door, "/", &[("x-amz-target", "secretsmanager.ListSecrets")], "{}").await;
    assert!(body.contains("1 more share of its root key is needed"), "{body}");
    assert_eq!(unseal(&door, r#"{"Share":"one"}"#).await.1, r#"{"Missing":0}"#);
}
