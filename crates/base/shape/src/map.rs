//! Maps from text to a form.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::MapAccess;

use crate::list::SizeRules;
use crate::query::COMPLEX_TERMINATED;
use crate::read::{NO_STRUCTURE, Name, Refusals, Take, read_member, take};
use crate::text::{Text, TextRules, check_length};
use crate::violations::Shown;
use crate::write::{text_size_bound, write_text};
use crate::xml::{close_element, open_element, tags_size, write_element, write_xml_text, xml_text_size_bound};
use crate::{Description, Draft, Excerpt, Form, Given, Kind, Malformed, Path, RecordedKind, Value, Violations};

// What the query protocol and XML call the parts of a map.
pub(crate) const ENTRY: &str = "entry";
pub(crate) const KEY: &str = "key";
pub(crate) const VALUE: &str = "value";

/// A map whose keys have the form `K` and whose values have the form `F`.
#[derive(Debug)]
pub struct Map<K, F>(PhantomData<(K, F)>);

impl<K: Form<Kind = Text>, F: Form> Kind for Map<K, F> {
    type Value = BTreeMap<String, Value<F>>;
    type Draft = BTreeMap<String, Draft<F>>;
    type Rules = SizeRules;

    const ANY: SizeRules = SizeRules::ANY;
    const SCALAR: bool = false;

    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Self::Draft, D::Error> {
        take::<Self, D>(json)
    }

    fn read_query(given: &Given<'_>) -> Result<Self::Draft, Malformed> {
        let mut entries = BTreeMap::new();
        for entry in given.elements(ENTRY)? {
            entry.structure()?;
            let (Some(key), Some(value)) = (entry.member(KEY), entry.member(VALUE)) else {
                return Err(Malformed(Some(COMPLEX_TERMINATED)));
            };
            entries.insert(key.scalar()?.to_owned(), F::Kind::read_query(&value)?);
        }
        Ok(entries)
    }

    fn check(draft: &Self::Draft, rules: &SizeRules, at: &Path<'_>, found: &mut Violations) {
        let too_small = rules.min.is_some_and(|min| draft.len() < min);
        let too_large = rules.max.is_some_and(|max| draft.len() > max);
        if too_small || too_large {
            check_length(draft.len(), rules.min, rules.max, &shown::<K, F>(draft), at, found);
        }
        check_keys::<K, F>(draft, at, found);
        if F::Kind::SCALAR {
            check_values::<K, F>(draft, at, found);
        } else {
            for (index, value) in draft.values().enumerate() {
                F::Kind::check(value, &F::RULES, &at.element(index), found);
            }
        }
    }

    fn make(draft: Self::Draft) -> Option<Self::Value> {
        draft.into_iter().map(|(key, value)| Some((key, F::Kind::make(value)?))).collect()
    }

    fn excerpt(draft: &Self::Draft, out: &mut Excerpt) {
        out.push("{");
        for (index, (key, value)) in draft.iter().enumerate() {
            if out.is_full() {
                return;
            }
            out.push(if index > 0 { ", " } else { "" });
            out.push(key);
            out.push("=");
            F::Kind::excerpt(value, out);
        }
        out.push("}");
    }

    fn rule_texts(rules: &SizeRules) -> Vec<String> {
        rules.texts()
    }

    fn describe(rules: &SizeRules) -> Description {
        let mut description = Description::of("map").sized(rules.min, rules.max);
        description.key = Some(Box::new(Text::describe(&K::RULES)));
        description.value = Some(Box::new(F::Kind::describe(&F::RULES)));
        description
    }

    fn write(value: &Self::Value, out: &mut Vec<u8>) {
        write_entries(value, out, F::Kind::write);
    }

    fn size_bound(value: &Self::Value) -> usize {
        let entries = value.iter().map(|(key, value)| {
            text_size_bound(key.as_bytes()).saturating_add(F::Kind::size_bound(value)).saturating_add(2)
        });
        entries.sum::<usize>().saturating_add(2)
    }

    fn write_xml(value: &Self::Value, out: &mut Vec<u8>) {
        for (key, value) in value {
            open_element(ENTRY, out);
            open_element(KEY, out);
            write_xml_text(key.as_bytes(), out);
            close_element(KEY, out);
            write_element::<F>(VALUE, value, out);
            close_element(ENTRY, out);
        }
    }

    fn xml_size_bound(value: &Self::Value) -> usize {
        let tags = [ENTRY, KEY, VALUE].into_iter().map(tags_size).sum::<usize>();
        let entries = value.iter().map(|(key, value)| {
            xml_text_size_bound(key.as_bytes()).saturating_add(F::Kind::xml_size_bound(value)).saturating_add(tags)
        });
        entries.sum()
    }
}

impl<K: Form<Kind = Text>, F: Form<Kind: RecordedKind>> RecordedKind for Map<K, F> {
    fn record(value: &Self::Value, out: &mut Vec<u8>) {
        write_entries(value, out, F::Kind::record);
    }
}

impl<'de, K: Form<Kind = Text>, F: Form> Take<'de> for Map<K, F> {
    type Draft = BTreeMap<String, Draft<F>>;
    const REFUSALS: Refusals = NO_STRUCTURE;

    fn object<A: MapAccess<'de>>(mut map: A) -> Result<Self::Draft, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some(Name(key)) = map.next_key()? {
            match read_member::<F, A>(&mut map)? {
                Some(value) => entries.insert(key.into_owned(), value),
                None => entries.remove(key.as_ref()),
            };
        }
        Ok(entries)
    }
}

/// Keys are judged together, and so are values that are scalars. Recorded on Lambda: `Value '{x=0.5}' at
/// 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [...]`, and
/// `Map value must satisfy constraint: [...]`.
fn check_keys<K: Form<Kind = Text>, F: Form>(
    draft: &BTreeMap<String, Draft<F>>,
    at: &Path<'_>,
    found: &mut Violations,
) {
    let rules: TextRules = K::RULES;
    let mut broken = Violations::counting();
    for key in draft.keys() {
        rules.check(key, &Shown::Hidden, at, &mut broken);
    }
    if !broken.is_empty() {
        let rule = format_args!("Map keys must satisfy constraint: [{}]", rules.texts().join(", "));
        found.add(&shown::<K, F>(draft), at, rule);
    }
}

fn check_values<K: Form<Kind = Text>, F: Form>(
    draft: &BTreeMap<String, Draft<F>>,
    at: &Path<'_>,
    found: &mut Violations,
) {
    let mut broken = Violations::counting();
    for value in draft.values() {
        F::Kind::check(value, &F::RULES, at, &mut broken);
    }
    if !broken.is_empty() {
        let texts = F::Kind::rule_texts(&F::RULES);
        let rule = format_args!("Map value must satisfy constraint: [{}]", texts.join(", "));
        found.add(&shown::<K, F>(draft), at, rule);
    }
}

fn shown<K: Form<Kind = Text>, F: Form>(draft: &BTreeMap<String, Draft<F>>) -> Shown<'static> {
    let mut excerpt = Excerpt::new();
    Map::<K, F>::excerpt(draft, &mut excerpt);
    Shown::Excerpt(excerpt)
}

fn write_entries<T>(entries: &BTreeMap<String, T>, out: &mut Vec<u8>, write: impl Fn(&T, &mut Vec<u8>)) {
    out.push(b'{');
    for (index, (key, value)) in entries.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_text(key.as_bytes(), out);
        out.push(b':');
        write(value, out);
    }
    out.push(b'}');
}
