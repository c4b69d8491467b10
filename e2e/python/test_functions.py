"""Functions that misbehave, and archives that are none: the caller is told in AWS's words, the log has a line, nothing is
left behind and the server goes on."""

import base64
import io
import json
import os
import pathlib
import time
import uuid
import zipfile

import pytest

from server import ACCOUNT, REGIONS
from sessions import House, allow, document, refused

REFUSED_ARCHIVE = "Could not unzip uploaded file. Please check your file, then try to upload again."


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def aws(house):
    return house.client("lambda")


@pytest.fixture(scope="module")
def role(house):
    name = f"functions-{uuid.uuid4().hex[:12]}"
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    made = house.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    house.iam.put_role_policy(RoleName=name, PolicyName="logs", PolicyDocument=document(allow("logs:*")))
    return made


def archive(**files):
    """A zip archive; `app_py` is `app.py` in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, text in files.items():
            writer.writestr(name.replace("_py", ".py"), text)
    return packed.getvalue()


class Function:
    def __init__(self, house, role, code, *, handler="app.handler", timeout=20, **more):
        self.name = f"story-{uuid.uuid4().hex[:16]}"
        self.aws, self.logs = house.client("lambda"), house.client("logs")
        self.aws.create_function(
            FunctionName=self.name, Role=role, Runtime="python3.12", Handler=handler, Timeout=timeout,
            Code={"ZipFile": code if isinstance(code, bytes) else archive(app_py=code)}, **more,
        )  # fmt: skip
        self.aws.get_waiter("function_active_v2").wait(FunctionName=self.name)

    def invoke(self, event=None):
        """What it answered, whether it failed, and the end of its log."""
        answer = self.aws.invoke(FunctionName=self.name, Payload=json.dumps(event or {}), LogType="Tail")
        told = json.loads(answer["Payload"].read())
        return told, answer.get("FunctionError"), base64.b64decode(answer["LogResult"]).decode(errors="replace")

    def failure(self, event=None):
        told, error, log = self.invoke(event)
        assert error == "Unhandled", told
        return told, log

    def logged(self, pattern, seconds=15):
        """Events of its log that match, once there are any."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                found = self.logs.filter_log_events(logGroupName=f"/aws/lambda/{self.name}", filterPattern=pattern)
            except self.logs.exceptions.ResourceNotFoundException:
                found = {"events": []}
            if found["events"] or time.monotonic() > deadline:
                return [event["message"] for event in found["events"]]
            time.sleep(0.2)


def left_behind(mark):
    """Processes whose command line has the mark."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if mark.encode() in (entry / "cmdline").read_bytes():
                    found.append(entry.name)
            except OSError:
                continue
    return found


def gone(mark, seconds=10):
    deadline = time.monotonic() + seconds
    while left_behind(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not left_behind(mark)


def test_a_handler_that_is_not_there_is_named(house, role):
    told, log = Function(house, role, "x = 1\n").failure()
    assert told["errorType"] == "Runtime.HandlerNotFound"
    assert told["errorMessage"] == "Handler 'handler' missing on module 'app'"
    assert "HandlerNotFound" in log


def test_a_module_that_is_not_there_is_named(house, role):
    told, _ = Function(house, role, "x = 1\n", handler="other.handler").failure()
    assert told["errorType"] == "Runtime.ImportModuleError"
    assert told["errorMessage"] == "Unable to import module 'other': No module named 'other'"


def test_a_function_that_fails_says_where(house, role):
    function = Function(house, role, "def handler(event, context):\n    return {}['colour']\n")
    told, log = function.failure()
    assert (told["errorType"], told["errorMessage"]) == ("KeyError", "'colour'")
    assert told["stackTrace"] and told["requestId"]
    assert "KeyError" in log and "REPORT RequestId: " in log
    assert function.logged("KeyError")


def test_a_function_that_leaves_is_told_with_its_status(house, role):
    function = Function(house, role, "import os\ndef handler(event, context):\n    os._exit(event['status'])\n")
    told, _ = function.failure({"status": 3})
    assert told["errorType"] == "Runtime.ExitError"
    assert told["errorMessage"].endswith("Error: Runtime exited with error: exit status 3")
    told, _ = function.failure({"status": 0})
    assert told["errorMessage"].endswith("Error: Runtime exited without providing a reason")


def test_a_function_that_is_killed_is_told_with_the_signal(house, role):
    told, _ = Function(house, role, "import os\ndef handler(event, context):\n    os.kill(os.getpid(), 9)\n").failure()
    assert told["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")


def test_a_function_that_hangs_is_ended_with_all_that_it_started(house, role):
    mark = f"mark-{uuid.uuid4().hex}"
    code = f"""
import os, subprocess, sys, time
def handler(event, context):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "{mark}"], start_new_session=True)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv(sys.executable, [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)", "{mark}"])
        os._exit(0)
    time.sleep(600)
"""
    function = Function(house, role, code, timeout=3)
    told, log = function.failure()
    assert told["errorType"] == "Sandbox.Timedout"
    assert told["errorMessage"].endswith("Error: Task timed out after 3.00 seconds")
    assert "Status: timeout" in log
    assert gone(mark), left_behind(mark)


def test_what_cannot_be_told_as_json_is_an_error(house, role):
    told, _ = Function(house, role, "def handler(event, context):\n    return {1, 2}\n").failure()
    assert told["errorType"] == "Runtime.MarshalError"
    assert told["errorMessage"] == "Unable to marshal response: Object of type set is not JSON serializable"


def test_an_answer_that_is_too_large_is_an_error(house, role):
    told, _ = Function(house, role, "def handler(event, context):\n    return 'x' * 7_000_000\n").failure()
    assert told["errorType"] == "Function.ResponseSizeTooLarge"


def test_a_function_that_prints_without_end_is_bounded(house, role):
    code = "def handler(event, context):\n    for n in range(200_000):\n        print('x' * 200)\n    return 'done'\n"
    function = Function(house, role, code, timeout=60, MemorySize=256)
    told, error, log = function.invoke()
    assert (told, error) == ("done", None)
    assert len(log) <= 4096 and "REPORT" in log


def test_memory_is_bounded(house, role):
    code = "def handler(event, context):\n    held = bytearray(1 << 30)\n    held[::4096] = b'x' * len(held[::4096])\n    import time; time.sleep(5)\n"
    told, log = Function(house, role, code).failure()
    assert told["errorType"] in ("Runtime.OutOfMemory", "Runtime.ExitError", "MemoryError"), told
    assert "REPORT" in log


def test_an_archive_that_is_none_is_refused(aws, role):
    for code in (b"no archive", archive(app_py="x = 1")[:-20], b"PK\x03\x04" + bytes(100)):
        with refused("InvalidParameterValueException", REFUSED_ARCHIVE):
            aws.create_function(
                FunctionName=f"story-{uuid.uuid4().hex}", Role=role, Runtime="python3.12", Handler="app.handler",
                Code={"ZipFile": code},
            )  # fmt: skip


def test_an_archive_that_leads_out_of_its_folder_is_refused(aws, role):
    for name in ("../../escaped.py", "/etc/escaped.py", "a/../../escaped.py"):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as writer:
            writer.writestr(zipfile.ZipInfo(name), "x = 1")
        with refused("InvalidParameterValueException", REFUSED_ARCHIVE):
            aws.create_function(
                FunctionName=f"story-{uuid.uuid4().hex}", Role=role, Runtime="python3.12", Handler="app.handler",
                Code={"ZipFile": packed.getvalue()},
            )  # fmt: skip


def test_an_archive_that_unpacks_to_too_much_is_refused(aws, role):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as writer:
        writer.writestr("zeroes", bytes(262_144_001))
    with refused("InvalidParameterValueException", "Unzipped size must be smaller than 262144000 bytes"):
        aws.create_function(
            FunctionName=f"story-{uuid.uuid4().hex}", Role=role, Runtime="python3.12", Handler="app.handler",
            Code={"ZipFile": packed.getvalue()},
        )  # fmt: skip


def test_a_function_finds_nothing_of_the_server(house, role, server):
    code = """
import os
def handler(event, context):
    def seen(path):
        try:
            with open(path, "rb") as file:
                return len(file.read(16))
        except OSError as error:
            return type(error).__name__
    return {"paths": [seen(path) for path in event["paths"]],
            "environment": sorted(name for name in os.environ if name.startswith("KEEPWELL_"))}
"""
    data = str(server.data_dir)
    paths = [f"{data}/keepwell.sqlite3", f"{data}/credentials", f"{data}.key", f"/proc/{server.process.pid}/mem",
             f"/proc/{server.process.pid}/environ", f"/proc/{server.process.pid}/maps", "/etc/shadow"]  # fmt: skip
    told, error, _ = Function(house, role, code).invoke({"paths": paths})
    assert error is None, told
    assert told["environment"] == []
    for path, seen in zip(paths, told["paths"], strict=True):
        assert seen in ("PermissionError", "FileNotFoundError"), (path, seen)


def test_the_log_names_the_interpreter_that_stands_for_the_runtime(house, role):
    function = Function(house, role, "def handler(event, context):\n    return 1\n")
    _, _, _ = function.invoke()
    [line] = function.logged('"INIT_START"')[:1]
    assert "python3.12" in line and "Runs on: Python 3." in line
    [stream] = function.logs.describe_log_streams(logGroupName=f"/aws/lambda/{function.name}")["logStreams"]
    assert "[$LATEST]" in stream["logStreamName"]
    assert stream["arn"].startswith(f"arn:aws:logs:{REGIONS[0]}:{ACCOUNT}:log-group:/aws/lambda/{function.name}:")
