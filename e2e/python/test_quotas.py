"""Quotas that an operator has set, refused in AWS's words."""

import pytest

from conftest import client_of
from expect import refused, today, token

pytestmark = pytest.mark.own_server


def test_secrets_of_a_region_are_limited_and_each_region_counts_its_own(own_server):
    server = own_server(arguments=["--quota-secrets-per-region=3"])
    here, there = client_of(server), client_of(server, "eu-west-1")
    asked = {"Name": "0", "SecretString": "one", "ClientRequestToken": token()}
    here.create_secret(**asked)
    for number in (1, 2):
        here.create_secret(Name=str(number))
    with refused("LimitExceededException"):
        here.create_secret(Name="one-too-many")
    assert here.create_secret(**asked)["Name"] == "0", "a repeated call is no new secret"
    there.create_secret(Name="elsewhere")

    here.delete_secret(SecretId="1")
    with refused("LimitExceededException"):
        here.create_secret(Name="the-scheduled-one-still-counts")
    here.delete_secret(SecretId="1", ForceDeleteWithoutRecovery=True)
    here.create_secret(Name="room-again")


def test_the_other_quotas_are_set_the_same_way(own_server):
    server = own_server(
        arguments=["--quota-versions-per-secret=4", "--quota-labels-per-secret=3", "--quota-tags-per-secret=2"]
    )
    client = client_of(server)
    client.create_secret(Name="small", SecretString="1", Tags=[{"Key": "a", "Value": ""}, {"Key": "b", "Value": ""}])
    with refused("InvalidParameterException"):
        client.tag_resource(SecretId="small", Tags=[{"Key": "c", "Value": ""}])
    client.put_secret_value(SecretId="small", SecretString="2")
    client.put_secret_value(SecretId="small", SecretString="3", VersionStages=["blue"])
    with refused("LimitExceededException"):
        client.put_secret_value(SecretId="small", SecretString="x", VersionStages=["green"])
    client.put_secret_value(SecretId="small", SecretString="4")
    with refused("LimitExceededException"):
        client.put_secret_value(SecretId="small", SecretString="5")
    assert client.get_secret_value(SecretId="small")["SecretString"] == "4"
    assert client.describe_secret(SecretId="small")["LastAccessedDate"] == today()
