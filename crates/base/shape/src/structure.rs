//! Rows of members.

use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::MapAccess;

use crate::read::{NO_STRUCTURE, Name, Refusals, Take, take};
use crate::{Description, Excerpt, Given, Kind, Malformed, Path, Placed, RecordedKind, RestParts, Violations};

/// A structure of the wire; [`structure!`](crate::structure) states one.
pub trait Structure: Sized {
    /// The members' drafts, in order.
    type Draft;

    /// The draft with every member absent.
    fn blank() -> Self::Draft;

    /// Reads the value of the member `name` into the draft, or passes over it when the shape knows no such member of a
    /// body.
    fn read_member<'de, A: MapAccess<'de>>(draft: &mut Self::Draft, name: &str, map: &mut A) -> Result<(), A::Error>;

    /// Whether a member travels in the JSON body of a REST message.
    const HAS_BODY: bool;

    /// Reads every member that does not travel in the JSON body of a REST request.
    fn read_placed(draft: &mut Self::Draft, given: &Placed<'_>) -> Result<(), Malformed>;

    /// Adds every such member to a REST message.
    fn write_placed(&self, parts: &mut RestParts);

    /// Reads every member that a query request gives. Parameters that the shape does not know are passed over.
    fn read_query(given: &Given<'_>) -> Result<Self::Draft, Malformed>;

    /// Holds every member against its rules, in the order of the model.
    fn check(draft: &Self::Draft, at: &Path<'_>, found: &mut Violations);

    /// `None` only where [`Structure::check`] finds a violation.
    fn make(draft: Self::Draft) -> Option<Self>;

    fn excerpt(draft: &Self::Draft, out: &mut Excerpt);

    fn description() -> Description;

    /// Appends the JSON object with the members that are present and travel in a body. Who answers a caller takes
    /// [`Reply::write_json`](crate::Reply::write_json), which sees to it that no copies are left behind.
    fn write_members(&self, out: &mut Vec<u8>);

    /// An upper bound of the bytes that [`Structure::write_members`] adds.
    fn size_bound(&self) -> usize;

    /// Appends the members that are present as XML elements. Who answers a caller takes
    /// [`xml_answer`](crate::xml_answer), which sees to it that no copies are left behind.
    fn write_xml_members(&self, out: &mut Vec<u8>);

    /// An upper bound of the bytes that [`Structure::write_xml_members`] adds.
    fn xml_size_bound(&self) -> usize;

    /// Appends what the trail keeps of this: a JSON object with lower-camel names, absent members left out. Sensitive
    /// members are no part of it: their types cannot be recorded.
    fn record(&self, out: &mut Vec<u8>);
}

/// The kind of a structure.
#[derive(Debug)]
pub struct Structured<S>(PhantomData<S>);

impl<S: Structure> Kind for Structured<S> {
    type Value = S;
    type Draft = S::Draft;
    type Rules = ();

    const ANY: () = ();
    const SCALAR: bool = false;

    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<S::Draft, D::Error> {
        take::<Self, D>(json)
    }

    fn read_query(given: &Given<'_>) -> Result<S::Draft, Malformed> {
        given.structure()?;
        S::read_query(given)
    }

    fn check(draft: &S::Draft, (): &(), at: &Path<'_>, found: &mut Violations) {
        S::check(draft, at, found);
    }

    fn make(draft: S::Draft) -> Option<S> {
        S::make(draft)
    }

    fn excerpt(draft: &S::Draft, out: &mut Excerpt) {
        S::excerpt(draft, out);
    }

    fn rule_texts((): &()) -> Vec<String> {
        Vec::new()
    }

    fn describe((): &()) -> Description {
        S::description()
    }

    fn write(value: &S, out: &mut Vec<u8>) {
        value.write_members(out);
    }

    fn size_bound(value: &S) -> usize {
        value.size_bound()
    }

    fn write_xml(value: &S, out: &mut Vec<u8>) {
        value.write_xml_members(out);
    }

    fn xml_size_bound(value: &S) -> usize {
        value.xml_size_bound()
    }
}

impl<S: Structure> RecordedKind for Structured<S> {
    fn record(value: &S, out: &mut Vec<u8>) {
        value.record(out);
    }
}

impl<'de, S: Structure> Take<'de> for Structured<S> {
    type Draft = S::Draft;
    const REFUSALS: Refusals = NO_STRUCTURE;

    fn object<A: MapAccess<'de>>(mut map: A) -> Result<S::Draft, A::Error> {
        let mut draft = S::blank();
        while let Some(Name(name)) = map.next_key()? {
            S::read_member(&mut draft, &name, &mut map)?;
        }
        Ok(draft)
    }
}

/// States a structure: `pub struct Name { field: Slot<Form> = "WireName", ... }`.
///
/// The fields are public and hold what the slot makes of the form: `Required<Text...>` a `String`, `Optional` and
/// `Sensitive` an `Option`. `Default` is all absent (and all empty, where something is required).
///
/// In a REST protocol a member may travel outside of the JSON body: `= "WireName" in label`, `in query`, `in query "name"`,
/// `in header "Name"`, `in payload` (it is the body), or `in status` (of an answer).
#[macro_export]
macro_rules! structure {
    ($( #[$about:meta] )* $visibility:vis struct $name:ident {
        $( $( #[$field_about:meta] )* $field:ident: $slot:ty = $wire:literal $( in $place:ident $( $place_name:literal )? )? ),* $(,)?
    }) => {
        $( #[$about] )*
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        $visibility struct $name {
            $( $( #[$field_about] )* pub $field: <$slot as $crate::Slot>::Value, )*
        }

        impl $crate::Form for $name {
            type Kind = $crate::Structured<Self>;
            const RULES: () = ();
        }

        impl $crate::Structure for $name {
            type Draft = ( $( Option<$crate::Draft<<$slot as $crate::Slot>::Form>>, )* );

            fn blank() -> Self::Draft {
                let draft: Self::Draft = ( $( None::<$crate::Draft<<$slot as $crate::Slot>::Form>>, )* );
                draft
            }

            fn read_member<'de, A: $crate::serde::de::MapAccess<'de>>(
                draft: &mut Self::Draft,
                name: &str,
                map: &mut A,
            ) -> Result<(), A::Error> {
                let ( $( $field, )* ) = draft;
                match name {
                    $(
                        $wire if const { $crate::place!($wire $( $place $( $place_name )? )?).is_body() } => {
                            *$field = $crate::read_member::<<$slot as $crate::Slot>::Form, A>(map)?;
                        }
                    )*
                    _ => $crate::skip_member(map)?,
                }
                Ok(())
            }

            const HAS_BODY: bool = false $( || $crate::place!($wire $( $place $( $place_name )? )?).is_body() )*;

            fn read_placed(draft: &mut Self::Draft, given: &$crate::Placed<'_>) -> Result<(), $crate::Malformed> {
                let _ = given;
                let ( $( $field, )* ) = draft;
                $( $crate::read_placed!($field, $slot, given, $wire $( $place $( $place_name )? )?); )*
                Ok(())
            }

            fn write_placed(&self, parts: &mut $crate::RestParts) {
                let _ = &parts;
                $( $crate::write_placed!(&self.$field, $slot, parts, $wire $( $place $( $place_name )? )?); )*
            }

            fn read_query(given: &$crate::Given<'_>) -> Result<Self::Draft, $crate::Malformed> {
                Ok(( $( $crate::query_member::<<$slot as $crate::Slot>::Form>(given, $wire)?, )* ))
            }

            fn check(draft: &Self::Draft, at: &$crate::Path<'_>, found: &mut $crate::Violations) {
                let ( $( $field, )* ) = draft;
                $( <$slot as $crate::Slot>::check($field.as_ref(), &at.member($wire), found); )*
            }

            fn make(draft: Self::Draft) -> Option<Self> {
                let ( $( $field, )* ) = draft;
                Some(Self { $( $field: <$slot as $crate::Slot>::make($field)?, )* })
            }

            fn excerpt(draft: &Self::Draft, out: &mut $crate::Excerpt) {
                let ( $( $field, )* ) = draft;
                let mut members = out.members();
                $( members.add::<<$slot as $crate::Slot>::Form>($wire, $field.as_ref()); )*
                members.close();
            }

            fn description() -> $crate::Description {
                $crate::Description::structure(vec![
                    $( (
                        $wire,
                        $crate::Description::member::<$slot>().at($crate::place!($wire $( $place $( $place_name )? )?)),
                    ), )*
                ])
            }

            fn write_members(&self, out: &mut Vec<u8>) {
                let mut object = $crate::Object::open(out);
                $(
                    if const { $crate::place!($wire $( $place $( $place_name )? )?).is_body() }
                        && let Some(value) = <$slot as $crate::Slot>::get(&self.$field)
                    {
                        object.add::<<$slot as $crate::Slot>::Form>($wire, value);
                    }
                )*
                object.close();
            }

            fn size_bound(&self) -> usize {
                let bounds = [ $(
                    if const { $crate::place!($wire $( $place $( $place_name )? )?).is_body() } {
                        $crate::Object::member_size_bound::<$slot>($wire, &self.$field)
                    } else {
                        0
                    },
                )* ];
                bounds.into_iter().fold(2_usize, usize::saturating_add)
            }

            fn write_xml_members(&self, out: &mut Vec<u8>) {
                $(
                    if let Some(value) = <$slot as $crate::Slot>::get(&self.$field) {
                        $crate::write_element::<<$slot as $crate::Slot>::Form>($wire, value, out);
                    }
                )*
            }

            fn xml_size_bound(&self) -> usize {
                let bounds = [ $( $crate::element_size_bound::<$slot>($wire, &self.$field), )* ];
                bounds.into_iter().fold(0_usize, usize::saturating_add)
            }

            fn record(&self, out: &mut Vec<u8>) {
                let mut object = $crate::Object::open(out);
                $( <$slot as $crate::Slot>::record($wire, &self.$field, &mut object); )*
                object.close();
            }
        }
    };
}
