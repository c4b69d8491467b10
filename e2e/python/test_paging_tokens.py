"""Paging tokens are opaque, authenticated and bound to the request they continue."""

import base64

import pytest

from expect import at_least, at_most, excerpt, invalid, refused, violation


@pytest.fixture
def filters(secretsmanager, name):
    for number in range(3):
        secretsmanager.create_secret(Name=f"{name}/{number}", SecretString="one")
    return [{"Key": "name", "Values": [name]}]


@pytest.fixture
def next_token(secretsmanager, filters):
    return secretsmanager.list_secrets(Filters=filters, MaxResults=1)["NextToken"]


def test_a_token_tells_nothing_of_what_it_points_to(next_token, name):
    readings = [next_token.encode()]
    for decode in (base64.b64decode, base64.urlsafe_b64decode):
        try:
            readings.append(decode(next_token + "=" * (-len(next_token) % 4)))
        except ValueError:
            continue
    assert 1 <= len(next_token) <= 4096
    assert all(part.encode() not in reading for reading in readings for part in (name, "story", "us-east-1"))


def test_a_token_continues_its_own_request(secretsmanager, filters, next_token):
    (entry,) = secretsmanager.list_secrets(Filters=filters, MaxResults=1, NextToken=next_token)["SecretList"]
    assert entry["Name"].endswith("/1")


def test_a_token_may_be_used_twice(secretsmanager, filters, next_token):
    asked = {"Filters": filters, "MaxResults": 1, "NextToken": next_token}
    first, again = (secretsmanager.list_secrets(**asked)["SecretList"] for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    "changed",
    [
        {"Filters": []},
        {"SortOrder": "desc"},
        {"SortBy": "name"},
        {"IncludePlannedDeletion": True},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_token_is_refused_with_other_parameters(secretsmanager, filters, next_token, changed):
    with refused("InvalidNextTokenException"):
        secretsmanager.list_secrets(**{"Filters": filters, "MaxResults": 1, "NextToken": next_token} | changed)


def test_a_token_is_refused_by_another_operation(secretsmanager, filters, next_token, name):
    with refused("InvalidNextTokenException"):
        secretsmanager.batch_get_secret_value(Filters=filters, MaxResults=1, NextToken=next_token)
    with refused("InvalidNextTokenException"):
        secretsmanager.list_secret_version_ids(SecretId=f"{name}/0", MaxResults=1, NextToken=next_token)


def test_a_token_is_refused_in_another_region(elsewhere, filters, next_token):
    with refused("InvalidNextTokenException"):
        elsewhere.list_secrets(Filters=filters, MaxResults=1, NextToken=next_token)


def test_a_token_is_refused_for_another_secret(secretsmanager, name):
    for one in (f"{name}/a", f"{name}/b"):
        secretsmanager.create_secret(Name=one, SecretString="1")
        secretsmanager.put_secret_value(SecretId=one, SecretString="2")
    next_token = secretsmanager.list_secret_version_ids(SecretId=f"{name}/a", MaxResults=1)["NextToken"]
    with refused("InvalidNextTokenException"):
        secretsmanager.list_secret_version_ids(SecretId=f"{name}/b", MaxResults=1, NextToken=next_token)


@pytest.mark.parametrize("place", [0, 7, -1])
def test_a_token_changed_in_any_place_is_refused(secretsmanager, filters, next_token, place):
    bent = list(next_token)
    bent[place] = "A" if bent[place] != "A" else "Q"
    with refused("InvalidNextTokenException"):
        secretsmanager.list_secrets(Filters=filters, MaxResults=1, NextToken="".join(bent))


@pytest.mark.parametrize("invented", ["x", "AAAA", "{}", "é", "a" * 4096])
def test_an_invented_token_is_refused(secretsmanager, invented):
    with refused("InvalidNextTokenException"):
        secretsmanager.list_secrets(NextToken=invented)


def test_a_token_has_a_length(secretsmanager):
    with invalid(violation("nextToken", at_least(1), "")):
        secretsmanager.list_secrets(NextToken="")
    with invalid(violation("nextToken", at_most(4096), excerpt("a" * 4097))):
        secretsmanager.list_secrets(NextToken="a" * 4097)
