"""The commands beside `serve`: what they tell a person, and whether it is true."""

import os
import subprocess

import pytest

from server import SECRET_ACCESS_KEY, binary, keepwell

pytestmark = pytest.mark.own_server


@pytest.fixture
def running(own_server):
    return own_server()


def shell(script, **environment):
    return subprocess.run(
        ["bash", "-e", "-c", script],
        env={name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "KEEPWELL_"))}
        | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_env_points_a_shell_at_the_server_whatever_it_pointed_at_before(running):
    made = shell(
        f'eval "$({binary()} env --data-dir {running.data_dir})"\n'
        "aws secretsmanager create-secret --name from-the-shell --secret-string one --query Name --output text",
        AWS_PROFILE="nobody",
        AWS_SESSION_TOKEN="stray",
        AWS_ENDPOINT_URL_SECRETS_MANAGER="http://127.0.0.1:9",
        AWS_REGION="eu-west-1",
    )
    assert (made.returncode, made.stdout.strip()) == (0, "from-the-shell"), made.stderr


def test_env_without_a_server_says_how_to_start_one(tmp_path):
    told = keepwell("env", "--data-dir", tmp_path / "nothing")
    assert told.returncode != 0
    assert "keepwell serve" in told.stderr
    assert told.stdout == ""


def test_doctor_finds_a_running_server_well_and_a_readable_root_key_broken(running):
    well = keepwell("doctor", "--data-dir", running.data_dir)
    assert well.returncode == 0, well.stdout
    assert "0 broken" in well.stdout

    running.data_dir.with_name("data.key").chmod(0o644)
    broken = keepwell("doctor", "--data-dir", running.data_dir)
    assert broken.returncode != 0
    assert "root key" in broken.stdout
    running.data_dir.with_name("data.key").chmod(0o600)


def test_check_config_tells_each_value_and_its_source_but_no_secret(tmp_path):
    file = tmp_path / "keepwell.toml"
    file.write_text('region = ["eu-west-1"]\n[quota]\ntags_per_secret = 7\n')
    told = keepwell(
        "check-config", "--config", file, "--listen", "127.0.0.1:7",
        env=os.environ
        | {
            "KEEPWELL_ROOT_ACCESS_KEY_ID": "AKIAKEEPWELLSTORIES2",
            "KEEPWELL_ROOT_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "KEEPWELL_LOG_LEVEL": "debug",
        },
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    for value in ('"eu-west-1"', "tags_per_secret = 7", '"127.0.0.1:7"', '"debug"'):
        assert value in told.stdout
    assert SECRET_ACCESS_KEY not in told.stdout + told.stderr


@pytest.mark.parametrize(
    "arguments, variables, near",
    [
        (["--regoin", "us-east-1"], {}, "--region"),
        ([], {"KEEPWELL_LISTN": "127.0.0.1:1"}, "KEEPWELL_LISTEN"),
    ],
)
def test_an_unknown_setting_is_refused_with_the_nearest_known_one(arguments, variables, near):
    told = keepwell("check-config", *arguments, env=os.environ | variables)
    assert told.returncode != 0
    assert near in told.stderr


def test_an_unknown_key_of_the_file_is_refused_with_the_nearest_known_one(tmp_path):
    file = tmp_path / "keepwell.toml"
    file.write_text("[quota]\nsecret_byts = 5\n")
    told = keepwell("check-config", "--config", file)
    assert told.returncode != 0
    assert "secret_bytes" in told.stderr


def test_help_teaches():
    told = keepwell("--help")
    assert told.returncode == 0
    for taught in ("serve", "env", "check-config", "doctor", "certificate", "create-secret"):
        assert taught in told.stdout
