"""`keepwell trail verify` finds any edit, cut or swap of what was recorded."""

import pytest

from conftest import client_of

pytestmark = pytest.mark.own_server


@pytest.fixture
def trail(own_server):
    """A stopped server whose trail holds records of every kind: changes, reads and refusals."""
    server = own_server()
    client = client_of(server)
    for number in range(20):
        client.create_secret(Name=f"recorded/{number}", SecretString="one")
        client.get_secret_value(SecretId=f"recorded/{number}")
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_secret_value(SecretId=f"absent/{number}")
    assert server.stop() == 0
    return server


def written(server):
    """The trail's file that holds the records, and the span of bytes that is written."""
    files = [path for path in server.data_dir.rglob("*") if path.is_file() and b"recorded/19" in path.read_bytes()]
    assert files, "no file under the data folder holds the records"
    path = max(files, key=lambda file: file.read_bytes().count(b"GetSecretValue"))
    held = path.read_bytes()
    return path, held, held.index(b"recorded/0"), held.rindex(b"recorded/19")


def test_an_untouched_trail_verifies_stopped_and_running(trail):
    assert trail.verify_trail().returncode == 0
    trail.start()
    verified = trail.verify_trail()
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.parametrize("part", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_one_changed_byte_is_found(trail, part):
    path, held, first, last = written(trail)
    place = first + int((last - first) * part)
    path.write_bytes(held[:place] + bytes([held[place] ^ 1]) + held[place + 1 :])
    verified = trail.verify_trail()
    assert verified.returncode != 0
    assert verified.stdout + verified.stderr


def test_a_deleted_stretch_is_found(trail):
    path, held, first, last = written(trail)
    middle = first + (last - first) // 2
    path.write_bytes(held[:first] + held[middle:] + bytes(middle - first))
    assert trail.verify_trail().returncode != 0


def test_two_swapped_records_are_found(trail):
    path, held, *_ = written(trail)
    assert held.count(b"recorded/11") and held.count(b"recorded/12")
    swapped = held.replace(b"recorded/11", b"recorded/@@").replace(b"recorded/12", b"recorded/11")
    path.write_bytes(swapped.replace(b"recorded/@@", b"recorded/12"))
    assert trail.verify_trail().returncode != 0


def test_a_missing_file_is_found(trail):
    path, *_ = written(trail)
    path.unlink()
    assert trail.verify_trail().returncode != 0


def test_an_older_copy_of_the_trail_is_found(trail):
    path, held, *_ = written(trail)
    trail.start()
    client_of(trail).create_secret(Name="later", SecretString="one")
    assert trail.stop() == 0
    path.write_bytes(held)
    assert trail.verify_trail().returncode != 0
