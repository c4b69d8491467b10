use trail::Recorded;

use super::put;
use crate::{error::Error, holder::HolderName, room::Call, shapes::PutRolePolicyRequest};

/// Gives a role a policy of its own, or another document to the one of this name.
pub(in crate::operations) async fn put_role_policy(
    call: &Call<'_>,
    ask: &PutRolePolicyRequest,
) -> Result<Recorded<()>, Error> {
    put(call, HolderName::role(&ask.role_name), &ask.policy_name, &ask.policy_document).await
}
