"""Roles between accounts of one server, and what a closed account leaves."""

import json
import uuid

import pytest

from sessions import ROOT, Credentials, House, allow, document, not_authorized, refused, trust
from wire import Signer, Wire

WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
INVALID = "InvalidClientTokenId"


@pytest.fixture(scope="module")
def house(server):
    return House(server)


class Account(House):
    """Another account of the same server, as its own root user sees it."""

    def __init__(self, server):
        super().__init__(server)
        made = keepwell(server, "CreateAccount", {"Name": f"story {uuid.uuid4().hex[:8]}"})
        self.id = made["Account"]["Id"]
        key = made["RootAccessKey"]
        self.root = Credentials(key["AccessKeyId"], key["SecretAccessKey"])

    @property
    def iam(self):
        return self.client("iam", self.root)


def keepwell(server, operation, members):
    wire = Wire(server)
    headers = wire.headers(operation) | {"X-Amz-Target": f"Keepwell.{operation}"}
    answer = wire.call(operation, members, headers=headers, signer=Signer(service="keepwell"))
    assert answer.status == 200, answer.body
    return json.loads(answer.body or b"{}")


@pytest.fixture(scope="module")
def other(server):
    return Account(server)


def test_between_accounts_both_sides_must_allow(house, other):
    caller, idle = house.user(allow("sts:AssumeRole")), house.user()
    named = other.role(trust(caller.arn, idle.arn))
    answer, session = house.assume(named, caller.credentials)
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{other.id}:assumed-role/{named.name}/ada"
    assert house.sts(session).get_caller_identity()["Account"] == other.id
    untrusting = other.role(trust(f"arn:aws:iam::{other.id}:root"))
    absent = f"arn:aws:iam::{other.id}:role/absent"
    for user, arn in ((idle, named.arn), (caller, untrusting.arn), (caller, absent)):
        with refused("AccessDenied", not_authorized(user.arn, "sts:AssumeRole", arn)):
            house.sts(user.credentials).assume_role(RoleArn=arn, RoleSessionName="ada")


def test_an_external_id_keeps_deputies_from_being_confused(house, other):
    caller = house.user(allow("sts:AssumeRole"))
    role = other.role(trust(caller.arn, when={"StringEquals": {"sts:ExternalId": "partner:42"}}))
    house.assume(role, caller.credentials, ExternalId="partner:42")
    with refused("AccessDenied"):
        house.assume(role, caller.credentials)


def test_a_code_is_spent_in_the_account_of_its_owner(house, other):
    caller = house.user(allow("sts:AssumeRole"))
    role = other.role(trust(caller.arn, when=WITH_MFA))
    device = house.device(caller)
    shown = {"SerialNumber": device.serial, "TokenCode": device.code(1)}
    house.assume(role, caller.credentials, **shown)
    with refused("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. "):
        house.assume(role, caller.credentials, **shown)


def test_a_user_who_is_made_anew_is_another(house, other):
    caller = house.user(allow("sts:AssumeRole"))
    role = other.role(trust(caller.arn))
    iam = house.iam
    iam.delete_access_key(UserName=caller.name, AccessKeyId=caller.credentials.access_key_id)
    iam.delete_user_policy(UserName=caller.name, PolicyName="own")
    iam.delete_user(UserName=caller.name)
    iam.create_user(UserName=caller.name)
    iam.put_user_policy(UserName=caller.name, PolicyName="own", PolicyDocument=document(allow("sts:AssumeRole")))
    key = iam.create_access_key(UserName=caller.name)["AccessKey"]
    with refused("AccessDenied", not_authorized(caller.arn, "sts:AssumeRole", role.arn)):
        house.assume(role, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))


def test_managed_session_policies_are_those_of_the_role_s_account(house, other):
    caller = house.user(allow("sts:AssumeRole"))
    role = other.role(trust(caller.arn))
    own = house.iam.create_policy(PolicyName=caller.name, PolicyDocument=document(allow("*")))["Policy"]["Arn"]
    with refused("MalformedPolicyDocument", containing=own):
        house.assume(role, caller.credentials, PolicyArns=[{"arn": own}])


def test_a_closed_account_ends_its_sessions_and_its_roles(server, house):
    closing = Account(server)
    caller = house.user(allow("sts:AssumeRole"))
    role = closing.role(trust(caller.arn))
    _, session = house.assume(role, caller.credentials)
    of_root = Credentials.of(house.sts(closing.root).get_session_token()["Credentials"])
    keepwell(server, "CloseAccount", {"AccountId": closing.id})
    for credentials in (session, of_root, closing.root):
        with refused(INVALID):
            house.sts(credentials).get_caller_identity()
    with refused("AccessDenied", not_authorized(caller.arn, "sts:AssumeRole", role.arn)):
        house.assume(role, caller.credentials)


def test_an_access_key_of_another_account_tells_its_account(house, other):
    assert house.sts(ROOT).get_access_key_info(AccessKeyId=other.root.access_key_id)["Account"] == other.id
