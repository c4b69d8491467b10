use trail::Recorded;

use super::delete;
use crate::{error::Error, holder::HolderName, room::Call, shapes::DeleteRolePermissionsBoundaryRequest};

/// Takes away a role's boundary, if it has one.
pub(in crate::operations) async fn delete_role_permissions_boundary(
    call: &Call<'_>,
    ask: &DeleteRolePermissionsBoundaryRequest,
) -> Result<Recorded<()>, Error> {
    delete(call, HolderName::role(&ask.role_name)).await
}
