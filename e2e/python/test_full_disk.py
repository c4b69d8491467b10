"""A full disk: writes are refused as our fault, reads go on while they can be recorded, and all is well after."""

import os
import subprocess
import time

import botocore.exceptions
import pytest

from conftest import client_of

pytestmark = pytest.mark.own_server

DISK_MEGABYTES = 96


@pytest.fixture
def small_disk(tmp_path):
    assert os.geteuid() == 0, (
        "This story mounts a small disk for the data folder, which only root may do. Run `make test` as root or in "
        "`unshare --user --map-root-user --mount`."
    )
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m,mode=0700", "tmpfs", str(disk)], check=True)
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk):
    """Takes what is left, to the last byte, and gives back the file that holds it."""
    path = disk / "filler"
    with path.open("wb", buffering=0) as filler:
        for size in (1 << 20, 4096, 1):
            try:
                while filler.write(b"f" * size) == size:
                    pass
            except OSError:
                continue
    return path


def test_writes_are_refused_reads_go_on_and_space_heals(own_server, small_disk):
    server = own_server(data_dir=small_disk / "data")
    client = client_of(server)
    client.create_secret(Name="before", SecretString="one")
    kept = {"before": "one"}
    filler = fill(small_disk)

    refusals = []
    for number in range(3000):
        name, value = f"during/{number}", str(number) * 5000
        try:
            client.create_secret(Name=name, SecretString=value[:60_000])
            kept[name] = value[:60_000]
        except botocore.exceptions.ClientError as error:
            refusals.append(error.response)
            if len(refusals) == 5:
                break
    assert len(refusals) == 5, "the disk never became full"
    assert {refusal["ResponseMetadata"]["HTTPStatusCode"] for refusal in refusals} <= {500, 503}
    assert {refusal["Error"]["Code"] for refusal in refusals} <= {
        "InternalServiceError", "InternalFailure", "ServiceUnavailable",
    }  # fmt: skip
    for _ in range(20):
        assert client.get_secret_value(SecretId="before")["SecretString"] == "one"

    filler.unlink()
    deadline = time.monotonic() + 20
    while True:
        try:
            client.create_secret(Name="after", SecretString="two")
            break
        except botocore.exceptions.ClientError:
            assert time.monotonic() < deadline, "space is back, but writes are still refused"
            time.sleep(0.2)
    client.put_secret_value(SecretId="before", SecretString="three")
    kept |= {"before": "three", "after": "two"}

    assert server.stop() == 0
    verified = server.verify_trail()
    assert verified.returncode == 0, verified.stdout + verified.stderr
    server.start()
    client = client_of(server)
    assert {name: client.get_secret_value(SecretId=name)["SecretString"] for name in kept} == kept
