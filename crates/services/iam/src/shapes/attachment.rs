//! Managed policies on users, groups and roles.

use shape::{List, Optional, Required};

use super::forms::{
    ArnType, BooleanType, GroupNameType, MarkerType, MaxItemsType, PolicyNameType, PolicyPathPrefixType,
    ResponseMarkerType, RoleNameType, UserNameType,
};

shape::forms! {
    pub AttachedPoliciesListType: List<AttachedPolicy> {}
}

shape::structure! {
    pub struct AttachedPolicy {
        policy_name: Optional<PolicyNameType> = "PolicyName",
        policy_arn: Optional<ArnType> = "PolicyArn",
    }
}

shape::structure! {
    pub struct AttachUserPolicyRequest {
        user_name: Required<UserNameType> = "UserName",
        policy_arn: Required<ArnType> = "PolicyArn",
    }
}

shape::operation! {
    pub AttachUserPolicy(AttachUserPolicyRequest) -> (),
    errors [
        NoSuchEntityException, LimitExceededException, InvalidInputException, PolicyNotAttachableException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct DetachUserPolicyRequest {
        user_name: Required<UserNameType> = "UserName",
        policy_arn: Required<ArnType> = "PolicyArn",
    }
}

shape::operation! {
    pub DetachUserPolicy(DetachUserPolicyRequest) -> (),
    errors [NoSuchEntityException, LimitExceededException, InvalidInputException, ServiceFailureException]
}

shape::structure! {
    pub struct ListAttachedUserPoliciesRequest {
        user_name: Required<UserNameType> = "UserName",
        path_prefix: Optional<PolicyPathPrefixType> = "PathPrefix",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListAttachedUserPoliciesResponse {
        attached_policies: Optional<AttachedPoliciesListType> = "AttachedPolicies",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListAttachedUserPolicies(ListAttachedUserPoliciesRequest) -> ListAttachedUserPoliciesResponse,
    errors [NoSuchEntityException, InvalidInputException, ServiceFailureException]
}

shape::structure! {
    pub struct AttachGroupPolicyRequest {
        group_name: Required<GroupNameType> = "GroupName",
        policy_arn: Required<ArnType> = "PolicyArn",
    }
}

shape::operation! {
    pub AttachGroupPolicy(AttachGroupPolicyRequest) -> (),
    errors [
        NoSuchEntityException, LimitExceededException, InvalidInputException, PolicyNotAttachableException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct DetachGroupPolicyRequest {
        group_name: Required<GroupNameType> = "GroupName",
        policy_arn: Required<ArnType> = "PolicyArn",
    }
}

shape::operation! {
    pub DetachGroupPolicy(DetachGroupPolicyRequest) -> (),
    errors [NoSuchEntityException, LimitExceededException, InvalidInputException, ServiceFailureException]
}

shape::structure! {
    pub struct ListAttachedGroupPoliciesRequest {
        group_name: Required<GroupNameType> = "GroupName",
        path_prefix: Optional<PolicyPathPrefixType> = "PathPrefix",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListAttachedGroupPoliciesResponse {
        attached_policies: Optional<AttachedPoliciesListType> = "AttachedPolicies",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListAttachedGroupPolicies(ListAttachedGroupPoliciesRequest) -> ListAttachedGroupPoliciesResponse,
    errors [NoSuchEntityException, InvalidInputException, ServiceFailureException]
}

shape::structure! {
    pub struct AttachRolePolicyRequest {
        role_name: Required<RoleNameType> = "RoleName",
        policy_arn: Required<ArnType> = "PolicyArn",
    }
}

shape::operation! {
    pub AttachRolePolicy(AttachRolePolicyRequest) -> (),
    errors [
        NoSuchEntityException, LimitExceededException, InvalidInputException, UnmodifiableEntityException,
        PolicyNotAttachableException, ServiceFailureException,
    ]
}

shape::structure! {
    pub struct DetachRolePolicyRequest {
        role_name: Required<RoleNameType> = "RoleName",
        policy_arn: Required<ArnType> = "PolicyArn",
    }
}

shape::operation! {
    pub DetachRolePolicy(DetachRolePolicyRequest) -> (),
    errors [
        NoSuchEntityException, LimitExceededException, InvalidInputException, UnmodifiableEntityException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct ListAttachedRolePoliciesRequest {
        role_name: Required<RoleNameType> = "RoleName",
        path_prefix: Optional<PolicyPathPrefixType> = "PathPrefix",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListAttachedRolePoliciesResponse {
        attached_policies: Optional<AttachedPoliciesListType> = "AttachedPolicies",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListAttachedRolePolicies(ListAttachedRolePoliciesRequest) -> ListAttachedRolePoliciesResponse,
    errors [NoSuchEntityException, InvalidInputException, ServiceFailureException]
}
