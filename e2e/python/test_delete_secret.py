import datetime

import pytest

from expect import INVALID_NAME, NOT_FOUND, SCHEDULED, assert_recent, members, refused, required, invalid

WINDOW = "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
FORCE_WITH_WINDOW = "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."


@pytest.mark.parametrize("window, days", [({}, 30), ({"RecoveryWindowInDays": 7}, 7), ({"RecoveryWindowInDays": 30}, 30)])
def test_deletion_is_dated_at_the_end_of_the_recovery_window(secretsmanager, name, arn, window, days):
    answer = secretsmanager.delete_secret(SecretId=name, **window)
    assert members(answer) == {"ARN", "Name", "DeletionDate"}
    assert (answer["ARN"], answer["Name"]) == (arn, name)
    assert_recent(answer["DeletionDate"] - datetime.timedelta(days=days))


def test_force_false_beside_a_window_is_accepted(secretsmanager, name, arn):
    answer = secretsmanager.delete_secret(SecretId=name, RecoveryWindowInDays=7, ForceDeleteWithoutRecovery=False)
    assert_recent(answer["DeletionDate"] - datetime.timedelta(days=7))


@pytest.mark.parametrize("days", [-1, 0, 6, 31, 2**40])
def test_a_window_outside_7_to_30_days_is_refused(secretsmanager, name, arn, days):
    with refused("InvalidParameterException", WINDOW):
        secretsmanager.delete_secret(SecretId=name, RecoveryWindowInDays=days)
    assert "DeletedDate" not in secretsmanager.describe_secret(SecretId=name)


def test_force_and_a_window_exclude_each_other(secretsmanager, name, arn):
    with refused("InvalidParameterException", FORCE_WITH_WINDOW):
        secretsmanager.delete_secret(SecretId=name, RecoveryWindowInDays=7, ForceDeleteWithoutRecovery=True)


def test_a_forced_deletion_is_done_at_once(secretsmanager, name, arn):
    answer = secretsmanager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    assert_recent(answer["DeletionDate"])
    for gone in (name, arn):
        with refused("ResourceNotFoundException", NOT_FOUND):
            secretsmanager.describe_secret(SecretId=gone)


def test_a_forced_deletion_works_on_a_scheduled_secret(secretsmanager, name, arn):
    secretsmanager.delete_secret(SecretId=name)
    secretsmanager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.restore_secret(SecretId=name)


def test_a_forced_deletion_of_an_unknown_name_answers_as_if_it_had_been_there(secretsmanager, name):
    answer = secretsmanager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    assert members(answer) == {"ARN", "Name", "DeletionDate"}
    assert answer["Name"] == name


def test_an_unknown_name_without_force_is_not_found(secretsmanager, name):
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.delete_secret(SecretId=name)


def test_a_bad_name_is_refused_even_with_force(secretsmanager):
    with refused("ValidationException", INVALID_NAME):
        secretsmanager.delete_secret(SecretId="Inv Name", ForceDeleteWithoutRecovery=True)


def test_deleting_twice_is_refused(secretsmanager, name, arn):
    secretsmanager.delete_secret(SecretId=name)
    with refused("InvalidRequestException", SCHEDULED):
        secretsmanager.delete_secret(SecretId=name)


def test_the_id_is_required(secretsmanager):
    with invalid(required("secretId")):
        secretsmanager.delete_secret()
