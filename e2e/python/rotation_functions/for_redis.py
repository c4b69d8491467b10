"""Rotates a user of Redis, who has two passwords while the rotation lasts, as ElastiCache's users have in AWS's template."""

import sys

import redis

import steps

ENGINES = ("redis",)


def single(event, _context):
    steps.rotate(event, sys.modules[__name__])


def connect(secret):
    client = redis.Redis(
        host=secret["host"], port=int(secret.get("port", 6379)), username=secret["username"],
        password=secret["password"], socket_timeout=5,
    )  # fmt: skip
    try:
        client.ping()
        return client
    except redis.exceptions.AuthenticationError:
        return None


def set_password(client, current, pending):
    """The last two stay: what is older goes in the same command."""
    client.execute_command(
        "ACL", "SETUSER", pending["username"], "resetpass", f">{current['password']}", f">{pending['password']}"
    )


def test(client):
    client.ping()
