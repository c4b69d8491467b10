from expect import (
    BOTH_VALUES,
    NO_VALUE_GIVEN,
    NOT_FOUND,
    SCHEDULED,
    TOKEN_IN_USE,
    TOKEN_MISSING,
    at_least,
    at_most,
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
    answer = secretsmanager.put_secret_value(SecretId=name, SecretString="two", ClientRequestToken=second)

    assert members(answer) == {"ARN", "Name", "VersionId", "VersionStages"}
    assert (answer["ARN"], answer["Name"], answer["VersionId"]) == (arn, name, second)
    assert answer["VersionStages"] == ["AWSCURRENT"]
    assert labels(secretsmanager, name) == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT"]}


def test_the_version_before_the_previous_one_loses_its_last_label(secretsmanager, name, arn):
    second = secretsmanager.put_secret_value(SecretId=name, SecretString="two")["VersionId"]
    third = secretsmanager.put_secret_value(SecretId=name, SecretString="three")["VersionId"]
    assert labels(secretsmanager, name) == {second: ["AWSPREVIOUS"], third: ["AWSCURRENT"]}


def test_the_first_value_of_an_empty_secret_becomes_current_beside_the_labels_asked(secretsmanager, name):
    secretsmanager.create_secret(Name=name)
    version = secretsmanager.put_secret_value(SecretId=name, SecretString="one", VersionStages=["mine"])["VersionId"]
    assert labels(secretsmanager, name) == {version: ["AWSCURRENT", "mine"]}


def test_labels_without_awscurrent_leave_the_current_value_alone(secretsmanager, name, arn):
    first = secretsmanager.get_secret_value(SecretId=name)["VersionId"]
    put = secretsmanager.put_secret_value(SecretId=name, SecretString="two", VersionStages=["AWSPENDING", "blue"])
    assert sorted(put["VersionStages"]) == ["AWSPENDING", "blue"]
    assert labels(secretsmanager, name) == {first: ["AWSCURRENT"], put["VersionId"]: ["AWSPENDING", "blue"]}


def test_awscurrent_among_other_labels_moves_as_by_default(secretsmanager, name, arn):
    first = secretsmanager.get_secret_value(SecretId=name)["VersionId"]
    second = secretsmanager.put_secret_value(
        SecretId=name, SecretString="two", VersionStages=["AWSCURRENT", "AWSSOMETHING"]
    )["VersionId"]
    assert labels(secretsmanager, name) == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT", "AWSSOMETHING"]}


def test_a_label_asked_for_leaves_its_old_version(secretsmanager, name, arn):
    first = secretsmanager.get_secret_value(SecretId=name)["VersionId"]
    second = secretsmanager.put_secret_value(SecretId=name, SecretString="2", VersionStages=["blue"])["VersionId"]
    third = secretsmanager.put_secret_value(SecretId=name, SecretString="3", VersionStages=["blue"])["VersionId"]
    assert labels(secretsmanager, name) == {first: ["AWSCURRENT"], third: ["blue"]}
    assert secretsmanager.get_secret_value(SecretId=name, VersionId=second)["SecretString"] == "2"


def test_custom_labels_stay_where_they_are_when_current_moves_on(secretsmanager, name):
    secretsmanager.create_secret(Name=name)
    first = secretsmanager.put_secret_value(SecretId=name, SecretString="1", VersionStages=["PUT0"])["VersionId"]
    second = secretsmanager.put_secret_value(SecretId=name, SecretString="2")["VersionId"]
    assert labels(secretsmanager, name) == {first: ["AWSPREVIOUS", "PUT0"], second: ["AWSCURRENT"]}
    third = secretsmanager.put_secret_value(SecretId=name, SecretString="3")["VersionId"]
    assert labels(secretsmanager, name) == {first: ["PUT0"], second: ["AWSPREVIOUS"], third: ["AWSCURRENT"]}


def test_a_new_current_value_drops_awspending(secretsmanager, name, arn):
    first = secretsmanager.get_secret_value(SecretId=name)["VersionId"]
    secretsmanager.put_secret_value(SecretId=name, SecretString="pending", VersionStages=["AWSPENDING"])
    third = secretsmanager.put_secret_value(SecretId=name, SecretString="three")["VersionId"]
    assert labels(secretsmanager, name) == {first: ["AWSPREVIOUS"], third: ["AWSCURRENT"]}


def test_the_same_token_and_value_change_nothing_and_tell_the_labels_of_now(secretsmanager, name, arn):
    asked = {"SecretId": name, "SecretString": "two", "ClientRequestToken": token()}
    secretsmanager.put_secret_value(**asked)
    secretsmanager.put_secret_value(SecretId=name, SecretString="three")
    before, changed = labels(secretsmanager, name), secretsmanager.describe_secret(SecretId=name)["LastChangedDate"]

    again = secretsmanager.put_secret_value(**asked)
    assert (again["VersionId"], again["VersionStages"]) == (asked["ClientRequestToken"], ["AWSPREVIOUS"])
    assert labels(secretsmanager, name) == before
    assert secretsmanager.describe_secret(SecretId=name)["LastChangedDate"] == changed


def test_the_same_token_with_another_value_is_refused(secretsmanager, name, arn):
    version = token()
    secretsmanager.put_secret_value(SecretId=name, SecretString="two", ClientRequestToken=version)
    for other in ({"SecretString": "three"}, {"SecretBinary": b"two"}):
        with refused("ResourceExistsException", TOKEN_IN_USE.format(version, arn)):
            secretsmanager.put_secret_value(SecretId=name, ClientRequestToken=version, **other)
    assert secretsmanager.get_secret_value(SecretId=name)["SecretString"] == "two"


def test_tokens_belong_to_one_secret(secretsmanager, name):
    version = "00000000-0000-0000-0000-000000000001"
    for one in (f"{name}/a", f"{name}/b"):
        secretsmanager.create_secret(Name=one)
        secretsmanager.put_secret_value(SecretId=one, SecretString=one, ClientRequestToken=version)
        assert secretsmanager.get_secret_value(SecretId=one, VersionId=version)["SecretString"] == one


def test_the_same_value_under_a_new_token_makes_a_new_version(secretsmanager, name, arn):
    before = secretsmanager.describe_secret(SecretId=name)
    secretsmanager.put_secret_value(SecretId=name, SecretString="one")
    after = secretsmanager.describe_secret(SecretId=name)
    assert len(after["VersionIdsToStages"]) == 2
    assert after["LastChangedDate"] > before["LastChangedDate"]


def test_string_and_binary_may_take_turns(secretsmanager, name, arn):
    secretsmanager.put_secret_value(SecretId=name, SecretBinary=b"two")
    answer = secretsmanager.get_secret_value(SecretId=name)
    assert (answer["SecretBinary"], "SecretString" in answer) == (b"two", False)


def test_a_missing_token_is_told_even_before_a_missing_secret(wire, name):
    answer = wire.call("PutSecretValue", {"SecretId": name, "SecretString": "two"})
    assert answer.members == {"__type": "InvalidRequestException", "Message": TOKEN_MISSING}


def test_one_value_and_only_one_is_needed(secretsmanager, name, arn):
    with refused("InvalidRequestException", NO_VALUE_GIVEN):
        secretsmanager.put_secret_value(SecretId=name)
    with refused("InvalidParameterException", BOTH_VALUES):
        secretsmanager.put_secret_value(SecretId=name, SecretString="two", SecretBinary=b"two")


def test_it_never_creates_a_secret(secretsmanager, name):
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.put_secret_value(SecretId=name, SecretString="one")


def test_a_scheduled_secret_takes_no_value(secretsmanager, name, arn):
    secretsmanager.delete_secret(SecretId=name)
    with refused("InvalidRequestException", SCHEDULED):
        secretsmanager.put_secret_value(SecretId=name, SecretString="two")


def test_all_violations_come_in_one_answer(secretsmanager):
    with invalid(
        required("secretId"),
        violation("clientRequestToken", at_most(64), "t" * 65),
        violation("secretBinary", at_least(1)),
        violation("versionStages", at_least(1), "[]"),
    ):
        secretsmanager.put_secret_value(ClientRequestToken="t" * 65, SecretBinary=b"", VersionStages=[])


def test_one_call_attaches_at_most_twenty_labels(secretsmanager, name, arn):
    stages = [f"s{number}" for number in range(21)]
    with invalid(violation("versionStages", at_most(20), f"[{', '.join(stages)}]")):
        secretsmanager.put_secret_value(SecretId=name, SecretString="two", VersionStages=stages)


def test_all_versions_together_carry_at_most_twenty_labels(secretsmanager, name, arn):
    stages = [f"s{number}" for number in range(19)]
    secretsmanager.put_secret_value(SecretId=name, SecretString="two", VersionStages=stages)
    with refused("LimitExceededException"):
        secretsmanager.put_secret_value(SecretId=name, SecretString="three", VersionStages=["one-too-many"])
    assert sum(map(len, labels(secretsmanager, name).values())) == 20


def test_a_rotation_token_outside_a_rotation_is_refused_in_clear_words(secretsmanager, name, arn):
    with refused("InvalidParameterException", containing="RotationToken"):
        secretsmanager.put_secret_value(SecretId=name, SecretString="two", RotationToken=token())
    assert secretsmanager.get_secret_value(SecretId=name)["SecretString"] == "one"


def test_versions_younger_than_a_day_fill_the_quota_and_then_more_are_refused(secretsmanager, name, arn):
    for number in range(99):
        secretsmanager.put_secret_value(SecretId=name, SecretString=str(number))
    with refused("LimitExceededException"):
        secretsmanager.put_secret_value(SecretId=name, SecretString="one too many")
    assert secretsmanager.get_secret_value(SecretId=name)["SecretString"] == "98"
    versions = secretsmanager.list_secret_version_ids(SecretId=name, IncludeDeprecated=True, MaxResults=100)
    assert (len(versions["Versions"]), "NextToken" in versions) == (100, False)
