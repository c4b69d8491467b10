import pytest

from expect import (
    BOTH_VALUES,
    INVALID_NAME,
    NAME_EXISTS,
    NAME_SCHEDULED,
    TOKEN_IN_USE,
    TOKEN_MISSING,
    assert_arn,
    assert_recent,
    at_least,
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


def test_a_string_secret_answers_with_its_arn_name_and_version(secretsmanager, name):
    version = token()
    answer = secretsmanager.create_secret(Name=name, SecretString="one", ClientRequestToken=version)

    assert members(answer) == {"ARN", "Name", "VersionId"}
    assert_arn(answer["ARN"], name)
    assert (answer["Name"], answer["VersionId"]) == (name, version)
    assert labels(secretsmanager, name) == {version: ["AWSCURRENT"]}


def test_a_secret_without_a_value_has_no_version(secretsmanager, name):
    assert members(secretsmanager.create_secret(Name=name)) == {"ARN", "Name"}
    assert members(secretsmanager.describe_secret(SecretId=name)) == {"ARN", "Name", "CreatedDate", "LastChangedDate"}


def test_description_tags_and_dates_are_kept(secretsmanager, name):
    tags = [{"Key": "team", "Value": "core"}, {"Key": "Team", "Value": ""}]
    secretsmanager.create_secret(Name=name, Description="kept", Tags=tags, SecretString="one")
    told = secretsmanager.describe_secret(SecretId=name)

    assert (told["Description"], told["Tags"]) == ("kept", tags)
    assert_recent(told["CreatedDate"])
    assert told["LastChangedDate"] >= told["CreatedDate"]


def test_an_empty_description_is_accepted_and_shown_as_absent(secretsmanager, name):
    secretsmanager.create_secret(Name=name, Description="", SecretString="one", ForceOverwriteReplicaSecret=False)
    assert "Description" not in secretsmanager.describe_secret(SecretId=name)


def test_the_managed_key_by_its_alias_is_accepted_and_shown_as_absent(secretsmanager, name):
    secretsmanager.create_secret(Name=name, KmsKeyId="alias/aws/secretsmanager", SecretString="one")
    assert "KmsKeyId" not in secretsmanager.describe_secret(SecretId=name)


def test_an_unknown_key_is_refused_and_nothing_is_made(secretsmanager, name):
    with refused("InvalidParameterException", containing="The operation failed because of an invalid KMS key"):
        secretsmanager.create_secret(Name=name, KmsKeyId="alias/nobody", SecretString="one")
    with refused("ResourceNotFoundException"):
        secretsmanager.describe_secret(SecretId=name)


def test_the_same_token_and_value_answer_as_the_first_time(secretsmanager, name):
    asked = {"Name": name, "SecretString": "one", "ClientRequestToken": token()}
    first, again = secretsmanager.create_secret(**asked), secretsmanager.create_secret(**asked)
    assert [first[member] for member in ("ARN", "Name", "VersionId")] == [
        again[member] for member in ("ARN", "Name", "VersionId")
    ]


def test_the_same_token_with_another_value_is_refused(secretsmanager, name):
    version = token()
    arn = secretsmanager.create_secret(Name=name, SecretString="one", ClientRequestToken=version)["ARN"]
    with refused("ResourceExistsException", TOKEN_IN_USE.format(version, arn)):
        secretsmanager.create_secret(Name=name, SecretString="two", ClientRequestToken=version)
    with refused("ResourceExistsException", TOKEN_IN_USE.format(version, arn)):
        secretsmanager.create_secret(Name=name, SecretBinary=b"one", ClientRequestToken=version)


def test_a_name_that_is_taken_is_refused(secretsmanager, name, arn):
    with refused("ResourceExistsException", NAME_EXISTS.format(name)):
        secretsmanager.create_secret(Name=name, SecretString="one")


def test_names_differ_by_case(secretsmanager, name):
    secretsmanager.create_secret(Name=name, SecretString="lower")
    secretsmanager.create_secret(Name=name.upper(), SecretString="upper")
    assert secretsmanager.get_secret_value(SecretId=name)["SecretString"] == "lower"
    assert secretsmanager.get_secret_value(SecretId=name.upper())["SecretString"] == "upper"


def test_a_name_inside_its_recovery_window_is_refused(secretsmanager, name):
    asked = {"Name": name, "SecretString": "one", "ClientRequestToken": token()}
    secretsmanager.create_secret(**asked)
    secretsmanager.delete_secret(SecretId=name)
    with refused("InvalidRequestException", NAME_SCHEDULED):
        secretsmanager.create_secret(Name=name, SecretString="two")
    with refused("InvalidRequestException", NAME_SCHEDULED):
        secretsmanager.create_secret(**asked)


def test_a_name_is_free_at_once_after_a_forced_deletion_and_gets_a_new_suffix(secretsmanager, name, arn):
    secretsmanager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    assert secretsmanager.create_secret(Name=name, SecretString="two")["ARN"] != arn


def test_both_values_are_refused(secretsmanager, name):
    with refused("InvalidParameterException", BOTH_VALUES):
        secretsmanager.create_secret(Name=name, SecretString="one", SecretBinary=b"one")


@pytest.mark.parametrize("value", [{"SecretString": "one"}, {}], ids=["with a value", "without a value"])
def test_a_missing_token_is_refused(wire, name, value):
    answer = wire.call("CreateSecret", {"Name": name, **value})
    assert (answer.status, answer.members) == (400, {"__type": "InvalidRequestException", "Message": TOKEN_MISSING})


@pytest.mark.parametrize("bad", [" {}", "{} x", "{}~", "{}é", "{}\\", "{}*"])
def test_a_bad_name_is_refused(secretsmanager, name, bad):
    with refused("ValidationException", INVALID_NAME):
        secretsmanager.create_secret(Name=bad.format(name), SecretString="one")


@pytest.mark.parametrize("good", ["/{}", "{}/_+=.@-", "{}!x"])
def test_every_documented_character_may_stand_in_a_name(secretsmanager, name, good):
    given = good.format(name)
    secretsmanager.create_secret(Name=given, SecretString="one")
    assert secretsmanager.get_secret_value(SecretId=given)["Name"] == given


def test_tokens_need_not_be_uuids(secretsmanager, name):
    version = "terraform-20260202192845100500000001"
    assert secretsmanager.create_secret(Name=name, SecretString="x", ClientRequestToken=version)["VersionId"] == version


def test_lengths_are_checked_together(secretsmanager):
    with invalid(
        violation("name", at_least(1), ""),
        violation("clientRequestToken", at_least(32), "short"),
        violation("secretString", at_least(1)),
        violation("description", at_most(2048), excerpt("d" * 2049)),
    ):
        secretsmanager.create_secret(
            Name="", ClientRequestToken="short", SecretString="", Description="d" * 2049
        )


def test_the_name_is_required(secretsmanager):
    with invalid(required("name")):
        secretsmanager.create_secret(SecretString="one")


def test_a_name_has_at_most_512_characters(secretsmanager, name):
    longest = name.ljust(512, "x")
    assert_arn(secretsmanager.create_secret(Name=longest, SecretString="one")["ARN"], longest)
    with invalid(violation("name", at_most(512), longest + "x")):
        secretsmanager.create_secret(Name=longest + "x", SecretString="one")


def test_fifty_tags_are_the_most(secretsmanager, name):
    tags = [{"Key": f"key{number}", "Value": "v"} for number in range(51)]
    with refused("InvalidParameterException"):
        secretsmanager.create_secret(Name=name, SecretString="one", Tags=tags)
    secretsmanager.create_secret(Name=name, SecretString="one", Tags=tags[:50])
    assert len(secretsmanager.describe_secret(SecretId=name)["Tags"]) == 50


def test_a_repeated_tag_key_is_refused(secretsmanager, name):
    with refused("InvalidParameterException"):
        secretsmanager.create_secret(
            Name=name, SecretString="one", Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
        )


def test_tag_lengths_are_checked_by_their_place_in_the_list(secretsmanager, name):
    tags = [{"Key": "fine", "Value": ""}, {"Key": "", "Value": "v" * 257}]
    with invalid(
        violation("tags.2.member.key", at_least(1), ""), violation("tags.2.member.value", at_most(256), "v" * 257)
    ):
        secretsmanager.create_secret(Name=name, SecretString="one", Tags=tags)


@pytest.mark.parametrize(
    "later",
    [
        {"AddReplicaRegions": [{"Region": "eu-west-1"}]},
        {"CrossAccountPrimaryARN": "arn:aws:secretsmanager:us-east-1:210987654321:secret:theirs-a1b2c3"},
        {"Type": "SalesforceClientSecret"},
    ],
    ids=lambda later: next(iter(later)),
)
def test_what_is_not_built_yet_is_refused_in_clear_words_and_never_dropped(secretsmanager, name, later):
    with refused("InvalidParameterException", containing=next(iter(later))):
        secretsmanager.create_secret(Name=name, SecretString="one", **later)
    with refused("ResourceNotFoundException"):
        secretsmanager.describe_secret(SecretId=name)
