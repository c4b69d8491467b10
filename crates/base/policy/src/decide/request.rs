//! A request as statements are compared with it.

use terms::AccountId;

use crate::{ConditionContext, Inquiry, Principal, Question, Resource, pattern::Target, statement::ActionName};

pub(crate) struct Request<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) action: ActionName,
    pub(crate) target: Target<'a>,
    /// Whose the resource is.
    pub(crate) owner: Option<AccountId>,
    pub(crate) context: &'a dyn ConditionContext,
}

impl<'a> Request<'a> {
    pub(crate) fn of_question(question: &'a Question, context: &'a dyn ConditionContext) -> Self {
        let Question { principal, action, resource, .. } = question;
        let (target, owner) = match resource {
            Resource::One { arn, account, .. } => (Target::new(arn), Some(*account)),
            Resource::Every => (Target::new("*"), principal.account()),
        };
        Self { principal, action: ActionName::new(action.as_str()), target, owner, context }
    }

    pub(crate) fn of_inquiry(inquiry: &Inquiry<'a>, context: &'a dyn ConditionContext) -> Self {
        let owner = inquiry.resource_account.or_else(|| inquiry.principal.account());
        Self {
            principal: inquiry.principal,
            action: ActionName::new(inquiry.action),
            target: Target::new(inquiry.resource),
            owner,
            context,
        }
    }

    /// Does the resource belong to the principal's own account?
    pub(crate) fn is_at_home(&self) -> bool {
        self.owner.is_some() && self.principal.account() == self.owner
    }
}
