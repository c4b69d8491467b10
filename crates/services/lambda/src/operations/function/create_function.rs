use std::{collections::BTreeMap, sync::Arc};

use contract::{Change, Commit, FunctionChange, FunctionDetails, FunctionRecord, FunctionVersion};
use gate::RequestTags;
use policy::Action;
use service::response_elements;
use terms::Uid;
use trail::{Recorded, Subject};

use super::{changed, check_environment, sealed_environment};
use crate::{
    code::Uploaded,
    error::Error,
    find::Wish,
    passing,
    room::Call,
    settings,
    shapes::{CreateFunctionRequest, FunctionConfiguration},
    shown::{Moment, Shown},
    tags,
    vault::Owner,
};

const TAG_RESOURCE: Action = Action::new("lambda:TagResource");

/// Makes a function of an uploaded package. The caller must be allowed to pass its role on, and the role must trust Lambda.
pub(in crate::operations) async fn create_function(
    call: &Call<'_>,
    ask: &CreateFunctionRequest,
) -> Result<Recorded<FunctionConfiguration>, Error> {
    let named = call.named(&ask.function_name)?;
    if named.qualifier.is_some() {
        let constraint = "Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+";
        return Err(Error::constraint(&ask.function_name, "functionName", constraint));
    }
    let configuration = settings::of_new(ask, call.new_uuid(), call.now())?;
    check_environment(ask.environment.as_ref())?;
    let tags = ask.tags.as_ref().map(tags::of).transpose()?.unwrap_or_default();
    let uploaded = Uploaded::of(ask.code.zip_file.as_ref())?;

    let found = call.room.find(&named).await?;
    let wish = Wish { request_tags: RequestTags::of(&tags), ..Wish::default() };
    let permit = call.authorize(&named, &found, &wish).await?;
    if !tags.is_empty() {
        call.authorize(&named, &found, &Wish { action: Some(TAG_RESOURCE), ..wish }).await?;
    }
    if found.is_some() {
        return Err(Error::conflict(format!("Function already exist: {}", named.name)));
    }
    passing::check(call, &named, &ask.role).await?;
    let means = &call.room.runner.means;
    uploaded.install(&*means.host).await?;

    let (arn, uid) = (Arc::<str>::from(named.arn()), Uid::random(&*call.room.entropy));
    let owner = Owner { arn: &arn, uid };
    let code = uploaded.seal(&owner, &means.vault, &*call.room.entropy)?;
    let environment = sealed_environment(call, &owner, ask.environment.as_ref())?;
    let latest = FunctionVersion { number: None, code: uploaded.reference(), configuration, environment };
    let mut function = FunctionRecord {
        scope: named.scope,
        name: named.name.into(),
        uid,
        arn,
        revision: 1,
        details: FunctionDetails {
            created_at: call.now(),
            next_version: 1,
            aliases: BTreeMap::new(),
            policies: BTreeMap::new(),
            tags,
            reserved_concurrency: None,
        },
        latest: Arc::new(latest),
        versions: Vec::new(),
    };
    let shown = Shown { vault: &means.vault, permit: &permit, moment: Moment::Created };
    let answer = changed(call, &shown, &mut function, ask.publish == Some(true))?;
    let after = Arc::new(function);
    let (subject, response) = (Subject::function_changed(&after), response_elements(&answer));
    let commit = Commit::under(permit).change(Change::Function(FunctionChange::Create { after, code }))?;
    Ok(call.commit(commit, subject, Some(&response), answer).await?)
}
