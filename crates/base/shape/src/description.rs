//! A statement as data, in the words of the service model it is held against.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::{ErrorShape, Form, Http, Kind, OperationShape, Place, Slot};

/// One wire type: what a tool that compares us with AWS's model needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Description {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub required: bool,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub pattern: Option<&'static str>,
    #[serde(rename = "enum")]
    pub choices: Option<Vec<&'static str>>,
    pub sensitive: bool,
    /// The part of a REST message that the member travels in, unless that is the JSON body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<&'static str>,
    #[serde(rename = "locationName", skip_serializing_if = "Option::is_none")]
    pub location_name: Option<&'static str>,
    /// A list's element.
    #[serde(rename = "member", skip_serializing_if = "Option::is_none")]
    pub element: Option<Box<Description>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Box<Description>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Box<Description>>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_map")]
    pub members: Option<Vec<(&'static str, Description)>>,
}

impl Description {
    pub fn structure(members: Vec<(&'static str, Description)>) -> Self {
        Self { members: Some(members), ..Self::of("structure") }
    }

    /// A form as a member of a structure.
    pub fn member<S: Slot>() -> Self {
        let described = <S::Form as Form>::Kind::describe(&S::Form::RULES);
        Self { required: S::REQUIRED, ..described }
    }

    /// The same, where it travels.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        (self.location, self.location_name) = place.told();
        self
    }

    pub(crate) fn of(kind: &'static str) -> Self {
        Self {
            kind,
            required: false,
            min: None,
            max: None,
            pattern: None,
            choices: None,
            sensitive: false,
            location: None,
            location_name: None,
            element: None,
            key: None,
            value: None,
            members: None,
        }
    }

    pub(crate) fn sized(mut self, min: Option<usize>, max: Option<usize>) -> Self {
        self.min = min.and_then(|min| i64::try_from(min).ok());
        self.max = max.and_then(|max| i64::try_from(max).ok());
        self
    }
}

/// All operations of a service.
#[derive(Debug, Serialize)]
pub struct ServiceDescription {
    operations: BTreeMap<&'static str, OperationDescription>,
    /// Of a REST protocol, where an error has a form of its own.
    #[serde(skip_serializing_if = "<[ErrorShape]>::is_empty")]
    errors: &'static [ErrorShape],
}

#[derive(Debug, Serialize)]
struct OperationDescription {
    input: Description,
    /// Absent where the operation answers an empty body.
    output: Option<Description>,
    errors: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    http: Option<Http>,
}

impl ServiceDescription {
    pub fn of(operations: &[OperationShape]) -> Self {
        let operations = operations.iter().map(|operation| {
            let (input, output) = ((operation.input)(), (operation.output)());
            (operation.name, OperationDescription { input, output, errors: operation.errors, http: operation.http })
        });
        Self { operations: operations.collect(), errors: &[] }
    }

    /// The same, with the forms of its errors.
    #[must_use]
    pub fn with_errors(self, errors: &'static [ErrorShape]) -> Self {
        Self { errors, ..self }
    }
}

fn as_map<S: Serializer>(members: &Option<Vec<(&'static str, Description)>>, to: S) -> Result<S::Ok, S::Error> {
    let members = members.as_deref().unwrap_or_default();
    let mut map = to.serialize_map(Some(members.len()))?;
    for (name, description) in members {
        map.serialize_entry(name, description)?;
    }
    map.end()
}
