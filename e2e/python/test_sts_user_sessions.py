"""Sessions of users: GetSessionToken, GetFederationToken, and one-time codes."""

import datetime

import pytest

from server import ACCOUNT
from sessions import (
    INVALID_TOKEN,
    ROOT,
    WRONG_CODE,
    Credentials,
    House,
    allow,
    deny,
    document,
    not_authorized,
    refused,
    tag,
    trust,
)

WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


@pytest.fixture(scope="module")
def house(server):
    return House(server)


def session_of(house, credentials, **options):
    return Credentials.of(house.sts(credentials).get_session_token(**options)["Credentials"])


def lasts(answer):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (answer["Credentials"]["Expiration"] - now).total_seconds()


def test_a_users_session_is_the_user(house):
    user = house.user(allow("secretsmanager:ListSecrets"), path="/team/")
    session = session_of(house, user.credentials)
    identity = house.sts(session).get_caller_identity()
    assert (identity["UserId"], identity["Arn"]) == (user.id, user.arn)
    house.client("secretsmanager", session).list_secrets()


def test_lengths_of_sessions(house):
    user = house.user(allow("sts:GetFederationToken"))
    for sts, seconds, asked in (
        (house.sts(user.credentials), 43200, {}),
        (house.sts(user.credentials), 129600, {"DurationSeconds": 129600}),
        (house.sts(ROOT), 3600, {}),
        (house.sts(ROOT), 3600, {"DurationSeconds": 43200}),
    ):
        assert abs(lasts(sts.get_session_token(**asked)) - seconds) < 10
        assert abs(lasts(sts.get_federation_token(Name="ada", **asked)) - seconds) < 10


def test_a_session_without_a_code_may_neither_call_iam_nor_more_of_sts(house):
    user = house.user(allow("*"))
    session = session_of(house, user.credentials)
    with refused("InvalidClientTokenId", INVALID_TOKEN):
        house.client("iam", session).list_users()
    with refused("AccessDenied"):
        house.sts(session).get_access_key_info(AccessKeyId=user.credentials.access_key_id)
    house.assume(house.role(trust()), session)


def test_sessions_do_not_beget_users_sessions(house):
    user = house.user(allow("*"))
    _, of_role = house.assume(house.role(trust(), allow("*")), user.credentials)
    for session in (session_of(house, user.credentials), of_role):
        sts = house.sts(session)
        with refused("AccessDenied", "Cannot call GetSessionToken with session credentials"):
            sts.get_session_token()
        with refused("AccessDenied", "Cannot call GetFederationToken with session credentials"):
            sts.get_federation_token(Name="ada")


def test_a_session_token_needs_no_permission_and_a_deny_refuses_it(house):
    barred = house.user(deny("sts:GetSessionToken"))
    with refused("AccessDenied", containing="with an explicit deny in an identity-based policy"):
        house.sts(barred.credentials).get_session_token()


def test_a_role_assumed_with_a_users_session_is_chained(house):
    user = house.user(allow("sts:AssumeRole"))
    role = house.role(trust(), max_seconds=43200)
    with refused("ValidationError", containing="role chaining"):
        house.assume(role, session_of(house, user.credentials), DurationSeconds=3601)


def test_a_users_session_outlives_its_access_key_and_not_the_user(house):
    user = house.user()
    session = session_of(house, user.credentials)
    key = user.credentials.access_key_id
    house.iam.update_access_key(UserName=user.name, AccessKeyId=key, Status="Inactive")
    assert house.sts(session).get_caller_identity()["UserId"] == user.id
    house.iam.delete_access_key(UserName=user.name, AccessKeyId=key)
    assert house.sts(session).get_caller_identity()["UserId"] == user.id
    house.iam.delete_user(UserName=user.name)
    with refused("InvalidClientTokenId"):
        house.sts(session).get_caller_identity()


def test_a_code_makes_a_session_that_policies_trust(house):
    user = house.user(allow("secretsmanager:ListSecrets", "iam:ListUsers", Condition=WITH_MFA))
    device = house.device(user)
    with refused("AccessDeniedException", status=400):
        house.client("secretsmanager", user.credentials).list_secrets()
    session = session_of(house, user.credentials, SerialNumber=device.serial, TokenCode=device.code(1))
    house.client("secretsmanager", session).list_secrets()
    house.client("iam", session).list_users()


def test_a_code_is_taken_once(house):
    user = house.user(allow("sts:AssumeRole"))
    role = house.role(trust(when=WITH_MFA))
    device = house.device(user)
    shown = {"SerialNumber": device.serial, "TokenCode": device.code(1)}
    sts = house.sts(user.credentials)
    sts.get_session_token(**shown)
    with refused("AccessDenied", WRONG_CODE):
        sts.get_session_token(**shown)
    with refused("AccessDenied", WRONG_CODE):
        house.assume(role, user.credentials, **shown)


def test_a_role_that_wants_a_code_takes_it_with_the_call(house):
    user = house.user(allow("sts:AssumeRole"))
    fresh = {"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}}
    role = house.role(
        trust(when=WITH_MFA | fresh), allow("secretsmanager:ListSecrets", Condition=WITH_MFA)
    )
    device = house.device(user)
    with refused("AccessDenied", not_authorized(user.arn, "sts:AssumeRole", role.arn)):
        house.assume(role, user.credentials)
    with refused("AccessDenied", not_authorized(user.arn, "sts:AssumeRole", role.arn)):
        house.assume(role, session_of(house, user.credentials))
    shown = {"SerialNumber": device.serial, "TokenCode": device.code(1)}
    # Also from a session that was begun without one.
    _, session = house.assume(role, session_of(house, user.credentials), **shown)
    house.client("secretsmanager", session).list_secrets()


def test_codes_of_other_devices_and_half_of_what_is_needed_are_refused(house):
    user, other = house.user(), house.user()
    device, others = house.device(user), house.device(other)
    sts = house.sts(user.credentials)
    unknown = (
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid "
        "and associated with this user."
    )
    for serial in (others.serial, f"arn:aws:iam::{ACCOUNT}:mfa/absent"):
        with refused("AccessDenied", unknown):
            sts.get_session_token(SerialNumber=serial, TokenCode=others.code(1))
    half = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code. "
    with refused("AccessDenied", half):
        sts.get_session_token(SerialNumber=device.serial)
    with refused("AccessDenied", half):
        sts.get_session_token(TokenCode=device.code(1))


def test_codes_cannot_be_guessed(house):
    user = house.user()
    device = house.device(user)
    sts = house.sts(user.credentials)
    good = device.code(1)
    wrong = [f"{(int(good) + number) % 1_000_000:06}" for number in (111, 222, 333, 444, 555)]
    for code in wrong:
        with refused("AccessDenied", WRONG_CODE):
            sts.get_session_token(SerialNumber=device.serial, TokenCode=code)
    with refused("AccessDenied", WRONG_CODE):
        sts.get_session_token(SerialNumber=device.serial, TokenCode=good)


def test_a_federated_user_has_what_the_user_and_the_session_policy_both_allow(house):
    user = house.user(allow("secretsmanager:ListSecrets", "sts:GetFederationToken"))
    sts = house.sts(user.credentials)
    wide = document(allow("secretsmanager:*", "iam:*"))
    answer = sts.get_federation_token(Name="ada", Policy=wide)
    arn = f"arn:aws:sts::{ACCOUNT}:federated-user/ada"
    assert answer["FederatedUser"] == {"FederatedUserId": f"{ACCOUNT}:ada", "Arn": arn}
    assert answer["PackedPolicySize"] < 10
    session = Credentials.of(answer["Credentials"])
    identity = house.sts(session).get_caller_identity()
    assert (identity["UserId"], identity["Arn"]) == (f"{ACCOUNT}:ada", arn)
    house.client("secretsmanager", session).list_secrets()
    with refused("AccessDeniedException", containing=f"User: {arn} is not authorized", status=400):
        house.client("secretsmanager", session).create_secret(Name="never", SecretString="x")
    with refused("InvalidClientTokenId"):
        house.client("iam", session).list_users()
    without = Credentials.of(sts.get_federation_token(Name="bob")["Credentials"])
    with refused("AccessDeniedException", status=400):
        house.client("secretsmanager", without).list_secrets()


def test_a_federated_user_may_ask_sts_who_he_is_and_nothing_else(house):
    answer = house.sts(ROOT).get_federation_token(Name="ada", Policy=document(allow("*")))
    sts = house.sts(Credentials.of(answer["Credentials"]))
    sts.get_caller_identity()
    for call in (
        lambda: sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/x", RoleSessionName="ada"),
        lambda: sts.get_access_key_info(AccessKeyId="AKIAIOSFODNN7EXAMPLE"),
        lambda: sts.get_session_token(),
        lambda: sts.decode_authorization_message(EncodedMessage="x"),
    ):
        with refused("AccessDenied"):
            call()


def test_federating_needs_a_permission_and_tags_another(house):
    stranger = house.user()
    arn = f"arn:aws:sts::{ACCOUNT}:federated-user/ada"
    with refused("AccessDenied", containing=not_authorized(stranger.arn, "sts:GetFederationToken", arn)):
        house.sts(stranger.credentials).get_federation_token(Name="ada")
    user = house.user(allow("sts:GetFederationToken"))
    with refused("AccessDenied", containing=not_authorized(user.arn, "sts:TagSession", arn)):
        house.sts(user.credentials).get_federation_token(Name="ada", Tags=[tag("Team", "red")])


def test_tags_of_a_federated_user_come_over_those_of_the_user(house):
    listing = allow("secretsmanager:ListSecrets", Condition={"StringEquals": {"aws:PrincipalTag/Team": "red"}})
    user = house.user(allow("sts:*"), listing, tags=[tag("Team", "blue"), tag("Area", "eu")])
    for options, may in (({}, False), ({"Tags": [tag("team", "red")]}, True)):
        answer = house.sts(user.credentials).get_federation_token(Name="ada", Policy=document(allow("*")), **options)
        client = house.client("secretsmanager", Credentials.of(answer["Credentials"]))
        if may:
            client.list_secrets()
        else:
            with refused("AccessDeniedException", status=400):
                client.list_secrets()


def test_the_policy_of_a_federated_user_is_no_longer_than_2048_characters(house):
    with refused("ValidationError", containing="Member must have length less than or equal to 2048"):
        house.sts(ROOT).get_federation_token(Name="ada", Policy=document(allow("*")) + " " * 2048)
