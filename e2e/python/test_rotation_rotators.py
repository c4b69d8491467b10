"""Rotation by the server's own rotators, under the names that AWS's functions have: real databases' passwords change, and
nobody gets more from them than the account allows."""

import json
import uuid

import pytest

from databases import ADMIN_PASSWORD
from rotation import NOT_COMPLETE, NOT_INVOCABLE, ROLE, Rotations, engines, own_rotator, rotator
from server import ACCOUNT, REGIONS
from sessions import refused


@pytest.fixture(scope="module")
def house(server):
    return Rotations(server)


@engines("postgres", "mysql", "mariadb", "redis")
def test_a_user_s_password_changes_and_the_old_one_is_refused(house, place):
    engine, database = place
    user, first = database.new_user()
    arn = house.secret(database.secret(user, first, engine=engine, note={"kept": [1, None]}))
    second = house.rotate(arn, rotator(engine))
    assert second == database.secret(user, second["password"], engine=engine, note={"kept": [1, None]})
    assert len(second["password"]) == 32 and not set("/@\"'\\") & set(second["password"])
    assert database.logs_in(user, second["password"]) and not database.logs_in(user, first)
    third = house.rotate(arn)
    assert database.logs_in(user, third["password"]) and not database.logs_in(user, second["password"])
    (latest, earlier) = house.attempts(arn)
    assert latest["Outcome"] == earlier["Outcome"] == "SUCCEEDED"
    for path in database.folder.glob("*.log"):
        told = path.read_text(errors="replace")
        assert second["password"] not in told and third["password"] not in told, path.name


@engines("postgres", "mysql", "mariadb", "redis")
def test_two_users_take_turns_and_the_one_before_still_logs_in(house, place):
    engine, database = place
    user, first = database.new_user()
    master = house.secret(database.secret(database.administrator, ADMIN_PASSWORD, engine=engine))
    house.let_rotators_read(master)
    arn = house.secret(database.secret(user, first, engine=engine, masterarn=master))
    second = house.rotate(arn, rotator(engine, is_alternating=True))
    assert second["username"] == f"{user}_clone"
    assert database.logs_in(second["username"], second["password"]) and database.logs_in(user, first)
    third = house.rotate(arn)
    assert third["username"] == user and database.logs_in(user, third["password"])
    assert not database.logs_in(user, first) and database.logs_in(second["username"], second["password"])


def test_nobody_borrows_a_superuser_by_writing_an_arn(house, postgres):
    user, first = postgres.new_user()
    master = house.secret(postgres.secret(postgres.administrator, ADMIN_PASSWORD))
    arn = house.secret(postgres.secret(user, first, masterarn=master))
    token = house.begin(arn, rotator("postgres", is_alternating=True))
    attempt = house.assert_untouched(arn, token, first, "setSecret")
    assert master in attempt["Error"] or "secretsmanager:GetSecretValue" in json.dumps(attempt)
    assert not postgres.admin(lambda cursor: cursor.execute(
        "SELECT 1 FROM pg_roles WHERE rolname = %s", (f"{user}_clone",)) or cursor.fetchone())  # fmt: skip
    # An administrator lets the role read it: asking again has the rotation go on.
    house.let_rotators_read(master)
    with refused("InvalidRequestException"):
        house.begin(arn)
    house.until_current(arn, token)
    assert postgres.logs_in(f"{user}_clone", house.value(arn)["password"])


def test_the_role_of_rotators_is_the_account_s(house, postgres):
    user, first = postgres.new_user()
    arn = house.secret(postgres.secret(user, first))
    house.rotate(arn, rotator("postgres"))
    role = house.iam.get_role(RoleName=ROLE)["Role"]
    assert role["Path"] == "/service-role/"
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "secretsmanager.amazonaws.com"}
    trail = house.client("cloudtrail")
    seen = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "PutSecretValue"}])
    told = [event["CloudTrailEvent"] for event in seen["Events"] if arn in event["CloudTrailEvent"]]
    assert told and all(f"assumed-role/{ROLE}/" in json.loads(event)["userIdentity"]["arn"] for event in told)


@pytest.mark.parametrize("region", [REGIONS[0], "ap-southeast-2"])
def test_a_rotator_is_there_in_any_region_without_being_made(house, postgres, region):
    user, first = postgres.new_user()
    arn = house.secret(postgres.secret(user, first))
    second = house.rotate(arn, own_rotator("SecretsManagerRDSPostgreSQLRotationSingleUser", region))
    assert postgres.logs_in(user, second["password"])


@pytest.mark.own_server
def test_a_function_of_the_account_s_own_comes_before_the_rotator_of_its_name(own_server):
    house = Rotations(own_server())
    code = "def handler(event, context):\n    raise ValueError('our own')\n"
    name = "SecretsManagerRDSPostgreSQLRotationSingleUser"
    function = house.function("app.handler", {"app.py": code}, name=name)
    assert function == own_rotator(name)
    arn = house.secret({"password": "first"})
    house.begin(arn, function)
    assert [step["Step"] for step in house.until_failed(arn)["Steps"]] == ["createSecret"]
    assert house.logged(function, "ValueError", at_least=1)


def test_a_name_that_nobody_has_is_no_rotator_s(house):
    arn = house.secret({"password": "first"})
    with refused("AccessDeniedException", NOT_INVOCABLE):
        house.begin(arn, own_rotator(f"SecretsManagerNobody-{uuid.uuid4().hex}"))
    assert "RotationEnabled" not in house.secrets.describe_secret(SecretId=arn)


@engines("postgres", "mysql", "mariadb", "redis")
@pytest.mark.parametrize("lacking", ["host", "username", "password"])
def test_a_secret_that_lacks_a_key_fails_and_says_which(house, place, lacking):
    engine, database = place
    user, first = database.new_user()
    value = database.secret(user, first, engine=engine)
    del value[lacking]
    arn = house.secret(value)
    house.begin(arn, rotator(engine))
    attempt = house.until_failed(arn)
    assert f"{lacking} key is missing from secret JSON" in attempt["Error"]
    assert house.value(arn) == value and database.logs_in(user, first)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "169.254.169.254", "0.0.0.0", "224.0.0.1"])
def test_a_host_that_is_no_database_s_fails_at_once(house, postgres, host):
    user, first = postgres.new_user()
    arn = house.secret(postgres.secret(user, first, host=host))
    token = house.begin(arn, rotator("postgres"))
    house.assert_untouched(arn, token, first, "setSecret")


def test_the_server_s_own_door_is_no_database_s(house, postgres, server):
    user, first = postgres.new_user()
    arn = house.secret(postgres.secret(user, first, port=server.port))
    token = house.begin(arn, rotator("postgres"))
    house.assert_untouched(arn, token, first, "setSecret")


@engines("postgres", "mysql", "mariadb")
def test_a_certificate_that_nobody_signed_for_ends_the_rotation(house, place):
    engine, database = place
    user, first = database.new_user()
    arn = house.secret(database.secret(user, first, engine=engine, ssl=True))
    token = house.begin(arn, rotator(engine))
    house.assert_untouched(arn, token, first, "setSecret")
    assert database.logs_in(user, first)


@engines("postgres", "mysql", "mariadb", "redis")
def test_a_password_that_is_wrong_already_stays_what_it_is(house, place):
    engine, database = place
    user, first = database.new_user()
    arn = house.secret(database.secret(user, "not-the-password", engine=engine))
    token = house.begin(arn, rotator(engine))
    house.assert_untouched(arn, token, "not-the-password", "setSecret")
    assert database.logs_in(user, first)


@engines("postgres", "mysql", "mariadb", "redis")
def test_a_rotation_that_may_not_finish_leaves_the_current_password_valid(house, place):
    engine, database = place
    user, first = database.new_user()
    arn = house.secret(database.secret(user, first, engine=engine))
    rotators = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/service-role/{ROLE}"}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:UpdateSecretVersionStage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**deny, "Condition": rotators}]})
    house.secrets.put_resource_policy(SecretId=arn, ResourcePolicy=policy)

    token = house.begin(arn, rotator(engine))
    attempt = house.until_failed(arn)
    assert [(step["Step"], "Error" in step) for step in attempt["Steps"]] == [
        ("createSecret", False), ("setSecret", False), ("testSecret", False), ("finishSecret", True), ("undoSecret", False),
    ]  # fmt: skip
    assert house.value(arn)["password"] == first and database.logs_in(user, first)

    house.secrets.delete_resource_policy(SecretId=arn)
    with pytest.raises(house.secrets.exceptions.InvalidRequestException, match=NOT_COMPLETE):
        house.begin(arn)
    house.until_current(arn, token)
    assert database.logs_in(user, house.value(arn)["password"]) and not database.logs_in(user, first)


def test_a_user_that_may_not_change_its_password_keeps_it(house, redis_server):
    user, first = f"app_{uuid.uuid4().hex[:8]}", f"first-{uuid.uuid4().hex}"
    redis_server.admin(lambda client: client.execute_command("ACL", "SETUSER", user, "on", f">{first}", "+ping", "~*"))
    arn = house.secret(redis_server.secret(user, first))
    token = house.begin(arn, rotator("redis"))
    house.assert_untouched(arn, token, first, "setSecret")
    assert redis_server.logs_in(user, first)


def test_what_is_no_json_cannot_be_rotated(house):
    name = f"rotation/{uuid.uuid4().hex}"
    arn = house.secrets.create_secret(Name=name, SecretString="just-a-word-of-mine")["ARN"]
    house.begin(arn, rotator("postgres"))
    attempt = house.until_failed(arn)
    assert attempt["Error"] and "just-a-word-of-mine" not in json.dumps(attempt, default=str)


def test_an_ssh_key_and_a_signing_key_turn(house):
    ssh = house.secret({"comment": "deploy@story"})
    one = house.rotate(ssh, own_rotator("KeepwellSshKeyRotation"))
    two = house.rotate(ssh)
    assert one["comment"] == two["comment"] == "deploy@story"
    assert one != two and any("OPENSSH PRIVATE KEY" in str(value) for value in two.values())
    jwt = house.secret({})
    one = house.rotate(jwt, own_rotator("KeepwellJwtKeyRotation"))
    two = house.rotate(jwt)
    assert one != two
