"""What stories about rotation are made of: functions, secrets of databases, and waiting until a rotation has ended."""

import io
import json
import pathlib
import socket
import threading
import time
import uuid
import zipfile

import pytest

from deployment import ask
from server import ACCOUNT, REGIONS
from sessions import House, allow, document

FUNCTIONS = pathlib.Path(__file__).parent / "rotation_functions"
SERVICE = "secretsmanager.amazonaws.com"
NOT_INVOCABLE = (
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the "
    "principal secretsmanager.amazonaws.com."
)
NOT_COMPLETE = "A previous rotation isn't complete. That rotation will be reattempted."
# The server's own rotators, under the names that AWS's functions have.
ROTATORS = {
    "postgres": "SecretsManagerRDSPostgreSQLRotation",
    "mysql": "SecretsManagerRDSMySQLRotation",
    "mariadb": "SecretsManagerRDSMariaDBRotation",
    "redis": "SecretsManagerRedisRotation",
}
ROLE = "KeepwellRotation"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


class Rotations(House):
    """A server whose secrets rotate, as the account's root user sees it."""

    def __init__(self, server):
        super().__init__(server)
        self.secrets = self.client("secretsmanager")
        self.functions = self.client("lambda")

    def function(self, handler, files=None, *, name=None, timeout=30, is_admitted=True, **variables):
        """The ARN of a fresh function that may do what rotation functions must, and that Secrets Manager may call. Without
        files it is made of those that follow AWS's templates."""
        name = name or f"rotate-{uuid.uuid4().hex[:16]}"
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        calls = ("DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage", "GetRandomPassword")
        role = self.role(trust, allow(*(f"secretsmanager:{call}" for call in calls)), allow("logs:*"))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for file, text in (files or template()).items():
                archive.writestr(file, text)
        self.functions.create_function(
            FunctionName=name, Role=role.arn, Runtime="python3.12", Handler=handler, Timeout=timeout,
            Code={"ZipFile": packed.getvalue()}, Environment={"Variables": variables},
        )  # fmt: skip
        self.functions.get_waiter("function_active_v2").wait(FunctionName=name)
        if is_admitted:
            self.functions.add_permission(
                FunctionName=name, StatementId="SecretsManagerAccess", Action="lambda:InvokeFunction", Principal=SERVICE,
                SourceAccount=ACCOUNT,
            )  # fmt: skip
        return f"arn:aws:lambda:{REGIONS[0]}:{ACCOUNT}:function:{name}"

    def let_rotators_read(self, arn):
        """What an administrator does where users alternate. The role is there once a rotator was first needed."""
        self.rotate(self.secret({"comment": "story"}), own_rotator("KeepwellSshKeyRotation"))
        read = document(allow("secretsmanager:GetSecretValue", on=arn))
        self.iam.put_role_policy(RoleName=ROLE, PolicyName=f"superuser-{uuid.uuid4().hex}", PolicyDocument=read)

    def secret(self, value):
        """The ARN of a fresh secret with this JSON."""
        name = f"rotation/{uuid.uuid4().hex}"
        return self.secrets.create_secret(Name=name, SecretString=json.dumps(value))["ARN"]

    def value(self, arn, stage="AWSCURRENT"):
        return json.loads(self.secrets.get_secret_value(SecretId=arn, VersionStage=stage)["SecretString"])

    def stages(self, arn):
        """The version that each label is on."""
        told = self.secrets.describe_secret(SecretId=arn)["VersionIdsToStages"]
        return {stage: version for version, stages in told.items() for stage in stages}

    def begin(self, arn, function=None, **asked):
        """The token of a rotation that has begun."""
        if function:
            asked["RotationLambdaARN"] = function
        return self.secrets.rotate_secret(SecretId=arn, ClientRequestToken=str(uuid.uuid4()), **asked)["VersionId"]

    def rotate(self, arn, function=None, seconds=60, **asked):
        """What AWSCURRENT is after a rotation that succeeds."""
        token = self.begin(arn, function, **asked)
        self.until_current(arn, token, seconds)
        return self.value(arn)

    def until_current(self, arn, token, seconds=60):
        """Waits for AWSCURRENT on this version, and until the service knows that it is there."""
        deadline = time.monotonic() + seconds
        while True:
            told = self.secrets.describe_secret(SecretId=arn)
            if "AWSCURRENT" in told["VersionIdsToStages"].get(token, ()) and not self.is_under_way(arn):
                return told
            assert time.monotonic() < deadline, f"not rotated: {self.attempts(arn)}"
            time.sleep(0.05)

    def attempts(self, arn):
        """The timeline, the newest attempt first."""
        return ask(self.server, "ListRotationAttempts", {"SecretId": arn})["Attempts"]

    def is_under_way(self, arn):
        return any(attempt["Outcome"] == "IN_PROGRESS" for attempt in self.attempts(arn))

    def until_failed(self, arn, seconds=60, after=0):
        """The newest attempt, once more than `after` of them have ended without success."""
        deadline = time.monotonic() + seconds
        while True:
            attempts = self.attempts(arn)
            ended = [attempt for attempt in attempts if attempt["Outcome"] not in ("IN_PROGRESS", "SUCCEEDED")]
            if len(ended) > after:
                return ended[0]
            assert time.monotonic() < deadline, f"no attempt failed: {attempts}"
            time.sleep(0.05)

    def logged(self, function, pattern, at_least):
        """What it printed, in the order in which it did."""
        group, logs = f"/aws/lambda/{function.rsplit(':', 1)[1]}", self.client("logs")
        deadline = time.monotonic() + 15
        while True:
            found = logs.filter_log_events(logGroupName=group, filterPattern=pattern)["events"]
            if len(found) >= at_least or time.monotonic() > deadline:
                return [event["message"] for event in found]
            time.sleep(0.2)

    def events(self, name, arn, seconds=10):
        """Service events of this kind that tell of this secret, as CloudTrail shows them."""
        trail = self.client("cloudtrail")
        asked = [{"AttributeKey": "EventName", "AttributeValue": name}]
        deadline = time.monotonic() + seconds
        while True:
            found = trail.lookup_events(LookupAttributes=asked)["Events"]
            ours = [event["CloudTrailEvent"] for event in found if arn in event["CloudTrailEvent"]]
            if ours or time.monotonic() > deadline:
                return [json.loads(event) for event in ours]
            time.sleep(0.1)

    def assert_untouched(self, arn, token, password, step):
        """The attempt failed in this step, AWSCURRENT is what it was, and the timeline and the trail tell of it."""
        attempt = self.until_failed(arn)
        assert attempt["Outcome"] == "FAILED", attempt
        assert [each["Step"] for each in attempt["Steps"]] == list(STEPS[: STEPS.index(step) + 1]), attempt
        assert attempt["Steps"][-1]["Error"] and not any(each.get("Error") for each in attempt["Steps"][:-1])
        assert self.value(arn)["password"] == password
        assert self.stages(arn)["AWSPENDING"] == token != self.stages(arn)["AWSCURRENT"]
        told = self.events("RotationFailed", arn)
        assert told
        for text in (json.dumps([attempt, told], default=str), self.server.log.read_text(errors="replace")):
            assert password not in text and self.pending_password(arn) not in text
        return attempt

    def pending_password(self, arn):
        """That of the version that did not make it, if it has a value."""
        try:
            return self.value(arn, "AWSPENDING")["password"]
        except self.secrets.exceptions.ResourceNotFoundException:
            return "no password at all"


def engines(*names):
    """The story is told of each engine: its name, and the server that stands for it."""
    return pytest.mark.parametrize("place", names, indirect=True)


def rotator(engine, is_alternating=False):
    """The ARN of the server's own rotator."""
    return own_rotator(ROTATORS[engine] + ("MultiUser" if is_alternating else "SingleUser"))


def own_rotator(name, region=REGIONS[0], account=ACCOUNT):
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def template(**more):
    """The files of the functions that follow AWS's templates."""
    return {path.name: path.read_text() for path in FUNCTIONS.glob("*.py")} | more


class Gate:
    """Where functions tell what they have reached. `watch(point)` is called before the function goes on."""

    def __init__(self, watch):
        self.watch = watch
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:{}".format(self._listener.getsockname()[1])
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._let_pass, args=(connection,), daemon=True).start()

    def _let_pass(self, connection):
        with connection:
            try:
                point = connection.makefile().readline().strip()
                self.watch(point)
                connection.sendall(b"+")
            except OSError:
                return

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
