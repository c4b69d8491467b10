//! Lists of a form.

use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::SeqAccess;

use crate::read::{NO_LIST, Refusals, Take, next_element, take};
use crate::text::{check_length, length_texts};
use crate::violations::Shown;
use crate::xml::{close_element, open_element, tags_size};
use crate::{Description, Draft, Excerpt, Form, Given, Kind, Malformed, Path, RecordedKind, Value, Violations};

/// What the query protocol and XML call an element; no list of IAM or STS has another word for it.
const ELEMENT: &str = "member";

/// A list whose elements have the form `F`.
#[derive(Debug)]
pub struct List<F>(PhantomData<F>);

/// The size of a list or a blob.
#[derive(Debug, Clone, Copy)]
pub struct SizeRules {
    pub(crate) min: Option<usize>,
    pub(crate) max: Option<usize>,
}

impl SizeRules {
    pub(crate) const ANY: Self = Self { min: None, max: None };

    #[must_use]
    pub const fn min(mut self, min: usize) -> Self {
        self.min = Some(min);
        self
    }

    #[must_use]
    pub const fn max(mut self, max: usize) -> Self {
        self.max = Some(max);
        self
    }

    pub(crate) fn texts(self) -> Vec<String> {
        length_texts(self.min, self.max)
    }
}

impl<F: Form> Kind for List<F> {
    type Value = Vec<Value<F>>;
    type Draft = Vec<Option<Draft<F>>>;
    type Rules = SizeRules;

    const ANY: SizeRules = SizeRules::ANY;
    const SCALAR: bool = false;

    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Self::Draft, D::Error> {
        take::<Self, D>(json)
    }

    fn read_query(given: &Given<'_>) -> Result<Self::Draft, Malformed> {
        given.elements(ELEMENT)?.iter().map(|element| F::Kind::read_query(element).map(Some)).collect()
    }

    fn check(draft: &Self::Draft, rules: &SizeRules, at: &Path<'_>, found: &mut Violations) {
        let too_short = rules.min.is_some_and(|min| draft.len() < min);
        let too_long = rules.max.is_some_and(|max| draft.len() > max);
        if too_short || too_long {
            check_length(draft.len(), rules.min, rules.max, &excerpt_of::<F>(draft), at, found);
        }
        if F::Kind::SCALAR {
            check_scalars::<F>(draft, at, found);
        } else {
            check_each::<F>(draft, at, found);
        }
    }

    fn make(draft: Self::Draft) -> Option<Self::Value> {
        draft.into_iter().map(|element| F::Kind::make(element?)).collect()
    }

    fn excerpt(draft: &Self::Draft, out: &mut Excerpt) {
        write_excerpt::<F>(draft, out);
    }

    fn rule_texts(rules: &SizeRules) -> Vec<String> {
        rules.texts()
    }

    fn describe(rules: &SizeRules) -> Description {
        let mut description = Description::of("list").sized(rules.min, rules.max);
        description.element = Some(Box::new(F::Kind::describe(&F::RULES)));
        description
    }

    fn write(value: &Self::Value, out: &mut Vec<u8>) {
        write_elements(value, out, F::Kind::write);
    }

    fn size_bound(value: &Self::Value) -> usize {
        value.iter().map(|element| F::Kind::size_bound(element).saturating_add(1)).sum::<usize>().saturating_add(2)
    }

    fn write_xml(value: &Self::Value, out: &mut Vec<u8>) {
        for element in value {
            open_element(ELEMENT, out);
            F::Kind::write_xml(element, out);
            close_element(ELEMENT, out);
        }
    }

    fn xml_size_bound(value: &Self::Value) -> usize {
        value.iter().map(|element| F::Kind::xml_size_bound(element).saturating_add(tags_size(ELEMENT))).sum()
    }
}

impl<F: Form<Kind: RecordedKind>> RecordedKind for List<F> {
    fn record(value: &Self::Value, out: &mut Vec<u8>) {
        write_elements(value, out, F::Kind::record);
    }
}

impl<'de, F: Form> Take<'de> for List<F> {
    type Draft = Vec<Option<Draft<F>>>;
    const REFUSALS: Refusals = NO_LIST;

    fn list<A: SeqAccess<'de>>(mut list: A) -> Result<Self::Draft, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = next_element::<F, A>(&mut list)? {
            elements.push(element);
        }
        Ok(elements)
    }
}

/// Scalars are judged together, and the rules that each must keep are printed once at the list. Recorded on Lambda
/// and ACM: `Value '[GET, OPTIONS]' at 'cors.allowMethods' failed to satisfy constraint: Member must satisfy
/// constraint: [Member must have length less than or equal to 6, ...]`.
fn check_scalars<F: Form>(draft: &[Option<Draft<F>>], at: &Path<'_>, found: &mut Violations) {
    let mut broken = Violations::counting();
    for element in draft.iter().flatten() {
        F::Kind::check(element, &F::RULES, at, &mut broken);
    }
    let holds_null = draft.iter().any(Option::is_none);
    if broken.is_empty() && !holds_null {
        return;
    }
    let mut texts = F::Kind::rule_texts(&F::RULES);
    if holds_null {
        texts.push("Member must not be null".to_owned());
    }
    let rule = format_args!("Member must satisfy constraint: [{}]", texts.join(", "));
    found.add(&excerpt_of::<F>(draft), at, rule);
}

fn check_each<F: Form>(draft: &[Option<Draft<F>>], at: &Path<'_>, found: &mut Violations) {
    for (index, element) in draft.iter().enumerate() {
        let at = at.element(index);
        match element {
            Some(element) => F::Kind::check(element, &F::RULES, &at, found),
            None => found.add(&Shown::Null, &at, format_args!("Member must not be null")),
        }
    }
}

fn excerpt_of<F: Form>(draft: &[Option<Draft<F>>]) -> Shown<'static> {
    let mut excerpt = Excerpt::new();
    write_excerpt::<F>(draft, &mut excerpt);
    Shown::Excerpt(excerpt)
}

fn write_excerpt<F: Form>(draft: &[Option<Draft<F>>], out: &mut Excerpt) {
    out.push("[");
    for (index, element) in draft.iter().enumerate() {
        if out.is_full() {
            return;
        }
        if index > 0 {
            out.push(", ");
        }
        match element {
            Some(element) => F::Kind::excerpt(element, out),
            None => out.push("null"),
        }
    }
    out.push("]");
}

fn write_elements<T>(elements: &[T], out: &mut Vec<u8>, write: impl Fn(&T, &mut Vec<u8>)) {
    out.push(b'[');
    for (index, element) in elements.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(element, out);
    }
    out.push(b']');
}
