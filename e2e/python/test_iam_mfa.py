"""Virtual MFA devices: made, given to users by two codes, taken back."""

import base64
import re
import uuid
import zlib

import pytest

from expect import assert_recent, members
from server import ACCOUNT
from sessions import Device, House, allow, not_authorized, refused, tag

WRONG_CODES = "Authentication code for device is not valid."
SELF = f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"
OWN_DEVICE = f"arn:aws:iam::{ACCOUNT}:mfa/${{aws:username}}"


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def iam(house):
    return house.iam


@pytest.fixture
def name():
    return f"Device-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def device(iam, name):
    return device_of(iam.create_virtual_mfa_device(VirtualMFADeviceName=name))


@pytest.fixture
def user(iam):
    name = f"user-{uuid.uuid4().hex[:12]}"
    iam.create_user(UserName=name)
    return name


def device_of(answer):
    made = answer["VirtualMFADevice"]
    return Device(made["SerialNumber"], base64.b32decode(made["Base32StringSeed"]))


def codes(device):
    """Two that follow each other; the step does not change while they are shown."""
    device.steady()
    return {"AuthenticationCode1": device.code(-1), "AuthenticationCode2": device.code(0)}


def missing(serial):
    return f"VirtualMFADevice with serial number {serial} doesn't exist."


def test_a_new_device_tells_its_seed_as_text_and_as_a_picture(iam, name):
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name, Path="/phones/")["VirtualMFADevice"]
    assert members(made) == {"SerialNumber", "Base32StringSeed", "QRCodePNG"}
    assert made["SerialNumber"] == f"arn:aws:iam::{ACCOUNT}:mfa/phones/{name}"
    assert re.fullmatch(b"[A-Z2-7]{64}", made["Base32StringSeed"])
    picture = made["QRCodePNG"]
    assert picture.startswith(b"\x89PNG\r\n\x1a\n") and picture[12:16] == b"IHDR"
    (length,) = (int.from_bytes(picture[8:12], "big"),)
    assert zlib.crc32(picture[12 : 16 + length]) == int.from_bytes(picture[16 + length : 20 + length], "big")
    with refused("EntityAlreadyExists", "MFADevice entity at the same path and name already exists.", status=409):
        iam.create_virtual_mfa_device(VirtualMFADeviceName=name, Path="/phones/")
    iam.create_virtual_mfa_device(VirtualMFADeviceName=name)


def test_a_device_is_enabled_by_two_codes_and_listed(iam, device, user):
    assert iam.list_mfa_devices(UserName=user)["MFADevices"] == []
    iam.enable_mfa_device(UserName=user, SerialNumber=device.serial, **codes(device))
    (shown,) = iam.list_mfa_devices(UserName=user)["MFADevices"]
    assert (shown["UserName"], shown["SerialNumber"]) == (user, device.serial)
    assert_recent(shown["EnableDate"])
    told = iam.get_mfa_device(SerialNumber=device.serial)
    assert (told["UserName"], told["EnableDate"]) == (user, shown["EnableDate"])
    assert iam.get_mfa_device(SerialNumber=device.serial, UserName=user)["SerialNumber"] == device.serial
    with refused("EntityAlreadyExists", status=409):
        iam.enable_mfa_device(UserName=user, SerialNumber=device.serial, **codes(device))


def test_wrong_codes_enable_nothing(iam, device, user):
    right = codes(device)
    for wrong in (
        {"AuthenticationCode1": right["AuthenticationCode2"], "AuthenticationCode2": right["AuthenticationCode1"]},
        {"AuthenticationCode1": right["AuthenticationCode1"], "AuthenticationCode2": right["AuthenticationCode1"]},
        {"AuthenticationCode1": device.code(-100), "AuthenticationCode2": device.code(-99)},
    ):
        with refused("InvalidAuthenticationCode", WRONG_CODES, status=403):
            iam.enable_mfa_device(UserName=user, SerialNumber=device.serial, **wrong)
    with refused("ValidationError"):
        iam.enable_mfa_device(
            UserName=user, SerialNumber=device.serial, AuthenticationCode1="12345", AuthenticationCode2="abcdef"
        )
    assert iam.list_mfa_devices(UserName=user)["MFADevices"] == []


def test_a_device_must_be_taken_back_before_it_is_deleted(iam, device, user):
    iam.enable_mfa_device(UserName=user, SerialNumber=device.serial, **codes(device))
    with refused("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.", status=409):
        iam.delete_virtual_mfa_device(SerialNumber=device.serial)
    iam.deactivate_mfa_device(UserName=user, SerialNumber=device.serial)
    assert iam.list_mfa_devices(UserName=user)["MFADevices"] == []
    with refused("NoSuchEntity", "MFA Device invalid for user.", status=404):
        iam.deactivate_mfa_device(UserName=user, SerialNumber=device.serial)
    iam.delete_virtual_mfa_device(SerialNumber=device.serial)
    with refused("NoSuchEntity", missing(device.serial), status=404):
        iam.delete_virtual_mfa_device(SerialNumber=device.serial)
    with refused("NoSuchEntity", missing(device.serial), status=404):
        iam.enable_mfa_device(UserName=user, SerialNumber=device.serial, **codes(device))


def test_somebody_elses_device_is_not_found(iam, house, device, user):
    iam.enable_mfa_device(UserName=user, SerialNumber=device.serial, **codes(device))
    other = house.user()
    for call in (
        lambda: iam.deactivate_mfa_device(UserName=other.name, SerialNumber=device.serial),
        lambda: iam.resync_mfa_device(UserName=other.name, SerialNumber=device.serial, **codes(device)),
        lambda: iam.get_mfa_device(UserName=other.name, SerialNumber=device.serial),
    ):
        with refused("NoSuchEntity", "MFA Device invalid for user.", status=404):
            call()


def test_a_device_whose_clock_is_astray_is_resynchronised(iam, device, user):
    iam.enable_mfa_device(UserName=user, SerialNumber=device.serial, **codes(device))
    late = {"AuthenticationCode1": device.code(40), "AuthenticationCode2": device.code(41)}
    iam.resync_mfa_device(UserName=user, SerialNumber=device.serial, **late)
    with refused("InvalidAuthenticationCode", WRONG_CODES, status=403):
        wrong = {"AuthenticationCode1": device.code(40), "AuthenticationCode2": device.code(42)}
        iam.resync_mfa_device(UserName=user, SerialNumber=device.serial, **wrong)


def test_devices_are_listed_by_whether_somebody_has_them(own_server):
    house = House(own_server())
    iam = house.iam
    taken = house.device(user := house.user(path="/team/"))
    free = device_of(iam.create_virtual_mfa_device(VirtualMFADeviceName="free"))

    def listed(**asked):
        return [shown["SerialNumber"] for shown in iam.list_virtual_mfa_devices(**asked)["VirtualMFADevices"]]

    assert listed() == listed(AssignmentStatus="Any") == sorted([taken.serial, free.serial])
    assert listed(AssignmentStatus="Assigned") == [taken.serial]
    assert listed(AssignmentStatus="Unassigned") == [free.serial]
    shown = {told["SerialNumber"]: told for told in iam.list_virtual_mfa_devices()["VirtualMFADevices"]}
    assert members(shown[free.serial]) == {"SerialNumber"}
    assert members(shown[taken.serial]) == {"SerialNumber", "User", "EnableDate"}
    assert shown[taken.serial]["User"]["Arn"] == user.arn
    page = iam.list_virtual_mfa_devices(MaxItems=1)
    assert page["IsTruncated"] and listed(Marker=page["Marker"]) == sorted([taken.serial, free.serial])[1:]


def test_the_root_user_has_devices_too(own_server):
    house = House(own_server())
    iam = house.iam
    device = device_of(iam.create_virtual_mfa_device(VirtualMFADeviceName="root-account-mfa-device"))
    name = iam.get_user()["User"]["UserName"]
    iam.enable_mfa_device(UserName=name, SerialNumber=device.serial, **codes(device))
    assert [shown["SerialNumber"] for shown in iam.list_mfa_devices()["MFADevices"]] == [device.serial]
    (shown,) = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    assert shown["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    iam.deactivate_mfa_device(SerialNumber=device.serial)
    assert iam.list_mfa_devices()["MFADevices"] == []


def test_devices_have_tags(iam, house, name):
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name, Tags=[tag("Owner", "ada")])["VirtualMFADevice"]
    serial = made["SerialNumber"]
    assert made["Tags"] == [tag("Owner", "ada")]
    iam.tag_mfa_device(SerialNumber=serial, Tags=[tag("owner", "bob"), tag("a", "")])
    told = iam.list_mfa_device_tags(SerialNumber=serial)
    assert (told["Tags"], told["IsTruncated"]) == ([tag("a", ""), tag("owner", "bob")], False)
    iam.untag_mfa_device(SerialNumber=serial, TagKeys=["OWNER"])
    assert iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == [tag("a", "")]
    absent = serial + "x"
    for call in (
        lambda: iam.tag_mfa_device(SerialNumber=absent, Tags=[tag("a", "b")]),
        lambda: iam.untag_mfa_device(SerialNumber=absent, TagKeys=["a"]),
        lambda: iam.list_mfa_device_tags(SerialNumber=absent),
    ):
        with refused("NoSuchEntity", missing(absent), status=404):
            call()


def test_users_manage_the_device_of_their_own_name(house, iam):
    user = house.user(
        allow("iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice", on=OWN_DEVICE),
        allow("iam:EnableMFADevice", "iam:ListMFADevices", "iam:DeactivateMFADevice", on=SELF),
    )
    client = house.client("iam", user.credentials)
    with refused("AccessDenied", containing="iam:CreateVirtualMFADevice"):
        client.create_virtual_mfa_device(VirtualMFADeviceName="another")
    device = device_of(client.create_virtual_mfa_device(VirtualMFADeviceName=user.name))
    client.enable_mfa_device(UserName=user.name, SerialNumber=device.serial, **codes(device))
    assert [shown["SerialNumber"] for shown in client.list_mfa_devices()["MFADevices"]] == [device.serial]
    client.deactivate_mfa_device(SerialNumber=device.serial)
    client.delete_virtual_mfa_device(SerialNumber=device.serial)
    with refused(
        "AccessDenied",
        containing=not_authorized(user.arn, "iam:ListVirtualMFADevices", f"arn:aws:iam::{ACCOUNT}:mfa/"),
    ):
        client.list_virtual_mfa_devices()
    other = house.user()
    for action, call in (
        ("iam:EnableMFADevice", lambda: client.enable_mfa_device(UserName=other.name, SerialNumber=device.serial, **codes(device))),
        ("iam:DeactivateMFADevice", lambda: client.deactivate_mfa_device(UserName=other.name, SerialNumber=device.serial)),
        ("iam:ListMFADevices", lambda: client.list_mfa_devices(UserName=other.name)),
        ("iam:GetMFADevice", lambda: client.get_mfa_device(UserName=other.name, SerialNumber=device.serial)),
        ("iam:ResyncMFADevice", lambda: client.resync_mfa_device(UserName=other.name, SerialNumber=device.serial, **codes(device))),
    ):
        with refused("AccessDenied", containing=not_authorized(user.arn, action, other.arn)):
            call()


def test_eight_devices_are_enough_for_one_user(iam, user):
    for number in range(9):
        device = device_of(iam.create_virtual_mfa_device(VirtualMFADeviceName=f"{user}-{number}"))
        asked = {"UserName": user, "SerialNumber": device.serial} | codes(device)
        if number < 8:
            iam.enable_mfa_device(**asked)
    with refused("LimitExceeded", "Cannot exceed quota for MFADevicesPerUser: 8", status=409):
        iam.enable_mfa_device(**asked)
