use trail::Recorded;

use super::delete;
use crate::{error::Error, holder::HolderName, room::Call, shapes::DeleteUserPermissionsBoundaryRequest};

/// Takes away a user's boundary, if it has one.
pub(in crate::operations) async fn delete_user_permissions_boundary(
    call: &Call<'_>,
    ask: &DeleteUserPermissionsBoundaryRequest,
) -> Result<Recorded<()>, Error> {
    delete(call, HolderName::user(&ask.user_name)).await
}
