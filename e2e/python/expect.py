"""What stories say about answers."""

import contextlib
import datetime
import re
import time
import uuid

import botocore.exceptions
import pytest

NOT_FOUND = "Secrets Manager can't find the specified secret."
NO_VALUE_FOR_LABEL = "Secrets Manager can't find the specified secret value for staging label: {}"
NO_VALUE_FOR_ID = "Secrets Manager can't find the specified secret value for VersionId: {}"
LABEL_NOT_ON_VERSION = "You provided a VersionStage that is not associated to the provided VersionId."
SCHEDULED = "You can't perform this operation on the secret because it was marked for deletion."
NAME_SCHEDULED = "You can't create this secret because a secret with this name is already scheduled for deletion."
NAME_EXISTS = "The operation failed because the secret {} already exists."
TOKEN_IN_USE = "You can't use ClientRequestToken {} because that value is already in use for a version of secret {}."
TOKEN_MISSING = "You must provide a ClientRequestToken value. We recommend a UUID-type value."
INVALID_NAME = (
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
)
BOTH_VALUES = "You can't specify both a binary secret value and a string secret value in the same secret."
NO_VALUE_GIVEN = "You must provide either SecretString or SecretBinary."


def token():
    """A ClientRequestToken nobody has used."""
    return str(uuid.uuid4())


@contextlib.contextmanager
def refused(code, message=None, *, containing=None):
    """The call inside is refused with this code and this text, and with a status of 400."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        yield
    answer = caught.value.response
    said = answer["Error"].get("Message", "")
    assert answer["Error"]["Code"] == code, f"{answer['Error']['Code']}: {said}"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    if message is not None:
        assert said == message
    if containing is not None:
        assert containing in said


@contextlib.contextmanager
def invalid(*violations):
    """The call inside is refused with one ValidationException that tells of all these violations."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException", error
    assert_violations(error["Message"], *violations)


def assert_violations(message, *violations):
    noun = "error" if len(violations) == 1 else "errors"
    head = f"{len(violations)} validation {noun} detected: "
    assert message.startswith(head), message
    assert sorted(message.removeprefix(head).split("; ")) == sorted(violations)


def violation(path, rule, value=None):
    """One violation's sentence; without a value for the members that must never be shown."""
    shown = "Value" if value is None else f"Value '{value}'"
    return f"{shown} at '{path}' failed to satisfy constraint: {rule}"


def excerpt(value):
    """How a long value is shown: an answer repeats no more than 1,000 characters of what it was sent."""
    return value[:1000] + "..."


def each(*rules):
    """The rule of a list whose every item must obey these."""
    return f"Member must satisfy constraint: [{', '.join(rules)}]"


def required(path):
    return f"Value null at '{path}' failed to satisfy constraint: Member must not be null"


def at_least(length):
    return f"Member must have length greater than or equal to {length}"


def at_most(length):
    return f"Member must have length less than or equal to {length}"


def value_at_least(number):
    return f"Member must have value greater than or equal to {number}"


def value_at_most(number):
    return f"Member must have value less than or equal to {number}"


def members(answer):
    """The members of an answer, without what the SDK adds."""
    return set(answer) - {"ResponseMetadata"}


def assert_arn(arn, name, region="us-east-1"):
    pattern = rf"arn:aws:secretsmanager:{region}:\d{{12}}:secret:{re.escape(name)}-[A-Za-z0-9]{{6}}"
    assert re.fullmatch(pattern, arn), arn


def assert_recent(moment):
    age = datetime.datetime.now(datetime.timezone.utc) - moment
    assert datetime.timedelta(seconds=-2) < age < datetime.timedelta(minutes=2), moment


def today():
    return datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)


def eventually(read, wanted):
    """Waits a while until what is read is what is wanted."""
    deadline = time.monotonic() + 15
    while (found := read()) != wanted:
        assert time.monotonic() < deadline, f"still {found!r}"
        time.sleep(0.2)


def pages_of(call, **asked):
    """Every page of an operation for which the SDK has no paginator."""
    page = call(**asked)
    yield page
    while "NextToken" in page:
        page = call(**asked, NextToken=page["NextToken"])
        yield page


def labels(client, secret):
    """Every version that has labels: id to sorted labels."""
    told = client.describe_secret(SecretId=secret).get("VersionIdsToStages", {})
    return {version: sorted(stages) for version, stages in told.items()}
