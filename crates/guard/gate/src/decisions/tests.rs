use std::{
    net::{IpAddr, Ipv4Addr},
    pin::pin,
    task::{Context, Poll, Waker},
};

use contract::{Entity, Identities, InlinePolicies, UserRecord};
use policy::{Effect, PermitIssuer};
use terms::Region;

use super::*;
use crate::{
    AuthorizationError, Gate,
    credentials::{CredentialCard, Seated},
};

const ACCOUNT: &str = "111122223333";
const ALICE: &str = "AIDAALICEALICEALICE00";
const READ: Action = Action::new("secretsmanager:GetSecretValue");
const DELETE: Action = Action::new("secretsmanager:DeleteSecret");
const READS: &str = r#"{"Version":"2012-10-17","Statement":{"Sid":"Reads","Effect":"Allow",
    "Action":"secretsmanager:GetSecretValue","Resource":"*"}}"#;

fn account() -> AccountId {
    AccountId::parse(ACCOUNT).unwrap()
}

/// The account with Alice alone, who has this policy.
fn alice_with(policy: &str, revision: u64) -> Arc<Identities> {
    let mut identities = Identities::empty(account(), revision);
    identities.put(Entity::User(UserRecord {
        id: ALICE.to_owned(),
        name: "alice".to_owned(),
        path: "/".to_owned(),
        arn: format!("arn:aws:iam::{ACCOUNT}:user/alice"),
        created_at: Timestamp::from_millis(0),
        tags: Vec::new(),
        boundary: None,
        inline: InlinePolicies::from([("own".to_owned(), PolicyDocument::new(policy))]),
        attached: Vec::new(),
        login_profile: None,
    }));
    Arc::new(identities)
}

fn caller(card: &Arc<CredentialCard>, identities: &Arc<Identities>) -> Caller {
    let seat = card.seat(identities).unwrap().unwrap();
    let seated = Seated { card: Arc::clone(card), seat, identities: Arc::clone(identities) };
    Caller::new(seated, Region::parse("eu-central-1").unwrap())
}

fn request(number: u8) -> RequestContext {
    RequestContext {
        request_id: RequestId::from_bytes([number; 16]),
        event_id: EventId::from_bytes([number; 16]),
        received_at: Timestamp::from_millis(i64::from(number)),
        source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        user_agent: None,
        referer: None,
        host: None,
        tls: None,
    }
}

/// The gate waits for nothing.
fn authorize(
    gate: &Gate,
    request: &RequestContext,
    caller: &Caller,
    action: Action,
    target: &Target<'_>,
) -> Result<(), String> {
    let answer = pin!(gate.authorize(request, caller, action, target));
    match answer.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(_)) => Ok(()),
        Poll::Ready(Err(AuthorizationError::Denied(denied))) => Err(denied.to_string()),
        other => panic!("{other:?}"),
    }
}

fn told(gate: &Gate, request: &RequestContext) -> Told {
    let [told] = &gate.told_of(account(), &request.request_id.to_string())[..] else { panic!() };
    told.clone()
}

fn secret(owner: AccountId) -> Resource {
    let arn: Arc<str> = format!("arn:aws:secretsmanager:eu-central-1:{owner}:secret:db-Ab12Cd").into();
    Resource::One { asked: Arc::clone(&arn), arn, account: owner }
}

#[test]
fn ids_are_read_as_they_are_written() {
    let id = RequestId::from_bytes([0x0a, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xff, 11, 12, 13, 14, 15]);
    assert_eq!(parse_id(&id.to_string()), Some(*id.as_bytes()));
    let (short, long) = (id.to_string().replacen('0', "", 1), format!("{id}0"));
    for wrong in ["", "x", "0a", short.as_str(), long.as_str(), "ü"] {
        assert_eq!(parse_id(wrong), None, "{wrong}");
    }
}

#[test]
fn a_decision_is_told_after_the_state_of_iam_that_it_was_made_in_is_gone() {
    let gate = Gate::new(PermitIssuer::for_gate());
    let card = Arc::new(CredentialCard::of_user(ALICE, account()));
    let before = alice_with(READS, 1);
    let state = Arc::downgrade(&before);
    let resource = secret(account());
    let target = Target::new(&resource);
    let (allowed, refused) = (request(1), request(2));
    let alice = caller(&card, &before);
    authorize(&gate, &allowed, &alice, READ, &target).unwrap();
    let refusal = authorize(&gate, &refused, &alice, DELETE, &target).unwrap_err();
    drop((alice, before));

    // The card has not been used since, and the decisions are remembered.
    assert!(state.upgrade().is_none());
    let told_allowed = told(&gate, &allowed);
    let [statement] = &told_allowed.statements()[..] else { panic!() };
    assert_eq!((statement.sid.as_deref(), statement.effect), (Some("Reads"), Effect::Allow));
    assert_eq!(&*statement.source.id, format!("arn:aws:iam::{ACCOUNT}:user/alice/own"));
    assert_eq!(told_allowed.principal(), format!("arn:aws:iam::{ACCOUNT}:user/alice"));
    assert_eq!(told(&gate, &refused).message(), Some(refusal));
}

#[test]
fn a_card_takes_another_seat_when_the_state_of_iam_is_another() {
    let card = Arc::new(CredentialCard::of_user(ALICE, account()));
    let before = alice_with(READS, 1);
    let [one, two] = [(); 2].map(|()| caller(&card, &before));
    assert!(Arc::ptr_eq(one.standing(), two.standing()));
    let after = alice_with(READS, 2);
    assert!(!Arc::ptr_eq(caller(&card, &after).standing(), one.standing()));
    assert_eq!(caller(&card, &after).identities().revision, 2);
}

/// A decision for a caller with a policy of this many bytes.
fn told_with(ring: &mut Ring, number: u8, alice: &Caller) {
    let basis = Basis::statements(alice, Deciders::default(), &Target::new(&Resource::Every));
    let RequestContext { request_id, event_id, received_at: at, .. } = request(number);
    let _ = ring.keep(Told {
        at,
        request_id,
        event_id,
        action: READ,
        resource: Resource::Every,
        account: account(),
        basis,
    });
}

fn numbers(ring: &Ring) -> Vec<i64> {
    ring.iter().map(|told| told.at.as_millis()).collect()
}

#[test]
fn the_oldest_give_way_to_the_newest() {
    let mut ring = Ring::new(RingMax { count: 3, weight: MIB });
    let alice = caller(&Arc::new(CredentialCard::of_user(ALICE, account())), &alice_with(READS, 1));
    (1..=5).for_each(|number| told_with(&mut ring, number, &alice));
    assert_eq!(numbers(&ring), [3, 4, 5]);
}

#[test]
fn policies_weigh_once_however_many_decisions_they_made_and_heavy_ones_drive_out_the_oldest() {
    let heavy = |revision| {
        let text = READS.replace("Reads", &"x".repeat(9_000));
        caller(&Arc::new(CredentialCard::of_user(ALICE, account())), &alice_with(&text, revision))
    };
    let mut ring = Ring::new(RingMax { count: 100, weight: 30_000 });
    let first = heavy(1);
    (1..=20).for_each(|number| told_with(&mut ring, number, &first));
    assert_eq!(numbers(&ring).len(), 20);
    let policy = Arc::downgrade(first.standing());
    drop(first);
    assert!(policy.upgrade().is_some());
    (21..=25).for_each(|number| told_with(&mut ring, number, &heavy(number.into())));
    assert_eq!(numbers(&ring), [23, 24, 25]);
    assert!(policy.upgrade().is_none());
    // Whatever it weighs, the last one can be asked about.
    let mut narrow = Ring::new(RingMax { count: 100, weight: 1 });
    (1..=2).for_each(|number| told_with(&mut narrow, number, &heavy(number.into())));
    assert_eq!(numbers(&narrow), [2]);
}
