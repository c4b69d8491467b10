from expect import (
    BOTH_VALUES,
    NOT_FOUND,
    SCHEDULED,
    TOKEN_IN_USE,
    TOKEN_MISSING,
    at_most,
    excerpt,
    invalid,
    labels,
    members,
    refused,
    required,
    token,
    violation,
)


def test_a_new_value_becomes_current_and_the_old_one_previous(secretsmanager, name, arn):
    first = secretsmanager.get_secret_value(SecretId=name)["VersionId"]
    second = token()
    answer = secretsmanager.update_secret(SecretId=name, SecretString="two", ClientRequestToken=second)
    assert members(answer) == {"ARN", "Name", "VersionId"}
    assert (answer["ARN"], answer["Name"], answer["VersionId"]) == (arn, name, second)
    assert labels(secretsmanager, name) == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT"]}


def test_without_a_value_only_the_description_changes(secretsmanager, name, arn):
    before = secretsmanager.describe_secret(SecretId=name)
    answer = secretsmanager.update_secret(SecretId=name, Description="new")
    after = secretsmanager.describe_secret(SecretId=name)

    assert members(answer) == {"ARN", "Name"}
    assert after["Description"] == "new"
    assert after["VersionIdsToStages"] == before["VersionIdsToStages"]
    assert after["LastChangedDate"] > before["LastChangedDate"]


def test_an_empty_description_clears_and_an_absent_one_keeps(secretsmanager, name):
    secretsmanager.create_secret(Name=name, Description="kept", SecretString="one")
    secretsmanager.update_secret(SecretId=name, SecretString="two")
    assert secretsmanager.describe_secret(SecretId=name)["Description"] == "kept"
    secretsmanager.update_secret(SecretId=name, Description="")
    assert "Description" not in secretsmanager.describe_secret(SecretId=name)


def test_a_call_with_nothing_but_the_id_succeeds(secretsmanager, name, arn):
    assert members(secretsmanager.update_secret(SecretId=name)) == {"ARN", "Name"}


def test_the_managed_key_may_be_named_or_emptied(secretsmanager, name, arn):
    for key in ("alias/aws/secretsmanager", ""):
        secretsmanager.update_secret(SecretId=name, KmsKeyId=key)
        assert "KmsKeyId" not in secretsmanager.describe_secret(SecretId=name)


def test_an_unknown_key_is_refused(secretsmanager, name, arn):
    with refused("InvalidParameterException", containing="The operation failed because of an invalid KMS key"):
        secretsmanager.update_secret(SecretId=name, KmsKeyId="alias/nobody")


def test_the_same_token_and_value_answer_with_the_version(secretsmanager, name, arn):
    asked = {"SecretId": name, "SecretString": "two", "ClientRequestToken": token()}
    secretsmanager.update_secret(**asked)
    before = labels(secretsmanager, name)
    assert secretsmanager.update_secret(**asked)["VersionId"] == asked["ClientRequestToken"]
    assert labels(secretsmanager, name) == before


def test_the_same_token_with_another_value_is_refused(secretsmanager, name, arn):
    version = token()
    secretsmanager.update_secret(SecretId=name, SecretString="two", ClientRequestToken=version)
    with refused("ResourceExistsException", TOKEN_IN_USE.format(version, arn)):
        secretsmanager.update_secret(SecretId=name, SecretString="three", ClientRequestToken=version)


def test_a_new_current_value_drops_awspending(secretsmanager, name, arn):
    first = secretsmanager.get_secret_value(SecretId=name)["VersionId"]
    secretsmanager.put_secret_value(SecretId=name, SecretString="pending", VersionStages=["AWSPENDING"])
    third = secretsmanager.update_secret(SecretId=name, SecretString="three")["VersionId"]
    assert labels(secretsmanager, name) == {first: ["AWSPREVIOUS"], third: ["AWSCURRENT"]}


def test_tags_are_left_alone(secretsmanager, name):
    tags = [{"Key": "team", "Value": "core"}]
    secretsmanager.create_secret(Name=name, SecretString="one", Tags=tags)
    secretsmanager.update_secret(SecretId=name, SecretString="two", Description="new")
    assert secretsmanager.describe_secret(SecretId=name)["Tags"] == tags


def test_a_missing_token_is_refused(wire, name):
    answer = wire.call("UpdateSecret", {"SecretId": name, "SecretString": "two"})
    assert answer.members == {"__type": "InvalidRequestException", "Message": TOKEN_MISSING}


def test_both_values_are_refused(secretsmanager, name, arn):
    with refused("InvalidParameterException", BOTH_VALUES):
        secretsmanager.update_secret(SecretId=name, SecretString="two", SecretBinary=b"two")


def test_a_missing_or_scheduled_secret_is_refused(secretsmanager, name, arn):
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.update_secret(SecretId=name + "x", SecretString="two")
    secretsmanager.delete_secret(SecretId=name)
    with refused("InvalidRequestException", SCHEDULED):
        secretsmanager.update_secret(SecretId=name, SecretString="two")


def test_all_violations_come_in_one_answer(secretsmanager):
    with invalid(
        required("secretId"),
        violation("kmsKeyId", at_most(2048), excerpt("k" * 2049)),
        violation("type", at_most(256), "t" * 257),
    ):
        secretsmanager.update_secret(KmsKeyId="k" * 2049, Type="t" * 257)


def test_a_partner_type_is_refused_in_clear_words(secretsmanager, name, arn):
    with refused("InvalidParameterException", containing="Type"):
        secretsmanager.update_secret(SecretId=name, Type="SalesforceClientSecret")
