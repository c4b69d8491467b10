"""How a SecretId finds its secret: by name, by ARN, by an ARN without its tail, and by nothing else."""

import pytest

from expect import INVALID_NAME, NOT_FOUND, refused


def without_suffix(arn):
    return arn[: arn.rindex("-")]


def test_name_full_arn_and_partial_arn_find_the_same_secret(secretsmanager, name, arn):
    for given in (name, arn, without_suffix(arn)):
        assert secretsmanager.describe_secret(SecretId=given)["ARN"] == arn


def test_a_name_that_looks_suffixed_is_found_by_name_and_full_arn_but_not_by_partial_arn(secretsmanager, name):
    tricky = f"{name}-a1b2c3"
    arn = secretsmanager.create_secret(Name=tricky, SecretString="one")["ARN"]
    for given in (tricky, arn):
        assert secretsmanager.describe_secret(SecretId=given)["ARN"] == arn
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.describe_secret(SecretId=without_suffix(arn))


@pytest.mark.parametrize("tail", ["-a1b2", "-a1b2c3-"])
def test_other_hyphens_do_not_hide_a_partial_arn(secretsmanager, name, tail):
    arn = secretsmanager.create_secret(Name=name + tail, SecretString="one")["ARN"]
    assert secretsmanager.describe_secret(SecretId=without_suffix(arn))["ARN"] == arn


def test_a_bare_name_with_its_suffix_is_only_a_name(secretsmanager, name, arn):
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.describe_secret(SecretId=name + arn[arn.rindex("-") :])


def test_the_arn_of_a_deleted_namesake_finds_nothing(secretsmanager, name, arn):
    secretsmanager.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    secretsmanager.create_secret(Name=name, SecretString="new")
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.get_secret_value(SecretId=arn)
    assert secretsmanager.get_secret_value(SecretId=without_suffix(arn))["SecretString"] == "new"


def test_an_arn_of_another_region_or_no_arn_at_all_finds_nothing(secretsmanager, arn):
    for given in (arn.replace("us-east-1", "eu-west-1"), "arn:aws:secretsmanager", "arn:", arn + ":more"):
        with refused("ResourceNotFoundException", NOT_FOUND):
            secretsmanager.describe_secret(SecretId=given)


OPERATIONS = {
    "create_secret": {"Name": "Inv Name", "SecretString": "one"},
    "delete_secret": {"ForceDeleteWithoutRecovery": True},
    "describe_secret": {},
    "get_secret_value": {},
    "list_secret_version_ids": {},
    "put_secret_value": {"SecretString": "one"},
    "restore_secret": {},
    "tag_resource": {"Tags": []},
    "untag_resource": {"TagKeys": []},
    "update_secret": {},
    "update_secret_version_stage": {"VersionStage": "x", "MoveToVersionId": "0" * 32},
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("bad", ["Inv Name", " leading", "semi;colon"])
def test_a_bad_name_is_refused_by_every_operation_before_it_looks(secretsmanager, operation, bad):
    asked = {"SecretId": bad} | OPERATIONS[operation]
    if "Name" in asked:
        asked = asked | {"Name": asked.pop("SecretId")}
    with refused("ValidationException", INVALID_NAME):
        getattr(secretsmanager, operation)(**asked)


def test_an_exclamation_mark_is_accepted(secretsmanager, name):
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.describe_secret(SecretId=f"rds!{name}")
