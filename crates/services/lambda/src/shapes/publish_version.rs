use shape::{Optional, Required};

use super::choices::FunctionVersionLatestPublished;
use super::forms::{Description, FunctionName, StringType};
use super::function_configuration::FunctionConfiguration;

shape::structure! {
    pub struct PublishVersionRequest {
        function_name: Required<FunctionName> = "FunctionName" in label,
        code_sha256: Optional<StringType> = "CodeSha256",
        description: Optional<Description> = "Description",
        revision_id: Optional<StringType> = "RevisionId",
        publish_to: Optional<FunctionVersionLatestPublished> = "PublishTo",
    }
}

shape::operation! {
    pub PublishVersion(PublishVersionRequest) -> FunctionConfiguration,
    at POST "/2015-03-31/functions/{FunctionName}/versions" 201,
    errors [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException, CodeStorageExceededException,
        FunctionVersionsPerCapacityProviderLimitExceededException, PreconditionFailedException,
    ]
}
