from expect import NOT_FOUND, SCHEDULED, at_least, at_most, each, invalid, refused, required, violation


def test_named_keys_go_and_unknown_ones_are_ignored(secretsmanager, name):
    tags = [{"Key": key, "Value": key} for key in "aAb"]
    secretsmanager.create_secret(Name=name, SecretString="one", Tags=tags)
    for _ in range(2):
        secretsmanager.untag_resource(SecretId=name, TagKeys=["a", "unknown"])
        assert secretsmanager.describe_secret(SecretId=name)["Tags"] == tags[1:]


def test_after_the_last_tag_the_member_is_an_empty_list(secretsmanager, name):
    secretsmanager.create_secret(Name=name, SecretString="one", Tags=[{"Key": "a", "Value": ""}])
    secretsmanager.untag_resource(SecretId=name, TagKeys=["a"])
    assert secretsmanager.describe_secret(SecretId=name)["Tags"] == []


def test_the_answer_has_no_body(wire, name, arn):
    answer = wire.call("UntagResource", {"SecretId": name, "TagKeys": ["a"]})
    assert (answer.status, answer.body) == (200, b"")


def test_a_missing_or_scheduled_secret_is_refused(secretsmanager, name, arn):
    with refused("ResourceNotFoundException", NOT_FOUND):
        secretsmanager.untag_resource(SecretId=name + "x", TagKeys=["a"])
    secretsmanager.delete_secret(SecretId=name)
    with refused("InvalidRequestException", SCHEDULED):
        secretsmanager.untag_resource(SecretId=name, TagKeys=["a"])


def test_all_violations_come_in_one_answer(secretsmanager):
    with invalid(required("secretId"), required("tagKeys")):
        secretsmanager.untag_resource()
    with invalid(violation("secretId", at_least(1), ""), violation("tagKeys", each(at_most(128), at_least(1)), "[]")):
        secretsmanager.untag_resource(SecretId="", TagKeys=[""])
