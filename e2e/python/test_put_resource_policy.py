import json

import pytest

from expect import INVALID_NAME, NOT_FOUND, SCHEDULED, at_least, at_most, excerpt, invalid, members, refused, required
from expect import violation
from server import ACCOUNT

UNSUPPORTED_PRINCIPAL = "This resource policy contains an unsupported principal"
INVALID_SYNTAX = "This policy has invalid syntax."
PUBLIC = "You can't attach a resource-based policy that allows broad access to the secret."


def policy(principal=ACCOUNT, effect="Allow", action="secretsmanager:GetSecretValue", **more):
    statement = {"Effect": effect, "Principal": {"AWS": principal}, "Action": action, "Resource": "*"} | more
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def read(secretsmanager, name):
    return json.loads(secretsmanager.get_resource_policy(SecretId=name)["ResourcePolicy"])


def test_the_answer_names_secret_and_policy(secretsmanager, name, arn):
    answer = secretsmanager.put_resource_policy(SecretId=name, ResourcePolicy=policy())
    assert members(answer) == {"ARN", "Name", "PolicyName"}
    assert (answer["ARN"], answer["Name"], answer["PolicyName"]) == (arn, name, "default")


def test_a_policy_takes_the_place_of_the_one_before(secretsmanager, name, arn):
    root = f"arn:aws:iam::{ACCOUNT}:root"
    for action in ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"):
        secretsmanager.put_resource_policy(SecretId=arn, ResourcePolicy=policy(root, action=action))
        assert read(secretsmanager, name) == json.loads(policy(root, action=action))


def test_an_account_is_shown_by_its_root(secretsmanager, name, arn):
    secretsmanager.put_resource_policy(SecretId=name, ResourcePolicy=policy(ACCOUNT))
    assert read(secretsmanager, name)["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def test_a_deny_binds_the_root_user_too_and_can_be_taken_back(secretsmanager, name, arn):
    denied = policy("*", "Deny")
    secretsmanager.put_resource_policy(SecretId=name, ResourcePolicy=denied)
    with refused("AccessDeniedException", containing=f"on resource: {name} with an explicit deny in a resource-based"):
        secretsmanager.get_secret_value(SecretId=name)
    secretsmanager.delete_resource_policy(SecretId=name)
    assert secretsmanager.get_secret_value(SecretId=name)["SecretString"] == "one"


@pytest.mark.parametrize(
    "nobody",
    ["999988887777", f"arn:aws:iam::{ACCOUNT}:user/nobody", f"arn:aws:sts::{ACCOUNT}:assumed-role/nobody/session"],
)
def test_a_policy_that_names_nobody_is_refused(secretsmanager, name, arn, nobody):
    with refused("MalformedPolicyDocumentException", UNSUPPORTED_PRINCIPAL):
        secretsmanager.put_resource_policy(SecretId=name, ResourcePolicy=policy(nobody))
    assert "ResourcePolicy" not in secretsmanager.get_resource_policy(SecretId=name)


@pytest.mark.parametrize(
    "broken", ["{", "null", "[]", '{"Version":"2012-10-17"}', policy().replace("2012-10-17", "2019-10-19")]
)
def test_a_policy_that_cannot_be_read_is_refused(secretsmanager, name, arn, broken):
    with refused("MalformedPolicyDocumentException", INVALID_SYNTAX):
        secretsmanager.put_resource_policy(SecretId=name, ResourcePolicy=broken)


def test_public_policies_are_blocked_by_what_they_mean(secretsmanager, name, arn):
    bounded = policy("*", Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}})
    secretsmanager.put_resource_policy(SecretId=name, ResourcePolicy=bounded, BlockPublicPolicy=True)
    with refused("PublicPolicyException", PUBLIC):
        secretsmanager.put_resource_policy(SecretId=name, ResourcePolicy=policy("*"), BlockPublicPolicy=True)
    secretsmanager.put_resource_policy(SecretId=name, ResourcePolicy=policy("*"))


def test_only_the_default_policy_can_be_attached(secretsmanager, name, arn):
    with refused("InvalidParameterException"):
        secretsmanager.put_resource_policy(SecretId=name, ResourcePolicy=policy(), PolicyName="other")


def test_a_bad_name_and_a_missing_or_scheduled_secret_are_refused(secretsmanager, name, arn):
    with refused("ValidationException", INVALID_NAME):
        secretsmanager.put_resource_policy(SecretId="no name", ResourcePolicy=policy())
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.put_resource_policy(SecretId=name + "x", ResourcePolicy=policy())
    secretsmanager.delete_secret(SecretId=name)
    with refused("InvalidRequestException", SCHEDULED):
        secretsmanager.put_resource_policy(SecretId=name, ResourcePolicy=policy())


def test_all_violations_come_in_one_answer(secretsmanager):
    with invalid(required("secretId"), required("resourcePolicy")):
        secretsmanager.put_resource_policy()
    long = " " * 20_481
    with invalid(
        violation("secretId", at_least(1), ""), violation("resourcePolicy", at_most(20_480), excerpt(long))
    ):
        secretsmanager.put_resource_policy(SecretId="", ResourcePolicy=long)
