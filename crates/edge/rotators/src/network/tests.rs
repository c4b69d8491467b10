use std::net::Ipv4Addr;

use tokio::net::TcpListener;

use super::*;

fn network(allowed: &[&str]) -> Network {
    let allowed = allowed.iter().map(|target| target.parse().unwrap()).collect();
    Network::new(NetworkSettings { allowed, ..NetworkSettings::default() })
}

async fn refusal(network: &Network, host: &str, port: u16) -> String {
    network.visit(None).reach(host, port).await.unwrap_err().to_string()
}

#[tokio::test]
async fn link_local_addresses_are_refused_unless_they_are_named() {
    assert!(refusal(&network(&[]), "169.254.169.254", 80).await.contains("link-local"));
    assert!(refusal(&network(&["0.0.0.0/0"]), "169.254.169.254", 80).await.contains("link-local"));
    assert!(network(&["169.254.169.254"]).visit(None).reach("169.254.169.254", 80).await.is_ok());
}

#[tokio::test]
async fn a_list_of_targets_refuses_all_others() {
    let network = network(&["127.0.0.0/8:5432", "localhost:3306"]);
    assert!(network.visit(None).reach("127.0.0.1", 5432).await.is_ok());
    assert!(network.visit(None).reach("localhost", 3306).await.is_ok());
    assert!(refusal(&network, "127.0.0.1", 3306).await.contains("allows"));
    assert!(refusal(&network, "10.0.0.1", 5432).await.contains("allows"));
}

#[tokio::test]
async fn the_servers_own_listeners_are_refused_even_where_all_is_allowed() {
    let network = network(&["127.0.0.0/8"]);
    network.listens_at(&[SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8443))]);
    assert!(refusal(&network, "127.0.0.1", 8443).await.contains("own"));
    assert!(network.visit(None).reach("127.0.0.1", 8444).await.is_ok());
}

#[tokio::test]
async fn a_host_that_does_not_resolve_is_named() {
    assert_eq!(refusal(&network(&[]), "no-such.invalid", 1).await, "the host no-such.invalid does not resolve");
}

#[tokio::test]
async fn what_was_checked_is_dialled() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let network = network(&[]);
    let visit = network.visit(None);
    let reached = visit.reach("localhost", listener.local_addr().unwrap().port()).await.unwrap();
    let _dialled = reached.dial().await.unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    assert!(reached.addresses.contains(&accepted.local_addr().unwrap()));
}

#[tokio::test]
async fn a_place_is_taken_at_the_host_itself_and_only_where_rotators_may_connect() {
    #[derive(Default)]
    struct Taken(parking_lot::Mutex<Vec<IpAddr>>);
    impl HostPlaces for Taken {
        fn take(&self, host: IpAddr) -> bool {
            self.0.lock().push(host);
            self.0.lock().len() < 3
        }
    }
    let (network, taken) = (network(&[]), Taken::default());
    let visit = network.visit(Some(&taken));
    visit.reach("127.0.0.1", 1).await.unwrap();
    visit.reach("127.0.0.2", 1).await.unwrap();
    visit.reach("169.254.169.254", 1).await.unwrap_err();
    assert!(!visit.was_turned_away());
    visit.reach("127.0.0.3", 1).await.unwrap_err();
    assert!(visit.was_turned_away());
    assert_eq!(*taken.0.lock(), ["127.0.0.1", "127.0.0.2", "127.0.0.3"].map(|host| host.parse::<IpAddr>().unwrap()));
}
