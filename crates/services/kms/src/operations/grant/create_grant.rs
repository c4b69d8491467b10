use std::{collections::HashSet, sync::Arc};

use contract::{Change, Commit, GrantConstraint, GrantRecord, KeyChange, KeyRecord};
use policy::Permit;
use service::response_elements;
use shape::Enumeration;
use trail::{Recorded, Subject};

use super::{FOR_NO_SERVICE, kept, neighbours, refuse_services, require_principal};
use crate::{
    dry_run::end_dry_run,
    error::Error,
    grants::{constraint_name, made_before, pairs_of, principals_of, require_room_for_one_more, require_suitable},
    key_keys::KeyUse,
    room::{Call, next},
    shapes::{CreateGrantRequest, CreateGrantResponse, GrantConstraints},
    states::require_enabled,
};

/// Gives one principal rights to a key.
pub(crate) async fn create_grant(
    call: &Call<'_>,
    ask: &CreateGrantRequest,
) -> Result<Recorded<CreateGrantResponse>, Error> {
    call.room.require_grant_tokens(ask.grant_tokens.as_deref())?;
    let wanted = wanted(call, ask)?;
    let (permit, before) = open(call, ask, &wanted).await?;
    require_enabled(&before.arn, before.details.state)?;
    require_suitable(&before.arn, &before.details, &wanted)?;
    let grant = with_ids(call, wanted).await?;

    let made_before = made_before(before.grants.values().map(|grant| &**grant), &grant).map(|made| made.id.clone());
    if made_before.is_none() {
        require_room_for_one_more(before.grants.len())?;
    }
    end_dry_run(ask.dry_run)?;
    match made_before {
        Some(id) => call.tell(Some(Subject::key_seen(&before)), answer(call, &before, id)?).await,
        None => give(call, permit, before, grant).await,
    }
}

async fn give(
    call: &Call<'_>,
    permit: Permit,
    before: Arc<KeyRecord>,
    grant: GrantRecord,
) -> Result<Recorded<CreateGrantResponse>, Error> {
    let answer = answer(call, &before, grant.id.clone())?;
    let mut after = next(&before);
    after.grants.insert(grant.id.clone(), Arc::new(grant));
    let after = Arc::new(after);
    let subject = Subject::key_changed(&after);
    let commit = Commit::under(permit).change(Change::Key(KeyChange::Update { before, after }))?;
    // CloudTrail tells the id alone.
    let response = CreateGrantResponse { grant_token: None, grant_id: answer.grant_id.clone() };
    Ok(call.commit(commit, subject, Some(&response_elements(&response)), answer).await?)
}

/// Each answer has a token of its own.
fn answer(call: &Call<'_>, key: &KeyRecord, id: String) -> Result<CreateGrantResponse, Error> {
    let grant_token = Some(call.room.make_grant_token(key, &id)?);
    Ok(CreateGrantResponse { grant_token, grant_id: Some(id) })
}

/// The grant as it was asked for. Its principals are looked at when the caller may make it.
fn wanted(call: &Call<'_>, ask: &CreateGrantRequest) -> Result<GrantRecord, Error> {
    refuse_services(&[
        ("GranteeServicePrincipal", ask.grantee_service_principal.is_some()),
        ("RetiringServicePrincipal", ask.retiring_service_principal.is_some()),
        ("SourceArn", ask.constraints.as_ref().is_some_and(|constraints| constraints.source_arn.is_some())),
    ])?;
    let mut id = [0; 32];
    call.room.entropy.fill(&mut id);
    let mut seen = HashSet::new();
    let operations = ask.operations.iter().filter(|operation| seen.insert(**operation));
    Ok(GrantRecord {
        id: id.iter().map(|byte| format!("{byte:02x}")).collect(),
        name: ask.name.clone(),
        created_at: call.now(),
        grantee: require_principal(ask.grantee_principal.as_ref(), "GranteePrincipal")?.to_owned(),
        retiree: ask.retiring_principal.clone(),
        issuing_account: call.caller.account(),
        operations: operations.map(|operation| operation.as_str().to_owned()).collect(),
        constraint: ask.constraints.as_ref().map(constraint).transpose()?.flatten(),
    })
}

fn constraint(constraints: &GrantConstraints) -> Result<Option<GrantConstraint>, Error> {
    match (&constraints.encryption_context_equals, &constraints.encryption_context_subset) {
        (None, None) => Ok(None),
        (Some(pairs), None) => Ok(Some(GrantConstraint::EncryptionContextEquals(pairs.clone()))),
        (None, Some(pairs)) => Ok(Some(GrantConstraint::EncryptionContextSubset(pairs.clone()))),
        // Chosen.
        (Some(_), Some(_)) => {
            let text = "Specify either EncryptionContextEquals or EncryptionContextSubset, not both.";
            Err(Error::Validation(text.to_owned()))
        }
    }
}

/// By the key's policy, or by a grant that lets its grantee make this one.
async fn open(
    call: &Call<'_>,
    ask: &CreateGrantRequest,
    wanted: &GrantRecord,
) -> Result<(Permit, Arc<KeyRecord>), Error> {
    let mut members = vec![FOR_NO_SERVICE, ("granteeprincipal", &*wanted.grantee)];
    members.extend(wanted.retiree.as_deref().map(|retiree| ("retiringprincipal", retiree)));
    members.extend(wanted.operations.iter().map(|operation| ("grantoperations", &**operation)));
    members.extend(wanted.constraint.as_ref().map(|constraint| ("grantconstrainttype", constraint_name(constraint))));
    let asked = KeyUse {
        encryption_context: pairs_of(wanted.constraint.as_ref()),
        members: &members,
        grant: Some(wanted),
        ..KeyUse::default()
    };
    call.open_for(&ask.key_id, &asked).await
}

async fn with_ids(call: &Call<'_>, wanted: GrantRecord) -> Result<GrantRecord, Error> {
    let neighbours = neighbours(call, principals_of(&wanted).collect()).await?;
    Ok(GrantRecord {
        grantee: kept(&neighbours, &wanted.grantee)?,
        retiree: wanted.retiree.as_deref().map(|retiree| kept(&neighbours, retiree)).transpose()?,
        ..wanted
    })
}
