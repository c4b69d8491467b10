"""What else a caller needs beside the right to read a function, and what the function's policy cannot let others do."""

import io
import json
import uuid
import zipfile

import pytest

from server import ACCOUNT
from sessions import Credentials, House, allow, document, not_authorized, refused
from wire import Signer, Wire


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def aws(house):
    return house.client("lambda")


@pytest.fixture(scope="module")
def role(house):
    name = f"functions-{uuid.uuid4().hex[:12]}"
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return house.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]


@pytest.fixture
def function(aws, role):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writer:
        writer.writestr("app.py", "handler = print\n")
    return aws.create_function(
        FunctionName=f"story-{uuid.uuid4().hex[:16]}", Role=role, Runtime="python3.12", Handler="app.handler",
        Code={"ZipFile": packed.getvalue()}, Tags={"team": "core"},
    )  # fmt: skip


def test_tags_are_told_with_the_function_to_who_may_list_them(house, aws, function):
    name, arn = function["FunctionName"], function["FunctionArn"]
    told = aws.get_function(FunctionName=name)
    assert told["Tags"] == {"team": "core"} and "TagsError" not in told
    reader = house.user(allow("lambda:GetFunction"))
    told = house.client("lambda", reader.credentials).get_function(FunctionName=name)
    assert told["Configuration"]["FunctionArn"] == arn and "Tags" not in told
    error = told["TagsError"]
    assert error["ErrorCode"] == "AccessDeniedException"
    assert error["Message"].startswith(not_authorized(reader.arn, "lambda:ListTags", arn))


def test_another_description_makes_no_other_version(aws, function):
    name = function["FunctionName"]
    first = aws.publish_version(FunctionName=name, Description="first")
    again = aws.publish_version(FunctionName=name, Description="another")
    assert (first["Version"], again["Version"], again["Description"]) == ("1", "1", "first")
    aws.update_function_configuration(FunctionName=name, Description="of the function")
    assert aws.publish_version(FunctionName=name)["Version"] == "2"


def test_who_is_let_in_from_another_account_changes_neither_the_policy_nor_the_role(server, house, aws, function):
    wire = Wire(server)
    headers = wire.headers("CreateAccount") | {"X-Amz-Target": "Keepwell.CreateAccount"}
    asked = {"Name": f"story {uuid.uuid4().hex[:8]}"}
    made = json.loads(wire.call("CreateAccount", asked, headers=headers, signer=Signer(service="keepwell")).body)
    key, theirs = made["RootAccessKey"], made["Account"]["Id"]
    assert theirs != ACCOUNT
    other = house.client("lambda", Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
    name, arn = function["FunctionName"], function["FunctionArn"]
    aws.add_permission(FunctionName=name, StatementId="them", Action="lambda:*", Principal=theirs)
    assert other.get_function_configuration(FunctionName=arn)["FunctionName"] == name
    assert other.publish_version(FunctionName=arn)["Version"] == "1"
    keeps_out(theirs, arn, "AddPermission", other.add_permission, StatementId="all", Action="lambda:*", Principal="*")
    keeps_out(theirs, arn, "RemovePermission", other.remove_permission, StatementId="them")
    keeps_out(theirs, arn, "UpdateFunctionConfiguration", other.update_function_configuration, Timeout=9)


def keeps_out(account, arn, operation, call, **asked):
    told = not_authorized(f"arn:aws:iam::{account}:root", f"lambda:{operation}", arn)
    with refused("AccessDeniedException", containing=told, status=403):
        call(FunctionName=arn, **asked)
