//! Where a member travels.

/// The part of a message that a member is found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A member of the JSON object.
    Body,
    /// What stands between two slashes of the path.
    Label(&'static str),
    Query(&'static str),
    Header(&'static str),
    /// The body itself, as it stands.
    Payload,
    /// An answer's status.
    Status,
}

impl Place {
    pub const fn is_body(self) -> bool {
        matches!(self, Self::Body)
    }

    /// The place in the words of AWS's models, which have none for the body, and the member's name there.
    pub(crate) fn told(self) -> (Option<&'static str>, Option<&'static str>) {
        match self {
            Self::Body => (None, None),
            Self::Label(name) => (Some("uri"), Some(name)),
            Self::Query(name) => (Some("querystring"), Some(name)),
            Self::Header(name) => (Some("header"), Some(name)),
            Self::Payload => (Some("payload"), None),
            Self::Status => (Some("statusCode"), None),
        }
    }
}

/// The [`Place`] that a statement means: nothing, `label`, `query`, `header`, `payload` or `status`, and a name where it
/// is not the member's own.
#[doc(hidden)]
#[macro_export]
macro_rules! place {
    ($wire:literal) => {
        $crate::Place::Body
    };
    ($wire:literal label) => {
        $crate::Place::Label($wire)
    };
    ($wire:literal query) => {
        $crate::Place::Query($wire)
    };
    ($wire:literal query $name:literal) => {
        $crate::Place::Query($name)
    };
    ($wire:literal header $name:literal) => {
        $crate::Place::Header($name)
    };
    ($wire:literal payload) => {
        $crate::Place::Payload
    };
    ($wire:literal status) => {
        $crate::Place::Status
    };
}

/// Reads a member that does not travel in the JSON body. Compiles for kinds that can stand where it does, and no others.
#[doc(hidden)]
#[macro_export]
macro_rules! read_placed {
    ($field:ident, $slot:ty, $given:ident, $wire:literal) => {
        let _ = $field;
    };
    ($field:ident, $slot:ty, $given:ident, $wire:literal payload) => {
        *$field = $crate::read_payload::<<$slot as $crate::Slot>::Form>($given);
    };
    ($field:ident, $slot:ty, $given:ident, $wire:literal $place:ident $( $name:literal )?) => {
        *$field = $crate::read_place::<<$slot as $crate::Slot>::Form>(
            $given,
            $crate::place!($wire $place $( $name )?),
        )?;
    };
}

/// Writes such a member.
#[doc(hidden)]
#[macro_export]
macro_rules! write_placed {
    ($value:expr, $slot:ty, $parts:ident, $wire:literal) => {};
    ($value:expr, $slot:ty, $parts:ident, $wire:literal payload) => {
        if let Some(value) = <$slot as $crate::Slot>::get($value) {
            $parts.payload::<<$slot as $crate::Slot>::Form>(value);
        }
    };
    ($value:expr, $slot:ty, $parts:ident, $wire:literal $place:ident $( $name:literal )?) => {
        if let Some(value) = <$slot as $crate::Slot>::get($value) {
            $parts.add::<<$slot as $crate::Slot>::Form>($crate::place!($wire $place $( $name )?), value);
        }
    };
}
