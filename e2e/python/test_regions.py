"""Several regions in one process, chosen by the credential scope and kept apart."""

import dataclasses

from expect import NOT_FOUND, assert_arn, refused
from wire import Signer


def test_one_name_lives_in_each_region_apart(secretsmanager, elsewhere, name):
    here = secretsmanager.create_secret(Name=name, SecretString="here")
    with refused("ResourceNotFoundException", NOT_FOUND):
        elsewhere.get_secret_value(SecretId=name)
    there = elsewhere.create_secret(Name=name, SecretString="there")

    assert_arn(here["ARN"], name, "us-east-1")
    assert_arn(there["ARN"], name, "eu-west-1")
    assert secretsmanager.get_secret_value(SecretId=name)["SecretString"] == "here"
    assert elsewhere.get_secret_value(SecretId=name)["SecretString"] == "there"

    secretsmanager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    assert elsewhere.get_secret_value(SecretId=name)["SecretString"] == "there"


def test_lists_show_their_own_region_only(secretsmanager, elsewhere, name):
    elsewhere.create_secret(Name=name, SecretString="there")
    assert secretsmanager.list_secrets(Filters=[{"Key": "name", "Values": [name]}])["SecretList"] == []


def test_an_arn_does_not_reach_into_another_region(elsewhere, arn):
    with refused("ResourceNotFoundException", NOT_FOUND):
        elsewhere.get_secret_value(SecretId=arn)


def test_a_region_that_is_not_served_is_refused(wire):
    answer = wire.call("ListSecrets", signer=dataclasses.replace(Signer(), region="af-south-1"))
    assert (answer.status, answer.code) == (400, "InvalidSignatureException")
    assert answer.message.startswith("Credential should be scoped to a valid region")


def test_the_host_does_not_matter_as_long_as_it_is_the_one_signed(wire, name, arn):
    headers = wire.headers("DescribeSecret") | {"Host": "secretsmanager.eu-west-1.amazonaws.com"}
    assert wire.call("DescribeSecret", {"SecretId": name}, headers=headers).members["ARN"] == arn
