//! Policy variables.

use super::glob::{Piece, pieces};
use crate::case::Context;

/// The pattern with its variables replaced; none when one of them has no value and no default.
pub(super) fn expand(text: &str, has_variables: bool, context: &Context) -> Option<Vec<Piece>> {
    if !has_variables {
        return Some(pieces(text));
    }
    let Some((before, rest)) = text.split_once("${") else { return Some(pieces(text)) };
    let Some((inside, after)) = rest.split_once('}') else { return Some(pieces(text)) };
    let mut out = pieces(before);
    out.extend(value(inside, context)?.chars().map(Piece::Is));
    out.extend(expand(after, has_variables, context)?);
    Some(out)
}

fn value(inside: &str, context: &Context) -> Option<String> {
    if let "*" | "?" | "$" = inside {
        return Some(inside.to_owned());
    }
    let (key, default) = match inside.split_once(',') {
        None => (inside, None),
        Some((key, default)) => (key, Some(default.trim().trim_matches('\'').to_owned())),
    };
    // Only a key with one value can stand for text.
    match context.get(&key.trim().to_ascii_lowercase()).map(Vec::as_slice) {
        Some([one]) => Some(one.clone()),
        _ => default,
    }
}
