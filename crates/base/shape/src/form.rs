//! What a wire type is: a name with rules (form) over a way of being read, checked and written (kind).

use serde::Deserializer;

use crate::{Description, Excerpt, Given, Malformed, Path, Violations};

/// A wire type under AWS's name: a kind, and the rules its model states for it.
pub trait Form {
    type Kind: Kind;
    const RULES: <Self::Kind as Kind>::Rules;
}

/// What an operation is given for a form.
pub type Value<F> = <<F as Form>::Kind as Kind>::Value;

/// What parsing yields for a form: right in type, its rules not yet checked.
pub type Draft<F> = <<F as Form>::Kind as Kind>::Draft;

/// A kind of wire type: text, integer, list of a form, ...
pub trait Kind {
    type Value;
    /// AWS reports all type errors before any constraint, and all constraints at once: reading stops at the draft,
    /// [`Kind::check`] looks at the whole of it, and only then [`Kind::make`] turns it into the value.
    type Draft;
    type Rules;

    /// No rules: the start that [`forms!`](crate::forms) builds upon.
    const ANY: Self::Rules;
    /// Whether a list of this kind reports broken elements once, at the list, instead of each at its own path.
    const SCALAR: bool;

    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Self::Draft, D::Error>;

    /// Reads what the parameters of a query request give.
    fn read_query(given: &Given<'_>) -> Result<Self::Draft, Malformed>;

    /// Holds the draft against the rules.
    fn check(draft: &Self::Draft, rules: &Self::Rules, at: &Path<'_>, found: &mut Violations);

    /// `None` only where [`Kind::check`] finds a violation.
    fn make(draft: Self::Draft) -> Option<Self::Value>;

    /// How the draft is printed within a violation of the list it stands in.
    fn excerpt(draft: &Self::Draft, out: &mut Excerpt);

    /// The rules as a list's violation prints them.
    fn rule_texts(rules: &Self::Rules) -> Vec<String>;

    fn describe(rules: &Self::Rules) -> Description;

    fn write(value: &Self::Value, out: &mut Vec<u8>);

    /// An upper bound of the bytes that [`Kind::write`] adds.
    fn size_bound(value: &Self::Value) -> usize;

    /// Writes what stands between the tags of an XML element.
    fn write_xml(value: &Self::Value, out: &mut Vec<u8>);

    /// An upper bound of the bytes that [`Kind::write_xml`] adds.
    fn xml_size_bound(value: &Self::Value) -> usize;
}

/// A kind that the trail may keep. Kinds that hold secrets do not implement it, so a member that holds one cannot be
/// recorded even by mistake: [`Required`](crate::Required) and [`Optional`](crate::Optional) refuse to compile with it.
pub trait RecordedKind: Kind {
    /// The value as the trail shows it: JSON with lower-camel names.
    fn record(value: &Self::Value, out: &mut Vec<u8>);
}

/// States forms: `pub Name: Kind { rule: argument, ... }`.
#[macro_export]
macro_rules! forms {
    ($( $(#[$about:meta])* $visibility:vis $name:ident: $kind:ty { $( $rule:ident: $argument:expr ),* $(,)? } )*) => {
        $(
            $(#[$about])*
            #[derive(Debug, Clone, Copy)]
            $visibility struct $name;

            impl $crate::Form for $name {
                type Kind = $kind;
                const RULES: <$kind as $crate::Kind>::Rules = <$kind as $crate::Kind>::ANY$(.$rule($argument))*;
            }
        )*
    };
}
