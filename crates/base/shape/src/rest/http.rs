//! How an operation is asked for.

use serde::Serialize;

use crate::OperationShape;

/// The method and the path of an operation, and the status of its success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Http {
    pub method: &'static str,
    /// Labels stand in braces: `/2015-03-31/functions/{FunctionName}/code`.
    pub path: &'static str,
    pub status: u16,
}

/// The labels of a path, with what stands in their places, as it came.
pub type Labels = Vec<(&'static str, String)>;

/// The operation that a method and a path ask for. A slash at the end makes no difference: older SDKs send it with some.
pub fn route<'a>(operations: &'a [OperationShape], method: &str, path: &str) -> Option<(&'a OperationShape, Labels)> {
    operations.iter().find_map(|operation| {
        let labels = operation.http?.labels(method, path)?;
        Some((operation, labels))
    })
}

impl Http {
    fn labels(&self, method: &str, path: &str) -> Option<Labels> {
        if self.method != method {
            return None;
        }
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut labels = Labels::new();
        let (mut wanted, mut found) = (self.path.split('/'), path.split('/'));
        loop {
            let (wanted, found) = match (wanted.next(), found.next()) {
                (None, None) => return Some(labels),
                (Some(wanted), Some(found)) => (wanted, found),
                _ => return None,
            };
            match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) if !found.is_empty() => labels.push((name, found.to_owned())),
                None if wanted == found => {}
                _ => return None,
            }
        }
    }
}
