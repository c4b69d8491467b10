//! The secrets of the bench: name and value follow from a number, so that a folder filled once can be judged by any
//! later run.

/// Names come in random order, as they do in life: an index on names must not profit from sorted insertion.
pub fn name(index: u64) -> String {
    format!("bench/{:016x}", scattered(index))
}

/// All names that begin so are one part in 16 or 256 of all, by one or two digits.
pub fn name_prefix(group: u64, digits: usize) -> String {
    format!("bench/{group:0digits$x}")
}

/// What only this secret's value contains.
pub fn password(index: u64) -> String {
    format!("{:016x}{:016x}", scattered(!index), scattered(index ^ 0x5eed))
}

/// 200 bytes of JSON inside a JSON string, as the console and the rotation functions write them.
pub fn escaped_value(index: u64) -> String {
    let password = password(index);
    format!(
        "{{\\\"username\\\":\\\"app\\\",\\\"password\\\":\\\"{password}\\\",\\\"engine\\\":\\\"postgres\\\",\
         \\\"host\\\":\\\"orders-primary.db01.internal.example\\\",\\\"port\\\":5432,\\\"dbname\\\":\\\"orders\\\",\
         \\\"dbInstanceIdentifier\\\":\\\"orders-primary\\\"}}"
    )
}

/// A ClientRequestToken in the form of a UUID; `counter` must not repeat for one secret.
pub fn request_token(counter: u64) -> String {
    let hex = format!("{:016x}{:016x}", scattered(counter ^ 0x70ce), counter);
    let (first, rest) = hex.split_at(8);
    let (second, rest) = rest.split_at(4);
    let (third, rest) = rest.split_at(4);
    let (fourth, fifth) = rest.split_at(4);
    format!("{first}-{second}-{third}-{fourth}-{fifth}")
}

/// SplitMix64's finaliser: a bijection, so that no two indexes share a name.
pub fn scattered(index: u64) -> u64 {
    let mut bits = index.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_is_json_of_200_bytes_that_holds_the_password() {
        let value: String = serde_json::from_str(&format!("\"{}\"", escaped_value(7))).unwrap();
        assert_eq!(value.len(), 200);
        let fields: serde_json::Value = serde_json::from_str(&value).unwrap();
        assert_eq!(fields["password"], password(7));
    }

    #[test]
    fn no_two_secrets_share_a_name_or_a_password() {
        let distinct: std::collections::HashSet<String> =
            (0..10_000).flat_map(|index| [name(index), password(index)]).collect();
        assert_eq!(distinct.len(), 20_000);
    }

    #[test]
    fn a_request_token_has_the_form_of_a_uuid() {
        let token = request_token(99);
        let lengths: Vec<usize> = token.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
    }

    #[test]
    fn prefixes_share_the_names_out_evenly() {
        let prefix = name_prefix(0xa, 1);
        let matching = (0..16_000).filter(|index| name(*index).starts_with(&prefix)).count();
        assert!((900..1100).contains(&matching), "{matching}");
    }
}
