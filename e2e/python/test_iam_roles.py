"""Roles: whom they trust, how they are told of, and what stands in the way of their end."""

import json
import re
import uuid

import pytest

from expect import assert_recent, at_least, eventually, members, violation
from server import ACCOUNT, REGIONS
from sessions import ANY_ROLE, Credentials, House, allow, document, not_authorized, refused, tag, trust

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
EC2 = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def iam(house):
    return house.iam


@pytest.fixture
def name():
    return f"Role+{uuid.uuid4().hex[:12]}"


@pytest.fixture
def role(iam, name):
    """A fresh role called `name`."""
    return iam.create_role(RoleName=name, AssumeRolePolicyDocument=EC2)["Role"]


def missing(name):
    return refused("NoSuchEntity", f"The role with name {name} cannot be found.", status=404)


def arn_of(name, path="/"):
    return f"arn:aws:iam::{ACCOUNT}:role{path}{name}"


def trusted(iam, name):
    """Whom a role trusts, as it is told."""
    role = iam.get_role(RoleName=name)["Role"]
    return role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"]


def test_a_new_role_is_told_of_as_aws_tells(iam, name):
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=EC2)["Role"]
    assert members(role) == {"Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"}
    assert re.fullmatch("AROA[A-Z0-9]{17}", role["RoleId"])
    assert (role["Path"], role["RoleName"], role["Arn"]) == ("/", name, arn_of(name))
    assert role["AssumeRolePolicyDocument"] == json.loads(EC2)
    assert_recent(role["CreateDate"])
    told = iam.get_role(RoleName=name)["Role"]
    assert told == role | {"MaxSessionDuration": 3600, "RoleLastUsed": {}}


def test_everything_that_a_role_is_made_with_is_kept(iam, name):
    made = iam.create_role(
        RoleName=name,
        Path="/team/blue/",
        AssumeRolePolicyDocument=EC2,
        Description="Reads & writes <things>, ¡olé!",
        MaxSessionDuration=7200,
        PermissionsBoundary=READ_ONLY,
        Tags=[tag("Team", "blue"), tag("b", "")],
    )["Role"]
    assert made["Arn"] == arn_of(name, "/team/blue/")
    assert made["Description"] == "Reads & writes <things>, ¡olé!"
    assert made["MaxSessionDuration"] == 7200
    assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    assert made["Tags"] == [tag("Team", "blue"), tag("b", "")]
    assert iam.get_role(RoleName=name)["Role"] == made | {"RoleLastUsed": {}}


def test_names_are_one_whatever_their_case(iam, name, role):
    with refused("EntityAlreadyExists", f"Role with name {name.upper()} already exists.", status=409):
        iam.create_role(RoleName=name.upper(), AssumeRolePolicyDocument=EC2)
    assert iam.get_role(RoleName=name.lower())["Role"]["RoleName"] == name


def test_every_operation_tells_that_a_role_is_missing(iam, name):
    for call in (
        lambda: iam.get_role(RoleName=name),
        lambda: iam.delete_role(RoleName=name),
        lambda: iam.update_role(RoleName=name, Description="x"),
        lambda: iam.update_role_description(RoleName=name, Description="x"),
        lambda: iam.update_assume_role_policy(RoleName=name, PolicyDocument=EC2),
        lambda: iam.tag_role(RoleName=name, Tags=[tag("a", "b")]),
        lambda: iam.untag_role(RoleName=name, TagKeys=["a"]),
        lambda: iam.list_role_tags(RoleName=name),
        lambda: iam.list_instance_profiles_for_role(RoleName=name),
    ):
        with missing(name):
            call()


def test_a_list_is_by_name_and_tells_less(iam, name):
    path = f"/{uuid.uuid4().hex}/"
    for suffix in ("b", "A", "c"):
        iam.create_role(
            RoleName=suffix + name,
            Path=path + "x/",
            AssumeRolePolicyDocument=EC2,
            PermissionsBoundary=READ_ONLY,
            Tags=[tag("a", "b")],
        )
    first = iam.list_roles(PathPrefix=path, MaxItems=2)
    assert first["IsTruncated"] is True
    rest = iam.list_roles(PathPrefix=path, MaxItems=2, Marker=first["Marker"])
    assert rest["IsTruncated"] is False and "Marker" not in rest
    roles = first["Roles"] + rest["Roles"]
    assert [role["RoleName"] for role in roles] == ["A" + name, "b" + name, "c" + name]
    assert members(roles[0]) == {
        "Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument", "MaxSessionDuration",
    }  # fmt: skip
    assert roles[0]["AssumeRolePolicyDocument"] == json.loads(EC2)
    assert iam.list_roles(PathPrefix=f"/{uuid.uuid4().hex}")["Roles"] == []
    with refused("ValidationError", "Invalid Marker."):
        iam.list_roles(Marker=first["Marker"][:-4] + "AAAA")
    with refused("ValidationError", "Invalid Marker."):
        iam.list_users(Marker=first["Marker"])


def test_a_role_is_updated_in_part(iam, name, role):
    assert members(iam.update_role(RoleName=name, Description="one")) == set()
    iam.update_role(RoleName=name, MaxSessionDuration=43200)
    told = iam.get_role(RoleName=name)["Role"]
    assert (told["Description"], told["MaxSessionDuration"]) == ("one", 43200)
    answer = iam.update_role_description(RoleName=name, Description="two")["Role"]
    assert answer == told | {"Description": "two"}
    iam.update_role(RoleName=name, Description="")
    assert iam.get_role(RoleName=name)["Role"]["Description"] == ""
    with refused("ValidationError"):
        iam.update_role(RoleName=name, MaxSessionDuration=3599)


def test_principals_are_one_user_and_not_the_next_of_the_same_name(house, iam, name):
    user = house.user(path="/team/")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust(user.arn)))
    assert trusted(iam, name) == [user.arn]
    house.sts(user.credentials).assume_role(RoleArn=arn_of(name), RoleSessionName="ada")
    iam.update_user(UserName=user.name, NewPath="/other/")
    moved = user.arn.replace("/team/", "/other/")
    assert trusted(iam, name) == [moved]
    iam.delete_access_key(UserName=user.name, AccessKeyId=user.credentials.access_key_id)
    iam.delete_user(UserName=user.name)
    assert trusted(iam, name) == [user.id]
    iam.create_user(UserName=user.name, Path="/other/")
    assert trusted(iam, name) == [user.id]
    key = iam.create_access_key(UserName=user.name)["AccessKey"]
    namesake = house.sts(Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
    with refused("AccessDenied"):
        namesake.assume_role(RoleArn=arn_of(name), RoleSessionName="ada")
    listed = iam.list_roles(MaxItems=1000)["Roles"]
    [seen] = [role for role in listed if role["RoleName"] == name]
    assert seen["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"] == [user.id]
    # What was read cannot be written back: it names nobody.
    with refused("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{user.id}"'):
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=document(trust(user.id)))


def test_roles_and_accounts_are_principals_too(house, iam, name):
    other = house.role(trust())
    elsewhere = "arn:aws:iam::999988887777:role/nobody-knows"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust(other.arn, ACCOUNT, elsewhere, "*")))
    assert trusted(iam, name) == [other.arn, f"arn:aws:iam::{ACCOUNT}:root", elsewhere, "*"]


@pytest.mark.parametrize("missing_arn", [arn_of("nobody"), f"arn:aws:iam::{ACCOUNT}:user/nobody"])
def test_a_trust_policy_that_names_nobody_is_refused(iam, name, missing_arn):
    with refused("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{missing_arn}"'):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust(missing_arn)))
    with missing(name):
        iam.get_role(RoleName=name)


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("{", "This policy contains invalid Json"),
        (document(trust() | {"Resource": "*"}), "Has prohibited field Resource"),
        (document({"Effect": "Allow", "Action": "sts:AssumeRole"}), "Missing required field Principal"),
        (document(trust(actions=["s3:GetObject"])), "AssumeRole policy may only specify STS AssumeRole actions."),
    ],
)
def test_an_unsound_trust_policy_is_refused(iam, name, role, policy, said):
    with refused("MalformedPolicyDocument", said):
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=policy)
    with refused("MalformedPolicyDocument", said):
        iam.create_role(RoleName=name + "x", AssumeRolePolicyDocument=policy)
    assert iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"] == json.loads(EC2)


def test_a_trust_policy_has_2048_characters_without_whitespace(iam, name, role):
    def sized(size):
        bare = re.sub(r"\s", "", document(trust(when={"StringEquals": {"sts:ExternalId": "X"}})))
        return bare.replace('"X"', '"' + "x" * (size - len(bare) + 1) + '"')

    iam.update_assume_role_policy(RoleName=name, PolicyDocument=" " * 5000 + sized(2048))
    with refused("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048", status=409):
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=sized(2049))


def test_an_updated_trust_policy_binds_at_once(house, iam):
    user = house.user(allow("sts:AssumeRole", on=ANY_ROLE))
    role = house.role(trust(house.user().arn))
    with refused("AccessDenied"):
        house.assume(role, user.credentials)
    iam.update_assume_role_policy(RoleName=role.name, PolicyDocument=document(trust(user.arn)))
    house.assume(role, user.credentials)


def test_a_role_tells_when_and_where_it_was_used_last(house, iam):
    user = house.user()
    role = house.role(trust(user.arn), allow("secretsmanager:ListSecrets"))
    _, session = house.assume(role, user.credentials)
    house.client("secretsmanager", session, REGIONS[1]).list_secrets()

    def region():
        return iam.get_role(RoleName=role.name)["Role"]["RoleLastUsed"].get("Region")

    eventually(region, REGIONS[1])
    assert_recent(iam.get_role(RoleName=role.name)["Role"]["RoleLastUsed"]["LastUsedDate"])


def test_what_hangs_on_a_role_keeps_it(iam, name, role):
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(allow("s3:GetObject")))
    iam.attach_role_policy(RoleName=name, PolicyArn=READ_ONLY)
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)

    def kept_by(reason):
        return refused("DeleteConflict", f"Cannot delete entity, must {reason} first.", status=409)

    with kept_by("remove roles from instance profile"):
        iam.delete_role(RoleName=name)
    iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
    with kept_by("detach all policies"):
        iam.delete_role(RoleName=name)
    iam.detach_role_policy(RoleName=name, PolicyArn=READ_ONLY)
    with kept_by("delete policies"):
        iam.delete_role(RoleName=name)
    iam.delete_role_policy(RoleName=name, PolicyName="p")
    iam.delete_role(RoleName=name)
    with missing(name):
        iam.get_role(RoleName=name)


def test_a_role_made_anew_has_another_id(iam, name, role):
    iam.delete_role(RoleName=name)
    again = iam.create_role(RoleName=name, AssumeRolePolicyDocument=EC2)["Role"]
    assert again["RoleId"] != role["RoleId"]


def test_tags_are_put_taken_and_listed(iam, name, role):
    iam.tag_role(RoleName=name, Tags=[tag("b", "1"), tag("Team", "blue")])
    iam.tag_role(RoleName=name, Tags=[tag("team", "red"), tag("a", "")])
    assert iam.get_role(RoleName=name)["Role"]["Tags"] == [tag("b", "1"), tag("team", "red"), tag("a", "")]
    first = iam.list_role_tags(RoleName=name, MaxItems=2)
    rest = iam.list_role_tags(RoleName=name, Marker=first["Marker"])
    assert first["Tags"] + rest["Tags"] == [tag("a", ""), tag("b", "1"), tag("team", "red")]
    iam.untag_role(RoleName=name, TagKeys=["TEAM", "nothing"])
    assert iam.list_role_tags(RoleName=name)["Tags"] == [tag("a", ""), tag("b", "1")]
    with refused("InvalidInput", containing="Duplicate tag keys found."):
        iam.tag_role(RoleName=name, Tags=[tag("x", "1"), tag("X", "2")])
    with refused("LimitExceeded", status=409):
        iam.tag_role(RoleName=name, Tags=[tag(f"k{number}", "") for number in range(49)])
    assert len(iam.list_role_tags(RoleName=name)["Tags"]) == 2


def test_boundaries_must_be_policies_that_are_there(iam, name):
    def make(boundary):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=EC2, PermissionsBoundary=boundary)

    wrong = f"arn:aws:iam::{ACCOUNT}:role/no-policy"
    with refused("ValidationError", f"Value ({wrong}) for parameter PermissionsBoundary is invalid."):
        make(wrong)
    gone = f"arn:aws:iam::{ACCOUNT}:policy/gone-{name}"
    with refused("NoSuchEntity", f"Scope ARN: {gone} does not exist or is not attachable.", status=404):
        make(gone)
    with missing(name):
        iam.get_role(RoleName=name)


def test_paths_of_service_linked_roles_are_not_for_everybody(iam, name):
    said = "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles"
    with refused("InvalidInput", said):
        iam.create_role(
            RoleName=name, Path="/aws-service-role/ecs.amazonaws.com/", AssumeRolePolicyDocument=EC2
        )


def test_who_may_not_learns_nothing_of_a_role(house, name, role):
    user = house.user()
    theirs = house.client("iam", user.credentials)
    because = " because no identity-based policy allows the iam:{} action"
    for asked in (name, "nobody"):
        said = not_authorized(user.arn, "iam:GetRole", arn_of(asked)) + because.format("GetRole")
        with refused("AccessDenied", said):
            theirs.get_role(RoleName=asked)
    every = f"arn:aws:iam::{ACCOUNT}:role/"
    with refused("AccessDenied", not_authorized(user.arn, "iam:ListRoles", every) + because.format("ListRoles")):
        theirs.list_roles()


def test_policies_may_demand_a_boundary_and_tags(house, iam, name):
    user = house.user(
        allow(
            "iam:CreateRole",
            "iam:TagRole",
            Condition={"StringEquals": {"iam:PermissionsBoundary": READ_ONLY, "aws:RequestTag/team": "blue"}},
        ),
        allow("iam:UpdateRole", Condition={"StringEquals": {"iam:ResourceTag/Team": "blue"}}),
    )
    theirs = house.client("iam", user.credentials)
    with refused("AccessDenied"):
        theirs.create_role(RoleName=name, AssumeRolePolicyDocument=EC2, Tags=[tag("team", "blue")])
    with refused("AccessDenied"):
        theirs.create_role(
            RoleName=name, AssumeRolePolicyDocument=EC2, PermissionsBoundary=READ_ONLY, Tags=[tag("team", "red")]
        )
    theirs.create_role(
        RoleName=name, AssumeRolePolicyDocument=EC2, PermissionsBoundary=READ_ONLY, Tags=[tag("team", "blue")]
    )
    theirs.update_role(RoleName=name, Description="mine")
    iam.untag_role(RoleName=name, TagKeys=["team"])
    with refused("AccessDenied"):
        theirs.update_role(RoleName=name, Description="mine")


def test_tags_at_birth_need_the_right_to_tag(house, name):
    user = house.user(allow("iam:CreateRole"))
    theirs = house.client("iam", user.credentials)
    with refused("AccessDenied", containing="iam:TagRole"):
        theirs.create_role(RoleName=name, AssumeRolePolicyDocument=EC2, Tags=[tag("a", "b")])
    theirs.create_role(RoleName=name, AssumeRolePolicyDocument=EC2)


def test_all_violations_come_in_one_answer(iam):
    for told in (violation("roleName", at_least(1)), violation("assumeRolePolicyDocument", at_least(1))):
        with refused("ValidationError", containing=told):
            iam.create_role(RoleName="", AssumeRolePolicyDocument="")
