"""Keys, their rotation and their tags, as an SDK sees them."""

import datetime
import json
import re

import pytest

from expect import assert_recent, members, refused
from server import ACCOUNT, REGIONS
from sessions import House, allow

DEFAULT_KEY = {
    "AWSAccountId", "Arn", "CreationDate", "CurrentKeyMaterialId", "CustomerMasterKeySpec", "Description", "Enabled",
    "EncryptionAlgorithms", "KeyId", "KeyManager", "KeySpec", "KeyState", "KeyUsage", "MultiRegion", "Origin",
}  # fmt: skip


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def kms(house):
    return house.client("kms")


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]


def state(kms, key):
    return kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"]


def tags(**tags):
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


def test_a_new_key_is_told_of_as_aws_tells(kms, key):
    assert members(key) == DEFAULT_KEY
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", key["KeyId"])
    assert re.fullmatch("[0-9a-f]{64}", key["CurrentKeyMaterialId"])
    assert key["Arn"] == f"arn:aws:kms:{REGIONS[0]}:{ACCOUNT}:key/{key['KeyId']}"
    assert (key["Description"], key["Enabled"], key["MultiRegion"]) == ("", True, False)
    assert_recent(key["CreationDate"])
    assert kms.describe_key(KeyId=key["Arn"])["KeyMetadata"] == key


def test_a_key_has_the_policy_description_and_tags_that_it_is_made_with(kms):
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    key = kms.create_key(Policy=policy, Description="of a story", Tags=tags(team="core"))["KeyMetadata"]
    assert key["Description"] == "of a story"
    assert kms.get_key_policy(KeyId=key["KeyId"])["Policy"] == policy
    assert kms.list_resource_tags(KeyId=key["KeyId"])["Tags"] == tags(team="core")


@pytest.mark.parametrize("bits", [224, 256, 384, 512])
def test_a_key_for_macs(kms, bits):
    key = kms.create_key(KeySpec=f"HMAC_{bits}", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    assert members(key) == DEFAULT_KEY - {"EncryptionAlgorithms", "CurrentKeyMaterialId"} | {"MacAlgorithms"}
    assert (key["KeySpec"], key["MacAlgorithms"]) == (f"HMAC_{bits}", [f"HMAC_SHA_{bits}"])


def test_a_key_of_several_regions_begins_as_a_primary(kms):
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]
    assert re.fullmatch("mrk-[0-9a-f]{32}", key["KeyId"])
    assert key["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "PRIMARY",
        "PrimaryKey": {"Arn": key["Arn"], "Region": REGIONS[0]},
        "ReplicaKeys": [],
    }


def test_what_is_not_served_is_refused(kms):
    for wanted in [{"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}, {"Origin": "EXTERNAL"}, {"XksKeyId": "x"}]:
        with refused("UnsupportedOperationException"):
            kms.create_key(**wanted)
    told = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
    with refused("ValidationException", told):
        kms.create_key(KeySpec="HMAC_256")


def test_keys_are_listed(kms, key):
    pages = list(kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2}))
    listed = {entry["KeyId"]: entry["KeyArn"] for page in pages for entry in page["Keys"]}
    assert listed[key["KeyId"]] == key["Arn"]
    managed = kms.describe_key(KeyId="alias/aws/secretsmanager")["KeyMetadata"]
    assert managed["KeyManager"] == "AWS" and managed["KeyId"] in listed


def test_a_key_is_switched_off_and_on(kms, key):
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    assert members(kms.disable_key(KeyId=key["KeyId"])) == set()
    assert state(kms, key) == "Disabled"
    with refused("DisabledException", f"{key['Arn']} is disabled."):
        kms.decrypt(CiphertextBlob=sealed)
    kms.enable_key(KeyId=key["Arn"])
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"text"
    kms.update_key_description(KeyId=key["KeyId"], Description="another")
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"] == "another"


def test_a_deletion_is_scheduled_and_cancelled(kms, key):
    for days in (1, 6, 31):
        with refused("ValidationException", "PendingWindowInDays must be between 7 and 30"):
            kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=days)
    answer = kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    assert members(answer) == {"KeyId", "DeletionDate", "KeyState", "PendingWindowInDays"}
    assert (answer["KeyId"], answer["KeyState"]) == (key["Arn"], "PendingDeletion")
    assert_recent(answer["DeletionDate"] - datetime.timedelta(days=7))
    with refused("KMSInvalidStateException", f"{key['Arn']} is pending deletion."):
        kms.enable_key(KeyId=key["KeyId"])
    assert kms.cancel_key_deletion(KeyId=key["KeyId"])["KeyId"] == key["Arn"]
    assert state(kms, key) == "Disabled"
    with refused("KMSInvalidStateException", f"{key['Arn']} is not pending deletion."):
        kms.cancel_key_deletion(KeyId=key["KeyId"])


def test_rotation_on_dates_is_switched_on_and_off(kms, key):
    answer = kms.get_key_rotation_status(KeyId=key["KeyId"])
    assert members(answer) == {"KeyId", "KeyRotationEnabled"} and answer["KeyRotationEnabled"] is False
    with refused("ValidationException", containing="'rotationPeriodInDays'"):
        kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=89)
    assert members(kms.enable_key_rotation(KeyId=key["KeyId"])) == set()
    answer = kms.get_key_rotation_status(KeyId=key["Arn"])
    assert members(answer) == {"KeyId", "KeyRotationEnabled", "RotationPeriodInDays", "NextRotationDate"}
    assert (answer["KeyRotationEnabled"], answer["RotationPeriodInDays"]) == (True, 365)
    assert_recent(answer["NextRotationDate"] - datetime.timedelta(days=365))
    kms.disable_key_rotation(KeyId=key["KeyId"])
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"] is False


def test_rotation_on_demand_seals_anew_and_opens_the_old(kms, key):
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    assert kms.rotate_key_on_demand(KeyId=key["KeyId"])["KeyId"] == key["Arn"]
    current = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["CurrentKeyMaterialId"]
    opened = kms.decrypt(CiphertextBlob=sealed)
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (b"text", key["CurrentKeyMaterialId"])
    (rotation,) = kms.list_key_rotations(KeyId=key["KeyId"])["Rotations"]
    assert members(rotation) == {"KeyId", "KeyMaterialId", "KeyMaterialState", "RotationDate", "RotationType"}
    assert (rotation["KeyMaterialId"], rotation["RotationType"]) == (current, "ON_DEMAND")
    paginator = kms.get_paginator("list_key_rotations")
    pages = paginator.paginate(
        KeyId=key["KeyId"], IncludeKeyMaterial="ALL_KEY_MATERIAL", PaginationConfig={"PageSize": 1}
    )
    states = [rotation["KeyMaterialState"] for page in pages for rotation in page["Rotations"]]
    assert states == ["NON_CURRENT", "CURRENT"]


def test_the_managed_key_is_looked_at_and_not_changed(kms):
    managed = kms.describe_key(KeyId="alias/aws/secretsmanager")["KeyMetadata"]
    assert kms.get_key_rotation_status(KeyId=managed["KeyId"])["KeyRotationEnabled"] is True
    kms.list_key_rotations(KeyId=managed["KeyId"])
    for change in [kms.disable_key, kms.schedule_key_deletion, kms.disable_key_rotation, kms.rotate_key_on_demand]:
        with refused("AccessDeniedException", containing="because no resource-based policy allows the kms:"):
            change(KeyId=managed["KeyId"])


def test_tags_come_change_and_go(kms, key):
    kms.tag_resource(KeyId=key["KeyId"], Tags=tags(a="1", b="2", c=""))
    kms.tag_resource(KeyId=key["KeyId"], Tags=tags(b="3"))
    kms.untag_resource(KeyId=key["Arn"], TagKeys=["a", "never"])
    pages = kms.get_paginator("list_resource_tags").paginate(KeyId=key["KeyId"], PaginationConfig={"PageSize": 1})
    assert [tag for page in pages for tag in page["Tags"]] == tags(b="3", c="")
    for wrong, told in [
        (tags(**{"aws:a": ""}), "Tags beginning with aws: are reserved"),
        (tags(a="") * 2, "Duplicate tag keys"),
        (tags(**{f"k{number}": "" for number in range(51)}), "Too many tags"),
    ]:
        with refused("TagException", told):
            kms.tag_resource(KeyId=key["KeyId"], Tags=wrong)


def test_a_key_that_is_not_there_is_not_found(kms):
    unknown = "1234abcd-12ab-34cd-56ef-1234567890ab"
    with refused("NotFoundException", f"Key 'arn:aws:kms:{REGIONS[0]}:{ACCOUNT}:key/{unknown}' does not exist"):
        kms.enable_key(KeyId=unknown)
    with refused("NotFoundException", "Invalid keyId 'fake-key-id'"):
        kms.describe_key(KeyId="fake-key-id")


def test_a_user_without_the_right_makes_no_key(house):
    kms = house.client("kms", house.user(allow("kms:ListKeys")).credentials)
    kms.list_keys()
    with refused("AccessDeniedException", containing="is not authorized to perform: kms:CreateKey because no identity"):
        kms.create_key()
