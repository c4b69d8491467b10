"""Aliases, key policies, grants and keys of several Regions, as an SDK sees them."""

import json
import uuid

import pytest

from expect import assert_recent, members, refused
from server import ACCOUNT, REGIONS
from sessions import House, allow, document, trust

ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def kms(house):
    return house.client("kms")


@pytest.fixture(scope="module")
def elsewhere(house):
    return house.client("kms", region=REGIONS[1])


@pytest.fixture
def alias():
    return f"alias/story/{uuid.uuid4().hex}"


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]


def alias_arn(alias):
    return f"arn:aws:kms:{REGIONS[0]}:{ACCOUNT}:{alias}"


def of_key(kms, key):
    return [entry for page in kms.get_paginator("list_aliases").paginate(KeyId=key) for entry in page["Aliases"]]


def test_an_alias_is_made_moved_listed_and_deleted(kms, key, alias):
    assert members(kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])) == set()
    (entry,) = of_key(kms, key["Arn"])
    assert members(entry) == {"AliasName", "AliasArn", "TargetKeyId", "CreationDate", "LastUpdatedDate"}
    assert (entry["AliasName"], entry["AliasArn"], entry["TargetKeyId"]) == (alias, alias_arn(alias), key["KeyId"])
    assert_recent(entry["CreationDate"])
    sealed = kms.encrypt(KeyId=alias, Plaintext=b"text")
    assert sealed["KeyId"] == key["Arn"]

    other = kms.create_key()["KeyMetadata"]
    kms.update_alias(AliasName=alias, TargetKeyId=other["Arn"])
    assert kms.describe_key(KeyId=alias_arn(alias))["KeyMetadata"]["KeyId"] == other["KeyId"]
    assert (of_key(kms, key["KeyId"]), len(of_key(kms, other["KeyId"]))) == ([], 1)
    assert kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"])["Plaintext"] == b"text"
    kms.delete_alias(AliasName=alias)
    with refused("NotFoundException", f"Alias {alias_arn(alias)} is not found."):
        kms.describe_key(KeyId=alias)


def test_alias_names_are_refused_in_the_words_of_aws(kms, key, alias):
    kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    with refused("AlreadyExistsException", f"An alias with the name {alias_arn(alias)} already exists"):
        kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    with refused("ValidationException", containing='Alias must start with the prefix "alias/".'):
        kms.create_alias(AliasName="story", TargetKeyId=key["KeyId"])
    with refused("NotAuthorizedException"):
        kms.create_alias(AliasName="alias/aws/story", TargetKeyId=key["KeyId"])
    with refused("ValidationException", "Aliases must refer to keys. Not aliases"):
        kms.create_alias(AliasName=f"{alias}/other", TargetKeyId=alias)


def test_a_key_policy_is_read_and_replaced(kms, house, key):
    assert kms.list_key_policies(KeyId=key["KeyId"])["PolicyNames"] == ["default"]
    answer = kms.get_key_policy(KeyId=key["KeyId"])
    (statement,) = json.loads(answer["Policy"])["Statement"]
    assert (answer["PolicyName"], statement["Principal"]) == ("default", {"AWS": ROOT_ARN})

    user = house.user()
    more = allow("kms:Encrypt", Principal={"AWS": user.arn})
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=document(statement, more))
    assert json.loads(kms.get_key_policy(KeyId=key["Arn"])["Policy"])["Statement"] == [statement, more]
    house.client("kms", user.credentials).encrypt(KeyId=key["Arn"], Plaintext=b"text")

    told = "The new key policy will not allow you to update the key policy in the future."
    with refused("MalformedPolicyDocumentException", told):
        kms.put_key_policy(KeyId=key["KeyId"], Policy=document(more))
    with refused("NotFoundException", "No such policy exists"):
        kms.get_key_policy(KeyId=key["KeyId"], PolicyName="other")


def test_a_grant_is_used_listed_and_retired(kms, house, key):
    user, retiree = house.user(), house.user()
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text", EncryptionContext={"app": "a", "env": "b"})
    blob = blob["CiphertextBlob"]
    grant = kms.create_grant(
        KeyId=key["KeyId"],
        GranteePrincipal=user.arn,
        RetiringPrincipal=retiree.arn,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": {"app": "a"}},
        Name="story",
    )
    assert members(grant) == {"GrantId", "GrantToken"}
    reader = house.client("kms", user.credentials)
    opened = reader.decrypt(
        CiphertextBlob=blob, EncryptionContext={"app": "a", "env": "b"}, GrantTokens=[grant["GrantToken"]]
    )
    assert opened["Plaintext"] == b"text"

    pages = kms.get_paginator("list_grants").paginate(KeyId=key["Arn"])
    (entry,) = [entry for page in pages for entry in page["Grants"]]
    assert_recent(entry.pop("CreationDate"))
    assert entry == {
        "KeyId": key["Arn"],
        "GrantId": grant["GrantId"],
        "Name": "story",
        "GranteePrincipal": user.arn,
        "RetiringPrincipal": retiree.arn,
        "IssuingAccount": ROOT_ARN,
        "Operations": ["Decrypt"],
        "Constraints": {"EncryptionContextSubset": {"app": "a"}},
    }
    (same,) = kms.list_retirable_grants(RetiringPrincipal=retiree.arn)["Grants"]
    assert same["GrantId"] == grant["GrantId"]

    told = "The request would have succeeded, but the DryRun option is set."
    with refused("DryRunOperationException", told):
        kms.revoke_grant(KeyId=key["KeyId"], GrantId=grant["GrantId"], DryRun=True)
    house.client("kms", retiree.credentials).retire_grant(GrantToken=grant["GrantToken"])
    with refused("AccessDeniedException"):
        reader.decrypt(CiphertextBlob=blob, EncryptionContext={"app": "a", "env": "b"})
    with refused("InvalidGrantTokenException"):
        kms.retire_grant(GrantToken="made-up")


def test_a_role_with_a_grant_is_cut_off_when_it_is_revoked(kms, house, key):
    role = house.role(trust(ROOT_ARN))
    _, credentials = house.assume(role, house.user(allow("sts:AssumeRole")).credentials)
    worker = house.client("kms", credentials)
    with refused("AccessDeniedException"):
        worker.generate_data_key(KeyId=key["Arn"], KeySpec="AES_256")
    grant = kms.create_grant(KeyId=key["Arn"], GranteePrincipal=role.arn, Operations=["GenerateDataKey"])
    worker.generate_data_key(KeyId=key["Arn"], KeySpec="AES_256")
    kms.revoke_grant(KeyId=key["Arn"], GrantId=grant["GrantId"])
    with refused("AccessDeniedException"):
        worker.generate_data_key(KeyId=key["Arn"], KeySpec="AES_256")


def test_a_replica_opens_what_its_primary_sealed_and_may_become_the_primary(kms, elsewhere):
    primary = kms.create_key(MultiRegion=True)["KeyMetadata"]
    blob = kms.encrypt(KeyId=primary["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    answer = kms.replicate_key(
        KeyId=primary["KeyId"], ReplicaRegion=REGIONS[1], Tags=[{"TagKey": "team", "TagValue": "blue"}]
    )
    assert members(answer) == {"ReplicaKeyMetadata", "ReplicaPolicy", "ReplicaTags"}
    replica = answer["ReplicaKeyMetadata"]
    assert replica["KeyId"] == primary["KeyId"]
    assert replica["Arn"] == primary["Arn"].replace(REGIONS[0], REGIONS[1])
    assert replica["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA"
    assert elsewhere.decrypt(CiphertextBlob=blob)["KeyId"] == replica["Arn"]

    kms.update_primary_region(KeyId=primary["KeyId"], PrimaryRegion=REGIONS[1])
    for client in (kms, elsewhere):
        told = client.describe_key(KeyId=primary["KeyId"])["KeyMetadata"]["MultiRegionConfiguration"]
        assert told["PrimaryKey"] == {"Arn": replica["Arn"], "Region": REGIONS[1]}
    with refused("UnsupportedOperationException", f"{primary['Arn']} is not a multi-region primary key."):
        kms.replicate_key(KeyId=primary["KeyId"], ReplicaRegion=REGIONS[1])
