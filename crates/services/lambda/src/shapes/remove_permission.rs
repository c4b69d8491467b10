use shape::{Optional, Required};

use super::forms::{NamespacedFunctionName, NamespacedStatementId, NumericLatestPublishedOrAliasQualifier, StringType};

shape::structure! {
    pub struct RemovePermissionRequest {
        function_name: Required<NamespacedFunctionName> = "FunctionName" in label,
        statement_id: Required<NamespacedStatementId> = "StatementId" in label,
        qualifier: Optional<NumericLatestPublishedOrAliasQualifier> = "Qualifier" in query,
        revision_id: Optional<StringType> = "RevisionId" in query,
    }
}

shape::operation! {
    pub RemovePermission(RemovePermissionRequest) -> (),
    at DELETE "/2015-03-31/functions/{FunctionName}/policy/{StatementId}" 204,
    errors [
        InvalidParameterValueException, PublicPolicyException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException, PreconditionFailedException,
    ]
}
