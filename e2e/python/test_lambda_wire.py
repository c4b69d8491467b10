"""Lambda's REST protocol: paths, queries, headers, payloads, and errors that a header names."""

import http.client
import io
import json
import time
import urllib.parse
import uuid
import zipfile

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.exceptions
import pytest

from server import ACCESS_KEY_ID, ACCOUNT, SECRET_ACCESS_KEY

HANDLER = "def handler(event, context):\n    return {'asked': event, 'version': context.function_version}\n"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


def client_of(server, service):
    return boto3.session.Session().client(
        service,
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        config=botocore.config.Config(
            retries={"total_max_attempts": 1}, parameter_validation=False, read_timeout=120
        ),
    )


@pytest.fixture(scope="module")
def functions(server):
    return client_of(server, "lambda")


@pytest.fixture(scope="module")
def role(server):
    iam = client_of(server, "iam")
    named = f"rotates-{uuid.uuid4().hex}"
    return iam.create_role(RoleName=named, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]


@pytest.fixture
def function(functions, role):
    return make(functions, role, archive())


def make(functions, role, code, **members):
    named = f"story-{uuid.uuid4().hex}"
    return functions.create_function(
        FunctionName=named, Role=role, Runtime="python3.12", Handler="index.handler", Code={"ZipFile": code}, **members
    )


def archive(*, ballast=0):
    """A deployment package with so many bytes of ballast that do not compress."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as files:
        files.writestr("index.py", HANDLER)
        if ballast:
            files.writestr("ballast", b"x" * ballast)
    return made.getvalue()


def arn_of(function):
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{function['FunctionName']}"


class Raw:
    """Requests that no SDK would send, signed by botocore."""

    def __init__(self, server):
        self.server = server

    def send(self, method, path, body=b"", headers=None, *, secret=SECRET_ACCESS_KEY, service="lambda", signed=True):
        request = botocore.awsrequest.AWSRequest(method, self.server.url + path, data=body, headers=headers or {})
        if signed:
            keys = botocore.credentials.Credentials(ACCESS_KEY_ID, secret)
            botocore.auth.SigV4Auth(keys, service, "us-east-1").add_auth(request)
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        connection.request(method, path, body, dict(request.headers.items()))
        answer = connection.getresponse()
        return answer.status, answer.headers.get("x-amzn-errortype"), answer.read()


@pytest.fixture
def raw(server):
    return Raw(server)


def refused(call, **asked):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**asked)
    error = caught.value.response
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"], error["Error"]["Message"]


def test_a_function_is_named_by_its_name_and_by_its_arn_with_colons_encoded_or_not(functions, function, raw):
    arn = arn_of(function)
    assert function["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert function["FunctionArn"] == arn
    # The SDK encodes the colons of an ARN, and the signature encodes what it has encoded.
    for named in (function["FunctionName"], arn, f"{ACCOUNT}:function:{function['FunctionName']}", f"{arn}:$LATEST"):
        assert functions.get_function(FunctionName=named)["Configuration"]["FunctionArn"].startswith(arn), named
    status, _, body = raw.send("GET", f"/2015-03-31/functions/{urllib.parse.quote(arn, safe=':')}")
    assert (status, json.loads(body)["Configuration"]["FunctionArn"]) == (200, arn)
    assert functions.list_tags(Resource=arn)["Tags"] == {}


def test_tags_travel_in_a_body_and_their_keys_in_a_query_string(functions, function):
    arn = arn_of(function)
    answer = functions.tag_resource(Resource=arn, Tags={"a b": "1", "c/ü": "2", "d+e": "3"})
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert functions.untag_resource(Resource=arn, TagKeys=["a b", "c/ü"])["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert functions.list_tags(Resource=arn)["Tags"] == {"d+e": "3"}


def test_a_payload_is_the_body_and_headers_say_the_rest(functions, function):
    answer = functions.invoke(FunctionName=arn_of(function), Payload=b'{"a":[1]}', LogType="Tail")
    assert json.loads(answer["Payload"].read()) == {"asked": {"a": [1]}, "version": "$LATEST"}
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert answer["LogResult"] and "FunctionError" not in answer
    assert functions.invoke(FunctionName=arn_of(function), InvocationType="DryRun")["StatusCode"] == 204
    assert functions.invoke(FunctionName=arn_of(function), InvocationType="Event")["StatusCode"] == 202


def test_a_payload_may_have_any_content_type(function, raw):
    path = f"/2015-03-31/functions/{function['FunctionName']}/invocations"
    # What curl sends by itself, and what an SDK of the query protocol would send.
    for content_type in ("application/x-www-form-urlencoded", "text/plain", "application/json"):
        status, _, body = raw.send("POST", path, b'{"a":1}', {"Content-Type": content_type})
        assert (status, json.loads(body)["asked"]) == (200, {"a": 1}), content_type


def test_a_slash_at_the_end_makes_no_difference(raw):
    for path in ("/2015-03-31/functions", "/2015-03-31/functions/", "/2015-03-31/functions/?MaxItems=1"):
        status, _, body = raw.send("GET", path)
        assert (status, "Functions" in json.loads(body)) == (200, True), path


def test_constraints_are_told_as_one_error_without_a_type(functions, raw):
    status, code, message = refused(functions.get_function, FunctionName="not a name", Qualifier="")
    assert (status, code) == (400, "ValidationException")
    assert message.startswith("3 validation errors detected: Value 'not a name' at 'functionName' failed to satisfy")
    assert "Value '' at 'qualifier' failed to satisfy constraint: Member must have length greater" in message
    status, code, body = raw.send("GET", "/2015-03-31/functions?MaxItems=0")
    assert (status, code, list(json.loads(body))) == (400, "ValidationException", ["message"])


def test_declared_errors_say_whose_fault_they_are(functions, raw):
    missing = f"missing-{uuid.uuid4().hex}"
    status, code, message = refused(functions.get_function, FunctionName=missing)
    assert (status, code) == (404, "ResourceNotFoundException")
    assert message == f"Function not found: arn:aws:lambda:us-east-1:{ACCOUNT}:function:{missing}"
    status, code, body = raw.send("GET", f"/2015-03-31/functions/{missing}")
    assert (status, code, json.loads(body)["Type"]) == (404, "ResourceNotFoundException", "User")


def test_what_is_not_signed_or_not_believed_is_refused_in_the_same_protocol(raw):
    path = "/2015-03-31/functions"
    assert raw.send("GET", path, signed=False) == (
        403,
        "MissingAuthenticationTokenException",
        b'{"message":"Missing Authentication Token"}',
    )
    status, code, body = raw.send("GET", path, secret="wrong")
    assert (status, code, list(json.loads(body))) == (403, "InvalidSignatureException", ["message"])
    status, code, body = raw.send("GET", path, service="secretsmanager")
    assert (status, code) == (403, "InvalidSignatureException"), body


def test_what_is_no_operation_is_refused(raw):
    for method, path in (("PATCH", "/2015-03-31/functions"), ("GET", "/2015-03-31/nothing")):
        assert raw.send(method, path) == (404, "UnknownOperationException", b"<UnknownOperationException/>\n")
        assert raw.send(method, path, signed=False)[:2] == (403, "MissingAuthenticationTokenException")


def test_odd_requests_get_an_answer(raw):
    for path in (
        "/2015-03-31/functions/%ff",
        "/2015-03-31/functions/%",
        "/2015-03-31/functions/..%2f..%2fetc",
        "/2015-03-31/functions/a?Qualifier=%c3",
        "/2015-03-31/functions?" + "a=b&" * 500,
        "/2015-03-31/functions?MaxItems=ten",
        "/2015-03-31/functions/a/policy/%00",
    ):
        status, code, _ = raw.send("GET" if "policy" not in path else "DELETE", path)
        assert (status, code) != (200, None) or "a=b" in path, path
        assert status < 500, path
    for body in (b"", b"no json", b"[]", b'{"FunctionName":1}', b"\xff", b'{"FunctionName":"a"' + b" " * 100_000):
        status, code, _ = raw.send("POST", "/2015-03-31/functions", body)
        assert (status, code in ("SerializationException", "ValidationException")) == (400, True), body[:20]


def test_a_large_archive_fits_and_one_that_is_too_large_is_refused_in_lambda_s_words(functions, role, server):
    made = make(functions, role, archive(ballast=30_000_000))
    assert made["CodeSize"] > 30_000_000
    body = b"x" * 70_167_212
    status, code, answer = Raw(server).send("POST", "/2015-03-31/functions", body)
    assert (status, code) == (413, "RequestEntityTooLargeException")
    assert json.loads(answer)["message"] == (
        "Request must be smaller than 70167211 bytes for the CreateFunction operation"
    )


def test_payloads_have_limits_of_their_own(functions, function):
    limit = 6 * 1024 * 1024
    status, code, message = refused(functions.invoke, FunctionName=function["FunctionName"], Payload=b" " * (limit + 1))
    assert (status, code) == (413, "RequestEntityTooLargeException")
    assert message == f"{limit + 1} byte payload is too large for the RequestResponse invocation type (limit {limit} bytes)"
    limit = 1024 * 1024
    asked = {"FunctionName": function["FunctionName"], "InvocationType": "Event", "Payload": b" " * (limit + 1)}
    status, code, message = refused(functions.invoke, **asked)
    assert (status, code) == (413, "RequestEntityTooLargeException")
    assert message == f"{limit + 1} byte payload is too large for the Event invocation type (limit {limit} bytes)"


def test_the_trail_and_the_log_see_neither_code_nor_variables_nor_payloads(server, functions, role):
    canary = f"canary{uuid.uuid4().hex}"
    made = make(functions, role, archive(), Environment={"Variables": {"NAME_OF": canary, f"N_{canary}": "x"}})
    functions.invoke(FunctionName=made["FunctionName"], Payload=json.dumps({"payload": canary}).encode())
    trail = client_of(server, "cloudtrail")
    attributes = [{"AttributeKey": "EventName", "AttributeValue": "CreateFunction20150331"}]
    deadline = time.monotonic() + 10
    while True:
        events = trail.lookup_events(LookupAttributes=attributes)["Events"]
        told = [json.loads(event["CloudTrailEvent"]) for event in events]
        # Calls that were refused may have no parameters.
        asked = [one for one in told if one.get("requestParameters")]
        found = [one for one in asked if one["requestParameters"].get("functionName") == made["FunctionName"]]
        if found or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    (one,) = found
    assert (one["requestParameters"]["code"], one["requestParameters"]["environment"]) == ({}, {})
    for file in [server.log, *server.data_dir.glob("trail/*")]:
        assert canary.encode() not in file.read_bytes(), file
