"""CloudWatch Logs as the SDK and the CLI see it."""

import concurrent.futures
import json
import subprocess
import sys
import time
import uuid

import pytest

from expect import refused
from server import ACCOUNT, REGIONS
from sessions import House, allow

MINUTE = 60_000


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def logs(house):
    return house.client("logs")


@pytest.fixture
def group(logs):
    name = f"/stories/{uuid.uuid4().hex}"
    logs.create_log_group(logGroupName=name)
    return name


@pytest.fixture
def stream(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    return {"logGroupName": group, "logStreamName": "s"}


def now():
    return time.time_ns() // 1_000_000


def events(*messages, at=None, step=1):
    begin = now() if at is None else at
    return [{"timestamp": begin + place * step, "message": message} for place, message in enumerate(messages)]


def messages(answer):
    return [event["message"] for event in answer["events"]]


def aws(server, *arguments):
    """The CLI's answer, parsed."""
    command = [f"{sys.prefix}/bin/aws", "--output", "json", "logs", *arguments]
    ran = subprocess.run(command, env=server.environment(), capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout) if ran.stdout.strip() else None


def test_a_group_is_made_described_tagged_and_deleted(logs):
    name = f"/stories/{uuid.uuid4().hex}"
    logs.create_log_group(logGroupName=name, tags={"team": "core"})
    logs.put_retention_policy(logGroupName=name, retentionInDays=14)
    (told,) = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    arn = f"arn:aws:logs:{REGIONS[0]}:{ACCOUNT}:log-group:{name}"
    assert abs(told.pop("creationTime") - now()) < MINUTE
    assert told == {
        "logGroupName": name, "arn": f"{arn}:*", "logGroupArn": arn, "storedBytes": 0, "metricFilterCount": 0,
        "retentionInDays": 14, "logGroupClass": "STANDARD", "deletionProtectionEnabled": False,
    }  # fmt: skip
    logs.tag_resource(resourceArn=arn, tags={"stage": "test"})
    logs.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"stage": "test"}
    with refused("ResourceAlreadyExistsException", "The specified log group already exists"):
        logs.create_log_group(logGroupName=name)
    logs.delete_log_group(logGroupName=name)
    with refused("ResourceNotFoundException", "The specified log group does not exist."):
        logs.delete_log_group(logGroupName=name)


def test_groups_come_page_by_page(logs):
    prefix = f"/stories/{uuid.uuid4().hex}"
    names = [f"{prefix}/{number:03}" for number in range(60)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: logs.create_log_group(logGroupName=name), names))
    pages = list(logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix))
    assert [len(page["logGroups"]) for page in pages] == [50, 10]
    assert [group["logGroupName"] for page in pages for group in page["logGroups"]] == names


def test_events_are_read_back_forward_and_backward(logs, stream):
    lines = [f"line {number}" for number in range(25)]
    answer = logs.put_log_events(**stream, logEvents=events(*lines))
    assert "rejectedLogEventsInfo" not in answer
    assert messages(logs.get_log_events(**stream, limit=3)) == lines[-3:]

    seen, token = [], {}
    while True:
        page = logs.get_log_events(**stream, startFromHead=True, limit=10, **token)
        seen += messages(page)
        if page["nextForwardToken"] == token.get("nextToken"):
            break
        token = {"nextToken": page["nextForwardToken"]}
    assert seen == lines

    (told,) = logs.describe_log_streams(logGroupName=stream["logGroupName"])["logStreams"]
    assert told["lastEventTimestamp"] - told["firstEventTimestamp"] == 24
    assert told["arn"].endswith(f":log-group:{stream['logGroupName']}:log-stream:s")


def test_a_batch_that_breaks_a_rule_is_refused(logs, stream):
    put = lambda batch: logs.put_log_events(**stream, logEvents=batch)  # noqa: E731
    with refused(
        "InvalidParameterException", "Log events in a single PutLogEvents request must be in chronological order."
    ):
        put(events("b", "a", step=-1))
    with refused(
        "InvalidParameterException",
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    ):
        put(events("a", "b", at=now() - 25 * 60 * MINUTE, step=25 * 60 * MINUTE))
    with refused("InvalidParameterException", "Upload too large: 1048577 bytes exceeds limit of 1048576"):
        put(events("m" * 1_048_551))
    put(events('"' * 1_048_550))  # as large as may be, and twice that in JSON
    rejected = put(events("old", "new", at=now() - 15 * 24 * 60 * MINUTE, step=15 * 24 * 60 * MINUTE))
    assert rejected["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}


def test_a_search_sees_all_streams_in_order(logs, group):
    begin = now()
    for place, name in enumerate(("one", "two")):
        logs.create_log_stream(logGroupName=group, logStreamName=name)
        lines = [f"[{level}] {name} {number}" for number, level in enumerate(("ERROR", "INFO", "ERROR"))]
        logs.put_log_events(
            logGroupName=group, logStreamName=name, logEvents=events(*lines, at=begin + place, step=10)
        )
    paginator = logs.get_paginator("filter_log_events")

    def search(**members):
        pages = paginator.paginate(logGroupName=group, PaginationConfig={"PageSize": 2}, **members)
        return [event["message"] for page in pages for event in page["events"]]

    assert search() == [
        "[ERROR] one 0", "[ERROR] two 0", "[INFO] one 1", "[INFO] two 1", "[ERROR] one 2", "[ERROR] two 2",
    ]  # fmt: skip
    assert search(filterPattern="ERROR -two") == ["[ERROR] one 0", "[ERROR] one 2"]
    assert search(filterPattern="%INFO|2$%", logStreamNames=["two"]) == ["[INFO] two 1", "[ERROR] two 2"]
    assert search(filterPattern="[level=ERROR, stream, number>0]") == ["[ERROR] one 2", "[ERROR] two 2"]
    with refused("InvalidParameterException", "Invalid filter pattern"):
        search(filterPattern='"open')
    with refused("InvalidParameterException", "Invalid character(s) in term ':'"):
        search(filterPattern="a:b")


def test_lines_of_json_are_searched_by_their_properties(logs, stream):
    told = (("info", 200), ("error", 404), ("error", 500))
    lines = [json.dumps({"level": level, "code": code}) for level, code in told]
    logs.put_log_events(**stream, logEvents=events(*lines))
    search = lambda pattern: messages(  # noqa: E731
        logs.filter_log_events(logGroupName=stream["logGroupName"], filterPattern=pattern)
    )
    assert search('{ $.level = "err*" && $.code >= 500 }') == lines[2:]
    assert search("{ $.code = 4* }") == lines[1:2]
    assert search("{ $.missing NOT EXISTS }") == lines


def test_a_tail_that_polls_sees_each_event_once(logs, stream):
    """`aws logs tail --follow` belongs to the CLI's second version; this is what it does."""
    written, seen, known, since = [], [], set(), now() - 10 * MINUTE
    for poll in range(5):
        batch = [f"{poll} {number}" for number in range(3)]
        logs.put_log_events(**stream, logEvents=events(*batch, step=0))
        written += batch
        token, begin = {}, since
        while True:
            page = logs.filter_log_events(logGroupName=stream["logGroupName"], startTime=begin, limit=2, **token)
            for event in page["events"]:
                assert len(event["eventId"]) == 56 and event["eventId"].isdigit()
                if event["timestamp"] > since:
                    since, known = event["timestamp"], set()
                if event["eventId"] not in known:
                    known.add(event["eventId"])
                    seen.append(event["message"])
            if "nextToken" not in page:
                break
            token = {"nextToken": page["nextToken"]}
    assert seen == written


def test_the_cli_filters_and_gets(server, logs, stream):
    group = stream["logGroupName"]
    logs.put_log_events(**stream, logEvents=events("first", "second", "third"))
    found = aws(server, "filter-log-events", "--log-group-name", group, "--filter-pattern", "?first ?third")
    assert messages(found) == ["first", "third"]
    got = aws(server, "get-log-events", "--log-group-name", group, "--log-stream-name", "s", "--start-from-head")
    assert messages(got) == ["first", "second", "third"]
    aws(server, "put-retention-policy", "--log-group-name", group, "--retention-in-days", "7")
    (told,) = aws(server, "describe-log-groups", "--log-group-name-prefix", group)["logGroups"]
    assert told["retentionInDays"] == 7
    aws(server, "delete-log-group", "--log-group-name", group)


def test_who_may_not_is_told_of_what(house, group):
    reader = house.user(allow("logs:DescribeLogGroups"))
    client = house.client("logs", reader.credentials)
    assert client.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    resource = f"arn:aws:logs:{REGIONS[0]}:{ACCOUNT}:log-group:{group}:log-stream:"
    with refused("AccessDeniedException", containing=f"logs:FilterLogEvents on resource: {resource} because"):
        client.filter_log_events(logGroupName=group)


@pytest.mark.own_server
def test_what_was_answered_survives_a_power_cut_and_lies_sealed(own_server, tmp_path):
    server = own_server()
    logs = House(server).client("logs")
    canary = f"canary{uuid.uuid4().hex}"
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        put = lambda number: logs.put_log_events(  # noqa: E731
            logGroupName="g", logStreamName="s", logEvents=events(f"{canary} {number}")
        )
        list(pool.map(put, range(100)))
    server.kill()
    server.start()
    logs = House(server).client("logs")
    found = logs.filter_log_events(logGroupName="g", filterPattern=canary)["events"]
    assert sorted(event["message"] for event in found) == sorted(f"{canary} {number}" for number in range(100))
    assert server.stop() == 0
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 4
    for path in files:
        assert canary.encode() not in path.read_bytes(), path
    assert server.verify_trail().returncode == 0
