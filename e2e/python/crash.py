"""What a secret must look like after a power cut: as it was after the last acknowledged write, or after the one
that was under way when the power went."""

import dataclasses
import threading
import uuid

import boto3
import botocore.config
import botocore.exceptions

from expect import pages_of
from server import ACCESS_KEY_ID, SECRET_ACCESS_KEY

SCHEDULED_WINDOW_DAYS = 7


@dataclasses.dataclass(frozen=True)
class Secret:
    """Everything a client can know of one secret."""

    values: tuple = ()  # (version id, value), oldest first
    labels: frozenset = frozenset()  # (label, version id)
    tags: frozenset = frozenset()
    scheduled: bool = False

    def holder(self, label):
        return next((version for given, version in self.labels if given == label), None)

    def moved(self, label, version):
        return frozenset(pair for pair in self.labels if pair[0] != label) | {(label, version)}

    def with_value(self, version, value):
        current = self.holder("AWSCURRENT")
        grown = dataclasses.replace(self, values=(*self.values, (version, value)))
        if current:
            grown = dataclasses.replace(grown, labels=grown.moved("AWSPREVIOUS", current))
        return dataclasses.replace(grown, labels=grown.moved("AWSCURRENT", version))


def seen(client, name):
    """The secret as the server shows it, or None."""
    try:
        told = client.describe_secret(SecretId=name)
    except client.exceptions.ResourceNotFoundException:
        return None
    scheduled = "DeletedDate" in told
    if scheduled:
        client.restore_secret(SecretId=name)
    listed = []
    for page in pages_of(client.list_secret_version_ids, SecretId=name, IncludeDeprecated=True):
        listed += page["Versions"]
    values = {}
    for entry in listed:
        values[entry["VersionId"]] = client.get_secret_value(SecretId=name, VersionId=entry["VersionId"])["SecretString"]
    if scheduled:
        client.delete_secret(SecretId=name, RecoveryWindowInDays=SCHEDULED_WINDOW_DAYS)
    return Secret(
        values=tuple(sorted(values.items())),
        labels=frozenset(
            (label, version) for version, stages in told.get("VersionIdsToStages", {}).items() for label in stages
        ),
        tags=frozenset((tag["Key"], tag["Value"]) for tag in told.get("Tags", [])),
        scheduled=scheduled,
    )


class Writer(threading.Thread):
    """Writes secrets one after the other until the server dies under it, and remembers what was acknowledged."""

    def __init__(self, url, chance):
        super().__init__(daemon=True)
        self.chance = chance
        self.acknowledged = {}  # name -> Secret
        self.under_way = None  # name, Secret as it would be
        self.count = 0
        self.surprise = None
        self.client = boto3.session.Session().client(
            "secretsmanager",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
            config=botocore.config.Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20),
        )

    def run(self):
        try:
            while True:
                self._write_one_secret(f"crash/{uuid.uuid4().hex}")
        except botocore.exceptions.ClientError as error:
            self.surprise = error  # an answer, but not the right one
        except botocore.exceptions.BotoCoreError:
            return  # the power cut

    def _write_one_secret(self, name):
        version, value = self._new()
        self._do(name, Secret().with_value(version, value), "create_secret", Name=name, SecretString=value,
                 ClientRequestToken=version)  # fmt: skip
        for _ in range(self.chance.randrange(1, 15)):
            now = self.acknowledged[name]
            step = self.chance.choice((self._put, self._put, self._label, self._roll_back, self._tag))
            step(name, now)
        if self.chance.random() < 0.3:
            scheduled = dataclasses.replace(self.acknowledged[name], scheduled=True)
            self._do(name, scheduled, "delete_secret", SecretId=name, RecoveryWindowInDays=SCHEDULED_WINDOW_DAYS)

    def _put(self, name, now):
        version, value = self._new()
        self._do(name, now.with_value(version, value), "put_secret_value", SecretId=name, SecretString=value,
                 ClientRequestToken=version)  # fmt: skip

    def _label(self, name, now):
        version, _ = self.chance.choice(now.values)
        label = f"mark-{self.chance.randrange(3)}"
        source = now.holder(label)
        if source != version:
            moved = dataclasses.replace(now, labels=now.moved(label, version))
            source = {"RemoveFromVersionId": source} if source else {}
            self._do(name, moved, "update_secret_version_stage", SecretId=name, VersionStage=label,
                     MoveToVersionId=version, **source)  # fmt: skip

    def _roll_back(self, name, now):
        current, previous = now.holder("AWSCURRENT"), now.holder("AWSPREVIOUS")
        if previous:
            moved = dataclasses.replace(now, labels=now.moved("AWSCURRENT", previous))
            moved = dataclasses.replace(moved, labels=moved.moved("AWSPREVIOUS", current))
            self._do(name, moved, "update_secret_version_stage", SecretId=name, VersionStage="AWSCURRENT",
                     MoveToVersionId=previous, RemoveFromVersionId=current)  # fmt: skip

    def _tag(self, name, now):
        tag = (f"key-{self.chance.randrange(4)}", uuid.uuid4().hex)
        tags = frozenset(pair for pair in now.tags if pair[0] != tag[0]) | {tag}
        self._do(name, dataclasses.replace(now, tags=tags), "tag_resource", SecretId=name,
                 Tags=[{"Key": tag[0], "Value": tag[1]}])  # fmt: skip

    def _new(self):
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4)), "v" * self.chance.randrange(1, 4000)

    def _do(self, name, becomes, operation, **asked):
        becomes = dataclasses.replace(becomes, values=tuple(sorted(becomes.values)))
        self.under_way = (name, becomes)
        getattr(self.client, operation)(**asked)
        self.acknowledged[name] = becomes
        self.under_way = None
        self.count += 1


def losses(client, writer):
    """What is not as it must be."""
    wrong = []
    pending_name, pending = writer.under_way or (None, None)
    if pending_name and pending_name not in writer.acknowledged:
        if seen(client, pending_name) not in (None, pending):
            wrong.append(f"{pending_name}: half made")
    for name, acknowledged in writer.acknowledged.items():
        allowed = [acknowledged] + ([pending] if name == pending_name else [])
        found = seen(client, name)
        if found not in allowed:
            wrong.append(f"{name}: expected {allowed}, found {found}")
    return wrong
