"""SIGTERM: what is under way is finished, nothing new is begun, and the process ends well."""

import json
import pathlib
import signal
import socket
import time

import pytest

from conftest import client_of
from expect import token
from sessions import House, allow, document
from test_functions import archive
from wire import Wire

pytestmark = pytest.mark.own_server


def test_a_request_under_way_is_answered_before_the_end(own_server):
    server = own_server()
    wire = Wire(server)
    head, body = wire.request_bytes(
        "CreateSecret", {"Name": "late", "SecretString": "one", "ClientRequestToken": token()}
    )
    with wire.socket() as connection:
        connection.sendall(head + body[:10])
        time.sleep(0.2)
        server.signal(signal.SIGTERM)
        time.sleep(0.3)
        assert server.process.poll() is None, "the server did not wait for the request under way"
        with pytest.raises(OSError), wire.socket() as newcomer:
            newcomer.sendall(head + body)
            if not newcomer.recv(1):
                raise ConnectionResetError("closed")
        connection.sendall(body[10:])
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
    assert server.stop() == 0

    server.start()
    assert client_of(server).get_secret_value(SecretId="late")["SecretString"] == "one"


def test_idle_connections_do_not_hold_the_end_up(own_server):
    server = own_server()
    client = client_of(server)
    client.create_secret(Name="kept", SecretString="one")  # its connection stays open in the pool
    with socket.create_connection(("127.0.0.1", server.port)):
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 10


def test_what_was_written_is_there_after_a_restart(own_server):
    server = own_server()
    for number in range(20):
        client_of(server).create_secret(Name=f"kept/{number}", SecretString=str(number))
    assert server.stop() == 0
    server.start()
    client = client_of(server)
    assert [client.get_secret_value(SecretId=f"kept/{n}")["SecretString"] for n in range(20)] == [
        str(n) for n in range(20)
    ]


def test_one_data_folder_serves_one_process(own_server, tmp_path):
    server = own_server()
    second = type(server)(tmp_path / "second", data_dir=server.data_dir)
    url = server.url
    with pytest.raises(AssertionError, match="did not become ready"):
        second.start()
    (server.data_dir / "endpoint").write_text(url)
    client_of(server).create_secret(Name="unharmed", SecretString="one")


def test_functions_end_with_the_server_and_what_they_said_last_is_kept(own_server):
    server = own_server()
    house = House(server)
    aws = house.client("lambda")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = house.iam.create_role(RoleName="late", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    house.iam.put_role_policy(RoleName="late", PolicyName="logs", PolicyDocument=document(allow("logs:*")))
    code = "import os\ndef handler(event, context):\n    print('the last word')\n    return os.environ['LAMBDA_TASK_ROOT']\n"
    aws.create_function(
        FunctionName="late", Role=role, Runtime="python3.12", Handler="app.handler", Timeout=20,
        Code={"ZipFile": archive(app_py=code)},
    )  # fmt: skip
    answer = aws.invoke(FunctionName="late")
    # Its process waits for another call.
    server.signal(signal.SIGTERM)
    task_root = json.loads(answer["Payload"].read())
    assert server.stop() == 0
    assert not pathlib.Path(task_root).exists(), "the host of functions was not waited for"

    server.start()
    logs = House(server).client("logs")
    found = logs.filter_log_events(logGroupName="/aws/lambda/late")["events"]
    assert "the last word" in [event["message"].rstrip("\n") for event in found]
    assert any(event["message"].startswith("REPORT RequestId: ") for event in found)
