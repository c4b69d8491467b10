"""Nobody is ever locked out: applications log in without pause while the server is killed at every point of a rotation, and
while everything that a database and a rotator say to each other is lost once.

Alternating users: AWSCURRENT always logs in. A single user: one of AWSPENDING, AWSCURRENT and AWSPREVIOUS does. After the
attempt has ended or was recovered, AWSCURRENT does. `make test` hurts some of the points, drawn anew each time; `make soak`
all of them, SOAK_ROUNDS times.
"""

import os
import random
import threading
import time

import pytest

from databases import ADMIN_PASSWORD, FIXTURES, Lane
from rotation import STEPS, Gate, rotator
from rotation_campaign import Campaign

pytestmark = pytest.mark.own_server

ROUNDS = int(os.environ.get("SOAK_ROUNDS") or 0)
SEED = int(os.environ.get("SOAK_SEED") or time.time_ns() % 1_000_000_007)
POINTS = [
    "createSecret:begin", "createSecret:put", "createSecret:is-put", "createSecret:end", "setSecret:begin",
    "setSecret:change", "setSecret:is-changed", "setSecret:end", "testSecret:begin", "testSecret:end",
    "finishSecret:begin", "finishSecret:move", "finishSecret:is-moved", "finishSecret:end",
]  # fmt: skip
assert {point.split(":")[0] for point in POINTS} == set(STEPS)
# A soak makes more of them in a day than a secret has by default.
MANY_VERSIONS = ["--quota-versions-per-secret=1000"]


def chosen(points, count):
    """All of them in a soak; else some, and the seed says which."""
    print(f"seed: {SEED}")
    return list(points) * ROUNDS if ROUNDS else sorted(random.Random(SEED).sample(list(points), count), key=points.index)


def campaign_of(server, database, port, is_alternating):
    """A campaign whose rotations reach the database by this port."""
    user, password = database.new_user()

    def value(house, username, secret):
        master = {}
        if is_alternating:
            superuser = database.secret(database.administrator, ADMIN_PASSWORD, port=port)
            master = {"masterarn": house.secret(superuser)}
        return database.secret(username, secret, port=port, **master)

    return Campaign(server, database, value, user, password, is_alternating=is_alternating)


@pytest.mark.timeout(600 + 600 * ROUNDS)
@pytest.mark.parametrize("is_alternating", [False, True], ids=["single", "alternating"])
def test_a_server_that_is_killed_while_a_function_rotates_locks_nobody_out(own_server, postgres, is_alternating):
    harm = Harm()
    with Gate(harm.at) as gate:
        campaign = campaign_of(own_server(arguments=MANY_VERSIONS), postgres, postgres.port, is_alternating)
        harm.does(campaign.kill)
        handler = "for_postgres.alternating" if is_alternating else "for_postgres.single"
        campaign.begin(campaign.house.function(handler, STORY_GATE=gate.address))
        for point in chosen(POINTS, 5):
            campaign.turn(harm, point)
        print(campaign.end())


@pytest.mark.timeout(600 + 600 * ROUNDS)
@pytest.mark.parametrize("engine", ["postgres", "mariadb", "redis"])
@pytest.mark.parametrize("is_alternating", [False, True], ids=["single", "alternating"])
def test_a_rotator_that_hears_no_answer_or_dies_locks_nobody_out(own_server, request, engine, is_alternating):
    database = request.getfixturevalue(FIXTURES[engine])
    harm = Harm()
    with Lane(database, harm.at) as lane:
        campaign = campaign_of(own_server(arguments=MANY_VERSIONS), database, lane.port, is_alternating)
        if is_alternating:
            campaign.house.let_rotators_read(campaign.house.value(campaign.arn)["masterarn"])
        campaign.begin(rotator(engine, is_alternating))
        # How many pieces a rotation sends and gets.
        before = lane.passed
        campaign.turn()
        pieces = range(1, lane.passed - before + 1)
        assert len(pieces) > 10
        for number in chosen(pieces, 8):  # lost, and the connection with it
            campaign.turn(harm, lane.passed + number)
        harm.does(campaign.kill)
        for number in chosen(pieces, 4):  # lost, and the server with it
            campaign.turn(harm, lane.passed + number)
        print(campaign.end())


class Harm:
    """Strikes once, at the point that it waits for."""

    def __init__(self):
        self.point = None
        self.deed = lambda: None
        self._striking = threading.Lock()

    def does(self, deed):
        self.deed = deed

    def waits_for(self, point):
        self.point = point

    def at(self, point):
        """Whether it struck."""
        with self._striking:
            if point != self.point:
                return False
            self.point = None
            self.deed()
            return True

    def rests(self):
        """Whether it struck since it was told to wait."""
        with self._striking:
            has_struck, self.point = self.point is None, None
            return has_struck
