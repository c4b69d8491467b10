"""Groups, who is in them, and what that lets them do."""

import re
import uuid

import pytest

from expect import assert_recent, members
from server import ACCOUNT
from sessions import House, allow, document, not_authorized, refused

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def iam(house):
    return house.iam


@pytest.fixture
def name():
    return f"Group-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def user(iam):
    name = f"user-{uuid.uuid4().hex[:12]}"
    iam.create_user(UserName=name)
    return name


def missing(name):
    return f"The group with name {name} cannot be found."


def test_a_new_group_is_told_of_as_aws_tells(iam, name):
    group = iam.create_group(GroupName=name, Path="/team/")["Group"]
    assert members(group) == {"Path", "GroupName", "GroupId", "Arn", "CreateDate"}
    assert re.fullmatch("AGPA[A-Z0-9]{17}", group["GroupId"])
    assert group["Arn"] == f"arn:aws:iam::{ACCOUNT}:group/team/{name}"
    assert_recent(group["CreateDate"])
    told = iam.get_group(GroupName=name)
    assert (told["Group"], told["Users"], told["IsTruncated"]) == (group, [], False)


def test_a_name_is_taken_whatever_its_case(iam, name):
    iam.create_group(GroupName=name)
    with refused("EntityAlreadyExists", f"Group with name {name.upper()} already exists.", status=409):
        iam.create_group(GroupName=name.upper())


def test_users_come_and_go(iam, name, user):
    iam.create_group(GroupName=name)
    for _ in range(2):
        iam.add_user_to_group(GroupName=name, UserName=user)
    assert [told["UserName"] for told in iam.get_group(GroupName=name)["Users"]] == [user]
    assert [told["GroupName"] for told in iam.list_groups_for_user(UserName=user)["Groups"]] == [name]
    iam.remove_user_from_group(GroupName=name, UserName=user)
    assert iam.get_group(GroupName=name)["Users"] == []
    assert iam.list_groups_for_user(UserName=user)["Groups"] == []
    with refused("NoSuchEntity", f"User {user} not in group {name}", status=404):
        iam.remove_user_from_group(GroupName=name, UserName=user)


def test_who_or_what_is_missing_is_told(iam, name, user):
    for call in (
        lambda: iam.get_group(GroupName=name),
        lambda: iam.delete_group(GroupName=name),
        lambda: iam.update_group(GroupName=name, NewPath="/x/"),
        lambda: iam.add_user_to_group(GroupName=name, UserName=user),
        lambda: iam.remove_user_from_group(GroupName=name, UserName=user),
    ):
        with refused("NoSuchEntity", missing(name), status=404):
            call()
    iam.create_group(GroupName=name)
    for call in (iam.add_user_to_group, iam.remove_user_from_group):
        with refused("NoSuchEntity", f"The user with name {name} cannot be found.", status=404):
            call(GroupName=name, UserName=name)
    with refused("NoSuchEntity", f"The user with name {name} cannot be found.", status=404):
        iam.list_groups_for_user(UserName=name)


def test_a_group_gives_its_users_what_its_policies_allow_at_once(house, iam, name):
    user = house.user()
    client = house.client("iam", user.credentials)
    iam.create_group(GroupName=name)
    iam.put_group_policy(GroupName=name, PolicyName="list", PolicyDocument=document(allow("iam:ListGroups")))
    with refused("AccessDenied"):
        client.list_groups()
    iam.add_user_to_group(GroupName=name, UserName=user.name)
    client.list_groups()
    iam.remove_user_from_group(GroupName=name, UserName=user.name)
    with refused("AccessDenied", containing=not_authorized(user.arn, "iam:ListGroups", f"arn:aws:iam::{ACCOUNT}:group/")):
        client.list_groups()


def test_a_renamed_group_keeps_users_and_policies(house, iam, name):
    user = house.user()
    before = iam.create_group(GroupName=name)["Group"]
    iam.put_group_policy(GroupName=name, PolicyName="list", PolicyDocument=document(allow("iam:ListGroups")))
    iam.add_user_to_group(GroupName=name, UserName=user.name)
    iam.update_group(GroupName=name, NewGroupName=name + "2", NewPath="/moved/")
    after = iam.get_group(GroupName=name + "2")
    assert after["Group"]["GroupId"] == before["GroupId"]
    assert after["Group"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:group/moved/{name}2"
    assert [told["UserName"] for told in after["Users"]] == [user.name]
    house.client("iam", user.credentials).list_groups()
    with refused("NoSuchEntity", missing(name), status=404):
        iam.get_group(GroupName=name)
    iam.create_group(GroupName=name)
    with refused("EntityAlreadyExists", f"Group with name {name} already exists.", status=409):
        iam.update_group(GroupName=name + "2", NewGroupName=name)


def test_everything_that_hangs_from_a_group_must_go_first(iam, name, user):
    iam.create_group(GroupName=name)
    iam.add_user_to_group(GroupName=name, UserName=user)
    iam.put_group_policy(GroupName=name, PolicyName="own", PolicyDocument=document(allow("s3:*")))
    iam.attach_group_policy(GroupName=name, PolicyArn=READ_ONLY)
    for first, clear in (
        ("detach all policies", lambda: iam.detach_group_policy(GroupName=name, PolicyArn=READ_ONLY)),
        ("delete policies", lambda: iam.delete_group_policy(GroupName=name, PolicyName="own")),
        ("remove users from group", lambda: iam.remove_user_from_group(GroupName=name, UserName=user)),
    ):
        with refused("DeleteConflict", f"Cannot delete entity, must {first} first.", status=409):
            iam.delete_group(GroupName=name)
        clear()
    iam.delete_group(GroupName=name)
    with refused("NoSuchEntity", missing(name), status=404):
        iam.get_group(GroupName=name)


def test_groups_and_their_users_are_listed_page_by_page(iam):
    path = f"/{uuid.uuid4().hex}/"
    names = [f"{prefix}-{uuid.uuid4().hex[:8]}" for prefix in ("Bravo", "alpha", "Charlie")]
    for name in names:
        iam.create_group(GroupName=name, Path=path)
    in_order = sorted(names, key=str.lower)
    pages = list(iam.get_paginator("list_groups").paginate(PathPrefix=path, PaginationConfig={"PageSize": 2}))
    assert [[group["GroupName"] for group in page["Groups"]] for page in pages] == [in_order[:2], in_order[2:]]
    users = [f"{prefix}-{uuid.uuid4().hex[:8]}" for prefix in ("Bravo", "alpha", "Charlie")]
    for user in users:
        iam.create_user(UserName=user)
        iam.add_user_to_group(GroupName=names[0], UserName=user)
    pages = list(iam.get_paginator("get_group").paginate(GroupName=names[0], PaginationConfig={"PageSize": 2}))
    shown = [[user["UserName"] for user in page["Users"]] for page in pages]
    assert shown == [sorted(users, key=str.lower)[:2], sorted(users, key=str.lower)[2:]]


def test_a_user_is_in_ten_groups_at_most(iam, user):
    names = [f"group-{uuid.uuid4().hex[:12]}" for _ in range(11)]
    for name in names:
        iam.create_group(GroupName=name)
    for name in names[:10]:
        iam.add_user_to_group(GroupName=name, UserName=user)
    with refused("LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10", status=409):
        iam.add_user_to_group(GroupName=names[10], UserName=user)
    iam.add_user_to_group(GroupName=names[0], UserName=user)
    assert len(iam.list_groups_for_user(UserName=user)["Groups"]) == 10


def test_permission_is_for_the_group_and_not_for_the_user(house, iam, name, user):
    arn = iam.create_group(GroupName=name)["Group"]["Arn"]
    of_group = house.user(allow("iam:AddUserToGroup", on=arn))
    of_user = house.user(allow("iam:AddUserToGroup", on=f"arn:aws:iam::{ACCOUNT}:user/*"))
    with refused("AccessDenied", containing=not_authorized(of_user.arn, "iam:AddUserToGroup", arn)):
        house.client("iam", of_user.credentials).add_user_to_group(GroupName=name, UserName=user)
    house.client("iam", of_group.credentials).add_user_to_group(GroupName=name, UserName=user)
