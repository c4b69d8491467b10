use trail::Recorded;

use crate::{
    background::tended_again, error::Error, group_id::NamedGroup, room::Call, shapes::PutRetentionPolicyRequest,
};

const DAYS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// Says how long events are kept. What is older goes within the hour, as far as its chunk is older as a whole.
pub(crate) async fn put_retention_policy(
    call: &Call<'_>,
    ask: &PutRetentionPolicyRequest,
) -> Result<Recorded<()>, Error> {
    let asked = u32::try_from(ask.retention_in_days).ok();
    let Some(days) = asked.filter(|days| DAYS.contains(days)) else {
        // Chosen.
        let text = format!("The retention period of {} days is not one of the possible values.", ask.retention_in_days);
        return Err(Error::invalid(text));
    };
    let named = NamedGroup::of_name(call.caller.scope(), &ask.log_group_name);
    let (permit, before) = call.open(&named).await?;
    let job = tended_again(&before, call.now());
    call.change(permit, before, [job], |details| details.retention_days = Some(days)).await
}
