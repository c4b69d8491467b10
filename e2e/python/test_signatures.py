"""Every way a signature can be wrong, in AWS's words; and that nothing happens when it is."""

import dataclasses
import datetime
import hashlib
import json
import re
import subprocess

import pytest

from expect import token
from server import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from wire import JSON, Signer

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
UNRECOGNIZED = "The security token included in the request is invalid."
TIME = r"\d{8}T\d{6}Z"


def shifted(**by):
    return dataclasses.replace(Signer(), ahead_by=datetime.timedelta(**by))


def replacing(old, new, header="Authorization"):
    return lambda headers: headers | {header: headers[header].replace(old, new)}


def without(name):
    return lambda headers: {header: value for header, value in headers.items() if header != name}


def test_a_request_without_a_signature_is_refused(wire):
    answer = wire.send(wire.headers("ListSecrets"), b"{}")
    assert (answer.status, answer.members) == (
        400,
        {"__type": "MissingAuthenticationTokenException", "message": "Missing Authentication Token"},
    )


def test_another_kind_of_authorization_is_no_signature(wire):
    answer = wire.send(wire.headers("ListSecrets") | {"Authorization": "Bearer abc"}, b"{}")
    assert (answer.status, answer.code) == (400, "MissingAuthenticationTokenException")


def test_an_unknown_key_is_refused(wire):
    answer = wire.call("ListSecrets", signer=dataclasses.replace(Signer(), access_key_id="AKIANOBODYNOBODY2222"))
    assert (answer.status, answer.members) == (
        400,
        {"__type": "UnrecognizedClientException", "message": UNRECOGNIZED},
    )


def test_a_wrong_secret_key_is_refused(wire):
    answer = wire.call("ListSecrets", signer=dataclasses.replace(Signer(), secret_access_key="wrong"))
    assert (answer.status, answer.members) == (400, {"__type": "InvalidSignatureException", "message": MISMATCH})


def test_a_long_term_key_with_a_session_token_is_refused(wire):
    headers = wire.headers("ListSecrets") | {"X-Amz-Security-Token": "stray"}
    answer = wire.call("ListSecrets", headers=headers)
    assert (answer.status, answer.code) == (400, "UnrecognizedClientException")


@pytest.mark.parametrize(
    "bend",
    [
        replacing("Signature=", "Signature=0"),
        replacing("secretsmanager.CreateSecret", "secretsmanager.DeleteSecret", "X-Amz-Target"),
        replacing("127.0.0.1", "localhost", "Host"),
        replacing("1.1", "1.0", "Content-Type"),
    ],
    ids=["signature", "target", "host", "content type"],
)
def test_a_tampered_header_is_refused(wire, name, bend):
    members = {"Name": name, "SecretString": "one", "ClientRequestToken": token()}
    answer = wire.call("CreateSecret", members, bend=bend)
    assert (answer.status, answer.members) == (400, {"__type": "InvalidSignatureException", "message": MISMATCH})
    assert wire.call("DescribeSecret", {"SecretId": name}).code == "ResourceNotFoundException"


def test_a_tampered_body_is_refused_and_nothing_is_stored(wire, name):
    members = {"Name": name, "SecretString": "mine", "ClientRequestToken": token()}
    body = json.dumps(members).encode()
    headers = Signer().authorize(wire.headers("CreateSecret"), body)
    answer = wire.send(headers, body.replace(b"mine", b"evil"))
    assert (answer.status, answer.members) == (400, {"__type": "InvalidSignatureException", "message": MISMATCH})
    assert wire.call("DescribeSecret", {"SecretId": name}).code == "ResourceNotFoundException"


def test_a_payload_hash_must_be_the_bodys(wire):
    def hashed(value):
        headers = wire.headers("GetRandomPassword") | {"X-Amz-Content-Sha256": value}
        return wire.call("GetRandomPassword", body=b"{}", headers=headers)

    assert hashed(hashlib.sha256(b"{}").hexdigest()).status == 200
    for wrong in (hashlib.sha256(b"[]").hexdigest(), "UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"):
        assert hashed(wrong).status == 400


def test_an_old_signature_is_refused_with_the_times(wire):
    answer = wire.call("ListSecrets", signer=shifted(minutes=-6))
    assert (answer.status, answer.code) == (400, "InvalidSignatureException")
    assert re.fullmatch(
        rf"Signature expired: {TIME} is now earlier than {TIME} \({TIME} - 5 min\.\)", answer.message
    ), answer.message


def test_a_signature_from_the_future_is_refused_with_the_times(wire):
    answer = wire.call("ListSecrets", signer=shifted(minutes=6))
    assert (answer.status, answer.code) == (400, "InvalidSignatureException")
    assert re.fullmatch(
        rf"Signature not yet current: {TIME} is still later than {TIME} \({TIME} \+ 5 min\.\)", answer.message
    ), answer.message


@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_clock_four_minutes_off_is_accepted(wire, minutes):
    assert wire.call("GetRandomPassword", signer=shifted(minutes=minutes)).status == 200


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"service": "kms"}, "Credential should be scoped to correct service: 'secretsmanager'. "),
        (
            {"terminator": "aws5_request"},
            "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. ",
        ),
    ],
)
def test_a_wrong_scope_is_refused(wire, changed, message):
    answer = wire.call("ListSecrets", signer=dataclasses.replace(Signer(), **changed))
    assert (answer.status, answer.members) == (400, {"__type": "InvalidSignatureException", "message": message})


def test_the_scopes_date_must_be_the_requests(wire):
    answer = wire.call("ListSecrets", signer=dataclasses.replace(Signer(), scope_date="20150830"))
    assert (answer.status, answer.code) == (400, "InvalidSignatureException")
    assert re.fullmatch(
        r"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        rf"'20150830' != '\d{{8}}', from '{TIME}'\.",
        answer.message,
    ), answer.message


def test_each_missing_part_has_its_sentence(wire):
    header = "AWS4-HMAC-SHA256 Credential=a/b/c/d/e"
    answer = wire.send(wire.headers("ListSecrets") | {"Authorization": header}, b"{}")
    assert (answer.status, answer.members) == (
        400,
        {
            "__type": "IncompleteSignatureException",
            "message": "Authorization header requires 'Signature' parameter. "
            "Authorization header requires 'SignedHeaders' parameter. "
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
            f"Authorization={header}",
        },
    )


def test_a_part_without_an_equal_sign_is_told(wire):
    header = "AWS4-HMAC-SHA256 Credential"
    answer = wire.send(wire.headers("ListSecrets") | {"Authorization": header}, b"{}")
    assert answer.code == "IncompleteSignatureException"
    assert answer.message == (
        f"'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: '{header}'."
    )


def test_a_credential_has_five_parts(wire):
    answer = wire.call("ListSecrets", bend=replacing("/secretsmanager/aws4_request", ""))
    assert answer.code == "IncompleteSignatureException"
    assert answer.message.startswith(
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '"
    )


def test_a_date_in_another_form_is_told(wire):
    answer = wire.call("ListSecrets", bend=lambda headers: headers | {"X-Amz-Date": "201"})
    assert answer.code == "IncompleteSignatureException"
    assert answer.message == (
        "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601"
    )


def test_the_host_must_be_signed(wire):
    headers = without("Host")(wire.headers("ListSecrets"))
    answer = wire.call("ListSecrets", headers=headers)
    assert (answer.status, answer.members) == (
        400,
        {
            "__type": "InvalidSignatureException",
            "message": "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        },
    )


def test_an_amz_header_that_was_not_signed_is_refused(wire):
    answer = wire.call("ListSecrets", bend=lambda headers: headers | {"X-Amz-Added": "later"})
    assert (answer.status, answer.code) == (400, "InvalidSignatureException")


def test_extra_spaces_and_unsigned_ordinary_headers_do_no_harm(wire):
    def bend(headers):
        authorization = headers["Authorization"].replace(", ", ",")
        return headers | {"Authorization": authorization, "X-Forwarded-For": "192.0.2.1", "Accept": "*/*"}

    assert wire.call("GetRandomPassword", bend=bend).status == 200


def test_a_replayed_write_changes_nothing_twice(wire, name):
    wire.call("CreateSecret", {"Name": name, "ClientRequestToken": token()})
    body = json.dumps({"SecretId": name, "SecretString": "once", "ClientRequestToken": token()}).encode()
    headers = Signer().authorize(wire.headers("PutSecretValue"), body)
    first = wire.send(headers, body)
    again = wire.send(headers, body)
    assert (first.status, again.status, first.members) == (200, 200, again.members)
    versions = wire.call("ListSecretVersionIds", {"SecretId": name, "IncludeDeprecated": True}).members["Versions"]
    assert len(versions) == 1


def test_a_signature_cannot_be_carried_to_another_request(wire, name, arn):
    body = json.dumps({"SecretId": name}).encode()
    headers = Signer().authorize(wire.headers("DescribeSecret"), body)
    stolen = headers | {"X-Amz-Target": "secretsmanager.DeleteSecret"}
    assert wire.send(stolen, body).code == "InvalidSignatureException"
    assert "DeletedDate" not in wire.call("DescribeSecret", {"SecretId": name}).members


def test_curl_signs_for_itself_and_is_understood(wire):
    said = subprocess.run(
        ["curl", "--silent", "--show-error", f"http://127.0.0.1:{wire.port}/", "--data", '{"PasswordLength":12}',
         "--aws-sigv4", "aws:amz:us-east-1:secretsmanager", "--user", f"{ACCESS_KEY_ID}:{SECRET_ACCESS_KEY}",
         "--header", f"Content-Type: {JSON}", "--header", "X-Amz-Target: secretsmanager.GetRandomPassword"],
        capture_output=True,
        text=True,
        timeout=30,
    )  # fmt: skip
    assert len(json.loads(said.stdout)["RandomPassword"]) == 12, said


class TestPresigned:
    def test_a_presigned_request_is_answered(self, wire, name, arn):
        body = json.dumps({"SecretId": name}).encode()
        headers = wire.headers("GetSecretValue")
        query = Signer().presign(headers, body)
        assert wire.send(headers, body, target=f"/?{query}").members["SecretString"] == "one"

    @pytest.mark.parametrize(
        "old, new", [("X-Amz-Expires=300", "X-Amz-Expires=301"), ("X-Amz-Signature=", "X-Amz-Signature=0")]
    )
    def test_a_tampered_query_is_refused(self, wire, old, new):
        headers = wire.headers("ListSecrets")
        query = Signer().presign(headers, b"{}").replace(old, new)
        answer = wire.send(headers, b"{}", target=f"/?{query}")
        assert (answer.status, answer.code) == (400, "InvalidSignatureException")

    def test_another_body_is_refused(self, wire):
        headers = wire.headers("ListSecrets")
        answer = wire.send(headers, b'{"MaxResults":1}', target=f"/?{Signer().presign(headers, b'{}')}")
        assert (answer.status, answer.code) == (400, "InvalidSignatureException")

    def test_it_ends_when_it_says(self, wire):
        headers = wire.headers("GetRandomPassword")
        query = shifted(seconds=-30).presign(headers, b"{}", expires=20)
        answer = wire.send(headers, b"{}", target=f"/?{query}")
        assert (answer.status, answer.code) == (400, "InvalidSignatureException")
        assert answer.message.startswith("Signature expired: ")

    def test_it_ends_with_the_services_window_whatever_it_says(self, wire):
        headers = wire.headers("GetRandomPassword")
        query = shifted(minutes=-16).presign(headers, b"{}", expires=604_800)
        answer = wire.send(headers, b"{}", target=f"/?{query}")
        assert (answer.status, answer.code) == (400, "InvalidSignatureException")

    @pytest.mark.parametrize("expires", [0, -1, 604_801, "soon"])
    def test_a_lifetime_outside_a_week_is_refused(self, wire, expires):
        headers = wire.headers("GetRandomPassword")
        answer = wire.send(headers, b"{}", target=f"/?{Signer().presign(headers, b'{}', expires=expires)}")
        assert answer.status == 400

    def test_both_forms_at_once_are_refused(self, wire):
        headers = wire.headers("GetRandomPassword")
        query = Signer().presign(headers, b"{}")
        answer = wire.send(Signer().authorize(headers, b"{}"), b"{}", target=f"/?{query}")
        assert answer.status == 400
