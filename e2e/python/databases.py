"""Real databases of Debian's packages, each in a folder of its own and on a port of its own.

Servers that refuse to run as root run as the user that their package made. Run as a program it lends one of each to another
suite:

    python databases.py COMMAND...     # COMMAND sees MYSQL_HOST, POSTGRES_USER, REDIS_PASSWORD and so on
"""

import contextlib
import glob
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import uuid

import pg8000.dbapi
import pymysql
import redis

START_LIMIT_SECONDS = 60
# The fixture that lends a server for each `engine` of a secret: MariaDB speaks MySQL's protocol, and its statements too
# where the stories need them.
FIXTURES = {"postgres": "postgres", "mysql": "mariadb", "mariadb": "mariadb", "redis": "redis_server"}
ADMIN_PASSWORD = "an-administrators-password-1"


class Database:
    """A database server. Its program and how one logs in are each engine's own."""

    host = "127.0.0.1"
    unix_user = None

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"keepwell-{self.engine}-"))
        self.folder.chmod(0o755)
        self.port = free_port()
        self.log = self.folder / "server.log"
        self.process = None
        self.authority = Authority(self.folder / "tls")
        self._own(self.folder)

    def _own(self, path):
        if os.getuid() == 0:
            for each in (path, *path.rglob("*")):
                shutil.chown(each, self.unix_user, self.unix_user)

    def _as_owner(self):
        return {"user": self.unix_user, "group": self.unix_user, "extra_groups": []} if os.getuid() == 0 else {}

    def run(self, *command):
        done = subprocess.run(
            [*map(str, command)], cwd=self.folder, capture_output=True, text=True, timeout=120, **self._as_owner()
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"

    def start(self):
        self._own(self.folder)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*map(str, self.program())], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                **self._as_owner(),
            )  # fmt: skip
        deadline = time.monotonic() + START_LIMIT_SECONDS
        while not self.is_up():
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = self.log.read_text(errors="replace")[-4000:]
                self.close()
                raise AssertionError(f"{self.engine} did not start:\n{said}")
            time.sleep(0.05)
        return self

    def is_up(self):
        with contextlib.suppress(Exception):
            self.admin(lambda connection: None)
            return True
        return False

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def logs_in(self, username, password, **options):
        """Whether this password opens this user's door. What is no refusal is raised."""
        try:
            self.connect(username, password, **options).close()
            return True
        except self.refusals as refusal:
            if self.is_refusal(refusal):
                return False
            raise

    def secret(self, username, password, **more):
        """The JSON that AWS's templates expect of a secret for this server."""
        told = {"engine": self.engine, "host": self.host, "port": self.port, "username": username, "password": password}
        return told | more

    def new_user(self):
        """A fresh user, and its password."""
        name, password = f"app_{uuid.uuid4().hex[:8]}", f"first-{uuid.uuid4().hex}"
        self.create_user(name, password)
        return name, password


class Postgres(Database):
    engine = "postgres"
    unix_user = "postgres"
    administrator = "admin"
    refusals = (pg8000.exceptions.DatabaseError,)
    context = False  # without TLS

    def __init__(self):
        super().__init__()
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"), key=lambda path: int(path.split("/")[4]))
        self.programs = pathlib.Path(programs[-1]).parent
        words = self.folder / "password"
        words.write_text(ADMIN_PASSWORD)
        self._own(self.folder)
        self.run(
            self.programs / "initdb", "--pgdata", self.folder / "data", "--username", self.administrator,
            "--auth", "scram-sha-256", "--pwfile", words, "--no-sync", "--locale", "C.UTF-8",
        )  # fmt: skip

    def program(self):
        settings = {
            "listen_addresses": self.host, "port": self.port, "unix_socket_directories": "", "fsync": "off",
            "max_connections": 200, "ssl": "on", "ssl_cert_file": self.authority.certificate,
            "ssl_key_file": self.authority.key, "log_statement": "all", "log_connections": "on",
        }  # fmt: skip
        given = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [self.programs / "postgres", "-D", self.folder / "data", *given]

    def connect(self, username, password, *, port=None):
        return pg8000.dbapi.connect(
            username, host=self.host, port=port or self.port, password=password, database="postgres", timeout=10,
            ssl_context=self.context,
        )  # fmt: skip

    def is_refusal(self, refusal):
        return refusal.args and isinstance(refusal.args[0], dict) and refusal.args[0].get("C") == "28P01"

    def admin(self, act):
        with contextlib.closing(self.connect(self.administrator, ADMIN_PASSWORD)) as connection:
            connection.autocommit = True
            return act(connection.cursor())

    def create_user(self, name, password):
        self.admin(lambda cursor: cursor.execute(f"CREATE ROLE \"{name}\" WITH LOGIN PASSWORD '{password}'"))

    def only_over_tls(self):
        """From now on whoever comes without TLS is turned away."""
        rules = self.folder / "data" / "pg_hba.conf"
        rules.write_text(f"hostssl all all {self.host}/32 scram-sha-256\n")
        self.context = ssl.create_default_context(cafile=self.authority.bundle)
        self.admin(lambda cursor: cursor.execute("SELECT pg_reload_conf()"))


class MariaDb(Database):
    engine = "mariadb"
    unix_user = "mysql"
    administrator = "admin"
    refusals = (pymysql.err.OperationalError,)
    ACCESS_DENIED = 1045

    def __init__(self):
        super().__init__()
        self.run(
            "mariadb-install-db", "--no-defaults", f"--datadir={self.folder / 'data'}", "--skip-test-db",
            "--auth-root-authentication-method=normal",
        )  # fmt: skip
        self.first = self.folder / "first.sql"
        self.first.write_text(
            f"CREATE USER '{self.administrator}'@'%' IDENTIFIED BY '{ADMIN_PASSWORD}';\n"
            f"GRANT ALL ON *.* TO '{self.administrator}'@'%' WITH GRANT OPTION;\n"
        )

    def program(self):
        first = [f"--init-file={self.first}"] if self.first.exists() else []
        return [
            "/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self.folder / 'data'}",
            f"--socket={self.folder / 'mysqld.sock'}", f"--pid-file={self.folder / 'mysqld.pid'}", f"--port={self.port}",
            f"--bind-address={self.host}", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=16M", "--performance-schema=OFF", "--max-connections=300",
            "--max-connect-errors=1000000", "--general-log=ON", f"--general-log-file={self.folder / 'general.log'}",
            f"--ssl-ca={self.authority.bundle}", f"--ssl-cert={self.authority.certificate}",
            f"--ssl-key={self.authority.key}", *first,
        ]  # fmt: skip

    def start(self):
        super().start()
        self.first.unlink(missing_ok=True)
        return self

    def connect(self, username, password, *, port=None):
        return pymysql.connect(
            host=self.host, port=port or self.port, user=username, password=password, connect_timeout=10
        )

    def is_refusal(self, refusal):
        return refusal.args[0] == self.ACCESS_DENIED

    def admin(self, act):
        with contextlib.closing(self.connect(self.administrator, ADMIN_PASSWORD)) as connection:
            return act(connection.cursor())

    def create_user(self, name, password):
        self.admin(lambda cursor: cursor.execute(f"CREATE USER '{name}'@'%' IDENTIFIED BY '{password}'"))


class Redis(Database):
    engine = "redis"
    unix_user = "redis"
    administrator = "default"
    refusals = (redis.exceptions.AuthenticationError,)

    def __init__(self):
        super().__init__()
        self.tls_port = free_port()
        (self.folder / "users.acl").write_text(f"user default on >{ADMIN_PASSWORD} ~* &* +@all\n")

    def program(self):
        return [
            "/usr/bin/redis-server", "--port", self.port, "--bind", self.host, "--dir", self.folder, "--save", "",
            "--aclfile", self.folder / "users.acl", "--tls-port", self.tls_port, "--tls-auth-clients", "no",
            "--tls-cert-file", self.authority.certificate, "--tls-key-file", self.authority.key,
            "--tls-ca-cert-file", self.authority.bundle,
        ]  # fmt: skip

    def connect(self, username, password, *, port=None):
        client = redis.Redis(
            host=self.host, port=port or self.port, username=username, password=password, socket_timeout=10
        )
        client.ping()
        return client

    def is_refusal(self, refusal):
        return True

    def admin(self, act):
        with contextlib.closing(self.connect(self.administrator, ADMIN_PASSWORD)) as client:
            return act(client)

    def create_user(self, name, password):
        self.admin(lambda client: client.execute_command("ACL", "SETUSER", name, "on", f">{password}", "~*", "+@all"))


class Authority:
    """A certificate authority made on the spot, and a certificate for this machine that it signed."""

    def __init__(self, folder):
        folder.mkdir()
        self.bundle, self.certificate, self.key = folder / "ca.pem", folder / "server.pem", folder / "server.key"
        authority_key, request = folder / "ca.key", folder / "server.csr"
        names = folder / "names"
        names.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        for words in (
            ("req", "-x509", *curve, "-keyout", authority_key, "-out", self.bundle, "-days", "2", "-subj", "/CN=stories"),
            ("req", *curve, "-keyout", self.key, "-out", request, "-subj", "/CN=localhost"),
            ("x509", "-req", "-in", request, "-CA", self.bundle, "-CAkey", authority_key, "-CAcreateserial",
             "-extfile", names, "-days", "2", "-out", self.certificate),
        ):  # fmt: skip
            subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
        self.key.chmod(0o600)


class Lane:
    """A port that leads to a database, and counts what passes. `watch(number)` is called before the numbered piece goes
    on, in either direction; when it gives back True, that piece and all that follows are lost."""

    def __init__(self, database, watch=lambda number: False):
        self.database, self.watch = database, watch
        self.passed = 0
        self._counting = threading.Lock()
        self._open = set()
        self._listener = socket.create_server((database.host, 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection((self.database.host, self.database.port), timeout=10)
                far.settimeout(None)
                self._open |= {near, far}
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source, sink):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                with self._counting:
                    self.passed += 1
                    number = self.passed
                if self.watch(number):
                    break
                sink.sendall(piece)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]



def lend(command):
    """Runs a command that finds a user of each engine in its environment, as those engines' own clients name it."""
    with contextlib.ExitStack() as stack:
        environment = dict(os.environ)
        for kind, prefix in ((MariaDb, "MYSQL"), (Postgres, "POSTGRES"), (Redis, "REDIS")):
            database = kind()
            stack.callback(database.close)
            user, password = database.start().new_user()
            environment |= {
                f"{prefix}_HOST": database.host, f"{prefix}_PORT": str(database.port), f"{prefix}_USER": user,
                f"{prefix}_PASSWORD": password, f"{prefix}_ADMIN": database.administrator,
                f"{prefix}_ADMIN_PASSWORD": ADMIN_PASSWORD,
            }  # fmt: skip
        return subprocess.run(command, env=environment).returncode


if __name__ == "__main__":
    sys.exit(lend(sys.argv[1:]))
