use shape::{List, Optional, Pattern, Required, Text};

use super::forms::{BackingKeyIdType, BooleanType, DateType, KeyIdType, LimitType, MarkerType};
use super::specs::ExpirationModelType;

const KEY_MATERIAL_DESCRIPTION: Pattern =
    Pattern { text: r"^[a-zA-Z0-9:/_\s.-]+$", holds: is_key_material_description };

shape::forms! {
    pub KeyMaterialDescriptionType: Text { min: 0, max: 256, pattern: KEY_MATERIAL_DESCRIPTION }
    pub RotationsList: List<RotationsListEntry> {}
}

shape::enumeration! {
    pub enum IncludeKeyMaterial {
        AllKeyMaterial = "ALL_KEY_MATERIAL",
        RotationsOnly = "ROTATIONS_ONLY",
    }
}

shape::enumeration! {
    pub enum ImportState {
        Imported = "IMPORTED",
        PendingImport = "PENDING_IMPORT",
    }
}

shape::enumeration! {
    pub enum KeyMaterialState {
        NonCurrent = "NON_CURRENT",
        Current = "CURRENT",
        PendingRotation = "PENDING_ROTATION",
        PendingMultiRegionImportAndRotation = "PENDING_MULTI_REGION_IMPORT_AND_ROTATION",
    }
}

shape::enumeration! {
    pub enum RotationType {
        Automatic = "AUTOMATIC",
        OnDemand = "ON_DEMAND",
    }
}

shape::structure! {
    pub struct ListKeyRotationsRequest {
        key_id: Required<KeyIdType> = "KeyId",
        include_key_material: Optional<IncludeKeyMaterial> = "IncludeKeyMaterial",
        limit: Optional<LimitType> = "Limit",
        marker: Optional<MarkerType> = "Marker",
    }
}

shape::structure! {
    pub struct ListKeyRotationsResponse {
        rotations: Optional<RotationsList> = "Rotations",
        next_marker: Optional<MarkerType> = "NextMarker",
        truncated: Optional<BooleanType> = "Truncated",
    }
}

shape::structure! {
    pub struct RotationsListEntry {
        key_id: Optional<KeyIdType> = "KeyId",
        key_material_id: Optional<BackingKeyIdType> = "KeyMaterialId",
        key_material_description: Optional<KeyMaterialDescriptionType> = "KeyMaterialDescription",
        import_state: Optional<ImportState> = "ImportState",
        key_material_state: Optional<KeyMaterialState> = "KeyMaterialState",
        expiration_model: Optional<ExpirationModelType> = "ExpirationModel",
        valid_to: Optional<DateType> = "ValidTo",
        rotation_date: Optional<DateType> = "RotationDate",
        rotation_type: Optional<RotationType> = "RotationType",
    }
}

shape::operation! {
    pub ListKeyRotations(ListKeyRotationsRequest) -> ListKeyRotationsResponse,
    errors [
        NotFoundException, InvalidArnException, InvalidMarkerException, KMSInternalException,
        KMSInvalidStateException, UnsupportedOperationException,
    ]
}

fn is_key_material_description(text: &str) -> bool {
    let is_one = |character: char| {
        character.is_ascii_alphanumeric() || character.is_ascii_whitespace() || ":/_.-".contains(character)
    };
    !text.is_empty() && text.chars().all(is_one)
}
