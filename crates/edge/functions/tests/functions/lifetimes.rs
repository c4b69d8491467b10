use std::time::Duration;

use facades::{FunctionHost, HostError};

use crate::stage::{Function, Stage, now, wait_until};

const COUNTER: &str = "import os, time\ncalls = 0\ndef handler(event, context):\n    global calls\n    calls += 1\n    \
    time.sleep(event)\n    return [os.getpid(), calls]\n";

async fn pid(stage: &Stage, function: &Function) -> i64 {
    stage.answer(function, "0").await[0].as_i64().unwrap()
}

#[tokio::test]
async fn equal_functions_find_a_warm_process_and_changed_ones_do_not() {
    let stage = Stage::new();
    let function = Function::python(COUNTER);
    let first = stage.answer(&function, "0").await;
    let second = stage.answer(&function, "0").await;
    assert_eq!((&first[0], second[1].as_i64()), (&second[0], Some(2)));
    let mut changed = function.clone();
    changed.to_run.revision_id = "2".to_owned();
    let other = pid(&stage, &changed).await;
    assert_ne!(Some(other), first[0].as_i64());
    changed.archive = Function::python(&format!("{COUNTER}# other code\n")).archive;
    assert_ne!(pid(&stage, &changed).await, other);
    assert_eq!(stage.printed.streams().len(), 3);
    stage.close().await;
}

#[tokio::test]
async fn calls_at_the_same_time_have_processes_of_their_own() {
    let stage = Stage::new();
    let function = Function::python(COUNTER);
    let (one, two) = tokio::join!(stage.answer(&function, "0.5"), stage.answer(&function, "0.5"));
    assert_ne!(one[0], two[0]);
    stage.close().await;
}

#[tokio::test]
async fn there_are_no_more_than_may_be() {
    let stage = Stage::with(|settings| {
        settings.environments_max = 2;
        settings.environments_per_function_max = 1;
    });
    let (one, two, three) = (Function::python(COUNTER), Function::python(COUNTER), Function::python(COUNTER));
    let more = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        // One of its own is busy.
        assert_eq!(stage.invoke(&one, "0").await.unwrap_err(), HostError::Busy);
        stage.invoke(&two, "1.5").await.unwrap();
    };
    let most = async {
        tokio::time::sleep(Duration::from_millis(1300)).await;
        assert_eq!(stage.invoke(&three, "0").await.unwrap_err(), HostError::Busy);
    };
    let (first, (), ()) = tokio::join!(stage.answer(&one, "2"), more, most);
    // Those that are idle make room for another function.
    assert_eq!(stage.answer(&three, "0").await[1], 1);
    assert_eq!(stage.answer(&two, "0").await[1], 2, "the one that was idle for the shorter time stayed");
    assert_ne!(pid(&stage, &one).await, first[0].as_i64().unwrap());
    stage.close().await;
}

#[tokio::test]
async fn idle_processes_are_retired_by_time_by_name_and_before_their_credentials_end() {
    let stage = Stage::with(|settings| settings.idle_timeout = Duration::from_secs(1));
    let function = Function::python(COUNTER);
    let first = pid(&stage, &function).await;
    let gone = |pid: i64| move || !std::path::Path::new(&format!("/proc/{pid}")).exists();
    wait_until("the idle process's end", gone(first)).await;

    let second = pid(&stage, &function).await;
    stage.client.retire(&function.to_run.arn);
    wait_until("the retired process's end", gone(second)).await;

    let mut short = function.clone();
    short.credentials_end = now().plus_millis(80_000);
    let third = pid(&stage, &short).await;
    // 30 seconds for the call and a minute beyond are more than there is.
    assert_ne!(pid(&stage, &short).await, third);
    stage.close().await;
}

#[tokio::test]
async fn a_function_that_changes_while_it_is_busy_ends_after_its_call() {
    let stage = Stage::new();
    let function = Function::python(COUNTER);
    let retiring = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        stage.client.retire(&function.to_run.arn);
    };
    let (first, ()) = tokio::join!(stage.answer(&function, "1"), retiring);
    assert_ne!(pid(&stage, &function).await, first[0].as_i64().unwrap());
    stage.close().await;
}

#[tokio::test]
async fn a_process_that_dies_between_calls_is_replaced() {
    let stage = Stage::new();
    let function = Function::python(COUNTER);
    let first = pid(&stage, &function).await;
    let process = rustix::process::Pid::from_raw(i32::try_from(first).unwrap()).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::KILL).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_ne!(pid(&stage, &function).await, first);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_outlives_the_runtime_of_its_first_caller() {
    let stage = Stage::new();
    let function = Function::python(COUNTER);
    let (stage, function) = std::thread::spawn(move || {
        let other = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        other.block_on(pid(&stage, &function));
        (stage, function)
    })
    .join()
    .unwrap();
    assert_eq!(stage.answer(&function, "0").await[1], 2);
    // And whoever closes it waits until it has gone.
    stage.close().await;
}
