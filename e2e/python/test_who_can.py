"""Who can use a secret: everybody who can is listed, by which statements and under which conditions, and nobody else."""

import itertools
import uuid

import pytest

from deployment import Account, ask, assert_refused, call
from server import ACCOUNT, REGIONS, keepwell
from sessions import ROOT, House, allow, deny, document, refused, tag, trust

GET = "secretsmanager:GetSecretValue"
FROM_OFFICE = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def other(server):
    return Account(server, "who can")


def who(server, secret, action=None, credentials=ROOT):
    """Everybody who can, by ARN."""
    members = {"SecretId": secret} | ({"Action": action} if action else {})
    principals = ask(server, "WhoCan", members, credentials)["Principals"]
    by_arn = {principal["Arn"]: principal for principal in principals}
    assert len(by_arn) == len(principals), principals
    return by_arn


def statements(principal):
    """Each statement that is told, short."""
    return [
        (told["PolicyType"], told["Effect"], told.get("Sid"), [c["Key"] for c in told.get("Conditions", [])])
        for told in principal["Statements"]
    ]


def test_root_and_whomever_policies_allow_are_listed_and_nobody_else(server, house, arn):
    reader = house.user(allow(GET, on=arn, Sid="ReadsIt"))
    nobody, elsewhere = house.user(), house.user(allow(GET, on=f"{arn}x"))
    robot = house.role(trust(), allow("secretsmanager:*"))
    can = who(server, arn)
    root = can[f"arn:aws:iam::{ACCOUNT}:root"]
    assert (root["Kind"], root["Access"], root["Statements"]) == ("ROOT", "ALWAYS", [])
    assert (root["Account"], root["AccountName"], root["IsOnServer"]) == (ACCOUNT, "first account", True)
    assert (can[reader.arn]["Kind"], can[reader.arn]["Access"]) == ("USER", "ALWAYS")
    [statement] = can[reader.arn]["Statements"]
    assert statement == {
        "Policy": f"{reader.arn}/own",
        "PolicyType": "user",
        "Layer": "IDENTITY",
        "Number": 1,
        "Sid": "ReadsIt",
        "Effect": "Allow",
    }
    assert (can[robot.arn]["Kind"], can[robot.arn]["Access"]) == ("ROLE", "ALWAYS")
    assert {nobody.arn, elsewhere.arn}.isdisjoint(can)
    administrator = can[f"arn:aws:iam::{ACCOUNT}:user/administrator"]
    assert administrator["Statements"][0]["Policy"] == "arn:aws:iam::aws:policy/AdministratorAccess"


def test_the_answer_names_the_secret_and_the_action(server, arn, name):
    told = ask(server, "WhoCan", {"SecretId": name})
    assert (told["ARN"], told["Name"], told["Action"]) == (arn, name, GET)


def test_each_action_has_its_own(server, house, arn):
    writer = house.user(allow("secretsmanager:PutSecretValue", on=arn))
    assert writer.arn not in who(server, arn)
    assert writer.arn in who(server, arn, "secretsmanager:PutSecretValue")


def test_what_depends_on_the_request_is_told_as_a_condition(server, house, arn):
    office = house.user(allow(GET, Sid="Office", Condition=FROM_OFFICE))
    guarded = house.user(
        allow(GET), deny("*", Sid="NoPlaintext", Condition={"Bool": {"aws:SecureTransport": "false"}})
    )
    staged = house.user(allow(GET, Condition={"StringEquals": {"secretsmanager:VersionStage": "AWSPREVIOUS"}}))
    can = who(server, arn)
    assert (can[office.arn]["Access"], can[guarded.arn]["Access"]) == ("CONDITIONAL", "CONDITIONAL")
    assert statements(can[office.arn]) == [("user", "Allow", "Office", ["aws:SourceIp"])]
    assert ("user", "Deny", "NoPlaintext", ["aws:SecureTransport"]) in statements(can[guarded.arn])
    assert statements(can[staged.arn]) == [("user", "Allow", None, ["secretsmanager:VersionStage"])]


def test_what_holds_always_makes_what_holds_sometimes_unsaid(server, house, arn):
    user = house.user(allow(GET, Sid="Office", Condition=FROM_OFFICE), allow(GET, Sid="Anywhere"))
    principal = who(server, arn)[user.arn]
    assert principal["Access"] == "ALWAYS"
    assert [told["Sid"] for told in principal["Statements"]] == ["Anywhere"]


def test_tags_of_users_and_secrets_are_known_and_those_of_sessions_are_not(server, house, secretsmanager, arn):
    secretsmanager.tag_resource(SecretId=arn, Tags=[tag("Team", "blue")])
    same_team = allow(GET, Condition={"StringEquals": {"aws:ResourceTag/Team": "${aws:PrincipalTag/Team}"}})
    blue, red = (house.user(same_team, tags=[tag("Team", colour)]) for colour in ("blue", "red"))
    session = house.role(trust(), same_team, tags=[tag("Team", "blue")])
    can = who(server, arn)
    assert can[blue.arn]["Access"] == "ALWAYS"
    assert red.arn not in can
    assert (can[session.arn]["Access"], statements(can[session.arn])[0][3]) == ("CONDITIONAL", ["aws:ResourceTag/Team"])


def test_a_boundary_takes_people_off_the_list(server, house, arn):
    bounded, free = house.user(allow(GET)), house.user(allow(GET))
    only_lists = house.iam.create_policy(
        PolicyName=f"bound-{uuid.uuid4().hex[:8]}", PolicyDocument=document(allow("secretsmanager:ListSecrets"))
    )["Policy"]["Arn"]
    house.iam.put_user_permissions_boundary(UserName=bounded.name, PermissionsBoundary=only_lists)
    can = who(server, arn)
    assert bounded.arn not in can and free.arn in can


def test_people_of_another_account_need_both_sides(server, house, other, secretsmanager, arn):
    caller, idle = other.user(allow(GET, on=arn)), other.user()
    assert caller.arn not in who(server, arn)
    grant = allow(GET, Sid="Shared", Principal={"AWS": f"arn:aws:iam::{other.id}:root"})
    secretsmanager.put_resource_policy(SecretId=arn, ResourcePolicy=document(grant))
    can = who(server, arn)
    assert (can[caller.arn]["Access"], can[caller.arn]["Account"]) == ("ALWAYS", other.id)
    assert can[caller.arn]["AccountName"] == "who can"
    by = {(told["PolicyType"], told["Policy"]) for told in can[caller.arn]["Statements"]}
    assert by == {("user", f"{caller.arn}/own"), ("resource", arn)}
    assert idle.arn not in can
    assert can[f"arn:aws:iam::{other.id}:root"]["Access"] == "ALWAYS"

    gone = Account(server, "gone")
    someone = gone.user(allow(GET))
    grant = allow(GET, Principal={"AWS": someone.arn})
    secretsmanager.put_resource_policy(SecretId=arn, ResourcePolicy=document(grant))
    assert someone.arn in who(server, arn)
    gone.close()
    assert someone.arn not in {found for found, told in who(server, arn).items() if told["IsOnServer"]}


def test_whom_the_secrets_policy_names_from_elsewhere_is_listed_as_such(server, house, secretsmanager, arn):
    gone = Account(server, "gone")
    stranger = f"arn:aws:iam::{gone.id}:root"
    robot = house.role(trust())
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{robot.name}/nightly"
    grants = [
        allow(GET, Sid="Abroad", Principal={"AWS": stranger}),
        allow(GET, Sid="OneSession", Principal={"AWS": session}),
        allow(GET, Sid="AService", Principal={"Service": "lambda.amazonaws.com"}),
    ]
    secretsmanager.put_resource_policy(SecretId=arn, ResourcePolicy=document(*grants))
    assert who(server, arn)[stranger]["IsOnServer"]
    gone.close()
    can = who(server, arn)
    assert (can[stranger]["IsOnServer"], can[stranger]["Statements"][0]["Sid"]) == (False, "Abroad")
    assert (can[session]["Kind"], can[session]["IsOnServer"]) == ("ROLE_SESSION", True)
    assert statements(can[session]) == [("resource", "Allow", "OneSession", [])]
    assert robot.arn not in can, "any other session of the role"
    assert can["lambda.amazonaws.com"]["Kind"] == "SERVICE"


def test_asking_needs_leave_to_ask_and_to_describe(server, house, other, arn, name):
    asker = house.user(allow("keepwell:WhoCan", "secretsmanager:DescribeSecret", on=arn))
    assert asker.arn not in who(server, arn, credentials=asker.credentials)
    for missing, statement in {
        "keepwell:WhoCan": allow("secretsmanager:*"),
        "secretsmanager:DescribeSecret": allow("keepwell:*"),
    }.items():
        user = house.user(statement)
        for secret in (arn, name, "absent"):
            denied = call(server, "WhoCan", {"SecretId": secret}, user.credentials)
            assert_refused(denied, "AccessDeniedException", missing)
    foreign = call(server, "WhoCan", {"SecretId": arn}, other.root)
    assert_refused(foreign, "InvalidParameterException")


def test_what_is_no_secret_or_no_action_on_one_is_refused(server, arn):
    assert_refused(call(server, "WhoCan", {"SecretId": "absent"}), "ResourceNotFoundException")
    elsewhere = arn.replace(f":{REGIONS[0]}:", f":{REGIONS[1]}:")
    assert_refused(call(server, "WhoCan", {"SecretId": elsewhere}), "ResourceNotFoundException")
    for action in ("secretsmanager:GetSecretVaule", "secretsmanager:ListSecrets", "secretsmanager:*", "s3:GetObject"):
        told = call(server, "WhoCan", {"SecretId": arn, "Action": action})
        assert_refused(told, "InvalidParameterException", action)
    assert_refused(call(server, "WhoCan", {}), "ValidationException")


def test_the_list_agrees_with_what_happens(server, house, secretsmanager, arn):
    """Several hundred combinations would do the same; these meet every kind of policy once."""
    own = [None, allow(GET), allow(GET, Condition=FROM_OFFICE), allow(GET, on="arn:aws:secretsmanager:*:*:secret:no*")]
    more = [None, deny(GET), deny(GET, Condition={"Bool": {"aws:SecureTransport": "true"}})]
    users = [house.user(*filter(None, pair)) for pair in itertools.product(own, more)]
    named = [user.arn for user in users[::4]]
    secretsmanager.put_resource_policy(SecretId=arn, ResourcePolicy=document(allow(GET, Principal={"AWS": named})))
    can = who(server, arn)
    kinds = set()
    for user in users:
        access = can[user.arn]["Access"] if user.arn in can else "NEVER"
        kinds.add(access)
        read = house.client("secretsmanager", user.credentials).get_secret_value
        if access == "ALWAYS":
            assert read(SecretId=arn)["SecretString"] == "one"
        elif access == "NEVER":
            with refused("AccessDeniedException"):
                read(SecretId=arn)
    assert kinds == {"ALWAYS", "CONDITIONAL", "NEVER"}


@pytest.mark.own_server
def test_the_command_prints_a_table_for_people(own_server):
    server = own_server()
    house = House(server)
    office = house.user(allow(GET, Sid="Office", Condition=FROM_OFFICE))
    house.client("secretsmanager").create_secret(Name="prod/db", SecretString="one")
    told = keepwell("who-can", "prod/db", env=server.environment())
    assert told.returncode == 0, told.stderr
    [line] = [line for line in told.stdout.splitlines() if office.arn in line]
    assert line.split()[:4] == [ACCOUNT, office.arn, "user", "sometimes"]
    assert line.endswith(f"Office (statement 1) of {office.arn}/own, if IpAddress aws:SourceIp")
    writers = keepwell("who-can", "prod/db", "PutSecretValue", env=server.environment())
    assert writers.returncode == 0 and office.arn not in writers.stdout
    absent = keepwell("who-can", "absent", env=server.environment())
    assert absent.returncode == 1 and "ResourceNotFoundException" in absent.stderr
