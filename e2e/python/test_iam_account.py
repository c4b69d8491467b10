"""The account as a whole: its numbers, and all of it in detail."""

import json
import uuid

import pytest

from expect import members
from server import ACCOUNT, Server
from sessions import House, allow, document, refused, tag, trust

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
TEXT = document(allow("secretsmanager:GetSecretValue"))


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A server of its own: stories count what the whole account holds."""
    with Server(tmp_path_factory.mktemp("account")) as server:
        yield House(server)


@pytest.fixture(scope="module")
def iam(own):
    return own.iam


def summary(iam):
    return iam.get_account_summary()["SummaryMap"]


def details(iam, **asked):
    """All pages as one."""
    whole = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
    for page in iam.get_paginator("get_account_authorization_details").paginate(**asked):
        for kind, found in whole.items():
            found += page[kind]
    return whole


def unique(kind):
    return f"{kind}-{uuid.uuid4().hex[:12]}"


def test_the_summary_counts_what_there_is(own, iam):
    before = summary(iam)
    user = own.user()
    own.role(trust())
    iam.create_group(GroupName=unique("group"))
    iam.create_instance_profile(InstanceProfileName=unique("profile"))
    policy = iam.create_policy(PolicyName=unique("policy"), PolicyDocument=TEXT)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=TEXT)
    own.device(user)
    after = summary(iam)
    grown = {key: after[key] - before[key] for key in after if after[key] != before[key]}
    assert grown == {
        "Users": 1, "Roles": 1, "Groups": 1, "InstanceProfiles": 1, "Policies": 1, "PolicyVersionsInUse": 2,
        "MFADevices": 1, "MFADevicesInUse": 1,
    }  # fmt: skip


def test_the_summary_tells_the_quotas(iam):
    told = summary(iam)
    expected = {
        "UsersQuota": 5000, "GroupsQuota": 300, "RolesQuota": 1000, "PoliciesQuota": 1500, "VersionsPerPolicyQuota": 5,
        "AccessKeysPerUserQuota": 2, "GroupsPerUserQuota": 10, "AttachedPoliciesPerRoleQuota": 10,
        "PolicySizeQuota": 6144, "UserPolicySizeQuota": 2048, "GroupPolicySizeQuota": 5120,
        "RolePolicySizeQuota": 10240, "AssumeRolePolicySizeQuota": 2048,
    }  # fmt: skip
    assert {key: told[key] for key in expected} == expected
    assert told["AccountMFAEnabled"] == 0
    # The server was begun with an access key of the root user.
    assert told["AccountAccessKeysPresent"] == 1


def test_everyone_is_told_of_with_all_policies(own, iam):
    policy = iam.create_policy(PolicyName=unique("policy"), PolicyDocument=TEXT, Description="Reads.")["Policy"]
    user = own.user(allow("iam:ListUsers"), tags=[tag("a", "b")])
    group, profile = unique("group"), unique("profile")
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=user.name)
    iam.put_group_policy(GroupName=group, PolicyName="in", PolicyDocument=TEXT)
    iam.attach_group_policy(GroupName=group, PolicyArn=READ_ONLY)
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=policy["Arn"])
    role = own.role(trust(user.arn), allow("iam:ListRoles"))
    iam.attach_role_policy(RoleName=role.name, PolicyArn=policy["Arn"])
    iam.create_instance_profile(InstanceProfileName=profile)
    iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=role.name)

    told = details(iam)
    (of_user,) = [one for one in told["UserDetailList"] if one["UserName"] == user.name]
    assert of_user["UserPolicyList"] == [
        {"PolicyName": "own", "PolicyDocument": json.loads(document(allow("iam:ListUsers")))}
    ]
    assert (of_user["GroupList"], of_user["AttachedManagedPolicies"]) == ([group], [])
    assert (of_user["UserId"], of_user["Tags"]) == (user.id, [tag("a", "b")])
    assert of_user["PermissionsBoundary"]["PermissionsBoundaryArn"] == policy["Arn"]

    (of_group,) = [one for one in told["GroupDetailList"] if one["GroupName"] == group]
    assert [one["PolicyName"] for one in of_group["GroupPolicyList"]] == ["in"]
    assert of_group["AttachedManagedPolicies"] == [{"PolicyName": "IAMReadOnlyAccess", "PolicyArn": READ_ONLY}]

    (of_role,) = [one for one in told["RoleDetailList"] if one["RoleName"] == role.name]
    assert of_role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"] == [user.arn]
    assert [one["InstanceProfileName"] for one in of_role["InstanceProfileList"]] == [profile]
    assert of_role["InstanceProfileList"][0]["Roles"][0]["RoleName"] == role.name
    assert [one["PolicyName"] for one in of_role["RolePolicyList"]] == ["own"]
    assert (of_role["AttachedManagedPolicies"][0]["PolicyArn"], of_role["RoleLastUsed"]) == (policy["Arn"], {})

    (of_policy,) = [one for one in told["Policies"] if one["Arn"] == policy["Arn"]]
    assert (of_policy["AttachmentCount"], of_policy["PermissionsBoundaryUsageCount"]) == (1, 1)
    assert of_policy["Description"] == "Reads."
    (version,) = of_policy["PolicyVersionList"]
    assert (version["VersionId"], version["IsDefaultVersion"], version["Document"]) == ("v1", True, json.loads(TEXT))
    # Of AWS's own, those that are used.
    of_aws = {one["PolicyName"] for one in told["Policies"] if one["Arn"].startswith("arn:aws:iam::aws:")}
    assert "IAMReadOnlyAccess" in of_aws
    assert "ViewOnlyAccess" not in of_aws


def test_a_filter_leaves_the_rest_out_and_pages_add_up(own, iam):
    own.user()
    own.role(trust())
    whole = details(iam)
    paged = details(iam, PaginationConfig={"PageSize": 1})
    assert paged == whole
    kinds = {
        "User": "UserDetailList", "Group": "GroupDetailList", "Role": "RoleDetailList",
        "LocalManagedPolicy": "Policies", "AWSManagedPolicy": "Policies",
    }  # fmt: skip
    for kind, member in kinds.items():
        told = iam.get_account_authorization_details(Filter=[kind])
        assert members(told) == set(whole) | {"IsTruncated"}
        is_aws = kind == "AWSManagedPolicy"
        expected = [one for one in whole[member] if member != "Policies" or (":aws:policy/" in one["Arn"]) == is_aws]
        assert told[member] == expected
        assert all(not told[other] for other in whole if other != member)
    assert details(iam, Filter=["User", "Role"]) == whole | {"GroupDetailList": [], "Policies": []}


def test_both_need_leave(own):
    user = own.user()
    client = own.client("iam", user.credentials)
    for action, call in {
        "GetAccountSummary": client.get_account_summary,
        "GetAccountAuthorizationDetails": client.get_account_authorization_details,
    }.items():
        with refused("AccessDenied", containing=f"User: {user.arn} is not authorized to perform: iam:{action}"):
            call()
    assert user.arn.startswith(f"arn:aws:iam::{ACCOUNT}:user/")
