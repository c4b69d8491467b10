"""aws_secretsmanager_caching, unmodified: the cache that many Python services read their secrets through."""

import pytest
from aws_secretsmanager_caching import InjectKeywordedSecretString, InjectSecretString, SecretCache, SecretCacheConfig

from expect import NOT_FOUND, eventually, refused


@pytest.fixture
def cache(secretsmanager):
    """A cache that looks again after a second."""
    return SecretCache(config=SecretCacheConfig(secret_refresh_interval=1), client=secretsmanager)


def test_strings_and_bytes_are_read(cache, secretsmanager, name):
    secretsmanager.create_secret(Name=f"{name}/s", SecretString="one")
    secretsmanager.create_secret(Name=f"{name}/b", SecretBinary=b"\x00\xffone")
    assert cache.get_secret_string(f"{name}/s") == "one"
    assert cache.get_secret_binary(f"{name}/b") == b"\x00\xffone"
    assert cache.get_secret_binary(f"{name}/s") is None


def test_by_arn_too(cache, arn):
    assert cache.get_secret_string(arn) == "one"


def test_a_new_value_is_seen_after_the_refresh_interval_and_not_before(secretsmanager, name, arn):
    patient = SecretCache(config=SecretCacheConfig(secret_refresh_interval=3600), client=secretsmanager)
    quick = SecretCache(config=SecretCacheConfig(secret_refresh_interval=1), client=secretsmanager)
    assert patient.get_secret_string(name) == quick.get_secret_string(name) == "one"
    secretsmanager.put_secret_value(SecretId=name, SecretString="two")
    eventually(lambda: quick.get_secret_string(name), "two")
    assert patient.get_secret_string(name) == "one"


def test_other_stages_are_followed(cache, secretsmanager, name, arn):
    secretsmanager.put_secret_value(SecretId=name, SecretString="two")
    assert cache.get_secret_string(name) == "two"
    assert cache.get_secret_string(name, version_stage="AWSPREVIOUS") == "one"
    assert cache.get_secret_string(name, version_stage="AWSPENDING") is None


def test_a_secret_without_a_value_is_none(cache, secretsmanager, name):
    secretsmanager.create_secret(Name=name)
    assert cache.get_secret_string(name) is None


def test_a_rollback_is_followed(cache, secretsmanager, name, arn):
    first = secretsmanager.get_secret_value(SecretId=name)["VersionId"]
    second = secretsmanager.put_secret_value(SecretId=name, SecretString="two")["VersionId"]
    assert cache.get_secret_string(name) == "two"
    secretsmanager.update_secret_version_stage(
        SecretId=name, VersionStage="AWSCURRENT", MoveToVersionId=first, RemoveFromVersionId=second
    )
    eventually(lambda: cache.get_secret_string(name), "one")


def test_decorators_inject_values(cache, secretsmanager, name):
    secretsmanager.create_secret(Name=name, SecretString='{"user":"app","password":"pass"}')

    @InjectSecretString(name, cache)
    def whole(secret):
        return secret

    @InjectKeywordedSecretString(name, cache, name_of_user="user", its_password="password")
    def parts(name_of_user, its_password):
        return name_of_user, its_password

    assert whole() == '{"user":"app","password":"pass"}'
    assert parts() == ("app", "pass")


def test_a_missing_secret_is_told_as_such(cache, name):
    with refused("ResourceNotFoundException", NOT_FOUND):
        cache.get_secret_string(name)
