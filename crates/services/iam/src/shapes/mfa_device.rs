use shape::{List, Map, Optional, Required, RequiredSensitive, SecretBlob, Sensitive, Text};

use super::forms::{
    BooleanType, DateType, ExistingUserNameType, MarkerType, MaxItemsType, PathType, ResponseMarkerType, UserNameType,
};
use super::patterns::{DIGITS, LATIN_1_LINE, NAME, NAME_TOLD, SERIAL_NUMBER};
use super::tag::{TagKeyListType, TagListType};
use super::user::User;

shape::enumeration! {
    pub enum AssignmentStatusType {
        Assigned = "Assigned",
        Unassigned = "Unassigned",
        Any = "Any",
    }
}

shape::forms! {
    pub SerialNumberType: Text { min: 9, max: 256, pattern: SERIAL_NUMBER }
    pub VirtualMFADeviceName: Text { min: 1, pattern: NAME, pattern_told: NAME_TOLD }
    /// What a device is set up with: its seed, as text or as a picture.
    pub BootstrapDatum: SecretBlob {}
    /// AWS does not mark it sensitive, but keeps it off its trail.
    pub AuthenticationCodeType: Text { min: 6, max: 6, pattern: DIGITS }
    pub CertificationKeyType: Text { min: 1, max: 128, pattern: LATIN_1_LINE }
    pub CertificationValueType: Text { min: 1, max: 32, pattern: LATIN_1_LINE }
    pub CertificationMapType: Map<CertificationKeyType, CertificationValueType> {}
    pub VirtualMFADeviceListType: List<VirtualMFADevice> {}
    pub MfaDeviceListType: List<MFADevice> {}
}

shape::structure! {
    /// The seed is told once, when the device is made.
    pub struct VirtualMFADevice {
        serial_number: Required<SerialNumberType> = "SerialNumber",
        base32_string_seed: Sensitive<BootstrapDatum> = "Base32StringSeed",
        qr_code_png: Sensitive<BootstrapDatum> = "QRCodePNG",
        user: Optional<User> = "User",
        enable_date: Optional<DateType> = "EnableDate",
        tags: Optional<TagListType> = "Tags",
    }
}

shape::structure! {
    /// A device of a user.
    pub struct MFADevice {
        user_name: Required<UserNameType> = "UserName",
        serial_number: Required<SerialNumberType> = "SerialNumber",
        enable_date: Required<DateType> = "EnableDate",
    }
}

shape::structure! {
    pub struct CreateVirtualMFADeviceRequest {
        path: Optional<PathType> = "Path",
        virtual_mfa_device_name: Required<VirtualMFADeviceName> = "VirtualMFADeviceName",
        tags: Optional<TagListType> = "Tags",
    }
}

shape::structure! {
    pub struct CreateVirtualMFADeviceResponse {
        virtual_mfa_device: Required<VirtualMFADevice> = "VirtualMFADevice",
    }
}

shape::operation! {
    pub CreateVirtualMFADevice(CreateVirtualMFADeviceRequest) -> CreateVirtualMFADeviceResponse,
    errors [
        LimitExceededException, InvalidInputException, EntityAlreadyExistsException, ConcurrentModificationException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct DeleteVirtualMFADeviceRequest {
        serial_number: Required<SerialNumberType> = "SerialNumber",
    }
}

shape::operation! {
    pub DeleteVirtualMFADevice(DeleteVirtualMFADeviceRequest) -> (),
    errors [
        NoSuchEntityException, DeleteConflictException, LimitExceededException, ServiceFailureException,
        ConcurrentModificationException,
    ]
}

shape::structure! {
    pub struct ListVirtualMFADevicesRequest {
        assignment_status: Optional<AssignmentStatusType> = "AssignmentStatus",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListVirtualMFADevicesResponse {
        virtual_mfa_devices: Required<VirtualMFADeviceListType> = "VirtualMFADevices",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    /// The model declares no errors.
    pub ListVirtualMFADevices(ListVirtualMFADevicesRequest) -> ListVirtualMFADevicesResponse, errors []
}

shape::structure! {
    pub struct EnableMFADeviceRequest {
        user_name: Required<ExistingUserNameType> = "UserName",
        serial_number: Required<SerialNumberType> = "SerialNumber",
        authentication_code_1: RequiredSensitive<AuthenticationCodeType> = "AuthenticationCode1",
        authentication_code_2: RequiredSensitive<AuthenticationCodeType> = "AuthenticationCode2",
    }
}

shape::operation! {
    pub EnableMFADevice(EnableMFADeviceRequest) -> (),
    errors [
        EntityAlreadyExistsException, EntityTemporarilyUnmodifiableException, InvalidAuthenticationCodeException,
        LimitExceededException, NoSuchEntityException, ServiceFailureException, ConcurrentModificationException,
    ]
}

shape::structure! {
    pub struct DeactivateMFADeviceRequest {
        user_name: Optional<ExistingUserNameType> = "UserName",
        serial_number: Required<SerialNumberType> = "SerialNumber",
    }
}

shape::operation! {
    pub DeactivateMFADevice(DeactivateMFADeviceRequest) -> (),
    errors [
        EntityTemporarilyUnmodifiableException, NoSuchEntityException, LimitExceededException, ServiceFailureException,
        ConcurrentModificationException,
    ]
}

shape::structure! {
    pub struct ListMFADevicesRequest {
        user_name: Optional<ExistingUserNameType> = "UserName",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListMFADevicesResponse {
        mfa_devices: Required<MfaDeviceListType> = "MFADevices",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListMFADevices(ListMFADevicesRequest) -> ListMFADevicesResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct ResyncMFADeviceRequest {
        user_name: Required<ExistingUserNameType> = "UserName",
        serial_number: Required<SerialNumberType> = "SerialNumber",
        authentication_code_1: RequiredSensitive<AuthenticationCodeType> = "AuthenticationCode1",
        authentication_code_2: RequiredSensitive<AuthenticationCodeType> = "AuthenticationCode2",
    }
}

shape::operation! {
    pub ResyncMFADevice(ResyncMFADeviceRequest) -> (),
    errors [
        InvalidAuthenticationCodeException, NoSuchEntityException, LimitExceededException, ServiceFailureException,
        ConcurrentModificationException,
    ]
}

shape::structure! {
    pub struct GetMFADeviceRequest {
        serial_number: Required<SerialNumberType> = "SerialNumber",
        user_name: Optional<UserNameType> = "UserName",
    }
}

shape::structure! {
    pub struct GetMFADeviceResponse {
        user_name: Optional<UserNameType> = "UserName",
        serial_number: Required<SerialNumberType> = "SerialNumber",
        enable_date: Optional<DateType> = "EnableDate",
        certifications: Optional<CertificationMapType> = "Certifications",
    }
}

shape::operation! {
    pub GetMFADevice(GetMFADeviceRequest) -> GetMFADeviceResponse,
    errors [NoSuchEntityException, ServiceFailureException]
}

shape::structure! {
    pub struct TagMFADeviceRequest {
        serial_number: Required<SerialNumberType> = "SerialNumber",
        tags: Required<TagListType> = "Tags",
    }
}

shape::operation! {
    pub TagMFADevice(TagMFADeviceRequest) -> (),
    errors [
        InvalidInputException, NoSuchEntityException, LimitExceededException, ConcurrentModificationException,
        ServiceFailureException,
    ]
}

shape::structure! {
    pub struct UntagMFADeviceRequest {
        serial_number: Required<SerialNumberType> = "SerialNumber",
        tag_keys: Required<TagKeyListType> = "TagKeys",
    }
}

shape::operation! {
    pub UntagMFADevice(UntagMFADeviceRequest) -> (),
    errors [NoSuchEntityException, InvalidInputException, ConcurrentModificationException, ServiceFailureException]
}

shape::structure! {
    pub struct ListMFADeviceTagsRequest {
        serial_number: Required<SerialNumberType> = "SerialNumber",
        marker: Optional<MarkerType> = "Marker",
        max_items: Optional<MaxItemsType> = "MaxItems",
    }
}

shape::structure! {
    pub struct ListMFADeviceTagsResponse {
        tags: Required<TagListType> = "Tags",
        is_truncated: Optional<BooleanType> = "IsTruncated",
        marker: Optional<ResponseMarkerType> = "Marker",
    }
}

shape::operation! {
    pub ListMFADeviceTags(ListMFADeviceTagsRequest) -> ListMFADeviceTagsResponse,
    errors [NoSuchEntityException, InvalidInputException, ServiceFailureException]
}
