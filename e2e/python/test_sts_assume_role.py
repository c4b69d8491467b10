"""AssumeRole: who may, for how long, and what the session may do."""

import dataclasses
import datetime
import json

import pytest

from server import ACCOUNT
from sessions import ANY_ROLE, ROOT, House, allow, deny, document, not_authorized, refused, tag, trust
from test_records import records


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def user(house):
    """May assume whatever trusts it or the account."""
    return house.user(allow("sts:AssumeRole", on=ANY_ROLE))


def test_a_session_is_the_role(house, user):
    role = house.role(trust(), allow("secretsmanager:ListSecrets"), path="/team/a/")
    answer, session = house.assume(role, user.credentials)
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.name}/ada"
    assert answer["AssumedRoleUser"] == {"AssumedRoleId": f"{role.id}:ada", "Arn": arn}
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")
    assert set(answer) == {"Credentials", "AssumedRoleUser", "ResponseMetadata"}
    identity = house.sts(session).get_caller_identity()
    assert (identity["UserId"], identity["Account"], identity["Arn"]) == (f"{role.id}:ada", ACCOUNT, arn)
    house.client("secretsmanager", session).list_secrets()
    with refused("AccessDeniedException", containing=f"User: {arn} is not authorized", status=400):
        house.client("secretsmanager", session).get_secret_value(SecretId="absent")


def test_a_session_lasts_an_hour_unless_asked(house, user):
    role = house.role(trust(), max_seconds=7200)
    for asked, seconds in (({}, 3600), ({"DurationSeconds": 900}, 900), ({"DurationSeconds": 7200}, 7200)):
        before = datetime.datetime.now(datetime.timezone.utc)
        answer, _ = house.assume(role, user.credentials, **asked)
        lasts = (answer["Credentials"]["Expiration"] - before).total_seconds()
        assert abs(lasts - seconds) < 10


def test_durations_out_of_range_are_refused(house, user):
    role = house.role(trust())
    with refused(
        "ValidationError",
        "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: "
        "Member must have value greater than or equal to 900",
    ):
        house.assume(role, user.credentials, DurationSeconds=899)
    with refused(
        "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    ):
        house.assume(role, user.credentials, DurationSeconds=3601)


def test_a_missing_role_looks_like_one_that_does_not_trust(house, user):
    untrusting = house.role(trust("arn:aws:iam::999999999999:root"))
    absent = (untrusting.arn + "x", f"arn:aws:iam::{ACCOUNT}:user/x", "arn:aws:iam::999999999999:role/x")
    for arn in (untrusting.arn, *absent):
        with refused("AccessDenied", not_authorized(user.arn, "sts:AssumeRole", arn)):
            house.sts(user.credentials).assume_role(RoleArn=arn, RoleSessionName="ada")


def test_a_role_is_found_with_its_whole_path_only(house, user):
    role = house.role(trust(), path="/team/")
    wrong = role.arn.replace("/team/", "/")
    with refused("AccessDenied", not_authorized(user.arn, "sts:AssumeRole", wrong)):
        house.sts(user.credentials).assume_role(RoleArn=wrong, RoleSessionName="ada")


def test_what_is_no_arn_is_invalid(house, user):
    with refused("ValidationError", "ThisIsNoArnWhateverItIs is invalid"):
        house.sts(user.credentials).assume_role(RoleArn="ThisIsNoArnWhateverItIs", RoleSessionName="ada")


def test_a_session_name_has_its_own_letters(house, user):
    with refused(
        "ValidationError",
        r"1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\w+=,.@-]*",
    ):
        house.assume(house.role(trust()), user.credentials, session="Session1:2")


def test_the_root_user_assumes_nothing(house):
    with refused("AccessDenied", "Roles may not be assumed by root accounts."):
        house.assume(house.role(trust()), ROOT)


def test_a_trust_policy_that_names_the_user_needs_nothing_beside_it(house):
    stranger = house.user()
    named, delegated = house.role(trust(stranger.arn)), house.role(trust())
    house.assume(named, stranger.credentials)
    with refused("AccessDenied", not_authorized(stranger.arn, "sts:AssumeRole", delegated.arn)):
        house.assume(delegated, stranger.credentials)


def test_a_deny_of_the_caller_wins_over_a_trust_policy_that_names_it(house):
    barred = house.user(deny("sts:AssumeRole"))
    role = house.role(trust(barred.arn))
    with refused("AccessDenied", not_authorized(barred.arn, "sts:AssumeRole", role.arn)):
        house.assume(role, barred.credentials)


@pytest.mark.parametrize(
    ("condition", "good", "bad"),
    [
        ({"StringEquals": {"sts:ExternalId": "partner:42"}}, {"ExternalId": "partner:42"}, {"ExternalId": "other"}),
        ({"StringLike": {"sts:RoleSessionName": "ada*"}}, {}, {"RoleSessionName": "bob"}),
        ({"NumericLessThanEquals": {"sts:DurationSeconds": "900"}}, {"DurationSeconds": 900}, {}),
    ],
)
def test_trust_policies_see_what_is_asked(house, user, condition, good, bad):
    role = house.role(trust(when=condition))
    wanted = {"RoleArn": role.arn, "RoleSessionName": "ada"}
    sts = house.sts(user.credentials)
    sts.assume_role(**wanted | good)
    with refused("AccessDenied", not_authorized(user.arn, "sts:AssumeRole", role.arn)):
        sts.assume_role(**wanted | bad)


def test_a_chained_session_lasts_an_hour_at_most(house, user):
    first = house.role(trust(), allow("sts:AssumeRole"), max_seconds=43200)
    second = house.role(trust(), max_seconds=43200)
    _, session = house.assume(first, user.credentials)
    with refused(
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    ):
        house.assume(second, session, DurationSeconds=3601)
    _, chained = house.assume(second, session, session="bob")
    assert house.sts(chained).get_caller_identity()["UserId"] == f"{second.id}:bob"


def test_session_policies_only_narrow(house, user):
    role = house.role(trust(), allow("secretsmanager:*"))
    narrow = document(allow("secretsmanager:ListSecrets", "iam:*"))
    answer, session = house.assume(role, user.credentials, Policy=narrow)
    assert 0 <= answer["PackedPolicySize"] <= 10
    house.client("secretsmanager", session).list_secrets()
    with refused("AccessDeniedException", containing="because no session policy allows", status=400):
        house.client("secretsmanager", session).create_secret(Name="never", SecretString="x")
    with refused("AccessDenied", containing="because no identity-based policy allows"):
        house.client("iam", session).list_users()


def test_managed_session_policies_are_read_anew(house, user):
    role = house.role(trust(), allow("secretsmanager:*"))
    arn = house.iam.create_policy(
        PolicyName=f"{role.name}-session", PolicyDocument=document(allow("secretsmanager:ListSecrets"))
    )["Policy"]["Arn"]
    _, session = house.assume(role, user.credentials, PolicyArns=[{"arn": arn}])
    house.client("secretsmanager", session).list_secrets()
    house.iam.delete_policy(PolicyArn=arn)
    with refused("AccessDeniedException", containing="because no session policy allows", status=400):
        house.client("secretsmanager", session).list_secrets()
    with refused("MalformedPolicyDocument", containing=arn):
        house.assume(role, user.credentials, PolicyArns=[{"arn": arn}])


def test_a_bad_session_policy_is_refused(house, user):
    with refused("MalformedPolicyDocument"):
        house.assume(house.role(trust()), user.credentials, Policy="{}")


def test_policies_and_tags_that_take_too_much_room_are_refused(house, user):
    role = house.role(trust(actions=("sts:AssumeRole", "sts:TagSession")))
    tags = [tag(f"{number:02}", "v" * 254) for number in range(32)]
    with refused("PackedPolicyTooLarge", "Packed policy consumes 200% of allotted space, please use smaller policy."):
        house.assume(role, user.credentials, Tags=tags)


def test_a_deleted_role_ends_its_sessions_and_its_successor_does_not_take_them_over(house, user):
    role = house.role(trust())
    _, session = house.assume(role, user.credentials)
    house.sts(session).get_caller_identity()
    house.iam.delete_role(RoleName=role.name)
    with refused("InvalidClientTokenId"):
        house.sts(session).get_caller_identity()
    house.iam.create_role(RoleName=role.name, AssumeRolePolicyDocument=document(trust()))
    with refused("InvalidClientTokenId"):
        house.sts(session).get_caller_identity()


def test_sessions_are_revoked_by_their_time_of_issue(house, user):
    role = house.role(trust(), allow("secretsmanager:ListSecrets"))
    _, session = house.assume(role, user.credentials)
    later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=1)
    older = {"DateLessThan": {"aws:TokenIssueTime": later.strftime("%Y-%m-%dT%H:%M:%SZ")}}
    house.iam.put_role_policy(
        RoleName=role.name,
        PolicyName="AWSRevokeOlderSessions",
        PolicyDocument=document(deny("*", Condition=older)),
    )
    with refused("AccessDeniedException", containing="with an explicit deny", status=400):
        house.client("secretsmanager", session).list_secrets()


def test_a_session_outlives_the_access_key_that_began_it(house):
    user = house.user(allow("sts:AssumeRole"))
    role = house.role(trust(), allow("secretsmanager:ListSecrets"))
    _, session = house.assume(role, user.credentials)
    house.iam.update_access_key(
        UserName=user.name, AccessKeyId=user.credentials.access_key_id, Status="Inactive"
    )
    with refused("InvalidClientTokenId"):
        house.sts(user.credentials).get_caller_identity()
    house.client("secretsmanager", session).list_secrets()


def test_token_key_and_signature_must_agree(house, user):
    role = house.role(trust())
    [(_, one), (_, two)] = [house.assume(role, user.credentials) for _ in range(2)]
    for bent in (
        dataclasses.replace(one, token=two.token),
        dataclasses.replace(one, token=None),
        dataclasses.replace(one, token=one.token[:-8] + "AAAAAAAA"),
        dataclasses.replace(user.credentials, token=one.token),
    ):
        with refused("InvalidClientTokenId"):
            house.sts(bent).get_caller_identity()
    with refused("SignatureDoesNotMatch", status=403):
        house.sts(dataclasses.replace(one, secret_access_key=two.secret_access_key)).get_caller_identity()


def test_sessions_serve_in_every_region(house, user, server):
    _, session = house.assume(house.role(trust()), user.credentials)
    for region in server.regions[:2]:
        assert house.sts(session, region).get_caller_identity()["Account"] == ACCOUNT


def test_unserved_members_are_refused_and_not_forgotten(house, user):
    role = house.role(trust())
    context = {"ProviderArn": "arn:aws:iam::aws:contextProvider/IdentityCenter", "ContextAssertion": "x" * 9}
    with refused("InvalidParameterValue", containing="ProvidedContexts"):
        house.assume(role, user.credentials, ProvidedContexts=[context])


@pytest.mark.own_server
def test_records_show_the_session_and_none_of_its_secrets(own_server):
    server = own_server()
    house = House(server)
    user = house.user(allow("sts:AssumeRole"))
    role = house.role(trust())
    answer, session = house.assume(role, user.credentials, ExternalId="partner:42")
    house.sts(session).get_caller_identity()
    with refused("AccessDenied"):
        house.sts(user.credentials).assume_role(RoleArn=role.arn + "x", RoleSessionName="ada")
    server.stop()
    assumed, refusal = [record for record in records(server) if record["eventName"] == "AssumeRole"]
    assert assumed["requestParameters"] == {"roleArn": role.arn, "roleSessionName": "ada", "externalId": "partner:42"}
    assert assumed["eventSource"] == "sts.amazonaws.com" and assumed["readOnly"] is True
    shown = assumed["responseElements"]
    assert set(shown["credentials"]) == {"accessKeyId", "expiration"}
    assert shown["credentials"]["accessKeyId"] == session.access_key_id
    assert shown["assumedRoleUser"]["assumedRoleId"] == f"{role.id}:ada"
    assert (refusal["errorCode"], refusal["requestParameters"]) == ("AccessDenied", None)
    [identity] = [record["userIdentity"] for record in records(server) if record["eventName"] == "GetCallerIdentity"]
    assert (identity["type"], identity["accessKeyId"]) == ("AssumedRole", session.access_key_id)
    assert identity["sessionContext"]["sessionIssuer"]["userName"] == role.name
    held = b"".join(path.read_bytes() for path in server.data_dir.rglob("*") if path.is_file())
    for secret in (session.token, session.secret_access_key, user.credentials.secret_access_key):
        assert secret.encode() not in held
    assert json.dumps(answer["AssumedRoleUser"]["AssumedRoleId"]).encode() in held
