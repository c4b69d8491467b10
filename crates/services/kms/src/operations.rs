//! The operations, a file for each story, in folders by what they are about.
//!
//! What is the same around all of them is the frame's (`service`).

mod alias;
mod cryptography;
mod grant;
mod key;
mod policy;

use service::{Asked, Service};
use shape::{ParseError, Reply, Structure, parse_json};
use trail::Recorder;
use zeroize::Zeroizing;

use crate::{
    error::Error,
    room::{Call, Room},
};

service::operations! {
    Room, Call, "kms:";

    CreateAlias => alias::create_alias, Write again;
    CreateGrant => grant::create_grant, Write again;
    Decrypt => cryptography::decrypt, Read;
    DeleteAlias => alias::delete_alias, Write again;
    DescribeKey => key::describe_key, Read;
    Encrypt => cryptography::encrypt, Read;
    GenerateDataKey => cryptography::generate_data_key, Read;
    GenerateDataKeyWithoutPlaintext => cryptography::generate_data_key_without_plaintext, Read;
    GenerateMac => cryptography::generate_mac, Read;
    GenerateRandom => cryptography::generate_random, Read;
    GetKeyPolicy => policy::get_key_policy, Read;
    ListAliases => alias::list_aliases, Read;
    ListGrants => grant::list_grants, Read;
    ListKeyPolicies => policy::list_key_policies, Read;
    ListRetirableGrants => grant::list_retirable_grants, Read;
    PutKeyPolicy => policy::put_key_policy, Write again;
    ReEncrypt => cryptography::re_encrypt, Read;
    RetireGrant => grant::retire_grant, Write again;
    RevokeGrant => grant::revoke_grant, Write again;
    UpdateAlias => alias::update_alias, Write again;
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

    fn render(_: &Asked<'_, Self>, answer: &impl Reply) -> Zeroizing<Vec<u8>> {
        service::json(answer)
    }
}
