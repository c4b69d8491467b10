"""Login profiles and passwords, and the account's alias, by which people find the place to sign in."""

import uuid

import pytest

from expect import assert_recent, members
from server import ACCOUNT
from sessions import House, allow, deny, not_authorized, refused, trust

STRONG = "Correct-Horse-1"
OTHER = "Battery-Staple-2"
TOO_WEAK = "Password does not conform to the account password policy."


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def iam(house):
    return house.iam


@pytest.fixture
def user(iam):
    name = f"user-{uuid.uuid4().hex[:12]}"
    iam.create_user(UserName=name)
    return name


def missing(name):
    return f"Login Profile for User {name} cannot be found."


def test_a_login_profile_is_made_told_of_and_taken_away(iam, user):
    made = iam.create_login_profile(UserName=user, Password=STRONG, PasswordResetRequired=True)["LoginProfile"]
    assert members(made) == {"UserName", "CreateDate", "PasswordResetRequired"}
    assert (made["UserName"], made["PasswordResetRequired"]) == (user, True)
    assert_recent(made["CreateDate"])
    assert iam.get_login_profile(UserName=user)["LoginProfile"] == made
    with refused("EntityAlreadyExists", f"Login Profile for user {user} already exists.", status=409):
        iam.create_login_profile(UserName=user, Password=STRONG)
    iam.delete_login_profile(UserName=user)
    for call in (iam.get_login_profile, iam.delete_login_profile, iam.update_login_profile):
        with refused("NoSuchEntity", missing(user), status=404):
            call(UserName=user)


def test_no_user_no_profile(iam):
    with refused("NoSuchEntity", "The user with name nobody-there cannot be found.", status=404):
        iam.create_login_profile(UserName="nobody-there", Password=STRONG)


@pytest.mark.parametrize("weak", ["Short1!", "alllowercase", "OnlyLetters", "lower1234", "12345678!"])
def test_a_weak_password_is_refused_and_nothing_is_kept(iam, user, weak):
    with refused("PasswordPolicyViolation", TOO_WEAK):
        iam.create_login_profile(UserName=user, Password=weak)
    with refused("NoSuchEntity", missing(user), status=404):
        iam.get_login_profile(UserName=user)
    iam.create_login_profile(UserName=user, Password=STRONG)
    with refused("PasswordPolicyViolation", TOO_WEAK):
        iam.update_login_profile(UserName=user, Password=weak)


def test_a_refusal_never_repeats_the_password(iam, user):
    for canary, code in (("canary-canary", "PasswordPolicyViolation"), ("Canary-1" * 17, "ValidationError")):
        with pytest.raises(iam.exceptions.ClientError) as caught:
            iam.create_login_profile(UserName=user, Password=canary)
        assert caught.value.response["Error"]["Code"] == code
        assert "anary" not in str(caught.value.response)


def test_the_resets_demand_changes_without_the_password(iam, user):
    iam.create_login_profile(UserName=user, Password=STRONG)
    assert iam.get_login_profile(UserName=user)["LoginProfile"]["PasswordResetRequired"] is False
    iam.update_login_profile(UserName=user, PasswordResetRequired=True)
    assert iam.get_login_profile(UserName=user)["LoginProfile"]["PasswordResetRequired"] is True
    iam.update_login_profile(UserName=user, Password=OTHER)
    assert iam.get_login_profile(UserName=user)["LoginProfile"]["PasswordResetRequired"] is True


def test_users_change_their_own_password_if_they_know_it(house, iam):
    own = f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"
    user = house.user(allow("iam:ChangePassword", "iam:GetLoginProfile", on=own))
    client = house.client("iam", user.credentials)
    with refused("NoSuchEntity", missing(user.name), status=404):
        client.change_password(OldPassword=STRONG, NewPassword=OTHER)
    iam.create_login_profile(UserName=user.name, Password=STRONG, PasswordResetRequired=True)
    with refused("AccessDenied", "The old password was incorrect."):
        client.change_password(OldPassword=OTHER, NewPassword=OTHER)
    with refused("PasswordPolicyViolation", TOO_WEAK):
        client.change_password(OldPassword=STRONG, NewPassword="weak")
    assert client.get_login_profile()["LoginProfile"]["PasswordResetRequired"] is True
    client.change_password(OldPassword=STRONG, NewPassword=OTHER)
    assert client.get_login_profile()["LoginProfile"]["PasswordResetRequired"] is False
    with refused("AccessDenied", "The old password was incorrect."):
        client.change_password(OldPassword=STRONG, NewPassword=OTHER)
    client.change_password(OldPassword=OTHER, NewPassword=STRONG)


def test_who_may_not_change_passwords_does_not_learn_whether_his_was_right(house, iam):
    user = house.user(deny("iam:ChangePassword"))
    iam.create_login_profile(UserName=user.name, Password=STRONG)
    for old in (STRONG, OTHER):
        with refused("AccessDenied", containing=not_authorized(user.arn, "iam:ChangePassword", user.arn)):
            house.client("iam", user.credentials).change_password(OldPassword=old, NewPassword=OTHER)


def test_only_users_have_a_password_of_their_own(house, iam):
    user = house.user(allow("sts:AssumeRole"))
    _, session = house.assume(house.role(trust(user.arn), allow("iam:*")), user.credentials)
    for client in (iam, house.client("iam", session)):
        with refused("InvalidUserType", "Only IAM Users can change their own password."):
            client.change_password(OldPassword=STRONG, NewPassword=OTHER)


def test_nobody_gives_passwords_without_permission(house, iam, user):
    caller = house.user()
    client, arn = house.client("iam", caller.credentials), f"arn:aws:iam::{ACCOUNT}:user/{user}"
    for action, call in (
        ("iam:CreateLoginProfile", lambda: client.create_login_profile(UserName=user, Password=STRONG)),
        ("iam:GetLoginProfile", lambda: client.get_login_profile(UserName=user)),
        ("iam:UpdateLoginProfile", lambda: client.update_login_profile(UserName=user, Password=STRONG)),
        ("iam:DeleteLoginProfile", lambda: client.delete_login_profile(UserName=user)),
    ):
        with refused("AccessDenied", containing=not_authorized(caller.arn, action, arn)):
            call()
    with refused("NoSuchEntity", missing(user), status=404):
        iam.get_login_profile(UserName=user)


def test_an_account_has_one_alias(own_server):
    house = House(own_server())
    iam = house.iam
    assert iam.list_account_aliases()["AccountAliases"] == []
    iam.create_account_alias(AccountAlias="my-company")
    assert iam.list_account_aliases()["AccountAliases"] == ["my-company"]
    with refused("EntityAlreadyExists", "The account alias my-company already exists.", status=409):
        iam.create_account_alias(AccountAlias="my-company")
    iam.create_account_alias(AccountAlias="our-company")
    told = iam.list_account_aliases()
    assert (told["AccountAliases"], told["IsTruncated"]) == (["our-company"], False)
    assert iam.get_user()["User"]["UserName"] == "our-company"
    with refused("NoSuchEntity", status=404):
        iam.delete_account_alias(AccountAlias="my-company")
    iam.delete_account_alias(AccountAlias="our-company")
    assert iam.list_account_aliases()["AccountAliases"] == []
    for wrong in ("ab", "Upper-Case", "-first", "two--hyphens"):
        with refused("ValidationError"):
            iam.create_account_alias(AccountAlias=wrong)
    user = house.user()
    client = house.client("iam", user.credentials)
    for action, call in (
        ("iam:CreateAccountAlias", lambda: client.create_account_alias(AccountAlias="theirs")),
        ("iam:DeleteAccountAlias", lambda: client.delete_account_alias(AccountAlias="theirs")),
        ("iam:ListAccountAliases", lambda: client.list_account_aliases()),
    ):
        with refused("AccessDenied", containing=not_authorized(user.arn, action, "*")):
            call()
