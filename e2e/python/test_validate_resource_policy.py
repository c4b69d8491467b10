from expect import INVALID_NAME, NOT_FOUND, invalid, refused, required
from test_put_resource_policy import INVALID_SYNTAX, UNSUPPORTED_PRINCIPAL, policy


def test_a_good_policy_passes_and_is_not_attached(secretsmanager, name, arn):
    for asked in ({}, {"SecretId": name}):
        answer = secretsmanager.validate_resource_policy(ResourcePolicy=policy(), **asked)
        assert (answer["PolicyValidationPassed"], answer["ValidationErrors"]) == (True, [])
    assert "ResourcePolicy" not in secretsmanager.get_resource_policy(SecretId=name)


def test_a_public_policy_fails_and_says_why(secretsmanager, name, arn):
    answer = secretsmanager.validate_resource_policy(SecretId=name, ResourcePolicy=policy("*"))
    assert answer["PolicyValidationPassed"] is False
    (error,) = answer["ValidationErrors"]
    assert error["CheckName"] == "BLOCK_PUBLIC_POLICY"
    assert error["ErrorMessage"] == "This resource policy grants broad access to your secret."


def test_what_could_not_be_put_is_refused(secretsmanager, name, arn):
    with refused("MalformedPolicyDocumentException", INVALID_SYNTAX):
        secretsmanager.validate_resource_policy(ResourcePolicy="{")
    with refused("MalformedPolicyDocumentException", UNSUPPORTED_PRINCIPAL):
        secretsmanager.validate_resource_policy(SecretId=name, ResourcePolicy=policy("999988887777"))
    with refused("ValidationException", INVALID_NAME):
        secretsmanager.validate_resource_policy(SecretId="no name", ResourcePolicy=policy())
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.validate_resource_policy(SecretId=name + "x", ResourcePolicy=policy())
    with invalid(required("resourcePolicy")):
        secretsmanager.validate_resource_policy()
