//! What the service says when it refuses: the catalogue of the reference, one function a sentence.

use crate::letters::Refusal;

fn refusal(code: &'static str, text: impl Into<String>) -> Refusal {
    Refusal { code, text: Some(text.into()) }
}

pub(crate) fn not_found() -> Refusal {
    refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

pub(crate) fn label_not_found(label: &str) -> Refusal {
    let text = format!("Secrets Manager can't find the specified secret value for staging label: {label}");
    refusal("ResourceNotFoundException", text)
}

pub(crate) fn version_not_found(id: &str) -> Refusal {
    let text = format!("Secrets Manager can't find the specified secret value for VersionId: {id}");
    refusal("ResourceNotFoundException", text)
}

pub(crate) fn label_elsewhere() -> Refusal {
    invalid_request("You provided a VersionStage that is not associated to the provided VersionId.")
}

pub(crate) fn scheduled() -> Refusal {
    invalid_request("You can't perform this operation on the secret because it was marked for deletion.")
}

pub(crate) fn name_scheduled() -> Refusal {
    invalid_request("You can't create this secret because a secret with this name is already scheduled for deletion.")
}

pub(crate) fn name_exists(name: &str) -> Refusal {
    refusal("ResourceExistsException", format!("The operation failed because the secret {name} already exists."))
}

pub(crate) fn token_in_use(token: &str, arn: &str) -> Refusal {
    let text = format!(
        "You can't use ClientRequestToken {token} because that value is already in use for a version of secret {arn}."
    );
    refusal("ResourceExistsException", text)
}

pub(crate) fn token_missing() -> Refusal {
    invalid_request("You must provide a ClientRequestToken value. We recommend a UUID-type value.")
}

pub(crate) fn invalid_name() -> Refusal {
    let text = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: \
                -/_+=.@!";
    refusal("ValidationException", text)
}

pub(crate) fn two_values() -> Refusal {
    invalid_parameter("You can't specify both a binary secret value and a string secret value in the same secret.")
}

pub(crate) fn no_value() -> Refusal {
    invalid_request("You must provide either SecretString or SecretBinary.")
}

pub(crate) fn not_offered(member: &str) -> Refusal {
    invalid_parameter(format!("{member} is not supported by this server."))
}

pub(crate) fn rotation_token_missing() -> Refusal {
    invalid_parameter("You must provide a ClientRequestToken value. We recommend a UUID-type value.")
}

pub(crate) fn no_rotation_function() -> Refusal {
    invalid_request("No Lambda rotation function ARN is associated with this secret.")
}

pub(crate) fn function_not_invocable() -> Refusal {
    let text = "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants \
                access to the principal secretsmanager.amazonaws.com.";
    refusal("AccessDeniedException", text)
}

pub(crate) fn rotation_not_complete() -> Refusal {
    invalid_request("A previous rotation isn't complete. That rotation will be reattempted.")
}

pub(crate) fn never_configured() -> Refusal {
    invalid_request("You haven't configured rotation for this secret.")
}

pub(crate) fn managed() -> Refusal {
    invalid_request("You can't perform this operation on the secret because it is managed by another service.")
}

pub(crate) fn no_such_rotation() -> Refusal {
    invalid_parameter("The RotationToken value isn't one of a rotation that is in progress.")
}

pub(crate) fn invalid_next_token() -> Refusal {
    refusal("InvalidNextTokenException", "The NextToken value is invalid.")
}

pub(crate) fn limit(text: impl Into<String>) -> Refusal {
    refusal("LimitExceededException", text)
}

pub(crate) fn invalid_request(text: impl Into<String>) -> Refusal {
    refusal("InvalidRequestException", text)
}

pub(crate) fn invalid_parameter(text: impl Into<String>) -> Refusal {
    refusal("InvalidParameterException", text)
}

/// What root hears of another account's resource. `action` with its service; `asked` as the caller wrote it.
pub(crate) fn denied(action: &str, asked: &str) -> Refusal {
    let caller = format!("arn:aws:iam::{}:root", crate::house::ACCOUNT);
    let text = format!(
        "User: {caller} is not authorized to perform: {action} on resource: {asked} because no resource-based policy \
         allows the {action} action"
    );
    refusal("AccessDeniedException", text)
}

/// The end of a refusal: which policies said nothing, or said no.
pub(crate) fn denied_to(caller: &str, action: &str, asked: &str, reason: &str) -> Refusal {
    let on = if asked.is_empty() { String::new() } else { format!(" on resource: {asked}") };
    let text = format!("User: {caller} is not authorized to perform: {action}{on} {reason}");
    refusal("AccessDeniedException", text)
}

/// No policy of this kind, such as `identity-based`, allows it.
pub(crate) fn not_allowed(caller: &str, action: &str, asked: &str, kind: &str) -> Refusal {
    denied_to(caller, action, asked, &format!("because no {kind} policy allows the {action} action"))
}

pub(crate) fn malformed_policy() -> Refusal {
    refusal("MalformedPolicyDocumentException", "This policy has invalid syntax.")
}

pub(crate) fn unsupported_principal() -> Refusal {
    refusal("MalformedPolicyDocumentException", "This resource policy contains an unsupported principal")
}

pub(crate) fn locked_out() -> Refusal {
    let text = "Your requested changes will not allow you to manage this secret in the future.";
    refusal("MalformedPolicyDocumentException", text)
}

pub(crate) fn public_policy() -> Refusal {
    let text = "You can't attach a resource-based policy that allows broad access to the secret.";
    refusal("PublicPolicyException", text)
}

/// The body was not understood. With a text where a member has the wrong type.
pub(crate) fn serialization(text: Option<&str>) -> Refusal {
    Refusal { code: "SerializationException", text: text.map(str::to_owned) }
}

pub(crate) fn unknown_operation() -> Refusal {
    Refusal { code: "UnknownOperationException", text: None }
}

pub(crate) fn unauthenticated(code: &'static str, text: impl Into<String>) -> Refusal {
    refusal(code, text)
}

/// One ValidationException that tells of all these violations.
pub(crate) fn violations(violations: &[String]) -> Refusal {
    let errors = if violations.len() == 1 { "error" } else { "errors" };
    refusal(
        "ValidationException",
        format!("{} validation {errors} detected: {}", violations.len(), violations.join("; ")),
    )
}

/// One violation's sentence. `shown` stands between `Value` and `at`: a quoted value, `null`, or nothing for what must
/// not be shown.
pub(crate) fn violation(shown: &str, path: &str, rule: &str) -> String {
    let space = if shown.is_empty() { "" } else { " " };
    format!("Value{space}{shown} at '{path}' failed to satisfy constraint: {rule}")
}

pub(crate) fn required(path: &str) -> String {
    violation("null", path, "Member must not be null")
}

pub(crate) fn too_short(shown: &str, path: &str, min: u32) -> String {
    violation(shown, path, &format!("Member must have length greater than or equal to {min}"))
}

pub(crate) fn too_long(shown: &str, path: &str, max: u32) -> String {
    violation(shown, path, &format!("Member must have length less than or equal to {max}"))
}

pub(crate) fn too_small(shown: &str, path: &str, min: i64) -> String {
    violation(shown, path, &format!("Member must have value greater than or equal to {min}"))
}

pub(crate) fn too_large(shown: &str, path: &str, max: i64) -> String {
    violation(shown, path, &format!("Member must have value less than or equal to {max}"))
}
