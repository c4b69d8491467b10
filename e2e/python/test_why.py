"""Why a recent request was decided as it was: what the server tells of it afterwards."""

import json
import time
import uuid

import botocore.exceptions
import pytest

from deployment import Account, ask, assert_refused, call
from server import ACCOUNT, keepwell
from sessions import ROOT, House, allow, deny, document

GET = "secretsmanager:GetSecretValue"
FROM_OFFICE = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


@pytest.fixture(scope="module")
def house(server):
    return House(server)


def read(house, user, secret):
    """Reads as the user; gives back the request's id, and the error if it was refused."""
    try:
        answer, error = house.client("secretsmanager", user.credentials).get_secret_value(SecretId=secret), None
    except botocore.exceptions.ClientError as caught:
        answer, error = caught.response, caught.response["Error"]
    return answer["ResponseMetadata"]["RequestId"], error


def why(server, request, credentials=ROOT):
    """The one decision of this request about the secret; what was decided about its key stands behind it."""
    decisions = ask(server, "ExplainDecision", {"Id": request}, credentials)["Decisions"]
    [decision] = [decision for decision in decisions if not decision["Action"].startswith("kms:")]
    return decision


def unsealed(decision):
    """What is told without the message for STS, which is sealed anew each time."""
    assert decision["EncodedMessage"]
    return {member: value for member, value in decision.items() if member != "EncodedMessage"}


def test_a_refusal_without_any_statement_is_told_with_the_text_that_the_caller_saw(server, house, arn):
    user = house.user()
    request, error = read(house, user, arn)
    told = why(server, request)
    assert (told["Outcome"], told["Message"]) == ("DENIED", error["Message"])
    assert (told["Principal"], told["Action"], told["Resource"]) == (user.arn, GET, arn)
    assert told["RequestId"] == request and told["EventId"] != request
    assert abs(told["Time"] - time.time()) < 600
    assert told["Layers"] == [{"Layer": "IDENTITY", "Answer": "IMPLICIT_DENY", "IsRequired": True}]
    assert (told["Statements"], told["NearMisses"], told["MissingKeys"]) == ([], [], [])
    assert unsealed(why(server, told["EventId"])) == unsealed(told)


def test_sts_decodes_what_is_told(server, house, arn):
    user = house.user()
    request, _ = read(house, user, arn)
    encoded = why(server, request)["EncodedMessage"]
    decoded = json.loads(house.sts(ROOT).decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"])
    assert (decoded["allowed"], decoded["explicitDeny"]) == (False, False)
    assert decoded["context"]["principal"]["arn"] == user.arn
    assert (decoded["context"]["action"], decoded["context"]["resource"]) == (GET, arn)


def test_a_condition_that_did_not_hold_is_a_near_miss(server, house, arn):
    user = house.user(allow(GET, Sid="Office", Condition=FROM_OFFICE))
    request, _ = read(house, user, arn)
    [missed] = why(server, request)["NearMisses"]
    assert (missed["Operator"], missed["Key"]) == ("IpAddress", "aws:SourceIp")
    assert (missed["Statement"]["Sid"], missed["Statement"]["Policy"]) == ("Office", f"{user.arn}/own")


def test_a_key_that_the_request_did_not_have_is_told(server, house, arn):
    user = house.user(allow(GET, Condition=WITH_MFA))
    request, _ = read(house, user, arn)
    assert why(server, request)["MissingKeys"] == ["aws:MultiFactorAuthPresent"]


def test_an_explicit_deny_is_named_among_what_matched(server, house, arn):
    user = house.user(allow(GET), deny("secretsmanager:*", Sid="Never"))
    request, error = read(house, user, arn)
    assert error["Message"].endswith("with an explicit deny in an identity-based policy")
    matched = [(told["Effect"], told.get("Sid"), told["Number"]) for told in why(server, request)["Statements"]]
    assert sorted(matched, key=str) == [("Allow", None, 1), ("Deny", "Never", 2)]


def test_an_allowed_read_is_told_by_which_statements(server, house, secretsmanager, arn):
    user = house.user(allow("s3:*"), allow(GET, Sid="ReadsIt"))
    request, error = read(house, user, arn)
    assert error is None
    told = why(server, request)
    assert told["Outcome"] == "ALLOWED"
    assert {"Message", "Layers", "NearMisses"}.isdisjoint(told)
    [statement] = told["Statements"]
    assert (statement["Sid"], statement["Number"], statement["Layer"]) == ("ReadsIt", 2, "IDENTITY")

    # As the policies were then: what changed since changes nothing.
    house.iam.delete_user_policy(UserName=user.name, PolicyName="own")
    assert unsealed(why(server, request)) == unsealed(told)

    grant = allow(GET, Sid="Shared", Principal={"AWS": user.arn})
    secretsmanager.put_resource_policy(SecretId=arn, ResourcePolicy=document(grant))
    request, error = read(house, user, arn)
    assert error is None
    [statement] = why(server, request)["Statements"]
    assert (statement["Sid"], statement["PolicyType"], statement["Policy"]) == ("Shared", "resource", arn)


def test_root_needs_no_statement(server, house, secretsmanager, arn):
    answer = secretsmanager.get_secret_value(SecretId=arn)
    told = why(server, answer["ResponseMetadata"]["RequestId"])
    assert (told["Principal"], told["Outcome"], told["Statements"]) == (f"arn:aws:iam::{ACCOUNT}:root", "ALLOWED", [])


def test_what_the_key_allowed_is_told_beside_what_the_secret_allowed(server, house, arn):
    user = house.user(allow(GET))
    request, error = read(house, user, arn)
    assert error is None
    decisions = ask(server, "ExplainDecision", {"Id": request}, ROOT)["Decisions"]
    assert [(told["Action"], told["Outcome"]) for told in decisions] == [(GET, "ALLOWED"), ("kms:Decrypt", "ALLOWED")]
    [statement] = decisions[1]["Statements"]
    assert statement["Sid"].startswith("Allow access through AWS Secrets Manager")


def test_a_boundary_is_told_as_the_kind_that_said_nothing(server, house, arn):
    user = house.user(allow(GET))
    bound = house.iam.create_policy(
        PolicyName=f"bound-{uuid.uuid4().hex[:8]}", PolicyDocument=document(allow("s3:*"))
    )["Policy"]["Arn"]
    house.iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=bound)
    request, _ = read(house, user, arn)
    layers = {told["Layer"]: told["Answer"] for told in why(server, request)["Layers"]}
    assert layers == {"IDENTITY": "ALLOWED", "BOUNDARY": "IMPLICIT_DENY"}


def test_each_account_learns_of_its_own_decisions_and_of_no_policy_of_another(server, house, secretsmanager, arn):
    other = Account(server, "why")
    caller = other.user(allow(GET, Sid="Mine"))
    grant = allow(GET, Sid="Owners", Principal={"AWS": caller.arn}, Condition=FROM_OFFICE)
    secretsmanager.put_resource_policy(SecretId=arn, ResourcePolicy=document(grant))
    request, error = read(other, caller, arn)
    assert "no resource-based policy allows" in error["Message"]
    assert_refused(call(server, "ExplainDecision", {"Id": request}), "ResourceNotFoundException")
    told = why(server, request, other.root)
    assert [statement.get("Sid") for statement in told["Statements"]] == ["Mine"]
    assert "Owners" not in str(told) and "SourceIp" not in str(told)


def test_asking_needs_leave(server, house, arn):
    user = house.user()
    request, _ = read(house, user, arn)
    denied = call(server, "ExplainDecision", {"Id": request}, user.credentials)
    assert_refused(denied, "AccessDeniedException", "keepwell:ExplainDecision")
    house.iam.put_user_policy(
        UserName=user.name, PolicyName="own", PolicyDocument=document(allow("keepwell:ExplainDecision"))
    )
    assert why(server, request, user.credentials)["Principal"] == user.arn


def test_what_is_not_remembered_is_not_found(server):
    for unknown in (str(uuid.uuid4()), "x", "-" * 36, "0" * 64):
        assert_refused(call(server, "ExplainDecision", {"Id": unknown}), "ResourceNotFoundException")
    assert_refused(call(server, "ExplainDecision", {"Id": ""}), "ValidationException")
    assert_refused(call(server, "ExplainDecision", {}), "ValidationException")


def test_the_command_tells_people(server, house, arn):
    user = house.user(allow(GET, Sid="Office", Condition=FROM_OFFICE))
    request, error = read(house, user, arn)
    told = keepwell("why", request, env=server.environment())
    assert told.returncode == 0, told.stderr
    for line in (
        f"REFUSED {GET}",
        f"  who      {user.arn}",
        f"  told     {error['Message']}",
        "  identity         says nothing (must allow)",
        f"  Allow Office (statement 1) of {user.arn}/own: IpAddress aws:SourceIp did not hold",
    ):
        assert line in told.stdout.splitlines(), told.stdout
    unknown = keepwell("why", str(uuid.uuid4()), env=server.environment())
    assert unknown.returncode == 1 and "ResourceNotFoundException" in unknown.stderr
