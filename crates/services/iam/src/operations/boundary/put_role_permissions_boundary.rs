use trail::Recorded;

use super::put;
use crate::{error::Error, holder::HolderName, room::Call, shapes::PutRolePermissionsBoundaryRequest};

/// Bounds what a role may do by a managed policy, instead of the one before.
pub(in crate::operations) async fn put_role_permissions_boundary(
    call: &Call<'_>,
    ask: &PutRolePermissionsBoundaryRequest,
) -> Result<Recorded<()>, Error> {
    put(call, HolderName::role(&ask.role_name), &ask.permissions_boundary).await
}
