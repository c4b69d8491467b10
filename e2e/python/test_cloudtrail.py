"""Events looked up with an SDK, a moment after they happened."""

import datetime
import json
import uuid

import pytest

from deployment import Account
from expect import assert_recent
from server import ACCESS_KEY_ID, ACCOUNT, REGIONS
from sessions import House, allow, refused, trust


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def cloudtrail(house):
    return house.client("cloudtrail")


def every(cloudtrail, **question):
    """Every event that answers, page by page."""
    pages = cloudtrail.get_paginator("lookup_events").paginate(**question)
    return [event for page in pages for event in page["Events"]]


def by(cloudtrail, key, value):
    return every(cloudtrail, LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])


def names(events):
    return [event["EventName"] for event in events]


def test_an_event_is_told_as_aws_tells_it(cloudtrail, secretsmanager, name, arn):
    secretsmanager.get_secret_value(SecretId=arn)
    created, read = sorted(by(cloudtrail, "ResourceName", name), key=lambda event: event["EventName"])
    assert set(read) == {
        "EventId", "EventName", "ReadOnly", "AccessKeyId", "EventTime", "EventSource", "Username", "Resources",
        "CloudTrailEvent",
    }  # fmt: skip
    assert (created["EventName"], created["ReadOnly"]) == ("CreateSecret", "false")
    assert (read["EventName"], read["ReadOnly"]) == ("GetSecretValue", "true")
    assert (read["Username"], read["AccessKeyId"]) == ("root", ACCESS_KEY_ID)
    assert read["EventSource"] == "secretsmanager.amazonaws.com"
    assert {(one["ResourceType"], one["ResourceName"]) for one in read["Resources"]} == {
        ("AWS::SecretsManager::Secret", name),
        ("AWS::SecretsManager::Secret", arn),
    }
    record = json.loads(read["CloudTrailEvent"])
    assert (record["eventID"], record["eventName"]) == (read["EventId"], "GetSecretValue")
    assert (record["awsRegion"], record["recipientAccountId"]) == (REGIONS[0], ACCOUNT)
    assert record["requestParameters"] == {"secretId": arn}
    told = datetime.datetime.fromisoformat(record["eventTime"])
    assert read["EventTime"] == told
    assert_recent(told)


def test_the_key_that_a_read_used_has_a_whole_record(cloudtrail, secretsmanager, arn):
    secretsmanager.get_secret_value(SecretId=arn)
    event = next(
        event
        for event in by(cloudtrail, "EventName", "Decrypt")
        if f'"{arn}"' in event["CloudTrailEvent"] and '"SYMMETRIC_DEFAULT"' in event["CloudTrailEvent"]
    )
    record = json.loads(event["CloudTrailEvent"])
    assert record["userIdentity"]["invokedBy"] == record["sourceIPAddress"] == "secretsmanager.amazonaws.com"
    [key] = record["resources"]
    assert event["Resources"] == [{"ResourceType": "AWS::KMS::Key", "ResourceName": key["ARN"]}]
    assert event["EventId"] in [found["EventId"] for found in by(cloudtrail, "ResourceName", key["ARN"])]


def test_events_are_looked_up_by_each_attribute(house, cloudtrail, name):
    ada = house.user(allow("secretsmanager:*", "kms:*"))
    client = house.client("secretsmanager", ada.credentials)
    arn = client.create_secret(Name=name, SecretString="one")["ARN"]
    client.describe_secret(SecretId=name)
    [described, created] = [event for event in by(cloudtrail, "Username", ada.name) if "Secret" in event["EventName"]]
    assert (described["EventName"], created["EventName"]) == ("DescribeSecret", "CreateSecret")
    questions = {
        "EventId": created["EventId"],
        "EventName": "CreateSecret",
        "ReadOnly": "false",
        "Username": ada.name,
        "ResourceType": "AWS::SecretsManager::Secret",
        "ResourceName": arn,
        "EventSource": "secretsmanager.amazonaws.com",
        "AccessKeyId": ada.credentials.access_key_id,
    }
    for key, value in questions.items():
        found = by(cloudtrail, key, value)
        assert created in found, key
        assert (described in found) == (key not in ("EventId", "EventName", "ReadOnly", "ResourceName")), key
    assert by(cloudtrail, "EventId", created["EventId"]) == [created]
    assert by(cloudtrail, "ResourceName", f"no/{name}") == []


def test_a_session_is_named_as_its_session(house, cloudtrail):
    role = house.role(trust(), allow("secretsmanager:ListSecrets"))
    ada = house.user(allow("sts:AssumeRole"))
    session = f"session-{uuid.uuid4().hex[:8]}"
    _, credentials = house.assume(role, ada.credentials, session)
    house.client("secretsmanager", credentials).list_secrets()
    assert names(by(cloudtrail, "Username", session)) == ["ListSecrets"]
    assert names(by(cloudtrail, "AccessKeyId", credentials.access_key_id)) == ["ListSecrets"]
    [assumed] = [event for event in by(cloudtrail, "ResourceName", role.arn) if event["EventName"] == "AssumeRole"]
    assert assumed["Username"] == ada.name
    assert credentials.token not in assumed["CloudTrailEvent"]


@pytest.mark.own_server
def test_pages_are_of_the_size_asked_for_and_newest_first(own_server):
    house = House(own_server())
    client, cloudtrail = house.client("secretsmanager"), house.client("cloudtrail")
    arns = [client.create_secret(Name=f"paged/{number}", SecretString="one")["ARN"] for number in range(9)]
    question = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CreateSecret"}]}
    pages = cloudtrail.get_paginator("lookup_events").paginate(**question, PaginationConfig={"PageSize": 2})
    sizes, found = [], []
    for number, page in enumerate(pages):
        sizes.append(len(page["Events"]))
        found += [json.loads(event["CloudTrailEvent"])["responseElements"]["arn"] for event in page["Events"]]
        client.create_secret(Name=f"meanwhile/{number}", SecretString="one")
    assert (sizes, found) == ([2, 2, 2, 2, 1], arns[::-1])
    times = [event["EventTime"] for event in every(cloudtrail)]
    assert len(times) > 14 and times == sorted(times, reverse=True)
    for _ in range(30):
        client.list_secrets()
    first = cloudtrail.lookup_events()
    assert len(first["Events"]) == 50
    assert cloudtrail.lookup_events(NextToken=first["NextToken"])["Events"]


def test_a_time_range_includes_its_ends(house, cloudtrail, secretsmanager, name, arn):
    [event] = by(cloudtrail, "ResourceName", arn)
    at, second = event["EventTime"], datetime.timedelta(seconds=1)
    attributes = [{"AttributeKey": "ResourceName", "AttributeValue": arn}]

    def found(**times):
        return [one["EventId"] for one in every(cloudtrail, LookupAttributes=attributes, **times)] == [event["EventId"]]

    assert found(StartTime=at, EndTime=at)
    assert found(StartTime=at - 10 * second) and found(EndTime=at + 10 * second)
    assert not found(StartTime=at + second) and not found(EndTime=at - second)
    with refused("InvalidTimeRangeException"):
        cloudtrail.lookup_events(StartTime=at, EndTime=at - second)


def test_an_account_sees_nothing_of_another(server, name, arn):
    other = Account(server)
    theirs = other.client("cloudtrail", other.root)
    assert by(theirs, "ResourceName", name) == by(theirs, "ResourceName", arn) == []
    other.secretsmanager().create_secret(Name=name, SecretString="theirs")
    assert names(by(theirs, "ResourceName", name)) == ["CreateSecret"]
    records = [json.loads(event["CloudTrailEvent"]) for event in every(theirs)]
    assert {record["recipientAccountId"] for record in records} == {other.id}


def test_global_services_are_looked_up_in_their_home_region(house, cloudtrail):
    ada = house.user()
    assert "CreateUser" in names(by(cloudtrail, "ResourceName", ada.name))
    elsewhere = house.client("cloudtrail", region=REGIONS[1])
    assert by(elsewhere, "ResourceName", ada.name) == []


@pytest.mark.parametrize(
    "code, question",
    [
        ("InvalidMaxResultsException", {"MaxResults": 0}),
        ("InvalidMaxResultsException", {"MaxResults": 51}),
        ("InvalidNextTokenException", {"NextToken": "AAAA"}),
        ("InvalidEventCategoryException", {"EventCategory": "management"}),
        (
            "InvalidLookupAttributesException",
            {"LookupAttributes": 2 * [{"AttributeKey": "Username", "AttributeValue": "root"}]},
        ),
        (
            "InvalidLookupAttributesException",
            {"LookupAttributes": [{"AttributeKey": "Colour", "AttributeValue": "red"}]},
        ),
    ],
)
def test_what_cannot_be_answered_is_refused(cloudtrail, code, question):
    with refused(code):
        cloudtrail.lookup_events(**question)


def test_a_token_is_for_the_same_question(cloudtrail, secretsmanager, arn):
    secretsmanager.describe_secret(SecretId=arn)
    token = cloudtrail.lookup_events(MaxResults=1)["NextToken"]
    assert len(cloudtrail.lookup_events(MaxResults=1, NextToken=token)["Events"]) == 1
    attributes = [{"AttributeKey": "ReadOnly", "AttributeValue": "true"}]
    for other in ({"MaxResults": 2}, {"MaxResults": 1, "LookupAttributes": attributes}):
        with refused("InvalidNextTokenException"):
            cloudtrail.lookup_events(NextToken=token, **other)


def test_who_may_not_look_is_refused(house):
    ada = house.user(allow("secretsmanager:*"))
    with refused("AccessDeniedException"):
        house.client("cloudtrail", ada.credentials).lookup_events()


@pytest.mark.own_server
def test_what_was_tampered_with_is_never_shown(own_server):
    server = own_server()
    house = House(server)
    client, cloudtrail = house.client("secretsmanager"), house.client("cloudtrail")
    for secret in ("tampered/one", "tampered/two", "tampered/new"):
        client.create_secret(Name=secret, SecretString="one")
    [path] = [path for path in server.data_dir.rglob("segment-*.log") if b"tampered/two" in path.read_bytes()]
    with path.open("r+b") as file:
        held = file.read()
        file.seek(held.index(b"tampered/two"))
        file.write(b"tampered/ten")
    page = cloudtrail.lookup_events()
    told = json.dumps(page, default=str)
    assert "tampered/new" in told and "tampered/ten" not in told and "tampered/one" not in told
    with refused("InternalFailure", status=500):
        cloudtrail.lookup_events(NextToken=page["NextToken"])
    assert "damage" in server.log.read_text()
    assert client.get_secret_value(SecretId="tampered/two")["SecretString"] == "one"
    with path.open("r+b") as file:
        file.seek(held.index(b"tampered/two"))
        file.write(b"tampered/two")
    assert "tampered/one" in json.dumps(every(cloudtrail), default=str)
