"""A value that passed through every operation is found in no file that the server leaves, and in no log."""

import base64
import configparser
import secrets

import boto3
import pytest

from conftest import client_of
from expect import token
from server import Server

pytestmark = pytest.mark.own_server


def writings(value):
    """The ways in which these bytes could lie in a file unsealed."""
    return {
        "plain": value,
        "base64": base64.b64encode(value).rstrip(b"=")[:-1],
        "hex": value.hex().encode(),
        "HEX": value.hex().upper().encode(),
        "utf-16": value.decode().encode("utf-16-le"),
        "reversed": value[::-1],
    }


def test_values_are_in_no_file_under_the_data_folder_nor_beside_it_nor_in_the_log(own_server, tmp_path):
    string, binary, refused_value, old = (f"canary{secrets.token_hex(12)}" for _ in range(4))
    server = own_server()
    client = client_of(server)

    client.create_secret(Name="told", SecretString=old)
    client.put_secret_value(SecretId="told", SecretString=string, VersionStages=["AWSCURRENT", "blue"])
    client.create_secret(Name="bytes", SecretBinary=binary.encode())
    client.update_secret(SecretId="bytes", SecretBinary=binary.encode())
    for read in (
        lambda: client.get_secret_value(SecretId="told"),
        lambda: client.batch_get_secret_value(SecretIdList=["told", "bytes"]),
        lambda: client.create_secret(Name="told", SecretString=refused_value),
        lambda: client.create_secret(Name="Inv Name", SecretString=refused_value),
        lambda: client.put_secret_value(SecretId="absent", SecretString=refused_value),
        lambda: client.put_secret_value(SecretId="told", SecretString=refused_value, ClientRequestToken="short"),
        lambda: client.put_secret_value(SecretId="told", SecretString=refused_value, RotationToken=token()),
        lambda: client.delete_secret(SecretId="told", ForceDeleteWithoutRecovery=True),
    ):
        try:
            read()
        except client.exceptions.ClientError:
            pass
    password = client.get_random_password()["RandomPassword"]

    def search(when):
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert len(files) >= 4, "the log, the store, the trail and the root key should be among them"
        for path in files:
            held = path.read_bytes()
            for value in (string, binary, refused_value, old, password):
                for how, written in writings(value.encode()).items():
                    assert written not in held, f"{when}: a value lies in {path}, {how}"

    search("while running")
    server.kill()
    search("after a kill")
    server.start()
    search("after a restart")
    server.stop()
    search("after a stop")


def test_the_root_key_and_the_data_folder_are_for_the_owner_only(own_server):
    server = own_server()
    root_key = server.data_dir.with_name(server.data_dir.name + ".key")
    assert root_key.stat().st_mode & 0o077 == 0
    assert server.data_dir not in root_key.parents
    assert server.data_dir.stat().st_mode & 0o077 == 0


def test_a_root_key_that_others_can_read_is_refused(own_server):
    server = own_server()
    server.stop()
    server.data_dir.with_name(server.data_dir.name + ".key").chmod(0o644)
    with pytest.raises(AssertionError, match="did not become ready"):
        server.start()


def test_generated_access_keys_work_and_are_never_logged(tmp_path):
    server = Server(tmp_path, credentials={})
    with server:
        (credentials,) = [path for path in server.data_dir.rglob("*credentials*") if path.is_file()]
        assert credentials.stat().st_mode & 0o777 == 0o600
        read = configparser.ConfigParser()
        read.read(credentials)
        assert read.sections() == ["default", "root"]
        for name in read.sections():
            client = boto3.client(
                "secretsmanager",
                endpoint_url=server.url,
                region_name="us-east-1",
                aws_access_key_id=read[name]["aws_access_key_id"],
                aws_secret_access_key=read[name]["aws_secret_access_key"],
            )
            client.create_secret(Name=name, SecretString="one")
    for name in read.sections():
        assert read[name]["aws_secret_access_key"] not in server.log.read_text()
