//! Which runtimes this server runs. Pure.

use crate::{error::Error, shapes::RUNTIMES};

/// Of those that AWS takes for new functions, in AWS's order. What is missing on the machine, the host says.
const SERVED: [&str; 15] = [
    "nodejs18.x",
    "nodejs20.x",
    "nodejs22.x",
    "nodejs24.x",
    "python3.8",
    "python3.9",
    "python3.10",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.14",
    "provided.al2",
    "provided.al2023",
    "nodejs26.x",
    "python3.15",
];

/// Of the families that are served, but given up by AWS itself.
const RETIRED: [&str; 13] = [
    "nodejs",
    "nodejs4.3",
    "nodejs4.3-edge",
    "nodejs6.10",
    "nodejs8.10",
    "nodejs10.x",
    "nodejs12.x",
    "nodejs14.x",
    "nodejs16.x",
    "python2.7",
    "python3.6",
    "python3.7",
    "provided",
];

/// Does this server run functions of this runtime?
pub(crate) fn require_served(runtime: &str) -> Result<(), Error> {
    if SERVED.contains(&runtime) {
        return Ok(());
    }
    if RETIRED.contains(&runtime) {
        return Err(Error::invalid(format!(
            "The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. \
             We recommend you use a supported runtime while creating or updating functions."
        )));
    }
    if RUNTIMES.contains(&runtime) {
        // Chosen.
        return Err(Error::invalid(format!(
            "The runtime {runtime} is not supported by this server, which runs [{}].",
            SERVED.join(", ")
        )));
    }
    Err(Error::invalid(format!(
        "Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [{}] or be a \
         valid ARN",
        RUNTIMES.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use service::RestError;

    use super::*;

    fn refusal(runtime: &str) -> String {
        require_served(runtime).unwrap_err().message().unwrap()
    }

    #[test]
    fn python_node_and_own_executables_are_run() {
        for runtime in SERVED {
            assert!(require_served(runtime).is_ok());
        }
        for runtime in SERVED.iter().chain(&RETIRED) {
            assert!(RUNTIMES.contains(runtime), "{runtime} is none of AWS's");
        }
    }

    #[test]
    fn others_of_aws_are_refused_with_what_is_run() {
        let text = refusal("java21");
        assert!(text.starts_with("The runtime java21 is not supported by this server, which runs [nodejs18.x, "));
        assert!(refusal("python2.7").starts_with("The runtime parameter of python2.7 is no longer supported"));
    }

    #[test]
    fn what_is_no_runtime_is_told_the_choice() {
        let text = refusal("cobol");
        assert!(text.starts_with(
            "Value cobol at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [nodejs, nodejs4.3, "
        ));
        assert!(text.ends_with("] or be a valid ARN"));
    }
}
