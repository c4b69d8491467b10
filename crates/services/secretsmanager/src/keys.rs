//! The service's condition keys: which operation has which, and what their values are.
//!
//! Values are computed when a policy asks for them. A read of a value allocates nothing here.

use contract::DecisionSubject;
use gate::tag_value;
use policy::ConditionContext;
use terms::{AWSCURRENT, Scope};

use crate::{
    operations::Operation,
    shapes::{
        BatchGetSecretValueRequest, CancelRotateSecretRequest, CreateSecretRequest, DeleteResourcePolicyRequest,
        DeleteSecretRequest, DescribeSecretRequest, GetRandomPasswordRequest, GetResourcePolicyRequest,
        GetSecretValueRequest, ListResourcePoliciesRequest, ListSecretVersionIdsRequest, ListSecretsRequest,
        PutResourcePolicyRequest, PutSecretValueRequest, ReplicaRegionType, RestoreSecretRequest, RotateSecretRequest,
        TagResourceRequest, UntagResourceRequest, UpdateSecretRequest, UpdateSecretVersionStageRequest,
        ValidateResourcePolicyRequest,
    },
};

/// Members of a request that policies may ask about.
pub(crate) trait Members: Sync {
    fn operation(&self) -> Operation;

    /// Calls `take` with each value; false when the request does not have the key.
    fn value(&self, key: Key, take: &mut dyn FnMut(&str)) -> bool;
}

/// The condition keys of one decision about a secret.
pub(crate) struct SecretKeys<'a> {
    pub(crate) subject: &'a DecisionSubject<'a>,
    pub(crate) members: &'a dyn Members,
}

macro_rules! keys {
    ($( $key:ident = $name:literal, )*) => {
        /// A condition key of the service.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Key {
            $( $key, )*
        }

        impl Key {
            /// By its name behind `secretsmanager:`, in lower case.
            fn named(name: &str) -> Option<Self> {
                match name {
                    $( $name => Some(Self::$key), )*
                    _ => None,
                }
            }
        }
    };
}

keys! {
    AddReplicaRegions = "addreplicaregions",
    AllowRotationLambdaArn = "resource/allowrotationlambdaarn",
    BlockPublicPolicy = "blockpublicpolicy",
    Description = "description",
    ExternalSecretRotationRoleArn = "externalsecretrotationrolearn",
    ForceDeleteWithoutRecovery = "forcedeletewithoutrecovery",
    ForceOverwriteReplicaSecret = "forceoverwritereplicasecret",
    KmsKeyArn = "kmskeyarn",
    KmsKeyId = "kmskeyid",
    ModifyRotationRules = "modifyrotationrules",
    Name = "name",
    RecoveryWindowInDays = "recoverywindowindays",
    ResourceTag = "resourcetag/",
    ResourceType = "resource/type",
    RotateImmediately = "rotateimmediately",
    RotationLambdaArn = "rotationlambdaarn",
    SecretId = "secretid",
    SecretPrimaryRegion = "secretprimaryregion",
    Type = "type",
    VersionId = "versionid",
    VersionStage = "versionstage",
}

/// Of a secret that is there.
const SECRET: &[Key] =
    &[Key::SecretId, Key::SecretPrimaryRegion, Key::AllowRotationLambdaArn, Key::ResourceType, Key::ResourceTag];
/// Of a secret about to be made.
const NEW_SECRET: &[Key] = &[Key::AllowRotationLambdaArn, Key::ResourceType, Key::ResourceTag];
/// Of operations without a resource.
const NOTHING: &[Key] = &[];

/// States for each operation which keys its resource has, and which its members have with which values.
macro_rules! condition_keys {
    ($( $operation:ident($ask:ident: $request:ty): $resource:ident [ $( $key:ident = $value:expr ),* ]; )*) => {
        $(
            impl Members for $request {
                fn operation(&self) -> Operation {
                    Operation::$operation
                }

                fn value(&self, key: Key, _take: &mut dyn FnMut(&str)) -> bool {
                    let $ask = self;
                    match key {
                        $( Key::$key => $value.tell(_take), )*
                        _ => false,
                    }
                }
            }
        )*

        /// Keys that the operation's resource has.
        fn resource_keys(operation: Operation) -> &'static [Key] {
            match operation {
                $( Operation::$operation => $resource, )*
            }
        }

        /// Keys that the operation's members have.
        #[cfg(test)]
        fn member_keys(operation: Operation) -> &'static [Key] {
            match operation {
                $( Operation::$operation => &[$( Key::$key ),*], )*
            }
        }
    };
}

// Members that are true or false have a value also when they are not sent, because that is what policies in use expect:
// they deny PutResourcePolicy where BlockPublicPolicy is "false". Chosen.
condition_keys! {
    BatchGetSecretValue(_ask: BatchGetSecretValueRequest): NOTHING [];
    CancelRotateSecret(_ask: CancelRotateSecretRequest): SECRET [];
    CreateSecret(ask: CreateSecretRequest): NEW_SECRET [
        Name = ask.name,
        Description = ask.description,
        KmsKeyId = ask.kms_key_id,
        KmsKeyArn = ask.kms_key_id,
        AddReplicaRegions = ask.add_replica_regions,
        ForceOverwriteReplicaSecret = ask.force_overwrite_replica_secret.unwrap_or(false),
        Type = ask.r#type
    ];
    DeleteResourcePolicy(_ask: DeleteResourcePolicyRequest): SECRET [];
    DeleteSecret(ask: DeleteSecretRequest): SECRET [
        RecoveryWindowInDays = ask.recovery_window_in_days,
        ForceDeleteWithoutRecovery = ask.force_delete_without_recovery.unwrap_or(false)
    ];
    DescribeSecret(_ask: DescribeSecretRequest): SECRET [];
    GetRandomPassword(_ask: GetRandomPasswordRequest): NOTHING [];
    GetResourcePolicy(_ask: GetResourcePolicyRequest): SECRET [];
    GetSecretValue(ask: GetSecretValueRequest): SECRET [
        VersionId = ask.version_id,
        VersionStage = ask.version_stage.as_deref().or(ask.version_id.is_none().then_some(AWSCURRENT))
    ];
    ListResourcePolicies(_ask: ListResourcePoliciesRequest): SECRET [];
    ListSecretVersionIds(_ask: ListSecretVersionIdsRequest): SECRET [];
    ListSecrets(_ask: ListSecretsRequest): NOTHING [];
    PutResourcePolicy(ask: PutResourcePolicyRequest): SECRET [
        BlockPublicPolicy = ask.block_public_policy.unwrap_or(false)
    ];
    PutSecretValue(_ask: PutSecretValueRequest): SECRET [];
    RestoreSecret(_ask: RestoreSecretRequest): SECRET [];
    RotateSecret(ask: RotateSecretRequest): SECRET [
        RotationLambdaArn = ask.rotation_lambda_arn,
        RotateImmediately = ask.rotate_immediately.unwrap_or(true),
        ModifyRotationRules = ask.rotation_rules.is_some(),
        ExternalSecretRotationRoleArn = ask.external_secret_rotation_role_arn
    ];
    TagResource(_ask: TagResourceRequest): SECRET [];
    UntagResource(_ask: UntagResourceRequest): SECRET [];
    UpdateSecret(ask: UpdateSecretRequest): SECRET [
        Description = ask.description,
        KmsKeyId = ask.kms_key_id,
        KmsKeyArn = ask.kms_key_id,
        Type = ask.r#type
    ];
    UpdateSecretVersionStage(ask: UpdateSecretVersionStageRequest): SECRET [VersionStage = ask.version_stage];
    ValidateResourcePolicy(_ask: ValidateResourcePolicyRequest): SECRET [];
}

impl ConditionContext for SecretKeys<'_> {
    fn values(&self, key: &str, take: &mut dyn FnMut(&str)) -> bool {
        let Some(name) = key.strip_prefix("secretsmanager:") else { return false };
        if let Some(tag) = name.strip_prefix("resourcetag/") {
            return self.resource_has(Key::ResourceTag) && tag_value(self.subject.tags, tag).tell(take);
        }
        match Key::named(name) {
            None => false,
            Some(key) if self.resource_has(key) => self.of_resource(key, take),
            Some(Key::KmsKeyArn) => {
                let scope = self.subject.scope;
                let mut is_present = false;
                self.members.value(Key::KmsKeyArn, &mut |id| {
                    if let Some(arn) = kms_key_arn(scope, id) {
                        is_present = true;
                        take(&arn);
                    }
                });
                is_present
            }
            Some(key) => self.members.value(key, take),
        }
    }
}

impl SecretKeys<'_> {
    fn resource_has(&self, key: Key) -> bool {
        resource_keys(self.members.operation()).contains(&key)
    }

    fn of_resource(&self, key: Key, take: &mut dyn FnMut(&str)) -> bool {
        let DecisionSubject { arn, scope, partner_type, rotation_function_arn, origin_region, .. } = *self.subject;
        match key {
            Key::SecretId => (&**arn).tell(take),
            // Only secrets of several regions have a primary one.
            Key::SecretPrimaryRegion => (origin_region != scope.region).then(|| origin_region.as_str()).tell(take),
            Key::ResourceType => partner_type.tell(take),
            Key::AllowRotationLambdaArn => rotation_function_arn.tell(take),
            _ => false,
        }
    }
}

/// The ARN of the key that a `KmsKeyId` member means. An alias is not looked up: it has an ARN of its own. Chosen.
fn kms_key_arn(scope: Scope, kms_key_id: &str) -> Option<String> {
    let Scope { account, region } = scope;
    let partition = region.partition();
    match kms_key_id {
        "" => None,
        arn if arn.starts_with("arn:") => Some(arn.to_owned()),
        alias if alias.starts_with("alias/") => Some(format!("arn:{partition}:kms:{region}:{account}:{alias}")),
        id => Some(format!("arn:{partition}:kms:{region}:{account}:key/{id}")),
    }
}

/// A member's values as policies compare them.
trait Tell {
    fn tell(&self, take: &mut dyn FnMut(&str)) -> bool;
}

impl Tell for &str {
    fn tell(&self, take: &mut dyn FnMut(&str)) -> bool {
        take(self);
        true
    }
}

impl Tell for String {
    fn tell(&self, take: &mut dyn FnMut(&str)) -> bool {
        self.as_str().tell(take)
    }
}

impl Tell for bool {
    fn tell(&self, take: &mut dyn FnMut(&str)) -> bool {
        if *self { "true" } else { "false" }.tell(take)
    }
}

impl Tell for i64 {
    fn tell(&self, take: &mut dyn FnMut(&str)) -> bool {
        self.to_string().tell(take)
    }
}

impl Tell for Vec<ReplicaRegionType> {
    fn tell(&self, take: &mut dyn FnMut(&str)) -> bool {
        self.iter().filter_map(|replica| replica.region.as_deref()).for_each(take);
        true
    }
}

impl<T: Tell> Tell for Option<T> {
    fn tell(&self, take: &mut dyn FnMut(&str)) -> bool {
        self.as_ref().is_some_and(|value| value.tell(take))
    }
}

#[cfg(test)]
mod tests;
