"""The foreign judge: every shape of the server held against the service model inside the pinned botocore."""

import botocore
import pytest

import model
from shapes_allowed import ALLOWED

ROUTED = {
    "BatchGetSecretValue", "CreateSecret", "DeleteSecret", "DescribeSecret", "GetRandomPassword", "GetSecretValue",
    "ListSecretVersionIds", "ListSecrets", "PutSecretValue", "RestoreSecret", "TagResource", "UntagResource",
    "UpdateSecret", "UpdateSecretVersionStage",
}  # fmt: skip


@pytest.fixture(scope="module")
def ours():
    return model.of_server()


@pytest.fixture(scope="module")
def theirs():
    return model.of_botocore()


def unexplained(found):
    return [one for one in found if one[0] not in ALLOWED]


def told(found):
    return "\n".join(f"{path}: we say {mine!r}, the service says {other!r}" for path, mine, other in found)


def test_the_judge_is_new_enough():
    assert tuple(map(int, botocore.__version__.split("."))) >= (1, 44, 5)


def test_exactly_these_operations_are_described(ours):
    assert set(ours) == ROUTED


@pytest.mark.parametrize("operation", sorted(ROUTED))
def test_every_member_of_the_request_is_constrained_as_the_service_says(ours, theirs, operation):
    found = model.differences(ours[operation]["input"], theirs[operation]["input"], operation, constraints=True)
    assert not unexplained(found), told(unexplained(found))


@pytest.mark.parametrize("operation", sorted(ROUTED))
def test_every_member_of_the_answer_has_its_name_and_type(ours, theirs, operation):
    here = f"{operation} answer"
    found = model.differences(ours[operation]["output"], theirs[operation]["output"], here, constraints=False)
    assert not unexplained(found), told(unexplained(found))


@pytest.mark.parametrize("operation", sorted(ROUTED))
def test_the_errors_are_those_the_service_declares(ours, theirs, operation):
    assert sorted(ours[operation]["errors"]) == theirs[operation]["errors"]


def test_every_allowed_difference_still_exists_and_has_a_reason(ours, theirs):
    differing = set()
    for operation in ours:
        for part, suffix, constraints in (("input", "", True), ("output", " answer", False)):
            found = model.differences(
                ours[operation][part], theirs[operation][part], operation + suffix, constraints=constraints
            )
            differing |= {path for path, *_ in found}
    assert set(ALLOWED) <= differing
    assert all(ALLOWED.values())
