"""What stories about sessions are made of: people, roles, one-time codes, and clients for each set of credentials."""

import base64
import contextlib
import dataclasses
import hashlib
import hmac
import json
import time
import uuid

import boto3
import botocore.config
import botocore.exceptions
import pytest

from server import ACCESS_KEY_ID, ACCOUNT, REGIONS, SECRET_ACCESS_KEY

ANY_ROLE = f"arn:aws:iam::{ACCOUNT}:role/*"
WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
INVALID_TOKEN = "The security token included in the request is invalid"


@dataclasses.dataclass(frozen=True)
class Credentials:
    access_key_id: str = ACCESS_KEY_ID
    secret_access_key: str = SECRET_ACCESS_KEY
    token: str | None = None

    @classmethod
    def of(cls, answer):
        """From the `Credentials` of an answer of STS."""
        return cls(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])


ROOT = Credentials()


class House:
    """A server, and the people whom a story makes in it."""

    def __init__(self, server):
        self.server = server

    def client(self, service, credentials=ROOT, region=REGIONS[0]):
        return boto3.session.Session().client(
            service,
            endpoint_url=self.server.url,
            region_name=region,
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            aws_session_token=credentials.token,
            config=botocore.config.Config(
                retries={"total_max_attempts": 1}, parameter_validation=False, read_timeout=60
            ),
        )

    @property
    def iam(self):
        return self.client("iam")

    def sts(self, credentials=ROOT, region=REGIONS[0]):
        return self.client("sts", credentials, region)

    def user(self, *statements, path="/", tags=()):
        """A fresh user with an access key and these statements."""
        name = f"user-{uuid.uuid4().hex[:12]}"
        user = self.iam.create_user(UserName=name, Path=path, Tags=list(tags))["User"]
        if statements:
            self.iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(*statements))
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        return Person(name, user["UserId"], user["Arn"], Credentials(key["AccessKeyId"], key["SecretAccessKey"]))

    def role(self, trust, *statements, path="/", tags=(), max_seconds=3600):
        """A fresh role with this trust policy and these statements."""
        name = f"role-{uuid.uuid4().hex[:12]}"
        role = self.iam.create_role(
            RoleName=name,
            Path=path,
            Tags=list(tags),
            MaxSessionDuration=max_seconds,
            AssumeRolePolicyDocument=document(*([trust] if isinstance(trust, dict) else trust)),
        )["Role"]
        if statements:
            self.iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
        return Person(name, role["RoleId"], role["Arn"], None)

    def assume(self, role, credentials, session="ada", **options):
        """The answer of AssumeRole, and the session's credentials."""
        answer = self.sts(credentials).assume_role(RoleArn=role.arn, RoleSessionName=session, **options)
        return answer, Credentials.of(answer["Credentials"])

    def device(self, user):
        """An enabled device of this user."""
        made = self.iam.create_virtual_mfa_device(VirtualMFADeviceName=user.name)["VirtualMFADevice"]
        device = Device(made["SerialNumber"], base64.b32decode(made["Base32StringSeed"]))
        # Two codes are spent; the one after them is good already, for clocks may be a step apart.
        device.steady()
        self.iam.enable_mfa_device(
            UserName=user.name,
            SerialNumber=device.serial,
            AuthenticationCode1=device.code(-1),
            AuthenticationCode2=device.code(0),
        )
        return device


@dataclasses.dataclass(frozen=True)
class Person:
    """A user or a role."""

    name: str
    id: str
    arn: str
    credentials: Credentials | None


@dataclasses.dataclass(frozen=True)
class Device:
    serial: str
    seed: bytes

    def code(self, ahead=0):
        """RFC 6238, written once more."""
        step = int(time.time()) // 30 + ahead
        mac = hmac.new(self.seed, step.to_bytes(8, "big"), hashlib.sha1).digest()
        place = mac[-1] & 15
        return f"{(int.from_bytes(mac[place : place + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"

    @staticmethod
    def steady(seconds=20):
        """Waits until the step has this long to go, so that a story does not see it change."""
        left = 30 - time.time() % 30
        if left < seconds:
            time.sleep(left + 0.1)


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions, on="*", **more):
    return {"Effect": "Allow", "Action": list(actions), "Resource": on} | more


def deny(*actions, on="*", **more):
    return {"Effect": "Deny", "Action": list(actions), "Resource": on} | more


def trust(*principals, actions=("sts:AssumeRole",), when=None):
    """A trust policy's statement; without principals it trusts the account."""
    named = list(principals) or [f"arn:aws:iam::{ACCOUNT}:root"]
    condition = {"Condition": when} if when else {}
    return {"Effect": "Allow", "Principal": {"AWS": named}, "Action": list(actions)} | condition


def tag(key, value):
    return {"Key": key, "Value": value}


@contextlib.contextmanager
def refused(code, message=None, *, status=None, containing=None):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        yield
    answer = caught.value.response
    said = answer["Error"].get("Message", "")
    assert answer["Error"]["Code"] == code, f"{answer['Error']['Code']}: {said}"
    expected = status or (403 if code in ("AccessDenied", "InvalidClientTokenId", "ExpiredToken") else 400)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == expected
    if message is not None:
        assert said == message
    if containing is not None:
        assert containing in said


def not_authorized(who, action, on):
    return f"User: {who} is not authorized to perform: {action} on resource: {on}"
