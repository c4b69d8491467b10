"""What IAM tells once or never lies in no file that the server leaves, and in no log."""

import base64
import time

import pytest

from sessions import Device, House, allow
from test_canary import writings

pytestmark = pytest.mark.own_server


def test_keys_passwords_and_seeds_are_in_no_file(own_server, tmp_path):
    server = own_server()
    house = House(server)
    user = house.user(allow("iam:*"))
    iam = house.client("iam", user.credentials)
    old, new, refused = "Canary-Old-8251936", "Canary-New-6094127", "canarylow3702915"
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=user.name)["VirtualMFADevice"]
    device = Device(made["SerialNumber"], base64.b32decode(made["Base32StringSeed"]))
    device.steady()
    codes = {"AuthenticationCode1": device.code(-1), "AuthenticationCode2": device.code(0)}
    for call in (
        lambda: iam.create_login_profile(UserName=user.name, Password=old),
        lambda: iam.update_login_profile(UserName=user.name, Password=refused),
        lambda: iam.change_password(OldPassword=old, NewPassword=new),
        lambda: iam.change_password(OldPassword=refused, NewPassword=new),
        lambda: iam.enable_mfa_device(UserName=user.name, SerialNumber=device.serial, **codes),
    ):
        try:
            call()
        except iam.exceptions.ClientError:
            pass
    assert iam.list_mfa_devices()["MFADevices"] and iam.get_login_profile()

    def search(when):
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert len(files) >= 4, "the log, the store, the trail and the root key should be among them"
        told = [text.encode() for text in (user.credentials.secret_access_key, old, new, refused)]
        told.append(made["Base32StringSeed"])
        for path in files:
            held = path.read_bytes()
            assert device.seed not in held and made["QRCodePNG"] not in held, f"{path} {when}"
            for value in told:
                for how, written in writings(value).items():
                    assert written not in held, f"{path} {when}: {how}"

    time.sleep(0.5)
    search("while it runs")
    assert server.stop() == 0
    search("after it stopped")
