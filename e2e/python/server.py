"""A keepwell process of our own: started, asked, stopped, killed.

Run as a program it lends a server to another suite:

    python server.py COMMAND...     # COMMAND sees AWS_ENDPOINT_URL, the keys and the region in its environment
"""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.error
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
ACCESS_KEY_ID = "AKIAKEEPWELLSTORIES2"
SECRET_ACCESS_KEY = "only/for/the/stories/of/the/test/suite+1"
ROOT_KEY = {
    "KEEPWELL_ROOT_ACCESS_KEY_ID": ACCESS_KEY_ID,
    "KEEPWELL_ROOT_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
}

# The first two are what most stories use. The rest are lent out one by one to stories that count what a whole
# region holds, so that they need not share it with anyone.
REGIONS = ("us-east-1", "eu-west-1")
SPARE_REGIONS = tuple(
    f"{area}-{number}"
    for area in ("us-west", "ca-central", "sa-east", "eu-central", "eu-north", "ap-south", "ap-northeast", "me-south")
    for number in range(1, 6)
)

# Python functions import what the stories themselves do.
LIBRARIES = {"KEEPWELL_FUNCTIONS_RUNTIMES_PYTHON_LIBRARIES": sysconfig.get_path("purelib")}

START_LIMIT_SECONDS = 30
STOP_LIMIT_SECONDS = 30


def binary():
    """The program under test: what `cargo build -p keepwell` makes, or what E2E_BINARY names."""
    chosen = os.environ.get("E2E_BINARY")
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target")
    path = pathlib.Path(chosen) if chosen else target / "debug" / "keepwell"
    assert path.is_file(), f"{path} is missing: run `cargo build -p keepwell` first"
    return str(path)


def keepwell(*arguments, **options):
    """Runs a keepwell command to its end."""
    options = {"capture_output": True, "text": True, "timeout": 60} | options
    return subprocess.run([binary(), *map(str, arguments)], **options)


class Server:
    def __init__(self, folder, *, regions=REGIONS, arguments=(), data_dir=None, url=None, credentials=ROOT_KEY):
        self.folder = pathlib.Path(folder)
        self.data_dir = pathlib.Path(data_dir) if data_dir else self.folder / "data"
        self.log = self.folder / "server.log"
        self.regions = regions
        self.arguments = tuple(map(str, arguments))
        self.credentials = credentials
        self.url = url
        self.process = None
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1].rstrip("/"))

    def environment(self):
        """What a client exports to reach this server, and nothing inherited that could lead it elsewhere."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return inherited | {
            "AWS_ENDPOINT_URL": self.url or "",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_REGION": self.regions[0],
            "AWS_DEFAULT_REGION": self.regions[0],
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_PAGER": "",
        }

    def start(self, *, is_sealed=False, environment=None, inherited=()):
        """`inherited` are descriptors that the server gets. One that is sealed answers, and is not ready."""
        endpoint = self.data_dir / "endpoint"
        endpoint.unlink(missing_ok=True)  # a killed server leaves its own behind
        command = [binary(), "serve", "--data-dir", str(self.data_dir), "--listen", "127.0.0.1:0"]
        for region in self.regions:
            command += ["--region", region]
        own = {name: value for name, value in os.environ.items() if not name.startswith("KEEPWELL_")}
        environment = own | LIBRARIES | self.credentials | (environment or {})
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *self.arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
                pass_fds=inherited,
            )  # fmt: skip
        deadline = time.monotonic() + START_LIMIT_SECONDS
        while not self._is_ready(endpoint, "health" if is_sealed else "ready"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the server did not become ready:\n{self.log.read_text(errors='replace')}")
            time.sleep(0.02)
        return self

    def _is_ready(self, endpoint, what):
        with contextlib.suppress(FileNotFoundError):
            self.url = endpoint.read_text().strip() or self.url
        if not self.url or not endpoint.exists():
            return False
        if self.url.startswith("https"):
            return True  # stories about TLS ask for readiness themselves, with the certificate they trust
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            return urllib.request.urlopen(f"{self.url.rstrip('/')}/{what}", timeout=2).status == 200
        return False

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """Asks politely, as a service manager would, and gives back the exit status."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not stop:\n{self.log.read_text(errors='replace')}") from None

    def kill(self):
        """Power cut: no goodbye."""
        self.process.kill()
        self.process.wait()

    def verify_trail(self):
        return keepwell("trail", "verify", "--data-dir", self.data_dir)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()


def lend(command):
    with tempfile.TemporaryDirectory(prefix="keepwell-") as folder:
        with Server(folder) as server:
            status = subprocess.run(command, env=server.environment()).returncode
        if status:
            print(server.log.read_text(errors="replace")[-20_000:], file=sys.stderr)
        return status


if __name__ == "__main__":
    sys.exit(lend(sys.argv[1:]))
