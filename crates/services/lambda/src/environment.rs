//! A function's environment variables. They are secret: no text tells of a value.

use std::collections::BTreeMap;

use terms::SecretBytes;

use crate::error::Error;

pub(crate) type Variables = BTreeMap<String, SecretBytes>;

const BYTES_MAX: usize = 4096;

/// What the runtime sets itself, as AWS's guide lists it.
const RESERVED: [&str; 21] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_MAX_CONCURRENCY",
    "AWS_LAMBDA_METADATA_API",
    "AWS_LAMBDA_METADATA_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

const UNABLE: &str = "Lambda was unable to configure your environment variables because the environment variables you have \
                      provided";

/// Checks names that are not free, and the size of all of them. What a name must look like, the shapes say.
pub(crate) fn check(variables: &Variables) -> Result<(), Error> {
    let is_reserved = |name: &&String| RESERVED.contains(&&***name);
    let reserved: Vec<&str> = variables.keys().filter(is_reserved).map(String::as_str).collect();
    if !reserved.is_empty() {
        return Err(Error::invalid(format!(
            "{UNABLE} contains reserved keys that are currently not supported for modification. Reserved keys used in \
             this request: {}",
            reserved.join(", ")
        )));
    }
    if measured(variables) > BYTES_MAX {
        // AWS goes on with the variables themselves. They are secret, and errors are kept by clients and on the trail.
        return Err(Error::invalid(format!("{UNABLE} exceeded the 4KB limit.")));
    }
    Ok(())
}

/// As JSON, without what would be escaped: `{"NAME":"value","OTHER":"value"}`.
fn measured(variables: &Variables) -> usize {
    let quotes_colon_and_comma = 6;
    let one = |(name, value): (&String, &SecretBytes)| name.len() + value.expose().len() + quotes_colon_and_comma;
    variables.iter().map(one).sum::<usize>() + usize::from(variables.is_empty()) + 1
}

#[cfg(test)]
mod tests {
    use service::RestError;

    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), SecretBytes::copy_of(value.as_bytes()))).collect()
    }

    fn refusal(pairs: &[(&str, &str)]) -> String {
        check(&variables(pairs)).unwrap_err().message().unwrap()
    }

    #[test]
    fn reserved_names_are_told_together() {
        let text = refusal(&[("AWS_REGION", "a"), ("MINE", "b"), ("LAMBDA_TASK_ROOT", "c")]);
        assert!(text.ends_with(
            "you have provided contains reserved keys that are currently not supported for modification. Reserved keys \
             used in this request: AWS_REGION, LAMBDA_TASK_ROOT"
        ));
    }

    #[test]
    fn all_of_them_have_four_kibibytes_as_json() {
        // {"NAME":"…"}
        let room = BYTES_MAX - 11;
        assert!(check(&variables(&[("NAME", &"v".repeat(room))])).is_ok());
        let text = refusal(&[("NAME", &"v".repeat(room + 1))]);
        assert!(text.ends_with("you have provided exceeded the 4KB limit.") && !text.contains("vvv"));
        assert_eq!(measured(&variables(&[])), 2);
        assert_eq!(measured(&variables(&[("AB", "c"), ("DE", "f")])), r#"{"AB":"c","DE":"f"}"#.len());
    }
}
