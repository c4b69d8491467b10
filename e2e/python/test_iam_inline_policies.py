"""Inline policies of users, groups and roles, which are alike but for their allowances."""

import dataclasses
import json
import re
import uuid

import pytest

from expect import members
from server import ACCOUNT
from sessions import House, allow, deny, document, not_authorized, refused, tag, trust

POLICY = document(allow("s3:GetObject", on="arn:aws:s3:::bucket/${aws:username}/*"))


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def iam(house):
    return house.iam


@dataclasses.dataclass(frozen=True)
class Holder:
    """Somebody who has policies, and the operations on them."""

    iam: object
    kind: str
    name: str
    limit: int

    def call(self, operation, **asked):
        return getattr(self.iam, operation.format(self.kind))(**{f"{self.kind.title()}Name": self.name}, **asked)

    def put(self, name, document):
        return self.call("put_{}_policy", PolicyName=name, PolicyDocument=document)

    def get(self, name):
        return self.call("get_{}_policy", PolicyName=name)

    def delete(self, name):
        return self.call("delete_{}_policy", PolicyName=name)

    def list(self, **asked):
        return self.call("list_{}_policies", **asked)

    def named(self, name):
        return dataclasses.replace(self, name=name)


@pytest.fixture(params=["user", "group", "role"])
def holder(request, iam):
    name = f"Holder+{uuid.uuid4().hex[:12]}"
    match request.param:
        case "user":
            iam.create_user(UserName=name)
        case "group":
            iam.create_group(GroupName=name)
        case "role":
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust()))
    return Holder(iam, request.param, name, {"user": 2048, "group": 5120, "role": 10240}[request.param])


def missing_policy(holder, name):
    return refused("NoSuchEntity", f"The {holder.kind} policy with name {name} cannot be found.", status=404)


def missing(holder):
    return refused("NoSuchEntity", f"The {holder.kind} with name {holder.name} cannot be found.", status=404)


def sized(size):
    bare = re.sub(r"\s", "", document(allow("s3:GetObject", on="arn:aws:s3:::X")))
    return bare.replace("X", "x" * (size - len(bare) + 1))


def test_a_policy_is_put_told_replaced_and_deleted(holder):
    assert members(holder.put("p", POLICY)) == set()
    told = holder.get("p")
    assert members(told) == {f"{holder.kind.title()}Name", "PolicyName", "PolicyDocument"}
    assert (told[f"{holder.kind.title()}Name"], told["PolicyName"]) == (holder.name, "p")
    assert told["PolicyDocument"] == json.loads(POLICY)
    other = document(deny("s3:*"))
    holder.put("p", other)
    assert holder.get("p")["PolicyDocument"] == json.loads(other)
    assert holder.list()["PolicyNames"] == ["p"]
    holder.delete("p")
    assert holder.list()["PolicyNames"] == []
    with missing_policy(holder, "p"):
        holder.get("p")
    with missing_policy(holder, "p"):
        holder.delete("p")


def test_names_are_listed_by_pages(holder):
    for name in ("c", "a", "b"):
        holder.put(name, POLICY)
    first = holder.list(MaxItems=2)
    assert (first["PolicyNames"], first["IsTruncated"]) == (["a", "b"], True)
    rest = holder.list(Marker=first["Marker"])
    assert (rest["PolicyNames"], rest["IsTruncated"]) == (["c"], False)
    assert "Marker" not in rest


def test_whoever_is_not_there_has_no_policies(holder):
    nobody = holder.named("nobody-" + holder.name)
    for call in (
        lambda: nobody.put("p", POLICY),
        lambda: nobody.get("p"),
        lambda: nobody.delete("p"),
        lambda: nobody.list(),
    ):
        with missing(nobody):
            call()


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("no", "Syntax errors in policy."),
        (POLICY.replace("2012-10-17", "2008-10-17"), "Policy document must be version 2012-10-17 or greater."),
        (document(allow("GetObject")), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
        (document(allow("s3:a", on="bucket")), 'Resource bucket must be in ARN format or "*".'),
        (document(allow("s3:a") | {"Principal": "*"}), "Policy document should not specify a principal."),
    ],
)
def test_an_unsound_document_is_refused_and_the_old_one_stays(holder, policy, said):
    holder.put("p", POLICY)
    with refused("MalformedPolicyDocument", said):
        holder.put("p", policy)
    assert holder.get("p")["PolicyDocument"] == json.loads(POLICY)


def test_all_policies_share_one_allowance_and_whitespace_is_free(holder):
    half = holder.limit // 2
    holder.put("one", sized(half))
    holder.put("two", "\n" * 5000 + sized(half))
    said = f"Maximum policy size of {holder.limit} bytes exceeded for {holder.kind} {holder.name}"
    with refused("LimitExceeded", said, status=409):
        holder.put("two", sized(half + 1))
    with refused("LimitExceeded", said, status=409):
        holder.put("three", sized(200))
    holder.put("one", sized(200))
    holder.put("three", sized(200))
    assert holder.list()["PolicyNames"] == ["one", "three", "two"]


def test_documents_travel_as_rfc_3986_has_them(holder):
    holder.put("p", '{"Version": "2012-10-17",\n "Statement": []}'.replace("[]", f"[{json.dumps(allow('s3:Get*'))}]"))
    operation = f"Get{holder.kind.title()}Policy"
    seen = []
    holder.iam.meta.events.register_first(
        f"before-parse.iam.{operation}", lambda response_dict, **_: seen.append(response_dict["body"]), "seen"
    )
    holder.get("p")
    holder.iam.meta.events.unregister(f"before-parse.iam.{operation}", unique_id="seen")
    text = re.search(rb"<PolicyDocument>(.*)</PolicyDocument>", seen[0]).group(1)
    assert text.startswith(b"%7B%22Version%22%3A%20%222012-10-17%22%2C%0A%20%22Statement%22%3A%20%5B")
    assert re.fullmatch(rb"([A-Za-z0-9._~-]|%[0-9A-F]{2})+", text)


def test_a_policy_binds_from_the_next_call(house, iam):
    user = house.user()
    secrets = house.client("secretsmanager", user.credentials)
    with refused("AccessDeniedException"):
        secrets.list_secrets()
    iam.put_user_policy(
        UserName=user.name, PolicyName="p", PolicyDocument=document(allow("secretsmanager:ListSecrets"))
    )
    secrets.list_secrets()
    iam.delete_user_policy(UserName=user.name, PolicyName="p")
    with refused("AccessDeniedException"):
        secrets.list_secrets()


def test_a_groups_policy_is_its_members(house, iam):
    user, group = house.user(), f"group-{uuid.uuid4().hex[:12]}"
    iam.create_group(GroupName=group)
    iam.put_group_policy(
        GroupName=group, PolicyName="p", PolicyDocument=document(allow("secretsmanager:ListSecrets"))
    )
    secrets = house.client("secretsmanager", user.credentials)
    with refused("AccessDeniedException"):
        secrets.list_secrets()
    iam.add_user_to_group(GroupName=group, UserName=user.name)
    secrets.list_secrets()


def test_who_may_not_is_told_so_whether_the_holder_is_there_or_not(house, holder):
    user = house.user()
    theirs = dataclasses.replace(holder, iam=house.client("iam", user.credentials))
    action = f"iam:Put{holder.kind.title()}Policy"
    for name in (holder.name, "nobody"):
        arn = f"arn:aws:iam::{ACCOUNT}:{holder.kind}/{name}"
        because = f" because no identity-based policy allows the {action} action"
        with refused("AccessDenied", not_authorized(user.arn, action, arn) + because):
            theirs.named(name).put("p", POLICY)


def test_tags_and_boundary_of_the_holder_are_conditions(house, iam):
    boundary = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
    user = house.user(
        allow(
            "iam:PutRolePolicy",
            Condition={"StringEquals": {"iam:ResourceTag/team": "blue", "iam:PermissionsBoundary": boundary}},
        )
    )
    role = house.role(trust(), tags=[tag("Team", "blue")])
    theirs = house.client("iam", user.credentials)
    with refused("AccessDenied"):
        theirs.put_role_policy(RoleName=role.name, PolicyName="p", PolicyDocument=POLICY)
    iam.put_role_permissions_boundary(RoleName=role.name, PermissionsBoundary=boundary)
    theirs.put_role_policy(RoleName=role.name, PolicyName="p", PolicyDocument=POLICY)
