import pytest

from expect import (
    NO_VALUE_FOR_LABEL,
    NOT_FOUND,
    SCHEDULED,
    at_most,
    invalid,
    members,
    refused,
    today,
    value_at_most,
    violation,
)

XOR = "Either 'SecretIdList' or 'Filters' must be provided, but not both."
MAX_RESULTS_NEEDS_FILTERS = (
    "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided."
)


@pytest.fixture
def three(secretsmanager, name):
    names = [f"{name}/{number}" for number in range(3)]
    for number, one in enumerate(names):
        value = {"SecretBinary": b"\x00binary"} if number == 2 else {"SecretString": f"value {number}"}
        secretsmanager.create_secret(Name=one, **value)
    return names


def test_values_come_in_the_order_asked_and_errors_is_present_though_empty(secretsmanager, three):
    answer = secretsmanager.batch_get_secret_value(SecretIdList=[three[2], three[0], three[1]])

    assert members(answer) == {"SecretValues", "Errors"}
    assert [entry["Name"] for entry in answer["SecretValues"]] == [three[2], three[0], three[1]]
    assert answer["SecretValues"][0]["SecretBinary"] == b"\x00binary"
    assert set(answer["SecretValues"][1]) == {
        "ARN", "Name", "VersionId", "SecretString", "VersionStages", "CreatedDate",
    }  # fmt: skip
    assert answer["Errors"] == []


def test_each_failure_is_an_entry_and_never_fails_the_rest(secretsmanager, three, name):
    secretsmanager.create_secret(Name=f"{name}/empty")
    secretsmanager.delete_secret(SecretId=three[1])
    answer = secretsmanager.batch_get_secret_value(
        SecretIdList=[f"{name}/missing", three[0], three[1], f"{name}/empty"]
    )

    assert [entry["Name"] for entry in answer["SecretValues"]] == [three[0]]
    assert answer["Errors"] == [
        {"SecretId": f"{name}/missing", "ErrorCode": "ResourceNotFoundException", "Message": NOT_FOUND},
        {"SecretId": three[1], "ErrorCode": "InvalidRequestException", "Message": SCHEDULED},
        {
            "SecretId": f"{name}/empty",
            "ErrorCode": "ResourceNotFoundException",
            "Message": NO_VALUE_FOR_LABEL.format("AWSCURRENT"),
        },
    ]


def test_arns_names_and_repeats_may_be_mixed(secretsmanager, name, arn):
    answer = secretsmanager.batch_get_secret_value(SecretIdList=[arn, name, arn])
    assert [entry["ARN"] for entry in answer["SecretValues"]] == [arn] * 3


def test_filters_choose_as_in_list_secrets_and_skip_scheduled_secrets(secretsmanager, three, name):
    secretsmanager.delete_secret(SecretId=three[0])
    answer = secretsmanager.batch_get_secret_value(Filters=[{"Key": "name", "Values": [name]}])
    assert sorted(entry["Name"] for entry in answer["SecretValues"]) == three[1:]
    assert answer["Errors"] == []


def test_pages_hold_at_most_max_results_and_the_last_has_no_token(secretsmanager, three, name):
    asked = {"Filters": [{"Key": "name", "Values": [name]}], "MaxResults": 2}
    first = secretsmanager.batch_get_secret_value(**asked)
    second = secretsmanager.batch_get_secret_value(**asked, NextToken=first["NextToken"])
    read = [entry["Name"] for page in (first, second) for entry in page["SecretValues"]]
    assert (sorted(read), "NextToken" in second) == (three, False)


def test_reading_in_a_batch_counts_as_an_access(secretsmanager, name, arn):
    secretsmanager.batch_get_secret_value(SecretIdList=[name])
    assert secretsmanager.describe_secret(SecretId=name)["LastAccessedDate"] == today()


def test_ids_or_filters_but_not_both_and_not_neither(secretsmanager, name):
    with refused("InvalidParameterException", XOR):
        secretsmanager.batch_get_secret_value()
    with refused("InvalidParameterException", XOR):
        secretsmanager.batch_get_secret_value(SecretIdList=[name], Filters=[{"Key": "name", "Values": [name]}])


def test_max_results_needs_filters(secretsmanager, name):
    with refused("InvalidParameterException", MAX_RESULTS_NEEDS_FILTERS):
        secretsmanager.batch_get_secret_value(SecretIdList=[name], MaxResults=2)


def test_sizes_are_limited(secretsmanager, name):
    with invalid(violation("maxResults", value_at_most(20), 21)):
        secretsmanager.batch_get_secret_value(Filters=[{"Key": "name", "Values": [name]}], MaxResults=21)
    ids = [f"{name}/{number}" for number in range(21)]
    with invalid(violation("secretIdList", at_most(20), f"[{', '.join(ids)}]")):
        secretsmanager.batch_get_secret_value(SecretIdList=ids)
    assert len(secretsmanager.batch_get_secret_value(SecretIdList=ids[:20])["Errors"]) == 20
