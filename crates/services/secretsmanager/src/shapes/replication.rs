//! Replicas in other regions and other accounts.

use shape::{List, Optional, Text};

use super::forms::{KmsKeyIdType, RegionType, RoleARNType, SecretARNType, TimestampType};

shape::enumeration! {
    pub enum StatusType {
        InSync = "InSync",
        Failed = "Failed",
        InProgress = "InProgress",
        Pending = "Pending",
        Detached = "Detached",
    }
}

shape::forms! {
    pub StatusMessageType: Text { min: 1, max: 4096 }
    pub AddReplicaRegionListType: List<ReplicaRegionType> { min: 1 }
    pub ReplicationStatusListType: List<ReplicationStatusType> {}
    pub CrossAccountReplicaListType: List<CrossAccountReplicaEntry> { min: 1, max: 100 }
}

shape::structure! {
    /// A replica to make.
    pub struct ReplicaRegionType {
        region: Optional<RegionType> = "Region",
        kms_key_id: Optional<KmsKeyIdType> = "KmsKeyId",
    }
}

shape::structure! {
    /// A replica and how it does.
    pub struct ReplicationStatusType {
        region: Optional<RegionType> = "Region",
        kms_key_id: Optional<KmsKeyIdType> = "KmsKeyId",
        status: Optional<StatusType> = "Status",
        status_message: Optional<StatusMessageType> = "StatusMessage",
        last_accessed_date: Optional<TimestampType> = "LastAccessedDate",
    }
}

shape::structure! {
    /// The secret in another account that this one is a replica of.
    pub struct CrossAccountPrimaryType {
        primary_secret_arn: Optional<SecretARNType> = "PrimarySecretARN",
        replication_status: Optional<StatusType> = "ReplicationStatus",
        status_message: Optional<StatusMessageType> = "StatusMessage",
    }
}

shape::structure! {
    /// A replica of this secret in another account.
    pub struct CrossAccountReplicaEntry {
        replica_secret_arn: Optional<SecretARNType> = "ReplicaSecretARN",
        replication_role_arn: Optional<RoleARNType> = "ReplicationRoleARN",
        replication_status: Optional<StatusType> = "ReplicationStatus",
        status_message: Optional<StatusMessageType> = "StatusMessage",
    }
}
