"""Rotates users of MySQL and MariaDB: `single` changes the user's own password, `alternating` that of its twin."""

import ssl
import sys

import pymysql

import steps

ENGINES = ("mysql", "aurora-mysql", "mariadb")


def single(event, _context):
    steps.rotate(event, sys.modules[__name__])


def alternating(event, _context):
    steps.rotate(event, sys.modules[__name__], is_alternating=True)


def connect(secret):
    for is_tls in steps.attempts_of_tls(secret):
        context = ssl.create_default_context(cafile=steps.authority()) if is_tls else None
        try:
            return pymysql.connect(
                host=secret["host"], port=int(secret.get("port", 3306)), user=secret["username"],
                password=secret["password"], database=secret.get("dbname"), connect_timeout=5, ssl=context,
                ssl_disabled=not is_tls,
            )  # fmt: skip
        except pymysql.err.OperationalError as error:
            print("no login:", error.args[0])
    return None


def hashed(connection):
    """How a statement sets a password: MySQL 8 has no function for it any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT VERSION()")
        return "%s" if cursor.fetchone()[0].startswith("8") else "PASSWORD(%s)"


def set_password(connection, current, pending):
    with connection.cursor() as cursor:
        cursor.execute(f"SET PASSWORD = {hashed(connection)}", (pending["password"],))
    connection.commit()


def make_user(connection, current, pending):
    with connection.cursor() as cursor:
        cursor.execute("SELECT User FROM mysql.user WHERE User = %s", (pending["username"],))
        if not cursor.fetchone():
            cursor.execute("CREATE USER %s IDENTIFIED BY %s", (pending["username"], pending["password"]))
        cursor.execute("SHOW GRANTS FOR %s", (current["username"],))
        for (grant,) in cursor.fetchall():
            rights = grant.split(" TO ")[0].replace("%", "%%")
            cursor.execute(f"{rights} TO %s", (pending["username"],))
        cursor.execute(f"SET PASSWORD FOR %s = {hashed(connection)}", (pending["username"], pending["password"]))
    connection.commit()


def test(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOW()")
