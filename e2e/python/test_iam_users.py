"""Users: making, renaming, listing, tagging and taking them away; and what they may do to themselves."""

import re
import uuid

import pytest

from expect import assert_recent, members
from server import ACCOUNT
from sessions import House, allow, deny, document, not_authorized, refused, tag

PATH_TOLD = (
    "The specified value for path is invalid. "
    "It must begin and end with / and contain only alphanumeric characters and/or / characters."
)
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def iam(house):
    return house.iam


@pytest.fixture
def name():
    return f"User+{uuid.uuid4().hex[:12]}"


def missing(name):
    return f"The user with name {name} cannot be found."


def arn_of(name, path="/"):
    return f"arn:aws:iam::{ACCOUNT}:user{path}{name}"


def test_a_new_user_is_told_of_as_aws_tells(iam, name):
    user = iam.create_user(UserName=name)["User"]
    assert members(user) == {"Path", "UserName", "UserId", "Arn", "CreateDate"}
    assert re.fullmatch("AIDA[A-Z0-9]{17}", user["UserId"])
    assert (user["Path"], user["UserName"], user["Arn"]) == ("/", name, arn_of(name))
    assert_recent(user["CreateDate"])
    assert iam.get_user(UserName=name)["User"] == user


def test_path_tags_and_boundary_are_kept(iam, name):
    user = iam.create_user(
        UserName=name, Path="/team/blue/", PermissionsBoundary=READ_ONLY, Tags=[tag("Team", "blue"), tag("b", "")]
    )["User"]
    assert user["Arn"] == arn_of(name, "/team/blue/")
    assert user["Tags"] == [tag("Team", "blue"), tag("b", "")]
    assert user["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": READ_ONLY,
    }
    assert iam.get_user(UserName=name)["User"] == user


def test_a_name_is_taken_whatever_its_case(iam, name):
    iam.create_user(UserName=name)
    for taken in (name, name.upper()):
        with refused("EntityAlreadyExists", f"User with name {taken} already exists.", status=409):
            iam.create_user(UserName=taken)
    assert iam.get_user(UserName=name.lower())["User"]["UserName"] == name


def test_what_is_no_name_or_path_is_refused(iam, name):
    with refused("ValidationError"):
        iam.create_user(UserName="a b")
    with refused("ValidationError"):
        iam.create_user(UserName="x" * 65)
    with refused("ValidationError", PATH_TOLD):
        iam.create_user(UserName=name, Path="team/")
    with refused("NoSuchEntity", missing(name), status=404):
        iam.get_user(UserName=name)


def test_a_boundary_must_be_a_policy_that_is_there(iam, name):
    absent = f"arn:aws:iam::{ACCOUNT}:policy/{uuid.uuid4().hex}"
    with refused("NoSuchEntity", f"Scope ARN: {absent} does not exist or is not attachable.", status=404):
        iam.create_user(UserName=name, PermissionsBoundary=absent)
    wrong = "arn:aws:iam::123456789012:role/x"
    with refused("ValidationError", f"Value ({wrong}) for parameter PermissionsBoundary is invalid."):
        iam.create_user(UserName=name, PermissionsBoundary=wrong)
    with refused("NoSuchEntity", status=404):
        iam.get_user(UserName=name)


def test_a_renamed_user_is_the_same_with_another_arn(house, iam, name):
    user = house.user(allow("iam:GetUser"))
    group = f"group-{uuid.uuid4().hex[:12]}"
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=user.name)
    iam.update_user(UserName=user.name, NewUserName=name, NewPath="/moved/")
    with refused("NoSuchEntity", missing(user.name), status=404):
        iam.get_user(UserName=user.name)
    told = house.client("iam", user.credentials).get_user()["User"]
    assert (told["UserId"], told["UserName"], told["Arn"]) == (user.id, name, arn_of(name, "/moved/"))
    assert [member["UserName"] for member in iam.get_group(GroupName=group)["Users"]] == [name]
    assert house.sts(user.credentials).get_caller_identity()["Arn"] == arn_of(name, "/moved/")


def test_only_the_case_of_a_name_may_change_but_not_to_another_users(iam, name):
    iam.create_user(UserName=name)
    iam.update_user(UserName=name, NewUserName=name.lower())
    assert iam.get_user(UserName=name)["User"]["UserName"] == name.lower()
    iam.create_user(UserName=name + "2")
    with refused("EntityAlreadyExists", f"User with name {name} already exists.", status=409):
        iam.update_user(UserName=name + "2", NewUserName=name)


def test_renaming_needs_permission_for_both_names(house, iam, name):
    iam.create_user(UserName=name)
    caller = house.user(allow("iam:UpdateUser", on=arn_of(name)))
    client = house.client("iam", caller.credentials)
    with refused("AccessDenied", containing=not_authorized(caller.arn, "iam:UpdateUser", arn_of(name + "2"))):
        client.update_user(UserName=name, NewUserName=name + "2")
    iam.get_user(UserName=name)


def test_everything_that_hangs_from_a_user_must_go_first(house, iam, name):
    user = house.user()
    group = f"group-{name}"
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=user.name)
    iam.create_login_profile(UserName=user.name, Password="Correct-Horse-1")
    device = house.device(user)
    iam.put_user_policy(UserName=user.name, PolicyName="own", PolicyDocument=document(allow("s3:*")))
    iam.attach_user_policy(UserName=user.name, PolicyArn=READ_ONLY)
    key = user.credentials.access_key_id
    for first, clear in (
        ("detach all policies", lambda: iam.detach_user_policy(UserName=user.name, PolicyArn=READ_ONLY)),
        ("delete policies", lambda: iam.delete_user_policy(UserName=user.name, PolicyName="own")),
        ("delete access keys", lambda: iam.delete_access_key(UserName=user.name, AccessKeyId=key)),
        (
            "delete MFA device",
            lambda: iam.deactivate_mfa_device(UserName=user.name, SerialNumber=device.serial),
        ),
        ("delete login profile", lambda: iam.delete_login_profile(UserName=user.name)),
        ("remove users from group", lambda: iam.remove_user_from_group(GroupName=group, UserName=user.name)),
    ):
        with refused("DeleteConflict", f"Cannot delete entity, must {first} first.", status=409):
            iam.delete_user(UserName=user.name)
        clear()
    iam.delete_user(UserName=user.name)
    with refused("NoSuchEntity", missing(user.name), status=404):
        iam.delete_user(UserName=user.name)


def test_a_successor_of_the_same_name_is_somebody_else(iam, name):
    first = iam.create_user(UserName=name)["User"]
    iam.delete_user(UserName=name)
    assert iam.create_user(UserName=name)["User"]["UserId"] != first["UserId"]


def test_users_are_listed_by_name_under_a_path_page_by_page(iam):
    path = f"/{uuid.uuid4().hex}/"
    names = [f"{prefix}-{uuid.uuid4().hex[:8]}" for prefix in ("Delta", "alpha", "Charlie", "bravo")]
    for name in names:
        iam.create_user(UserName=name, Path=path, Tags=[tag("a", "b")], PermissionsBoundary=READ_ONLY)
    whole = iam.list_users(PathPrefix=path)
    assert whole["IsTruncated"] is False and "Marker" not in whole
    assert [user["UserName"] for user in whole["Users"]] == sorted(names, key=str.lower)
    assert all(members(user) == {"Path", "UserName", "UserId", "Arn", "CreateDate"} for user in whole["Users"])
    first = iam.list_users(PathPrefix=path, MaxItems=3)
    assert (len(first["Users"]), first["IsTruncated"]) == (3, True)
    rest = iam.list_users(PathPrefix=path, MaxItems=3, Marker=first["Marker"])
    assert (first["Users"] + rest["Users"], rest["IsTruncated"]) == (whole["Users"], False)
    for wrong in ("nonsense", first["Marker"][:-2]):
        with refused("ValidationError", "Invalid Marker."):
            iam.list_users(PathPrefix=path, Marker=wrong)
    with refused("ValidationError", "Invalid Marker."):
        iam.list_groups(Marker=first["Marker"])


def test_who_may_not_list_is_told_what_would_be_listed(house):
    user = house.user(allow("iam:GetUser"))
    client = house.client("iam", user.credentials)
    with refused("AccessDenied", containing=not_authorized(user.arn, "iam:ListUsers", arn_of(""))):
        client.list_users()
    with refused("AccessDenied", containing=not_authorized(user.arn, "iam:ListUsers", arn_of("", "/team/"))):
        client.list_users(PathPrefix="/team/")


def test_tags_are_put_over_each_other_and_listed_by_key(iam, name):
    iam.create_user(UserName=name, Tags=[tag("Team", "blue"), tag("cost", "1")])
    iam.tag_user(UserName=name, Tags=[tag("TEAM", "red"), tag("Alpha", "")])
    assert iam.list_user_tags(UserName=name)["Tags"] == [tag("Alpha", ""), tag("TEAM", "red"), tag("cost", "1")]
    page = iam.list_user_tags(UserName=name, MaxItems=2)
    assert page["IsTruncated"]
    assert iam.list_user_tags(UserName=name, Marker=page["Marker"])["Tags"] == [tag("cost", "1")]
    iam.untag_user(UserName=name, TagKeys=["team", "absent"])
    assert iam.list_user_tags(UserName=name)["Tags"] == [tag("Alpha", ""), tag("cost", "1")]


def test_tags_have_their_bounds(iam, name):
    iam.create_user(UserName=name)
    with refused(
        "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.", status=400
    ):
        iam.tag_user(UserName=name, Tags=[tag("a", "1"), tag("A", "2")])
    iam.tag_user(UserName=name, Tags=[tag(f"k{number}", "v") for number in range(50)])
    with refused("LimitExceeded", status=409):
        iam.tag_user(UserName=name, Tags=[tag("one more", "v")])


def test_making_a_user_with_tags_needs_permission_to_tag(house, iam, name):
    caller = house.user(allow("iam:CreateUser"))
    client = house.client("iam", caller.credentials)
    with refused("AccessDenied", containing=not_authorized(caller.arn, "iam:TagUser", arn_of(name))):
        client.create_user(UserName=name, Tags=[tag("a", "b")])
    with refused("NoSuchEntity", status=404):
        iam.get_user(UserName=name)
    client.create_user(UserName=name)


def test_making_users_can_be_allowed_with_one_boundary_only(house, name):
    bounded = {"StringEquals": {"iam:PermissionsBoundary": READ_ONLY}}
    caller = house.user(allow("iam:CreateUser", Condition=bounded))
    client = house.client("iam", caller.credentials)
    with refused("AccessDenied"):
        client.create_user(UserName=name)
    with refused("AccessDenied"):
        client.create_user(UserName=name, PermissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess")
    client.create_user(UserName=name, PermissionsBoundary=READ_ONLY)


def test_a_users_tags_decide(house):
    for key in ("aws:ResourceTag/team", "iam:ResourceTag/team"):
        caller = house.user(allow("iam:GetUser", Condition={"StringEquals": {key: "blue"}}))
        client = house.client("iam", caller.credentials)
        blue, red = (house.user(tags=[tag("Team", team)]) for team in ("blue", "red"))
        client.get_user(UserName=blue.name)
        with refused("AccessDenied"):
            client.get_user(UserName=red.name)


def test_who_names_nobody_means_himself(house):
    own = arn_of("${aws:username}")
    user = house.user(allow("iam:GetUser", "iam:ListAccessKeys", "iam:CreateAccessKey", on=own))
    other = house.user()
    client = house.client("iam", user.credentials)
    assert client.get_user()["User"]["UserId"] == user.id
    assert client.get_user(UserName=user.name)["User"]["UserId"] == user.id
    assert len(client.list_access_keys()["AccessKeyMetadata"]) == 1
    with refused("AccessDenied", containing=not_authorized(user.arn, "iam:GetUser", other.arn)):
        client.get_user(UserName=other.name)
    with refused("AccessDenied", containing=not_authorized(user.arn, "iam:GetUser", arn_of("nobody-there"))):
        client.get_user(UserName="nobody-there")


def test_the_root_user_tells_of_itself(iam):
    user = iam.get_user()["User"]
    assert (user["Arn"], user["UserId"]) == (f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)


def test_a_deny_holds_over_the_groups_allow(house, iam):
    user = house.user(deny("iam:ListUsers"))
    group = f"group-{uuid.uuid4().hex[:12]}"
    iam.create_group(GroupName=group)
    iam.put_group_policy(GroupName=group, PolicyName="all", PolicyDocument=document(allow("iam:*")))
    iam.add_user_to_group(GroupName=group, UserName=user.name)
    client = house.client("iam", user.credentials)
    client.list_groups()
    with refused("AccessDenied", containing="with an explicit deny in an identity-based policy"):
        client.list_users()
