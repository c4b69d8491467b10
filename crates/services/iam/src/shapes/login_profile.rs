//! Passwords.

use shape::{Optional, Required, RequiredSensitive, SecretText, Sensitive};

use super::forms::{BooleanType, DateType, UserNameType};
use super::patterns::POLICY_DOCUMENT;

shape::forms! {
    /// Made of the same characters as policy documents.
    pub PasswordType: SecretText { min: 1, max: 128, pattern: POLICY_DOCUMENT }
}

shape::structure! {
    pub struct LoginProfile {
        user_name: Required<UserNameType> = "UserName",
        create_date: Required<DateType> = "CreateDate",
        password_reset_required: Optional<BooleanType> = "PasswordResetRequired",
    }
}

shape::structure! {
    pub struct CreateLoginProfileRequest {
        user_name: Optional<UserNameType> = "UserName",
        password: Sensitive<PasswordType> = "Password",
        password_reset_required: Optional<BooleanType> = "PasswordResetRequired",
    }
}

shape::structure! {
    pub struct CreateLoginProfileResponse {
        login_profile: Required<LoginProfile> = "LoginProfile",
    }
}

shape::operation! {
    pub CreateLoginProfile(CreateLoginProfileRequest) -> CreateLoginProfileResponse,
    errors [
        EntityAlreadyExistsException, NoSuchEntityException, PasswordPolicyViolationException, LimitExceededException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct GetLoginProfileRequest {
        user_name: Optional<UserNameType> = "UserName",
    }
}

shape::structure! {
    pub struct GetLoginProfileResponse {
        login_profile: Required<LoginProfile> = "LoginProfile",
    }
}

shape::operation! {
    pub GetLoginProfile(GetLoginProfileRequest) -> GetLoginProfileResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct UpdateLoginProfileRequest {
        user_name: Required<UserNameType> = "UserName",
        password: Sensitive<PasswordType> = "Password",
        password_reset_required: Optional<BooleanType> = "PasswordResetRequired",
    }
}

shape::operation! {
    pub UpdateLoginProfile(UpdateLoginProfileRequest) -> (),
    errors [
        EntityTemporarilyUnmodifiableException, NoSuchEntityException, PasswordPolicyViolationException,
        LimitExceededException, ServiceFailureException,
    ]
}

shape::structure! {
    pub struct DeleteLoginProfileRequest {
        user_name: Optional<UserNameType> = "UserName",
    }
}

shape::operation! {
    pub DeleteLoginProfile(DeleteLoginProfileRequest) -> (),
    errors [
        EntityTemporarilyUnmodifiableException, NoSuchEntityException, LimitExceededException, ServiceFailureException,
    ]
}

shape::structure! {
    pub struct ChangePasswordRequest {
        old_password: RequiredSensitive<PasswordType> = "OldPassword",
        new_password: RequiredSensitive<PasswordType> = "NewPassword",
    }
}

shape::operation! {
    pub ChangePassword(ChangePasswordRequest) -> (),
    errors [
        NoSuchEntityException, InvalidUserTypeException, LimitExceededException, EntityTemporarilyUnmodifiableException,
        PasswordPolicyViolationException, ServiceFailureException,
    ]
}
