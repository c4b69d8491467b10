"""Access keys: two for each user, told once, switched off and on, and taken away at once."""

import re

import pytest

from expect import assert_recent, eventually, members
from server import ACCESS_KEY_ID, ACCOUNT
from sessions import INVALID_TOKEN, Credentials, House, allow, not_authorized, refused, trust

OWN = f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"
KEYS = ("iam:CreateAccessKey", "iam:ListAccessKeys", "iam:UpdateAccessKey", "iam:DeleteAccessKey")


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def iam(house):
    return house.iam


def of(key):
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def ids(answer):
    return [key["AccessKeyId"] for key in answer["AccessKeyMetadata"]]


def missing(key):
    return f"The Access Key with id {key} cannot be found."


def test_a_new_key_is_told_with_its_secret_and_never_again(house, iam):
    user = house.user()
    key = iam.create_access_key(UserName=user.name)["AccessKey"]
    assert members(key) == {"UserName", "AccessKeyId", "Status", "SecretAccessKey", "CreateDate"}
    assert re.fullmatch("AKIA[A-Z2-7]{16}", key["AccessKeyId"])
    assert re.fullmatch("[A-Za-z0-9/+]{40}", key["SecretAccessKey"])
    assert (key["UserName"], key["Status"]) == (user.name, "Active")
    assert_recent(key["CreateDate"])
    told = iam.list_access_keys(UserName=user.name)
    assert ids(told) == [user.credentials.access_key_id, key["AccessKeyId"]]
    assert told["IsTruncated"] is False
    assert members(told["AccessKeyMetadata"][1]) == {"UserName", "AccessKeyId", "Status", "CreateDate"}
    assert house.sts(of(key)).get_caller_identity()["UserId"] == user.id
    assert house.sts().get_access_key_info(AccessKeyId=key["AccessKeyId"])["Account"] == ACCOUNT


def test_a_third_key_is_refused(house, iam):
    user = house.user()
    iam.create_access_key(UserName=user.name)
    with refused("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", status=409):
        iam.create_access_key(UserName=user.name)


def test_a_key_is_switched_off_and_on_from_the_next_call(house, iam):
    user = house.user()
    sts, key = house.sts(user.credentials), user.credentials.access_key_id
    sts.get_caller_identity()
    iam.update_access_key(UserName=user.name, AccessKeyId=key, Status="Inactive")
    assert iam.list_access_keys(UserName=user.name)["AccessKeyMetadata"][0]["Status"] == "Inactive"
    with refused("InvalidClientTokenId", INVALID_TOKEN):
        sts.get_caller_identity()
    iam.update_access_key(UserName=user.name, AccessKeyId=key, Status="Active")
    sts.get_caller_identity()
    with refused("InvalidInput"):
        iam.update_access_key(UserName=user.name, AccessKeyId=key, Status="Expired")


def test_a_deleted_key_is_gone_at_once(house, iam):
    user = house.user()
    sts, key = house.sts(user.credentials), user.credentials.access_key_id
    sts.get_caller_identity()
    iam.delete_access_key(UserName=user.name, AccessKeyId=key)
    with refused("InvalidClientTokenId", INVALID_TOKEN):
        sts.get_caller_identity()
    assert ids(iam.list_access_keys(UserName=user.name)) == []
    with refused("NoSuchEntity", missing(key), status=404):
        iam.delete_access_key(UserName=user.name, AccessKeyId=key)
    with refused("NoSuchEntity", missing(key), status=404):
        iam.update_access_key(UserName=user.name, AccessKeyId=key, Status="Active")


def test_somebody_elses_key_is_not_found(house, iam):
    one, other = house.user(), house.user()
    key = other.credentials.access_key_id
    with refused("NoSuchEntity", missing(key), status=404):
        iam.delete_access_key(UserName=one.name, AccessKeyId=key)
    with refused("NoSuchEntity", missing(key), status=404):
        iam.delete_access_key(AccessKeyId=key)
    house.sts(other.credentials).get_caller_identity()


def test_users_rotate_their_own_keys(house):
    user = house.user(allow(*KEYS, on=OWN))
    old = house.client("iam", user.credentials)
    key = old.create_access_key()["AccessKey"]
    assert key["UserName"] == user.name
    new = house.client("iam", of(key))
    assert ids(new.list_access_keys()) == [user.credentials.access_key_id, key["AccessKeyId"]]
    new.update_access_key(AccessKeyId=user.credentials.access_key_id, Status="Inactive")
    new.delete_access_key(AccessKeyId=user.credentials.access_key_id)
    assert ids(new.list_access_keys(UserName=user.name)) == [key["AccessKeyId"]]
    with refused("InvalidClientTokenId", INVALID_TOKEN):
        old.list_access_keys()


def test_nobody_touches_keys_without_permission(house):
    user, other = house.user(allow(*KEYS, on=OWN)), house.user()
    client, key = house.client("iam", user.credentials), other.credentials.access_key_id
    for action, call in (
        ("iam:CreateAccessKey", lambda: client.create_access_key(UserName=other.name)),
        ("iam:ListAccessKeys", lambda: client.list_access_keys(UserName=other.name)),
        ("iam:UpdateAccessKey", lambda: client.update_access_key(UserName=other.name, AccessKeyId=key, Status="Inactive")),
        ("iam:DeleteAccessKey", lambda: client.delete_access_key(UserName=other.name, AccessKeyId=key)),
    ):
        with refused("AccessDenied", containing=not_authorized(user.arn, action, other.arn)):
            call()


def test_a_roles_session_must_name_a_user(house):
    user = house.user(allow("sts:AssumeRole"))
    role = house.role(trust(user.arn), allow("iam:*"))
    _, session = house.assume(role, user.credentials)
    client = house.client("iam", session)
    for call in (client.create_access_key, client.list_access_keys, client.get_user):
        with refused("ValidationError", "Must specify userName when calling with non-User credentials"):
            call()
    assert ids(client.list_access_keys(UserName=user.name)) == [user.credentials.access_key_id]


def test_the_root_user_has_keys_of_its_own(house, iam):
    assert ACCESS_KEY_ID in ids(iam.list_access_keys())
    key = iam.create_access_key()["AccessKey"]
    try:
        assert house.sts(of(key)).get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
        assert key["AccessKeyId"] in ids(iam.list_access_keys())
    finally:
        iam.delete_access_key(AccessKeyId=key["AccessKeyId"])
    with refused("InvalidClientTokenId", INVALID_TOKEN):
        house.sts(of(key)).get_caller_identity()


def test_keys_are_listed_page_by_page(house, iam):
    user = house.user()
    second = iam.create_access_key(UserName=user.name)["AccessKey"]["AccessKeyId"]
    page = iam.list_access_keys(UserName=user.name, MaxItems=1)
    assert (ids(page), page["IsTruncated"]) == ([user.credentials.access_key_id], True)
    assert ids(iam.list_access_keys(UserName=user.name, Marker=page["Marker"])) == [second]


def test_last_use_tells_service_and_region(house, iam):
    user = house.user(allow("secretsmanager:ListSecrets"))
    key = user.credentials.access_key_id

    def last_use():
        told = iam.get_access_key_last_used(AccessKeyId=key)
        assert told["UserName"] == user.name
        return told["AccessKeyLastUsed"]

    assert last_use() == {"ServiceName": "N/A", "Region": "N/A"}
    house.client("secretsmanager", user.credentials, "eu-west-1").list_secrets()
    eventually(lambda: (last_use()["ServiceName"], last_use()["Region"]), ("secretsmanager", "eu-west-1"))
    assert_recent(last_use()["LastUsedDate"])


def test_last_use_of_a_key_that_nobody_has_is_refused(house, iam):
    unknown = "AKIA" + "A" * 16
    with refused("AccessDenied", containing=f"iam:GetAccessKeyLastUsed on resource: access key {unknown}"):
        iam.get_access_key_last_used(AccessKeyId=unknown)
    user, other = house.user(allow("iam:GetAccessKeyLastUsed", on=OWN)), house.user()
    client = house.client("iam", user.credentials)
    client.get_access_key_last_used(AccessKeyId=user.credentials.access_key_id)
    for key in (other.credentials.access_key_id, unknown):
        with refused("AccessDenied", containing=not_authorized(user.arn, "iam:GetAccessKeyLastUsed", f"access key {key}")):
            client.get_access_key_last_used(AccessKeyId=key)
