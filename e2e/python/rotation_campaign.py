"""A rotation that is hurt at a chosen point while applications log in without pause."""

import contextlib
import json
import threading
import time
import uuid

import botocore.exceptions

from deployment import ask
from rotation import NOT_COMPLETE, Rotations
from sessions import refused

STAGES = ("AWSPENDING", "AWSCURRENT", "AWSPREVIOUS")
PATIENCE_SECONDS = 60


class Application(threading.Thread):
    """Logs in with what it reads, again and again. Of one user, one of the labelled passwords must do at any moment; of two
    that alternate, AWSCURRENT must."""

    def __init__(self, campaign):
        super().__init__(daemon=True)
        self.campaign = campaign
        self.stages = ("AWSCURRENT",) if campaign.is_alternating else STAGES
        self.logins = 0
        self.locked_out = []
        self.error = None
        self._has_ended = threading.Event()

    def run(self):
        try:
            known = self.read()
            while not self._has_ended.is_set():
                if not self.is_let_in(known):
                    # What it knew may have had its time: what the server says now must do.
                    now = self.read()
                    if now == known and not self.is_let_in(now):
                        self.locked_out.append([*now])
                known = self.read(known)
        except Exception as error:
            self.error = error

    def is_let_in(self, known):
        self.logins += 1
        database = self.campaign.database
        return any(database.logs_in(secret["username"], secret["password"]) for secret in known.values())

    def read(self, fallback=None):
        """The values by version, each version once. While the server is down an application goes on with what it knows;
        without a fallback it waits."""
        while True:
            try:
                return self.labelled()
            except botocore.exceptions.BotoCoreError:
                if fallback is not None:
                    return fallback
                time.sleep(0.05)

    def labelled(self):
        secrets, found = self.campaign.house.secrets, {}
        for stage in self.stages:
            try:
                told = secrets.get_secret_value(SecretId=self.campaign.arn, VersionStage=stage)
                found[told["VersionId"]] = json.loads(told["SecretString"])
            except secrets.exceptions.ResourceNotFoundException:
                continue
        return found

    def end(self):
        self._has_ended.set()
        self.join(60)
        assert self.error is None, self.error


class Campaign:
    """One secret of one user of a database, on a server of its own."""

    def __init__(self, server, database, value, user, password, *, is_alternating=False):
        self.server, self.database, self.is_alternating = server, database, is_alternating
        self.house = Rotations(server)
        self.arn = self.house.secret(value(self.house, user, password))
        self.kills = self.rounds = self.strikes = 0
        self.token = None
        self._killing = threading.Lock()
        self.applications = [Application(self) for _ in range(2)]

    def begin(self, function):
        """The first rotation, which nothing disturbs."""
        for application in self.applications:
            application.start()
        self.house.rotate(self.arn, function)

    def kill(self):
        with self._killing:
            self.kills += 1
            self.server.kill()

    def restart(self):
        self.server.start()
        self.house = Rotations(self.server)

    def turn(self, harm=None, point=None):
        """One rotation, whatever happens to it. `harm` strikes when it comes to `point`, if it does."""
        self.rounds += 1
        before, self.token = self.house.value(self.arn), str(uuid.uuid4())
        if harm:
            harm.waits_for(point)
        with contextlib.suppress(botocore.exceptions.BotoCoreError):
            self.house.secrets.rotate_secret(SecretId=self.arn, ClientRequestToken=self.token)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.has_recovered():
            assert time.monotonic() < deadline, self.house.attempts(self.arn)[:3]
            time.sleep(0.02)
        if harm:
            self.strikes += harm.rests()
        self.check(before)

    def has_recovered(self):
        """The server goes on by itself after a kill. What only failed is asked for again rather than waited for."""
        try:
            labels = self.house.secrets.describe_secret(SecretId=self.arn)["VersionIdsToStages"][self.token]
            latest = self.house.attempts(self.arn)[0]
            if latest["Outcome"] == "FAILED" and "AWSCURRENT" in labels:
                # Only what comes after the label has moved is missing, and the next rotation does it as well.
                self.token = self.house.begin(self.arn)
                return False
            if latest["Outcome"] == "FAILED":
                with refused("InvalidRequestException", NOT_COMPLETE):
                    self.house.begin(self.arn)
            return latest["Outcome"] == "SUCCEEDED" and latest["VersionId"] == self.token and "AWSCURRENT" in labels
        except (botocore.exceptions.BotoCoreError, OSError):
            with self._killing:
                is_dead = self.server.process.poll() is not None
            if is_dead:
                self.restart()
            return False

    def check(self, before):
        """After the attempt has ended or was recovered, AWSCURRENT logs in."""
        now, database = self.house.value(self.arn), self.database
        assert now["password"] != before["password"] and database.logs_in(now["username"], now["password"])
        assert database.logs_in(before["username"], before["password"]) == self.is_alternating

    def end(self):
        """What is to be printed, once nobody was locked out."""
        for application in self.applications:
            application.end()
        locked_out = [each for application in self.applications for each in application.locked_out]
        assert not locked_out, f"{len(locked_out)} logins with nothing that works: {locked_out[:3]}"
        attempts, logins = self.count_attempts(), sum(application.logins for application in self.applications)
        assert logins > self.rounds and self.server.stop() == 0
        verified = self.server.verify_trail()
        assert verified.returncode == 0, f"{verified.stdout}{verified.stderr}"
        assert self.strikes > 0
        return (
            f"{self.rounds} rotations in {attempts} attempts; {self.strikes} times hurt, {self.kills} of them killed; "
            f"{logins} logins while they went on, none without a password that works"
        )

    def count_attempts(self):
        """All of the timeline."""
        count, more = 0, {}
        while more is not None:
            page = ask(self.server, "ListRotationAttempts", {"SecretId": self.arn, "MaxResults": 50} | more)
            count += len(page["Attempts"])
            more = {"NextToken": page["NextToken"]} if "NextToken" in page else None
        return count
