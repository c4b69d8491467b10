"""What an operator decides about rotation: which certificates count, where rotators may go, rules by tag, and looking whether
AWSCURRENT still logs in."""

import time
import uuid

import pytest

from rotation import Rotations, engines, own_rotator, rotator
from sessions import refused, tag

pytestmark = pytest.mark.own_server


def test_a_rotator_goes_over_tls_to_a_certificate_that_the_operator_trusts(own_server, strict_postgres):
    database = strict_postgres
    house = Rotations(own_server(arguments=("--rotation-ca-bundle", database.authority.bundle)))
    user, first = database.new_user()
    arn = house.secret(database.secret(user, first, ssl=True))
    second = house.rotate(arn, rotator("postgres"))
    assert database.logs_in(user, second["password"]) and not database.logs_in(user, first)


@engines("mysql", "mariadb")
def test_nothing_goes_without_tls_where_the_operator_wants_it(own_server, place):
    engine, database = place
    house = Rotations(own_server(arguments=("--rotation-require-tls", "--rotation-ca-bundle", database.authority.bundle)))
    user, first = database.new_user()
    arn = house.secret(database.secret(user, first, engine=engine, ssl=False))
    second = house.rotate(arn, rotator(engine))
    assert database.logs_in(user, second["password"]) and not database.logs_in(user, first)


def test_rotators_go_only_where_the_operator_lets_them(own_server, postgres):
    house = Rotations(own_server(arguments=("--rotation-allowed-targets", "db.example.com:5432")))
    user, first = postgres.new_user()
    arn = house.secret(postgres.secret(user, first))
    token = house.begin(arn, rotator("postgres"))
    house.assert_untouched(arn, token, first, "setSecret")


def test_a_tag_brings_rules_and_a_limit(own_server):
    profile = "class=pci => cron(0 4 1 * ? *); duration=3h; max=40d"
    house = Rotations(own_server(arguments=("--rotation-profiles", profile)))
    name = f"rotation/{uuid.uuid4().hex}"
    arn = house.secrets.create_secret(Name=name, SecretString="{}", Tags=[tag("class", "pci")])["ARN"]
    function = own_rotator("KeepwellSshKeyRotation")
    with refused("InvalidParameterException"):
        house.begin(arn, function, RotationRules={"AutomaticallyAfterDays": 41})
    house.rotate(arn, function)
    told = house.secrets.describe_secret(SecretId=arn)
    assert told["RotationRules"]["ScheduleExpression"] == "cron(0 4 1 * ? *)"
    assert told["NextRotationDate"].strftime("%d %H:%M:%S") == "01 06:59:59"


def test_a_password_that_was_changed_elsewhere_is_noticed(own_server, postgres):
    house = Rotations(own_server(arguments=("--rotation-check-interval", "3s")))
    user, first = postgres.new_user()
    arn = house.secret(postgres.secret(user, first))
    house.rotate(arn, rotator("postgres"))
    assert until(lambda: checks(house, arn, "SUCCEEDED"))
    postgres.admin(lambda cursor: cursor.execute(f"ALTER ROLE {user} WITH PASSWORD 'by-hand'"))
    assert until(lambda: checks(house, arn, "FAILED"))
    assert "AWSCURRENT" in house.stages(arn)


def checks(house, arn, outcome):
    return [each for each in house.attempts(arn) if each["Kind"] == "CHECK" and each["Outcome"] == outcome]


def until(found, seconds=30):
    deadline = time.monotonic() + seconds
    while not found() and time.monotonic() < deadline:
        time.sleep(0.2)
    return found()
