from expect import NOT_FOUND, SCHEDULED, invalid, refused, required
from test_put_resource_policy import policy


def test_the_policy_is_gone_and_deleting_it_again_succeeds(secretsmanager, name, arn):
    secretsmanager.put_resource_policy(SecretId=name, ResourcePolicy=policy())
    for _ in range(2):
        answer = secretsmanager.delete_resource_policy(SecretId=name)
        assert (answer["ARN"], answer["Name"], answer["PolicyName"]) == (arn, name, "default")
        assert "ResourcePolicy" not in secretsmanager.get_resource_policy(SecretId=name)


def test_another_name_and_a_missing_or_scheduled_secret_are_refused(secretsmanager, name, arn):
    with refused("InvalidParameterException"):
        secretsmanager.delete_resource_policy(SecretId=name, PolicyName="other")
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.delete_resource_policy(SecretId=name + "x")
    with invalid(required("secretId")):
        secretsmanager.delete_resource_policy()
    secretsmanager.delete_secret(SecretId=name)
    with refused("InvalidRequestException", SCHEDULED):
        secretsmanager.delete_resource_policy(SecretId=name)
