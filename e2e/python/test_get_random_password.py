import string

import pytest

from expect import invalid, refused, value_at_least, value_at_most, violation

TOO_SHORT = "Password length is too short based on the required types."
CLASS_EMPTIED = "All characters of the desired type have been excluded."
NOTHING_LEFT = "All characters have been excluded from selection."
CLASSES = (string.ascii_uppercase, string.ascii_lowercase, string.digits, string.punctuation)


def password(client, **asked):
    return client.get_random_password(**asked)["RandomPassword"]


def test_by_default_it_has_32_characters_of_every_class_and_no_space(secretsmanager):
    made = {password(secretsmanager) for _ in range(20)}
    assert len(made) == 20
    for one in made:
        assert len(one) == 32
        assert all(set(one) & set(characters) for characters in CLASSES)
        assert set(one) <= set("".join(CLASSES))


@pytest.mark.parametrize("length", [4, 5, 4096])
def test_each_included_class_appears_at_every_length(secretsmanager, length):
    one = password(secretsmanager, PasswordLength=length)
    assert len(one) == length
    assert all(set(one) & set(characters) for characters in CLASSES)


@pytest.mark.parametrize(
    "member, characters",
    zip(("ExcludeUppercase", "ExcludeLowercase", "ExcludeNumbers", "ExcludePunctuation"), CLASSES),
)
def test_an_excluded_class_does_not_appear(secretsmanager, member, characters):
    assert not set(password(secretsmanager, PasswordLength=1000, **{member: True})) & set(characters)


def test_excluded_characters_do_not_appear(secretsmanager):
    excluded = "aeiouAEIOU0123/@\"\\é"
    assert not set(password(secretsmanager, PasswordLength=2000, ExcludeCharacters=excluded)) & set(excluded)


def test_a_space_is_admitted_only_when_asked(secretsmanager):
    assert " " in password(secretsmanager, PasswordLength=4096, IncludeSpace=True)
    assert " " not in password(secretsmanager, PasswordLength=4096)


def test_one_character_is_enough_when_no_class_is_required(secretsmanager):
    assert len(password(secretsmanager, PasswordLength=1, RequireEachIncludedType=False)) == 1


def test_fewer_characters_than_required_classes_are_refused(secretsmanager):
    with refused("InvalidParameterException", TOO_SHORT):
        password(secretsmanager, PasswordLength=3)
    assert len(password(secretsmanager, PasswordLength=3, ExcludeNumbers=True)) == 3


def test_a_required_class_emptied_by_exclusions_is_refused(secretsmanager):
    with refused("InvalidParameterException", CLASS_EMPTIED):
        password(secretsmanager, ExcludeCharacters=string.digits)
    rest = password(secretsmanager, ExcludeCharacters=string.digits, RequireEachIncludedType=False)
    assert not set(rest) & set(string.digits)


def test_an_empty_pool_is_refused(secretsmanager):
    with refused("InvalidParameterException", NOTHING_LEFT):
        password(
            secretsmanager,
            ExcludeUppercase=True,
            ExcludeLowercase=True,
            ExcludeNumbers=True,
            ExcludePunctuation=True,
        )


def test_the_length_has_limits(secretsmanager):
    with invalid(violation("passwordLength", value_at_least(1), 0)):
        password(secretsmanager, PasswordLength=0)
    with invalid(violation("passwordLength", value_at_most(4096), 4097)):
        password(secretsmanager, PasswordLength=4097)
