"""Session tags, what a chain of roles hands on, and source identities."""

import pytest

from sessions import ANY_ROLE, House, allow, not_authorized, refused, tag, trust

TAGGING = ("sts:AssumeRole", "sts:TagSession")
NAMING = ("sts:AssumeRole", "sts:SetSourceIdentity")
CONFLICT = (
    "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key "
    "from the calling session."
)


@pytest.fixture(scope="module")
def house(server):
    return House(server)


@pytest.fixture(scope="module")
def user(house):
    return house.user(allow("sts:*", on=ANY_ROLE))


def listing(key, value):
    """May list secrets while its principal has this tag."""
    return allow("secretsmanager:ListSecrets", Condition={"StringEquals": {f"aws:PrincipalTag/{key}": value}})


def may_list(house, session):
    house.client("secretsmanager", session).list_secrets()


def may_not_list(house, session):
    with refused("AccessDeniedException", status=400):
        house.client("secretsmanager", session).list_secrets()


def test_tags_of_the_session_come_over_those_of_the_role(house, user):
    role = house.role(trust(actions=TAGGING), listing("Team", "red"), tags=[tag("team", "blue")])
    _, plain = house.assume(role, user.credentials)
    may_not_list(house, plain)
    answer, tagged = house.assume(role, user.credentials, Tags=[tag("TEAM", "red")])
    assert answer["PackedPolicySize"] == 0
    may_list(house, tagged)


def test_tags_need_a_permission_of_their_own(house, user):
    role = house.role(trust())
    with refused("AccessDenied", not_authorized(user.arn, "sts:TagSession", role.arn)):
        house.assume(role, user.credentials, Tags=[tag("Team", "red")])


def test_trust_policies_see_tags(house, user):
    when = {
        "StringEquals": {"aws:RequestTag/Team": "red"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["Team", "Cost"], "sts:TransitiveTagKeys": ["Team"]},
    }
    role = house.role(trust(actions=TAGGING, when=when))
    house.assume(role, user.credentials, Tags=[tag("Team", "red"), tag("Cost", "1")], TransitiveTagKeys=["Team"])
    for bad in (
        {"Tags": [tag("Team", "blue")]},
        {"Tags": [tag("Team", "red"), tag("Other", "1")]},
        {"Tags": [tag("Team", "red"), tag("Cost", "1")], "TransitiveTagKeys": ["Cost"]},
        {},
    ):
        with refused("AccessDenied", not_authorized(user.arn, "sts:AssumeRole", role.arn)):
            house.assume(role, user.credentials, **bad)


def test_transitive_tags_persist_and_cannot_be_overridden(house, user):
    first = house.role(trust(actions=TAGGING), allow("sts:*"))
    second = house.role(trust(actions=TAGGING), allow("sts:*"))
    third = house.role(trust(actions=TAGGING), listing("Team", "red"))
    fourth = house.role(trust(actions=TAGGING), listing("Cost", "1"))
    _, session = house.assume(
        first, user.credentials, Tags=[tag("Team", "red"), tag("Cost", "1")], TransitiveTagKeys=["Team"]
    )
    for key in ("Team", "team"):
        with refused("InvalidParameterValue", CONFLICT):
            house.assume(second, session, Tags=[tag(key, "blue")])
    _, session = house.assume(second, session)
    with refused("InvalidParameterValue", CONFLICT):
        house.assume(third, session, Tags=[tag("TEAM", "blue")], TransitiveTagKeys=["TEAM"])
    may_list(house, house.assume(third, session)[1])
    may_not_list(house, house.assume(fourth, session)[1])


def test_inherited_tags_need_the_permission_too(house, user):
    first = house.role(trust(actions=TAGGING), allow("sts:*"))
    untaggable = house.role(trust())
    _, session = house.assume(first, user.credentials, Tags=[tag("Team", "red")], TransitiveTagKeys=["Team"])
    with refused("AccessDenied", containing="sts:TagSession"):
        house.assume(untaggable, session)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"Tags": [tag("Team", "1"), tag("team", "2")]},
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        (
            {"Tags": [tag("Team", "1")], "TransitiveTagKeys": ["Cost"]},
            "The specified transitive tag key must be included in the requested tags.",
        ),
    ],
)
def test_tags_that_contradict_themselves_are_refused(house, user, asked, message):
    with refused("InvalidParameterValue", message):
        house.assume(house.role(trust(actions=TAGGING)), user.credentials, **asked)


def test_a_source_identity_sticks(house, user):
    first, second = [house.role(trust(actions=NAMING), allow("sts:*")) for _ in range(2)]
    last = house.role(
        trust(actions=NAMING, when={"StringEquals": {"sts:SourceIdentity": "Ada"}}),
        allow("secretsmanager:ListSecrets", Condition={"StringEquals": {"aws:SourceIdentity": "Ada"}}),
    )
    answer, session = house.assume(first, user.credentials, SourceIdentity="Ada")
    assert answer["SourceIdentity"] == "Ada"
    with refused("AccessDenied", containing="sts:SetSourceIdentity"):
        house.assume(second, session, SourceIdentity="Bob")
    answer, session = house.assume(second, session)
    assert answer["SourceIdentity"] == "Ada"
    may_list(house, house.assume(last, session, SourceIdentity="Ada")[1])


def test_a_source_identity_needs_a_permission_of_its_own_also_when_it_is_inherited(house, user):
    role, plain = house.role(trust(actions=NAMING), allow("sts:*")), house.role(trust())
    with refused("AccessDenied", not_authorized(user.arn, "sts:SetSourceIdentity", plain.arn)):
        house.assume(plain, user.credentials, SourceIdentity="Ada")
    _, session = house.assume(role, user.credentials, SourceIdentity="Ada")
    with refused("AccessDenied", containing="sts:SetSourceIdentity"):
        house.assume(plain, session)
