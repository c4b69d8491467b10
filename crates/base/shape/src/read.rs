//! JSON in: one visitor for every kind, and AWS's texts for a value of the wrong type.
//!
//! The texts were recorded on sibling awsJson services. Pairs that nobody recorded follow the recorded ones' grammar.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::form::Kind;
use crate::{Draft, Form};

pub(crate) const LIST_FOUND: &str = "Start of list found where not expected";
pub(crate) const MAP_FOUND: &str = "Start of structure or map found where not expected.";
/// Refused with no text at all.
pub(crate) const UNREADABLE: &str = "";

/// The texts with which a kind refuses scalars that are not its own.
pub(crate) struct Refusals {
    pub(crate) string: &'static str,
    pub(crate) number: &'static str,
    pub(crate) true_value: &'static str,
    pub(crate) false_value: &'static str,
}

pub(crate) const NO_STRING: Refusals = Refusals {
    string: UNREADABLE,
    number: "NUMBER_VALUE can not be converted to a String",
    true_value: "TRUE_VALUE can not be converted to a String",
    false_value: "FALSE_VALUE can not be converted to a String",
};
pub(crate) const NO_INTEGER: Refusals = Refusals {
    string: "STRING_VALUE can not be converted to an Integer",
    number: UNREADABLE,
    true_value: "TRUE_VALUE can not be converted to an Integer",
    false_value: "FALSE_VALUE can not be converted to an Integer",
};
pub(crate) const NO_LONG: Refusals = Refusals {
    string: "STRING_VALUE can not be converted to a Long",
    number: UNREADABLE,
    true_value: "TRUE_VALUE can not be converted to a Long",
    false_value: "FALSE_VALUE can not be converted to a Long",
};
pub(crate) const NO_DOUBLE: Refusals = Refusals {
    string: "STRING_VALUE can not be converted to a Double",
    number: UNREADABLE,
    true_value: "TRUE_VALUE can not be converted to a Double",
    false_value: "FALSE_VALUE can not be converted to a Double",
};
pub(crate) const NO_BOOLEAN: Refusals = Refusals {
    // AWS's grammar, as recorded.
    string: "STRING_VALUE can not be converted to an Boolean",
    number: "NUMBER_VALUE can not be converted to a Boolean",
    true_value: UNREADABLE,
    false_value: UNREADABLE,
};
pub(crate) const NO_LIST: Refusals = all("Expected list or null");
pub(crate) const NO_STRUCTURE: Refusals = all("Expected null");
pub(crate) const NO_TEXT: Refusals = all(UNREADABLE);

const fn all(text: &'static str) -> Refusals {
    Refusals { string: text, number: text, true_value: text, false_value: text }
}

/// The text of a refusal among those above, and none for anything else: what a request held cannot come back in the
/// text of an error.
pub(crate) fn known_text(message: &str) -> Option<&'static str> {
    [&NO_STRING, &NO_INTEGER, &NO_LONG, &NO_DOUBLE, &NO_BOOLEAN, &NO_LIST, &NO_STRUCTURE]
        .into_iter()
        .flat_map(|texts| [texts.string, texts.number, texts.true_value, texts.false_value])
        .chain([LIST_FOUND, MAP_FOUND])
        .find(|text| *text == message && *text != UNREADABLE)
}

/// What a kind takes from JSON; all else is refused with its texts.
pub(crate) trait Take<'de>: Sized {
    type Draft;
    const REFUSALS: Refusals;

    fn string(_: &str) -> Result<Self::Draft, &'static str> {
        Err(Self::REFUSALS.string)
    }

    fn integer(_: i64) -> Result<Self::Draft, &'static str> {
        Err(Self::REFUSALS.number)
    }

    fn fraction(_: f64) -> Result<Self::Draft, &'static str> {
        Err(Self::REFUSALS.number)
    }

    fn boolean(value: bool) -> Result<Self::Draft, &'static str> {
        Err(if value { Self::REFUSALS.true_value } else { Self::REFUSALS.false_value })
    }

    fn list<A: SeqAccess<'de>>(_: A) -> Result<Self::Draft, A::Error> {
        Err(A::Error::custom(LIST_FOUND))
    }

    fn object<A: MapAccess<'de>>(_: A) -> Result<Self::Draft, A::Error> {
        Err(A::Error::custom(MAP_FOUND))
    }
}

pub(crate) fn take<'de, T: Take<'de>, D: Deserializer<'de>>(json: D) -> Result<T::Draft, D::Error> {
    json.deserialize_any(TakeVisitor::<T>(PhantomData))
}

/// Reads a member's value; `null` is the same as absent.
pub fn read_member<'de, F: Form, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Draft<F>>, A::Error> {
    map.next_value_seed(Nullable::<F>(PhantomData))
}

/// Passes over a member that the shape does not know; its syntax is checked all the same.
pub fn skip_member<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(|_| ())
}

/// A list's element; `null` is kept, to be refused as a constraint.
pub(crate) fn next_element<'de, F: Form, A: SeqAccess<'de>>(
    list: &mut A,
) -> Result<Option<Option<Draft<F>>>, A::Error> {
    list.next_element_seed(Nullable::<F>(PhantomData))
}

struct TakeVisitor<T>(PhantomData<T>);

impl<'de, T: Take<'de>> Visitor<'de> for TakeVisitor<T> {
    type Value = T::Draft;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another type")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        T::string(value).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        T::integer(value).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        match i64::try_from(value) {
            Ok(value) => T::integer(value).map_err(E::custom),
            // Beyond any integer we hold: let the fraction's path say whether numbers are wanted at all.
            Err(_) => T::fraction(f64::INFINITY).map_err(E::custom),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        T::fraction(value).map_err(E::custom)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        T::boolean(value).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        T::list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::object(map)
    }
}

struct Nullable<F>(PhantomData<F>);

impl<'de, F: Form> DeserializeSeed<'de> for Nullable<F> {
    type Value = Option<Draft<F>>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_option(self)
    }
}

impl<'de, F: Form> Visitor<'de> for Nullable<F> {
    type Value = Option<Draft<F>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another type")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        F::Kind::read(json).map(Some)
    }
}

/// A member's name, borrowed from the body unless it holds escapes.
pub(crate) struct Name<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }

        json.deserialize_str(NameVisitor)
    }
}
