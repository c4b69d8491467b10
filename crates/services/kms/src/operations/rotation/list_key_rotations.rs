use contract::{KeyMaterialRecord, KeyRecord, MaterialOrigin};
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    paging::limit_or,
    room::Call,
    shapes::{
        IncludeKeyMaterial, KeyMaterialState, ListKeyRotationsRequest, ListKeyRotationsResponse, RotationType,
        RotationsListEntry,
    },
    states::require_symmetric,
};

/// The rotations of a key, the oldest first, and its first material if that is asked for.
pub(crate) async fn list_key_rotations(
    call: &Call<'_>,
    ask: &ListKeyRotationsRequest,
) -> Result<Recorded<ListKeyRotationsResponse>, Error> {
    let (_, key) = call.open_own(&ask.key_id).await?;
    require_symmetric(key.details.spec)?;
    let is_all = ask.include_key_material == Some(IncludeKeyMaterial::AllKeyMaterial);
    let materials = key.materials.iter().enumerate();
    let listed = materials.filter(|(_, material)| is_all || material.origin != MaterialOrigin::Creation);
    let place = |(number, _): &(usize, _)| format!("{number:020}");
    let page = call.page(listed, place, ask.marker.as_deref(), limit_or(ask.limit, 100))?;
    let answer = ListKeyRotationsResponse {
        rotations: Some(page.items.iter().map(|(_, material)| entry(&key, material)).collect()),
        truncated: Some(page.is_truncated()),
        next_marker: page.marker,
    };
    call.tell(Some(Subject::key_seen(&key)), answer).await
}

fn entry(key: &KeyRecord, material: &KeyMaterialRecord) -> RotationsListEntry {
    let is_current = key.newest_material().is_some_and(|(_, newest)| newest.id == material.id);
    let rotation_type = match material.origin {
        MaterialOrigin::Creation => None,
        MaterialOrigin::AutomaticRotation => Some(RotationType::Automatic),
        MaterialOrigin::OnDemandRotation => Some(RotationType::OnDemand),
    };
    RotationsListEntry {
        key_id: Some(key.id.to_string()),
        key_material_id: Some(material.id.clone()),
        key_material_state: Some(if is_current { KeyMaterialState::Current } else { KeyMaterialState::NonCurrent }),
        rotation_date: rotation_type.is_some().then_some(material.made_at),
        rotation_type,
        ..RotationsListEntry::default()
    }
}
