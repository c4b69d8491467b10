from expect import NOT_FOUND, SCHEDULED, invalid, members, refused, value_at_most, violation
from test_put_resource_policy import policy


def test_there_is_one_policy_at_most_and_its_name_is_default(secretsmanager, name, arn):
    listed = secretsmanager.list_resource_policies(SecretId=name)
    assert members(listed) == {"ResourcePolicies"}
    assert listed["ResourcePolicies"] == []
    secretsmanager.put_resource_policy(SecretId=name, ResourcePolicy=policy())
    listed = secretsmanager.list_resource_policies(SecretId=arn, MaxResults=1)
    assert members(listed) == {"ResourcePolicies"}
    assert listed["ResourcePolicies"] == [{"PolicyName": "default"}]


def test_bad_pages_and_a_missing_or_scheduled_secret_are_refused(secretsmanager, name, arn):
    with refused("InvalidNextTokenException"):
        secretsmanager.list_resource_policies(SecretId=name, NextToken="none was given")
    with invalid(violation("maxResults", value_at_most(100), 101)):
        secretsmanager.list_resource_policies(SecretId=name, MaxResults=101)
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.list_resource_policies(SecretId=name + "x")
    secretsmanager.delete_secret(SecretId=name)
    with refused("InvalidRequestException", SCHEDULED):
        secretsmanager.list_resource_policies(SecretId=name)
