"""What crosses the wire: status, headers, envelopes, and the answers to bodies that are no request."""

import email.utils
import json
import time
import uuid

import pytest

from expect import NOT_FOUND, token
from wire import JSON, Signer


def test_success_has_the_headers_that_clients_read(wire, name, arn):
    answer = wire.call("DescribeSecret", {"SecretId": name})
    assert (answer.status, answer.headers["content-type"]) == (200, JSON)
    assert str(uuid.UUID(answer.headers["x-amzn-requestid"])) == answer.headers["x-amzn-requestid"]
    assert abs(email.utils.parsedate_to_datetime(answer.headers["date"]).timestamp() - time.time()) < 5
    assert int(answer.headers["content-length"]) == len(answer.body)


def test_a_modelled_error_has_the_recorded_envelope(wire, name):
    answer = wire.call("DescribeSecret", {"SecretId": name})
    assert (answer.status, answer.headers["content-type"]) == (400, JSON)
    assert json.dumps(answer.members) == json.dumps({"__type": "ResourceNotFoundException", "Message": NOT_FOUND})
    assert {"date", "x-amzn-requestid"} <= set(answer.headers)


def test_request_ids_differ(wire):
    ids = {wire.call("GetRandomPassword").headers["x-amzn-requestid"] for _ in range(5)}
    assert len(ids) == 5


@pytest.mark.parametrize(
    "target",
    ["secretsmanager.NoSuchThing", "secretsmanager.getSecretValue", "SecretsManager.GetSecretValue", "GetSecretValue", ""],
)
def test_an_unknown_target_is_refused_without_a_message(wire, target):
    answer = wire.call("", headers=wire.headers("") | {"X-Amz-Target": target})
    assert (answer.status, answer.members) == (400, {"__type": "UnknownOperationException"})


def test_a_missing_target_is_refused(wire):
    headers = {name: value for name, value in wire.headers("").items() if name != "X-Amz-Target"}
    answer = wire.call("", headers=headers)
    assert (answer.status, answer.members) == (400, {"__type": "UnknownOperationException"})


@pytest.mark.parametrize(
    "later",
    [
        "RemoveRegionsFromReplication", "ReplicateSecretToRegions",
        "StopReplicationToReplica", "AssociateCrossAccountReplica", "DisassociateCrossAccountReplica",
    ],
)  # fmt: skip
def test_an_operation_whose_machinery_comes_later_is_not_routed(wire, later, name, arn):
    answer = wire.call(later, {"SecretId": name})
    assert (answer.status, answer.members) == (400, {"__type": "UnknownOperationException"})


@pytest.mark.parametrize(
    "body",
    [b"{", b"", b"null", b"true", b"7", b'"text"', b'{"SecretId":"a",}', b'{"SecretId" "a"}', b"{'SecretId':'a'}",
     b'{"SecretId":"a"} trailing', b"\xff\xfe", b'{"SecretId":"\xff"}', b'{"SecretId":"\\ud800"}', b"[" * 100_000],
    ids=["open", "empty", "null", "bool", "number", "string", "trailing comma", "no colon", "single quotes",
         "trailing text", "not utf-8", "bad utf-8 inside", "lone surrogate", "deep nesting"],
)  # fmt: skip
def test_a_body_that_is_no_object_is_refused(wire, body):
    answer = wire.call("GetSecretValue", body=body)
    assert (answer.status, answer.code) == (400, "SerializationException")


@pytest.mark.parametrize("body", [b"{", b"", b"null", b"7", b'{"SecretId":"a",}'])
def test_an_unparsable_body_is_refused_without_a_message(wire, body):
    assert wire.call("GetSecretValue", body=body).members == {"__type": "SerializationException"}


TYPE_ERRORS = [
    ("GetSecretValue", b"[]", "Start of list found where not expected"),
    ("GetSecretValue", b'{"SecretId":["a"]}', "Start of list found where not expected"),
    ("GetSecretValue", b'{"SecretId":{"a":1}}', "Start of structure or map found where not expected."),
    ("GetSecretValue", b'{"SecretId":7}', "NUMBER_VALUE can not be converted to a String"),
    ("GetSecretValue", b'{"SecretId":true}', "TRUE_VALUE can not be converted to a String"),
    ("GetSecretValue", b'{"SecretId":false}', "FALSE_VALUE can not be converted to a String"),
    ("ListSecrets", b'{"MaxResults":"7"}', "STRING_VALUE can not be converted to an Integer"),
    ("ListSecrets", b'{"MaxResults":true}', "TRUE_VALUE can not be converted to an Integer"),
    ("ListSecrets", b'{"Filters":"x"}', "Expected list or null"),
    ("ListSecrets", b'{"Filters":{"a":1}}', "Start of structure or map found where not expected."),
    ("ListSecrets", b'{"Filters":["x"]}', "Expected null"),
    ("TagResource", b'{"SecretId":"a","Tags":[{"Key":7}]}', "NUMBER_VALUE can not be converted to a String"),
]


@pytest.mark.parametrize("operation, body, message", TYPE_ERRORS)
def test_a_wrong_type_is_told_in_the_services_words(wire, operation, body, message):
    answer = wire.call(operation, body=body)
    assert (answer.status, answer.code, answer.message) == (400, "SerializationException", message)


@pytest.mark.parametrize("body", [b'{"IncludePlannedDeletion":"maybe"}', b'{"IncludePlannedDeletion":1}'])
def test_a_boolean_is_a_boolean(wire, body):
    answer = wire.call("ListSecrets", body=body)
    assert (answer.status, answer.code) == (400, "SerializationException")


def test_types_are_checked_before_constraints(wire):
    answer = wire.call("GetSecretValue", body=b'{"SecretId":"","VersionId":7}')
    assert answer.code == "SerializationException"


def test_a_fraction_is_cut_where_an_integer_is_wanted(wire):
    assert wire.call("GetRandomPassword", body=b'{"PasswordLength":10.9}').members["RandomPassword"].__len__() == 10


def test_binary_that_is_no_base64_is_refused(wire, name):
    for bad in ("not base64!", "Zg", "Zg=", "Zm9v\n"):
        members = {"Name": name, "SecretBinary": bad, "ClientRequestToken": token()}
        assert wire.call("CreateSecret", members).code == "SerializationException"


def test_null_is_the_same_as_absent_and_unknown_members_are_ignored(wire, name, arn):
    members = {"SecretId": name, "VersionId": None, "Unknown": {"deep": [1, 2.5, None]}}
    assert wire.call("GetSecretValue", members).members["SecretString"] == "one"


def test_validation_errors_carry_a_lower_case_message(wire):
    members = wire.call("GetSecretValue", {}).members
    assert set(members) == {"__type", "message"}


def test_content_type_may_name_its_charset(wire, name, arn):
    headers = wire.headers("DescribeSecret", content_type="application/x-amz-json-1.1; charset=utf-8")
    assert wire.call("DescribeSecret", {"SecretId": name}, headers=headers).members["ARN"] == arn


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_refused(wire, method):
    answer = wire.send(Signer().authorize(wire.headers("ListSecrets"), b""), b"", method=method)
    assert 400 <= answer.status < 500


def test_health_and_readiness_need_no_signature(wire):
    for path in ("/health", "/ready"):
        assert wire.send({}, None, target=path, method="GET").status == 200


def test_the_server_does_not_say_what_it_is_built_with(wire):
    assert not {"server", "x-powered-by", "via"} & set(wire.call("ListSecrets").headers)
