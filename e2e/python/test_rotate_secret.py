import json
import time

import pytest

from expect import NOT_FOUND, SCHEDULED, TOKEN_MISSING, labels, members, refused, token

# A rotator of the server's own that changes nothing but the secret.
ROTATOR = "arn:aws:lambda:us-east-1:123456789012:function:KeepwellSshKeyRotation"
NO_FUNCTION = "No Lambda rotation function ARN is associated with this secret."
NOT_INVOCABLE = (
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the "
    "principal secretsmanager.amazonaws.com."
)
ROTATION = {"RotationEnabled", "RotationLambdaARN", "RotationRules", "LastRotatedDate", "NextRotationDate"}


@pytest.fixture
def key(secretsmanager, name):
    """A secret that the rotator knows."""
    secretsmanager.create_secret(Name=name, SecretString=json.dumps({"comment": "deploy"}))
    return name


def until_current(secretsmanager, name, version):
    for _ in range(200):
        if "AWSCURRENT" in labels(secretsmanager, name).get(version, []):
            return
        time.sleep(0.1)
    pytest.fail(f"{version} did not become current")


def until_rotated(secretsmanager, name):
    for _ in range(200):
        described = secretsmanager.describe_secret(SecretId=name)
        if "LastRotatedDate" in described:
            return described
        time.sleep(0.1)
    pytest.fail(f"{name} did not rotate")


def test_a_secret_rotates(secretsmanager, key):
    before = secretsmanager.get_secret_value(SecretId=key)
    answer = secretsmanager.rotate_secret(
        SecretId=key, RotationLambdaARN=ROTATOR, RotationRules={"AutomaticallyAfterDays": 30}
    )
    assert members(answer) == {"ARN", "Name", "VersionId"}
    until_current(secretsmanager, key, answer["VersionId"])
    described = until_rotated(secretsmanager, key)
    assert ROTATION <= members(described)
    assert described["RotationEnabled"] is True
    assert described["RotationLambdaARN"] == ROTATOR
    assert described["RotationRules"] == {"AutomaticallyAfterDays": 30}
    assert (described["NextRotationDate"] - described["LastRotatedDate"]).days == 30
    after = secretsmanager.get_secret_value(SecretId=key)
    assert after["VersionId"] == answer["VersionId"]
    assert after["SecretString"] != before["SecretString"]
    previous = secretsmanager.get_secret_value(SecretId=key, VersionStage="AWSPREVIOUS")
    assert previous["SecretString"] == before["SecretString"]
    listed = secretsmanager.list_secrets(Filters=[{"Key": "name", "Values": [key]}])["SecretList"][0]
    assert {member: listed[member] for member in ROTATION} == {member: described[member] for member in ROTATION}


def test_rotations_follow_each_other(secretsmanager, key):
    versions = []
    for _ in range(3):
        versions.append(secretsmanager.rotate_secret(SecretId=key, RotationLambdaARN=ROTATOR)["VersionId"])
        until_current(secretsmanager, key, versions[-1])
    assert len(set(versions)) == 3
    assert "NextRotationDate" not in until_rotated(secretsmanager, key)


def test_a_test_rotates_nothing(secretsmanager, key):
    before = secretsmanager.get_secret_value(SecretId=key)
    answer = secretsmanager.rotate_secret(
        SecretId=key, RotationLambdaARN=ROTATOR, RotateImmediately=False,
        RotationRules={"ScheduleExpression": "cron(0 4 ? * SUN *)", "Duration": "2h"},
    )
    assert members(answer) == {"ARN", "Name"}
    described = secretsmanager.describe_secret(SecretId=key)
    assert described["RotationRules"] == {
        "AutomaticallyAfterDays": 7, "ScheduleExpression": "cron(0 4 ? * SUN *)", "Duration": "2h",
    }
    for _ in range(200):
        if list(labels(secretsmanager, key).values()) == [["AWSCURRENT"]]:
            break
        time.sleep(0.1)
    assert labels(secretsmanager, key) == {before["VersionId"]: ["AWSCURRENT"]}
    assert secretsmanager.get_secret_value(SecretId=key)["SecretString"] == before["SecretString"]


def test_a_secret_needs_a_function_that_can_be_called(secretsmanager, key):
    with refused("InvalidRequestException", NO_FUNCTION):
        secretsmanager.rotate_secret(SecretId=key)
    with refused("AccessDeniedException", NOT_INVOCABLE):
        secretsmanager.rotate_secret(
            SecretId=key, RotationLambdaARN="arn:aws:lambda:us-east-1:123456789012:function:nothing-of-this-name"
        )
    with refused("InvalidParameterException", containing="Invalid rotation Lambda ARN."):
        secretsmanager.rotate_secret(SecretId=key, RotationLambdaARN="nothing")
    assert not ROTATION & members(secretsmanager.describe_secret(SecretId=key))
    assert list(labels(secretsmanager, key).values()) == [["AWSCURRENT"]]


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        (
            {"AutomaticallyAfterDays": 3, "ScheduleExpression": "rate(3 days)"},
            "You cannot specify both rotation frequency and schedule expression together.",
        ),
        ({"ScheduleExpression": "rate(3 weeks)"}, "Invalid schedule expression."),
        ({"ScheduleExpression": "rate(2 hours)"}, "Rate in hour should be least 4 and less than 24."),
        ({"ScheduleExpression": "rate(1000 days)"}, "Rate in day should be greater than 0 and less than 1000."),
        ({"AutomaticallyAfterDays": 3, "Duration": "25h"}, "Duration must be at least 1 hour, at most 24 hour."),
    ],
)
def test_schedules_that_cannot_be_are_refused(secretsmanager, key, rules, text):
    with refused("InvalidParameterException", text):
        secretsmanager.rotate_secret(SecretId=key, RotationLambdaARN=ROTATOR, RotationRules=rules)
    assert not ROTATION & members(secretsmanager.describe_secret(SecretId=key))


def test_a_call_without_a_token_is_refused(wire, key):
    answer = wire.call("RotateSecret", {"SecretId": key, "RotationLambdaARN": ROTATOR})
    assert (answer.code, answer.message) == ("InvalidParameterException", TOKEN_MISSING)


def test_a_secret_that_is_not_there_or_leaves_does_not_rotate(secretsmanager, name, key):
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.rotate_secret(SecretId=f"{name}-nothing", ClientRequestToken=token())
    secretsmanager.delete_secret(SecretId=key)
    with refused("InvalidRequestException", SCHEDULED):
        secretsmanager.rotate_secret(SecretId=key, RotationLambdaARN=ROTATOR)
