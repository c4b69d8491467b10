"""ListSecrets. The filter rules are those recorded from AWS; each filter story has a region to itself."""

import botocore.exceptions
import pytest

from expect import at_most, each, eventually, invalid, members, refused, today, value_at_least, value_at_most, violation

NEVER_READ = {"ARN", "Name", "CreatedDate", "LastChangedDate", "SecretVersionsToStages"}


def listed(client, *filters, **asked):
    if filters:
        asked["Filters"] = [{"Key": key, "Values": values} for key, *values in filters]
    pages = client.get_paginator("list_secrets").paginate(**asked)
    return [entry["Name"] for page in pages for entry in page["SecretList"]]


def test_a_plain_entry_has_the_recorded_members(own_region):
    made = own_region.create_secret(Name="plain", SecretString="one", Description="d")
    (entry,) = own_region.list_secrets()["SecretList"]
    assert set(entry) == NEVER_READ | {"Description"}
    assert entry["SecretVersionsToStages"] == {made["VersionId"]: ["AWSCURRENT"]}


def test_an_empty_region_has_an_empty_list_and_no_token(own_region):
    answer = own_region.list_secrets()
    assert (members(answer), answer["SecretList"]) == ({"SecretList"}, [])


def test_an_entry_tells_what_describe_tells(own_region):
    own_region.create_secret(Name="told", SecretString="one", Tags=[{"Key": "k", "Value": "v"}])
    own_region.get_secret_value(SecretId="told")
    eventually(lambda: own_region.list_secrets()["SecretList"][0].get("LastAccessedDate"), today())  # may lag a little
    (entry,) = own_region.list_secrets()["SecretList"]
    told = own_region.describe_secret(SecretId="told")
    entry["VersionIdsToStages"] = entry.pop("SecretVersionsToStages")
    assert entry == {member: told[member] for member in members(told)}


def test_scheduled_secrets_are_shown_only_when_asked(own_region):
    for one in ("kept", "scheduled"):
        own_region.create_secret(Name=one, SecretString="one")
    own_region.delete_secret(SecretId="scheduled")
    assert listed(own_region) == ["kept"]
    shown = own_region.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    assert {entry["Name"]: "DeletedDate" in entry for entry in shown} == {"kept": False, "scheduled": True}


def test_order_and_direction_are_as_asked_and_creation_ascends_by_default(own_region):
    for one in ("b", "c", "a"):
        own_region.create_secret(Name=one, SecretString="one")
    own_region.put_secret_value(SecretId="b", SecretString="two")

    assert listed(own_region) == ["b", "c", "a"]
    assert listed(own_region, SortBy="created-date", SortOrder="desc") == ["a", "c", "b"]
    assert listed(own_region, SortBy="name", SortOrder="asc") == ["a", "b", "c"]
    assert listed(own_region, SortBy="name", SortOrder="desc") == ["c", "b", "a"]
    assert listed(own_region, SortBy="last-changed-date", SortOrder="asc") == ["c", "a", "b"]


@pytest.mark.parametrize("order", [{}, {"SortBy": "name"}, {"SortBy": "last-changed-date", "SortOrder": "desc"}])
def test_pages_together_hold_every_secret_once(own_region, order):
    names = {f"page/{number:02}" for number in range(13)}
    for one in names:
        own_region.create_secret(Name=one)
    pages = list(own_region.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 5}, **order))
    seen = [entry["Name"] for page in pages for entry in page["SecretList"]]
    assert (set(seen), len(seen)) == (names, 13)
    assert all(len(page["SecretList"]) <= 5 for page in pages)
    assert "NextToken" not in pages[-1]


def test_a_page_holds_100_by_default(own_region):
    for number in range(101):
        own_region.create_secret(Name=f"many/{number}")
    assert len(own_region.list_secrets()["SecretList"]) == 100
    assert len(listed(own_region)) == 101


def test_name_is_a_case_sensitive_prefix_of_the_whole_name(own_region):
    for one in ("testing1/one", "testing1/two", "Testing1/three", "one/testing1"):
        own_region.create_secret(Name=one)
    assert listed(own_region, ("name", "testing1")) == ["testing1/one", "testing1/two"]
    assert listed(own_region, ("name", "testing1/t")) == ["testing1/two"]
    assert listed(own_region, ("name", "testing1 one")) == []
    assert listed(own_region, ("name", "TESTING1")) == []


def test_the_exact_name_comes_first_among_prefix_hits(own_region):
    for one in ("app/db-replica", "app/db", "app/db2"):
        own_region.create_secret(Name=one)
    assert listed(own_region, ("name", "app/db"), SortBy="name", SortOrder="asc")[0] == "app/db"


def test_description_words_match_as_prefixes_in_any_case(own_region):
    for one, description in (
        ("an", "an Secret"),
        ("as", "asecret"),
        ("both", "one and two"),
        ("none", ""),
    ):
        own_region.create_secret(Name=one, Description=description)
    assert listed(own_region, ("description", "a secret")) == ["an"]
    assert listed(own_region, ("description", "SECRET")) == ["an"]
    assert listed(own_region, ("description", "o t")) == ["both"]
    assert listed(own_region, ("description", "cret")) == []


def test_tag_keys_and_values_are_case_sensitive_prefixes(own_region):
    own_region.create_secret(Name="one", Tags=[{"Key": "Stage", "Value": "Production"}])
    own_region.create_secret(Name="two", Tags=[{"Key": "stage", "Value": "production"}])
    own_region.create_secret(Name="bare")
    assert listed(own_region, ("tag-key", "Sta")) == ["one"]
    assert listed(own_region, ("tag-key", "stage")) == ["two"]
    assert listed(own_region, ("tag-value", "Prod")) == ["one"]
    assert listed(own_region, ("tag-value", "duction")) == []


def test_all_matches_whole_words_of_one_attribute_by_prefix(own_region):
    own_region.create_secret(Name="uat/COMPANY/x")
    own_region.create_secret(Name="uat/COMPANYthings/x")
    own_region.create_secret(Name="first", Description="DescTwo here", Tags=[{"Key": "Thirdsecret", "Value": "fourth"}])
    own_region.create_secret(Name="prod-AppBeta/x")
    own_region.create_secret(Name="AppBeta")

    assert listed(own_region, ("all", "company")) == ["uat/COMPANY/x"]
    assert listed(own_region, ("all", "things")) == []
    assert listed(own_region, ("all", "pany")) == []
    assert listed(own_region, ("all", "ythings")) == ["uat/COMPANYthings/x"]
    assert listed(own_region, ("all", "two")) == ["first"]
    assert listed(own_region, ("all", "here desc")) == ["first"]
    assert listed(own_region, ("all", "third")) == ["first"]
    assert listed(own_region, ("all", "secret")) == []
    assert listed(own_region, ("all", "four")) == ["first"]
    assert listed(own_region, ("all", "desc four")) == [], "all words must be in the same attribute"
    assert listed(own_region, ("all", "AppBeta")) == ["AppBeta"]
    assert listed(own_region, ("all", "beta")) == ["AppBeta"], "two special characters hide the inner words"
    assert listed(own_region, ("all", "/")) == []


def test_values_of_a_filter_are_alternatives_and_filters_all_must_hold(own_region):
    for one in ("a/x", "a/y", "b/x"):
        own_region.create_secret(Name=one, Description=f"about {one[-1]}")
    assert listed(own_region, ("name", "a/x", "b/")) == ["a/x", "b/x"]
    assert listed(own_region, ("name", "a/"), ("description", "x")) == ["a/x"]
    assert listed(own_region, ("name", "a/"), ("name", "b/")) == []


def test_an_exclamation_mark_selects_what_does_not_match(own_region):
    own_region.create_secret(Name="/leading", Description="a word")
    own_region.create_secret(Name="plain", Description="other")
    own_region.create_secret(Name="silent")
    assert listed(own_region, ("name", "!/")) == ["plain", "silent"]
    assert listed(own_region, ("description", "!a")) == ["plain", "silent"]


def test_filters_on_what_no_secret_has_yet_are_accepted(own_region):
    own_region.create_secret(Name="mine")
    assert listed(own_region, ("owning-service", "rds")) == []
    assert listed(own_region, ("primary-region", "us-")) == []


def test_filters_apply_to_every_page(own_region):
    for number in range(30):
        own_region.create_secret(Name=f"{'ab'[number % 2]}/{number:02}")
    assert listed(own_region, ("name", "b/"), MaxResults=4) == [f"b/{number:02}" for number in range(1, 30, 2)]


def test_a_bad_filter_key_names_the_ones_that_exist(secretsmanager):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        secretsmanager.list_secrets(Filters=[{"Key": "invalid", "Values": ["x"]}])
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    message = caught.value.response["Error"]["Message"]
    head, _, rest = message.partition("[")
    assert head == (
        "1 validation error detected: Value 'invalid' at 'filters.1.member.key' failed to satisfy constraint: "
        "Member must satisfy enum value set: "
    )
    assert sorted(rest.removesuffix("]").split(", ")) == [
        "all", "description", "name", "owning-service", "primary-region", "tag-key", "tag-value",
    ]  # fmt: skip


def test_a_filter_needs_a_key_and_values(secretsmanager):
    with refused("InvalidParameterException", "Invalid filter key"):
        secretsmanager.list_secrets(Filters=[{"Values": ["x"]}])
    with refused("InvalidParameterException", "Invalid filter values for key: name"):
        secretsmanager.list_secrets(Filters=[{"Key": "name"}])


def test_filter_values_have_a_pattern_and_a_length(secretsmanager):
    pattern = r"Member must satisfy regular expression pattern: ^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$"
    with invalid(violation("filters.1.member.values", each(at_most(512), pattern), "[fine, a*b]")):
        secretsmanager.list_secrets(Filters=[{"Key": "name", "Values": ["fine", "a*b"]}])
    with invalid(violation("filters.1.member.values", each(at_most(512), pattern), f"[{'x' * 513}]")):
        secretsmanager.list_secrets(Filters=[{"Key": "name", "Values": ["x" * 513]}])


def test_sizes_are_limited(secretsmanager):
    with invalid(violation("maxResults", value_at_most(100), 101)):
        secretsmanager.list_secrets(MaxResults=101)
    with invalid(violation("maxResults", value_at_least(1), 0)):
        secretsmanager.list_secrets(MaxResults=0)
