use shape::{List, Optional, Required};

use super::boundary::AttachedPermissionsBoundary;
use super::forms::{
    ArnType, BooleanType, DateType, ExistingUserNameType, IdType, MarkerType, MaxItemsType, PathPrefixType, PathType,
    ResponseMarkerType, UserNameType,
};
use super::tag::{TagKeyListType, TagListType};

shape::forms! {
    pub UserListType: List<User> {}
}

shape::structure! {
    pub struct User {
        path: Required<PathType> = "Path",
        user_name: Required<UserNameType> = "UserName",
        user_id: Required<IdType> = "UserId",
        arn: Required<ArnType> = "Arn",
        create_date: Required<DateType> = "CreateDate",
        password_last_used: Optional<DateType> = "PasswordLastUsed",
        permissions_boundary: Optional<AttachedPermissionsBoundary> = "PermissionsBoundary",
        tags: Optional<TagListType> = "Tags",
    }
}

shape::structure! {
    pub struct CreateUserRequest {
        path: Optional<PathType> = "Path",
        user_name: Required<UserNameType> = "UserName",
        permissions_boundary: Optional<ArnType> = "PermissionsBoundary",
        tags: Optional<TagListType> = "Tags",
    }
}

shape::structure! {
    pub struct CreateUserResponse {
        user: Optional<User> = "User",
    }
}

shape::operation! {
    pub CreateUser(CreateUserRequest) -> CreateUserResponse,
    errors [
        LimitExceededException, EntityAlreadyExistsException, NoSuchEntityException, InvalidInputException,
        ConcurrentModificationException, ServiceFailureException,
    ]
}

shape::structure! {
    pub struct GetUserRequest {
        user_name: Optional<ExistingUserNameType> = "UserName",
    }
}

shape::structure! {
    pub struct GetUserResponse {
        user: Required<User> = "User",
    }
}

shape::operation! {
    pub GetUser(GetUserRequest) -> GetUserResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct UpdateUserRequest {
        user_name: Required<ExistingUserNameType> = "UserName",
        new_path: Optional<PathType> = "NewPath",
        new_user_name: Optional<UserNameType> = "NewUserName",
    }
}

shape::operation! {
    pub UpdateUser(UpdateUserRequest) -> (),
    errors [
        NoSuchEntityException, LimitExceededException, EntityAlreadyExistsException,
        EntityTemporarilyUnmodifiableException, ConcurrentModificationException, ServiceFailureException,
    ]
}

shape::structure! {
    pub struct DeleteUserRequest {
        user_name: Required<ExistingUserNameType> = "UserName",
    }
}

shape::operation! {
    pub DeleteUser(DeleteUserRequest) -> (),
    errors [
        LimitExceededException, NoSuchEntityException, DeleteConflictException, ConcurrentModificationException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct ListUsersRequest {
        path_prefix: Optional<PathPrefixType> = "PathPrefix",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListUsersResponse {
        users: Required<UserListType> = "Users",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListUsers(ListUsersRequest) -> ListUsersResponse, errors [ServiceFailureException]
}

shape::structure! {
    pub struct TagUserRequest {
        user_name: Required<ExistingUserNameType> = "UserName",
        tags: Required<TagListType> = "Tags",
    }
}

shape::operation! {
    pub TagUser(TagUserRequest) -> (),
    errors [
        NoSuchEntityException, LimitExceededException, InvalidInputException, ConcurrentModificationException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct UntagUserRequest {
        user_name: Required<ExistingUserNameType> = "UserName",
        tag_keys: Required<TagKeyListType> = "TagKeys",
    }
}

shape::operation! {
    pub UntagUser(UntagUserRequest) -> (),
    errors [NoSuchEntityException, ConcurrentModificationException, ServiceFailureException]
}

shape::structure! {
    pub struct ListUserTagsRequest {
        user_name: Required<ExistingUserNameType> = "UserName",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListUserTagsResponse {
        tags: Required<TagListType> = "Tags",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListUserTags(ListUserTagsRequest) -> ListUserTagsResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}
