//! How a simulated decision is told: which statements made it, and where they stand.

use shape::{Integer, List, Map, Optional, Required, Text};

use super::forms::BooleanType;

shape::enumeration! {
    pub enum PolicyEvaluationDecisionType {
        Allowed = "allowed",
        ExplicitDeny = "explicitDeny",
        ImplicitDeny = "implicitDeny",
    }
}

/// What nobody decided is denied.
impl Default for PolicyEvaluationDecisionType {
    fn default() -> Self {
        Self::ImplicitDeny
    }
}

shape::forms! {
    pub ActionNameType: Text { min: 3, max: 128 }
    pub ResourceNameType: Text { min: 1, max: 2048 }
    pub ContextKeyNameType: Text { min: 5, max: 256 }
    pub ContextKeyNamesResultListType: List<ContextKeyNameType> {}
    pub PolicyIdentifierType: Text {}
    /// The model lists `user`, `group` and others. IAM answers none of them, but `IAM Policy` and `Resource Policy`.
    pub SourcePolicyTypeText: Text {}
    pub EvalDecisionSourceType: Text { min: 3, max: 256 }
    pub EvalDecisionDetailsType: Map<EvalDecisionSourceType, PolicyEvaluationDecisionType> {}
    pub LineNumber: Integer {}
    pub ColumnNumber: Integer {}
    pub StatementListType: List<Statement> {}
    pub ResourceSpecificResultListType: List<ResourceSpecificResult> {}
    pub EvaluationResultsListType: List<EvaluationResult> {}
}

shape::structure! {
    /// Where in a policy's text.
    pub struct Position {
        line: Optional<LineNumber> = "Line",
        column: Optional<ColumnNumber> = "Column",
    }
}

shape::structure! {
    /// A statement that decided.
    pub struct Statement {
        source_policy_id: Optional<PolicyIdentifierType> = "SourcePolicyId",
        source_policy_type: Optional<SourcePolicyTypeText> = "SourcePolicyType",
        start_position: Optional<Position> = "StartPosition",
        end_position: Optional<Position> = "EndPosition",
    }
}

shape::structure! {
    pub struct OrganizationsDecisionDetail {
        allowed_by_organizations: Optional<BooleanType> = "AllowedByOrganizations",
    }
}

shape::structure! {
    pub struct PermissionsBoundaryDecisionDetail {
        allowed_by_permissions_boundary: Optional<BooleanType> = "AllowedByPermissionsBoundary",
    }
}

shape::structure! {
    pub struct ResourceSpecificResult {
        eval_resource_name: Required<ResourceNameType> = "EvalResourceName",
        eval_resource_decision: Required<PolicyEvaluationDecisionType> = "EvalResourceDecision",
        matched_statements: Optional<StatementListType> = "MatchedStatements",
        missing_context_values: Optional<ContextKeyNamesResultListType> = "MissingContextValues",
        eval_decision_details: Optional<EvalDecisionDetailsType> = "EvalDecisionDetails",
        permissions_boundary_decision_detail: Optional<PermissionsBoundaryDecisionDetail>
            = "PermissionsBoundaryDecisionDetail",
    }
}

shape::structure! {
    pub struct EvaluationResult {
        eval_action_name: Required<ActionNameType> = "EvalActionName",
        eval_resource_name: Optional<ResourceNameType> = "EvalResourceName",
        eval_decision: Required<PolicyEvaluationDecisionType> = "EvalDecision",
        matched_statements: Optional<StatementListType> = "MatchedStatements",
        missing_context_values: Optional<ContextKeyNamesResultListType> = "MissingContextValues",
        organizations_decision_detail: Optional<OrganizationsDecisionDetail> = "OrganizationsDecisionDetail",
        permissions_boundary_decision_detail: Optional<PermissionsBoundaryDecisionDetail>
            = "PermissionsBoundaryDecisionDetail",
        eval_decision_details: Optional<EvalDecisionDetailsType> = "EvalDecisionDetails",
        resource_specific_results: Optional<ResourceSpecificResultListType> = "ResourceSpecificResults",
    }
}
