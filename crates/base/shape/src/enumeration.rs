//! Strings of which the model knows every one.

use std::marker::PhantomData;

use serde::Deserializer;

use crate::text::Text;
use crate::violations::Shown;
use crate::write::{text_size_bound, write_text};
use crate::xml::{write_xml_text, xml_text_size_bound};
use crate::{Description, Excerpt, Given, Kind, Malformed, Path, RecordedKind, Violations};

/// A Rust enum that stands for a set of strings; [`enumeration!`](crate::enumeration) states one.
pub trait Enumeration: Copy + 'static {
    /// Each value and its text, in the order of the model.
    const CHOICES: &'static [(Self, &'static str)];

    fn as_str(self) -> &'static str;
}

/// The kind of an enumeration.
#[derive(Debug)]
pub struct Choice<E>(PhantomData<E>);

impl<E: Enumeration> Kind for Choice<E> {
    type Value = E;
    type Draft = String;
    type Rules = ();

    const ANY: () = ();
    const SCALAR: bool = true;

    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<String, D::Error> {
        Text::read(json)
    }

    fn read_query(given: &Given<'_>) -> Result<String, Malformed> {
        Text::read_query(given)
    }

    fn check(draft: &String, (): &(), at: &Path<'_>, found: &mut Violations) {
        if !E::CHOICES.iter().any(|(_, text)| text == draft) {
            found.add(&Shown::Text(draft), at, format_args!("{}", rule_text::<E>()));
        }
    }

    fn make(draft: String) -> Option<E> {
        E::CHOICES.iter().find(|(_, text)| *text == draft).map(|(choice, _)| *choice)
    }

    fn excerpt(draft: &String, out: &mut Excerpt) {
        out.push(draft);
    }

    fn rule_texts((): &()) -> Vec<String> {
        vec![rule_text::<E>()]
    }

    fn describe((): &()) -> Description {
        let mut description = Description::of("string");
        description.choices = Some(texts::<E>());
        description
    }

    fn write(value: &E, out: &mut Vec<u8>) {
        write_text(value.as_str().as_bytes(), out);
    }

    fn size_bound(value: &E) -> usize {
        text_size_bound(value.as_str().as_bytes())
    }

    fn write_xml(value: &E, out: &mut Vec<u8>) {
        write_xml_text(value.as_str().as_bytes(), out);
    }

    fn xml_size_bound(value: &E) -> usize {
        xml_text_size_bound(value.as_str().as_bytes())
    }
}

impl<E: Enumeration> RecordedKind for Choice<E> {
    fn record(value: &E, out: &mut Vec<u8>) {
        Self::write(value, out);
    }
}

fn rule_text<E: Enumeration>() -> String {
    format!("Member must satisfy enum value set: [{}]", texts::<E>().join(", "))
}

fn texts<E: Enumeration>() -> Vec<&'static str> {
    E::CHOICES.iter().map(|(_, text)| *text).collect()
}

/// States an enumeration: `pub enum Name { Variant = "text", ... }`.
#[macro_export]
macro_rules! enumeration {
    ($( #[$about:meta] )* $visibility:vis enum $name:ident { $( $variant:ident = $text:literal ),* $(,)? }) => {
        $( #[$about] )*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $visibility enum $name {
            $( $variant, )*
        }

        impl $crate::Enumeration for $name {
            const CHOICES: &'static [(Self, &'static str)] = &[$( (Self::$variant, $text), )*];

            fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $text, )*
                }
            }
        }

        impl $crate::Form for $name {
            type Kind = $crate::Choice<Self>;
            const RULES: () = ();
        }
    };
}
