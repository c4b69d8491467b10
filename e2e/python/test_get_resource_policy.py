import json

from expect import NOT_FOUND, SCHEDULED, invalid, members, refused, required
from server import ACCOUNT

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Sid": "Own",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root", "Service": "lambda.amazonaws.com"},
            "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
            "Resource": "*",
            "Condition": {"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}},
        },
    },
    indent=2,
)


def test_without_a_policy_the_member_is_absent(secretsmanager, name, arn):
    answer = secretsmanager.get_resource_policy(SecretId=name)
    assert members(answer) == {"ARN", "Name", "PolicyName"}
    assert (answer["ARN"], answer["Name"], answer["PolicyName"]) == (arn, name, "default")


def test_the_text_comes_back_as_it_was_put(secretsmanager, name, arn):
    secretsmanager.put_resource_policy(SecretId=name, ResourcePolicy=POLICY)
    assert secretsmanager.get_resource_policy(SecretId=arn, PolicyName="default")["ResourcePolicy"] == POLICY


def test_another_name_and_a_missing_or_scheduled_secret_are_refused(secretsmanager, name, arn):
    with refused("ResourceNotFoundException"):
        secretsmanager.get_resource_policy(SecretId=name, PolicyName="other")
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.get_resource_policy(SecretId=name + "x")
    with invalid(required("secretId")):
        secretsmanager.get_resource_policy()
    secretsmanager.delete_secret(SecretId=name)
    with refused("InvalidRequestException", SCHEDULED):
        secretsmanager.get_resource_policy(SecretId=name)
