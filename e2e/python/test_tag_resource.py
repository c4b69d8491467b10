import pytest

from expect import NOT_FOUND, SCHEDULED, at_least, invalid, refused, required, violation


def tag(key, value="v"):
    return {"Key": key, "Value": value}


def test_tags_merge_by_key_and_new_ones_are_appended(secretsmanager, name):
    secretsmanager.create_secret(Name=name, SecretString="one", Tags=[tag("a"), tag("b")])
    secretsmanager.tag_resource(SecretId=name, Tags=[tag("b", "new"), tag("A"), tag("c", "")])
    assert secretsmanager.describe_secret(SecretId=name)["Tags"] == [
        tag("a"), tag("b", "new"), tag("A"), tag("c", ""),
    ]  # fmt: skip


def test_the_answer_has_no_body(wire, name, arn):
    answer = wire.call("TagResource", {"SecretId": name, "Tags": [tag("a")]})
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "0")


def test_tagging_is_a_change(secretsmanager, name, arn):
    before = secretsmanager.describe_secret(SecretId=name)["LastChangedDate"]
    secretsmanager.tag_resource(SecretId=name, Tags=[tag("a")])
    assert secretsmanager.describe_secret(SecretId=name)["LastChangedDate"] > before


@pytest.mark.parametrize("reserved", ["aws:mine", "AWS:mine", "aWs:x"])
def test_keys_reserved_for_aws_are_refused(secretsmanager, name, arn, reserved):
    with refused("InvalidParameterException"):
        secretsmanager.tag_resource(SecretId=name, Tags=[tag(reserved)])
    assert "Tags" not in secretsmanager.describe_secret(SecretId=name)


def test_a_repeated_key_is_refused(secretsmanager, name, arn):
    with refused("InvalidParameterException"):
        secretsmanager.tag_resource(SecretId=name, Tags=[tag("a"), tag("a", "2")])


def test_the_fifty_first_tag_is_refused_and_none_of_the_call_is_kept(secretsmanager, name, arn):
    secretsmanager.tag_resource(SecretId=name, Tags=[tag(f"k{number}") for number in range(49)])
    with refused("InvalidParameterException"):  # the model declares no LimitExceededException here
        secretsmanager.tag_resource(SecretId=name, Tags=[tag("x"), tag("y")])
    assert len(secretsmanager.describe_secret(SecretId=name)["Tags"]) == 49


def test_letters_of_any_script_are_kept(secretsmanager, name, arn):
    wanted = [tag("Größe", "日本 a_b.c:/=+-@")]
    secretsmanager.tag_resource(SecretId=name, Tags=wanted)
    assert secretsmanager.describe_secret(SecretId=name)["Tags"] == wanted


def test_a_missing_or_scheduled_secret_is_refused(secretsmanager, name, arn):
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.tag_resource(SecretId=name + "x", Tags=[tag("a")])
    secretsmanager.delete_secret(SecretId=name)
    with refused("InvalidRequestException", SCHEDULED):
        secretsmanager.tag_resource(SecretId=name, Tags=[tag("a")])


def test_all_violations_come_in_one_answer(secretsmanager):
    with invalid(required("secretId"), required("tags")):
        secretsmanager.tag_resource()
    with invalid(violation("secretId", at_least(1), ""), violation("tags.1.member.key", at_least(1), "")):
        secretsmanager.tag_resource(SecretId="", Tags=[tag("")])
