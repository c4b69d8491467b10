use trail::Recorded;

use super::put;
use crate::{error::Error, holder::HolderName, room::Call, shapes::PutGroupPolicyRequest};

/// Gives a group a policy of its own, or another document to the one of this name.
pub(in crate::operations) async fn put_group_policy(
    call: &Call<'_>,
    ask: &PutGroupPolicyRequest,
) -> Result<Recorded<()>, Error> {
    put(call, HolderName::group(&ask.group_name), &ask.policy_name, &ask.policy_document).await
}
