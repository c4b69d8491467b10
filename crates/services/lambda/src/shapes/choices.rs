//! Strings of which the model knows every one, under AWS's names.

shape::enumeration! {
    pub enum S3ObjectStorageMode {
        Copy = "COPY",
        Reference = "REFERENCE",
    }
}

shape::enumeration! {
    pub enum FunctionVersionLatestPublished {
        LatestPublished = "LATEST_PUBLISHED",
    }
}

shape::enumeration! {
    pub enum PackageType {
        Zip = "Zip",
        Image = "Image",
    }
}

shape::enumeration! {
    pub enum TracingMode {
        Active = "Active",
        PassThrough = "PassThrough",
    }
}

shape::enumeration! {
    pub enum DirectS3Read {
        Enabled = "ENABLED",
        Disabled = "DISABLED",
        Auto = "AUTO",
    }
}

shape::enumeration! {
    pub enum Architecture {
        X86_64 = "x86_64",
        Arm64 = "arm64",
    }
}

shape::enumeration! {
    pub enum SnapStartApplyOn {
        PublishedVersions = "PublishedVersions",
        None = "None",
    }
}

shape::enumeration! {
    pub enum LogFormat {
        Json = "JSON",
        Text = "Text",
    }
}

shape::enumeration! {
    pub enum ApplicationLogLevel {
        Trace = "TRACE",
        Debug = "DEBUG",
        Info = "INFO",
        Warn = "WARN",
        Error = "ERROR",
        Fatal = "FATAL",
    }
}

shape::enumeration! {
    pub enum SystemLogLevel {
        Debug = "DEBUG",
        Info = "INFO",
        Warn = "WARN",
    }
}

shape::enumeration! {
    pub enum TenantIsolationMode {
        PerTenant = "PER_TENANT",
    }
}

/// There is no other.
impl Default for TenantIsolationMode {
    fn default() -> Self {
        Self::PerTenant
    }
}

shape::enumeration! {
    pub enum State {
        Pending = "Pending",
        Active = "Active",
        Inactive = "Inactive",
        Failed = "Failed",
        Deactivating = "Deactivating",
        Deactivated = "Deactivated",
        ActiveNonInvocable = "ActiveNonInvocable",
        Deleting = "Deleting",
    }
}

shape::enumeration! {
    pub enum StateReasonCode {
        Idle = "Idle",
        Creating = "Creating",
        Restoring = "Restoring",
        EniLimitExceeded = "EniLimitExceeded",
        InsufficientRolePermissions = "InsufficientRolePermissions",
        InvalidConfiguration = "InvalidConfiguration",
        InternalError = "InternalError",
        SubnetOutOfIPAddresses = "SubnetOutOfIPAddresses",
        InvalidSubnet = "InvalidSubnet",
        InvalidSecurityGroup = "InvalidSecurityGroup",
        ImageDeleted = "ImageDeleted",
        ImageAccessDenied = "ImageAccessDenied",
        InvalidImage = "InvalidImage",
        KMSKeyAccessDenied = "KMSKeyAccessDenied",
        KMSKeyNotFound = "KMSKeyNotFound",
        InvalidStateKMSKey = "InvalidStateKMSKey",
        DisabledKMSKey = "DisabledKMSKey",
        EFSIOError = "EFSIOError",
        EFSMountConnectivityError = "EFSMountConnectivityError",
        EFSMountFailure = "EFSMountFailure",
        EFSMountTimeout = "EFSMountTimeout",
        InvalidRuntime = "InvalidRuntime",
        InvalidZipFileException = "InvalidZipFileException",
        FunctionError = "FunctionError",
        ServiceQuotaExceededException = "ServiceQuotaExceededException",
        VcpuLimitExceeded = "VcpuLimitExceeded",
        CapacityProviderScalingLimitExceeded = "CapacityProviderScalingLimitExceeded",
        InsufficientCapacity = "InsufficientCapacity",
        EC2RequestLimitExceeded = "EC2RequestLimitExceeded",
        FunctionErrorInitTimeout = "FunctionError.InitTimeout",
        FunctionErrorRuntimeInitError = "FunctionError.RuntimeInitError",
        FunctionErrorExtensionInitError = "FunctionError.ExtensionInitError",
        FunctionErrorInvalidEntryPoint = "FunctionError.InvalidEntryPoint",
        FunctionErrorInvalidWorkingDirectory = "FunctionError.InvalidWorkingDirectory",
        FunctionErrorPermissionDenied = "FunctionError.PermissionDenied",
        FunctionErrorTooManyExtensions = "FunctionError.TooManyExtensions",
        FunctionErrorInitResourceExhausted = "FunctionError.InitResourceExhausted",
        DisallowedByVpcEncryptionControl = "DisallowedByVpcEncryptionControl",
        DrainingDurableExecutions = "DrainingDurableExecutions",
        IncompatibleAcceleratorInstanceTypes = "IncompatibleAcceleratorInstanceTypes",
        DependencyError = "DependencyError",
    }
}

shape::enumeration! {
    pub enum LastUpdateStatus {
        Successful = "Successful",
        Failed = "Failed",
        InProgress = "InProgress",
    }
}

shape::enumeration! {
    pub enum LastUpdateStatusReasonCode {
        EniLimitExceeded = "EniLimitExceeded",
        InsufficientRolePermissions = "InsufficientRolePermissions",
        InvalidConfiguration = "InvalidConfiguration",
        InternalError = "InternalError",
        SubnetOutOfIPAddresses = "SubnetOutOfIPAddresses",
        InvalidSubnet = "InvalidSubnet",
        InvalidSecurityGroup = "InvalidSecurityGroup",
        ImageDeleted = "ImageDeleted",
        ImageAccessDenied = "ImageAccessDenied",
        InvalidImage = "InvalidImage",
        KMSKeyAccessDenied = "KMSKeyAccessDenied",
        KMSKeyNotFound = "KMSKeyNotFound",
        InvalidStateKMSKey = "InvalidStateKMSKey",
        DisabledKMSKey = "DisabledKMSKey",
        EFSIOError = "EFSIOError",
        EFSMountConnectivityError = "EFSMountConnectivityError",
        EFSMountFailure = "EFSMountFailure",
        EFSMountTimeout = "EFSMountTimeout",
        InvalidRuntime = "InvalidRuntime",
        InvalidZipFileException = "InvalidZipFileException",
        FunctionError = "FunctionError",
        ServiceQuotaExceededException = "ServiceQuotaExceededException",
        VcpuLimitExceeded = "VcpuLimitExceeded",
        CapacityProviderScalingLimitExceeded = "CapacityProviderScalingLimitExceeded",
        InsufficientCapacity = "InsufficientCapacity",
        EC2RequestLimitExceeded = "EC2RequestLimitExceeded",
        FunctionErrorInitTimeout = "FunctionError.InitTimeout",
        FunctionErrorRuntimeInitError = "FunctionError.RuntimeInitError",
        FunctionErrorExtensionInitError = "FunctionError.ExtensionInitError",
        FunctionErrorInvalidEntryPoint = "FunctionError.InvalidEntryPoint",
        FunctionErrorInvalidWorkingDirectory = "FunctionError.InvalidWorkingDirectory",
        FunctionErrorPermissionDenied = "FunctionError.PermissionDenied",
        FunctionErrorTooManyExtensions = "FunctionError.TooManyExtensions",
        FunctionErrorInitResourceExhausted = "FunctionError.InitResourceExhausted",
        DisallowedByVpcEncryptionControl = "DisallowedByVpcEncryptionControl",
        IncompatibleAcceleratorInstanceTypes = "IncompatibleAcceleratorInstanceTypes",
        DependencyError = "DependencyError",
    }
}

shape::enumeration! {
    pub enum SnapStartOptimizationStatus {
        On = "On",
        Off = "Off",
    }
}

shape::enumeration! {
    pub enum FunctionVersion {
        All = "ALL",
    }
}

shape::enumeration! {
    pub enum InvocationType {
        Event = "Event",
        RequestResponse = "RequestResponse",
        DryRun = "DryRun",
    }
}

shape::enumeration! {
    pub enum LogType {
        None = "None",
        Tail = "Tail",
    }
}

shape::enumeration! {
    pub enum FunctionUrlAuthType {
        None = "NONE",
        AwsIam = "AWS_IAM",
    }
}

shape::enumeration! {
    pub enum RecursiveLoop {
        Allow = "Allow",
        Terminate = "Terminate",
    }
}

shape::enumeration! {
    pub enum UpdateRuntimeOn {
        Auto = "Auto",
        Manual = "Manual",
        FunctionUpdate = "FunctionUpdate",
    }
}
