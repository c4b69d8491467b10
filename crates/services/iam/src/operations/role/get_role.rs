use gate::RequestTags;
use trail::Recorded;

use super::{authorized, shown};
use crate::{
    error::Error,
    room::Call,
    shapes::{GetRoleRequest, GetRoleResponse},
};

/// Tells all about a role.
pub(in crate::operations) async fn get_role(
    call: &Call<'_>,
    ask: &GetRoleRequest,
) -> Result<Recorded<GetRoleResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, role) = authorized(call, &identities, &ask.role_name, RequestTags::None).await?;
    permit.covers_resource(&role.arn)?;
    let role = shown(call, &identities, &role).await?;
    call.tell(GetRoleResponse { role }).await
}
