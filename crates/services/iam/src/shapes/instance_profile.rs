use shape::{List, Optional, Required};

use super::forms::{
    ArnType, BooleanType, DateType, IdType, InstanceProfileNameType, MarkerType, MaxItemsType, PathPrefixType,
    PathType, ResponseMarkerType, RoleNameType,
};
use super::role::RoleListType;
use super::tag::{TagKeyListType, TagListType};

shape::forms! {
    pub InstanceProfileListType: List<InstanceProfile> {}
}

shape::structure! {
    pub struct InstanceProfile {
        path: Required<PathType> = "Path",
        instance_profile_name: Required<InstanceProfileNameType> = "InstanceProfileName",
        instance_profile_id: Required<IdType> = "InstanceProfileId",
        arn: Required<ArnType> = "Arn",
        create_date: Required<DateType> = "CreateDate",
        roles: Required<RoleListType> = "Roles",
        tags: Optional<TagListType> = "Tags",
    }
}

shape::structure! {
    pub struct CreateInstanceProfileRequest {
        instance_profile_name: Required<InstanceProfileNameType> = "InstanceProfileName",
        path: Optional<PathType> = "Path",
        tags: Optional<TagListType> = "Tags",
    }
}

shape::structure! {
    pub struct CreateInstanceProfileResponse {
        instance_profile: Required<InstanceProfile> = "InstanceProfile",
    }
}

shape::operation! {
    pub CreateInstanceProfile(CreateInstanceProfileRequest) -> CreateInstanceProfileResponse,
    errors [
        EntityAlreadyExistsException, InvalidInputException, LimitExceededException, ConcurrentModificationException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct GetInstanceProfileRequest {
        instance_profile_name: Required<InstanceProfileNameType> = "InstanceProfileName",
    }
}

shape::structure! {
    pub struct GetInstanceProfileResponse {
        instance_profile: Required<InstanceProfile> = "InstanceProfile",
    }
}

shape::operation! {
    pub GetInstanceProfile(GetInstanceProfileRequest) -> GetInstanceProfileResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct DeleteInstanceProfileRequest {
        instance_profile_name: Required<InstanceProfileNameType> = "InstanceProfileName",
    }
}

shape::operation! {
    pub DeleteInstanceProfile(DeleteInstanceProfileRequest) -> (),
    errors [NoSuchEntityException, DeleteConflictException, LimitExceededException, ServiceFailureException]
}

shape::structure! {
    pub struct ListInstanceProfilesRequest {
        path_prefix: Optional<PathPrefixType> = "PathPrefix",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListInstanceProfilesResponse {
        instance_profiles: Required<InstanceProfileListType> = "InstanceProfiles",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListInstanceProfiles(ListInstanceProfilesRequest) -> ListInstanceProfilesResponse,
    errors [ServiceFailureException]
}

shape::structure! {
    pub struct ListInstanceProfilesForRoleRequest {
        role_name: Required<RoleNameType> = "RoleName",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListInstanceProfilesForRoleResponse {
        instance_profiles: Required<InstanceProfileListType> = "InstanceProfiles",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListInstanceProfilesForRole(ListInstanceProfilesForRoleRequest) -> ListInstanceProfilesForRoleResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct AddRoleToInstanceProfileRequest {
        instance_profile_name: Required<InstanceProfileNameType> = "InstanceProfileName",
        role_name: Required<RoleNameType> = "RoleName",
    }
}

shape::operation! {
    pub AddRoleToInstanceProfile(AddRoleToInstanceProfileRequest) -> (),
    errors [
        NoSuchEntityException, EntityAlreadyExistsException, LimitExceededException, UnmodifiableEntityException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct RemoveRoleFromInstanceProfileRequest {
        instance_profile_name: Required<InstanceProfileNameType> = "InstanceProfileName",
        role_name: Required<RoleNameType> = "RoleName",
    }
}

shape::operation! {
    pub RemoveRoleFromInstanceProfile(RemoveRoleFromInstanceProfileRequest) -> (),
    errors [NoSuchEntityException, LimitExceededException, UnmodifiableEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct TagInstanceProfileRequest {
        instance_profile_name: Required<InstanceProfileNameType> = "InstanceProfileName",
        tags: Required<TagListType> = "Tags",
    }
}

shape::operation! {
    pub TagInstanceProfile(TagInstanceProfileRequest) -> (),
    errors [
        NoSuchEntityException, InvalidInputException, LimitExceededException, ConcurrentModificationException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct UntagInstanceProfileRequest {
        instance_profile_name: Required<InstanceProfileNameType> = "InstanceProfileName",
        tag_keys: Required<TagKeyListType> = "TagKeys",
    }
}

shape::operation! {
    pub UntagInstanceProfile(UntagInstanceProfileRequest) -> (),
    errors [NoSuchEntityException, InvalidInputException, ConcurrentModificationException, ServiceFailureException]
}

shape::structure! {
    pub struct ListInstanceProfileTagsRequest {
        instance_profile_name: Required<InstanceProfileNameType> = "InstanceProfileName",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListInstanceProfileTagsResponse {
        tags: Required<TagListType> = "Tags",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListInstanceProfileTags(ListInstanceProfileTagsRequest) -> ListInstanceProfileTagsResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}
