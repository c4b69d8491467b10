"""Managed policies: their versions, where they are used, and those that AWS keeps."""

import json
import re
import urllib.parse
import uuid

import pytest

from expect import assert_recent, members, violation
from server import ACCOUNT
from sessions import House, allow, deny, document, not_authorized, refused, tag, trust

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
VERSION_ID = r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?"
READ = document(allow("secretsmanager:GetSecretValue"))
WRITE = document(allow("secretsmanager:PutSecretValue"))
LISTED = {
    "PolicyName", "PolicyId", "Arn", "Path", "DefaultVersionId", "AttachmentCount", "PermissionsBoundaryUsageCount",
    "IsAttachable", "CreateDate", "UpdateDate",
}  # fmt: skip


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def iam(house):
    return house.iam


@pytest.fixture
def name():
    return f"Policy+{uuid.uuid4().hex[:12]}"


@pytest.fixture
def arn(iam, name):
    """The ARN of a fresh policy called `name` that allows reading."""
    return iam.create_policy(PolicyName=name, PolicyDocument=READ)["Policy"]["Arn"]


def missing(arn):
    return refused("NoSuchEntity", f"Policy {arn} was not found.", status=404)


def no_version(arn, version):
    message = f"Policy {arn} version {version} does not exist or is not attachable."
    return refused("NoSuchEntity", message, status=404)


def wire_document(iam, arn):
    """The document of the first version as it is sent: the SDK decodes it."""
    bodies = []

    def keep(response_dict, **_):
        bodies.append(response_dict["body"])

    iam.meta.events.register_last("before-parse.iam.GetPolicyVersion", keep)
    iam.get_policy_version(PolicyArn=arn, VersionId="v1")
    return re.search("<Document>(.*?)</Document>", bodies[-1].decode(), re.DOTALL)[1]


def versions(iam, arn):
    told = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    return [version["VersionId"] + ("*" if version["IsDefaultVersion"] else "") for version in told]


def names(iam, **asked):
    pages = iam.get_paginator("list_policies").paginate(**asked)
    return [policy["PolicyName"] for page in pages for policy in page["Policies"]]


def test_a_new_policy_is_told_of_as_aws_tells(iam, name):
    policy = iam.create_policy(PolicyName=name, PolicyDocument=READ, Path="/team/", Description="Reads.")["Policy"]
    assert members(policy) == LISTED
    assert re.fullmatch("ANPA[A-Z0-9]{17}", policy["PolicyId"])
    assert policy["Arn"] == f"arn:aws:iam::{ACCOUNT}:policy/team/{name}"
    assert (policy["Path"], policy["DefaultVersionId"], policy["IsAttachable"]) == ("/team/", "v1", True)
    assert (policy["AttachmentCount"], policy["PermissionsBoundaryUsageCount"]) == (0, 0)
    assert_recent(policy["CreateDate"])
    assert policy["UpdateDate"] == policy["CreateDate"]
    assert iam.get_policy(PolicyArn=policy["Arn"])["Policy"] == policy | {"Description": "Reads.", "Tags": []}


def test_a_version_keeps_its_text_byte_for_byte(iam, name):
    statement = '{"Effect":"Allow","Action":"a:b","Resource":"arn:aws:s3:::é/+%"}'
    text = '{ "Version":"2012-10-17",\n\t"Statement": ' + statement + "}"
    arn = iam.create_policy(PolicyName=name, PolicyDocument=text)["Policy"]["Arn"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
    assert members(version) == {"Document", "VersionId", "IsDefaultVersion", "CreateDate"}
    assert version["Document"] == json.loads(text)
    sent = wire_document(iam, arn)
    assert urllib.parse.unquote(sent) == text
    assert not set(sent) & set(' +"{}:/\n')
    assert (version["VersionId"], version["IsDefaultVersion"]) == ("v1", True)


def test_names_are_taken_whatever_their_case_and_path(iam, name, arn):
    other = name.upper()
    with refused(
        "EntityAlreadyExists", f"A policy called {other} already exists. Duplicate names are not allowed.", status=409
    ):
        iam.create_policy(PolicyName=other, PolicyDocument=READ, Path="/elsewhere/")


def test_a_policy_may_be_called_as_one_of_aws(iam):
    arn = iam.create_policy(PolicyName="ReadOnlyAccess", PolicyDocument=READ)["Policy"]["Arn"]
    assert names(iam).count("ReadOnlyAccess") == 2
    iam.delete_policy(PolicyArn=arn)


@pytest.mark.parametrize(
    "text, message",
    [
        ("no", "Syntax errors in policy."),
        ('{"Statement":[]}', None),
        ('{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*"}}',
         "Policy document must be version 2012-10-17 or greater."),
        (document({"Effect": "Allow", "Resource": "*"}), "Policy statement must contain actions."),
        (document(allow("GetSecretValue")),
         "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
        (document(allow("a:b", Principal="*")), "Policy document should not specify a principal."),
    ],
)  # fmt: skip
def test_documents_that_are_not_sound_are_refused(iam, name, arn, text, message):
    with refused("MalformedPolicyDocument", message):
        iam.create_policy(PolicyName=name + "x", PolicyDocument=text)
    with refused("MalformedPolicyDocument", message):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=text)


def test_a_document_has_6144_characters_without_its_blanks(iam, name):
    def text(extra):
        bare = document(allow("a:b", on=""))
        bare = bare.replace(" ", "")
        return bare.replace('"Resource":""', '"Resource":"arn:aws:s3:::' + "x" * (6144 - len(bare) - 13 + extra) + '"')

    assert len(text(0)) == 6144
    arn = iam.create_policy(PolicyName=name, PolicyDocument=text(0) + " " * 500)["Policy"]["Arn"]
    with refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144", status=409):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=text(1))


def test_versions_are_counted_and_no_number_comes_twice(iam, arn):
    made = iam.create_policy_version(PolicyArn=arn, PolicyDocument=WRITE)["PolicyVersion"]
    assert members(made) == {"VersionId", "IsDefaultVersion", "CreateDate"}
    assert (made["VersionId"], made["IsDefaultVersion"]) == ("v2", False)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=WRITE, SetAsDefault=True)
    assert versions(iam, arn) == ["v3*", "v2", "v1"]
    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ)
    assert versions(iam, arn) == ["v4", "v3*", "v1"]
    with no_version(arn, "v2"):
        iam.get_policy_version(PolicyArn=arn, VersionId="v2")
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert versions(iam, arn) == ["v4", "v3", "v1*"]
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v1"


def test_the_newest_version_dates_the_policy(iam, arn):
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=WRITE)
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    newest = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]["CreateDate"]
    assert policy["UpdateDate"] == newest


def test_there_are_five_versions_at_most(iam, arn):
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ)
    with refused(
        "LimitExceeded",
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing "
        "version.",
        status=409,
    ):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ)
    first = iam.list_policy_versions(PolicyArn=arn, MaxItems=2)
    assert (first["IsTruncated"], [one["VersionId"] for one in first["Versions"]]) == (True, ["v5", "v4"])
    rest = iam.list_policy_versions(PolicyArn=arn, Marker=first["Marker"])
    assert (rest["IsTruncated"], [one["VersionId"] for one in rest["Versions"]]) == (False, ["v3", "v2", "v1"])


def test_the_default_version_stays(iam, arn):
    with refused("DeleteConflict", "Cannot delete the default version of a policy.", status=409):
        iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    for call in (iam.delete_policy_version, iam.set_default_policy_version, iam.get_policy_version):
        with no_version(arn, "v7"):
            call(PolicyArn=arn, VersionId="v7")
        pattern = violation("versionId", rf"Member must satisfy regular expression pattern: {VERSION_ID}")
        with refused("ValidationError", f"1 validation error detected: {pattern}"):
            call(PolicyArn=arn, VersionId="latest")


def test_what_is_used_or_has_more_versions_cannot_be_deleted(iam, house, arn):
    role = house.role(trust())
    iam.attach_role_policy(RoleName=role.name, PolicyArn=arn)
    attached = "Cannot delete a policy attached to entities."
    with refused("DeleteConflict", attached, status=409):
        iam.delete_policy(PolicyArn=arn)
    iam.detach_role_policy(RoleName=role.name, PolicyArn=arn)
    iam.put_role_permissions_boundary(RoleName=role.name, PermissionsBoundary=arn)
    with refused("DeleteConflict", attached, status=409):
        iam.delete_policy(PolicyArn=arn)
    iam.delete_role_permissions_boundary(RoleName=role.name)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=WRITE)
    with refused(
        "DeleteConflict",
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
        "The default version is deleted with the policy.",
        status=409,
    ):
        iam.delete_policy(PolicyArn=arn)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    iam.delete_policy(PolicyArn=arn)
    with missing(arn):
        iam.get_policy(PolicyArn=arn)
    with missing(arn):
        iam.delete_policy(PolicyArn=arn)


def test_uses_are_counted(iam, house, arn):
    user, role = house.user(), house.role(trust())
    group = f"group-{uuid.uuid4().hex[:12]}"
    iam.create_group(GroupName=group)
    iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    iam.attach_role_policy(RoleName=role.name, PolicyArn=arn)
    iam.attach_group_policy(GroupName=group, PolicyArn=arn)
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=arn)
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (policy["AttachmentCount"], policy["PermissionsBoundaryUsageCount"]) == (3, 1)
    iam.detach_group_policy(GroupName=group, PolicyArn=arn)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 2


def test_lists_are_of_a_kind_a_path_and_a_use(iam, house, name):
    path = f"/{uuid.uuid4().hex}/"
    own = {}
    for part in "cab":
        made = iam.create_policy(PolicyName=f"{part}-{name}", PolicyDocument=READ, Path=path)["Policy"]
        own[part] = made["Arn"]
    all_three = [f"{part}-{name}" for part in "abc"]
    assert names(iam, PathPrefix=path) == all_three
    assert names(iam, PathPrefix=path, Scope="Local") == all_three
    assert names(iam, PathPrefix=path, Scope="AWS") == []
    assert names(iam, PathPrefix=path, OnlyAttached=True) == []
    user = house.user()
    iam.attach_user_policy(UserName=user.name, PolicyArn=own["b"])
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=own["c"])
    assert names(iam, PathPrefix=path, OnlyAttached=True) == [f"b-{name}"]
    assert names(iam, PathPrefix=path, PolicyUsageFilter="PermissionsPolicy") == [f"b-{name}"]
    assert names(iam, PathPrefix=path, PolicyUsageFilter="PermissionsBoundary") == [f"c-{name}"]
    listed = iam.list_policies(PathPrefix=path, MaxItems=1)
    assert members(listed["Policies"][0]) == LISTED
    assert listed["IsTruncated"]


def test_a_list_goes_over_both_kinds_page_by_page(iam, arn, name):
    whole = names(iam, PaginationConfig={"PageSize": 1000})
    assert names(iam, PaginationConfig={"PageSize": 3}) == whole
    assert {name, "AdministratorAccess", "SecretsManagerReadWrite"} <= set(whole)
    assert "AdministratorAccess" not in names(iam, Scope="Local")
    assert name not in names(iam, Scope="AWS")
    assert names(iam, Scope="AWS", PathPrefix="/job-function/") == ["ViewOnlyAccess"]


def test_aws_keeps_its_policies_to_itself(iam, house):
    policy = iam.get_policy(PolicyArn=ADMINISTRATOR)["Policy"]
    assert (policy["PolicyId"], policy["DefaultVersionId"]) == ("ANPAIWMBCKSKIEE64ZLYK", "v1")
    assert policy["CreateDate"].isoformat() == "2015-02-06T18:39:46+00:00"
    assert policy["Description"] == "Provides full access to AWS services and resources."
    assert versions(iam, ADMINISTRATOR) == ["v1*"]
    document_ = iam.get_policy_version(PolicyArn=ADMINISTRATOR, VersionId="v1")["PolicyVersion"]["Document"]
    assert document_["Statement"] == [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    for action, call in {
        "DeletePolicy": lambda: iam.delete_policy(PolicyArn=ADMINISTRATOR),
        "CreatePolicyVersion": lambda: iam.create_policy_version(PolicyArn=ADMINISTRATOR, PolicyDocument=READ),
        "DeletePolicyVersion": lambda: iam.delete_policy_version(PolicyArn=ADMINISTRATOR, VersionId="v1"),
        "SetDefaultPolicyVersion": lambda: iam.set_default_policy_version(PolicyArn=ADMINISTRATOR, VersionId="v1"),
        "TagPolicy": lambda: iam.tag_policy(PolicyArn=ADMINISTRATOR, Tags=[tag("a", "b")]),
        "UntagPolicy": lambda: iam.untag_policy(PolicyArn=ADMINISTRATOR, TagKeys=["a"]),
    }.items():
        root = f"arn:aws:iam::{ACCOUNT}:root"
        with refused("AccessDenied", not_authorized(root, f"iam:{action}", f"policy {ADMINISTRATOR}")):
            call()


def test_every_policy_of_aws_can_be_read(iam):
    for page in iam.get_paginator("list_policies").paginate(Scope="AWS"):
        for policy in page["Policies"]:
            version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
            assert version["PolicyVersion"]["Document"]["Version"] == "2012-10-17"
            assert version["PolicyVersion"]["CreateDate"] == policy["UpdateDate"]


def test_tags_are_put_listed_and_taken(iam, name):
    arn = iam.create_policy(PolicyName=name, PolicyDocument=READ, Tags=[tag("Team", "red")])["Policy"]["Arn"]
    iam.tag_policy(PolicyArn=arn, Tags=[tag("team", "blue"), tag("a", "")])
    assert iam.list_policy_tags(PolicyArn=arn)["Tags"] == [tag("a", ""), tag("team", "blue")]
    iam.untag_policy(PolicyArn=arn, TagKeys=["TEAM", "absent"])
    assert iam.get_policy(PolicyArn=arn)["Policy"]["Tags"] == [tag("a", "")]
    assert iam.list_policy_tags(PolicyArn=ADMINISTRATOR)["Tags"] == []


def test_arns_that_mean_nothing_are_refused(iam):
    absent = f"arn:aws:iam::{ACCOUNT}:policy/absent"
    for call in (iam.get_policy, iam.delete_policy, iam.list_policy_versions, iam.list_policy_tags):
        with missing(absent):
            call(PolicyArn=absent)
        with refused("ValidationError", "Invalid ARN:  Could not be parsed!"):
            call(PolicyArn="not-an-arn-but-long-enough")
        with refused("InvalidInput"):
            call(PolicyArn=f"arn:aws:iam::{ACCOUNT}:role/some-role")


def test_who_may_not_ask_learns_nothing_and_is_told_why(house, iam, arn, name):
    user = house.user()
    own = house.client("iam", user.credentials)
    for policy in (arn, f"arn:aws:iam::{ACCOUNT}:policy/absent"):
        because = " because no identity-based policy allows the iam:GetPolicy action"
        with refused("AccessDenied", not_authorized(user.arn, "iam:GetPolicy", f"policy {policy}") + because):
            own.get_policy(PolicyArn=policy)
    with refused("AccessDenied", containing="iam:CreatePolicy on resource: policy new because"):
        own.create_policy(PolicyName="new", PolicyDocument=READ)
    with refused("AccessDenied", containing="iam:ListPolicies on resource: policy path / because"):
        own.list_policies()


def test_policies_bind_by_path_and_by_tag(house, iam, name):
    under = f"arn:aws:iam::{ACCOUNT}:policy/team/*"
    red = {"StringEquals": {"iam:ResourceTag/Team": "red"}}
    user = house.user(
        allow("iam:CreatePolicy", "iam:TagPolicy", on=under),
        allow("iam:DeletePolicy", Condition=red),
        deny("iam:TagPolicy", Condition={"StringNotEquals": {"aws:RequestTag/Team": "red"}}),
    )
    own = house.client("iam", user.credentials)
    with refused("AccessDenied", containing="iam:CreatePolicy"):
        own.create_policy(PolicyName=name, PolicyDocument=READ)
    with refused("AccessDenied", containing="iam:TagPolicy"):
        own.create_policy(PolicyName=name, PolicyDocument=READ, Path="/team/", Tags=[tag("Team", "blue")])
    arn = own.create_policy(PolicyName=name, PolicyDocument=READ, Path="/team/", Tags=[tag("Team", "red")])["Policy"][
        "Arn"
    ]
    iam.tag_policy(PolicyArn=arn, Tags=[tag("Team", "blue")])
    with refused("AccessDenied", containing="iam:DeletePolicy"):
        own.delete_policy(PolicyArn=arn)
    iam.tag_policy(PolicyArn=arn, Tags=[tag("Team", "red")])
    own.delete_policy(PolicyArn=arn)


def test_the_version_in_force_is_what_counts(house, iam, name):
    may_list, may_not = document(allow("iam:ListUsers")), document(allow("iam:ListRoles"))
    arn = iam.create_policy(PolicyName=name, PolicyDocument=may_not)["Policy"]["Arn"]
    user = house.user()
    iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    own = house.client("iam", user.credentials)
    with refused("AccessDenied", containing="iam:ListUsers"):
        own.list_users()
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=may_list)
    with refused("AccessDenied", containing="iam:ListUsers"):
        own.list_users()
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    own.list_users()
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    with refused("AccessDenied", containing="iam:ListUsers"):
        own.list_users()
