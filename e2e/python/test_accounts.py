"""Several accounts on one server: made, listed and closed, with nothing in common; and what the first start hands out."""

import configparser
import contextlib
import json
import os
import sqlite3
import time
import uuid

import pytest

from deployment import Account, ask, assert_refused, call
from server import ACCOUNT, REGIONS, ROOT_KEY, keepwell
from sessions import ROOT, Credentials, House, allow, document, refused

ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def other(server):
    return Account(server, "the other one")


def listed(server, credentials=ROOT, **members):
    accounts, token = [], {}
    while True:
        page = ask(server, "ListAccounts", members | token, credentials)
        accounts += page["Accounts"]
        if "NextToken" not in page:
            return accounts
        token = {"NextToken": page["NextToken"]}


def test_a_new_account_is_told_of_with_the_key_of_its_root_user(server, other):
    made = other.made
    assert set(made) == {"Id", "Arn", "Name", "Status", "CreatedDate"}
    assert len(made["Id"]) == 12 and made["Id"].isdigit() and made["Id"] != ACCOUNT
    assert (made["Arn"], made["Name"], made["Status"]) == (f"arn:aws:iam::{other.id}:root", "the other one", "ACTIVE")
    assert abs(made["CreatedDate"] - time.time()) < 600
    who = other.client("sts", other.root).get_caller_identity()
    assert (who["Account"], who["Arn"]) == (other.id, f"arn:aws:iam::{other.id}:root")


@pytest.mark.parametrize("region", REGIONS)
def test_a_new_account_keeps_secrets_at_once_in_every_region(server, region):
    client = Account(server).secretsmanager(region=region)
    client.create_secret(Name="first", SecretString="kept")
    assert client.get_secret_value(SecretId="first")["SecretString"] == "kept"


def test_accounts_share_neither_names_nor_values_nor_people(server, house, other, name):
    first, second = house.client("secretsmanager"), other.secretsmanager()
    arns = {client.create_secret(Name=name, SecretString=value)["ARN"] for client, value in ((first, "a"), (second, "b"))}
    assert len(arns) == 2
    assert first.get_secret_value(SecretId=name)["SecretString"] == "a"
    assert second.get_secret_value(SecretId=name)["SecretString"] == "b"
    for arn in arns:
        stranger = second if f":{ACCOUNT}:" in arn else first
        with refused("AccessDeniedException"):
            stranger.get_secret_value(SecretId=arn)
    fresh = Account(server)
    assert fresh.iam.list_users()["Users"] == []
    user = house.user()
    fresh.iam.create_user(UserName=user.name)
    assert [found["UserName"] for found in fresh.iam.list_users()["Users"]] == [user.name]


def test_accounts_are_listed_by_id_in_pages(server, other):
    made = {Account(server, f"page {number}").id for number in range(3)}
    accounts = listed(server, MaxResults=2)
    ids = [account["Id"] for account in accounts]
    assert ids == sorted(ids) and len(set(ids)) == len(ids)
    assert made | {ACCOUNT, other.id} <= set(ids)
    assert accounts == listed(server)


def test_a_token_serves_its_own_caller_only(server, house, other):
    token = ask(server, "ListAccounts", {"MaxResults": 1})["NextToken"]
    user = house.user(allow("keepwell:*"))
    assert_refused(call(server, "ListAccounts", {"NextToken": token}, user.credentials), "InvalidNextTokenException")
    assert_refused(call(server, "ListAccounts", {"NextToken": token + "x"}), "InvalidNextTokenException")


def test_an_id_may_be_chosen_and_is_given_once(server):
    chosen = f"{uuid.uuid4().int % 10**12:012}"
    assert Account(server, AccountId=chosen).id == chosen
    taken = call(server, "CreateAccount", {"Name": "again", "AccountId": chosen})
    assert_refused(taken, "ResourceExistsException", chosen)
    ask(server, "CloseAccount", {"AccountId": chosen})
    assert_refused(call(server, "CreateAccount", {"Name": "x", "AccountId": chosen}), "ResourceExistsException")


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"Name": ""},
        {"Name": "x" * 51},
        {"Name": "line\nbreak"},
        {"Name": "x", "AccountId": "12345678901"},
        {"Name": "x", "AccountId": "12345678901x"},
    ],
)
def test_names_and_ids_have_the_form_of_aws(server, members):
    assert_refused(call(server, "CreateAccount", members), "ValidationException")


CALLS = [
    ("CreateAccount", {"Name": "x"}),
    ("ListAccounts", {}),
    ("CloseAccount", {"AccountId": "111111111111"}),
]


@pytest.mark.parametrize("operation, members", CALLS)
def test_accounts_are_the_first_ones_affair(server, other, operation, members):
    """Whatever another account's policies say, and also for its root user."""
    user = other.user()
    other.iam.attach_user_policy(UserName=user.name, PolicyArn=ADMINISTRATOR_ACCESS)
    for credentials in (other.root, user.credentials):
        members = {"AccountId": other.id} if operation == "CloseAccount" else members
        assert_refused(call(server, operation, members, credentials), "AccessDeniedException", f"keepwell:{operation}")


@pytest.mark.parametrize("operation, members", CALLS)
def test_within_the_first_account_policies_decide(server, house, other, operation, members):
    nobody, limited = house.user(), house.user(allow("keepwell:ListAccounts"))
    denied = call(server, operation, members, nobody.credentials)
    assert_refused(denied, "AccessDeniedException", f"no identity-based policy allows the keepwell:{operation} action")
    allowed = call(server, operation, members, limited.credentials)
    assert (allowed.status == 200) == (operation == "ListAccounts"), allowed.body


def test_a_closed_account_lets_nobody_in_and_nothing_out(server, house, name):
    closing = Account(server, "closing")
    user = closing.user(allow("*"))
    reader = house.user(allow("secretsmanager:GetSecretValue", "kms:*"))
    grant = allow("secretsmanager:GetSecretValue", Principal={"AWS": reader.arn})
    kms = house.client("kms", closing.root)
    policy = document(allow("kms:*", Principal={"AWS": [f"arn:aws:iam::{closing.id}:root", reader.arn]}))
    key = kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]
    arn = closing.secretsmanager().create_secret(Name=name, SecretString="inside", KmsKeyId=key)["ARN"]
    closing.secretsmanager().put_resource_policy(SecretId=name, ResourcePolicy=document(grant))
    read = house.client("secretsmanager", reader.credentials).get_secret_value
    assert read(SecretId=arn)["SecretString"] == "inside"
    sealed = house.client("kms", reader.credentials).encrypt(KeyId=key, Plaintext=b"inside")["CiphertextBlob"]

    closing.close()
    for credentials in (closing.root, user.credentials):
        with refused("UnrecognizedClientException"):
            closing.secretsmanager(credentials).get_secret_value(SecretId=name)
    with refused("AccessDeniedException"):
        read(SecretId=arn)
    with refused("AccessDeniedException"):
        house.client("kms", reader.credentials).decrypt(CiphertextBlob=sealed)
    status = {account["Id"]: account["Status"] for account in listed(server)}
    assert (status[closing.id], status[ACCOUNT]) == ("CLOSED", "ACTIVE")
    assert_refused(call(server, "CloseAccount", {"AccountId": closing.id}), "InvalidRequestException", "closed already")


def test_the_first_account_and_one_that_is_not_there_cannot_be_closed(server):
    assert_refused(call(server, "CloseAccount", {"AccountId": ACCOUNT}), "InvalidRequestException", "is the first")
    absent = call(server, "CloseAccount", {"AccountId": "000000000001"})
    assert_refused(absent, "ResourceNotFoundException", "000000000001")


@pytest.mark.own_server
def test_accounts_outlive_restarts_and_the_trail_accounts_for_them(own_server):
    server = own_server()
    kept, closed = Account(server, "kept"), Account(server, "closed")
    kept.secretsmanager().create_secret(Name="a", SecretString="one")
    closed.close()
    server.stop()
    verified = server.verify_trail()
    assert verified.returncode == 0, verified.stdout + verified.stderr
    told = b"".join(path.read_bytes() for path in server.data_dir.rglob("*") if path.is_file())
    assert kept.root.secret_access_key.encode() not in told

    server.start()
    assert kept.secretsmanager().get_secret_value(SecretId="a")["SecretString"] == "one"
    with refused("UnrecognizedClientException"):
        closed.secretsmanager().list_secrets()


@pytest.mark.own_server
def test_a_region_that_is_added_later_is_every_accounts(own_server):
    server = own_server(regions=REGIONS[:1])
    account = Account(server)
    server.stop()
    server.regions = REGIONS
    server.start()
    client = account.secretsmanager(region=REGIONS[1])
    client.create_secret(Name="a", SecretString="one")
    assert client.get_secret_value(SecretId="a")["SecretString"] == "one"


def handed_out(server):
    """The access keys in the credentials file, by profile."""
    profiles = configparser.ConfigParser(default_section="none", interpolation=None)
    profiles.read(server.data_dir / "credentials")
    member = lambda profile, name: profiles[profile][f"aws_{name}"]  # noqa: E731
    return {
        profile: Credentials(member(profile, "access_key_id"), member(profile, "secret_access_key"))
        for profile in profiles.sections()
    }


def who(server, credentials):
    return House(server).sts(credentials).get_caller_identity()["Arn"]


@pytest.mark.own_server
@pytest.mark.parametrize("chosen", [{}, ROOT_KEY], ids=["generated", "chosen"])
def test_the_first_start_hands_out_the_administrator_and_keeps_root_apart(own_server, chosen):
    server = own_server(credentials=chosen)
    keys = handed_out(server)
    assert set(keys) == {"default", "root"}
    assert (server.data_dir / "credentials").stat().st_mode & 0o777 == 0o600
    assert who(server, keys["default"]) == f"arn:aws:iam::{ACCOUNT}:user/administrator"
    assert who(server, keys["root"]) == f"arn:aws:iam::{ACCOUNT}:root"
    assert (keys["root"] == ROOT) == bool(chosen)
    iam = House(server).client("iam", keys["default"])
    user = iam.get_user(UserName="administrator")["User"]
    assert (user["Path"], user["UserId"][:4], len(user["UserId"])) == ("/", "AIDA", 21)
    attached = iam.list_attached_user_policies(UserName="administrator")["AttachedPolicies"]
    assert attached == [{"PolicyName": "AdministratorAccess", "PolicyArn": ADMINISTRATOR_ACCESS}]
    server.stop()
    server.start()
    assert handed_out(server) == keys


@pytest.mark.own_server
def test_an_administrator_who_was_deleted_stays_deleted(own_server):
    server = own_server()
    iam = House(server).iam
    [key] = iam.list_access_keys(UserName="administrator")["AccessKeyMetadata"]
    iam.delete_access_key(UserName="administrator", AccessKeyId=key["AccessKeyId"])
    iam.detach_user_policy(UserName="administrator", PolicyArn=ADMINISTRATOR_ACCESS)
    iam.delete_user(UserName="administrator")
    server.stop()
    server.start()
    assert House(server).iam.list_users()["Users"] == []


@pytest.mark.own_server
def test_a_root_key_that_was_replaced_opens_nothing_any_more(own_server):
    server = own_server()
    administrator = handed_out(server)["default"]
    replacement = Credentials("AKIAREPLACEMENT00001", "another/secret/access/key/for/the/story1")
    server.stop()
    server.credentials = {
        "KEEPWELL_ROOT_ACCESS_KEY_ID": replacement.access_key_id,
        "KEEPWELL_ROOT_SECRET_ACCESS_KEY": replacement.secret_access_key,
    }
    server.start()
    with refused("InvalidClientTokenId"):
        who(server, ROOT)
    assert who(server, replacement) == f"arn:aws:iam::{ACCOUNT}:root"
    assert who(server, administrator).endswith(":user/administrator")
    assert handed_out(server) == {"default": administrator, "root": replacement}
    server.stop()
    assert server.verify_trail().returncode == 0


@pytest.mark.own_server
def test_the_command_makes_lists_and_closes_accounts(own_server):
    server = own_server()
    nothing_inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    command = lambda *words: keepwell(  # noqa: E731
        "account", *words, "--data-dir", server.data_dir, env=nothing_inherited
    )
    made = command("create", "staging", "--account-id", "210987654321")
    assert made.returncode == 0, made.stderr
    profile = configparser.ConfigParser(interpolation=None)
    profile.read_string(made.stdout[made.stdout.index("[") :])
    key = profile["210987654321"]
    credentials = Credentials(key["aws_access_key_id"], key["aws_secret_access_key"])
    assert who(server, credentials) == "arn:aws:iam::210987654321:root"

    rows = [line.split() for line in command("list").stdout.splitlines()]
    assert rows[0] == ["ACCOUNT", "NAME", "STATUS", "CREATED"]
    assert ["210987654321", "staging", "ACTIVE"] in [row[:3] for row in rows]
    assert command("close", "210987654321").returncode == 0
    accounts = json.loads(command("list", "--json").stdout)["Accounts"]
    assert {account["Id"]: account["Status"] for account in accounts} == {ACCOUNT: "ACTIVE", "210987654321": "CLOSED"}
    refusal = command("close", "210987654321")
    assert refusal.returncode == 1 and "closed already" in refusal.stderr

    # The environment is stronger than the data folder.
    nobody = House(server).user()
    environment = nothing_inherited | {
        "AWS_ACCESS_KEY_ID": nobody.credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": nobody.credentials.secret_access_key,
    }
    refusal = keepwell("account", "list", "--data-dir", server.data_dir, env=environment)
    assert refusal.returncode == 1 and nobody.arn in refusal.stderr


@pytest.mark.own_server
def test_a_store_from_before_there_were_users_gets_its_administrator(own_server):
    server = own_server()
    keys = handed_out(server)
    server.stop()
    # As an earlier version left it: the root user's key alone, in the store and in the file.
    with contextlib.closing(sqlite3.connect(server.data_dir / "keepwell.sqlite3")) as store, store:
        store.execute("DELETE FROM identity")
        store.execute("DELETE FROM credential WHERE user_id IS NOT NULL")
        store.execute("UPDATE account SET identity_revision = 0")
    (server.data_dir / "credentials").write_text(
        f"[default]\naws_access_key_id = {ROOT.access_key_id}\naws_secret_access_key = {ROOT.secret_access_key}\n"
    )
    server.credentials = {}
    server.start()
    assert who(server, ROOT) == f"arn:aws:iam::{ACCOUNT}:root"
    now = handed_out(server)
    assert now["root"] == ROOT and now["default"] != keys["default"]
    assert who(server, now["default"]) == f"arn:aws:iam::{ACCOUNT}:user/administrator"


@pytest.mark.own_server
def test_commands_trust_the_servers_own_ca_and_no_other(own_server, tmp_path):
    made, strange = tmp_path / "tls", tmp_path / "strange"
    for folder in (made, strange):
        assert keepwell("certificate", "--dir", folder, "--name", "127.0.0.1").returncode == 0
    server = own_server(arguments=["--tls-certificate", made / "server.pem", "--tls-key", made / "server.key"])
    nothing_inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    told = keepwell("account", "list", "--data-dir", server.data_dir, env=nothing_inherited)
    assert told.returncode == 0, told.stderr
    environment = server.environment() | {"AWS_CA_BUNDLE": str(made / "ca.pem")}
    assert keepwell("account", "list", env=environment).returncode == 0
    untrusted = keepwell("account", "list", env=environment | {"AWS_CA_BUNDLE": str(strange / "ca.pem")})
    assert untrusted.returncode == 1 and "ACCOUNT" not in untrusted.stdout
