import pytest

from expect import (
    LABEL_NOT_ON_VERSION,
    NO_VALUE_FOR_ID,
    NO_VALUE_FOR_LABEL,
    NOT_FOUND,
    SCHEDULED,
    assert_recent,
    at_least,
    at_most,
    invalid,
    members,
    refused,
    required,
    today,
    token,
    violation,
)

STRING_ANSWER = {"ARN", "Name", "VersionId", "SecretString", "VersionStages", "CreatedDate"}
BINARY_ANSWER = STRING_ANSWER - {"SecretString"} | {"SecretBinary"}


def test_the_current_value_is_read_by_default(secretsmanager, name):
    made = secretsmanager.create_secret(Name=name, SecretString="one")
    answer = secretsmanager.get_secret_value(SecretId=name)

    assert members(answer) == STRING_ANSWER
    assert {member: answer[member] for member in STRING_ANSWER - {"CreatedDate"}} == {
        "ARN": made["ARN"],
        "Name": name,
        "VersionId": made["VersionId"],
        "SecretString": "one",
        "VersionStages": ["AWSCURRENT"],
    }
    assert_recent(answer["CreatedDate"])


def test_binary_comes_back_byte_for_byte(secretsmanager, name):
    value = bytes(range(256)) * 3
    secretsmanager.create_secret(Name=name, SecretBinary=value)
    answer = secretsmanager.get_secret_value(SecretId=name)
    assert (members(answer), answer["SecretBinary"]) == (BINARY_ANSWER, value)


def test_binary_crosses_the_wire_as_padded_base64(wire, name):
    wire.call("CreateSecret", {"Name": name, "SecretBinary": "Zm9vdGVzdA==", "ClientRequestToken": token()})
    assert wire.call("GetSecretValue", {"SecretId": name}).members["SecretBinary"] == "Zm9vdGVzdA=="


@pytest.mark.parametrize(
    "value",
    ['{"password":"päßwörd"}', "日本語 🔑 \u200d zero-width", "line\nbreak\ttab \u0001 \u0000 \\ \" '", " ", "\ud7ff\ue000"],
    ids=["json", "many scripts", "control characters", "one space", "around the surrogates"],
)
def test_unicode_comes_back_character_for_character(secretsmanager, name, value):
    secretsmanager.create_secret(Name=name, SecretString=value)
    assert secretsmanager.get_secret_value(SecretId=name)["SecretString"] == value


def test_a_version_is_read_by_id_by_label_and_by_both(secretsmanager, name, arn):
    second = secretsmanager.put_secret_value(SecretId=name, SecretString="two")["VersionId"]
    for chosen in (
        {"VersionId": second},
        {"VersionStage": "AWSCURRENT"},
        {"VersionId": second, "VersionStage": "AWSCURRENT"},
    ):
        assert secretsmanager.get_secret_value(SecretId=name, **chosen)["SecretString"] == "two"
    assert secretsmanager.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")["SecretString"] == "one"


def test_a_deprecated_version_is_still_read_by_id_and_shows_no_labels(secretsmanager, name):
    first = secretsmanager.create_secret(Name=name, SecretString="one")["VersionId"]
    secretsmanager.put_secret_value(SecretId=name, SecretString="two")
    secretsmanager.put_secret_value(SecretId=name, SecretString="three")
    answer = secretsmanager.get_secret_value(SecretId=name, VersionId=first)
    assert (answer["SecretString"], "VersionStages" in answer) == ("one", False)


def test_a_missing_secret_label_or_version_is_told_apart(secretsmanager, name, arn):
    unknown = token()
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.get_secret_value(SecretId=name + "x")
    with refused("ResourceNotFoundException", NO_VALUE_FOR_LABEL.format("AWSPENDING")):
        secretsmanager.get_secret_value(SecretId=name, VersionStage="AWSPENDING")
    with refused("ResourceNotFoundException", NO_VALUE_FOR_ID.format(unknown)):
        secretsmanager.get_secret_value(SecretId=name, VersionId=unknown)
    with refused("ResourceNotFoundException", NO_VALUE_FOR_ID.format(unknown)):
        secretsmanager.get_secret_value(SecretId=name, VersionId=unknown, VersionStage="AWSCURRENT")


def test_an_empty_secret_has_no_current_value(secretsmanager, name):
    secretsmanager.create_secret(Name=name)
    with refused("ResourceNotFoundException", NO_VALUE_FOR_LABEL.format("AWSCURRENT")):
        secretsmanager.get_secret_value(SecretId=name)


def test_a_label_that_sits_elsewhere_is_refused(secretsmanager, name):
    first = secretsmanager.create_secret(Name=name, SecretString="one")["VersionId"]
    secretsmanager.put_secret_value(SecretId=name, SecretString="two")
    with refused("InvalidRequestException", LABEL_NOT_ON_VERSION):
        secretsmanager.get_secret_value(SecretId=name, VersionId=first, VersionStage="AWSCURRENT")


def test_labels_differ_by_case(secretsmanager, name, arn):
    with refused("ResourceNotFoundException", NO_VALUE_FOR_LABEL.format("awscurrent")):
        secretsmanager.get_secret_value(SecretId=name, VersionStage="awscurrent")


def test_a_scheduled_secret_is_not_read(secretsmanager, name, arn):
    secretsmanager.delete_secret(SecretId=name)
    with refused("InvalidRequestException", SCHEDULED):
        secretsmanager.get_secret_value(SecretId=name)


def test_reading_notes_the_day_on_the_secret_and_on_the_version_and_changes_nothing_else(secretsmanager, name, arn):
    before = secretsmanager.describe_secret(SecretId=name)
    assert "LastAccessedDate" not in before
    secretsmanager.get_secret_value(SecretId=name)

    after = secretsmanager.describe_secret(SecretId=name)
    version = secretsmanager.list_secret_version_ids(SecretId=name)["Versions"][0]
    assert after["LastAccessedDate"] == version["LastAccessedDate"] == today()
    assert after["LastChangedDate"] == before["LastChangedDate"]


def test_the_created_date_is_the_versions_own(secretsmanager, name, arn):
    first = secretsmanager.get_secret_value(SecretId=name)["CreatedDate"]
    secretsmanager.put_secret_value(SecretId=name, SecretString="two")
    assert secretsmanager.get_secret_value(SecretId=name)["CreatedDate"] > first
    assert secretsmanager.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")["CreatedDate"] == first


def test_all_violations_come_in_one_answer(secretsmanager):
    with invalid(
        required("secretId"),
        violation("versionId", at_least(32), "short"),
        violation("versionStage", at_most(256), "s" * 257),
    ):
        secretsmanager.get_secret_value(VersionId="short", VersionStage="s" * 257)


def test_the_largest_string_is_65536_bytes(secretsmanager, name):
    longest = "é" * 32_768
    secretsmanager.create_secret(Name=name, SecretString=longest)
    assert secretsmanager.get_secret_value(SecretId=name)["SecretString"] == longest
    with invalid(violation("secretString", at_most(65_536))):
        secretsmanager.put_secret_value(SecretId=name, SecretString=longest + "x")
    assert secretsmanager.get_secret_value(SecretId=name)["SecretString"] == longest


def test_the_largest_string_may_be_all_escapes_on_the_wire(secretsmanager, name):
    value = "\u0001" * 65_536
    secretsmanager.create_secret(Name=name, SecretString=value)
    assert secretsmanager.get_secret_value(SecretId=name)["SecretString"] == value


def test_the_largest_binary_is_65536_bytes(secretsmanager, name):
    longest = b"\xff" * 65_536
    secretsmanager.create_secret(Name=name, SecretBinary=longest)
    assert secretsmanager.get_secret_value(SecretId=name)["SecretBinary"] == longest
    with invalid(violation("secretBinary", at_most(65_536))):
        secretsmanager.put_secret_value(SecretId=name, SecretBinary=longest + b"\xff")
