//! What a request gives for one member: a value of its own, and parameters below its name.

use crate::{Draft, Form, Kind};

/// A list where the parameters do not form one. Recorded on CloudSearch and SES.
pub(crate) const LIST_TERMINATED: &str = "Unexpected list element termination";
/// A value where a structure is wanted. Recorded on Elastic Load Balancing.
pub(crate) const COMPLEX_TERMINATED: &str = "Unexpected complex element termination";
/// Parameters below a member that is a single value. Recorded on SNS.
const LIST_FOUND: &str = "Start of list found where not expected";

/// A request whose parameters do not fit the types of the shape, with AWS's text where one is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub(crate) Option<&'static str>);

/// The part of a request that belongs to one member.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The parameter named as the member.
    value: Option<&'a str>,
    /// The parameters below it, sorted by name.
    below: &'a [(&'a str, &'a str)],
    /// How much of their names leads here.
    depth: usize,
}

impl<'a> Given<'a> {
    /// A whole request: parameters sorted by name, each name once.
    pub(crate) fn request(parameters: &'a [(&'a str, &'a str)]) -> Self {
        Self { value: None, below: parameters, depth: 0 }
    }

    /// What is given for a member of this structure, if anything is.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<Self> {
        let dotted = || name.bytes().chain([b'.']);
        let exact = self.below.partition_point(|(full, _)| self.rest(full) < name);
        let first = self.below.partition_point(|(full, _)| self.rest(full).bytes().lt(dotted()));
        let behind = self.below.get(first..).unwrap_or_default();
        let end = behind.partition_point(|(full, _)| self.rest(full).bytes().take(name.len() + 1).eq(dotted()));

        let value = self.below.get(exact).filter(|(full, _)| self.rest(full) == name).map(|(_, value)| *value);
        let below = behind.get(..end).unwrap_or_default();
        let depth = self.depth.saturating_add(name.len()).saturating_add(1);
        (value.is_some() || !below.is_empty()).then_some(Self { value, below, depth })
    }

    /// The value, where the member is a single one.
    pub(crate) fn scalar(&self) -> Result<&'a str, Malformed> {
        match self.value {
            Some(value) if self.below.is_empty() => Ok(value),
            _ => Err(Malformed(Some(LIST_FOUND))),
        }
    }

    /// Makes sure that what is given is no value. An empty one stands for what has no members.
    pub(crate) fn structure(&self) -> Result<(), Malformed> {
        match self.value {
            None | Some("") => Ok(()),
            Some(_) => Err(Malformed(Some(COMPLEX_TERMINATED))),
        }
    }

    /// The elements at `<label>.1`, `<label>.2` and so on, in the order of their numbers; gaps are closed.
    ///
    /// Anything else below a list is refused and not passed over: a policy or a tag that was misspelt must not be
    /// missing in silence.
    pub(crate) fn elements(&self, label: &str) -> Result<Vec<Self>, Malformed> {
        let refused = Malformed(Some(LIST_TERMINATED));
        if self.value.is_some_and(|value| !value.is_empty()) {
            return Err(refused);
        }
        let Some(list) = self.member(label) else {
            return if self.below.is_empty() { Ok(Vec::new()) } else { Err(refused) };
        };
        if list.value.is_some() || list.below.len() != self.below.len() {
            return Err(refused);
        }

        let mut elements = Vec::new();
        let mut rest = list.below;
        while let Some((full, _)) = rest.first() {
            let label = list.first_label(full);
            let number = index(label).ok_or(refused)?;
            let element = list.member(label).ok_or(refused)?;
            elements.push((number, element));
            let taken = element.below.len().saturating_add(usize::from(element.value.is_some()));
            let (own, behind) = rest.split_at_checked(taken).ok_or(refused)?;
            // `1-x` sorts between `1` and `1.Key`.
            if own.iter().any(|(full, _)| list.first_label(full) != label) {
                return Err(refused);
            }
            rest = behind;
        }
        elements.sort_by_key(|(number, _)| *number);
        Ok(elements.into_iter().map(|(_, element)| element).collect())
    }

    /// The next step of a path.
    fn first_label(&self, name: &'a str) -> &'a str {
        self.rest(name).split('.').next().unwrap_or_default()
    }

    fn rest(&self, name: &'a str) -> &'a str {
        name.get(self.depth..).unwrap_or_default()
    }
}

/// A number from 1 on in its only spelling, so that no two parameters mean the same element.
fn index(number: &str) -> Option<u32> {
    let is_plain = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0');
    number.parse().ok().filter(|_| is_plain)
}

/// Reads a member of a structure, if the request gives it.
pub fn query_member<F: Form>(given: &Given<'_>, name: &str) -> Result<Option<Draft<F>>, Malformed> {
    given.member(name).map(|given| F::Kind::read_query(&given)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut parameters: Vec<(&'static str, &'static str)>) -> Vec<(&'static str, &'static str)> {
        parameters.sort_unstable();
        parameters
    }

    #[test]
    fn a_member_is_found_among_names_that_begin_alike() {
        let parameters = sorted(vec![("Tag", "1"), ("Tags", "2"), ("Tag-s", "3"), ("Tag.Key", "4"), ("Tag.", "5")]);
        let tag = Given::request(&parameters).member("Tag").unwrap();
        assert_eq!((tag.value, tag.below), (Some("1"), [("Tag.", "5"), ("Tag.Key", "4")].as_slice()));
        assert_eq!(tag.member("Key").unwrap().scalar(), Ok("4"));
        assert!(tag.member("s").is_none());
        assert!(Given::request(&parameters).member("Ta").is_none());
        assert!(Given::request(&parameters).member("Tagsx").is_none());
    }

    #[test]
    fn elements_stand_in_the_order_of_their_numbers_and_gaps_are_closed() {
        let parameters = sorted(vec![
            ("L.member.10", "j"),
            ("L.member.2", "b"),
            ("L.member.4294967295", "z"),
            ("L.member.1", "a"),
            ("L.member.3", "c"),
        ]);
        let elements = Given::request(&parameters).member("L").unwrap().elements("member").unwrap();
        let values: Vec<_> = elements.iter().map(|element| element.scalar().unwrap()).collect();
        assert_eq!(values, ["a", "b", "c", "j", "z"]);
    }

    #[test]
    fn what_is_below_a_list_and_no_element_is_refused() {
        for name in [
            "L.member",
            "L.member.",
            "L.member.0",
            "L.member.01",
            "L.member.+1",
            "L.member.-1",
            "L.member.x",
            "L.member.1-x",
            "L.member.1-x.Key",
            "L.member.4294967296",
            "L.member.99999999999999999999",
            "L.1",
            "L.Member.1",
            "L.entry.1",
            "L.",
        ] {
            let parameters = sorted(vec![("L.member.1", "a"), (name, "b")]);
            let list = Given::request(&parameters).member("L").unwrap();
            assert_eq!(list.elements("member").unwrap_err(), Malformed(Some(LIST_TERMINATED)), "{name}");
        }
    }

    #[test]
    fn a_list_without_elements_is_sent_as_an_empty_value() {
        let list = [("L", "")];
        assert!(Given::request(&list).member("L").unwrap().elements("member").unwrap().is_empty());
        let list = [("L", "x")];
        assert!(Given::request(&list).member("L").unwrap().elements("member").is_err());
    }
}
