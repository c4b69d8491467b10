import json

from expect import NOT_FOUND, labels, members, refused
from test_rotate_secret import ROTATOR, until_current, until_rotated


def test_rotation_is_off_and_keeps_its_settings(secretsmanager, name):
    secretsmanager.create_secret(Name=name, SecretString=json.dumps({"comment": "deploy"}))
    rules = {"AutomaticallyAfterDays": 5}
    version = secretsmanager.rotate_secret(SecretId=name, RotationLambdaARN=ROTATOR, RotationRules=rules)["VersionId"]
    until_current(secretsmanager, name, version)
    until_rotated(secretsmanager, name)
    before = labels(secretsmanager, name)
    for _ in range(2):
        assert members(secretsmanager.cancel_rotate_secret(SecretId=name)) == {"ARN", "Name"}
    described = secretsmanager.describe_secret(SecretId=name)
    assert described["RotationEnabled"] is False
    assert (described["RotationLambdaARN"], described["RotationRules"]) == (ROTATOR, rules)
    assert "LastRotatedDate" in described and "NextRotationDate" not in described
    assert labels(secretsmanager, name) == before
    again = secretsmanager.rotate_secret(SecretId=name)["VersionId"]
    until_current(secretsmanager, name, again)
    assert secretsmanager.describe_secret(SecretId=name)["RotationRules"] == rules


def test_what_never_rotated_is_refused(secretsmanager, name, arn):
    with refused("InvalidRequestException", "You haven't configured rotation for this secret."):
        secretsmanager.cancel_rotate_secret(SecretId=name)
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.cancel_rotate_secret(SecretId=f"{name}-nothing")
