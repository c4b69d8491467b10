"""Functions that the configuration says run elsewhere: behind a URL, and at a Lambda of their own."""

import base64
import contextlib
import http.server
import io
import json
import threading
import zipfile

import botocore.exceptions
import pytest

from server import ACCESS_KEY_ID, ACCOUNT, REGIONS, SECRET_ACCESS_KEY, Server
from sessions import House, allow, refused

pytestmark = pytest.mark.own_server

ARN = f"arn:aws:lambda:{REGIONS[0]}:{ACCOUNT}:function"
TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
})  # fmt: skip


@contextlib.contextmanager
def place(status=200, headers=(), body=b'{"from":"elsewhere"}'):
    """Somewhere that answers every POST alike, and keeps what it was sent."""
    sent = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            sent.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}/2015-03-31/functions/function/invocations", sent
    finally:
        listening.shutdown()


@contextlib.contextmanager
def house(folder, *remote, more=()):
    arguments = [argument for one in remote for argument in ("--functions-remote", one)]
    with Server(folder, arguments=(*arguments, *more)) as server:
        yield House(server)


def test_a_function_behind_a_url_is_invoked_like_others(tmp_path):
    with place() as (url, sent), house(tmp_path, f"{ARN}:away={url}") as home:
        aws = home.client("lambda")
        answer = aws.invoke(FunctionName="away", Payload=b'{"Step":"testSecret"}')
        assert (answer["StatusCode"], answer["Payload"].read()) == (200, b'{"from":"elsewhere"}')
        assert "FunctionError" not in answer
        assert aws.invoke(FunctionName=f"{ARN}:away", InvocationType="DryRun")["StatusCode"] == 204
        assert [body for _, body in sent] == [b'{"Step":"testSecret"}']
        assert sent[0][0] == "/2015-03-31/functions/function/invocations"
        # It is no function of this server otherwise.
        with refused("ResourceNotFoundException", status=404):
            aws.get_function(FunctionName="away")
        with refused("ResourceNotFoundException", status=404):
            aws.invoke(FunctionName="nowhere")


def test_its_failure_is_told_as_a_failure(tmp_path):
    failure = json.dumps({"errorType": "KeyError", "errorMessage": "'colour'"}).encode()
    with place(body=failure) as (url, _), house(tmp_path, f"{ARN}:away={url}") as home:
        answer = home.client("lambda").invoke(FunctionName="away")
        assert (answer["FunctionError"], answer["Payload"].read()) == ("Unhandled", failure)


def test_who_may_not_invoke_it_does_not_reach_it(tmp_path):
    with place() as (url, sent), house(tmp_path, f"{ARN}:away={url}") as home:
        allowed = home.user(allow("lambda:InvokeFunction", on=f"{ARN}:away"))
        other = home.user(allow("lambda:InvokeFunction", on=f"{ARN}:another"))
        assert home.client("lambda", allowed.credentials).invoke(FunctionName="away")["StatusCode"] == 200
        with refused("AccessDeniedException", status=403):
            home.client("lambda", other.credentials).invoke(FunctionName="away")
        assert len(sent) == 1


def test_a_place_that_is_away_tells_the_caller_nothing_of_itself(tmp_path):
    with place(status=502, body=b"upstream at 10.1.2.3") as (url, _), house(tmp_path, f"{ARN}:away={url}") as home:
        with pytest.raises(botocore.exceptions.ClientError) as told:
            home.client("lambda").invoke(FunctionName="away")
        assert "127.0.0.1" not in str(told.value)
        assert "10.1.2.3" not in str(told.value)
        assert "502" in home.server.log.read_text()


def test_a_function_at_another_lambda_is_called_with_the_operators_key(tmp_path):
    with Server(tmp_path / "there") as there:
        away = House(there)
        iam, aws = away.client("iam"), away.client("lambda")
        role = iam.create_role(RoleName="away", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("app.py", "def handler(event, context):\n    print('there')\n    return [event['n'] + 1]\n")
        aws.create_function(
            FunctionName="away", Role=role, Runtime="python3.12", Handler="app.handler", Timeout=30,
            Code={"ZipFile": code.getvalue()},
        )  # fmt: skip
        aws.get_waiter("function_active_v2").wait(FunctionName="away")
        keys = tmp_path / "keys"
        keys.write_text(
            f"[default]\naws_access_key_id = {ACCESS_KEY_ID}\naws_secret_access_key = {SECRET_ACCESS_KEY}\n"
        )
        keys.chmod(0o600)
        more = ("--functions-aws-credentials-file", keys, "--functions-aws-endpoint", there.url.rstrip("/"))
        with house(tmp_path / "here", f"{ARN}:away=aws", more=more) as home:
            answer = home.client("lambda").invoke(FunctionName="away", Payload=b'{"n":1}', LogType="Tail")
            assert (answer["StatusCode"], answer["Payload"].read()) == (200, b"[2]")
            assert "there" in base64.b64decode(answer["LogResult"]).decode()


def test_a_place_without_tls_on_another_machine_ends_the_start(tmp_path):
    server = Server(tmp_path, arguments=("--functions-remote", f"{ARN}:away=http://10.1.2.3/"))
    with pytest.raises(AssertionError, match="https://"):
        server.start()
