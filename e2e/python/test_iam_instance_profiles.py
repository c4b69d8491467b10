"""Instance profiles: one role each, handed to machines."""

import json
import re
import uuid

import pytest

from expect import assert_recent, members
from server import ACCOUNT
from sessions import House, allow, document, refused, tag

EC2 = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def iam(house):
    return house.iam


@pytest.fixture
def name():
    return f"Profile+{uuid.uuid4().hex[:12]}"


@pytest.fixture
def profile(iam, name):
    """A fresh profile called `name`."""
    return iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]


@pytest.fixture
def role(iam, name):
    """A fresh role called `name`."""
    return iam.create_role(RoleName=name, Path="/machines/", AssumeRolePolicyDocument=EC2)["Role"]


def missing(name):
    return refused("NoSuchEntity", f"Instance Profile {name} cannot be found.", status=404)


def names(answer):
    return [profile["InstanceProfileName"] for profile in answer["InstanceProfiles"]]


def test_a_new_profile_is_told_of_as_aws_tells(iam, name):
    profile = iam.create_instance_profile(InstanceProfileName=name, Path="/a/")["InstanceProfile"]
    assert members(profile) == {
        "Path", "InstanceProfileName", "InstanceProfileId", "Arn", "CreateDate", "Roles",
    }  # fmt: skip
    assert re.fullmatch("AIPA[A-Z0-9]{17}", profile["InstanceProfileId"])
    assert profile["Arn"] == f"arn:aws:iam::{ACCOUNT}:instance-profile/a/{name}"
    assert (profile["Path"], profile["Roles"]) == ("/a/", [])
    assert_recent(profile["CreateDate"])
    assert iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"] == profile
    with refused("EntityAlreadyExists", f"Instance Profile {name} already exists.", status=409):
        iam.create_instance_profile(InstanceProfileName=name)


def test_a_role_is_put_in_and_taken_out(iam, name, profile, role):
    assert members(iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)) == set()
    [held] = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]
    assert (held["RoleId"], held["Arn"], held["Path"]) == (role["RoleId"], role["Arn"], "/machines/")
    assert held["AssumeRolePolicyDocument"] == json.loads(EC2)
    told = iam.list_instance_profiles_for_role(RoleName=name)
    assert (names(told), told["IsTruncated"]) == ([name], False)
    assert told["InstanceProfiles"][0]["Roles"] == [held]
    full = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"
    with refused("LimitExceeded", full, status=409):
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    with refused(
        "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.", status=409
    ):
        iam.delete_instance_profile(InstanceProfileName=name)
    iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
    assert iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"] == []
    assert names(iam.list_instance_profiles_for_role(RoleName=name)) == []
    with refused("NoSuchEntity", status=404):
        iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
    iam.delete_instance_profile(InstanceProfileName=name)
    with missing(name):
        iam.get_instance_profile(InstanceProfileName=name)


def test_one_role_may_be_in_many_profiles(iam, name, role):
    for number in range(3):
        iam.create_instance_profile(InstanceProfileName=f"{name}{number}")
        iam.add_role_to_instance_profile(InstanceProfileName=f"{name}{number}", RoleName=name)
    pages = list(
        iam.get_paginator("list_instance_profiles_for_role").paginate(
            RoleName=name, PaginationConfig={"PageSize": 2}
        )
    )
    assert [names(page) for page in pages] == [[f"{name}0", f"{name}1"], [f"{name}2"]]


def test_whatever_is_missing_is_told(iam, name):
    for call in (
        lambda: iam.get_instance_profile(InstanceProfileName=name),
        lambda: iam.delete_instance_profile(InstanceProfileName=name),
        lambda: iam.tag_instance_profile(InstanceProfileName=name, Tags=[tag("a", "b")]),
        lambda: iam.untag_instance_profile(InstanceProfileName=name, TagKeys=["a"]),
        lambda: iam.list_instance_profile_tags(InstanceProfileName=name),
        lambda: iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName="nobody"),
        lambda: iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName="nobody"),
    ):
        with missing(name):
            call()
    iam.create_instance_profile(InstanceProfileName=name)
    with refused("NoSuchEntity", "The role with name nobody cannot be found.", status=404):
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName="nobody")


def test_a_list_is_by_name_under_a_path(iam, name):
    path = f"/{uuid.uuid4().hex}/"
    for letter in ("b", "A", "c"):
        iam.create_instance_profile(InstanceProfileName=letter + name, Path=path + "x/", Tags=[tag("a", "b")])
    first = iam.list_instance_profiles(PathPrefix=path, MaxItems=2)
    rest = iam.list_instance_profiles(PathPrefix=path, Marker=first["Marker"])
    assert names(first) + names(rest) == ["A" + name, "b" + name, "c" + name]
    assert (first["IsTruncated"], rest["IsTruncated"]) == (True, False)
    assert "Tags" not in first["InstanceProfiles"][0]


def test_tags_are_put_taken_and_listed(iam, name):
    made = iam.create_instance_profile(InstanceProfileName=name, Tags=[tag("Team", "blue")])["InstanceProfile"]
    assert made["Tags"] == [tag("Team", "blue")]
    iam.tag_instance_profile(InstanceProfileName=name, Tags=[tag("team", "red"), tag("a", "")])
    told = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    assert told["Tags"] == [tag("team", "red"), tag("a", "")]
    first = iam.list_instance_profile_tags(InstanceProfileName=name, MaxItems=1)
    rest = iam.list_instance_profile_tags(InstanceProfileName=name, Marker=first["Marker"])
    assert first["Tags"] + rest["Tags"] == [tag("a", ""), tag("team", "red")]
    iam.untag_instance_profile(InstanceProfileName=name, TagKeys=["TEAM"])
    assert iam.list_instance_profile_tags(InstanceProfileName=name)["Tags"] == [tag("a", "")]


def test_a_role_is_put_in_by_whoever_may_pass_it_to_machines(house, name, profile, role):
    adds = allow("iam:AddRoleToInstanceProfile")
    without = house.user(adds)
    elsewhere = house.user(
        adds, allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}})
    )
    rightly = house.user(
        adds,
        allow(
            "iam:PassRole",
            on=role["Arn"],
            Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        ),
    )
    for user in (without, elsewhere):
        with refused("AccessDenied", containing=f"iam:PassRole on resource: {role['Arn']} because"):
            house.client("iam", user.credentials).add_role_to_instance_profile(
                InstanceProfileName=name, RoleName=name
            )
    house.client("iam", rightly.credentials).add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
