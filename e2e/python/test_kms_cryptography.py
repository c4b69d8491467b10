"""Sealing, opening, data keys, random bytes and MACs, as an SDK sees them."""

import base64
import os
import uuid

import botocore.exceptions
import pytest

from expect import members, refused
from server import ACCOUNT, REGIONS
from sessions import House, allow

ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"
CONTEXT = {"Purpose": "stories", "of": "cryptography"}
DRY_RUN = "The request would have succeeded, but the DryRun option is set."
OTHER_KEY = "The key ID in the request does not identify a CMK that can perform this operation."
UNUSABLE = (
    "User: {} is not authorized to perform: {} on the resource associated with this ciphertext because the resource "
    "does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly "
    "denies access"
)


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def kms(house):
    return house.client("kms")


@pytest.fixture(scope="module")
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


@pytest.fixture(scope="module")
def other_key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


@pytest.fixture(scope="module")
def sealed(kms, key):
    return kms.encrypt(KeyId=key, Plaintext=b"correct horse", EncryptionContext=CONTEXT)["CiphertextBlob"]


def invalid_ciphertext():
    return refused("InvalidCiphertextException", "")


def test_what_was_sealed_opens_and_tells_of_its_key(kms, key):
    alias = f"alias/story/{uuid.uuid4().hex}"
    kms.create_alias(AliasName=alias, TargetKeyId=key)
    for name in (key, key.rpartition("/")[2], alias, key.rpartition(":")[0] + ":" + alias):
        plaintext = os.urandom(64)
        sealed = kms.encrypt(KeyId=name, Plaintext=plaintext)
        assert members(sealed) == {"CiphertextBlob", "KeyId", "EncryptionAlgorithm"}
        opened = kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], KeyId=name)
        assert members(opened) == {"KeyId", "Plaintext", "EncryptionAlgorithm", "KeyMaterialId"}
        assert opened["Plaintext"] == plaintext
        assert sealed["KeyId"] == opened["KeyId"] == key
        assert sealed["EncryptionAlgorithm"] == opened["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
        assert opened["KeyMaterialId"] == kms.describe_key(KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"]


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"Purpose": "stories"},
        {"purpose": "stories", "of": "cryptography"},
        {"Purpose": "Stories", "of": "cryptography"},
        {"Purpose": "stories", "of": "cryptography", "more": ""},
    ],
)
def test_another_context_opens_nothing(kms, sealed, context):
    with invalid_ciphertext():
        kms.decrypt(CiphertextBlob=sealed, EncryptionContext=context)
    assert kms.decrypt(CiphertextBlob=sealed, EncryptionContext=dict(reversed(CONTEXT.items())))["Plaintext"]


def test_changed_bytes_open_nothing(kms, sealed):
    for position in (0, 1, 18, 21, 22, 37, 38, 49, 50, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with invalid_ciphertext():
            kms.decrypt(CiphertextBlob=bytes(changed), EncryptionContext=CONTEXT)
    for cut in (sealed[:-1], sealed[1:], sealed[:22], sealed + b"\0", b"\x4b"):
        with invalid_ciphertext():
            kms.decrypt(CiphertextBlob=cut, EncryptionContext=CONTEXT)


def test_ciphertexts_of_aws_are_none_of_ours(kms):
    for start in ("AQICAHg=", "AQIDAHg="):
        with invalid_ciphertext():
            kms.decrypt(CiphertextBlob=base64.b64decode(start) + os.urandom(179))


def test_a_ciphertext_whose_key_is_not_there_or_not_to_be_used_is_told_of_alike(house, kms, key, sealed):
    nobody = house.user()
    unknown = bytearray(sealed)
    unknown[10] ^= 1
    for blob in (sealed, bytes(unknown)):
        with refused("AccessDeniedException", UNUSABLE.format(nobody.arn, "kms:Decrypt")):
            house.client("kms", nobody.credentials).decrypt(CiphertextBlob=blob, EncryptionContext=CONTEXT)
    with refused("AccessDeniedException", UNUSABLE.format(ROOT_ARN, "kms:Decrypt")):
        house.client("kms", region=REGIONS[1]).decrypt(CiphertextBlob=sealed, EncryptionContext=CONTEXT)
    with refused("AccessDeniedException", containing=f"is not authorized to perform: kms:Decrypt on resource: {key}"):
        house.client("kms", nobody.credentials).decrypt(CiphertextBlob=sealed, KeyId=key)


def test_another_key_is_refused(kms, other_key, sealed):
    with refused("IncorrectKeyException", OTHER_KEY):
        kms.decrypt(CiphertextBlob=sealed, EncryptionContext=CONTEXT, KeyId=other_key)


def test_a_policy_lets_somebody_open_what_is_of_one_context(house, kms, key, sealed):
    condition = {"StringEquals": {"kms:EncryptionContext:Purpose": "stories"}}
    reader = house.user(allow("kms:Decrypt", on=key, Condition=condition))
    reading = house.client("kms", reader.credentials)
    assert reading.decrypt(CiphertextBlob=sealed, EncryptionContext=CONTEXT)["Plaintext"] == b"correct horse"
    plain = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    with refused("AccessDeniedException", UNUSABLE.format(reader.arn, "kms:Decrypt")):
        reading.decrypt(CiphertextBlob=plain)


def test_a_grant_lets_somebody_open_at_once(house, kms, key, sealed):
    guest = house.user()
    grant = kms.create_grant(
        KeyId=key,
        GranteePrincipal=guest.arn,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": {"of": "cryptography"}},
    )
    opening = house.client("kms", guest.credentials)
    for tokens in ([], [grant["GrantToken"]]):
        opened = opening.decrypt(CiphertextBlob=sealed, EncryptionContext=CONTEXT, GrantTokens=tokens)
        assert opened["Plaintext"] == b"correct horse"
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        opening.decrypt(CiphertextBlob=sealed, EncryptionContext=CONTEXT, GrantTokens=["none of ours"])
    assert caught.value.response["Error"]["Code"] == "InvalidGrantTokenException"
    with refused("AccessDeniedException", UNUSABLE.format(guest.arn, "kms:Decrypt")):
        opening.decrypt(CiphertextBlob=kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"])


@pytest.mark.parametrize(
    "length, told", [(32, {"KeySpec": "AES_256"}), (16, {"KeySpec": "AES_128"}), (100, {"NumberOfBytes": 100})]
)
def test_a_data_key_comes_in_the_clear_and_sealed(kms, key, length, told):
    made = kms.generate_data_key(KeyId=key, EncryptionContext=CONTEXT, **told)
    assert members(made) == {"CiphertextBlob", "Plaintext", "KeyId", "KeyMaterialId"}
    opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)
    assert (opened["Plaintext"], len(made["Plaintext"])) == (made["Plaintext"], length)
    silent = kms.generate_data_key_without_plaintext(KeyId=key, EncryptionContext=CONTEXT, **told)
    assert members(silent) == {"CiphertextBlob", "KeyId", "KeyMaterialId"}
    opened = kms.decrypt(CiphertextBlob=silent["CiphertextBlob"], EncryptionContext=CONTEXT)
    assert len(opened["Plaintext"]) == length
    assert made["KeyId"] == silent["KeyId"] == key


def test_the_length_of_a_data_key_is_told_once(kms, key):
    for told in ({}, {"KeySpec": "AES_256", "NumberOfBytes": 32}):
        for make in (kms.generate_data_key, kms.generate_data_key_without_plaintext):
            with refused("ValidationException", "Please specify either number of bytes or key spec."):
                make(KeyId=key, **told)


def test_random_bytes(kms):
    one, other = (kms.generate_random(NumberOfBytes=32)["Plaintext"] for _ in range(2))
    assert len(one) == len(other) == 32 and one != other
    with refused("ValidationException", "NumberOfBytes is required."):
        kms.generate_random()


def test_what_is_sealed_anew_needs_no_plaintext(house, key, other_key, sealed):
    mover = house.user(allow("kms:ReEncryptFrom", on=key), allow("kms:ReEncryptTo", on=other_key))
    moving = house.client("kms", mover.credentials)
    moved = moving.re_encrypt(
        CiphertextBlob=sealed,
        SourceEncryptionContext=CONTEXT,
        DestinationKeyId=other_key,
        DestinationEncryptionContext={"moved": "yes"},
    )
    assert members(moved) == {
        "CiphertextBlob",
        "SourceKeyId",
        "KeyId",
        "SourceEncryptionAlgorithm",
        "DestinationEncryptionAlgorithm",
        "SourceKeyMaterialId",
        "DestinationKeyMaterialId",
    }
    assert (moved["SourceKeyId"], moved["KeyId"]) == (key, other_key)
    opened = house.client("kms").decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"moved": "yes"})
    assert (opened["Plaintext"], opened["KeyId"]) == (b"correct horse", other_key)
    with refused("AccessDeniedException", UNUSABLE.format(mover.arn, "kms:Decrypt")):
        moving.decrypt(CiphertextBlob=sealed, EncryptionContext=CONTEXT)
    with refused("AccessDeniedException", UNUSABLE.format(mover.arn, "kms:ReEncryptFrom")):
        moving.re_encrypt(CiphertextBlob=moved["CiphertextBlob"], DestinationKeyId=other_key)


def test_a_rotated_key_opens_what_it_sealed_before(kms):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    before = kms.encrypt(KeyId=key, Plaintext=b"before")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=key)
    after = kms.encrypt(KeyId=key, Plaintext=b"after")["CiphertextBlob"]
    old, new = kms.decrypt(CiphertextBlob=before), kms.decrypt(CiphertextBlob=after)
    assert (old["Plaintext"], new["Plaintext"]) == (b"before", b"after")
    assert old["KeyMaterialId"] != new["KeyMaterialId"]


@pytest.mark.parametrize("bits", [224, 256, 384, 512])
def test_a_mac_is_good_for_its_message_alone(kms, bits):
    key = kms.create_key(KeySpec=f"HMAC_{bits}", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
    algorithm = f"HMAC_SHA_{bits}"
    made = kms.generate_mac(KeyId=key, MacAlgorithm=algorithm, Message=b"message")
    assert (len(made["Mac"]), made["KeyId"], made["MacAlgorithm"]) == (bits // 8, key, algorithm)
    verified = kms.verify_mac(KeyId=key, MacAlgorithm=algorithm, Message=b"message", Mac=made["Mac"])
    assert (verified["MacValid"], verified["KeyId"], verified["MacAlgorithm"]) == (True, key, algorithm)
    for message, mac in ((b"messagf", made["Mac"]), (b"message", made["Mac"][:-1]), (b"message", b"x")):
        with refused("KMSInvalidMacException", ""):
            kms.verify_mac(KeyId=key, MacAlgorithm=algorithm, Message=message, Mac=mac)
    wrong = "HMAC_SHA_256" if bits != 256 else "HMAC_SHA_512"
    with refused("InvalidKeyUsageException", f"Algorithm {wrong} is incompatible with key spec HMAC_{bits}."):
        kms.generate_mac(KeyId=key, MacAlgorithm=wrong, Message=b"message")


def test_a_key_does_only_what_it_is_for(kms, key):
    with refused("InvalidKeyUsageException", f"{key} key usage is ENCRYPT_DECRYPT which is not valid for GenerateMac."):
        kms.generate_mac(KeyId=key, MacAlgorithm="HMAC_SHA_256", Message=b"message")
    text = "Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT."
    with refused("InvalidKeyUsageException", text):
        kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256")


def test_a_dry_run_answers_nothing(kms, key, sealed):
    with refused("DryRunOperationException", DRY_RUN):
        kms.decrypt(CiphertextBlob=sealed, EncryptionContext=CONTEXT, DryRun=True)
    with refused("DryRunOperationException", DRY_RUN):
        kms.decrypt(KeyId=key, DryRun=True, DryRunModifiers=["IGNORE_CIPHERTEXT"])
    with refused("DryRunOperationException", DRY_RUN):
        kms.generate_data_key(KeyId=key, KeySpec="AES_256", DryRun=True)
    with invalid_ciphertext():
        kms.decrypt(CiphertextBlob=sealed, DryRun=True)


def test_a_disabled_key_opens_nothing_until_it_is_enabled(kms):
    key = kms.create_key()["KeyMetadata"]["Arn"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    with refused("DisabledException", f"{key} is disabled."):
        kms.decrypt(CiphertextBlob=sealed)
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"x"


def test_too_much_is_not_sealed(kms, key):
    text = (
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less "
        "than or equal to 4096"
    )
    with refused("ValidationException", text):
        kms.encrypt(KeyId=key, Plaintext=bytes(4097))
    sealed = kms.encrypt(KeyId=key, Plaintext=bytes(4096))["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == bytes(4096)
