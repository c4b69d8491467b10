use std::net::Ipv4Addr;

use tokio::sync::mpsc;

use super::*;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));
const SHORT: Duration = Duration::from_millis(1);

/// As an attempt comes to a host. Returns how often it was turned away.
async fn come_to(place: &Place, host: IpAddr) -> usize {
    let mut turned_away = 0;
    while !place.take(host) {
        turned_away += 1;
        place.wait(SHORT).await;
    }
    turned_away
}

async fn settled() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_waits_at_a_host_is_served_in_the_order_of_asking_and_before_newcomers() {
    let places = Places::new(1, 1);
    let first = places.take().await;
    assert_eq!(come_to(&first, HERE).await, 0);
    first.held.lock().server = None;
    let (tell, mut told) = mpsc::unbounded_channel();
    for number in 0..50 {
        let (places, tell) = (places.clone(), tell.clone());
        tokio::spawn(async move {
            let place = places.take().await;
            assert_eq!(come_to(&place, HERE).await, 1);
            tell.send(number).unwrap();
            // Whoever comes back to where it is does not wait again.
            assert_eq!(come_to(&place, HERE).await, 0);
        });
        settled().await;
    }
    assert!(told.try_recv().is_err());
    drop(first);
    for number in 0..50 {
        assert_eq!(told.recv().await, Some(number));
    }
    settled().await;
    assert_eq!(places.free(), 1);
}

#[tokio::test]
async fn who_waits_leaves_the_server_to_others() {
    let places = Places::new(1, 1);
    let at_work = places.take().await;
    come_to(&at_work, HERE).await;
    at_work.held.lock().server = None;
    for host in [Some(HERE), None] {
        let waits = places.take().await;
        assert!(host.is_none_or(|host| !waits.take(host)));
        let waiting = tokio::spawn(async move { waits.wait(100 * SHORT).await });
        settled().await;
        assert_eq!(places.free(), 1);
        let elsewhere = places.take().await;
        assert_eq!(come_to(&elsewhere, THERE).await, 0);
        at_work.held.lock().hosts.clear();
        drop(elsewhere);
        waiting.await.unwrap();
    }
}

#[tokio::test]
async fn two_who_want_each_others_hosts_do_not_wait_for_ever() {
    let places = Places::new(2, 1);
    let (one, other) = (places.take().await, places.take().await);
    come_to(&one, HERE).await;
    come_to(&other, THERE).await;
    let of_one = async {
        come_to(&one, THERE).await;
        drop(one);
    };
    let of_other = async {
        come_to(&other, HERE).await;
        drop(other);
    };
    tokio::join!(of_one, of_other);
    assert!(places.hosts.of(HERE).try_acquire().is_ok());
    assert!(places.hosts.of(THERE).try_acquire().is_ok());
}

#[tokio::test]
async fn addresses_in_both_notations_are_one_host() {
    let places = Places::new(2, 1);
    let (one, other) = (places.take().await, places.take().await);
    assert!(one.take("::ffff:10.0.0.1".parse().unwrap()));
    assert!(!other.take(HERE));
}
