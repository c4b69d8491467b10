"""kill -9 at any moment while eight writers write.

`make test` runs five rounds; `make soak` runs as many as it is told (SOAK_ROUNDS, SOAK_SEED).
"""

import os
import random
import time

import pytest

import crash
from conftest import client_of

pytestmark = pytest.mark.own_server

ROUNDS = int(os.environ.get("SOAK_ROUNDS") or 5)
SEED = int(os.environ.get("SOAK_SEED") or time.time_ns() % 1_000_000_007)
WRITERS = 8


@pytest.mark.timeout(60 + 30 * ROUNDS)
def test_every_acknowledged_write_outlives_a_kill_and_the_trail_verifies(own_server):
    print(f"rounds: {ROUNDS}, seed: {SEED}")
    chance = random.Random(SEED)
    server = own_server()
    written = 0
    for number in range(1, ROUNDS + 1):
        writers = [crash.Writer(server.url, random.Random(chance.getrandbits(64))) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(chance.uniform(0.05, 2.0))
        server.kill()
        for writer in writers:
            writer.join(60)
            assert writer.surprise is None, f"round {number}, seed {SEED}: {writer.surprise}"

        server.start()
        client = client_of(server)
        for writer in writers:
            lost = crash.losses(client, writer)
            assert not lost, f"round {number}, seed {SEED}: {lost[:3]}"
            written += writer.count

        assert server.stop() == 0
        verified = server.verify_trail()
        assert verified.returncode == 0, f"round {number}, seed {SEED}: {verified.stdout}{verified.stderr}"
        server.start()
    print(f"{ROUNDS} kills, {written} acknowledged writes, none lost")
    assert written > ROUNDS
