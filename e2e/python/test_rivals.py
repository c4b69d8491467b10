"""Many clients at one secret at the same moment."""

import concurrent.futures

import botocore.exceptions

from expect import labels, pages_of, token

RIVALS = 16


def at_once(call, count):
    with concurrent.futures.ThreadPoolExecutor(RIVALS) as pool:
        return list(pool.map(call, range(count)))


def test_rival_values_all_become_versions_and_one_is_current(secretsmanager, name, arn):
    def put(number):
        return secretsmanager.put_secret_value(SecretId=name, SecretString=str(number))["VersionId"]

    made = at_once(put, 64)
    assert len(set(made)) == 64
    kept = [
        entry["VersionId"]
        for page in pages_of(secretsmanager.list_secret_version_ids, SecretId=name, IncludeDeprecated=True)
        for entry in page["Versions"]
    ]
    assert len(kept) == 65 and set(made) < set(kept)
    found = labels(secretsmanager, name)
    assert sorted(found.values()) == [["AWSCURRENT"], ["AWSPREVIOUS"]]


def test_of_rivals_for_a_name_one_wins(secretsmanager, name):
    def create(number):
        try:
            return secretsmanager.create_secret(Name=name, SecretString=str(number))["VersionId"]
        except secretsmanager.exceptions.ResourceExistsException:
            return None

    (winner,) = [version for version in at_once(create, RIVALS) if version]
    assert secretsmanager.get_secret_value(SecretId=name)["VersionId"] == winner


def test_one_token_from_many_at_once_makes_one_version(secretsmanager, name, arn):
    version = token()

    def put(_):
        return secretsmanager.put_secret_value(SecretId=name, SecretString="two", ClientRequestToken=version)

    assert {answer["VersionId"] for answer in at_once(put, RIVALS)} == {version}
    assert len(secretsmanager.describe_secret(SecretId=name)["VersionIdsToStages"]) == 2


def test_one_token_with_rival_values_keeps_the_first_and_refuses_the_rest(secretsmanager, name, arn):
    version = token()

    def put(number):
        try:
            secretsmanager.put_secret_value(SecretId=name, SecretString=str(number), ClientRequestToken=version)
            return str(number)
        except secretsmanager.exceptions.ResourceExistsException:
            return None

    (kept,) = [value for value in at_once(put, RIVALS) if value]
    assert secretsmanager.get_secret_value(SecretId=name, VersionId=version)["SecretString"] == kept


def test_readers_never_see_a_secret_between_two_values(secretsmanager, name, arn):
    """The label, the version and the value of an answer always belong together."""
    values = {secretsmanager.get_secret_value(SecretId=name)["VersionId"]: "one"}

    def write(number):
        version = token()
        values[version] = str(number)
        secretsmanager.put_secret_value(SecretId=name, SecretString=str(number), ClientRequestToken=version)

    def read(_):
        answer = secretsmanager.get_secret_value(SecretId=name)
        assert values[answer["VersionId"]] == answer["SecretString"]
        assert answer["VersionStages"] == ["AWSCURRENT"]

    def act(number):
        return write(number) if number % 8 == 0 else read(number)

    at_once(act, 400)


def test_deleting_and_writing_at_once_ends_in_one_of_both(secretsmanager, name, arn):
    def act(number):
        try:
            if number % 2:
                secretsmanager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
            else:
                secretsmanager.create_secret(Name=name, SecretString=str(number))
            return "done"
        except botocore.exceptions.ClientError as error:
            return error.response["Error"]["Code"]

    assert set(at_once(act, 64)) <= {"done", "ResourceExistsException", "InvalidRequestException"}
    secretsmanager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    assert secretsmanager.create_secret(Name=name, SecretString="free")["Name"] == name
