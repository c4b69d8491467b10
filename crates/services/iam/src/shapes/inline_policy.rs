//! Policies that are part of one user, group or role.

use shape::{Optional, Required};

use super::forms::{
    BooleanType, ExistingUserNameType, GroupNameType, MarkerType, MaxItemsType, PolicyDocumentType, PolicyNameListType,
    PolicyNameType, ResponseMarkerType, RoleNameType,
};

shape::structure! {
    pub struct PutUserPolicyRequest {
        user_name: Required<ExistingUserNameType> = "UserName",
        policy_name: Required<PolicyNameType> = "PolicyName",
        policy_document: Required<PolicyDocumentType> = "PolicyDocument",
    }
}

shape::operation! {
    pub PutUserPolicy(PutUserPolicyRequest) -> (),
    errors [LimitExceededException, MalformedPolicyDocumentException, NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct GetUserPolicyRequest {
        user_name: Required<ExistingUserNameType> = "UserName",
        policy_name: Required<PolicyNameType> = "PolicyName",
    }
}

shape::structure! {
    pub struct GetUserPolicyResponse {
        user_name: Required<ExistingUserNameType> = "UserName",
        policy_name: Required<PolicyNameType> = "PolicyName",
        policy_document: Required<PolicyDocumentType> = "PolicyDocument",
    }
}

shape::operation! {
    pub GetUserPolicy(GetUserPolicyRequest) -> GetUserPolicyResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct DeleteUserPolicyRequest {
        user_name: Required<ExistingUserNameType> = "UserName",
        policy_name: Required<PolicyNameType> = "PolicyName",
    }
}

shape::operation! {
    pub DeleteUserPolicy(DeleteUserPolicyRequest) -> (),
    errors [NoSuchEntityException, LimitExceededException, ServiceFailureException]
}

shape::structure! {
    pub struct ListUserPoliciesRequest {
        user_name: Required<ExistingUserNameType> = "UserName",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListUserPoliciesResponse {
        policy_names: Required<PolicyNameListType> = "PolicyNames",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListUserPolicies(ListUserPoliciesRequest) -> ListUserPoliciesResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct PutGroupPolicyRequest {
        group_name: Required<GroupNameType> = "GroupName",
        policy_name: Required<PolicyNameType> = "PolicyName",
        policy_document: Required<PolicyDocumentType> = "PolicyDocument",
    }
}

shape::operation! {
    pub PutGroupPolicy(PutGroupPolicyRequest) -> (),
    errors [LimitExceededException, MalformedPolicyDocumentException, NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct GetGroupPolicyRequest {
        group_name: Required<GroupNameType> = "GroupName",
        policy_name: Required<PolicyNameType> = "PolicyName",
    }
}

shape::structure! {
    pub struct GetGroupPolicyResponse {
        group_name: Required<GroupNameType> = "GroupName",
        policy_name: Required<PolicyNameType> = "PolicyName",
        policy_document: Required<PolicyDocumentType> = "PolicyDocument",
    }
}

shape::operation! {
    pub GetGroupPolicy(GetGroupPolicyRequest) -> GetGroupPolicyResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct DeleteGroupPolicyRequest {
        group_name: Required<GroupNameType> = "GroupName",
        policy_name: Required<PolicyNameType> = "PolicyName",
    }
}

shape::operation! {
    pub DeleteGroupPolicy(DeleteGroupPolicyRequest) -> (),
    errors [NoSuchEntityException, LimitExceededException, ServiceFailureException]
}

shape::structure! {
    pub struct ListGroupPoliciesRequest {
        group_name: Required<GroupNameType> = "GroupName",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListGroupPoliciesResponse {
        policy_names: Required<PolicyNameListType> = "PolicyNames",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListGroupPolicies(ListGroupPoliciesRequest) -> ListGroupPoliciesResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct PutRolePolicyRequest {
        role_name: Required<RoleNameType> = "RoleName",
        policy_name: Required<PolicyNameType> = "PolicyName",
        policy_document: Required<PolicyDocumentType> = "PolicyDocument",
    }
}

shape::operation! {
    pub PutRolePolicy(PutRolePolicyRequest) -> (),
    errors [
        LimitExceededException, MalformedPolicyDocumentException, NoSuchEntityException, UnmodifiableEntityException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct GetRolePolicyRequest {
        role_name: Required<RoleNameType> = "RoleName",
        policy_name: Required<PolicyNameType> = "PolicyName",
    }
}

shape::structure! {
    pub struct GetRolePolicyResponse {
        role_name: Required<RoleNameType> = "RoleName",
        policy_name: Required<PolicyNameType> = "PolicyName",
        policy_document: Required<PolicyDocumentType> = "PolicyDocument",
    }
}

shape::operation! {
    pub GetRolePolicy(GetRolePolicyRequest) -> GetRolePolicyResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct DeleteRolePolicyRequest {
        role_name: Required<RoleNameType> = "RoleName",
        policy_name: Required<PolicyNameType> = "PolicyName",
    }
}

shape::operation! {
    pub DeleteRolePolicy(DeleteRolePolicyRequest) -> (),
    errors [NoSuchEntityException, LimitExceededException, UnmodifiableEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct ListRolePoliciesRequest {
        role_name: Required<RoleNameType> = "RoleName",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListRolePoliciesResponse {
        policy_names: Required<PolicyNameListType> = "PolicyNames",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListRolePolicies(ListRolePoliciesRequest) -> ListRolePoliciesResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}
