//! Maps of which neither the keys nor the values may be seen.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::MapAccess;
use terms::SecretBytes;

use crate::map::{ENTRY, KEY, VALUE};
use crate::query::COMPLEX_TERMINATED;
use crate::read::{NO_STRUCTURE, Name, Refusals, Take, read_member, take};
use crate::secret::SecretText;
use crate::text::{Text, TextRules};
use crate::violations::Shown;
use crate::write::{text_size_bound, write_text};
use crate::xml::{close_element, open_element, tags_size, write_element, write_xml_text, xml_text_size_bound};
use crate::{Description, Excerpt, Form, Given, Kind, Malformed, Path, Violations};

/// A map that the model marks sensitive, whose keys have the form `K` and whose values have the form `F`.
#[derive(Debug)]
pub struct SecretMap<K, F>(PhantomData<(K, F)>);

/// Names and secret values. It prints neither.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretEntries(pub BTreeMap<String, SecretBytes>);

impl fmt::Debug for SecretEntries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretEntries(..)")
    }
}

impl<K: Form<Kind = Text>, F: Form<Kind = SecretText>> Kind for SecretMap<K, F> {
    type Value = SecretEntries;
    type Draft = SecretEntries;
    type Rules = ();

    const ANY: () = ();
    const SCALAR: bool = false;

    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<SecretEntries, D::Error> {
        take::<Self, D>(json)
    }

    fn read_query(given: &Given<'_>) -> Result<SecretEntries, Malformed> {
        let mut entries = BTreeMap::new();
        for entry in given.elements(ENTRY)? {
            entry.structure()?;
            let (Some(key), Some(value)) = (entry.member(KEY), entry.member(VALUE)) else {
                return Err(Malformed(Some(COMPLEX_TERMINATED)));
            };
            entries.insert(key.scalar()?.to_owned(), SecretText::read_query(&value)?);
        }
        Ok(SecretEntries(entries))
    }

    /// All keys are judged together, and so are all values. Recorded on Lambda: `Value at 'environment.variables' failed
    /// to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: ...]`.
    fn check(draft: &SecretEntries, (): &(), at: &Path<'_>, found: &mut Violations) {
        let rules: TextRules = K::RULES;
        let mut keys = Violations::counting();
        let mut values = Violations::counting();
        for (key, value) in &draft.0 {
            rules.check(key, &Shown::Hidden, at, &mut keys);
            SecretText::check(value, &F::RULES, at, &mut values);
        }
        for (broken, part, texts) in
            [(keys, "keys", rules.texts()), (values, "value", SecretText::rule_texts(&F::RULES))]
        {
            if !broken.is_empty() {
                let rule = format_args!("Map {part} must satisfy constraint: [{}]", texts.join(", "));
                found.add(&Shown::Hidden, at, rule);
            }
        }
    }

    fn make(draft: SecretEntries) -> Option<SecretEntries> {
        Some(draft)
    }

    fn excerpt(_: &SecretEntries, out: &mut Excerpt) {
        out.push("***");
    }

    fn rule_texts((): &()) -> Vec<String> {
        Vec::new()
    }

    fn describe((): &()) -> Description {
        let mut description = Description::of("map");
        description.sensitive = true;
        let key = Description { sensitive: true, ..Text::describe(&K::RULES) };
        description.key = Some(Box::new(key));
        description.value = Some(Box::new(SecretText::describe(&F::RULES)));
        description
    }

    fn write(value: &SecretEntries, out: &mut Vec<u8>) {
        out.push(b'{');
        for (index, (key, value)) in value.0.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write_text(key.as_bytes(), out);
            out.push(b':');
            SecretText::write(value, out);
        }
        out.push(b'}');
    }

    fn size_bound(value: &SecretEntries) -> usize {
        let entries = value.0.iter().map(|(key, value)| {
            text_size_bound(key.as_bytes()).saturating_add(SecretText::size_bound(value)).saturating_add(2)
        });
        entries.sum::<usize>().saturating_add(2)
    }

    fn write_xml(value: &SecretEntries, out: &mut Vec<u8>) {
        for (key, value) in &value.0 {
            open_element(ENTRY, out);
            open_element(KEY, out);
            write_xml_text(key.as_bytes(), out);
            close_element(KEY, out);
            write_element::<F>(VALUE, value, out);
            close_element(ENTRY, out);
        }
    }

    fn xml_size_bound(value: &SecretEntries) -> usize {
        let tags = [ENTRY, KEY, VALUE].into_iter().map(tags_size).sum::<usize>();
        let entries = value.0.iter().map(|(key, value)| {
            xml_text_size_bound(key.as_bytes()).saturating_add(SecretText::xml_size_bound(value)).saturating_add(tags)
        });
        entries.sum()
    }
}

impl<'de, K: Form<Kind = Text>, F: Form<Kind = SecretText>> Take<'de> for SecretMap<K, F> {
    type Draft = SecretEntries;
    const REFUSALS: Refusals = NO_STRUCTURE;

    fn object<A: MapAccess<'de>>(mut map: A) -> Result<SecretEntries, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some(Name(key)) = map.next_key()? {
            match read_member::<F, A>(&mut map)? {
                Some(value) => entries.insert(key.into_owned(), value),
                None => entries.remove(key.as_ref()),
            };
        }
        Ok(SecretEntries(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Pattern, Sensitive, Structure, parse_json};

    const LETTERS: Pattern =
        Pattern { text: "[a-z]+", holds: |text| text.bytes().all(|byte| byte.is_ascii_lowercase()) };

    crate::forms! {
        NameType: Text { pattern: LETTERS }
        ValueType: SecretText { max: 6 }
        VariablesType: SecretMap<NameType, ValueType> {}
    }

    crate::structure! {
        struct Environment {
            variables: Sensitive<VariablesType> = "Variables",
        }
    }

    fn of(json: &str) -> Result<Environment, String> {
        parse_json(json.as_bytes()).map_err(|error| error.message().unwrap_or_default().to_owned())
    }

    #[test]
    fn entries_are_read_and_written_and_shown_nowhere() {
        let body = r#"{"Variables":{"canary":"tweet","other":""}}"#;
        let environment = of(body).unwrap();
        assert_eq!(environment.variables.as_ref().unwrap().0["canary"], SecretBytes::copy_of(b"tweet"));
        let (mut written, mut recorded) = (Vec::new(), Vec::new());
        environment.write_members(&mut written);
        environment.record(&mut recorded);
        assert_eq!((written.as_slice(), recorded.as_slice()), (body.as_bytes(), b"{}".as_slice()));
        assert_eq!(format!("{environment:?}"), "Environment { variables: Some(SecretEntries(..)) }");
    }

    #[test]
    fn what_is_wrong_with_names_and_values_is_told_without_them() {
        let start = "2 validation errors detected: Value at 'variables' failed to satisfy constraint: ";
        let keys = "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-z]+]";
        let values = "Map value must satisfy constraint: [Member must have length less than or equal to 6]";
        assert_eq!(
            of(r#"{"Variables":{"CANARY":"too long a tweet","B":"1234567"}}"#).unwrap_err(),
            format!("{start}{keys}; Value at 'variables' failed to satisfy constraint: {values}")
        );
    }

    #[test]
    fn all_of_it_is_described_as_sensitive() {
        let description = Environment::description();
        let (_, map) = &description.members.unwrap()[0];
        let parts = [map.sensitive, map.key.as_ref().unwrap().sensitive, map.value.as_ref().unwrap().sensitive];
        assert_eq!((map.kind, parts), ("map", [true; 3]));
    }
}
