//! Whoever does not show who they are. All of them are told the same, whatever they ask for, and the house knows nothing
//! of it.

use super::{Furniture, Request, furnished};
use crate::{
    house::{HOUR_MS, House, SECOND_MS},
    letters::{Answer, Letter, Refusal},
    texts::unauthenticated,
};

/// A refusal in both protocols.
struct Words {
    json: (&'static str, String),
    query: (u16, &'static str, String),
}

impl Words {
    fn new(json: (&'static str, &str), query: (u16, &'static str, &str)) -> Self {
        Self { json: (json.0, json.1.to_owned()), query: (query.0, query.1, query.2.to_owned()) }
    }

    /// A signature that is none, or none of ours.
    fn invalid(text: &str) -> Self {
        Self::new(("InvalidSignatureException", text), (403, "SignatureDoesNotMatch", text))
    }

    #[track_caller]
    fn is(&self, request: &Request, answer: &Answer) {
        let told = (answer.status, answer.text());
        if request.is_query() {
            let (status, code, text) = &self.query;
            assert_eq!(told.0, *status, "{}: {}", request.action(), told.1);
            answer.is_query_error(*status, code, text);
        } else {
            let Refusal { code, text } = unauthenticated(self.json.0, &*self.json.1);
            assert_eq!(told.0, 400, "{}: {}", request.action(), told.1);
            answer.is(&Refusal { code, text });
        }
    }
}

fn missing() -> Words {
    Words::new(
        ("MissingAuthenticationTokenException", "Missing Authentication Token"),
        (403, "MissingAuthenticationToken", "Request is missing Authentication Token"),
    )
}

fn unknown() -> Words {
    Words::new(
        ("UnrecognizedClientException", "The security token included in the request is invalid."),
        (403, "InvalidClientTokenId", "The security token included in the request is invalid"),
    )
}

fn expired() -> Words {
    let text = "The security token included in the request is expired";
    Words::new(("ExpiredTokenException", text), (403, "ExpiredToken", text))
}

fn mismatch() -> Words {
    Words::invalid(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details.",
    )
}

/// Signed for another service.
fn foreign(request: &Request) -> Words {
    Words::invalid(&format!("Credential should be scoped to correct service: '{}'. ", request.service))
}

/// Sends a letter for every operation. Each is refused with these words, and leaves the house as it was.
async fn turned_away(
    words: impl Fn(&Request) -> Words,
    write: impl Fn(&House, &Furniture, &Request) -> Option<Letter>,
) {
    let (house, furniture) = furnished().await;
    let requests = furniture.requests(&house).await;
    let before = house.clock_ms();
    house.settle_notes().await;
    let (rows, told) = (house.rows(&[]), house.whole_trail().len());
    let mut sent = 0;
    for request in &requests {
        let Some(letter) = write(&house, &furniture, request) else { continue };
        words(request).is(request, &house.deliver(letter).await);
        house.turn_clock(before - house.clock_ms());
        sent += 1;
    }
    assert!(sent + 1 >= requests.len(), "{sent} of {}", requests.len());
    assert_eq!(house.whole_trail().len(), told, "what nobody is known to have asked is not on the trail");
    house.settle_notes().await;
    assert_eq!(house.rows(&[]), rows);
}

#[tokio::test]
async fn nobody_is_let_in_without_a_signature() {
    turned_away(|_| missing(), |_, _, request| Some(request.unsigned())).await;
    turned_away(
        |_| missing(),
        |_, _, request| {
            let mut letter = request.unsigned();
            letter.set("authorization", "Bearer abcdef");
            Some(letter)
        },
    )
    .await;
}

#[tokio::test]
async fn nobody_is_let_in_with_half_a_signature() {
    let text = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' \
                parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256";
    let half = |_: &Request| Words::new(("IncompleteSignatureException", text), (400, "IncompleteSignature", text));
    let write = |_: &House, _: &Furniture, request: &Request| {
        let mut letter = request.unsigned();
        letter.set("x-amz-date", "20260302T080000Z");
        letter.set("authorization", "AWS4-HMAC-SHA256");
        Some(letter)
    };
    turned_away(half, write).await;
}

#[tokio::test]
async fn nobody_is_let_in_with_an_unknown_key_or_somebody_elses_secret() {
    turned_away(
        |_| unknown(),
        |house, furniture, request| {
            let mut persona = furniture.alice.at(house);
            persona.access_key_id = "AKIAKEEPWELLSTORIES2";
            Some(request.signed(persona))
        },
    )
    .await;
    turned_away(
        |_| mismatch(),
        |house, furniture, request| {
            let mut persona = furniture.alice.at(house);
            persona.secret_access_key = &furniture.nobody.secret_access_key;
            Some(request.signed(persona))
        },
    )
    .await;
}

#[tokio::test]
async fn nobody_is_let_in_with_a_token_that_is_none_or_was_tampered_with_or_belongs_to_another_key() {
    turned_away(
        |_| unknown(),
        |house, furniture, request| {
            let mut persona = furniture.alice.at(house);
            persona.session_token = Some("FwoGZXIvYXdzEAA");
            Some(request.signed(persona))
        },
    )
    .await;
    turned_away(
        |_| unknown(),
        |house, furniture, request| {
            // Another letter of the token each time.
            let mut token = furniture.session.session_token.clone().unwrap().into_bytes();
            let at = request.body.len() * 7 % (token.len() - 2);
            token[at] = if token[at] == b'A' { b'B' } else { b'A' };
            let token = String::from_utf8(token).unwrap();
            let mut persona = furniture.session.at(house);
            persona.session_token = Some(&token);
            Some(request.signed(persona))
        },
    )
    .await;
    turned_away(
        |_| unknown(),
        |house, furniture, request| {
            let mut persona = furniture.session.at(house);
            persona.session_token = furniture.hollow.session_token.as_deref();
            Some(request.signed(persona))
        },
    )
    .await;
    turned_away(
        |_| unknown(),
        |house, furniture, request| {
            let mut persona = furniture.session.at(house);
            persona.session_token = None;
            Some(request.signed(persona))
        },
    )
    .await;
}

#[tokio::test]
async fn nobody_is_let_in_with_a_session_that_is_over() {
    turned_away(
        |_| expired(),
        |house, furniture, request| {
            house.turn_clock(HOUR_MS + SECOND_MS);
            Some(request.signed(furniture.session.at(house)))
        },
    )
    .await;
}

#[tokio::test]
async fn nobody_is_let_in_with_what_was_altered_after_it_was_signed() {
    let alterations: [fn(&mut Letter); 6] = [
        |letter| letter.body.push(b' '),
        |letter| letter.target = "/?Action=GetSecretValue".to_owned(),
        |letter| letter.target = "/secrets".to_owned(),
        |letter| letter.set("host", "secretsmanager.us-east-1.amazonaws.com"),
        |letter| {
            let charset = format!("{}; q=1", letter.headers["content-type"].to_str().unwrap());
            letter.set("content-type", &charset);
        },
        |letter| {
            let mut authorization = letter.headers["authorization"].to_str().unwrap().to_owned();
            let last = if authorization.ends_with('0') { '1' } else { '0' };
            authorization.pop();
            authorization.push(last);
            letter.set("authorization", &authorization);
        },
    ];
    for alter in alterations {
        turned_away(
            |_| mismatch(),
            |house, furniture, request| {
                let mut letter = request.signed(furniture.alice.at(house));
                alter(&mut letter);
                Some(letter)
            },
        )
        .await;
    }
}

#[tokio::test]
async fn a_signature_for_one_operation_opens_no_other_of_its_service() {
    turned_away(
        |_| mismatch(),
        |house, furniture, request| {
            let other = match request.service {
                "iam" => Request { operation: "ListUsers", body: format!("{}&x=y", request.body), ..*request },
                "sts" => Request { operation: "GetCallerIdentity", body: format!("{}&x=y", request.body), ..*request },
                _ => Request { operation: "ListNothing", body: request.body.clone(), ..*request },
            };
            let mut letter = other.signed(furniture.alice.at(house));
            letter.body = request.body.clone().into_bytes();
            if !request.is_query() {
                letter.set("x-amz-target", &request.target());
            }
            Some(letter)
        },
    )
    .await;
}

#[tokio::test]
async fn nobody_is_let_in_with_another_services_or_regions_signature() {
    let other_service = |house: &House, furniture: &Furniture, request: &Request| {
        let mut persona = request.caller(furniture.alice.at(house));
        persona.service = if request.service == "sts" { "iam" } else { "sts" };
        let mut letter = request.unsigned();
        persona.sign(&mut letter);
        Some(letter)
    };
    turned_away(foreign, other_service).await;
    let region = |_: &Request| Words::invalid("Credential should be scoped to a valid region. ");
    let other_region = |house: &House, furniture: &Furniture, request: &Request| {
        let persona = request.caller(furniture.alice.at(house)).in_region("ap-south-1");
        let mut letter = request.unsigned();
        persona.sign(&mut letter);
        Some(letter)
    };
    turned_away(region, other_region).await;
}

/// What programs hand to others to show who they are: good for that, and for nothing else.
#[tokio::test]
async fn a_signed_question_who_am_i_that_was_passed_on_opens_nothing() {
    let identity = |house: &House, furniture: &Furniture| {
        let question = Request {
            service: "sts",
            operation: "GetCallerIdentity",
            body: "Action=GetCallerIdentity&Version=2011-06-15".to_owned(),
        };
        question.signed(furniture.alice.at(house))
    };
    let is_it = |request: &Request| request.operation == "GetCallerIdentity";
    let words = |request: &Request| if request.service == "sts" { mismatch() } else { foreign(request) };
    // With the request in place of the question.
    turned_away(words, |house, furniture, request| {
        let mut letter = identity(house, furniture);
        letter.body = request.body.clone().into_bytes();
        if !request.is_query() {
            letter.set("x-amz-target", &request.target());
        }
        (!is_it(request)).then_some(letter)
    })
    .await;
    // With the question in its place, and another address on it.
    let (house, furniture) = furnished().await;
    for request in furniture.requests(&house).await {
        let mut letter = identity(&house, &furniture);
        if request.is_query() {
            letter.target = format!("/?{}", request.body);
            let answer = house.deliver(letter).await;
            mismatch().is(&Request { service: "sts", ..request }, &answer);
        } else {
            letter.set("x-amz-target", &request.target());
            let answer = house.deliver(letter).await;
            foreign(&request).is(&request, &answer);
        }
    }
}

#[tokio::test]
async fn nobody_is_let_in_too_late_or_too_early() {
    // Query services give a clock a quarter of an hour.
    let minutes = |request: &Request| if request.is_query() { 15 } else { 5 };
    let late = |request: &Request| {
        let minutes = minutes(request);
        Words::invalid(&format!(
            "Signature expired: 20260302T080000Z is now earlier than 20260302T080001Z (20260302T08{minutes:02}01Z - \
             {minutes} min.)"
        ))
    };
    let early = |request: &Request| {
        let minutes = minutes(request);
        let now = 59 - minutes;
        Words::invalid(&format!(
            "Signature not yet current: 20260302T080000Z is still later than 20260302T075959Z (20260302T07{now}59Z + \
             {minutes} min.)"
        ))
    };
    let off = |house: &House, furniture: &Furniture, request: &Request, direction: i64| {
        let letter = request.signed(furniture.alice.at(house));
        house.turn_clock(direction * (minutes(request) * 60 + 1) * SECOND_MS);
        Some(letter)
    };
    turned_away(late, |house, furniture, request| off(house, furniture, request, 1)).await;
    turned_away(early, |house, furniture, request| off(house, furniture, request, -1)).await;
}
