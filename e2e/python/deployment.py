"""keepwell's own service, called as its commands call it."""

import json

from server import REGIONS
from sessions import ROOT, Credentials, House
from wire import Signer, Wire


def call(server, operation, members=None, credentials=ROOT, region=REGIONS[0]):
    """The answer, whatever its status."""
    wire = Wire(server)
    headers = wire.headers(operation) | {"X-Amz-Target": f"Keepwell.{operation}"}
    if credentials.token:
        headers["X-Amz-Security-Token"] = credentials.token
    signer = Signer(credentials.access_key_id, credentials.secret_access_key, region=region, service="keepwell")
    return wire.call(operation, members or {}, headers=headers, signer=signer)


def ask(server, operation, members=None, credentials=ROOT, region=REGIONS[0]):
    """The answer of a call that succeeds."""
    answer = call(server, operation, members, credentials, region)
    assert answer.status == 200, answer.body
    return json.loads(answer.body or b"{}")


def assert_refused(answer, code, containing=""):
    assert (answer.status, answer.code) == (400, code), answer.body
    assert containing in (answer.message or ""), answer.message


class Account(House):
    """Another account of the same server, as its own root user sees it."""

    def __init__(self, server, name="story", **members):
        super().__init__(server)
        made = ask(server, "CreateAccount", {"Name": name, **members})
        self.made = made["Account"]
        self.id = self.made["Id"]
        key = made["RootAccessKey"]
        self.root = Credentials(key["AccessKeyId"], key["SecretAccessKey"])

    @property
    def iam(self):
        return self.client("iam", self.root)

    def secretsmanager(self, credentials=None, region=REGIONS[0]):
        return self.client("secretsmanager", credentials or self.root, region)

    def close(self):
        ask(self.server, "CloseAccount", {"AccountId": self.id})
