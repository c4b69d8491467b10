"""Managed policies on users, groups and roles, and boundaries around users and roles."""

import dataclasses
import uuid

import pytest

from expect import members
from server import ACCOUNT
from sessions import House, allow, document, not_authorized, refused, trust

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
LAMBDA = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def iam(house):
    return house.iam


@dataclasses.dataclass(frozen=True)
class Holder:
    """Somebody whom policies are attached to, and the operations on it."""

    iam: object
    kind: str
    name: str
    path: str

    def call(self, operation, **asked):
        return getattr(self.iam, operation.format(self.kind))(**{f"{self.kind.title()}Name": self.name}, **asked)

    def attach(self, arn):
        return self.call("attach_{}_policy", PolicyArn=arn)

    def detach(self, arn):
        return self.call("detach_{}_policy", PolicyArn=arn)

    def list(self, **asked):
        return self.call("list_attached_{}_policies", **asked)

    def bound(self, arn):
        return self.call("put_{}_permissions_boundary", PermissionsBoundary=arn)

    def unbound(self):
        return self.call("delete_{}_permissions_boundary")

    def boundary(self):
        told = self.call("get_{}")[self.kind.title()]
        return told.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")

    def named(self, name):
        return dataclasses.replace(self, name=name)


def make(iam, kind):
    name, path = f"Holder+{uuid.uuid4().hex[:12]}", f"/{uuid.uuid4().hex[:8]}/"
    match kind:
        case "user":
            iam.create_user(UserName=name, Path=path)
        case "group":
            iam.create_group(GroupName=name, Path=path)
        case "role":
            iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=document(trust()))
    return Holder(iam, kind, name, path)


@pytest.fixture(params=["user", "group", "role"])
def holder(request, iam):
    return make(iam, request.param)


@pytest.fixture(params=["user", "role"])
def bounded(request, iam):
    return make(iam, request.param)


@pytest.fixture
def own(iam):
    """The ARN of a fresh policy of the account."""
    return make_policy(iam)


def make_policy(iam, path="/", *statements):
    name = f"Policy+{uuid.uuid4().hex[:12]}"
    text = document(*(statements or [allow("s3:GetObject")]))
    return iam.create_policy(PolicyName=name, Path=path, PolicyDocument=text)["Policy"]["Arn"]


def arns(answer):
    return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]


def missing(holder):
    return refused("NoSuchEntity", f"The {holder.kind} with name {holder.name} cannot be found.", status=404)


def test_a_policy_is_attached_and_detached(iam, holder, own):
    assert members(holder.attach(own)) == set()
    told = holder.list()
    assert told["AttachedPolicies"] == [{"PolicyName": own.rsplit("/", 1)[1], "PolicyArn": own}]
    assert told["IsTruncated"] is False and "Marker" not in told
    assert iam.get_policy(PolicyArn=own)["Policy"]["AttachmentCount"] == 1
    holder.attach(own)
    assert arns(holder.list()) == [own]
    holder.detach(own)
    assert arns(holder.list()) == []
    with refused("NoSuchEntity", f"Policy {own} was not found.", status=404):
        holder.detach(own)


def test_a_list_is_by_name_and_by_the_policies_path(iam, holder):
    deep = make_policy(iam, "/deep/er/")
    for arn in (READ_ONLY, deep, ADMINISTRATOR, LAMBDA):
        holder.attach(arn)
    first = holder.list(MaxItems=3)
    rest = holder.list(Marker=first["Marker"])
    assert arns(first) + arns(rest) == [ADMINISTRATOR, LAMBDA, READ_ONLY, deep]
    assert (first["IsTruncated"], rest["IsTruncated"]) == (True, False)
    assert arns(holder.list(PathPrefix="/deep/")) == [deep]
    assert arns(holder.list(PathPrefix="/service-role/")) == [LAMBDA]


def test_only_policies_that_are_there_are_attached(holder):
    for gone in (f"arn:aws:iam::{ACCOUNT}:policy/gone", "arn:aws:iam::aws:policy/Gone"):
        with refused("NoSuchEntity", f"Policy {gone} does not exist or is not attachable.", status=404):
            holder.attach(gone)
    for wrong in ("not an arn of anything", f"arn:aws:iam::{ACCOUNT}:role/no-policy"):
        with refused("ValidationError", "Invalid ARN:  Could not be parsed!"):
            holder.attach(wrong)
        with refused("ValidationError", "Invalid ARN:  Could not be parsed!"):
            holder.detach(wrong)
    assert arns(holder.list()) == []


def test_the_eleventh_policy_is_refused(iam, holder):
    for _ in range(10):
        holder.attach(make_policy(iam))
    [first, *_] = arns(holder.list())
    quota = f"PoliciesPer{holder.kind.title()}"
    with refused("LimitExceeded", f"Cannot exceed quota for {quota}: 10", status=409):
        holder.attach(READ_ONLY)
    holder.attach(first)
    holder.detach(first)
    holder.attach(READ_ONLY)


def test_whoever_is_not_there_has_no_attachments(holder):
    nobody = holder.named("nobody-" + holder.name)
    for call in (lambda: nobody.attach(READ_ONLY), lambda: nobody.detach(READ_ONLY), lambda: nobody.list()):
        with missing(nobody):
            call()


def test_an_attached_policy_is_not_deleted(iam, holder, own):
    holder.attach(own)
    with refused("DeleteConflict", "Cannot delete a policy attached to entities.", status=409):
        iam.delete_policy(PolicyArn=own)
    holder.detach(own)
    iam.delete_policy(PolicyArn=own)


def test_an_attached_policy_binds_from_the_next_call(house, iam):
    user = house.user()
    secrets = house.client("secretsmanager", user.credentials)
    own = make_policy(iam, "/", allow("secretsmanager:ListSecrets"))
    with refused("AccessDeniedException"):
        secrets.list_secrets()
    iam.attach_user_policy(UserName=user.name, PolicyArn=own)
    secrets.list_secrets()
    iam.detach_user_policy(UserName=user.name, PolicyArn=own)
    with refused("AccessDeniedException"):
        secrets.list_secrets()


def test_the_policy_is_a_condition(house, holder, own):
    user = house.user(
        allow(f"iam:Attach{holder.kind.title()}Policy", Condition={"ArnEquals": {"iam:PolicyARN": READ_ONLY}})
    )
    theirs = dataclasses.replace(holder, iam=house.client("iam", user.credentials))
    with refused("AccessDenied"):
        theirs.attach(own)
    theirs.attach(READ_ONLY)
    assert arns(holder.list()) == [READ_ONLY]


def test_entities_of_a_policy_are_told_by_kind_use_and_path(iam, own):
    user, group, role = (make(iam, kind) for kind in ("user", "group", "role"))
    for holder in (user, group, role):
        holder.attach(own)
    fenced = make(iam, "role")
    fenced.bound(own)

    def entities(**asked):
        told = iam.list_entities_for_policy(PolicyArn=own, **asked)
        kinds = ("Group", "User", "Role")
        return [entity[f"{kind}Name"] for kind in kinds for entity in told[f"Policy{kind}s"]]

    roles = sorted((role.name, fenced.name))
    assert entities() == [group.name, user.name, *roles]
    assert entities(PolicyUsageFilter="PermissionsPolicy") == [group.name, user.name, role.name]
    assert entities(PolicyUsageFilter="PermissionsBoundary") == [fenced.name]
    assert entities(EntityFilter="Role") == roles
    assert entities(EntityFilter="Group", PolicyUsageFilter="PermissionsBoundary") == []
    assert entities(PathPrefix=user.path) == [user.name]

    pages = list(iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=own, PaginationConfig={"PageSize": 3}))
    assert [page["IsTruncated"] for page in pages] == [True, False]
    first, second = pages
    assert [len(first[f"Policy{kind}s"]) for kind in ("Group", "User", "Role")] == [1, 1, 1]
    assert [entity["RoleName"] for page in pages for entity in page["PolicyRoles"]] == roles
    assert second["PolicyGroups"] == second["PolicyUsers"] == []
    ids = {entity["RoleId"] for page in pages for entity in page["PolicyRoles"]}
    assert iam.get_role(RoleName=role.name)["Role"]["RoleId"] in ids

    gone = f"arn:aws:iam::{ACCOUNT}:policy/gone"
    with refused("NoSuchEntity", f"Policy {gone} was not found.", status=404):
        iam.list_entities_for_policy(PolicyArn=gone)


def test_a_boundary_is_set_replaced_and_taken_away(iam, bounded, own):
    assert members(bounded.bound(own)) == set()
    assert bounded.boundary() == own
    policy = iam.get_policy(PolicyArn=own)["Policy"]
    assert (policy["AttachmentCount"], policy["PermissionsBoundaryUsageCount"]) == (0, 1)
    bounded.bound(READ_ONLY)
    assert bounded.boundary() == READ_ONLY
    bounded.unbound()
    assert bounded.boundary() is None
    bounded.unbound()
    nobody = bounded.named("nobody-" + bounded.name)
    for call in (lambda: nobody.bound(own), lambda: nobody.unbound()):
        with missing(nobody):
            call()


def test_a_boundary_must_be_a_policy_that_is_there(bounded):
    wrong = f"arn:aws:iam::{ACCOUNT}:role/no-policy"
    with refused("ValidationError", f"Value ({wrong}) for parameter PermissionsBoundary is invalid."):
        bounded.bound(wrong)
    gone = f"arn:aws:iam::{ACCOUNT}:policy/gone"
    with refused("NoSuchEntity", f"Scope ARN: {gone} does not exist or is not attachable.", status=404):
        bounded.bound(gone)
    assert bounded.boundary() is None


def test_a_boundary_lets_through_only_what_it_allows(house, iam):
    user = house.user(allow("secretsmanager:*"))
    secrets = house.client("secretsmanager", user.credentials)
    secrets.list_secrets()
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=READ_ONLY)
    with refused("AccessDeniedException", containing="because no permissions boundary allows"):
        secrets.list_secrets()
    iam.delete_user_permissions_boundary(UserName=user.name)
    secrets.list_secrets()


def test_nobody_without_the_right_changes_a_boundary(house, bounded):
    user = house.user()
    theirs = dataclasses.replace(bounded, iam=house.client("iam", user.credentials))
    action = f"iam:Delete{bounded.kind.title()}PermissionsBoundary"
    arn = f"arn:aws:iam::{ACCOUNT}:{bounded.kind}{bounded.path}{bounded.name}"
    because = f" because no identity-based policy allows the {action} action"
    with refused("AccessDenied", not_authorized(user.arn, action, arn) + because):
        theirs.unbound()
