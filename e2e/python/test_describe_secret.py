from expect import NOT_FOUND, assert_recent, members, refused

ALWAYS = {"ARN", "Name", "CreatedDate", "LastChangedDate"}


def test_an_empty_secret_shows_the_recorded_minimum(secretsmanager, name):
    secretsmanager.create_secret(Name=name)
    assert members(secretsmanager.describe_secret(SecretId=name)) == ALWAYS


def test_members_appear_with_what_they_tell(secretsmanager, name):
    secretsmanager.create_secret(Name=name, SecretString="one", Description="d", Tags=[{"Key": "k", "Value": "v"}])
    told = secretsmanager.describe_secret(SecretId=name)
    assert members(told) == ALWAYS | {"Description", "Tags", "VersionIdsToStages"}
    assert list(told["VersionIdsToStages"].values()) == [["AWSCURRENT"]]


def test_rotation_is_absent_while_never_configured(secretsmanager, name, arn):
    assert not {member for member in secretsmanager.describe_secret(SecretId=name) if "Rotat" in member}


def test_describing_is_not_an_access(secretsmanager, name, arn):
    secretsmanager.describe_secret(SecretId=name)
    assert "LastAccessedDate" not in secretsmanager.describe_secret(SecretId=name)


def test_dates_are_plain_numbers_in_milliseconds_on_the_wire(wire, name, arn):
    body = wire.call("DescribeSecret", {"SecretId": name}).body.decode()
    for date in ("CreatedDate", "LastChangedDate"):
        number = body.split(f'"{date}":')[1].split(",")[0].split("}")[0].strip()
        assert "e" not in number.lower()
        assert len(number.partition(".")[2]) <= 3
        assert len(number.partition(".")[0]) == 10


def test_a_scheduled_secret_is_still_described(secretsmanager, name, arn):
    deletion = secretsmanager.delete_secret(SecretId=name)["DeletionDate"]
    told = secretsmanager.describe_secret(SecretId=name)
    assert told["DeletedDate"] == deletion
    assert_recent(told["CreatedDate"])


def test_a_missing_secret_is_refused(secretsmanager, name):
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.describe_secret(SecretId=name)
