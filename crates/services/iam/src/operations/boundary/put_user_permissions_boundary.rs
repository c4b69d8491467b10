use trail::Recorded;

use super::put;
use crate::{error::Error, holder::HolderName, room::Call, shapes::PutUserPermissionsBoundaryRequest};

/// Bounds what a user may do by a managed policy, instead of the one before.
pub(in crate::operations) async fn put_user_permissions_boundary(
    call: &Call<'_>,
    ask: &PutUserPermissionsBoundaryRequest,
) -> Result<Recorded<()>, Error> {
    put(call, HolderName::user(&ask.user_name), &ask.permissions_boundary).await
}
