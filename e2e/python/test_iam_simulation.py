"""Simulations: what policies would decide, and which statements did it."""

import json
import uuid

import pytest

from expect import members
from server import ACCOUNT
from sessions import House, allow, deny, document, refused, tag, trust

SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:db-AbCdEf"
GET, PUT = "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
ALL = document(allow("*"))


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def iam(house):
    return house.iam


def entry(key, *values, kind="string"):
    return {"ContextKeyName": key, "ContextKeyValues": list(values), "ContextKeyType": kind}


def custom(iam, *policies, actions=(GET,), **more):
    answer = iam.simulate_custom_policy(PolicyInputList=list(policies), ActionNames=list(actions), **more)
    return answer["EvaluationResults"]


def of(iam, principal, *actions, **more):
    answer = iam.simulate_principal_policy(PolicySourceArn=principal, ActionNames=list(actions or (GET,)), **more)
    return answer["EvaluationResults"]


def decisions(results):
    return [result["EvalDecision"] for result in results]


def sources(result):
    return [statement["SourcePolicyId"] for statement in result["MatchedStatements"]]


def test_all_resources_are_told_of_as_aws_tells(iam):
    (result,) = custom(iam, document(allow(GET)))
    assert result == {
        "EvalActionName": GET,
        "EvalResourceName": "*",
        "EvalDecision": "allowed",
        "MatchedStatements": [
            {
                "SourcePolicyId": "PolicyInputList.1",
                "SourcePolicyType": "IAM Policy",
                "StartPosition": {"Line": 1, "Column": 41},
                "EndPosition": {"Line": 1, "Column": 122},
            }
        ],
        "MissingContextValues": [],
    }


def test_one_resource_is_told_of_twice(iam):
    (result,) = custom(iam, document(allow(GET)), ResourceArns=[SECRET])
    (specific,) = result["ResourceSpecificResults"]
    assert result["EvalDecisionDetails"] == {}
    assert members(specific) == {
        "EvalResourceName", "EvalResourceDecision", "MatchedStatements", "MissingContextValues",
    }  # fmt: skip
    assert (specific["EvalResourceName"], specific["EvalResourceDecision"]) == (SECRET, "allowed")
    assert specific["MatchedStatements"] == result["MatchedStatements"]


def test_a_statement_stands_behind_the_sign_before_it(iam):
    text = json.dumps({"Version": "2012-10-17", "Statement": [allow(PUT), allow("*")]}, indent=4)
    (result,) = custom(iam, text)
    (statement,) = result["MatchedStatements"]
    lines = text.splitlines()
    start, end = statement["StartPosition"], statement["EndPosition"]
    assert lines[start["Line"] - 1][: start["Column"] - 1] == "        },"
    assert lines[end["Line"] - 1][: end["Column"] - 1] == "        }"
    assert end["Line"] > start["Line"]


def test_the_statement_of_administrators_stands_where_aws_says(iam, house):
    user = house.user()
    iam.attach_user_policy(UserName=user.name, PolicyArn=ADMINISTRATOR)
    (result,) = of(iam, user.arn)
    (statement,) = result["MatchedStatements"]
    assert (statement["SourcePolicyId"], statement["SourcePolicyType"]) == ("AdministratorAccess", "IAM Policy")
    assert statement["StartPosition"] == {"Line": 3, "Column": 17}
    assert statement["EndPosition"] == {"Line": 8, "Column": 6}


def test_a_denial_is_told_alone(iam):
    policies = [document(allow("*")), document(deny(PUT))]
    results = custom(iam, *policies, actions=[GET, PUT, "kms:Decrypt"])
    assert decisions(results) == ["allowed", "explicitDeny", "allowed"]
    assert sources(results[1]) == ["PolicyInputList.2"]
    (nothing,) = custom(iam, document(allow(PUT)))
    assert (nothing["EvalDecision"], nothing["MatchedStatements"]) == ("implicitDeny", [])


def test_every_action_meets_every_resource_page_by_page(iam):
    asked = {"ActionNames": [GET, PUT], "ResourceArns": [SECRET, SECRET + "x", SECRET + "y"]}
    pages = list(
        iam.get_paginator("simulate_custom_policy").paginate(
            PolicyInputList=[document(allow(GET))], PaginationConfig={"PageSize": 4}, **asked
        )
    )
    assert [len(page["EvaluationResults"]) for page in pages] == [4, 2]
    told = [(one["EvalActionName"], one["EvalResourceName"]) for page in pages for one in page["EvaluationResults"]]
    assert told == [(action, resource) for action in asked["ActionNames"] for resource in asked["ResourceArns"]]


def test_context_decides_and_what_is_missing_is_named(iam):
    text = document(
        allow(GET, Condition={
            "StringEquals": {"aws:RequestedRegion": "eu-west-1"},
            "NumericLessThan": {"aws:MultiFactorAuthAge": "60"},
            "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
        })
    )  # fmt: skip
    good = [
        entry("aws:RequestedRegion", "eu-west-1"), entry("aws:multifactorauthage", "59", kind="numeric"),
        entry("aws:SourceIp", "10.1.2.3", kind="ip"),
    ]  # fmt: skip
    (result,) = custom(iam, text)
    assert result["EvalDecision"] == "implicitDeny"
    assert set(result["MissingContextValues"]) == {"aws:RequestedRegion", "aws:MultiFactorAuthAge", "aws:SourceIp"}
    (result,) = custom(iam, text, ContextEntries=good)
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("allowed", [])
    (result,) = custom(iam, text, ContextEntries=good[1:], ResourceArns=[SECRET])
    assert result["MissingContextValues"] == []
    assert result["ResourceSpecificResults"][0]["MissingContextValues"] == ["aws:RequestedRegion"]
    with refused("InvalidInput"):
        custom(iam, text, ContextEntries=[entry("aws:MultiFactorAuthAge", "soon", kind="numeric")])


def test_a_boundary_is_told_of(iam):
    (result,) = custom(iam, ALL, PermissionsBoundaryPolicyInputList=[document(allow("iam:*"))], ResourceArns=[SECRET])
    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    specific = result["ResourceSpecificResults"][0]
    assert specific["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    (result,) = custom(iam, ALL, PermissionsBoundaryPolicyInputList=[ALL])
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": True}
    assert sources(result) == ["PolicyInputList.1"]
    (result,) = custom(iam, ALL, PermissionsBoundaryPolicyInputList=[document(allow("*"), deny(GET))])
    assert (result["EvalDecision"], sources(result)) == (
        "explicitDeny", ["PolicyInputList.1", "PermissionsBoundaryPolicyInputList.1"],
    )  # fmt: skip
    with refused("InvalidInput", "The list of Permissions Boundary policies cannot exceed 1 items."):
        custom(iam, ALL, PermissionsBoundaryPolicyInputList=[ALL, ALL])


def test_an_organization_is_told_of_when_there_is_one(iam):
    def levels(*texts):
        return [{"ServiceControlPolicyInputList": [text]} for text in texts]

    (result,) = custom(iam, ALL, OrderedOrganizationPolicyInputList=levels(ALL, ALL))
    assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}
    (result,) = custom(
        iam, ALL, OrderedOrganizationPolicyInputList=levels(ALL, document(allow("iam:*"))), ResourceArns=[SECRET]
    )
    assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}
    assert (result["EvalDecision"], "EvalDecisionDetails" in result) == ("implicitDeny", False)


def test_a_resource_policy_needs_a_caller(iam, house):
    user = house.user()
    text = document(allow(GET, Principal={"AWS": user.arn}))
    with refused("InvalidInput"):
        custom(iam, document(allow(PUT)), ResourcePolicy=text, ResourceArns=[SECRET])
    (result,) = custom(iam, document(allow(PUT)), ResourcePolicy=text, ResourceArns=[SECRET], CallerArn=user.arn)
    assert (result["EvalDecision"], result["EvalDecisionDetails"]) == ("allowed", {})
    (statement,) = result["MatchedStatements"]
    assert (statement["SourcePolicyId"], statement["SourcePolicyType"]) == ("ResourcePolicy", "Resource Policy")
    (result,) = of(iam, user.arn, ResourcePolicy=text, ResourceArns=[SECRET])
    assert result["EvalDecision"] == "allowed"
    role = house.role(trust())
    with refused("InvalidInput"):
        of(iam, role.arn, ResourcePolicy=text, ResourceArns=[SECRET])
    (result,) = of(iam, role.arn, ResourcePolicy=text, ResourceArns=[SECRET], CallerArn=user.arn)
    assert result["EvalDecision"] == "allowed"


def test_both_accounts_must_agree_and_each_is_told_of(iam, house):
    user = house.user(allow(PUT))
    text = document(allow("secretsmanager:*", Principal={"AWS": user.arn}))
    theirs = "arn:aws:secretsmanager:us-east-1:444455556666:secret:db-AbCdEf"
    results = of(
        iam, user.arn, GET, PUT, ResourcePolicy=text, ResourceArns=[theirs],
        PermissionsBoundaryPolicyInputList=[document(allow(PUT))],
    )  # fmt: skip
    assert decisions(results) == ["implicitDeny", "allowed"]
    wanted = {
        "IAM Policy": "implicitDeny", "Resource Policy": "allowed", "Permissions Boundary Policy": "implicitDeny",
    }  # fmt: skip
    assert results[0]["EvalDecisionDetails"] == wanted
    assert results[0]["MatchedStatements"] == []
    specific = results[0]["ResourceSpecificResults"][0]
    assert (specific["EvalDecisionDetails"], sources(specific)) == (wanted, ["ResourcePolicy"])
    assert set(results[1]["EvalDecisionDetails"].values()) == {"allowed"}
    # A resource whose ARN names no account is its owner's.
    bucket = {"ResourceArns": ["arn:aws:s3:::bucket/key"], "ResourcePolicy": text}
    (result,) = of(iam, user.arn, ResourceOwner="arn:aws:iam::444455556666:root", **bucket)
    assert result["EvalDecisionDetails"] == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
    (result,) = of(iam, user.arn, **bucket)
    assert (result["EvalDecision"], result["EvalDecisionDetails"]) == ("allowed", {})


def test_a_user_has_its_own_policies_and_its_groups(iam, house):
    user = house.user(allow(GET))
    group = f"group-{uuid.uuid4().hex[:12]}"
    iam.create_group(GroupName=group)
    iam.put_group_policy(GroupName=group, PolicyName="in", PolicyDocument=document(allow(PUT)))
    iam.attach_group_policy(GroupName=group, PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    iam.add_user_to_group(GroupName=group, UserName=user.name)
    results = of(iam, user.arn, GET, PUT, "iam:GetUser", "kms:Decrypt")
    assert decisions(results) == ["allowed", "allowed", "allowed", "implicitDeny"]
    assert [sources(result) for result in results[:3]] == [
        [f"user_{user.name}_own"], [f"group_{group}_in"], ["IAMReadOnlyAccess"],
    ]  # fmt: skip
    of_group = of(iam, f"arn:aws:iam::{ACCOUNT}:group/{group}", GET, PUT)
    assert decisions(of_group) == ["implicitDeny", "allowed"]
    (more,) = of(iam, user.arn, "kms:Decrypt", PolicyInputList=[document(allow("kms:*"))])
    assert (more["EvalDecision"], sources(more)) == ("allowed", ["PolicyInputList.1"])


def test_a_role_has_its_boundary_unless_another_is_given(iam, house):
    name = f"policy-{uuid.uuid4().hex[:12]}"
    boundary = iam.create_policy(PolicyName=name, PolicyDocument=document(allow(PUT)))["Policy"]["Arn"]
    role = house.role(trust(), allow("secretsmanager:*"), path="/team/")
    iam.put_role_permissions_boundary(RoleName=role.name, PermissionsBoundary=boundary)
    results = of(iam, role.arn, GET, PUT)
    assert decisions(results) == ["implicitDeny", "allowed"]
    assert [result["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"] for result in results] == [
        False, True,
    ]  # fmt: skip
    assert sources(results[1]) == [f"role_{role.name}_own"]
    assert decisions(of(iam, role.arn, GET, PUT, PermissionsBoundaryPolicyInputList=[ALL])) == ["allowed"] * 2
    for exclusion in ({"PolicyType": "permission-boundary"}, {"PolicyArn": boundary}):
        (result,) = of(iam, role.arn, PolicyExclusionList=[exclusion])
        assert (result["EvalDecision"], "PermissionsBoundaryDecisionDetail" in result) == ("allowed", False)


def test_policies_can_be_left_out(iam, house):
    name = f"policy-{uuid.uuid4().hex[:12]}"
    managed = iam.create_policy(PolicyName=name, PolicyDocument=document(allow("kms:Decrypt")))["Policy"]["Arn"]
    user = house.user(allow(GET))
    for arn in (managed, ADMINISTRATOR):
        iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    inline = {"PolicyName": "own", "AttachmentType": "user", "AttachmentName": user.name}

    def left(*exclusions):
        return set(sources(of(iam, user.arn, GET, PolicyExclusionList=list(exclusions))[0])) | set(
            sources(of(iam, user.arn, "kms:Decrypt", PolicyExclusionList=list(exclusions))[0])
        )

    own = f"user_{user.name}_own"
    assert left() == {own, name, "AdministratorAccess"}
    assert left({"PolicyType": "aws-managed"}) == {own, name}
    assert left({"PolicyType": "user-managed"}) == {own, "AdministratorAccess"}
    assert left({"PolicyType": "inline"}) == {name, "AdministratorAccess"}
    assert left({"InlinePolicyIdentifier": inline}, {"PolicyArn": managed}) == {"AdministratorAccess"}
    assert left({"InlinePolicyIdentifier": inline | {"PolicyName": "other"}}) == {own, name, "AdministratorAccess"}
    with refused("InvalidInput"):
        left({"PolicyType": "inline", "PolicyArn": managed})


def test_who_asks_is_known_and_may_be_told_otherwise(iam, house):
    own_name = "arn:aws:secretsmanager:*:*:secret:${aws:username}/*"
    text = allow(GET, on=own_name, Condition={"StringEquals": {"aws:PrincipalTag/Team": "red"}})
    user = house.user(text, tags=[tag("Team", "red")])
    own = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:{user.name}/db-AbCdEf"
    assert decisions(of(iam, user.arn, ResourceArns=[own, SECRET])) == ["allowed", "implicitDeny"]
    blue = [entry("aws:PrincipalTag/Team", "blue")]
    assert decisions(of(iam, user.arn, ResourceArns=[own], ContextEntries=blue)) == ["implicitDeny"]


def test_what_is_simulated_is_what_happens(iam, house):
    user = house.user(allow("iam:ListUsers"), deny("iam:ListRoles"))
    assert decisions(of(iam, user.arn, "iam:ListUsers", "iam:ListRoles")) == ["allowed", "explicitDeny"]
    own = house.client("iam", user.credentials)
    own.list_users()
    with refused("AccessDenied", containing="explicit deny in an identity-based policy"):
        own.list_roles()


def test_sources_that_are_not_there_or_no_principals_are_refused(iam, house):
    for kind in ("user", "group", "role"):
        with refused("NoSuchEntity", f"The {kind} with name absent cannot be found.", status=404):
            of(iam, f"arn:aws:iam::{ACCOUNT}:{kind}/absent")
    role = house.role(trust(), path="/team/")
    with refused("NoSuchEntity", f"The role with name {role.name} cannot be found.", status=404):
        of(iam, role.arn.replace("/team/", "/"))
    for arn in (f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:sts::{ACCOUNT}:assumed-role/a/b"):
        message = f"Invalid Entity Arn: {arn} does not clearly define entity type and name."
        with refused("InvalidInput", message):
            of(iam, arn)
        with refused("InvalidInput", message):
            iam.get_context_keys_for_principal_policy(PolicySourceArn=arn)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ActionNames": ["secretsmanager:*"]},
        {"ActionNames": ["GetSecretValue"]},
        {"ResourceArns": ["secret"]},
        {"PolicyInputList": ["no"]},
        {"PolicyInputList": [document(allow(GET, Principal="*"))]},
        {"CallerArn": f"arn:aws:iam::{ACCOUNT}:role/somebody"},
        {"ResourceOwner": "somebody"},
        {"ResourceHandlingOption": "EC2-Moon"},
        {"ResourceHandlingOption": "EC2-VPC-EBS", "ResourceArns": [SECRET]},
        {"ContextEntries": [{"ContextKeyName": "aws:SourceIp", "ContextKeyValues": ["x"], "ContextKeyType": "ip"}]},
    ],
)
def test_questions_that_make_no_sense_are_refused(iam, wrong):
    with refused("InvalidInput"):
        iam.simulate_custom_policy(**{"PolicyInputList": [ALL], "ActionNames": [GET]} | wrong)


def test_a_scenario_of_ec2_with_its_resources_is_answered(iam):
    kinds = ("instance", "image", "security-group", "network-interface", "volume")
    arns = [f"arn:aws:ec2:us-east-1:{ACCOUNT}:{kind}/*" for kind in kinds]
    results = custom(iam, ALL, actions=["ec2:RunInstances"], ResourceArns=arns, ResourceHandlingOption="EC2-VPC-EBS")
    assert decisions(results) == ["allowed"] * len(kinds)


def test_the_keys_that_policies_speak_of_are_listed(iam, house):
    text = document(
        allow(GET, on="arn:aws:s3:::${aws:username}/*", Condition={"StringEquals": {"aws:RequestedRegion": "a"}})
    )
    other = document(deny(GET, Condition={"Bool": {"AWS:requestedregion": "b", "aws:SecureTransport": "false"}}))
    told = iam.get_context_keys_for_custom_policy(PolicyInputList=[text, other])["ContextKeyNames"]
    assert sorted(told) == ["aws:RequestedRegion", "aws:SecureTransport", "aws:username"]
    user = house.user(allow(GET, Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))
    told = iam.get_context_keys_for_principal_policy(PolicySourceArn=user.arn)["ContextKeyNames"]
    assert told == ["aws:SourceIp"]
    told = iam.get_context_keys_for_principal_policy(PolicySourceArn=user.arn, PolicyInputList=[text])
    assert sorted(told["ContextKeyNames"]) == ["aws:RequestedRegion", "aws:SourceIp", "aws:username"]
    assert iam.get_context_keys_for_custom_policy(PolicyInputList=[ALL])["ContextKeyNames"] == []


def test_simulations_need_leave(iam, house):
    user = house.user(allow("iam:SimulatePrincipalPolicy", on=f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"))
    own = house.client("iam", user.credentials)
    assert decisions(of(own, user.arn, GET)) == ["implicitDeny"]
    other = house.user()
    with refused("AccessDenied", containing="iam:SimulatePrincipalPolicy"):
        of(own, other.arn)
    with refused("AccessDenied", containing="iam:SimulateCustomPolicy"):
        custom(own, ALL)
