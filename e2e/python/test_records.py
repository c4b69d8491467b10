"""Every authenticated call, allowed or refused, is on the trail as a CloudTrail record, and no value is in it."""

import json

import pytest

from conftest import client_of
from expect import token
from server import ACCESS_KEY_ID, ACCOUNT
from wire import Signer, Wire

pytestmark = pytest.mark.own_server

IDENTITY = {
    "type": "Root",
    "principalId": ACCOUNT,
    "arn": f"arn:aws:iam::{ACCOUNT}:root",
    "accountId": ACCOUNT,
    "accessKeyId": ACCESS_KEY_ID,
}
STARTS = b'{"eventVersion"'


def records(server):
    """Every record in the trail's segments, in order."""
    found = []
    for segment in sorted((server.data_dir / "trail").glob("segment-*")):
        held = segment.read_bytes()
        start = held.find(STARTS)
        while start >= 0:
            text = held[start : start + 200_000].decode("utf-8", errors="ignore")
            found.append(json.JSONDecoder().raw_decode(text)[0])
            start = held.find(STARTS, start + 1)
    return found


# Operation, what is sent, what the record shows of it, and whether it only reads.
def calls(name):
    version, second = token(), token()
    secret = {"SecretId": name}
    shown = {"secretId": name}
    tags = [{"Key": "team", "Value": "core"}]
    return [
        ("GetRandomPassword", {"PasswordLength": 9}, {"passwordLength": 9}, True),
        (
            "CreateSecret",
            {"Name": name, "ClientRequestToken": version, "SecretString": "canary-1", "Description": "d", "Tags": tags},
            {"name": name, "clientRequestToken": version, "description": "d", "tags": [{"key": "team", "value": "core"}]},
            False,
        ),
        (
            "PutSecretValue",
            secret | {"ClientRequestToken": second, "SecretBinary": "Y2FuYXJ5LTI=", "VersionStages": ["blue"]},
            shown | {"clientRequestToken": second, "versionStages": ["blue"]},
            False,
        ),
        ("GetSecretValue", secret | {"VersionStage": "blue"}, shown | {"versionStage": "blue"}, True),
        ("DescribeSecret", secret, shown, True),
        ("ListSecretVersionIds", secret | {"MaxResults": 5}, shown | {"maxResults": 5}, True),
        (
            "ListSecrets",
            {"Filters": [{"Key": "name", "Values": [name]}]},
            {"filters": [{"key": "name", "values": [name]}]},
            True,
        ),
        (
            "UpdateSecret",
            secret | {"ClientRequestToken": token(), "SecretString": "canary-3", "Description": "e"},
            None,
            False,
        ),
        (
            "UpdateSecretVersionStage",
            secret | {"VersionStage": "blue", "RemoveFromVersionId": second, "MoveToVersionId": version},
            shown | {"versionStage": "blue", "removeFromVersionId": second, "moveToVersionId": version},
            False,
        ),
        ("TagResource", secret | {"Tags": tags}, shown | {"tags": [{"key": "team", "value": "core"}]}, False),
        ("UntagResource", secret | {"TagKeys": ["team"]}, shown | {"tagKeys": ["team"]}, False),
        ("DeleteSecret", secret | {"RecoveryWindowInDays": 7}, shown | {"recoveryWindowInDays": 7}, False),
        ("RestoreSecret", secret, shown, False),
    ]


def test_each_operation_is_recorded_with_what_was_asked_and_without_values(own_server):
    server = own_server()
    wire = Wire(server)
    asked = {}
    for operation, members, shown, reads in calls("recorded"):
        answer = wire.call(operation, members)
        assert answer.status == 200, (operation, answer)
        asked[answer.headers["x-amzn-requestid"]] = (operation, shown, reads)
    server.stop()

    kept = records(server)
    by_request = {record["requestID"]: record for record in kept if "requestID" in record}
    for request, (operation, shown, reads) in asked.items():
        record = by_request[request]
        assert (record["eventName"], record["readOnly"]) == (operation, reads)
        assert record["eventSource"] == "secretsmanager.amazonaws.com"
        assert record["userIdentity"] == IDENTITY
        assert (record["awsRegion"], record["sourceIPAddress"]) == ("us-east-1", "127.0.0.1")
        assert record["recipientAccountId"] == ACCOUNT
        assert (record["eventType"], record["eventCategory"]) == ("AwsApiCall", "Management")
        assert "errorCode" not in record
        if shown is not None:
            assert record["requestParameters"] == shown
        if reads:
            assert record["responseElements"] is None
        else:
            assert record["responseElements"]["arn"].startswith("arn:aws:secretsmanager:")
    assert len({record["eventID"] for record in kept}) == len(kept)
    for value in ("canary", "Y2FuYXJ5"):
        assert value not in json.dumps(kept)


@pytest.mark.parametrize(
    "operation, members, code",
    [
        ("GetSecretValue", {"SecretId": "absent"}, "ResourceNotFoundException"),
        ("CreateSecret", {"Name": "x", "SecretString": "canary"}, "InvalidRequestException"),
        ("CreateSecret", {"Name": "Inv Name", "SecretString": "canary", "ClientRequestToken": "short"}, "ValidationException"),
        ("ListSecrets", {"NextToken": "invented"}, "InvalidNextTokenException"),
        ("GetRandomPassword", {"PasswordLength": 3}, "InvalidParameterException"),
    ],
)
def test_a_refused_call_is_recorded_with_its_code_and_the_text_that_was_sent(own_server, operation, members, code):
    server = own_server()
    answer = Wire(server).call(operation, members)
    assert answer.code == code
    server.stop()
    (record,) = [record for record in records(server) if record.get("requestID") == answer.headers["x-amzn-requestid"]]
    assert (record["eventName"], record["errorCode"], record["errorMessage"]) == (operation, code, answer.message)
    assert record["responseElements"] is None
    assert "canary" not in json.dumps(record)


def test_a_batch_records_each_secret_it_read_beside_itself(own_server):
    server = own_server()
    client = client_of(server)
    for name in ("a", "b"):
        client.create_secret(Name=name, SecretString="canary")
    request = client.batch_get_secret_value(SecretIdList=["a", "b", "absent"])["ResponseMetadata"]["RequestId"]
    server.stop()
    told = [
        (record["eventName"], (record["requestParameters"] or {}).get("secretId"), record.get("errorCode"))
        for record in records(server)
        if record.get("requestID") == request
    ]
    assert sorted(told, key=str) == sorted(
        [
            ("BatchGetSecretValue", None, None),
            ("GetSecretValue", "a", None),
            ("GetSecretValue", "b", None),
            ("GetSecretValue", "absent", "ResourceNotFoundException"),
        ],
        key=str,
    )


def test_a_call_whose_signature_is_wrong_is_no_record_but_a_line_in_the_security_log(own_server):
    server = own_server()
    before = len(records(server))
    answer = Wire(server).call("ListSecrets", signer=Signer(secret_access_key="wrong"))
    assert answer.code == "InvalidSignatureException"
    server.stop()
    assert len(records(server)) == before
    assert "keepwell::security" in server.log.read_text()


def test_the_user_agent_is_kept_whole(own_server):
    server = own_server()
    wire = Wire(server)
    agent = "a-client/1.2 (with; a long tail) " + "x" * 300
    answer = wire.call("ListSecrets", headers=wire.headers("ListSecrets") | {"User-Agent": agent})
    server.stop()
    (record,) = [record for record in records(server) if record.get("requestID") == answer.headers["x-amzn-requestid"]]
    assert record["userAgent"] == agent
