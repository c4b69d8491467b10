//! From what the caller wrote to a function, and to the right to use it.

use std::sync::Arc;

use contract::{FunctionRecord, Guarded, StoreError};
use gate::{AuthorizationError, Caller, Keys, RequestContext, RequestTags, ResourcePolicy, Target};
use policy::{Action, Permit, Resource};

use crate::{
    aliases::function_not_found,
    error::Error,
    function_name::NamedFunction,
    room::{Call, Room},
};

/// What the policy of a function can let other accounts do, as AWS's guide lists it. The rest is for the function's own
/// account, whatever a statement says.
const FOR_OTHER_ACCOUNTS: [&str; 19] = [
    "CreateAlias",
    "DeleteAlias",
    "DeleteFunction",
    "DeleteFunctionConcurrency",
    "GetAlias",
    "GetFunction",
    "GetFunctionConcurrency",
    "GetFunctionConfiguration",
    "GetPolicy",
    "InvokeFunction",
    "ListAliases",
    "ListTags",
    "ListVersionsByFunction",
    "PublishVersion",
    "PutFunctionConcurrency",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateFunctionCode",
];

/// What a decision is made from beside the function.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wish<'a> {
    /// Another than the operation's own.
    pub(crate) action: Option<Action>,
    pub(crate) request_tags: RequestTags<'a>,
    /// The service's own condition keys, in lower case.
    pub(crate) keys: &'a [(&'a str, &'a str)],
    /// The resource is the version or alias that is named. As AWS documents it, of all operations here only an invocation
    /// is for one; the others are for the function.
    pub(crate) is_for_qualifier: bool,
}

impl Wish<'_> {
    fn qualifier<'n>(&self, named: &'n NamedFunction) -> Option<&'n str> {
        named.qualifier.as_deref().filter(|_| self.is_for_qualifier)
    }
}

pub(crate) type Found = Option<Guarded<Arc<FunctionRecord>>>;

impl Room {
    /// The functions of a closed account serve nobody.
    pub(crate) async fn find(&self, named: &NamedFunction) -> Result<Found, StoreError> {
        if self.store.identities(named.scope.account).await?.is_none() {
            return Ok(None);
        }
        self.store.function(named.scope, &named.name).await
    }

    /// May the caller do this with the function, whether it is there or not?
    pub(crate) async fn authorize(
        &self,
        context: &RequestContext,
        caller: &Caller,
        action: Action,
        named: &NamedFunction,
        found: &Found,
        wish: &Wish<'_>,
    ) -> Result<Permit, AuthorizationError> {
        let qualifier = wish.qualifier(named);
        let resource = named.resource(wish.is_for_qualifier);
        let subject = found.as_ref().map(Guarded::function);
        let is_own = named.scope.account == caller.account();
        let policy = subject.and_then(|subject| subject.policy(qualifier));
        let policy = policy.filter(|_| is_own || is_for_other_accounts(action));
        let keys = Keys(wish.keys);
        let target = Target::new(&resource)
            .with_policy(policy.map(ResourcePolicy::Function))
            .with_tags(subject.map_or(&[], |subject| subject.tags))
            .with_request_tags(wish.request_tags)
            .with_keys(&keys);
        self.gate.authorize(context, caller, action, &target).await
    }
}

impl NamedFunction {
    /// As decisions see it, with its qualifier or without.
    pub(crate) fn resource(&self, is_for_qualifier: bool) -> Resource {
        let arn: Arc<str> = if is_for_qualifier { self.qualified_arn() } else { self.arn() }.into();
        Resource::One { asked: Arc::clone(&arn), arn, account: self.scope.account }
    }
}

impl Call<'_> {
    /// The function that a request names.
    pub(crate) fn named(&self, text: &str) -> Result<NamedFunction, Error> {
        NamedFunction::parse(self.caller.scope(), text)
    }

    pub(crate) fn qualified(&self, text: &str, qualifier: Option<&str>) -> Result<NamedFunction, Error> {
        NamedFunction::qualified(self.caller.scope(), text, qualifier)
    }

    /// Opens the function if the caller may do with it what the operation does. Who may not does not learn whether it is
    /// there.
    pub(crate) async fn open(&self, named: &NamedFunction) -> Result<(Permit, Arc<FunctionRecord>), Error> {
        self.open_for(named, &Wish::default()).await
    }

    pub(crate) async fn open_for(
        &self,
        named: &NamedFunction,
        wish: &Wish<'_>,
    ) -> Result<(Permit, Arc<FunctionRecord>), Error> {
        let found = self.room.find(named).await?;
        let permit = self.authorize(named, &found, wish).await?;
        let function = found.ok_or_else(|| function_not_found(&named.arn(), named.qualifier.as_deref()))?;
        let function = function.open_function(&permit, wish.qualifier(named))?;
        Ok((permit, function))
    }

    /// May the caller do this with the function, whether it is there or not?
    pub(crate) async fn authorize(
        &self,
        named: &NamedFunction,
        found: &Found,
        wish: &Wish<'_>,
    ) -> Result<Permit, Error> {
        let action = wish.action.unwrap_or(self.action);
        Ok(self.room.authorize(self.context, self.caller, action, named, found, wish).await?)
    }
}

fn is_for_other_accounts(action: Action) -> bool {
    FOR_OTHER_ACCOUNTS.contains(&action.operation())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::Operation;

    #[test]
    fn who_is_let_in_by_a_policy_changes_neither_it_nor_the_role() {
        assert!(is_for_other_accounts(Action::new("lambda:InvokeFunction")));
        let kept = Operation::ALL.iter().map(|operation| operation.action()).filter(|one| !is_for_other_accounts(*one));
        assert_eq!(
            kept.map(|action| action.operation()).collect::<Vec<_>>(),
            [
                "AddPermission",
                "CreateFunction",
                "GetAccountSettings",
                "GetFunctionCodeSigningConfig",
                "GetFunctionRecursionConfig",
                "GetRuntimeManagementConfig",
                // Called `InvokeFunction` where policies decide.
                "Invoke",
                "ListFunctions",
                "RemovePermission",
                "UpdateFunctionConfiguration",
            ]
        );
    }
}
