"""Rotation by customers' functions: those that follow AWS's templates change real databases' passwords, and those that fail
leave AWSCURRENT as it was.

A rotation counts when the new password differs and logs in, and the old one is refused, or still works where users alternate.
"""

import json
import re
import uuid

import pytest

from databases import ADMIN_PASSWORD
from rotation import NOT_COMPLETE, NOT_INVOCABLE, STEPS, Rotations, engines, template
from server import ACCOUNT, REGIONS
from sessions import refused

MODULES = {"postgres": "for_postgres", "mysql": "for_mysql", "mariadb": "for_mysql", "redis": "for_redis"}


@pytest.fixture(scope="module")
def house(server):
    return Rotations(server)


@engines("postgres", "mysql", "mariadb", "redis")
def test_a_function_like_the_template_for_one_user_rotates_twice(house, place):
    engine, database = place
    user, first = database.new_user()
    arn = house.secret(database.secret(user, first, engine=engine, note="kept"))
    function = house.function(f"{MODULES[engine]}.single")
    second = house.rotate(arn, function)
    assert second == database.secret(user, second["password"], engine=engine, note="kept")
    assert second["password"] != first and database.logs_in(user, second["password"])
    if engine != "redis":  # its users keep the last two passwords
        assert not database.logs_in(user, first)
    third = house.rotate(arn)
    assert third["password"] not in (first, second["password"]) and database.logs_in(user, third["password"])
    assert not database.logs_in(user, first)
    assert engine == "redis" or not database.logs_in(user, second["password"])


@engines("postgres", "mysql", "mariadb")
def test_a_function_like_the_template_for_two_users_keeps_the_one_before(house, place):
    engine, database = place
    user, first = database.new_user()
    master = house.secret(database.secret(database.administrator, ADMIN_PASSWORD, engine=engine))
    arn = house.secret(database.secret(user, first, engine=engine, masterarn=master))
    second = house.rotate(arn, house.function(f"{MODULES[engine]}.alternating"))
    assert second["username"] == f"{user}_clone"
    assert database.logs_in(second["username"], second["password"]) and database.logs_in(user, first)
    third = house.rotate(arn)
    assert third["username"] == user and third["password"] != first
    assert database.logs_in(user, third["password"]) and not database.logs_in(user, first)
    assert database.logs_in(second["username"], second["password"])


def test_a_function_reaches_a_database_over_tls(house, strict_postgres):
    database = strict_postgres
    user, first = database.new_user()
    arn = house.secret(database.secret(user, first, ssl="true"))
    files = template(**{"ca.pem": database.authority.bundle.read_text()})
    second = house.rotate(arn, house.function("for_postgres.single", files))
    assert database.logs_in(user, second["password"])
    assert not database.logs_in(user, first)


def test_a_certificate_that_nobody_signed_for_ends_the_rotation(house, postgres):
    user, first = postgres.new_user()
    arn = house.secret(postgres.secret(user, first, ssl="true"))
    token = house.begin(arn, house.function("for_postgres.single"))
    house.assert_untouched(arn, token, first, "setSecret")
    assert postgres.logs_in(user, first)


RECORDER = """
import boto3, json, os, time
def handler(event, context):
    client = boto3.client("secretsmanager")
    step, arn, token = event["Step"], event["SecretId"], event["ClientRequestToken"]
    print("EVENT", json.dumps({key: value for key, value in event.items() if key != "RotationToken"}))
    print("KEYS", sorted(event), len(event["RotationToken"]), type(context.aws_request_id).__name__)
    if step == os.environ.get("AT"):
        {failure}
    if step == "createSecret":
        try:
            client.get_secret_value(SecretId=arn, VersionId=token, VersionStage="AWSPENDING")
        except client.exceptions.ResourceNotFoundException:
            client.put_secret_value(SecretId=arn, ClientRequestToken=token, SecretString=json.dumps({"password": token[::-1]}),
                                    VersionStages=["AWSPENDING"], RotationToken=event["RotationToken"])
    if step == "finishSecret":
        told = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
        current = next(version for version, stages in told.items() if "AWSCURRENT" in stages)
        if current != token:
            client.update_secret_version_stage(SecretId=arn, VersionStage="AWSCURRENT", MoveToVersionId=token,
                                               RemoveFromVersionId=current)
"""


def recorder(failure="pass"):
    return {"app.py": RECORDER.replace("{failure}", failure)}


def test_four_steps_come_with_the_event_that_aws_sends(house):
    arn, function = house.secret({"password": "first"}), house.function("app.handler", recorder())
    token = house.begin(arn, function)
    house.until_current(arn, token)
    told = [json.loads(line.split("EVENT ", 1)[1]) for line in house.logged(function, "EVENT", len(STEPS))]
    assert told == [{"Step": step, "SecretId": arn, "ClientRequestToken": token} for step in STEPS]
    for line in house.logged(function, "KEYS", len(STEPS)):
        keys, length, _ = re.search(r"KEYS (\[.*\]) (\d+) (\w+)", line).groups()
        assert keys == "['ClientRequestToken', 'RotationToken', 'SecretId', 'Step']" and 36 <= int(length) <= 256
    stages = house.stages(arn)
    assert stages["AWSCURRENT"] == stages["AWSPENDING"] == token
    shown = house.secrets.describe_secret(SecretId=arn)
    assert shown["RotationEnabled"] is True and shown["RotationLambdaARN"] == function and shown["LastRotatedDate"]
    (attempt,) = house.attempts(arn)
    assert attempt["Outcome"] == "SUCCEEDED" and [step["Step"] for step in attempt["Steps"]] == list(STEPS)
    assert house.events("RotationStarted", arn) and house.events("RotationSucceeded", arn)


FAILURES = {
    "raises": "raise ValueError('the database said no')",
    "leaves": "os._exit(0)",
    "crashes": "os._exit(7)",
    "hangs": "time.sleep(60)",
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("way", FAILURES)
def test_a_function_that_fails_leaves_the_value_as_it_was_and_recovers(house, way, step):
    arn = house.secret({"password": "the-first"})
    function = house.function("app.handler", recorder(FAILURES[way]), timeout=3, AT=step)
    token = house.begin(arn, function)
    house.assert_untouched(arn, token, "the-first", step)
    # Once it is repaired, asking again is refused, and has the same version tried again at once.
    house.functions.update_function_configuration(FunctionName=function, Environment={"Variables": {"AT": "never"}})
    house.functions.get_waiter("function_updated_v2").wait(FunctionName=function)
    with refused("InvalidRequestException", NOT_COMPLETE):
        house.begin(arn)
    house.until_current(arn, token)
    assert house.value(arn) == {"password": token[::-1]}


def test_a_function_that_only_says_that_it_is_done_has_failed(house):
    arn = house.secret({"password": "the-first"})
    token = house.begin(arn, house.function("app.handler", recorder("return"), AT="finishSecret"))
    attempt = house.until_failed(arn)
    assert attempt["Outcome"] == "FAILED" and attempt["Error"]
    assert house.value(arn) == {"password": "the-first"} and house.stages(arn)["AWSPENDING"] == token


def test_a_label_that_is_taken_away_abandons_the_rotation(house):
    arn = house.secret({"password": "the-first"})
    take = (
        "client.update_secret_version_stage(SecretId=arn, VersionStage='AWSPENDING', RemoveFromVersionId=token); return"
    )
    house.begin(arn, house.function("app.handler", recorder(take), AT="setSecret"))
    assert house.until_failed(arn)["Outcome"] == "ABANDONED"
    assert house.value(arn) == {"password": "the-first"}
    house.rotate(arn, house.function("app.handler", recorder()))


def test_a_value_by_hand_ends_a_rotation_that_is_stuck(house):
    arn = house.secret({"password": "the-first"})
    house.begin(arn, house.function("app.handler", recorder("raise ValueError('no')"), AT="setSecret"))
    house.until_failed(arn)
    house.secrets.put_secret_value(SecretId=arn, SecretString='{"password": "by-hand"}')
    assert house.events("RotationAbandoned", arn)
    assert "AWSPENDING" not in house.stages(arn)
    house.rotate(arn, house.function("app.handler", recorder()))


def test_a_rotation_that_runs_is_not_begun_again_and_one_that_has_ended_is(house):
    arn = house.secret({"password": "the-first"})
    function = house.function("app.handler", recorder("time.sleep(2)"), AT="testSecret")
    token = house.begin(arn, function)
    with refused("InvalidRequestException", NOT_COMPLETE):
        house.begin(arn)
    house.until_current(arn, token)
    house.rotate(arn)


def test_a_function_that_does_not_admit_the_service_changes_nothing(house):
    arn = house.secret({"password": "the-first"})
    nowhere = f"arn:aws:lambda:{REGIONS[0]}:{ACCOUNT}:function:nowhere-{uuid.uuid4().hex}"
    for function in (house.function("app.handler", recorder(), is_admitted=False), nowhere):
        with refused("AccessDeniedException", NOT_INVOCABLE):
            house.begin(arn, function)
    told = house.secrets.describe_secret(SecretId=arn)
    assert not {"RotationEnabled", "RotationLambdaARN", "RotationRules", "NextRotationDate"} & told.keys()
    assert list(told["VersionIdsToStages"].values()) == [["AWSCURRENT"]]


@pytest.mark.parametrize("lacking", ["engine", "host", "username", "password"])
def test_a_secret_that_lacks_a_key_fails_where_it_is_needed(house, postgres, lacking):
    user, first = postgres.new_user()
    value = postgres.secret(user, first)
    del value[lacking]
    arn = house.secret(value)
    house.begin(arn, house.function("for_postgres.single"))
    attempt = house.until_failed(arn)
    assert [step["Step"] for step in attempt["Steps"]] == ["createSecret"]
    assert house.value(arn) == value and postgres.logs_in(user, first)


def test_a_host_that_does_not_resolve_fails_the_rotation(house, postgres):
    user, first = postgres.new_user()
    arn = house.secret(postgres.secret(user, first, host="no-such-host.invalid"))
    token = house.begin(arn, house.function("for_postgres.single"))
    house.assert_untouched(arn, token, first, "setSecret")


def test_a_cancelled_rotation_stays_as_it_is_until_it_is_asked_for_again(house):
    arn = house.secret({"password": "the-first"})
    house.rotate(arn, house.function("app.handler", recorder()), RotationRules={"AutomaticallyAfterDays": 30})
    assert house.secrets.describe_secret(SecretId=arn)["NextRotationDate"]
    house.secrets.cancel_rotate_secret(SecretId=arn)
    told = house.secrets.describe_secret(SecretId=arn)
    assert told["RotationEnabled"] is False and "NextRotationDate" not in told
    assert told["RotationRules"] == {"AutomaticallyAfterDays": 30}
    house.rotate(arn)
    assert house.secrets.describe_secret(SecretId=arn)["RotationEnabled"] is True


def test_only_the_test_is_run_where_the_rotation_is_to_wait(house):
    arn = house.secret({"password": "the-first"})
    function = house.function("app.handler", recorder())
    house.secrets.rotate_secret(
        SecretId=arn, ClientRequestToken=str(uuid.uuid4()), RotationLambdaARN=function, RotateImmediately=False,
        RotationRules={"ScheduleExpression": "cron(0 8 1 * ? *)", "Duration": "2h"},
    )  # fmt: skip
    assert house.events("TestRotationSucceeded", arn)
    assert list(house.stages(arn)) == ["AWSCURRENT"] and house.value(arn) == {"password": "the-first"}
    (attempt,) = house.attempts(arn)
    assert [step["Step"] for step in attempt["Steps"]] == ["testSecret"]
    rules = house.secrets.describe_secret(SecretId=arn)["RotationRules"]
    assert rules == {"AutomaticallyAfterDays": 31, "ScheduleExpression": "cron(0 8 1 * ? *)", "Duration": "2h"}
