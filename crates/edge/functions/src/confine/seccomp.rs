//! System calls that no function needs, and that have let programs out of where they were kept.

use std::collections::BTreeMap;
use std::io;

use rustix::io::Errno;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

/// They answer "not permitted".
const REFUSED: &[libc::c_long] = &[
    // into other processes
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_pidfd_getfd,
    // namespaces and mounts
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_fsconfig,
    libc::SYS_fspick,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_mount_setattr,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    // the kernel itself
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_syslog,
    libc::SYS_quotactl,
    libc::SYS_acct,
    libc::SYS_fanotify_init,
    libc::SYS_lookup_dcookie,
    libc::SYS_personality,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_vhangup,
    // keys of the kernel's keyrings, which do not know users apart as files do
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    // memory and queues between processes, which outlive those that made them, and which only users keep apart
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_semget,
    libc::SYS_semctl,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_msgget,
    libc::SYS_msgctl,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
];

/// Refused as well where a function has the server's user: they change a file by its path, wherever it is, and Landlock
/// looks away.
const REFUSED_WITHOUT_OWN_USER: &[libc::c_long] = &[
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chmod,
    libc::SYS_fchmodat,
    FCHMODAT2,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lchown,
    libc::SYS_fchownat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    SETXATTRAT,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    REMOVEXATTRAT,
    FILE_SETATTR,
];

// The same numbers on all processors.
const FCHMODAT2: libc::c_long = 452;
const SETXATTRAT: libc::c_long = 463;
const REMOVEXATTRAT: libc::c_long = 466;
const FILE_SETATTR: libc::c_long = 469;

/// Likewise, unless this argument has this value, by which they are about the caller itself: they reach every process of
/// the user.
const ABOUT_A_PROCESS: &[(libc::c_long, u8, u64)] = &[
    (libc::SYS_prlimit64, 0, 0),
    // One process, and not a group or all of a user's; and which.
    (libc::SYS_setpriority, 0, 0),
    (libc::SYS_setpriority, 1, 0),
    (libc::SYS_ioprio_set, 0, 1),
    (libc::SYS_ioprio_set, 1, 0),
];

/// Families of sockets that functions have.
const FAMILIES: [libc::c_int; 3] = [libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];

const NEW_NAMESPACES: libc::c_int = libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP;

/// Is there a filter for this machine's processor?
pub(crate) fn is_to_be_had() -> bool {
    target().is_some() && filters(true).is_ok()
}

/// From here on, for this thread and what it becomes.
pub(super) fn apply(has_own_user: bool) -> io::Result<()> {
    for filter in filters(has_own_user)? {
        seccompiler::apply_filter(&filter).map_err(io::Error::other)?;
    }
    Ok(())
}

/// One filter for each way of refusing.
fn filters(has_own_user: bool) -> io::Result<Vec<BpfProgram>> {
    let mut refused: BTreeMap<i64, Vec<SeccompRule>> = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    if !has_own_user {
        refused.extend(REFUSED_WITHOUT_OWN_USER.iter().map(|call| (*call, Vec::new())));
        for (call, argument, value) in ABOUT_A_PROCESS {
            refused.entry(*call).or_default().push(rule(vec![condition(*argument, SeccompCmpOp::Ne, *value)?])?);
        }
    }
    // Any of these bits in the flags, one rule for each.
    let bits = (0..32).map(|bit| 1_u64 << bit).filter(|bit| u64::from(NEW_NAMESPACES.cast_unsigned()) & bit != 0);
    let clones = bits.map(|bit| rule(vec![condition(0, SeccompCmpOp::MaskedEq(bit), bit)?]));
    refused.insert(libc::SYS_clone, clones.collect::<io::Result<_>>()?);

    // Otherwise a service manager of the same user would start what it is asked for.
    let unix = has_own_user.then_some(libc::AF_UNIX);
    let families = FAMILIES.into_iter().chain(unix);
    let others = families.map(|family| condition(0, SeccompCmpOp::Ne, u64::from(family.cast_unsigned())));
    let socket = rule(others.collect::<io::Result<_>>()?)?;

    Ok(vec![
        compile(refused, Errno::PERM)?,
        compile(BTreeMap::from([(libc::SYS_socket, vec![socket])]), Errno::AFNOSUPPORT)?,
        // Its flags lie in memory, where a filter cannot look. The C library then takes `clone`.
        compile(BTreeMap::from([(libc::SYS_clone3, Vec::new())]), Errno::NOSYS)?,
    ])
}

fn condition(argument: u8, operator: SeccompCmpOp, value: u64) -> io::Result<SeccompCondition> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value).map_err(io::Error::other)
}

fn rule(conditions: Vec<SeccompCondition>) -> io::Result<SeccompRule> {
    SeccompRule::new(conditions).map_err(io::Error::other)
}

fn compile(rules: BTreeMap<i64, Vec<SeccompRule>>, answer: Errno) -> io::Result<BpfProgram> {
    let target = target().ok_or(io::ErrorKind::Unsupported)?;
    let rules = under_all_numbers(rules);
    let answer = SeccompAction::Errno(answer.raw_os_error().cast_unsigned());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, answer, target).map_err(io::Error::other)?;
    filter.try_into().map_err(io::Error::other)
}

/// Some kernels know the same calls by other numbers as well: those of the x32 ABI, which is of the same architecture.
#[cfg(target_arch = "x86_64")]
fn under_all_numbers(mut rules: BTreeMap<i64, Vec<SeccompRule>>) -> BTreeMap<i64, Vec<SeccompRule>> {
    const X32: i64 = 0x4000_0000;
    // These have a number of their own there.
    let renumbered = [
        (libc::SYS_ptrace, 521),
        (libc::SYS_kexec_load, 528),
        (libc::SYS_process_vm_readv, 539),
        (libc::SYS_process_vm_writev, 540),
    ];
    let number =
        |call| renumbered.iter().find_map(|(known, number)| (*known == call).then_some(*number)).unwrap_or(call);
    let others: Vec<_> = rules.iter().map(|(call, rules)| (number(*call) | X32, rules.clone())).collect();
    rules.extend(others);
    rules
}

#[cfg(not(target_arch = "x86_64"))]
fn under_all_numbers(rules: BTreeMap<i64, Vec<SeccompRule>>) -> BTreeMap<i64, Vec<SeccompRule>> {
    rules
}

fn target() -> Option<TargetArch> {
    TargetArch::try_from(std::env::consts::ARCH).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_compile_with_and_without_an_own_user() {
        assert_eq!(filters(true).unwrap().len(), 3);
        assert_eq!(filters(false).unwrap().len(), 3);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn the_numbers_of_the_other_abi_are_no_way_around() {
        let refused = under_all_numbers(REFUSED.iter().map(|call| (*call, Vec::new())).collect());
        assert_eq!(refused.len(), 2 * REFUSED.len());
        for number in [0x4000_0000 + libc::SYS_mount, 0x4000_0000 + 521] {
            assert!(refused.contains_key(&number));
        }
    }
}
