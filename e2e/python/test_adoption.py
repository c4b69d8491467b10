"""Databases that the server adopts: their passwords are kept and changed without a function, and given back on request; and
the command that tells what became of rotations."""

import json
import os
import time
import uuid

import pytest

from deployment import assert_refused, call
from rotation import Rotations, engines
from server import ACCOUNT, keepwell
from sessions import allow, refused

PREFIX = "keepwell!"


@pytest.fixture(scope="module")
def house(server):
    return Rotations(server)


def run(house, *arguments, password=None, **options):
    """A command as a person runs it, who types this password."""
    if password is None:
        return keepwell(*arguments, env=house.server.environment(), **options)
    read, write = os.pipe()
    os.write(write, password.encode())
    os.close(write)
    try:
        return keepwell(*arguments, "--password-fd", read, env=house.server.environment(), pass_fds=(read,), **options)
    finally:
        os.close(read)


def adopt(house, database, user, password, *more, engine=None, name=None):
    """The secret's ARN."""
    name = name or f"adopted/{uuid.uuid4().hex}"
    place = ("--engine", engine or database.engine, "--host", database.host, "--port", database.port)
    told = run(house, "adopt", name, *place, "--username", user, "--json", *more, password=password)
    assert told.returncode == 0, told.stderr
    adopted = json.loads(told.stdout)
    assert adopted["Name"] == PREFIX + name
    return adopted["ARN"]


def until_rotated(house, arn, password, seconds=60):
    """Waits until the current password is another one, and no attempt is under way."""
    deadline = time.monotonic() + seconds
    while house.value(arn)["password"] == password or house.is_under_way(arn):
        assert time.monotonic() < deadline, f"not rotated: {house.attempts(arn)}"
        time.sleep(0.05)
    return house.secrets.describe_secret(SecretId=arn)


@engines("postgres", "mysql", "mariadb", "redis")
def test_an_adopted_database_gets_a_password_that_nobody_else_knows(house, place):
    engine, database = place
    user, first = database.new_user()
    arn = adopt(house, database, user, first, "--every", 30, engine=engine)
    described = until_rotated(house, arn, first)
    value = house.value(arn)
    assert value | {"password": ""} == database.secret(user, "", engine=engine)
    assert value["password"] != first and database.logs_in(user, value["password"])
    assert engine == "redis" or not database.logs_in(user, first)  # Redis users keep the last two passwords
    assert (described["RotationEnabled"], described["OwningService"]) == (True, "keepwell")
    assert described["RotationRules"]["AutomaticallyAfterDays"] == 30
    assert "RotationLambdaARN" not in described


def test_only_the_server_changes_what_it_owns(house, postgres):
    user, first = postgres.new_user()
    arn = adopt(house, postgres, user, first)
    until_rotated(house, arn, first)
    secrets = house.secrets
    for change in (
        lambda: secrets.put_secret_value(SecretId=arn, SecretString="mine", ClientRequestToken=str(uuid.uuid4())),
        lambda: secrets.update_secret(SecretId=arn, Description="mine", ClientRequestToken=str(uuid.uuid4())),
        lambda: secrets.delete_secret(SecretId=arn),
        lambda: secrets.tag_resource(SecretId=arn, Tags=[{"Key": "k", "Value": "v"}]),
        lambda: secrets.untag_resource(SecretId=arn, TagKeys=["k"]),
    ):
        with refused("InvalidRequestException"):
            change()
    # A rotation may be asked for.
    before = house.value(arn)["password"]
    secrets.rotate_secret(SecretId=arn, ClientRequestToken=str(uuid.uuid4()))
    until_rotated(house, arn, before)


def test_a_released_secret_is_an_ordinary_one(house, postgres):
    user, first = postgres.new_user()
    arn = adopt(house, postgres, user, first)
    until_rotated(house, arn, first)
    told = run(house, "release", arn)
    assert told.returncode == 0, told.stderr
    assert "is an ordinary secret now, and is not rotated any more." in told.stdout
    described = house.secrets.describe_secret(SecretId=arn)
    assert not described["RotationEnabled"] and "OwningService" not in described
    assert postgres.logs_in(user, house.value(arn)["password"])
    house.secrets.put_secret_value(SecretId=arn, SecretString="mine", ClientRequestToken=str(uuid.uuid4()))
    again = run(house, "release", arn)
    assert again.returncode != 0 and "InvalidRequestException" in again.stderr


def test_what_does_not_log_in_is_not_adopted_and_not_told_of(house, postgres):
    user, first = postgres.new_user()
    wrong = f"wrong-{uuid.uuid4().hex}"
    name = f"adopted/{uuid.uuid4().hex}"
    place = ("--engine", "postgres", "--host", postgres.host, "--port", postgres.port)
    told = run(house, "adopt", name, *place, "--username", user, password=wrong)
    assert told.returncode != 0
    assert "The user cannot log in to the database" in told.stderr
    with refused("ResourceNotFoundException"):
        house.secrets.describe_secret(SecretId=PREFIX + name)
    assert postgres.logs_in(user, first)
    for text in (told.stderr, house.server.log.read_text(errors="replace")):
        assert wrong not in text
    unknown = run(house, "adopt", name, "--engine", "oracle", "--host", "h", "--username", "u", password="x")
    assert "There is no rotator for databases of the engine oracle." in unknown.stderr


def test_adopting_takes_the_right_to_it_and_to_what_it_does(house, postgres):
    user, first = postgres.new_user()
    members = {
        "Name": f"adopted/{uuid.uuid4().hex}", "Engine": "postgres", "Host": postgres.host, "Port": postgres.port,
        "Username": user, "Password": first,
    }  # fmt: skip
    creator = house.user(allow("secretsmanager:*", "lambda:InvokeFunction"))
    answer = call(house.server, "AdoptDatabase", members, creator.credentials)
    assert_refused(answer, "AccessDeniedException", "keepwell:AdoptDatabase")
    adopter = house.user(allow("keepwell:AdoptDatabase"))
    answer = call(house.server, "AdoptDatabase", members, adopter.credentials)
    assert_refused(answer, "AccessDeniedException", "secretsmanager:CreateSecret")
    assert postgres.logs_in(user, first)


def test_rotations_are_told_to_a_person(house, postgres):
    user, first = postgres.new_user()
    arn = adopt(house, postgres, user, first)
    until_rotated(house, arn, first)
    told = run(house, "rotations", arn)
    assert told.returncode == 0, told.stderr
    head, _, heading, attempt, *steps = told.stdout.splitlines()
    assert head == arn and heading.split() == ["STARTED", "WHAT", "TOOK", "HOW", "IT", "ENDED"]
    assert "rotation 1, asked for" in attempt and attempt.endswith("succeeded")
    assert [step.split()[0] for step in steps] == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    in_json = json.loads(run(house, "rotations", arn, "--json", "--last", 1).stdout)
    assert [each["Outcome"] for each in in_json["Attempts"]] == ["SUCCEEDED"]


def test_rotations_of_a_secret_that_has_none_and_of_none(house, arn):
    told = run(house, "rotations", arn)
    assert (told.returncode, told.stdout) == (0, f"{arn}\n\nIt was never rotated.\n")
    missing = run(house, "rotations", f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:none-AbCdEf")
    assert missing.returncode != 0 and "ResourceNotFoundException" in missing.stderr
