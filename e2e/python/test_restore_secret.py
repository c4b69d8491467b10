from expect import NOT_FOUND, labels, members, refused


def test_a_scheduled_secret_comes_back_whole(secretsmanager, name, arn):
    before = labels(secretsmanager, name)
    secretsmanager.delete_secret(SecretId=name)
    answer = secretsmanager.restore_secret(SecretId=name)

    assert members(answer) == {"ARN", "Name"}
    assert (answer["ARN"], answer["Name"]) == (arn, name)
    assert "DeletedDate" not in secretsmanager.describe_secret(SecretId=name)
    assert labels(secretsmanager, name) == before
    assert secretsmanager.get_secret_value(SecretId=name)["SecretString"] == "one"


def test_a_live_secret_stays_as_it_is(secretsmanager, name, arn):
    assert secretsmanager.restore_secret(SecretId=name)["ARN"] == arn


def test_it_may_be_scheduled_again_after_a_restore(secretsmanager, name, arn):
    secretsmanager.delete_secret(SecretId=name)
    secretsmanager.restore_secret(SecretId=name)
    secretsmanager.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    assert "DeletedDate" in secretsmanager.describe_secret(SecretId=name)


def test_a_missing_secret_is_refused(secretsmanager, name):
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.restore_secret(SecretId=name)
