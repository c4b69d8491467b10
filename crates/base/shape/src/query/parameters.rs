//! Form parameters, decoded.

use std::ops::Range;

use percent_encoding::percent_decode;
use zeroize::Zeroizing;

/// No request of IAM or STS comes near it: the longest lists of their models hold some hundred elements.
const MAX_PARAMETERS: usize = 10_000;

/// The parameters of a query request, by name. They may hold passwords and tokens, so all the text lies in one
/// storage that wipes itself, and nothing of it is printed.
pub struct QueryParameters {
    text: Zeroizing<String>,
    /// Sorted by name, each name once.
    entries: Vec<Entry>,
}

struct Entry {
    name: Range<usize>,
    value: Range<usize>,
}

/// Why bytes are no form parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedQuery {
    #[error("a parameter is not UTF-8")]
    NotUtf8,
    #[error("more than {MAX_PARAMETERS} parameters")]
    TooMany,
}

impl MalformedQuery {
    /// AWS's name of the error.
    pub fn code(self) -> &'static str {
        "MalformedQueryString"
    }
}

impl QueryParameters {
    /// Reads a body of `application/x-www-form-urlencoded`, or the query string of a URL.
    ///
    /// A plus sign is a space, a percent sign that begins no escape stands for itself, a parameter without an equals
    /// sign is empty, and of a repeated parameter the last counts, as in JSON. AWS's ways in these are not recorded.
    pub fn parse(form: &[u8]) -> Result<Self, MalformedQuery> {
        // What is decoded is never longer than the code, so this never grows and leaves no copy behind.
        let mut text = Zeroizing::new(Vec::with_capacity(form.len()));
        let mut entries = Vec::new();
        for pair in form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if entries.len() == MAX_PARAMETERS {
                return Err(MalformedQuery::TooMany);
            }
            let equals = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at_checked(equals).unwrap_or((pair, &[]));
            let name = decode(name, &mut text);
            let value = decode(value.get(1..).unwrap_or_default(), &mut text);
            entries.push(Entry { name, value });
        }
        let text = String::from_utf8(std::mem::take(&mut text)).map_err(|error| {
            drop(Zeroizing::new(error.into_bytes()));
            MalformedQuery::NotUtf8
        })?;
        let mut parameters = Self { text: Zeroizing::new(text), entries };
        parameters.sort()?;
        Ok(parameters)
    }

    /// The value of the parameter that has exactly this name.
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.entries.binary_search_by(|entry| self.part(&entry.name).cmp(name)).ok()?;
        self.entries.get(found).map(|entry| self.part(&entry.value))
    }

    /// Names and values, in the order of the names.
    pub(crate) fn pairs(&self) -> Vec<(&str, &str)> {
        self.entries.iter().map(|entry| (self.part(&entry.name), self.part(&entry.value))).collect()
    }

    fn sort(&mut self) -> Result<(), MalformedQuery> {
        let Self { text, entries } = self;
        // Parts that are UTF-8 only together with their neighbours are none.
        let is_text = |part: &Range<usize>| text.get(part.clone()).is_some();
        if !entries.iter().all(|entry| is_text(&entry.name) && is_text(&entry.value)) {
            return Err(MalformedQuery::NotUtf8);
        }
        // Last to first, so that of equal names the last stands in front and stays.
        entries.reverse();
        entries.sort_by(|one, other| text.get(one.name.clone()).cmp(&text.get(other.name.clone())));
        entries.dedup_by(|one, other| text.get(one.name.clone()) == text.get(other.name.clone()));
        Ok(())
    }

    fn part(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

impl std::fmt::Debug for QueryParameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "QueryParameters({})", self.entries.len())
    }
}

fn decode(code: &[u8], text: &mut Vec<u8>) -> Range<usize> {
    let start = text.len();
    for (index, run) in code.split(|byte| *byte == b'+').enumerate() {
        if index > 0 {
            text.push(b' ');
        }
        text.extend(percent_decode(run));
    }
    start..text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(form: &str) -> QueryParameters {
        QueryParameters::parse(form.as_bytes()).unwrap()
    }

    #[test]
    fn plus_signs_and_escapes_are_decoded_in_names_and_values() {
        let parameters = parse("Action=GetUser&Path=%2Fa+b%2B%c3%A9%2f&N%61me=&Flag&&=x&Rest=a=b");
        assert_eq!(parameters.value("Action"), Some("GetUser"));
        assert_eq!(parameters.value("Path"), Some("/a b+é/"));
        assert_eq!(parameters.value("Name"), Some(""));
        assert_eq!(parameters.value("Flag"), Some(""));
        assert_eq!(parameters.value(""), Some("x"));
        assert_eq!(parameters.value("Rest"), Some("a=b"));
        assert_eq!(parameters.value("action"), None);
        assert_eq!(parse("").pairs(), []);
    }

    #[test]
    fn a_percent_sign_that_begins_no_escape_stands_for_itself() {
        assert_eq!(parse("a=100%&b=%zz&c=%4").pairs(), [("a", "100%"), ("b", "%zz"), ("c", "%4")]);
    }

    #[test]
    fn of_a_repeated_parameter_the_last_counts() {
        assert_eq!(parse("b=1&a=1&b=2&a=2&b=3").pairs(), [("a", "2"), ("b", "3")]);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_even_where_neighbours_complete_them() {
        for form in ["a=%ff", "a=%c3", "%c3=%a9", "a=1%c3&%a9=1", "a=%c3&b=%a9"] {
            assert_eq!(QueryParameters::parse(form.as_bytes()).unwrap_err(), MalformedQuery::NotUtf8, "{form}");
        }
    }

    #[test]
    fn a_hundred_thousand_parameters_are_too_many() {
        let form = |count: usize| (0..count).map(|index| format!("p{index}=x&")).collect::<String>();
        assert_eq!(parse(&form(10_000)).pairs().len(), 10_000);
        assert_eq!(QueryParameters::parse(form(100_000).as_bytes()).unwrap_err(), MalformedQuery::TooMany);
    }

    #[test]
    fn debug_shows_nothing_of_the_parameters() {
        assert_eq!(format!("{:?}", parse("Password=canary&UserName=x")), "QueryParameters(2)");
    }

    proptest! {
        #[test]
        fn what_is_encoded_reads_back(pairs in prop::collection::btree_map("(?s).{0,12}", "(?s).{0,20}", 0..8)) {
            let encode = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
            let form: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
            let parameters = parse(&form.join("&"));
            let read: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            prop_assert_eq!(parameters.pairs(), read);
        }
    }
}
