import pytest

from expect import (
    NOT_FOUND,
    SCHEDULED,
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

LABEL_ELSEWHERE = (
    "The parameter RemoveFromVersionId can't be empty. Staging label {0} is currently attached to version {1}, "
    "so you must explicitly reference that version in RemoveFromVersionId."
)
CURRENT_CANNOT_GO = (
    "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed."
)


@pytest.fixture
def versions(secretsmanager, name):
    """Three versions: deprecated, previous, current."""
    secretsmanager.create_secret(Name=name)
    return [secretsmanager.put_secret_value(SecretId=name, SecretString=str(n))["VersionId"] for n in range(3)]


def test_an_unused_label_is_added(secretsmanager, name, versions):
    answer = secretsmanager.update_secret_version_stage(
        SecretId=name, VersionStage="blue", MoveToVersionId=versions[0]
    )
    assert members(answer) == {"ARN", "Name"}
    assert labels(secretsmanager, name)[versions[0]] == ["blue"]


def test_rolling_back_moves_awscurrent_and_awsprevious(secretsmanager, name, versions):
    _, previous, current = versions
    secretsmanager.update_secret_version_stage(
        SecretId=name, VersionStage="AWSCURRENT", MoveToVersionId=previous, RemoveFromVersionId=current
    )
    assert labels(secretsmanager, name) == {previous: ["AWSCURRENT"], current: ["AWSPREVIOUS"]}
    assert secretsmanager.get_secret_value(SecretId=name)["SecretString"] == "1"


def test_the_recorded_rotation_by_hand_lands_every_label_as_recorded(secretsmanager, name):
    def put(value):
        return secretsmanager.put_secret_value(SecretId=name, SecretString=value, VersionStages=["AWSPENDING"])

    def promote(to, source):
        secretsmanager.update_secret_version_stage(
            SecretId=name, VersionStage="AWSCURRENT", MoveToVersionId=to, RemoveFromVersionId=source
        )

    one = secretsmanager.create_secret(Name=name, SecretString="1")["VersionId"]
    two = put("2")["VersionId"]
    promote(two, one)
    assert labels(secretsmanager, name) == {one: ["AWSPREVIOUS"], two: ["AWSCURRENT", "AWSPENDING"]}
    three = put("3")["VersionId"]
    assert labels(secretsmanager, name) == {one: ["AWSPREVIOUS"], two: ["AWSCURRENT"], three: ["AWSPENDING"]}
    promote(three, two)
    assert labels(secretsmanager, name) == {two: ["AWSPREVIOUS"], three: ["AWSCURRENT", "AWSPENDING"]}


@pytest.mark.parametrize("stage", ["AWSCURRENT", "blue"])
def test_a_label_that_sits_elsewhere_must_be_taken_from_there_by_name(secretsmanager, name, versions, stage):
    if stage == "blue":
        secretsmanager.update_secret_version_stage(SecretId=name, VersionStage=stage, MoveToVersionId=versions[2])
    with refused("InvalidParameterException", LABEL_ELSEWHERE.format(stage, versions[2])):
        secretsmanager.update_secret_version_stage(SecretId=name, VersionStage=stage, MoveToVersionId=versions[0])


def test_taking_a_label_from_a_version_that_lacks_it_is_refused(secretsmanager, name, versions):
    before = labels(secretsmanager, name)
    with refused("InvalidParameterException", containing="AWSCURRENT"):
        secretsmanager.update_secret_version_stage(
            SecretId=name, VersionStage="AWSCURRENT", MoveToVersionId=versions[0], RemoveFromVersionId=versions[1]
        )
    assert labels(secretsmanager, name) == before


def test_a_custom_label_is_removed_and_nothing_else_moves(secretsmanager, name, versions):
    before = labels(secretsmanager, name)
    secretsmanager.update_secret_version_stage(SecretId=name, VersionStage="blue", MoveToVersionId=versions[2])
    secretsmanager.update_secret_version_stage(SecretId=name, VersionStage="blue", RemoveFromVersionId=versions[2])
    assert labels(secretsmanager, name) == before


def test_awscurrent_is_never_removed_altogether(secretsmanager, name, versions):
    with refused("InvalidParameterException", CURRENT_CANNOT_GO):
        secretsmanager.update_secret_version_stage(
            SecretId=name, VersionStage="AWSCURRENT", RemoveFromVersionId=versions[2]
        )


def test_awsprevious_may_be_removed(secretsmanager, name, versions):
    secretsmanager.update_secret_version_stage(
        SecretId=name, VersionStage="AWSPREVIOUS", RemoveFromVersionId=versions[1]
    )
    assert labels(secretsmanager, name) == {versions[2]: ["AWSCURRENT"]}


def test_moving_a_label_to_its_own_version_changes_nothing(secretsmanager, name, versions):
    before = labels(secretsmanager, name)
    secretsmanager.update_secret_version_stage(SecretId=name, VersionStage="AWSCURRENT", MoveToVersionId=versions[2])
    assert labels(secretsmanager, name) == before


def test_one_of_the_two_ids_is_needed(secretsmanager, name, versions):
    with refused("InvalidParameterException"):
        secretsmanager.update_secret_version_stage(SecretId=name, VersionStage="blue")


def test_an_unknown_version_is_not_found(secretsmanager, name, versions):
    with refused("ResourceNotFoundException"):
        secretsmanager.update_secret_version_stage(SecretId=name, VersionStage="blue", MoveToVersionId=token())


def test_the_twenty_first_label_is_refused(secretsmanager, name, versions):
    for number in range(18):
        secretsmanager.update_secret_version_stage(
            SecretId=name, VersionStage=f"s{number}", MoveToVersionId=versions[number % 3]
        )
    with refused("LimitExceededException"):
        secretsmanager.update_secret_version_stage(SecretId=name, VersionStage="more", MoveToVersionId=versions[0])


def test_labels_are_free_text(secretsmanager, name, versions):
    for stage in ("with space / ünïcode 🔑", "x" * 256):
        secretsmanager.update_secret_version_stage(SecretId=name, VersionStage=stage, MoveToVersionId=versions[0])
        assert secretsmanager.get_secret_value(SecretId=name, VersionStage=stage)["SecretString"] == "0"


def test_a_missing_or_scheduled_secret_is_refused(secretsmanager, name, versions):
    asked = {"VersionStage": "blue", "MoveToVersionId": versions[0]}
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.update_secret_version_stage(SecretId=name + "x", **asked)
    secretsmanager.delete_secret(SecretId=name)
    with refused("InvalidRequestException", SCHEDULED):
        secretsmanager.update_secret_version_stage(SecretId=name, **asked)


def test_all_violations_come_in_one_answer(secretsmanager):
    with invalid(
        required("secretId"),
        required("versionStage"),
        violation("moveToVersionId", at_least(32), "short"),
        violation("removeFromVersionId", at_most(64), "l" * 65),
    ):
        secretsmanager.update_secret_version_stage(MoveToVersionId="short", RemoveFromVersionId="l" * 65)
