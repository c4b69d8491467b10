//! Requests of the query protocol: their parameters, and what they are for.

use http::{HeaderMap, Method, header::CONTENT_TYPE, request::Parts};
use iam::Operation as Iam;
use shape::{MalformedQuery, QueryParameters};
use sts::Operation as Sts;

/// What a query is for, before anybody believes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueryRoute {
    Iam(Iam),
    Sts(Sts),
}

/// A request that no operation answers, and the words for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unroutable {
    pub(crate) namespace: &'static str,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

/// Is this a query at all? Its parameters are in a form, or in the URL of a GET.
pub(crate) fn is_query(head: &Parts) -> bool {
    match head.method {
        Method::GET => head.uri.query().is_some_and(|query| query.contains("Action=")),
        _ => is_form(&head.headers),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.trim_start().starts_with("application/x-www-form-urlencoded"))
}

pub(crate) fn parameters(head: &Parts, body: &[u8]) -> Result<QueryParameters, MalformedQuery> {
    match head.method {
        Method::GET => QueryParameters::parse(head.uri.query().unwrap_or_default().as_bytes()),
        _ => QueryParameters::parse(body),
    }
}

/// The words of the service that a query is for, as far as one can tell.
pub(crate) fn namespace_of(head: &Parts, body: &[u8]) -> &'static str {
    let routed = parameters(head, body).ok().map(|parameters| route(&parameters));
    match routed {
        Some(Ok(route)) => route.namespace(),
        Some(Err(unroutable)) => unroutable.namespace,
        None => sts::NAMESPACE,
    }
}

/// Each service has one version, which tells the services apart.
pub(crate) fn route(parameters: &QueryParameters) -> Result<QueryRoute, Unroutable> {
    let [action, version] = ["Action", "Version"].map(|name| parameters.value(name).unwrap_or_default());
    let found = match version {
        IAM_VERSION => Iam::parse(action).map(QueryRoute::Iam),
        STS_VERSION => Sts::parse(action).map(QueryRoute::Sts),
        _ => None,
    };
    let namespace = if version == IAM_VERSION { iam::NAMESPACE } else { sts::NAMESPACE };
    found.ok_or_else(|| match action {
        "" => Unroutable {
            namespace,
            code: "MissingAction",
            // Chosen.
            message: "The request is missing an action parameter.".to_owned(),
        },
        _ => Unroutable {
            namespace,
            code: "InvalidAction",
            message: format!("Could not find operation {action} for version {}", named(version)),
        },
    })
}

fn named(version: &str) -> &str {
    if version.is_empty() { "NO_VERSION_SPECIFIED" } else { version }
}

const IAM_VERSION: &str = "2010-05-08";
const STS_VERSION: &str = "2011-06-15";

impl QueryRoute {
    pub(crate) fn namespace(self) -> &'static str {
        match self {
            Self::Iam(_) => iam::NAMESPACE,
            Self::Sts(_) => sts::NAMESPACE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str) -> Result<QueryRoute, Unroutable> {
        route(&QueryParameters::parse(query.as_bytes()).unwrap())
    }

    #[test]
    fn every_operation_is_routed_by_its_own_name_and_its_service_s_version() {
        for operation in Iam::ALL {
            let name = operation.action().operation();
            assert_eq!(of(&format!("Action={name}&Version=2010-05-08")), Ok(QueryRoute::Iam(*operation)));
            assert_eq!(of(&format!("Action={name}&Version=2011-06-15")).unwrap_err().code, "InvalidAction");
        }
        for operation in Sts::ALL {
            let name = operation.action().operation();
            assert_eq!(of(&format!("Action={name}&Version=2011-06-15")), Ok(QueryRoute::Sts(*operation)));
        }
    }

    #[test]
    fn what_is_no_operation_is_named_in_the_refusal() {
        let refused = of("Action=getuser&Version=2010-05-08").unwrap_err();
        assert_eq!(refused.message, "Could not find operation getuser for version 2010-05-08");
        let refused = of("Action=GetUser").unwrap_err();
        assert_eq!(refused.message, "Could not find operation GetUser for version NO_VERSION_SPECIFIED");
        assert_eq!(of("").unwrap_err().code, "MissingAction");
    }
}
