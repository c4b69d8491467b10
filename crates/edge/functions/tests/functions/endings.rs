use std::time::{Duration, Instant};

use crate::stage::{Function, Stage, processes_that_mention};

fn error(error_type: &str, tail: &str, text: &str) -> String {
    let id = tail.split("RequestId: ").nth(1).and_then(|rest| rest.split([' ', '\n', '\t']).next()).unwrap();
    format!(r#"{{"errorType":"{error_type}","errorMessage":"RequestId: {id} Error: {text}"}}"#)
}

#[tokio::test]
async fn a_process_that_ends_in_a_call_is_an_exit_error() {
    let stage = Stage::new();
    for (statement, text) in [
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("sys.exit(0)", "Runtime exited without providing a reason"),
        ("os._exit(127)", "Runtime exited with error: exit status 127"),
        ("sys.exit('why')", "Runtime exited with error: exit status 1"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
        ("os.abort()", "Runtime exited with error: signal: aborted"),
        ("os.kill(os.getpid(), 15); time.sleep(9)", "Runtime exited with error: signal: terminated"),
    ] {
        let function =
            Function::python(&format!("import os, sys, time\ndef handler(event, context):\n    {statement}\n"));
        let (payload, tail) = stage.failure(&function, "{}").await;
        assert_eq!(payload, error("Runtime.ExitError", &tail, text), "{statement}");
        assert!(tail.contains("\tStatus: error\tError Type: Runtime.ExitError\t\n"), "{tail}");
        // The next call has a new process.
        let (_, tail) = stage.failure(&function, "{}").await;
        assert!(tail.contains("Init Duration: "), "{tail}");
    }
    stage.close().await;
}

#[tokio::test]
async fn a_process_that_ends_before_its_first_call_is_an_exit_error() {
    let stage = Stage::new();
    let (payload, tail) = stage.failure(&Function::python("import os\nos._exit(3)"), "{}").await;
    assert_eq!(payload, error("Runtime.ExitError", &tail, "Runtime exited with error: exit status 3"));
    stage.close().await;
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_ended() {
    let stage = Stage::new();
    let function = Function::python(
        "import signal, time\nfor number in (1, 2, 15):\n    signal.signal(number, signal.SIG_IGN)\n\
         def handler(event, context):\n    print('begun')\n    time.sleep(60)\n",
    )
    .timeout(Duration::from_secs(1));
    let begun = Instant::now();
    let (payload, tail) = stage.failure(&function, "{}").await;
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(payload, error("Sandbox.Timedout", &tail, "Task timed out after 1.00 seconds"));
    let lines: Vec<&str> = tail.lines().collect();
    assert_eq!(lines[1], "begun", "{tail}");
    assert!(lines[2].ends_with(" Task timed out after 1.00 seconds"), "{tail}");
    assert!(lines[3].starts_with("END RequestId: "), "{tail}");
    assert!(lines[4].contains("\tDuration: 1000.00 ms\tBilled Duration: 1000 ms\tMemory Size: 256 MB\t"), "{tail}");
    assert!(lines[4].ends_with(" ms\tStatus: timeout\t"), "{tail}");
    stage.close().await;
}

#[tokio::test]
async fn nothing_that_a_function_detaches_outlives_it() {
    let stage = Stage::new();
    let function = Function::python(
        r#"
import os, signal, sys, time

def detach(depth):
    if os.fork() == 0:
        os.setsid()
        for number in range(1, 32):
            try:
                signal.signal(number, signal.SIG_IGN)
            except OSError:
                pass
        if depth:
            detach(depth - 1)
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(600)", os.environ["MARK"]])

def handler(event, context):
    detach(3)
    detach(0)
    time.sleep(event["seconds"])
    return "left"
"#,
    )
    .timeout(Duration::from_secs(2));
    for (event, mark) in [(r#"{"seconds": 60}"#, "mark-of-a-timeout"), (r#"{"seconds": 0.5}"#, "mark-of-an-answer")] {
        let mut function = function.clone();
        let mark = format!("{mark}-{}", std::process::id());
        function.to_run.environment = vec![("MARK".to_owned(), terms::SecretBytes::copy_of(mark.as_bytes()))];
        let marked = || processes_that_mention(&mark).into_iter().filter(|line| line.contains(&mark)).count();
        let invoked = stage.invoke(&function, event);
        let watched = crate::stage::wait_until("detached processes", || marked() == 5);
        let (invoked, ()) = tokio::join!(invoked, watched);
        match invoked.unwrap().end {
            facades::InvocationEnd::Failed(_) => {}
            facades::InvocationEnd::Answered(_) => {
                // Kept warm, with all that belongs to it; gone when it is.
                assert_eq!(marked(), 5);
                stage_retire(&stage, &function);
                crate::stage::wait_until("the end of the environment", || marked() == 0).await;
            }
        }
        assert_eq!(marked(), 0, "{event}");
    }
    stage.close().await;
}

fn stage_retire(stage: &Stage, function: &Function) {
    facades::FunctionHost::retire(&stage.client, &function.to_run.arn);
}

#[tokio::test]
async fn a_fork_bomb_is_put_out() {
    let stage = Stage::new();
    let function = Function::python(
        "import os\ndef handler(event, context):\n    while True:\n        try:\n            os.fork()\n        except OSError:\n            pass\n",
    )
    .timeout(Duration::from_secs(2));
    let (payload, _) = stage.failure(&function, "{}").await;
    assert!(payload.contains("Sandbox.Timedout") || payload.contains("signal: killed"), "{payload}");
    stage.close().await;
}

#[tokio::test]
async fn a_function_that_takes_too_much_memory_is_killed() {
    let stage = Stage::new();
    let mut function = Function::python(
        "import time\ndef handler(event, context):\n    kept = [bytes([1]) * 1_000_000 for _ in range(400)]\n    time.sleep(5)\n    return len(kept)\n",
    );
    function.to_run.memory_mib = 128;
    let (payload, tail) = stage.failure(&function, "{}").await;
    assert_eq!(payload, error("Runtime.ExitError", &tail, "Runtime exited with error: signal: killed"));
    assert!(tail.contains("it used more than its 128 MB of memory"), "{tail}");
    function.to_run.memory_mib = 512;
    assert_eq!(stage.answer(&function, "{}").await, 400);
    stage.close().await;
}

#[tokio::test]
async fn a_function_that_stores_too_much_is_stopped() {
    let stage = Stage::new();
    let mut function = Function::python(
        r#"
import os, time
def handler(event, context):
    try:
        with open(os.environ["TMPDIR"] + "/one", "wb") as file:
            for _ in range(100):
                file.write(bytes(1_000_000))
    except OSError as error:
        one = str(error)
    if event["many"]:
        for number in range(100):
            with open(os.environ["TMPDIR"] + "/%d" % number, "wb") as file:
                file.write(bytes(1_000_000))
        time.sleep(10)
    return one
"#,
    );
    function.to_run.ephemeral_storage_mib = 20;
    assert_eq!(stage.answer(&function, r#"{"many": false}"#).await, "[Errno 27] File too large");
    let (payload, tail) = stage.failure(&function, r#"{"many": true}"#).await;
    assert!(payload.contains("signal: killed"), "{payload}");
    assert!(tail.contains("it stored more than its 20 MB"), "{tail}");
    stage.close().await;
}

#[tokio::test]
async fn what_a_function_hides_is_stopped_as_well_and_leaves_nothing() {
    let stage = Stage::new();
    for hide in [
        // In files that have no name.
        "file = open('file', 'wb+'); os.remove('file'); file.write(bytes(3_000_000)); file.flush(); kept.append(file)",
        // In memory that is no process's.
        "memory = os.memfd_create('x'); os.write(memory, bytes(3_000_000))",
        // Where no path leads.
        "os.mkdir('x' * 250); os.chdir('x' * 250)",
    ] {
        let mut function = Function::python(&format!(
            "import os, time\nkept = []\ndef handler(event, context):\n    os.chdir(os.environ['TMPDIR'])\n    \
             for _ in range(30):\n        {hide}\n    time.sleep(20)\n"
        ));
        function.to_run.ephemeral_storage_mib = 40;
        let (payload, tail) = stage.failure(&function, "{}").await;
        assert!(payload.contains("signal: killed"), "{hide}: {payload}");
        assert!(tail.contains("it stored more than its 40 MB"), "{hide}: {tail}");
    }
    stage.close().await;
}

#[tokio::test]
async fn folders_that_are_too_deep_to_remove_are_removed() {
    let stage = Stage::new();
    let function = Function::python(
        "import os\ndef handler(event, context):\n    os.chdir(os.environ['TMPDIR'])\n    for _ in range(50_000):\n        \
         os.mkdir('x')\n        os.chdir('x')\n    os._exit(0)\n",
    );
    let (payload, _) = stage.failure(&function, "{}").await;
    assert!(payload.contains("Runtime.ExitError"), "{payload}");
    stage.close().await;
}

#[tokio::test]
async fn a_runtime_that_never_asks_for_a_call_is_started_again_and_then_ended() {
    let stage = Stage::new();
    let function = Function::provided("#!/bin/sh\necho here\nsleep 1000\n").timeout(Duration::from_secs(1));
    let (payload, tail) = stage.failure(&function, "{}").await;
    assert!(payload.contains("Sandbox.Timedout"), "{payload}");
    assert!(tail.contains("INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout\n"), "{tail}");
    assert_eq!(tail.matches("here\n").count(), 2, "{tail}");
    stage.close().await;
}

#[tokio::test]
async fn a_bootstrap_that_cannot_be_started_is_the_functions_fault() {
    let stage = Stage::new();
    for (files, why) in [
        (&[("other", "")][..], "No such file or directory (os error 2)"),
        (&[("bootstrap", "no program")][..], "Permission denied (os error 13)"),
        (&[("bootstrap", "#!/no/such/program\n")][..], "No such file or directory (os error 2)"),
    ] {
        let function = Function::new("provided.al2023", "x", files);
        let (payload, tail) = stage.failure(&function, "{}").await;
        let text = format!("Couldn't start the bootstrap of the function: {why}");
        assert_eq!(payload, error("Runtime.InvalidEntrypoint", &tail, &text));
    }
    stage.close().await;
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_refused_and_the_function_lives_on() {
    let stage = Stage::new();
    let function = Function::python("def handler(event, context): return 'x' * event");
    assert_eq!(stage.answer(&function, "6291000").await.as_str().unwrap().len(), 6_291_000);
    let (payload, tail) = stage.failure(&function, "6300000").await;
    assert_eq!(
        payload,
        r#"{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}"#
    );
    assert!(tail.contains("Error Type: Function.ResponseSizeTooLarge"), "{tail}");
    assert_eq!(stage.answer(&function, "1").await, "x");
    stage.close().await;
}

#[tokio::test]
async fn a_function_whose_caller_has_gone_runs_to_its_end() {
    let stage = Stage::new();
    let function =
        Function::python("import time\ndef handler(event, context):\n    time.sleep(1)\n    print('done')\n");
    // Warm, so that the call is on its way before the caller goes.
    stage.answer(&function, "{}").await;
    let gone = tokio::time::timeout(Duration::from_millis(300), stage.invoke(&function, "{}")).await;
    assert!(gone.is_err());
    crate::stage::wait_until("the second end", || {
        stage.printed.lines().iter().filter(|line| *line == "done").count() == 2
    })
    .await;
    stage.close().await;
}

#[tokio::test]
async fn a_host_that_is_killed_takes_its_functions_along_and_is_started_again() {
    let stage = Stage::new();
    let function =
        Function::python("import time\ndef handler(event, context):\n    time.sleep(event)\n    return 'well'\n");
    assert_eq!(stage.answer(&function, "0").await, "well");
    let marker = stage.folder.path().to_str().unwrap().to_owned();
    let host = host_of(&marker);
    let busy = stage.invoke(&function, "20");
    let killing = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        rustix::process::kill_process(host, rustix::process::Signal::KILL).unwrap();
    };
    let (busy, ()) = tokio::join!(busy, killing);
    assert_eq!(busy.unwrap_err().to_string(), "The functions' host has ended.");
    crate::stage::wait_until("the end of its functions", || processes_that_mention(&marker).is_empty()).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(stage.answer(&function, "0").await, "well");
    stage.close().await;
}

/// The grandparent of a function's process: above it is its warden.
fn host_of(marker: &str) -> rustix::process::Pid {
    let parent = |pid: i32| -> i32 {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        stat.rsplit_once(')').unwrap().1.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let function = std::fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        let is_ours = String::from_utf8_lossy(&environment).contains(marker);
        is_ours.then(|| entry.file_name().to_str().unwrap().parse::<i32>().unwrap())
    });
    rustix::process::Pid::from_raw(parent(parent(function.unwrap()))).unwrap()
}

#[tokio::test]
async fn a_warden_that_is_killed_leaves_nothing_behind() {
    let stage = Stage::new();
    let mark = format!("mark-of-an-orphan-{}", std::process::id());
    let mut function = Function::python(
        "import os, sys, time\ndef handler(event, context):\n    if os.fork() == 0:\n        os.setsid()\n        \
         os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(600)', os.environ['MARK']])\n    time.sleep(20)\n",
    );
    function.to_run.environment = vec![("MARK".to_owned(), terms::SecretBytes::copy_of(mark.as_bytes()))];
    let marked = || processes_that_mention(&mark).into_iter().filter(|line| line.contains(&mark)).count();
    let killing = async {
        crate::stage::wait_until("the detached process", || marked() == 1).await;
        let function = rustix::process::Pid::from_raw(parent_of_marked(&mark)).unwrap();
        rustix::process::kill_process(function, rustix::process::Signal::KILL).unwrap();
    };
    let (failed, ()) = tokio::join!(stage.failure(&function, "{}"), killing);
    assert!(failed.0.contains("signal: killed"), "{failed:?}");
    crate::stage::wait_until("the end of the orphan", || marked() == 0).await;
    stage.close().await;
}

/// The warden: the parent of the function, which is the parent of what it has detached.
fn parent_of_marked(mark: &str) -> i32 {
    let field = |pid: i32| -> i32 {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        stat.rsplit_once(')').unwrap().1.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let marked = std::fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
        let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
        String::from_utf8_lossy(&std::fs::read(entry.path().join("cmdline")).ok()?).contains(mark).then_some(pid)
    });
    field(field(marked.unwrap()))
}
