"""The root key and its keepers: passphrase, shares, token, another KMS; replaced while clients read, and killed at it."""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import threading
import time
import urllib.error
import urllib.request

import botocore.exceptions
import pytest

from conftest import client_of
from server import REGIONS, Server, binary, keepwell

pytestmark = pytest.mark.own_server

PASSPHRASE = "an e2e canary that nobody may hear"
KILLS = int(os.environ.get("ROOT_KEY_KILLS") or 20)
SOFTHSM = next(
    (
        path
        for path in map(
            pathlib.Path,
            (
                "/usr/lib/softhsm/libsofthsm2.so",
                "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
                "/usr/lib64/pkcs11/libsofthsm2.so",
            ),
        )
        if path.is_file()
    ),
    None,
)


@contextlib.contextmanager
def descriptor(text):
    """A pipe that gives the text once; its number."""
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    os.set_inheritable(reading, True)
    try:
        yield reading
    finally:
        os.close(reading)


class Keeper:
    """A server whose root key has a keeper of its own, with the settings and the secret that it takes."""

    def __init__(self, folder):
        self.server = Server(folder)
        self.settings = {}
        self.environment = {}
        self.passphrase = None
        self.more = ()

    def start(self, *, is_sealed=False):
        server = self.server
        arguments = [f"--root-key-{name}={value}" for name, value in self.settings.items()]
        with contextlib.ExitStack() as stack:
            inherited = ()
            if self.passphrase:
                number = stack.enter_context(descriptor(self.passphrase))
                arguments.append(f"--root-key-passphrase-fd={number}")
                inherited = (number,)
            server.arguments = (*arguments, *self.more)
            server.start(is_sealed=is_sealed, environment=self.environment, inherited=inherited)
        return self

    def root_key(self, *arguments, **options):
        """Runs `keepwell root-key` against the server."""
        return keepwell("root-key", *arguments, "--data-dir", self.server.data_dir, **options)

    def ask(self, *arguments, **options):
        told = self.root_key(*arguments, **options)
        assert told.returncode == 0, told.stdout + told.stderr
        return told.stdout

    def fingerprint(self):
        return re.search(r"^fingerprint +([0-9a-f]{32})$", self.ask("show"), re.MULTILINE)[1]

    def verify_trail(self, *more, **options):
        arguments = [f"--root-key-{name}={value}" for name, value in self.settings.items()]
        verified = keepwell(
            "trail", "verify", "--data-dir", self.server.data_dir, *arguments, *more,
            env=os.environ | self.environment, **options,
        )  # fmt: skip
        assert verified.returncode == 0, verified.stdout + verified.stderr

    def refusal(self, **settings):
        """What a start with other settings says before it ends."""
        arguments = [f"--root-key-{name.replace('_', '-')}={value}" for name, value in settings.items()]
        told = keepwell(
            "serve", "--data-dir", self.server.data_dir, "--listen", "127.0.0.1:0", *arguments,
            env=os.environ | self.environment, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        assert told.returncode != 0
        return told.stdout + told.stderr


@pytest.fixture
def keeper(tmp_path):
    keepers = []

    def make(folder="server"):
        keepers.append(Keeper(tmp_path / folder))
        return keepers[-1]

    yield make
    for made in keepers:
        if made.server.process and made.server.process.poll() is None:
            made.server.stop()


def furnish(server, count=5):
    client = client_of(server)
    values = {f"kept/{number}": f"value {number}" for number in range(count)}
    for name, value in values.items():
        client.create_secret(Name=name, SecretString=value)
    return values


def read(server, values):
    client = client_of(server)
    return {name: client.get_secret_value(SecretId=name)["SecretString"] for name in values}


def move_to_passphrase(keeper):
    with descriptor(PASSPHRASE) as number:
        told = keeper.ask("move", "--to", "passphrase", "--passphrase-fd", number, pass_fds=(number,))
    assert 'root_key.custody = "passphrase"' in told
    keeper.settings = {"custody": "passphrase"}
    keeper.passphrase = PASSPHRASE


def test_a_passphrase_by_descriptor_opens_the_server_and_no_file_is_left(keeper):
    one = keeper().start()
    values = furnish(one.server)
    file = one.server.data_dir.with_name("data.key")
    assert file.is_file()
    move_to_passphrase(one)
    assert read(one.server, values) == values
    assert not file.exists()
    assert one.server.stop() == 0

    refusal = one.refusal()
    assert "`file`" in refusal and "`passphrase`" in refusal and "Nothing was changed" in refusal
    assert "start the server on a terminal" in one.refusal(custody="passphrase")
    one.start()
    assert read(one.server, values) == values
    assert one.server.stop() == 0
    with descriptor(PASSPHRASE) as number:
        one.verify_trail("--root-key-passphrase-fd", number, pass_fds=(number,))
    log = one.server.log.read_text()
    assert PASSPHRASE not in log and "panicked" not in log


def test_a_first_start_under_a_passphrase(keeper):
    one = keeper()
    one.settings, one.passphrase = {"custody": "passphrase"}, PASSPHRASE
    one.start()
    values = furnish(one.server)
    assert one.server.stop() == 0
    one.passphrase = "another one that is as long as it"
    with pytest.raises(AssertionError, match="the passphrase is wrong"):
        one.start()
    one.passphrase = PASSPHRASE
    one.start()
    assert read(one.server, values) == values


def shares_in(told):
    return re.findall(r"^keepwell-share-v1:\S+$", told, re.MULTILINE)


def test_people_open_a_sealed_server_with_their_shares(keeper):
    one = keeper().start()
    values = furnish(one.server)
    shares = shares_in(one.ask("move", "--to", "shares", "--threshold", "3", "--count", "5"))
    assert len(shares) == 5
    one.settings = {"custody": "shares"}
    assert one.server.stop() == 0

    one.start(is_sealed=True)
    url = one.server.url.rstrip("/")
    assert urllib.request.urlopen(f"{url}/health").read() == b"alive\n"
    with pytest.raises(urllib.error.HTTPError) as unready:
        urllib.request.urlopen(f"{url}/ready")
    assert (unready.value.code, unready.value.read()) == (503, b"sealed\n")
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        client_of(one.server).list_secrets()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert "3 more shares of its root key are needed" in refused.value.response["Error"]["Message"]

    def unseal(*given):
        with descriptor("".join(f"{share}\n" for share in given)) as number:
            return one.root_key("unseal", "--fd", number, pass_fds=(number,))

    assert "2 more shares are needed" in unseal(shares[4]).stdout
    repeated = unseal(shares[4])
    assert repeated.returncode != 0 and "has been given before" in repeated.stderr
    opened = unseal(shares[1], shares[2], shares[0])
    assert opened.returncode == 0 and "so is the server" in opened.stdout, opened.stderr
    assert urllib.request.urlopen(f"{url}/ready").status == 200
    assert read(one.server, values) == values
    assert "is not sealed" in unseal(shares[0]).stderr

    newer = shares_in(one.ask("rotate"))
    assert len(newer) == 5 and not set(newer) & set(shares)
    assert one.server.stop() == 0
    with descriptor("\n".join(newer[2:])) as number:
        one.verify_trail("--shares-fd", number, pass_fds=(number,))
    one.start(is_sealed=True)
    assert "another set" in unseal(shares[0]).stderr
    assert unseal(*newer[:3]).returncode == 0
    assert read(one.server, values) == values
    log = one.server.log.read_text()
    assert "a share of the root key was given" in log
    assert not any(share.split(":")[5] in log for share in shares + newer)


@pytest.fixture
def token(tmp_path):
    """A software token of our own; the settings and the environment that lead to it."""
    assert SOFTHSM, "SoftHSM2 is missing: `make test` installs it, or run `apt-get install softhsm2`"
    folder = tmp_path / "tokens"
    folder.mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\nlog.level = ERROR\n")
    environment = {"SOFTHSM2_CONF": str(conf)}
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "e2e", "--so-pin", "87654321", "--pin", "123456"],
        env=os.environ | environment, check=True, capture_output=True,
    )  # fmt: skip
    pin = tmp_path / "pin"
    pin.write_text("123456\n")
    pin.chmod(0o600)
    settings = {
        "pkcs11-module": SOFTHSM, "pkcs11-token": "e2e", "pkcs11-key": "keepwell", "pkcs11-pin-file": pin,
    }  # fmt: skip
    return settings, environment


def test_a_token_keeps_the_root_key(keeper, token, tmp_path):
    one = keeper()
    settings, one.environment = token
    one.settings = dict(settings)  # ready, while a file is still in force
    one.start()
    values = furnish(one.server)
    told = one.ask("move", "--to", "pkcs11")
    assert "the key keepwell on the PKCS#11 token" in told
    one.settings["custody"] = "pkcs11"
    assert one.server.stop() == 0

    one.start()
    assert read(one.server, values) == values
    one.ask("rotate")
    assert one.server.stop() == 0
    one.verify_trail()
    doctor = [f"--root-key-{name}={value}" for name, value in one.settings.items()]
    told = keepwell("doctor", "--data-dir", one.server.data_dir, *doctor, env=os.environ | one.environment)
    assert "opens the store" in told.stdout, told.stdout

    # The token is away, then back.
    conf = pathlib.Path(one.environment["SOFTHSM2_CONF"])
    right = conf.read_text()
    (tmp_path / "empty").mkdir()
    conf.write_text(f"directories.tokendir = {tmp_path / 'empty'}\nobjectstore.backend = file\n")
    with pytest.raises(AssertionError, match="there is no token with"):
        one.start()
    conf.write_text(right)
    one.start()
    assert read(one.server, values) == values
    assert "123456" not in one.server.log.read_text()


def test_a_first_start_makes_its_key_on_the_token_and_another_server_may_share_it(keeper, token):
    for folder in ("one", "two"):
        one = keeper(folder)
        settings, one.environment = token
        one.settings = dict(settings) | {"custody": "pkcs11"}
        one.start()
        values = furnish(one.server)
        assert one.server.stop() == 0
        assert not one.server.data_dir.with_name("data.key").exists()
        one.start()
        assert read(one.server, values) == values


def test_another_kms_keeps_the_root_key_and_never_ones_own(keeper, tmp_path):
    other, one = keeper("other").start(), keeper("one")
    address = other.server.url.rstrip("/")
    environment = other.server.environment()
    made = subprocess.run(
        ["aws", "kms", "create-key", "--output", "json"], env=environment, capture_output=True, text=True, timeout=60
    )
    assert made.returncode == 0, made.stderr
    key = json.loads(made.stdout)["KeyMetadata"]["Arn"]
    credentials = tmp_path / "kms-credentials"
    credentials.write_text(
        f"[one]\naws_access_key_id = {environment['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {environment['AWS_SECRET_ACCESS_KEY']}\n"
    )
    credentials.chmod(0o600)
    of_kms = {
        "kms-key-id": key, "kms-region": REGIONS[0], "kms-endpoint": address,
        "kms-credentials-file": credentials, "kms-profile": "one",
    }  # fmt: skip
    one.settings = dict(of_kms)
    one.start()
    values = furnish(one.server)
    assert f"the KMS key {key}" in one.ask("move", "--to", "aws-kms")
    one.settings["custody"] = "aws-kms"
    assert one.server.stop() == 0
    one.start()
    one.ask("rotate")
    assert one.server.stop() == 0
    one.start()
    assert read(one.server, values) == values
    assert one.server.stop() == 0
    one.verify_trail()

    # The other is away: a clear end, and nothing changed.
    assert other.server.stop() == 0
    with pytest.raises(AssertionError, match="cannot be reached"):
        one.start()
    other.settings = of_kms
    other.more = ("--listen", address.removeprefix("http://"))
    other.start()
    one.start()
    assert read(one.server, values) == values

    # A server whose key lay in its own KMS could never open it.
    refused = other.root_key("move", "--to", "aws-kms")
    assert refused.returncode != 0 and "one of this very server" in refused.stderr, refused.stderr


class Reader(threading.Thread):
    """Reads without a pause, and remembers what went wrong."""

    def __init__(self, server, values):
        super().__init__(daemon=True)
        self.client = client_of(server)
        self.values = values
        self.count = 0
        self.wrong = []
        self.is_enough = threading.Event()

    def run(self):
        while not self.is_enough.is_set():
            for name, value in self.values.items():
                try:
                    if self.client.get_secret_value(SecretId=name)["SecretString"] != value:
                        self.wrong.append(name)
                except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
                    self.wrong.append(error)
                self.count += 1


def test_no_read_fails_while_the_root_key_is_rotated_and_moved(keeper):
    one = keeper().start()
    values = furnish(one.server)
    readers = [Reader(one.server, values) for _ in range(3)]
    for reader in readers:
        reader.start()
    seen = {one.fingerprint()}
    for _ in range(5):
        one.ask("rotate")
        seen.add(one.fingerprint())
    move_to_passphrase(one)
    for _ in range(2):
        with descriptor(PASSPHRASE) as number:
            one.ask("rotate", "--passphrase-fd", number, pass_fds=(number,))
        seen.add(one.fingerprint())
    for reader in readers:
        reader.is_enough.set()
    for reader in readers:
        reader.join(30)
        assert reader.wrong == []
    assert len(seen) == 8
    print(f"{sum(reader.count for reader in readers)} reads while the root key was replaced 8 times, none failed")


def has_keys_beside(folder):
    return any(name.startswith("data.key.") for name in os.listdir(folder))


def wait_for_file_beside(folder, seconds):
    """Until the new key lies beside the old one."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if has_keys_beside(folder):
            return


@pytest.mark.timeout(60 + 20 * KILLS)
def test_a_kill_at_any_moment_of_a_rotation_leaves_a_server_that_starts(keeper):
    one = keeper().start()
    values = furnish(one.server)
    folder = one.server.data_dir.parent
    durations = []
    for _ in range(5):
        begun = time.monotonic()
        one.ask("rotate")
        durations.append(time.monotonic() - begun)
    duration = sorted(durations)[2]
    before, states = one.fingerprint(), {"before": 0, "half": 0, "after": 0}
    for number in range(KILLS):
        rotation = subprocess.Popen(
            [binary(), "root-key", "rotate", "--data-dir", str(one.server.data_dir)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if number % 2:
            # From the moment at which the first thing has been written.
            wait_for_file_beside(folder, 10)
            time.sleep(0.0005 * (number // 2))
        else:
            time.sleep(duration * 1.5 * number / KILLS)
        one.server.kill()
        rotation.wait(60)
        has_left_overs = has_keys_beside(folder)
        one.start()
        now = one.fingerprint()
        states["half" if has_left_overs else "before" if now == before else "after"] += 1
        assert read(one.server, values) == values, number
        assert [path.name for path in folder.glob("data.key*")] == ["data.key"], number
        assert one.server.stop() == 0
        one.verify_trail()
        one.start()
        before = one.fingerprint()
        assert before == now
    print(f"{KILLS} kills within {duration * 1500:.0f} ms of a rotation: {states}")
    assert KILLS < 20 or min(states.values()) > 0, states
