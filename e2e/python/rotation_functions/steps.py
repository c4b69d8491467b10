"""A rotation function as AWS's templates do it: the same checks, the same calls and the same order, for any engine.

An engine is a module with `ENGINES`, `connect(secret)` (a connection, or None where the login is refused), `set_password`,
`make_user` and `test`. `STORY_GATE` is the stories' own: where it is set, each point that is reached is told there, and
the function goes on when it is answered.
"""

import json
import os
import socket

import boto3

CLONE = "_clone"


def rotate(event, engine, *, is_alternating=False):
    client = boto3.client("secretsmanager", endpoint_url=os.environ["SECRETS_MANAGER_ENDPOINT"])
    rotation = Rotation(client, event["SecretId"], event["ClientRequestToken"], engine, is_alternating)
    step = event["Step"]
    if not rotation.is_wanted():
        return
    steps = {
        "createSecret": rotation.create_secret,
        "setSecret": rotation.set_secret_alternating if is_alternating else rotation.set_secret,
        "testSecret": rotation.test_secret,
        "finishSecret": rotation.finish_secret,
    }
    if step not in steps:
        raise ValueError(f"Invalid step parameter {step} for secret {rotation.arn}")
    reached(f"{step}:begin")
    steps[step]()
    reached(f"{step}:end")


class Rotation:
    def __init__(self, client, arn, token, engine, is_alternating):
        self.client, self.arn, self.token = client, arn, token
        self.engine, self.is_alternating = engine, is_alternating

    def is_wanted(self):
        """The checks that come before every step."""
        told = self.client.describe_secret(SecretId=self.arn)
        if not told["RotationEnabled"]:
            raise ValueError(f"Secret {self.arn} is not enabled for rotation")
        versions = told["VersionIdsToStages"]
        if self.token not in versions:
            raise ValueError(f"Secret version {self.token} has no stage for rotation of secret {self.arn}.")
        if "AWSCURRENT" in versions[self.token]:
            return False
        if "AWSPENDING" not in versions[self.token]:
            raise ValueError(f"Secret version {self.token} not set as AWSPENDING for rotation of secret {self.arn}.")
        return True

    def create_secret(self):
        current = self.value("AWSCURRENT")
        try:
            self.value("AWSPENDING", self.token)
        except self.client.exceptions.ResourceNotFoundException:
            if self.is_alternating:
                current["username"] = alternate(current["username"])
            current["password"] = self.client.get_random_password(
                ExcludeCharacters=os.environ.get("EXCLUDE_CHARACTERS", ":/@\"'\\"),
                PasswordLength=int(os.environ.get("PASSWORD_LENGTH", "32")),
            )["RandomPassword"]
            reached("createSecret:put")
            self.client.put_secret_value(
                SecretId=self.arn, ClientRequestToken=self.token, SecretString=json.dumps(current),
                VersionStages=["AWSPENDING"],
            )  # fmt: skip
            reached("createSecret:is-put")

    def set_secret(self):
        current, pending = self.value("AWSCURRENT"), self.value("AWSPENDING", self.token)
        try:
            previous = self.value("AWSPREVIOUS")
        except self.client.exceptions.ResourceNotFoundException:
            previous = None
        connection = self.engine.connect(pending)
        if connection:
            connection.close()
            return
        self.same("username", current, pending)
        self.same("host", current, pending)
        connection = self.engine.connect(current)
        if not connection and previous:
            previous["ssl"] = current.get("ssl")
            self.same("username", previous, pending)
            self.same("host", previous, pending)
            connection = self.engine.connect(previous)
        if not connection:
            raise ValueError(
                f"Unable to log into database with previous, current, or pending secret of secret arn {self.arn}"
            )
        reached("setSecret:change")
        self.engine.set_password(connection, current, pending)
        connection.close()
        reached("setSecret:is-changed")

    def set_secret_alternating(self):
        current, pending = self.value("AWSCURRENT"), self.value("AWSPENDING", self.token)
        connection = self.engine.connect(pending)
        if connection:
            connection.close()
            return
        if alternate(current["username"]) != pending["username"]:
            raise ValueError(f"Attempting to modify user {pending['username']} other than the alternate of the current")
        self.same("host", current, pending)
        # Whoever may write the secret alone does not get the superuser to act for it.
        connection = self.engine.connect(current)
        if not connection:
            raise ValueError(f"Unable to log into database using current credentials for secret {self.arn}")
        connection.close()
        master = json.loads(self.client.get_secret_value(SecretId=current["masterarn"])["SecretString"])
        self.same("host", current, master)
        connection = self.engine.connect(master)
        if not connection:
            raise ValueError(f"Unable to log into database using credentials in master secret {current['masterarn']}")
        reached("setSecret:change")
        self.engine.make_user(connection, current, pending)
        connection.close()
        reached("setSecret:is-changed")

    def test_secret(self):
        connection = self.engine.connect(self.value("AWSPENDING", self.token))
        if not connection:
            raise ValueError(f"Unable to log into database with pending secret of secret ARN {self.arn}")
        self.engine.test(connection)
        connection.close()

    def finish_secret(self):
        versions = self.client.describe_secret(SecretId=self.arn)["VersionIdsToStages"]
        current = next(version for version, stages in versions.items() if "AWSCURRENT" in stages)
        if current == self.token:
            return
        reached("finishSecret:move")
        self.client.update_secret_version_stage(
            SecretId=self.arn, VersionStage="AWSCURRENT", MoveToVersionId=self.token, RemoveFromVersionId=current
        )
        reached("finishSecret:is-moved")

    def value(self, stage, version=None):
        which = {"VersionId": version} if version else {}
        told = self.client.get_secret_value(SecretId=self.arn, VersionStage=stage, **which)
        secret = json.loads(told["SecretString"])
        if secret.get("engine") not in self.engine.ENGINES:
            raise KeyError(
                f"Database engine must be set to '{self.engine.ENGINES[0]}' in order to use this rotation lambda"
            )
        for key in ("host", "username", "password"):
            if key not in secret:
                raise KeyError(f"{key} key is missing from secret JSON")
        return secret

    def same(self, key, one, other):
        if one[key] != other[key]:
            raise ValueError(f"Attempting to modify another {key} than that of the current secret of {self.arn}")


def alternate(username):
    return username.removesuffix(CLONE) if username.endswith(CLONE) else username + CLONE


def attempts_of_tls(secret):
    """Whether to try TLS, in turn: what the key `ssl` means in the templates."""
    said = str(secret.get("ssl")).lower()
    return {"true": (True,), "false": (False,)}.get(said, (True, False))


def authority():
    """The CAs that came with the code, in the place of those of the system."""
    bundle = os.path.join(os.environ["LAMBDA_TASK_ROOT"], "ca.pem")
    return bundle if os.path.exists(bundle) else None


def reached(point):
    gate = os.environ.get("STORY_GATE")
    if gate:
        host, port = gate.split(":")
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            connection.sendall(point.encode() + b"\n")
            connection.recv(1)
