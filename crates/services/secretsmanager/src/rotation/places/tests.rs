use std::net::Ipv4Addr;

use tokio::sync::mpsc;

use super::*;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));

async fn settled() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_waits_at_a_host_is_served_in_the_order_of_asking_and_before_newcomers() {
    let places = Places::new(1, 1);
    let first = places.take().await;
    HostPlaces::take(&first, HERE).await;
    let server = first.held.lock().server.take();
    let (tell, mut told) = mpsc::unbounded_channel();
    for number in 0..50 {
        let (places, tell) = (places.clone(), tell.clone());
        tokio::spawn(async move {
            let place = places.take().await;
            place.take_at(HERE).await;
            tell.send(number).unwrap();
            // Whoever comes back to where it is does not wait again.
            place.take_at(HERE).await;
        });
        settled().await;
    }
    assert!(told.try_recv().is_err());
    drop((first, server));
    for number in 0..50 {
        assert_eq!(told.recv().await, Some(number));
    }
    assert_eq!(places.free(), 1);
}

#[tokio::test]
async fn who_waits_at_a_host_leaves_the_server_to_others() {
    let places = Places::new(1, 1);
    let (at_work, waits) = (places.take().await, Place { places: places.clone(), held: Mutex::default() });
    at_work.take_at(HERE).await;
    at_work.held.lock().server = None;
    let waiting = tokio::spawn(async move { waits.take_at(HERE).await });
    settled().await;
    assert_eq!(places.free(), 1);
    let elsewhere = places.take().await;
    elsewhere.take_at(THERE).await;
    drop((at_work, elsewhere));
    waiting.await.unwrap();
}

#[tokio::test]
async fn two_who_want_each_others_hosts_do_not_wait_for_ever() {
    let places = Places::new(2, 1);
    let (one, other) = (places.take().await, places.take().await);
    one.take_at(HERE).await;
    other.take_at(THERE).await;
    let of_one = async {
        one.take_at(THERE).await;
        drop(one);
    };
    let of_other = async {
        other.take_at(HERE).await;
        drop(other);
    };
    tokio::join!(of_one, of_other);
    assert!(places.hosts.of(HERE).try_acquire().is_ok());
    assert!(places.hosts.of(THERE).try_acquire().is_ok());
}

#[tokio::test]
async fn addresses_in_both_notations_are_one_host() {
    let places = Places::new(1, 1);
    let place = places.take().await;
    place.take("::ffff:10.0.0.1".parse().unwrap()).await;
    assert!(place.is_at(HERE));
}

#[tokio::test]
async fn what_was_waited_is_told_once_and_while_it_lasts() {
    let (places, time) = (Places::new(1, 1), Duration::from_millis(20));
    let place = places.take().await;
    assert_eq!(place.take_waited(), Duration::ZERO);
    place.leave_for(time).await;
    assert!(place.take_waited() >= time);
    assert_eq!(place.take_waited(), Duration::ZERO);
    let look = async {
        tokio::time::sleep(time).await;
        assert!(place.take_waited() >= time);
    };
    tokio::join!(place.leave_for(2 * time), look);
    let rest = place.take_waited();
    assert!(rest > Duration::ZERO);
}
