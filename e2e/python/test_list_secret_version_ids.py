from expect import NOT_FOUND, invalid, members, pages_of, refused, required, today, value_at_least, value_at_most, violation


def test_labelled_versions_are_listed_with_what_is_known_of_each(secretsmanager, name, arn):
    second = secretsmanager.put_secret_value(SecretId=name, SecretString="two")["VersionId"]
    secretsmanager.get_secret_value(SecretId=name)
    answer = secretsmanager.list_secret_version_ids(SecretId=name)

    assert members(answer) == {"ARN", "Name", "Versions"}
    assert (answer["ARN"], answer["Name"]) == (arn, name)
    entries = {entry["VersionId"]: entry for entry in answer["Versions"]}
    assert len(entries) == 2
    current = entries.pop(second)
    assert set(current) == {"VersionId", "VersionStages", "LastAccessedDate", "CreatedDate", "KmsKeyIds"}
    assert (current["VersionStages"], current["KmsKeyIds"]) == (["AWSCURRENT"], ["DefaultEncryptionKey"])
    assert current["LastAccessedDate"] == today()
    (previous,) = entries.values()
    assert set(previous) == {"VersionId", "VersionStages", "CreatedDate", "KmsKeyIds"}


def test_deprecated_versions_are_listed_only_when_asked_and_carry_no_labels(secretsmanager, name):
    first = secretsmanager.create_secret(Name=name, SecretString="one")["VersionId"]
    for value in ("two", "three"):
        secretsmanager.put_secret_value(SecretId=name, SecretString=value)
    usual = secretsmanager.list_secret_version_ids(SecretId=name)["Versions"]
    every = secretsmanager.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]

    assert first not in {entry["VersionId"] for entry in usual}
    (deprecated,) = [entry for entry in every if entry["VersionId"] == first]
    assert (len(usual), len(every), "VersionStages" in deprecated) == (2, 3, False)


def test_an_empty_secret_has_an_empty_list(secretsmanager, name):
    secretsmanager.create_secret(Name=name)
    assert secretsmanager.list_secret_version_ids(SecretId=name)["Versions"] == []


def test_a_scheduled_secret_still_lists_its_versions(secretsmanager, name, arn):
    secretsmanager.delete_secret(SecretId=name)
    assert len(secretsmanager.list_secret_version_ids(SecretId=name)["Versions"]) == 1


def test_pages_together_hold_every_version_once(secretsmanager, name, arn):
    for number in range(6):
        secretsmanager.put_secret_value(SecretId=name, SecretString=str(number))
    sizes, seen = [], []
    for page in pages_of(secretsmanager.list_secret_version_ids, SecretId=name, IncludeDeprecated=True, MaxResults=3):
        sizes.append(len(page["Versions"]))
        seen += [entry["VersionId"] for entry in page["Versions"]]
    assert (len(set(seen)), len(seen)) == (7, 7)
    assert max(sizes) == 3


def test_a_missing_secret_is_refused(secretsmanager, name):
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.list_secret_version_ids(SecretId=name)


def test_all_violations_come_in_one_answer(secretsmanager):
    with invalid(required("secretId"), violation("maxResults", value_at_most(100), 101)):
        secretsmanager.list_secret_version_ids(MaxResults=101)
    with invalid(required("secretId"), violation("maxResults", value_at_least(1), 0)):
        secretsmanager.list_secret_version_ids(MaxResults=0)
