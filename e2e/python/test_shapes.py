"""The foreign judge: every shape of the server held against the service models inside the pinned botocore."""

import botocore
import pytest

import model
from shapes_allowed import ALLOWED

STATED = {
    "secretsmanager": {
        "BatchGetSecretValue", "CancelRotateSecret", "CreateSecret", "DeleteResourcePolicy", "DeleteSecret",
        "DescribeSecret", "GetRandomPassword", "GetResourcePolicy", "GetSecretValue", "ListResourcePolicies",
        "ListSecretVersionIds", "ListSecrets", "PutResourcePolicy", "PutSecretValue", "RestoreSecret", "RotateSecret",
        "TagResource", "UntagResource", "UpdateSecret", "UpdateSecretVersionStage", "ValidateResourcePolicy",
    },
    "cloudtrail": {"LookupEvents"},
    "iam": {
        "AddRoleToInstanceProfile", "AddUserToGroup", "AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy",
        "ChangePassword", "CreateAccessKey", "CreateAccountAlias", "CreateGroup", "CreateInstanceProfile",
        "CreateLoginProfile", "CreatePolicy", "CreatePolicyVersion", "CreateRole", "CreateUser",
        "CreateVirtualMFADevice", "DeactivateMFADevice", "DeleteAccessKey", "DeleteAccountAlias", "DeleteGroup",
        "DeleteGroupPolicy", "DeleteInstanceProfile", "DeleteLoginProfile", "DeletePolicy", "DeletePolicyVersion",
        "DeleteRole", "DeleteRolePermissionsBoundary", "DeleteRolePolicy", "DeleteUser",
        "DeleteUserPermissionsBoundary", "DeleteUserPolicy", "DeleteVirtualMFADevice", "DetachGroupPolicy",
        "DetachRolePolicy", "DetachUserPolicy", "EnableMFADevice", "GetAccessKeyLastUsed",
        "GetAccountAuthorizationDetails", "GetAccountSummary", "GetContextKeysForCustomPolicy",
        "GetContextKeysForPrincipalPolicy", "GetGroup", "GetGroupPolicy", "GetInstanceProfile", "GetLoginProfile",
        "GetMFADevice", "GetPolicy", "GetPolicyVersion", "GetRole", "GetRolePolicy", "GetUser", "GetUserPolicy",
        "ListAccessKeys", "ListAccountAliases", "ListAttachedGroupPolicies", "ListAttachedRolePolicies",
        "ListAttachedUserPolicies", "ListEntitiesForPolicy", "ListGroupPolicies", "ListGroups", "ListGroupsForUser",
        "ListInstanceProfileTags", "ListInstanceProfiles", "ListInstanceProfilesForRole", "ListMFADeviceTags",
        "ListMFADevices", "ListPolicies", "ListPolicyTags", "ListPolicyVersions", "ListRolePolicies", "ListRoleTags",
        "ListRoles", "ListUserPolicies", "ListUserTags", "ListUsers", "ListVirtualMFADevices", "PutGroupPolicy",
        "PutRolePermissionsBoundary", "PutRolePolicy", "PutUserPermissionsBoundary", "PutUserPolicy",
        "RemoveRoleFromInstanceProfile", "RemoveUserFromGroup", "ResyncMFADevice", "SetDefaultPolicyVersion",
        "SimulateCustomPolicy", "SimulatePrincipalPolicy", "TagInstanceProfile", "TagMFADevice", "TagPolicy", "TagRole",
        "TagUser", "UntagInstanceProfile", "UntagMFADevice", "UntagPolicy", "UntagRole", "UntagUser", "UpdateAccessKey",
        "UpdateAssumeRolePolicy", "UpdateGroup", "UpdateLoginProfile", "UpdateRole", "UpdateRoleDescription",
        "UpdateUser",
    },
    "kms": {
        "CancelKeyDeletion", "CreateAlias", "CreateGrant", "CreateKey", "Decrypt", "DeleteAlias", "DescribeKey",
        "DisableKey", "DisableKeyRotation", "EnableKey", "EnableKeyRotation", "Encrypt", "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext", "GenerateMac", "GenerateRandom", "GetKeyPolicy", "GetKeyRotationStatus",
        "ListAliases", "ListGrants", "ListKeyPolicies", "ListKeyRotations", "ListKeys", "ListResourceTags",
        "ListRetirableGrants", "PutKeyPolicy", "ReEncrypt", "ReplicateKey", "RetireGrant", "RevokeGrant",
        "RotateKeyOnDemand", "ScheduleKeyDeletion", "TagResource", "UntagResource", "UpdateAlias",
        "UpdateKeyDescription", "UpdatePrimaryRegion", "VerifyMac",
    },
    "lambda": {
        "AddPermission", "CreateAlias", "CreateFunction", "DeleteAlias", "DeleteFunction",
        "DeleteFunctionConcurrency", "GetAccountSettings", "GetAlias", "GetFunction", "GetFunctionCodeSigningConfig",
        "GetFunctionConcurrency", "GetFunctionConfiguration", "GetFunctionRecursionConfig", "GetPolicy",
        "GetRuntimeManagementConfig", "Invoke", "ListAliases", "ListFunctions", "ListTags", "ListVersionsByFunction",
        "PublishVersion", "PutFunctionConcurrency", "RemovePermission", "TagResource", "UntagResource", "UpdateAlias",
        "UpdateFunctionCode", "UpdateFunctionConfiguration",
    },
    "logs": {
        "CreateLogGroup", "CreateLogStream", "DeleteLogGroup", "DeleteLogStream", "DeleteRetentionPolicy",
        "DescribeLogGroups", "DescribeLogStreams", "FilterLogEvents", "GetLogEvents", "ListTagsForResource",
        "ListTagsLogGroup", "PutLogEvents", "PutLogGroupDeletionProtection", "PutRetentionPolicy", "TagLogGroup",
        "TagResource", "UntagLogGroup", "UntagResource",
    },
    "sts": {
        "AssumeRole", "DecodeAuthorizationMessage", "GetAccessKeyInfo", "GetCallerIdentity", "GetFederationToken",
        "GetSessionToken",
    },
}  # fmt: skip

EACH_OPERATION = [(service, operation) for service in model.SERVICES for operation in sorted(STATED[service])]


@pytest.fixture(scope="module")
def ours():
    return {service: model.of_server(service) for service in model.SERVICES}


@pytest.fixture(scope="module")
def theirs():
    return {service: model.of_botocore(service) for service in model.SERVICES}


def unexplained(service, found):
    return [one for one in found if one[0] not in ALLOWED[service]]


def told(found):
    return "\n".join(f"{path}: we say {mine!r}, the service says {other!r}" for path, mine, other in found)


def test_the_judge_is_new_enough():
    assert tuple(map(int, botocore.__version__.split("."))) >= (1, 44, 5)


@pytest.mark.parametrize("service", model.SERVICES)
def test_exactly_these_operations_are_described(ours, service):
    assert set(ours[service]) == STATED[service]


@pytest.mark.parametrize("service, operation", EACH_OPERATION)
def test_every_member_of_the_request_is_constrained_as_the_service_says(ours, theirs, service, operation):
    mine, other = ours[service][operation]["input"], theirs[service][operation]["input"]
    found = unexplained(service, model.differences(mine, other, operation, constraints=True))
    assert not found, told(found)


@pytest.mark.parametrize("service, operation", EACH_OPERATION)
def test_every_member_of_the_answer_has_its_name_and_type(ours, theirs, service, operation):
    mine, other = ours[service][operation]["output"], theirs[service][operation]["output"]
    found = unexplained(service, model.differences(mine, other, f"{operation} answer", constraints=False))
    assert not found, told(found)


@pytest.mark.parametrize("service, operation", EACH_OPERATION)
def test_the_errors_are_those_the_service_declares(ours, theirs, service, operation):
    assert sorted(ours[service][operation]["errors"]) == theirs[service][operation]["errors"]


@pytest.mark.parametrize("service, operation", [("lambda", operation) for operation in sorted(STATED["lambda"])])
def test_an_operation_is_asked_for_as_the_service_says(ours, theirs, service, operation):
    assert ours[service][operation]["http"] == theirs[service][operation]["http"]


def test_every_error_has_the_form_that_the_service_says():
    mine, others = model.errors_of_server("lambda"), model.errors_of_botocore("lambda")
    declared = {error for operation in model.of_server("lambda").values() for error in operation["errors"]}
    assert set(mine) == declared
    assert mine == {name: others[name] for name in declared}


@pytest.mark.parametrize("service", model.SERVICES)
def test_every_allowed_difference_still_exists_and_has_a_reason(ours, theirs, service):
    differing = set()
    for operation in ours[service]:
        for part, suffix, constraints in (("input", "", True), ("output", " answer", False)):
            mine, other = ours[service][operation][part], theirs[service][operation][part]
            found = model.differences(mine, other, operation + suffix, constraints=constraints)
            differing |= {path for path, *_ in found}
    assert set(ALLOWED[service]) <= differing
    assert all(ALLOWED[service].values())
