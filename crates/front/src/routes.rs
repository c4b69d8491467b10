//! Everything that is asked for by an awsJson target.

use bytes::Bytes;
use gate::{Caller, RequestContext, Service};
use http::{HeaderMap, Response};
use trail::Unrecorded;

use crate::{house::House, server::Body, wire::json};

/// Waits for a story where it stands, or apart from the request, which else would carry room for the longest one.
macro_rules! told {
    ($answer:expr) => {
        Box::pin($answer).await
    };
    ($answer:expr, here) => {
        $answer.await
    };
}

/// The services: a line says which crate and which room of the house a service is, what signatures call it, and what
/// its targets begin with. Its own list says the rest.
macro_rules! json_services {
    ($( $name:ident: $service:ident, $signed:ident, [$( $prefix:literal ),+] $( $here:ident )?; )*) => {
        /// What a request is for, before anybody believes it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Route {
            $( $name($service::Operation), )*
        }

        /// Targets are case-sensitive.
        fn of(target: &str) -> Option<Route> {
            $( $(
                if let Some(name) = target.strip_prefix($prefix) {
                    return $service::Operation::parse(name).map(Route::$name);
                }
            )+ )*
            None
        }

        impl Route {
            /// The service that the request must be signed for.
            pub(crate) fn service(self) -> Service {
                match self {
                    $( Self::$name(_) => Service::$signed, )*
                }
            }

            pub(crate) async fn answer(
                self,
                house: &House,
                context: &RequestContext,
                caller: &Caller,
                body: &Bytes,
            ) -> Result<Response<Body>, Unrecorded> {
                match self {
                    $( Self::$name(operation) => {
                        let answer = $service::answer(&house.$service, context, caller, operation, body);
                        let recorded = told!(answer $(, $here )?)?;
                        Ok(json::answer(context.request_id, recorded))
                    } )*
                }
            }
        }

        #[cfg(test)]
        fn every_target() -> Vec<(String, Route)> {
            let mut targets = Vec::new();
            $( $(
                targets.extend($service::Operation::ALL.iter().map(|operation| {
                    (format!("{}{}", $prefix, operation.action().operation()), Route::$name(*operation))
                }));
            )+ )*
            targets
        }
    };
}

json_services! {
    SecretsManager: secretsmanager, SECRETS_MANAGER, ["secretsmanager."] here;
    // The name of its first days.
    Kms: kms, KMS, ["TrentService."];
    Logs: logs, LOGS, ["Logs_20140328."];
    // SDKs of both kinds are about.
    CloudTrail: cloudtrail, CLOUDTRAIL,
        ["com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.", "CloudTrail_20131101."];
    Keepwell: deployment, KEEPWELL, ["Keepwell."];
}

/// A batch of log events is a mebibyte without its JSON, which may make six bytes of one.
const LOG_EVENTS_BODY_BYTES_MAX: u32 = 8 << 20;

/// How long the request's body may be, if it may be longer than others.
pub(crate) fn body_bytes_max(headers: &HeaderMap) -> Option<u32> {
    let is_batch = route(headers) == Some(Route::Logs(logs::Operation::PutLogEvents));
    is_batch.then_some(LOG_EVENTS_BODY_BYTES_MAX)
}

/// Reads the target of an awsJson request.
pub(crate) fn route(headers: &HeaderMap) -> Option<Route> {
    of(headers.get("x-amz-target")?.to_str().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_routed_by_its_own_name_behind_its_service_s_prefix() {
        for (target, route) in every_target() {
            assert_eq!(of(&target), Some(route), "{target}");
        }
    }

    #[test]
    fn other_targets_are_not_routed() {
        for target in [
            "secretsmanager.getsecretvalue",
            "SecretsManager.GetSecretValue",
            "GetSecretValue",
            "",
            "secretsmanager.ReplicateSecretToRegions",
            "Keepwell.GetSecretValue",
            "kms.DescribeKey",
        ] {
            assert_eq!(of(target), None, "{target}");
        }
        assert_eq!(route(&HeaderMap::new()), None);
    }
}
