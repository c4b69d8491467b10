"""Rotates users of PostgreSQL: `single` changes the user's own password, `alternating` that of its twin."""

import ssl
import sys

import pg8000.dbapi

import steps

ENGINES = ("postgres", "aurora-postgresql")


def single(event, _context):
    steps.rotate(event, sys.modules[__name__])


def alternating(event, _context):
    steps.rotate(event, sys.modules[__name__], is_alternating=True)


def connect(secret):
    for is_tls in steps.attempts_of_tls(secret):
        context = ssl.create_default_context(cafile=steps.authority()) if is_tls else False
        try:
            return pg8000.dbapi.connect(
                secret["username"], host=secret["host"], port=int(secret.get("port", 5432)), password=secret["password"],
                database=secret.get("dbname", "postgres"), timeout=5, ssl_context=context,
            )  # fmt: skip
        except (pg8000.exceptions.Error, OSError) as error:
            print("no login:", type(error).__name__)
    return None


def set_password(connection, current, pending):
    act(connection, f"ALTER USER {quoted(connection, pending['username'])} WITH PASSWORD {text(pending['password'])}")


def make_user(connection, current, pending):
    cursor = connection.cursor()
    name = quoted(connection, pending["username"])
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (pending["username"],))
    if cursor.fetchone():
        act(connection, f"ALTER USER {name} WITH PASSWORD {text(pending['password'])}")
        return
    cursor.execute(f"CREATE ROLE {name} WITH LOGIN PASSWORD {text(pending['password'])}")
    cursor.execute(f"GRANT {quoted(connection, current['username'])} TO {name}")
    connection.commit()


def test(connection):
    connection.cursor().execute("SELECT NOW()")


def act(connection, statement):
    connection.cursor().execute(statement)
    connection.commit()


def quoted(connection, name):
    cursor = connection.cursor()
    cursor.execute("SELECT quote_ident(%s)", (name,))
    return cursor.fetchone()[0]


def text(value):
    """Statements of this kind take no parameters."""
    return "'" + value.replace("'", "''") + "'"
