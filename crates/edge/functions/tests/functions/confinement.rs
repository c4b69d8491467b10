use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

use facades::HostError;
use serde_json::json;

use crate::stage::{Function, Stage, mode};

/// Tries everything that it must not be able to do, and tells what became of each.
const BURGLAR: &str = r#"
import ctypes, errno, os, platform, resource, signal, socket, subprocess, sys, tempfile

libc = ctypes.CDLL(None, use_errno=True)

number = {
    "x86_64": {"userfaultfd": 323, "bpf": 321, "keyctl": 250},
    "aarch64": {"userfaultfd": 282, "bpf": 280, "keyctl": 219},
}[platform.machine()]

def tried(what):
    try:
        what()
        return "done"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))

def syscall(number, *arguments):
    if libc.syscall(number, *arguments) == -1:
        raise OSError(ctypes.get_errno(), "refused")

def call(name, *arguments):
    if getattr(libc, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), "refused")

def write(path):
    with open(path, "w") as file:
        file.write("x")

def handler(event, context):
    if "tell" in event:
        return {"pid": os.getpid(), "code": os.getcwd(), "temporary": tempfile.gettempdir()}
    server, other = event["server"], event["other"]
    read = lambda path: tried(lambda: open(path, "rb").read(1))
    here = os.getcwd()
    return {
        "data folder": read(event["data"]),
        "root key": read(event["data"] + ".key"),
        "list of the data folder": tried(lambda: os.listdir(os.path.dirname(event["data"]))),
        "mode of the root key": tried(lambda: os.chmod(event["data"] + ".key", 0o666)),
        "group of the root key": tried(lambda: os.chown(event["data"] + ".key", -1, os.getgid())),
        "attributes of the root key": tried(lambda: os.setxattr(event["data"] + ".key", "user.x", b"1")),
        "mode of own code by its path": tried(lambda: os.chmod(here, 0o777)),
        "limits of the server": tried(lambda: resource.prlimit(server, resource.RLIMIT_NOFILE)),
        "priority of the server": tried(lambda: os.setpriority(os.PRIO_PROCESS, server, 1)),
        "priority of all": tried(lambda: os.setpriority(os.PRIO_USER, event["user"], 1)),
        "memory that outlives it": tried(lambda: call("shmget", 0, 4096, 0o1600)),
        "a queue that outlives it": tried(lambda: call("mq_open", b"/of-a-function", 0o102, 0o600, None)),
        "staying when memory is short": tried(lambda: write("/proc/self/oom_score_adj")),
        "first to go when memory is short": open("/proc/self/oom_score_adj").read().strip(),
        "own limits": tried(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512))),
        "memory of the server": read("/proc/%d/mem" % server),
        "environment of the server": read("/proc/%d/environ" % server),
        "maps of the server": read("/proc/%d/maps" % server),
        "files of the server": tried(lambda: os.listdir("/proc/%d/fd" % server)),
        "root of the server": tried(lambda: os.listdir("/proc/%d/root" % server)),
        "memory of the warden": read("/proc/%d/mem" % os.getppid()),
        "environment of the warden": read("/proc/%d/environ" % os.getppid()),
        "another's environment": read("/proc/%d/environ" % other["pid"]),
        "another's memory": read("/proc/%d/mem" % other["pid"]),
        "another's code": read(other["code"] + "/app.py"),
        "list of all code": tried(lambda: os.listdir(os.path.dirname(here))),
        "another's temporary folder": tried(lambda: os.listdir(other["temporary"])),
        "a file of another": tried(lambda: write(other["temporary"] + "/x")),
        "signal to the server": tried(lambda: os.kill(server, 0)),
        "signal to the warden": tried(lambda: os.kill(os.getppid(), signal.SIGKILL)),
        "signal to another": tried(lambda: os.kill(other["pid"], signal.SIGKILL)),
        "ptrace": tried(lambda: call("ptrace", 16, other["pid"], 0, 0)),
        "process_vm_readv": tried(lambda: call("process_vm_readv", server, 0, 0, 0, 0, 0)),
        "unshare": tried(lambda: call("unshare", 0x10000000)),
        "mount": tried(lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, None)),
        "io_uring": tried(lambda: syscall(425, 1, 0)),
        "userfaultfd": tried(lambda: syscall(number["userfaultfd"], 0)),
        "bpf": tried(lambda: syscall(number["bpf"], 0, 0, 0)),
        "keyctl": tried(lambda: syscall(number["keyctl"], 0, 0, 0)),
        "a packet socket": tried(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)),
        "own code": tried(lambda: write(here + "/app.py")),
        "a file beside own code": tried(lambda: write(here + "/x")),
        "a file in /tmp": tried(lambda: write("/tmp/left-by-a-function")),
        "a file in /var/tmp": tried(lambda: write("/var/tmp/left-by-a-function")),
        "a file in /dev/shm": tried(lambda: write("/dev/shm/left-by-a-function")),
        "shadow": read("/etc/shadow"),
        "a home": tried(lambda: os.listdir("/root")),
        "a disk": tried(lambda: os.listdir("/srv")),
        "becoming root": tried(lambda: os.setuid(0)),
        "no new privileges": open("/proc/self/status").read().split("NoNewPrivs:\t")[1][0],
        "capabilities": open("/proc/self/status").read().split("CapEff:\t")[1].split()[0].strip("0"),
        "groups": [group for group in os.getgroups() if group != os.getgid()],
        "setuid programs": subprocess.run([event["setuid"], "-u"], capture_output=True, text=True).stdout.strip() == str(os.getuid()),
        "descriptors": sorted(int(number) for number in os.listdir("/proc/self/fd"))[:4],
        "own temporary folder": tried(lambda: write(tempfile.gettempdir() + "/mine")),
        "own child": subprocess.run(["sh", "-c", "kill -0 $$ && echo well"], capture_output=True, text=True).stdout,
    }
"#;

#[tokio::test]
async fn functions_cannot_break_out() {
    // A program that is root's whoever starts it, if it may be. Where functions can start it.
    let programs = tempfile::Builder::new().permissions(mode(0o755)).tempdir().unwrap();
    let setuid = programs.path().join("id");
    fs::copy("/usr/bin/id", &setuid).unwrap();
    fs::set_permissions(&setuid, mode(0o4755)).unwrap();
    let libraries = programs.path().to_owned();
    let stage = Stage::with(|settings| settings.python.libraries = vec![libraries]);

    // Open to everybody, as a careless operator might leave it: what keeps a function out is not the mode.
    let outside = tempfile::Builder::new().permissions(mode(0o755)).tempdir().unwrap();
    let data = outside.path().join("data");
    fs::write(&data, "sealed").unwrap();
    fs::write(outside.path().join("data.key"), "root key").unwrap();
    for file in [&data, &outside.path().join("data.key")] {
        fs::set_permissions(file, mode(0o644)).unwrap();
    }

    let victim = Function::new("python3.12", "app.handler", &[("app.py", BURGLAR), ("other", "")]);
    let burglar = Function::new("python3.12", "app.handler", &[("app.py", BURGLAR), ("own", "")]);
    let other = stage.answer(&victim, r#"{"tell": 1}"#).await;
    let event = json!({
        "server": std::process::id(),
        "other": other,
        "data": data.to_str().unwrap(),
        "setuid": setuid.to_str().unwrap(),
        "user": rustix::process::geteuid().as_raw(),
    });
    let told = stage.answer(&burglar, &event.to_string()).await;
    for (what, became) in told.as_object().unwrap() {
        match what.as_str() {
            "no new privileges" => assert_eq!(became, "1"),
            "capabilities" => assert_eq!(became, "", "{became}"),
            "groups" => assert_eq!(became, &json!([])),
            "setuid programs" => assert_eq!(became, true, "{what}"),
            // The fourth, if there is one, is the listing itself.
            "descriptors" => assert_eq!(became.as_array().unwrap()[..3], [json!(0), json!(1), json!(2)]),
            "own temporary folder" | "own limits" => assert_eq!(became, "done"),
            // Of a user of its own, all is its own.
            "priority of all" => assert_eq!(became == "done", rustix::process::geteuid().is_root(), "{became}"),
            "first to go when memory is short" => assert_eq!(became, "1000"),
            "own child" => assert_eq!(became, "well\n"),
            "a packet socket" => assert_eq!(became, "EAFNOSUPPORT"),
            what => assert!(["EACCES", "EPERM"].contains(&became.as_str().unwrap_or_default()), "{what}: {became}"),
        }
    }
    // Whoever was to be harmed lives.
    assert_eq!(stage.answer(&victim, r#"{"tell": 1}"#).await["pid"], other["pid"]);
    stage.close().await;
}

#[test]
fn nor_can_they_where_the_server_is_a_plain_user() {
    const NOBODY: u32 = 65_534;
    if !rustix::process::geteuid().is_root() {
        // Then the other story was about that.
        return functions_cannot_break_out();
    }
    // Where a plain user can reach them.
    let folder = tempfile::Builder::new().permissions(mode(0o755)).tempdir().unwrap();
    let test = std::env::current_exe().unwrap();
    for (from, to) in [(test.clone(), "deps/functions"), (crate::stage::program(), "examples/functions_host")] {
        let to = folder.path().join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, &to).unwrap();
    }
    let temporary = folder.path().join("tmp");
    fs::create_dir(&temporary).unwrap();
    std::os::unix::fs::chown(&temporary, Some(NOBODY), Some(NOBODY)).unwrap();
    let story = Command::new(folder.path().join("deps/functions"))
        .args(["confinement::functions_cannot_break_out", "--exact", "--nocapture"])
        .env("TMPDIR", &temporary)
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .output()
        .unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&story.stdout), String::from_utf8_lossy(&story.stderr));
    assert!(story.status.success() && told.contains("1 passed"), "{told}");
}

#[tokio::test]
async fn nothing_runs_where_a_function_would_see_what_is_protected() {
    let stage = Stage::with(|settings| settings.protected = vec!["/usr/share/doc".into()]);
    let function = Function::python("def handler(event, context): return 1");
    let error = stage.invoke(&function, "{}").await.unwrap_err();
    assert!(matches!(&error, HostError::Unserved(why) if why.contains("/usr/share/doc")), "{error}");
    stage.close().await;
}

#[tokio::test]
async fn functions_have_a_tmp_of_their_own_where_the_server_is_root() {
    let work = tempfile::Builder::new().permissions(mode(0o711)).tempdir_in("/var/tmp").unwrap();
    let path = work.path().to_owned();
    let stage = Stage::with(|settings| settings.work_dir = Some(path));
    let name = format!("left-by-a-function-{}", std::process::id());
    let mut function = Function::python(
        "import os, tempfile\ndef handler(event, context):\n    path = tempfile.gettempdir() + '/' + event\n    \
         open(path, 'a').write('x')\n    return [os.path.dirname(path), os.listdir(tempfile.gettempdir()), open(path).read()]\n",
    );
    let event = json!(name).to_string();
    let answer = stage.answer(&function, &event).await;
    assert_eq!((&answer[1], &answer[2]), (&json!([name]), &json!("x")));
    assert_eq!(answer[0] == "/tmp", rustix::process::geteuid().is_root());
    assert!(!std::path::Path::new("/tmp").join(&name).exists());
    // Kept for the next call, and for no other process.
    assert_eq!(stage.answer(&function, &event).await[2], "xx");
    function.to_run.revision_id = "2".to_owned();
    assert_eq!(stage.answer(&function, &event).await[2], "x");
    stage.close().await;
}

#[tokio::test]
async fn what_is_to_be_had_is_told() {
    let stage = Stage::new();
    let described = stage.client.describe().await.unwrap();
    assert_eq!(described.confinement.own_users, rustix::process::geteuid().is_root());
    assert!(described.confinement.landlock_abi > 0 && described.confinement.seccomp, "{described:?}");
    assert_eq!(described.refusal, None);
    let families: Vec<&str> = described.runtimes.iter().map(|runtime| runtime.runtimes.as_str()).collect();
    assert_eq!(families, ["python3.x", "nodejs*", "provided.*"]);
    for runtime in &described.runtimes {
        assert!(runtime.is_served, "{runtime:?}");
    }
    assert!(described.runtimes[0].sdk.is_some() || described.runtimes[0].advice[0].contains("boto3"), "{described:?}");
    stage.close().await;
}
