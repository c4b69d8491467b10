//! A document as it is written, before any rule of its kind.

use serde_json::value::RawValue;

use super::{
    PrincipalKind,
    json::{Object, Unreadable, one_or_many, range_in, read_scalars, read_text, read_texts},
};
use crate::statement::{Effect, Operator, Test, is_null_value};

#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) version: Option<Version>,
    pub(crate) has_id: bool,
    pub(crate) statements: Vec<DraftStatement>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// `2008-10-17`, also where none is given.
    Old,
    /// `2012-10-17`
    Current,
}

#[derive(Debug, Default)]
pub(crate) struct DraftStatement {
    pub(crate) sid: Option<String>,
    pub(crate) effect: Option<Effect>,
    pub(crate) principals: Option<Element<(PrincipalKind, String)>>,
    pub(crate) actions: Option<Element<String>>,
    pub(crate) resources: Option<Element<String>>,
    pub(crate) conditions: Vec<DraftCondition>,
    /// In bytes of the text.
    pub(crate) range: std::ops::Range<usize>,
}

/// An element that has a Not form, of which a statement has one or the other.
#[derive(Debug)]
pub(crate) struct Element<T> {
    pub(crate) is_negated: bool,
    pub(crate) entries: Vec<T>,
}

#[derive(Debug)]
pub(crate) struct DraftCondition {
    pub(crate) written_operator: String,
    pub(crate) operator: Operator,
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
}

impl Draft {
    pub(crate) fn read(text: &str) -> Result<Self, Unreadable> {
        let (mut version, mut has_id, mut statements) = (None, false, Vec::new());
        for (name, value) in Object::read(text)?.0 {
            match name.as_str() {
                "Version" => version = Some(Version::read(value)?),
                "Id" => has_id = read_text(value).map(|_| true)?,
                "Statement" => statements = one_or_many(value)?,
                _ => return Err(Unreadable::Shape),
            }
        }
        if statements.is_empty() {
            return Err(Unreadable::Shape);
        }
        let read = |value: &RawValue| DraftStatement::read(text, value);
        Ok(Self { version, has_id, statements: statements.into_iter().map(read).collect::<Result<_, _>>()? })
    }
}

impl Version {
    fn read(value: &RawValue) -> Result<Self, Unreadable> {
        match read_text(value)?.as_str() {
            "2008-10-17" => Ok(Self::Old),
            "2012-10-17" => Ok(Self::Current),
            _ => Err(Unreadable::Shape),
        }
    }
}

impl DraftStatement {
    fn read(text: &str, value: &RawValue) -> Result<Self, Unreadable> {
        let mut draft = Self { range: range_in(text, value), ..Self::default() };
        for (name, value) in Object::read(value.get())?.0 {
            let is_negated = name.starts_with("Not");
            match name.as_str() {
                "Sid" => draft.sid = Some(read_text(value)?),
                "Effect" => draft.effect = Some(read_effect(value)?),
                "Principal" | "NotPrincipal" => fill(&mut draft.principals, is_negated, read_principals(value)?)?,
                "Action" | "NotAction" => fill(&mut draft.actions, is_negated, read_texts(value)?)?,
                "Resource" | "NotResource" => fill(&mut draft.resources, is_negated, read_texts(value)?)?,
                "Condition" => draft.conditions = read_conditions(value)?,
                _ => return Err(Unreadable::Shape),
            }
        }
        Ok(draft)
    }
}

fn fill<T>(element: &mut Option<Element<T>>, is_negated: bool, entries: Vec<T>) -> Result<(), Unreadable> {
    match element.replace(Element { is_negated, entries }) {
        None => Ok(()),
        Some(_) => Err(Unreadable::Shape),
    }
}

fn read_effect(value: &RawValue) -> Result<Effect, Unreadable> {
    match read_text(value)?.as_str() {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        _ => Err(Unreadable::Shape),
    }
}

fn read_principals(value: &RawValue) -> Result<Vec<(PrincipalKind, String)>, Unreadable> {
    if value.get().starts_with('"') {
        let everyone = read_text(value)?;
        return if everyone == "*" { Ok(vec![(PrincipalKind::Aws, everyone)]) } else { Err(Unreadable::Shape) };
    }
    let mut entries = Vec::new();
    for (name, value) in Object::read(value.get())?.0 {
        let kind = PrincipalKind::parse(&name).ok_or(Unreadable::Shape)?;
        entries.extend(read_texts(value)?.into_iter().map(|text| (kind, text)));
    }
    Ok(entries)
}

fn read_conditions(value: &RawValue) -> Result<Vec<DraftCondition>, Unreadable> {
    let mut conditions = Vec::new();
    for (written_operator, keys) in Object::read(value.get())?.0 {
        let operator = Operator::parse(&written_operator).ok_or(Unreadable::Shape)?;
        for (key, values) in Object::read(keys.get())?.0 {
            let values = read_scalars(values)?;
            if operator.test == Test::Null && !values.iter().all(|value| is_null_value(value)) {
                return Err(Unreadable::Shape);
            }
            conditions.push(DraftCondition { written_operator: written_operator.clone(), operator, key, values });
        }
    }
    Ok(conditions)
}
