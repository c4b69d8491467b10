use shape::{Optional, Required};

use super::choices::FunctionUrlAuthType;
use super::forms::{
    Arn, EventSourceToken, InvokedViaFunctionUrl, NamespacedFunctionName, NumericLatestPublishedOrAliasQualifier,
    PermissionAction, Principal, PrincipalOrgID, SourceOwner, StatementId, StringType,
};

shape::structure! {
    pub struct AddPermissionRequest {
        function_name: Required<NamespacedFunctionName> = "FunctionName" in label,
        statement_id: Required<StatementId> = "StatementId",
        action: Required<PermissionAction> = "Action",
        principal: Required<Principal> = "Principal",
        source_arn: Optional<Arn> = "SourceArn",
        function_url_auth_type: Optional<FunctionUrlAuthType> = "FunctionUrlAuthType",
        invoked_via_function_url: Optional<InvokedViaFunctionUrl> = "InvokedViaFunctionUrl",
        source_account: Optional<SourceOwner> = "SourceAccount",
        event_source_token: Optional<EventSourceToken> = "EventSourceToken",
        qualifier: Optional<NumericLatestPublishedOrAliasQualifier> = "Qualifier" in query,
        revision_id: Optional<StringType> = "RevisionId",
        principal_org_id: Optional<PrincipalOrgID> = "PrincipalOrgID",
    }
}

shape::structure! {
    pub struct AddPermissionResponse {
        statement: Optional<StringType> = "Statement",
    }
}

shape::operation! {
    pub AddPermission(AddPermissionRequest) -> AddPermissionResponse,
    at POST "/2015-03-31/functions/{FunctionName}/policy" 201,
    errors [
        InvalidParameterValueException, ResourceConflictException, PublicPolicyException, ServiceException,
        TooManyRequestsException, PolicyLengthExceededException, ResourceNotFoundException,
        PreconditionFailedException,
    ]
}
