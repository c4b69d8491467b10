//! How a structure holds a member.

use std::marker::PhantomData;

use crate::violations::Shown;
use crate::{Draft, Form, Kind, Object, Path, RecordedKind, Value, Violations};

/// What a member's place in a structure makes of its form.
pub trait Slot {
    type Form: Form;
    /// The type of the field.
    type Value;
    const REQUIRED: bool;

    fn check(draft: Option<&Draft<Self::Form>>, at: &Path<'_>, found: &mut Violations);

    /// `None` only where [`Slot::check`] finds a violation.
    fn make(draft: Option<Draft<Self::Form>>) -> Option<Self::Value>;

    fn get(value: &Self::Value) -> Option<&Value<Self::Form>>;

    /// Adds the member to what the trail keeps.
    fn record(name: &'static str, value: &Self::Value, record: &mut Object<'_>);
}

/// A member that the model demands: the field is the value itself.
#[derive(Debug)]
pub struct Required<F>(PhantomData<F>);

/// A member that may be absent: the field is an `Option`.
#[derive(Debug)]
pub struct Optional<F>(PhantomData<F>);

/// A member that may be absent and that nobody may see: the field is an `Option`, and the trail leaves it out. Sensitive
/// slots are the only ones that take a form the trail cannot keep.
#[derive(Debug)]
pub struct Sensitive<F>(PhantomData<F>);

/// A member that the model demands and that nobody may see: the field is the value itself, and the trail leaves it out.
#[derive(Debug)]
pub struct RequiredSensitive<F>(PhantomData<F>);

impl<F: Form<Kind: RecordedKind>> Slot for Required<F> {
    type Form = F;
    type Value = Value<F>;
    const REQUIRED: bool = true;

    fn check(draft: Option<&Draft<F>>, at: &Path<'_>, found: &mut Violations) {
        check_required::<F>(draft, at, found);
    }

    fn make(draft: Option<Draft<F>>) -> Option<Value<F>> {
        F::Kind::make(draft?)
    }

    fn get(value: &Value<F>) -> Option<&Value<F>> {
        Some(value)
    }

    fn record(name: &'static str, value: &Value<F>, record: &mut Object<'_>) {
        record.record::<F>(name, value);
    }
}

impl<F: Form<Kind: RecordedKind>> Slot for Optional<F> {
    type Form = F;
    type Value = Option<Value<F>>;
    const REQUIRED: bool = false;

    fn check(draft: Option<&Draft<F>>, at: &Path<'_>, found: &mut Violations) {
        if let Some(draft) = draft {
            F::Kind::check(draft, &F::RULES, at, found);
        }
    }

    fn make(draft: Option<Draft<F>>) -> Option<Self::Value> {
        draft.map_or(Some(None), |draft| F::Kind::make(draft).map(Some))
    }

    fn get(value: &Self::Value) -> Option<&Value<F>> {
        value.as_ref()
    }

    fn record(name: &'static str, value: &Self::Value, record: &mut Object<'_>) {
        if let Some(value) = value {
            record.record::<F>(name, value);
        }
    }
}

impl<F: Form> Slot for Sensitive<F> {
    type Form = F;
    type Value = Option<Value<F>>;
    const REQUIRED: bool = false;

    fn check(draft: Option<&Draft<F>>, at: &Path<'_>, found: &mut Violations) {
        if let Some(draft) = draft {
            F::Kind::check(draft, &F::RULES, at, found);
        }
    }

    fn make(draft: Option<Draft<F>>) -> Option<Self::Value> {
        draft.map_or(Some(None), |draft| F::Kind::make(draft).map(Some))
    }

    fn get(value: &Self::Value) -> Option<&Value<F>> {
        value.as_ref()
    }

    fn record(_: &'static str, _: &Self::Value, _: &mut Object<'_>) {}
}

impl<F: Form> Slot for RequiredSensitive<F> {
    type Form = F;
    type Value = Value<F>;
    const REQUIRED: bool = true;

    fn check(draft: Option<&Draft<F>>, at: &Path<'_>, found: &mut Violations) {
        check_required::<F>(draft, at, found);
    }

    fn make(draft: Option<Draft<F>>) -> Option<Value<F>> {
        F::Kind::make(draft?)
    }

    fn get(value: &Value<F>) -> Option<&Value<F>> {
        Some(value)
    }

    fn record(_: &'static str, _: &Value<F>, _: &mut Object<'_>) {}
}

fn check_required<F: Form>(draft: Option<&Draft<F>>, at: &Path<'_>, found: &mut Violations) {
    match draft {
        Some(draft) => F::Kind::check(draft, &F::RULES, at, found),
        None => found.add(&Shown::Null, at, format_args!("Member must not be null")),
    }
}
