"""One server for each worker process, shared by its stories; every story makes its own uniquely named secrets."""

import contextlib
import os
import uuid

import boto3
import botocore.config
import pytest

import databases
from server import ACCESS_KEY_ID, REGIONS, SECRET_ACCESS_KEY, SPARE_REGIONS, Server
from wire import Wire


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The shared server; E2E_ENDPOINT_URL lets the stories judge another one that is already running."""
    elsewhere = os.environ.get("E2E_ENDPOINT_URL")
    folder = tmp_path_factory.mktemp("server")
    if elsewhere:
        yield Server(folder, url=elsewhere)
        return
    with Server(folder, regions=REGIONS + SPARE_REGIONS) as server:
        yield server
    assert "panicked" not in server.log.read_text(errors="replace"), "the server panicked; see its log"


@pytest.fixture(scope="session")
def _spare_regions():
    return iter(SPARE_REGIONS)


@pytest.fixture
def own_region(server, _spare_regions):
    """A client of a region that no other story has touched."""
    return client_of(server, next(_spare_regions))


@pytest.fixture(scope="session")
def secretsmanager(server):
    return client_of(server)


@pytest.fixture(scope="session")
def elsewhere(server):
    """The same server in its second region."""
    return client_of(server, REGIONS[1])


@pytest.fixture(scope="session")
def wire(server):
    return Wire(server)


@pytest.fixture
def name():
    return f"story/{uuid.uuid4().hex}"


@pytest.fixture
def arn(secretsmanager, name):
    """The ARN of a fresh secret called `name` whose value is `one`."""
    return secretsmanager.create_secret(Name=name, SecretString="one")["ARN"]


@pytest.fixture
def own_server(tmp_path):
    """Makes servers that a story may stop, kill or starve."""
    with contextlib.ExitStack() as stack:
        yield lambda folder="server", **options: stack.enter_context(Server(tmp_path / folder, **options))


def _lent(kind):
    database = kind()
    try:
        yield database.start()
    finally:
        database.close()


@pytest.fixture(scope="session")
def postgres():
    """A real server, shared by the stories of a worker process; each story makes its own users."""
    yield from _lent(databases.Postgres)


@pytest.fixture(scope="session")
def strict_postgres():
    """It turns away whoever comes without TLS."""
    for database in _lent(databases.Postgres):
        database.only_over_tls()
        yield database


@pytest.fixture(scope="session")
def mariadb():
    yield from _lent(databases.MariaDb)


@pytest.fixture(scope="session")
def redis_server():
    yield from _lent(databases.Redis)


@pytest.fixture
def place(request):
    """An engine's name, and the server that stands for it."""
    return request.param, request.getfixturevalue(databases.FIXTURES[request.param])


def client_of(server, region=REGIONS[0], **options):
    """An SDK client that neither retries nor checks parameters, so that every answer shown is the server's first."""
    session = boto3.session.Session()
    return session.client(
        "secretsmanager",
        endpoint_url=server.url,
        region_name=region,
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        config=botocore.config.Config(
            retries={"total_max_attempts": 1}, parameter_validation=False, read_timeout=60, max_pool_connections=32
        ),
        **options,
    )
