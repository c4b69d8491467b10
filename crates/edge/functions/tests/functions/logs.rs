use crate::stage::{Function, Stage};

#[tokio::test]
async fn a_call_is_told_as_aws_tells_it() {
    let stage = Stage::new();
    let function = Function::python("print('beginning')\ndef handler(event, context):\n    print('one\\ntwo')\n");
    let invoked = stage.invoke(&function, "{}").await.unwrap();
    let tail = String::from_utf8(invoked.log_tail).unwrap();
    let lines: Vec<&str> = tail.lines().collect();
    assert_eq!(lines.len(), 6, "{tail}");
    assert_eq!((lines[0], lines[2], lines[3]), ("beginning", "one", "two"));
    let id =
        lines[1].strip_prefix("START RequestId: ").and_then(|rest| rest.strip_suffix(" Version: $LATEST")).unwrap();
    assert_eq!(lines[4], format!("END RequestId: {id}"));
    let report: Vec<&str> = lines[5].split('\t').collect();
    assert_eq!(report.len(), 7, "{}", lines[5]);
    assert_eq!(report[0], format!("REPORT RequestId: {id}"));
    for (field, start, end) in [
        (report[1], "Duration: ", " ms"),
        (report[2], "Billed Duration: ", " ms"),
        (report[3], "Memory Size: 256", " MB"),
        (report[4], "Max Memory Used: ", " MB"),
        (report[5], "Init Duration: ", " ms"),
    ] {
        assert!(field.starts_with(start) && field.ends_with(end), "{field}");
    }
    let used: u64 = report[4].trim_start_matches("Max Memory Used: ").trim_end_matches(" MB").parse().unwrap();
    assert!((5..128).contains(&used), "{used}");

    stage.printed.comes("REPORT").await;
    let all = stage.printed.lines();
    assert!(all[0].starts_with("INIT_START Runtime Version: python3.12\tRuns on: Python 3."), "{all:?}");
    assert_eq!(all[1..], lines);
    let (source, _) = stage.printed.0.lock().unwrap()[0].clone();
    assert_eq!(
        (source.function_arn, source.log_group),
        (function.to_run.arn.clone(), function.to_run.log_group.clone())
    );
    assert_eq!(source.log_stream.len(), 52);

    // Warm: no beginning, no init, the same stream.
    let invoked = stage.invoke(&function, "{}").await.unwrap();
    let tail = String::from_utf8(invoked.log_tail).unwrap();
    assert!(tail.starts_with("START RequestId: ") && !tail.contains("Init Duration"), "{tail}");
    assert_eq!(stage.printed.streams().len(), 1);
    stage.close().await;
}

#[tokio::test]
async fn a_flood_is_bounded_and_the_function_goes_on() {
    let stage = Stage::new();
    let function = Function::python(
        "import sys\ndef handler(event, context):\n    for _ in range(40):\n        sys.stdout.write(('x' * 99 + '\\n') * 10_000)\n    \
         sys.stderr.write('y' * 1_000_000)\n    return 'done'\n",
    );
    assert_eq!(stage.answer(&function, "{}").await, "done");
    stage.printed.comes("REPORT").await;
    let lines = stage.printed.lines();
    assert!(lines.iter().map(String::len).sum::<usize>() < 20_000_000);
    assert!(lines.iter().all(|line| line.len() <= 262_144));
    assert!(lines.iter().any(|line| line.starts_with("keepwell left out ")), "no notice");
    stage.close().await;
}

#[tokio::test]
async fn the_tail_is_the_last_four_kilobytes() {
    let stage = Stage::new();
    let function = Function::python("def handler(event, context):\n    print('x' * 10_000)\n    print('last')\n");
    let invoked = stage.invoke(&function, "{}").await.unwrap();
    assert_eq!(invoked.log_tail.len(), 4096);
    let tail = String::from_utf8(invoked.log_tail).unwrap();
    assert!(tail.starts_with("xxx") && tail.contains("\nlast\nEND RequestId: "), "{tail}");
    stage.close().await;
}

#[tokio::test]
async fn what_is_no_text_is_printed_as_well_as_it_goes() {
    let stage = Stage::new();
    let function =
        Function::python("import os\ndef handler(event, context):\n    os.write(1, b'\\xff\\x00end\\r\\n')\n");
    stage.answer(&function, "{}").await;
    stage.printed.comes("\u{fffd}\0end\r").await;
    stage.close().await;
}
