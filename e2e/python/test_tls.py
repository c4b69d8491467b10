"""TLS with the private certificate authority of `keepwell certificate`, trusted through AWS_CA_BUNDLE."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time

import pytest

from expect import eventually
from server import REPOSITORY, keepwell
from wire import JSON, Signer

pytestmark = pytest.mark.own_server


def make_certificate(folder):
    made = keepwell("certificate", "--dir", folder)
    assert made.returncode == 0, made.stderr
    return made


@pytest.fixture
def certificates(tmp_path):
    folder = tmp_path / "certificates"
    make_certificate(folder)
    return folder


@pytest.fixture
def server(own_server, certificates):
    return own_server(
        arguments=["--tls-certificate", certificates / "server.pem", "--tls-key", certificates / "server.key"]
    )


def aws(server, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "awscli", "secretsmanager", *arguments],
        env=server.environment() | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def presented(server, certificates):
    """The certificate that a new connection is shown."""
    context = ssl.create_default_context(cafile=certificates / "ca.pem")
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as connection:
            return connection.getpeercert(binary_form=True), connection.version()


def test_the_command_prints_what_clients_need_and_keeps_keys_private(tmp_path):
    folder = tmp_path / "new"
    told = make_certificate(folder).stdout
    assert f"AWS_CA_BUNDLE={folder / 'ca.pem'}" in told.replace('"', "").replace("'", "")
    assert "keytool" in told or "trustStore" in told
    for key in folder.glob("*.key"):
        assert key.stat().st_mode & 0o077 == 0, key


def test_the_aws_cli_works_over_tls_and_refuses_a_stranger(server, certificates):
    assert server.url.startswith("https://")
    bundle = {"AWS_CA_BUNDLE": str(certificates / "ca.pem")}
    made = aws(server, "create-secret", "--name", "over-tls", "--secret-string", "one", **bundle)
    assert made.returncode == 0, made.stderr
    read = ["get-secret-value", "--secret-id", "over-tls", "--query", "SecretString", "--output", "text"]
    assert aws(server, *read, **bundle).stdout.strip() == "one"

    stranger = aws(server, *read)
    assert stranger.returncode != 0
    assert "CERTIFICATE_VERIFY_FAILED" in stranger.stderr


def test_tls_is_1_3_and_old_versions_are_refused(server, certificates):
    assert presented(server, certificates)[1] == "TLSv1.3"
    context = ssl.create_default_context(cafile=certificates / "ca.pem")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw, pytest.raises((ssl.SSLError, OSError)):
        context.wrap_socket(raw, server_hostname="localhost")


def test_http_2_is_offered(server, certificates):
    context = ssl.create_default_context(cafile=certificates / "ca.pem")
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as connection:
            assert connection.selected_alpn_protocol() == "h2"


def test_the_javascript_sdk_works_over_tls(server, certificates):
    ran = subprocess.run(
        ["node", "--test", "--test-name-pattern", "a secret is created, described and read", "stories.test.js"],
        cwd=REPOSITORY / "e2e" / "node",
        env=server.environment() | {"NODE_EXTRA_CA_CERTS": str(certificates / "ca.pem")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout
    assert "pass 1" in ran.stdout


def curl(url, *arguments):
    """One signed call by curl, which says after the body which HTTP it spoke."""
    body = b'{"PasswordLength":12}'
    host = url.partition("://")[2].rstrip("/")
    signed = Signer().authorize(
        {"Host": host, "Content-Type": JSON, "X-Amz-Target": "secretsmanager.GetRandomPassword"}, body
    )
    headers = [part for name, value in signed.items() if name != "Host" for part in ("--header", f"{name}: {value}")]
    said = subprocess.run(
        ["curl", "--silent", "--show-error", *arguments, *headers, "--data-binary", body, "-w", "\n%{http_version}", url],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert said.returncode == 0, said.stderr
    answer, _, version = said.stdout.rpartition("\n")
    return json.loads(answer), version


def test_a_signature_holds_over_http_2_where_the_host_is_an_authority(server, certificates, own_server):
    answer, version = curl(server.url, "--http2", "--cacert", certificates / "ca.pem")
    assert (version, len(answer["RandomPassword"])) == ("2", 12)
    answer, version = curl(own_server("plain").url, "--http2-prior-knowledge")
    assert (version, len(answer["RandomPassword"])) == ("2", 12)


def test_plain_http_is_not_answered_there(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            assert b"200" not in connection.recv(1024)
        except ConnectionError:
            pass


def test_a_renewed_certificate_of_the_same_authority_is_served_after_sighup(server, certificates):
    before, _ = presented(server, certificates)
    authority = (certificates / "ca.pem").read_bytes()
    context = ssl.create_default_context(cafile=certificates / "ca.pem")
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as connection:
            make_certificate(certificates)
            assert (certificates / "ca.pem").read_bytes() == authority
            server.signal(signal.SIGHUP)
            eventually(lambda: presented(server, certificates)[0] != before, True)

            connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b"200" in connection.recv(1024), "a connection made before goes on"


def test_a_broken_certificate_keeps_the_old_one_serving(server, certificates):
    before, _ = presented(server, certificates)
    (certificates / "server.pem").write_text("no certificate")
    server.signal(signal.SIGHUP)
    time.sleep(1)
    assert server.process.poll() is None
    assert presented(server, certificates)[0] == before


def test_plaintext_beyond_loopback_needs_an_explicit_flag(tmp_path):
    refused = keepwell("serve", "--data-dir", tmp_path / "data", "--listen", "0.0.0.0:0", env=dict(os.environ), timeout=20)
    assert refused.returncode != 0
    assert "plaintext" in (refused.stdout + refused.stderr).lower()
