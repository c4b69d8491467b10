use shape::{List, Optional, Required};

use super::forms::{
    ArnType, BooleanType, DateType, ExistingUserNameType, GroupNameType, IdType, MarkerType, MaxItemsType,
    PathPrefixType, PathType, ResponseMarkerType,
};
use super::user::UserListType;

shape::forms! {
    pub GroupListType: List<Group> {}
}

shape::structure! {
    pub struct Group {
        path: Required<PathType> = "Path",
        group_name: Required<GroupNameType> = "GroupName",
        group_id: Required<IdType> = "GroupId",
        arn: Required<ArnType> = "Arn",
        create_date: Required<DateType> = "CreateDate",
    }
}

shape::structure! {
    pub struct CreateGroupRequest {
        path: Optional<PathType> = "Path",
        group_name: Required<GroupNameType> = "GroupName",
    }
}

shape::structure! {
    pub struct CreateGroupResponse {
        group: Required<Group> = "Group",
    }
}

shape::operation! {
    pub CreateGroup(CreateGroupRequest) -> CreateGroupResponse,
    errors [LimitExceededException, EntityAlreadyExistsException, NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct GetGroupRequest {
        group_name: Required<GroupNameType> = "GroupName",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct GetGroupResponse {
        group: Required<Group> = "Group",
        users: Required<UserListType> = "Users",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub GetGroup(GetGroupRequest) -> GetGroupResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct UpdateGroupRequest {
        group_name: Required<GroupNameType> = "GroupName",
        new_path: Optional<PathType> = "NewPath",
        new_group_name: Optional<GroupNameType> = "NewGroupName",
    }
}

shape::operation! {
    pub UpdateGroup(UpdateGroupRequest) -> (),
    errors [NoSuchEntityException, EntityAlreadyExistsException, LimitExceededException, ServiceFailureException]
}

shape::structure! {
    pub struct DeleteGroupRequest {
        group_name: Required<GroupNameType> = "GroupName",
    }
}

shape::operation! {
    pub DeleteGroup(DeleteGroupRequest) -> (),
    errors [NoSuchEntityException, DeleteConflictException, LimitExceededException, ServiceFailureException]
}

shape::structure! {
    pub struct ListGroupsRequest {
        path_prefix: Optional<PathPrefixType> = "PathPrefix",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListGroupsResponse {
        groups: Required<GroupListType> = "Groups",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListGroups(ListGroupsRequest) -> ListGroupsResponse, errors [ServiceFailureException]
}

shape::structure! {
    pub struct AddUserToGroupRequest {
        group_name: Required<GroupNameType> = "GroupName",
        user_name: Required<ExistingUserNameType> = "UserName",
    }
}

shape::operation! {
    pub AddUserToGroup(AddUserToGroupRequest) -> (),
    errors [NoSuchEntityException, LimitExceededException, ServiceFailureException]
}

shape::structure! {
    pub struct RemoveUserFromGroupRequest {
        group_name: Required<GroupNameType> = "GroupName",
        user_name: Required<ExistingUserNameType> = "UserName",
    }
}

shape::operation! {
    pub RemoveUserFromGroup(RemoveUserFromGroupRequest) -> (),
    errors [NoSuchEntityException, LimitExceededException, ServiceFailureException]
}

shape::structure! {
    pub struct ListGroupsForUserRequest {
        user_name: Required<ExistingUserNameType> = "UserName",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListGroupsForUserResponse {
        groups: Required<GroupListType> = "Groups",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListGroupsForUser(ListGroupsForUserRequest) -> ListGroupsForUserResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}
