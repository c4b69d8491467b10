use shape::Required;

use super::forms::{KeyIdType, RegionType};

shape::structure! {
    pub struct UpdatePrimaryRegionRequest {
        key_id: Required<KeyIdType> = "KeyId",
        primary_region: Required<RegionType> = "PrimaryRegion",
    }
}

shape::operation! {
    pub UpdatePrimaryRegion(UpdatePrimaryRegionRequest) -> (),
    errors [
        DisabledException, InvalidArnException, KMSInvalidStateException, KMSInternalException,
        NotFoundException, UnsupportedOperationException,
    ]
}
