//! Wildcards, by recursion.

/// A piece of a pattern after its variables have been replaced. What a variable brought in is always `Is`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Is(char),
    One,
    Many,
}

/// `*` is any run of characters and `?` any one, anywhere.
pub(super) fn like(pattern: &[Piece], value: &[char]) -> bool {
    match pattern.split_first() {
        None => value.is_empty(),
        Some((Piece::Many, rest)) => (0..=value.len()).any(|taken| like(rest, &value[taken..])),
        Some((Piece::One, rest)) => !value.is_empty() && like(rest, &value[1..]),
        Some((Piece::Is(wanted), rest)) => value.first() == Some(wanted) && like(rest, &value[1..]),
    }
}

pub(super) fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// A pattern in which no variable is looked for.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    text.chars()
        .map(|letter| match letter {
            '*' => Piece::Many,
            '?' => Piece::One,
            other => Piece::Is(other),
        })
        .collect()
}

/// Actions ignore case; a wildcard stands for characters of the name.
pub(super) fn action(pattern: &str, action: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let (Some((vendor, name)), Some((asked_vendor, asked_name))) = (pattern.split_once(':'), action.split_once(':'))
    else {
        return false;
    };
    vendor.eq_ignore_ascii_case(asked_vendor)
        && like(&pieces(&name.to_ascii_lowercase()), &chars(&asked_name.to_ascii_lowercase()))
}

/// Six fields at the first five colons, each on its own; the last may hold more colons.
pub(super) fn arn(pattern: &[Piece], value: &str) -> bool {
    let fields = fields(pattern);
    let values: Vec<&str> = value.splitn(6, ':').collect();
    fields.len() == 6
        && values.len() == 6
        && fields.iter().zip(&values).all(|(field, value)| like(field, &chars(value)))
}

fn fields(pattern: &[Piece]) -> Vec<Vec<Piece>> {
    let mut fields = vec![Vec::new()];
    for piece in pattern {
        if *piece == Piece::Is(':') && fields.len() < 6 {
            fields.push(Vec::new());
        } else {
            fields.last_mut().unwrap().push(*piece);
        }
    }
    fields
}

/// As for an ARN of a condition, with what the Resource element adds: `*` alone is everything, and a `*` at the end of
/// a field may reach beyond the colon.
pub(super) fn resource(pattern: &[Piece], value: &str) -> bool {
    if pattern == [Piece::Many] {
        return true;
    }
    // An action without a resource asks for `*`, which no ARN is.
    value.splitn(6, ':').count() == 6 && reaches(&fields(pattern), value)
}

fn reaches(fields: &[Vec<Piece>], value: &str) -> bool {
    let Some((field, rest)) = fields.split_first() else { return false };
    if rest.is_empty() {
        return like(field, &chars(value));
    }
    let ends_open = field.last() == Some(&Piece::Many);
    let mut colons: Vec<usize> = value.match_indices(':').map(|(at, _)| at).collect();
    if !ends_open {
        colons.truncate(1);
    }
    colons.into_iter().any(|at| {
        let (taken, left) = value.split_at(at);
        // Beyond the first colon only the closing star may stand.
        let first = taken.split(':').next().unwrap_or_default();
        like(field, &chars(first)) && reaches(rest, &left.replacen(':', "", 1))
    })
}
