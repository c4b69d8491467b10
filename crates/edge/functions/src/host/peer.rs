//! Who is at the other end of a connection: only an environment's own processes may speak to its Runtime API.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use rustix::process::Pid;

use crate::process_tree::descendants;

/// Whose processes those of an environment are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Residents {
    /// Whoever has this user id, which no other environment has.
    User(u32),
    /// Whatever the warden stands over.
    Below(Pid),
}

impl Residents {
    /// Did one of them open this connection? What cannot be found out is "no".
    pub(super) fn opened(self, from: SocketAddr, to: SocketAddr) -> bool {
        let Some(socket) = socket(from, to) else { return false };
        match self {
            Self::User(user) => socket.user == user,
            Self::Below(warden) => descendants(warden).into_iter().any(|pid| holds(pid, &socket.inode)),
        }
    }
}

struct Socket {
    user: u32,
    inode: String,
}

/// The far end of a connection on this machine, as the kernel lists it. A client may have made it as one of IPv6.
fn socket(from: SocketAddr, to: SocketAddr) -> Option<Socket> {
    [("/proc/net/tcp", ""), ("/proc/net/tcp6", "0000000000000000FFFF0000")].into_iter().find_map(|(table, prefix)| {
        let (from, to) = (format!("{prefix}{}", listed(from)?), format!("{prefix}{}", listed(to)?));
        find(&fs::read_to_string(table).ok()?, &from, &to)
    })
}

fn find(table: &str, from: &str, to: &str) -> Option<Socket> {
    table.lines().find_map(|line| {
        let mut fields = line.split_whitespace();
        if fields.nth(1)? != from || fields.next()? != to {
            return None;
        }
        Some(Socket { user: fields.nth(4)?.parse().ok()?, inode: fields.nth(1)?.to_owned() })
    })
}

/// As the kernel writes an address: the bytes of the address as a number of this machine, and the port.
fn listed(address: SocketAddr) -> Option<String> {
    match address.ip() {
        IpAddr::V4(ip) => Some(format!("{:08X}:{:04X}", u32::from_ne_bytes(ip.octets()), address.port())),
        IpAddr::V6(_) => None,
    }
}

fn holds(pid: Pid, inode: &str) -> bool {
    let wanted = format!("socket:[{inode}]");
    let Ok(open) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    open.flatten().any(|entry| fs::read_link(entry.path()).is_ok_and(|target| target == Path::new(&wanted)))
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn the_kernels_table_is_read() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:8001 0100007F:1F90 01 00000000:00000000 00:00000000 00000000 59007        0 123456 1 ff 20 4 30 10 -1\n";
        let socket = find(table, "0100007F:8001", "0100007F:1F90").unwrap();
        assert_eq!((socket.user, socket.inode.as_str()), (59_007, "123456"));
        assert!(find(table, "0100007F:8001", "0100007F:1F91").is_none());
    }

    #[test]
    fn a_connection_of_our_own_is_ours_and_nobody_elses() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let to = listener.local_addr().unwrap();
        let client = TcpStream::connect(to).unwrap();
        let from = client.local_addr().unwrap();
        let me = rustix::process::getuid().as_raw();
        assert!(Residents::User(me).opened(from, to));
        assert!(!Residents::User(me + 1).opened(from, to));
        // This process is no descendant of itself.
        assert!(!Residents::Below(rustix::process::getpid()).opened(from, to));
        assert!(holds(rustix::process::getpid(), &socket(from, to).unwrap().inode));
    }

    #[test]
    fn a_childs_connection_is_found_below_its_parent() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let to = listener.local_addr().unwrap();
        let script = format!("exec 3<>/dev/tcp/127.0.0.1/{}; read line", to.port());
        let mut child = Command::new("bash").args(["-c", &script]).stdin(Stdio::piped()).spawn().unwrap();
        let (_stream, from) = listener.accept().unwrap();
        assert!(Residents::Below(rustix::process::getpid()).opened(from, to));
        assert!(!Residents::Below(Pid::from_child(&child)).opened(from, to));
        drop(child.stdin.take());
        child.wait().unwrap();
        // Nobody has it any more.
        assert!(!Residents::Below(rustix::process::getpid()).opened(from, to));
    }
}
