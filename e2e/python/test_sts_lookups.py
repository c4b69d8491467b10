"""Who a caller is, whose an access key is, and what a sealed decision says."""

import http.client
import urllib.parse

import pytest

from server import ACCESS_KEY_ID, ACCOUNT
from sessions import INVALID_TOKEN, ROOT, House, allow, deny, refused
from wire import Signer


@pytest.fixture(scope="module")
def house(server):
    return House(server)


def test_everybody_may_know_who_he_is(house):
    identity = house.sts(ROOT).get_caller_identity()
    assert (identity["UserId"], identity["Account"]) == (ACCOUNT, ACCOUNT)
    assert identity["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    barred = house.user(deny("*"), path="/team/")
    identity = house.sts(barred.credentials).get_caller_identity()
    assert (identity["UserId"], identity["Arn"]) == (barred.id, barred.arn)


def test_an_access_key_tells_its_account(house):
    user = house.user()
    sts = house.sts(ROOT)
    session = sts.get_session_token()["Credentials"]["AccessKeyId"]
    for key in (ACCESS_KEY_ID, user.credentials.access_key_id, session):
        assert sts.get_access_key_info(AccessKeyId=key)["Account"] == ACCOUNT
    for nobody in ("AKIAIOSFODNN7EXAMPLE", "NOKEYATALLNOKEYATALL"):
        with refused("InvalidClientTokenId", INVALID_TOKEN):
            sts.get_access_key_info(AccessKeyId=nobody)
    with refused(
        "AccessDenied",
        f"User: {user.arn} is not authorized to perform: sts:GetAccessKeyInfo because no identity-based policy allows "
        "the sts:GetAccessKeyInfo action",
    ):
        house.sts(user.credentials).get_access_key_info(AccessKeyId=ACCESS_KEY_ID)


def test_only_sealed_messages_are_decoded_and_only_for_whoever_may(house):
    stranger, reader = house.user(), house.user(allow("sts:DecodeAuthorizationMessage"))
    with refused("AccessDenied", containing="sts:DecodeAuthorizationMessage"):
        house.sts(stranger.credentials).decode_authorization_message(EncodedMessage="garbage")
    with refused("InvalidAuthorizationMessageException", "Message is not valid."):
        house.sts(reader.credentials).decode_authorization_message(EncodedMessage="garbage")


def test_an_unknown_operation_is_told_so(house, server):
    body = b"Action=Nothing&Version=2011-06-15"
    address = urllib.parse.urlsplit(server.url)
    headers = {"host": address.netloc, "content-type": "application/x-www-form-urlencoded"}
    headers = Signer(service="sts").authorize(headers, body)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    connection.request("POST", "/", body, headers)
    answer = connection.getresponse()
    assert answer.status == 400 and b"<Code>InvalidAction</Code>" in answer.read()
