//! The right to make a key, which is about no key in particular.

use std::sync::Arc;

use contract::{KeyRecord, KeySubject};
use gate::Target;
use policy::{Action, Permit, Resource, refusal_text};

use crate::{
    error::Error,
    key_keys::{KeyKeys, KeyUse},
    room::Call,
};

const CREATE_KEY: Action = Action::new("kms:CreateKey");
const TAG_RESOURCE: Action = Action::new("kms:TagResource");

impl Call<'_> {
    /// Identity policies alone decide. What they may ask about is taken from the key as it would be.
    pub(crate) async fn authorize_new_key(&self, draft: &KeyRecord, asked: &KeyUse<'_>) -> Result<Permit, Error> {
        let subject = KeySubject::of(draft);
        let keys = KeyKeys { subject: &subject, asked, asker: self.asker() };
        let target = Target::new(&Resource::Every).with_request_tags(asked.request_tags).with_keys(&keys);
        Ok(self.room.gate.authorize(self.context, self.caller, CREATE_KEY, &target).await?)
    }

    /// Who gives a new key tags needs that right too. Policies see the ARN that is about to be; whoever is refused is told
    /// of none. As recorded.
    pub(crate) async fn authorize_tags_of_new_key(
        &self,
        draft: &KeyRecord,
        asked: &KeyUse<'_>,
    ) -> Result<Permit, Error> {
        let subject = KeySubject::of(draft);
        let keys = KeyKeys { subject: &subject, asked, asker: self.asker() };
        let arn = &draft.arn;
        let resource = Resource::One { asked: Arc::clone(arn), arn: Arc::clone(arn), account: draft.scope.account };
        let target = Target::new(&resource).with_request_tags(asked.request_tags).with_keys(&keys);
        let decided = self.room.gate.authorize(self.context, self.caller, TAG_RESOURCE, &target).await;
        decided.map_err(|error| match error.into() {
            Error::AccessDenied(denied) => {
                let principal = self.caller.principal();
                Error::Forbidden(refusal_text(principal, TAG_RESOURCE, &Resource::Every, Some(denied.cause())))
            }
            other => other,
        })
    }
}
