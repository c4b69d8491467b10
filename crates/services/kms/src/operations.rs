//! The operations, a file for each story, in folders by what they are about.
//!
//! What is the same around all of them is the frame's (`service`).

mod alias;
mod cryptography;
mod grant;
mod key;
mod multi_region;
mod policy;
mod rotation;
mod tag;

use service::{Asked, Service};
use shape::{ParseError, Rendered, Reply, Structure, parse_json};
use trail::Recorder;

use crate::{
    error::Error,
    room::{Call, Room},
};

service::operations! {
    Room, Call, "kms:";

    CancelKeyDeletion => key::cancel_key_deletion, Write again;
    CreateAlias => alias::create_alias, Write again;
    CreateGrant => grant::create_grant, Write again;
    CreateKey => key::create_key, Write again;
    Decrypt => cryptography::decrypt, Read;
    DeleteAlias => alias::delete_alias, Write again;
    DescribeKey => key::describe_key, Read;
    DisableKey => key::disable_key, Write again;
    DisableKeyRotation => rotation::disable_key_rotation, Write again;
    EnableKey => key::enable_key, Write again;
    EnableKeyRotation => rotation::enable_key_rotation, Write again;
    Encrypt => cryptography::encrypt, Read;
    GenerateDataKey => cryptography::generate_data_key, Read;
    GenerateDataKeyWithoutPlaintext => cryptography::generate_data_key_without_plaintext, Read;
    GenerateMac => cryptography::generate_mac, Read;
    GenerateRandom => cryptography::generate_random, Read;
    GetKeyPolicy => policy::get_key_policy, Read;
    GetKeyRotationStatus => rotation::get_key_rotation_status, Read;
    ListAliases => alias::list_aliases, Read;
    ListGrants => grant::list_grants, Read;
    ListKeyPolicies => policy::list_key_policies, Read;
    ListKeyRotations => rotation::list_key_rotations, Read;
    ListKeys => key::list_keys, Read;
    ListResourceTags => tag::list_resource_tags, Read;
    ListRetirableGrants => grant::list_retirable_grants, Read;
    PutKeyPolicy => policy::put_key_policy, Write again;
    ReEncrypt => cryptography::re_encrypt, Read;
    ReplicateKey => multi_region::replicate_key, Write again;
    RetireGrant => grant::retire_grant, Write again;
    RevokeGrant => grant::revoke_grant, Write again;
    RotateKeyOnDemand => rotation::rotate_key_on_demand, Write again;
    ScheduleKeyDeletion => key::schedule_key_deletion, Write again;
    TagResource => tag::tag_resource, Write again;
    UntagResource => tag::untag_resource, Write again;
    UpdateAlias => alias::update_alias, Write again;
    UpdateKeyDescription => key::update_key_description, Write again;
    UpdatePrimaryRegion => multi_region::update_primary_region, Write again;
    VerifyMac => cryptography::verify_mac, Read;
}

impl Service for Room {
    type Operation = Operation;
    type Error = Error;
    type Request = [u8];

    const SOURCE: &'static str = "kms.amazonaws.com";

    fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    fn parse<R: Structure>(request: &[u8]) -> Result<R, ParseError> {
        parse_json(request)
    }

    fn render(_: &Asked<'_, Self>, answer: &impl Reply) -> Rendered {
        service::json(answer)
    }
}
