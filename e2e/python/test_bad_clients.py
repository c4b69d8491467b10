"""Clients that stall, hang up or talk nonsense: an error or a closed connection, and the next request works."""

import concurrent.futures
import contextlib
import json
import socket
import time

import pytest

from expect import NOT_FOUND, refused, token
from wire import Signer, Wire


@pytest.fixture(autouse=True)
def the_next_request_works(wire):
    yield
    assert wire.call("GetRandomPassword").status == 200


def received(connection):
    """Everything until the server closes; a reset counts as closed."""
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer else None


def test_a_body_of_a_megabyte_is_refused_and_nothing_is_made(wire, secretsmanager, name):
    members = {"Name": name, "SecretString": "x" * 1_048_576, "ClientRequestToken": token()}
    try:
        answer = wire.call("CreateSecret", members)
    except (ConnectionError, TimeoutError):
        pass
    else:
        assert 400 <= answer.status < 500
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.describe_secret(SecretId=name)


def test_a_body_announced_as_endless_is_not_waited_for(wire):
    with wire.socket() as connection:
        head, _ = wire.request_bytes("ListSecrets", {})
        connection.sendall(head.replace(b"Content-Length: 2", b"Content-Length: 1000000000000"))
        assert status_of(received(connection)) in (400, 413, None)


def test_huge_headers_are_refused(wire):
    headers = wire.headers("ListSecrets") | {f"X-Junk-{number}": "j" * 4000 for number in range(50)}
    with contextlib.suppress(ConnectionError):
        assert 400 <= wire.send(headers, b"{}").status < 500


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"GET\r\n\r\n",
        b"POST / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 100,
        bytes(range(256)) * 40,
    ],
    ids=["tls hello", "half a request line", "unknown version", "negative length", "two lengths", "bad chunk",
         "broken http/2", "bytes"],
)  # fmt: skip
def test_nonsense_ends_in_an_error_or_a_closed_connection(wire, nonsense):
    with wire.socket() as connection:
        with contextlib.suppress(OSError):
            connection.sendall(nonsense)
            connection.shutdown(socket.SHUT_WR)
        answer = received(connection)
    if answer.startswith(b"HTTP/1"):
        assert 400 <= status_of(answer) < 500


def test_a_socket_half_closed_after_its_request_still_gets_its_answer(wire, name, arn):
    with wire.socket() as connection:
        connection.sendall(b"".join(wire.request_bytes("DescribeSecret", {"SecretId": name})))
        connection.shutdown(socket.SHUT_WR)
        assert status_of(received(connection)) in (200, None)


def test_a_socket_half_closed_inside_its_body_changes_nothing(wire, secretsmanager, name):
    head, body = wire.request_bytes(
        "CreateSecret", {"Name": name, "SecretString": "one", "ClientRequestToken": token()}
    )
    for sent in (len(head) // 2, len(head), len(head) + len(body) // 2):
        with wire.socket() as connection:
            connection.sendall((head + body)[:sent])
            connection.shutdown(socket.SHUT_WR)
            assert status_of(received(connection)) in (400, 408, None)
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.describe_secret(SecretId=name)


def test_a_client_that_hangs_up_without_reading_does_no_harm(wire, name, arn):
    for _ in range(50):
        with wire.socket() as connection:
            connection.sendall(b"".join(wire.request_bytes("DescribeSecret", {"SecretId": name})))


def test_requests_may_be_pipelined_on_one_connection(wire, name, arn):
    with wire.socket() as connection:
        connection.sendall(b"".join(wire.request_bytes("DescribeSecret", {"SecretId": name})) * 3)
        connection.shutdown(socket.SHUT_WR)
        assert received(connection).count(b"HTTP/1.1 200") in (1, 2, 3)


@pytest.mark.own_server
def test_slow_clients_are_given_up_on_and_hold_nobody_up_meanwhile(own_server):
    server = own_server(
        arguments=["--limit-header-timeout=3s", "--limit-body-timeout=3s", "--limit-idle-timeout=3s"]
    )
    wire = Wire(server)
    head, body = wire.request_bytes("GetRandomPassword", {})

    def dribble(how_much):
        """Sends what it is told and then a byte every half second; tells how long the server bore it."""
        began, rest = time.monotonic(), iter((head + body)[how_much:-1])
        with wire.socket() as connection:
            connection.sendall((head + body)[:how_much])
            connection.settimeout(0.5)
            while time.monotonic() - began < 30:
                try:
                    if not connection.recv(1024):
                        break
                except TimeoutError:
                    with contextlib.suppress(StopIteration, BrokenPipeError):
                        connection.sendall(bytes([next(rest)]))
                except ConnectionError:
                    break
        return time.monotonic() - began

    starts = (0, 10, len(head) // 2, len(head), len(head) + 1)
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        stalled = [pool.submit(dribble, how_much) for how_much in starts for _ in range(6)]
        time.sleep(0.5)
        for _ in range(20):
            began = time.monotonic()
            assert wire.call("GetRandomPassword").status == 200
            assert time.monotonic() - began < 5
        borne = [one.result() for one in stalled]
    assert max(borne) < 20, borne
    assert wire.call("GetRandomPassword").status == 200


def test_many_clients_at_once_are_all_answered(wire, name, arn):
    def ask(_):
        return wire.call("GetSecretValue", {"SecretId": name}).members["SecretString"]

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        assert set(pool.map(ask, range(300))) == {"one"}


def test_a_random_walk_through_a_valid_request_never_brings_a_500(wire, name, arn):
    """One byte at a time is changed: in the body before it is signed, in the header after."""
    body = json.dumps({"SecretId": name, "VersionStage": "AWSCURRENT", "MaxResults": 3}).encode()
    for place in range(0, len(body), 3):
        for byte in (0, 0x22, 0x7B, 0xFF):
            bent = body[:place] + bytes([byte]) + body[place + 1 :]
            for operation in ("GetSecretValue", "ListSecrets"):
                answer = wire.call(operation, body=bent)
                assert answer.status in (200, 400), (operation, bent, answer)
    headers = Signer().authorize(wire.headers("GetSecretValue"), body)
    value = headers["Authorization"]
    for place in range(0, len(value), 2):
        for character in "\t=/, é":
            bent = value[:place] + character + value[place + 1 :]
            answer = wire.send(headers | {"Authorization": bent.encode("latin-1")}, body)
            assert answer.status in (200, 400), (bent, answer)
