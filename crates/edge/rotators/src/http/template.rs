//! Texts with places that are filled in.

use serde_json::Value;
use zeroize::Zeroizing;

use super::call::Circumstances;
use crate::document::SecretDocument;
use crate::failure::Failure;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place(Place),
}

/// What is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A key of the version that the call is about.
    Secret(String),
    /// A key of the version that is current.
    Current(String),
    /// A key of the target's own secret.
    Admin(String),
    Token,
    Random,
    Arn,
}

impl Template {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (inside, after) = after.split_once("}}").ok_or_else(|| format!("{text:?} has a {{{{ without }}}}"))?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Place(Place::parse(inside.trim())?));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// With what is filled in made fit for where it stands.
    pub(super) fn fill(
        &self,
        circumstances: &Circumstances<'_>,
        fit: impl Fn(&str) -> Result<Zeroizing<String>, Failure>,
    ) -> Result<Zeroizing<String>, Failure> {
        let mut pieces = Vec::with_capacity(self.0.len());
        for piece in &self.0 {
            pieces.push(match piece {
                Piece::Text(text) => Zeroizing::new(text.clone()),
                Piece::Place(place) => fit(&place.text(circumstances)?)?,
            });
        }
        // Sized exactly, so that growing leaves no copy behind.
        let mut filled = Zeroizing::new(String::with_capacity(pieces.iter().map(|piece| piece.len()).sum()));
        for piece in pieces {
            filled.push_str(&piece);
        }
        Ok(filled)
    }

    /// As a JSON value: a place that stands alone keeps its kind, so that numbers stay numbers.
    pub(super) fn fill_json(&self, circumstances: &Circumstances<'_>) -> Result<Value, Failure> {
        if let [Piece::Place(place)] = self.0.as_slice() {
            return place.json(circumstances);
        }
        let filled = self.fill(circumstances, |text| Ok(Zeroizing::new(text.to_owned())))?;
        Ok(Value::String(filled.to_string()))
    }

    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Place(place) => Some(place),
            Piece::Text(_) => None,
        })
    }

    /// The text before the first place.
    pub(super) fn beginning(&self) -> &str {
        match self.0.first() {
            Some(Piece::Text(text)) => text,
            _ => "",
        }
    }
}

impl Place {
    fn parse(text: &str) -> Result<Self, String> {
        match text.split_once('.') {
            None if text == "token" => Ok(Self::Token),
            None if text == "random" => Ok(Self::Random),
            None if text == "arn" => Ok(Self::Arn),
            Some(("secret", key)) if !key.is_empty() => Ok(Self::Secret(key.to_owned())),
            Some(("current", key)) if !key.is_empty() => Ok(Self::Current(key.to_owned())),
            Some(("admin", key)) if !key.is_empty() => Ok(Self::Admin(key.to_owned())),
            _ => Err(format!(
                "{{{{{text}}}}} is none of {{{{secret.…}}}}, {{{{current.…}}}}, {{{{admin.…}}}}, {{{{token}}}}, \
                 {{{{random}}}} and {{{{arn}}}}"
            )),
        }
    }

    fn json(&self, circumstances: &Circumstances<'_>) -> Result<Value, Failure> {
        let of = |document: &SecretDocument, key: &str, whose: &str| {
            let value =
                document.json(key).filter(|value| !matches!(value, Value::Null | Value::Object(_) | Value::Array(_)));
            value.ok_or_else(|| Failure::new(format!("{key} key is missing from {whose}")))
        };
        match self {
            Self::Secret(key) => of(circumstances.secret, key, "secret JSON"),
            Self::Current(key) => of(circumstances.current, key, "secret JSON"),
            Self::Admin(key) => {
                let admin =
                    circumstances.admin.ok_or_else(|| Failure::new("the HTTP target has no secret of its own"))?;
                of(admin, key, "the JSON of the HTTP target's own secret")
            }
            Self::Token => Ok(circumstances.token.into()),
            Self::Random => Ok(circumstances.random.into()),
            Self::Arn => Ok(circumstances.secret_arn.into()),
        }
    }

    fn text(&self, circumstances: &Circumstances<'_>) -> Result<Zeroizing<String>, Failure> {
        Ok(Zeroizing::new(match self.json(circumstances)? {
            Value::String(text) => text,
            other => other.to_string(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use terms::SecretBytes;

    use super::*;

    fn document(text: &str) -> SecretDocument {
        SecretDocument::parse(&SecretBytes::copy_of(text.as_bytes())).unwrap()
    }

    fn filled(template: &str) -> Result<String, String> {
        let (secret, current) = (document(r#"{"id": 7, "key": "s"}"#), document(r#"{"key": "c", "nested": {}}"#));
        let admin = document(r#"{"key": "a"}"#);
        let circumstances = Circumstances {
            secret: &secret,
            current: &current,
            admin: Some(&admin),
            token: "token-1",
            random: "0f",
            secret_arn: "arn:1",
        };
        let template = Template::parse(template)?;
        let filled = template.fill(&circumstances, |text| Ok(Zeroizing::new(text.to_owned())));
        filled.map(|filled| filled.to_string()).map_err(|failure| failure.to_string())
    }

    #[test]
    fn places_are_filled_in_from_where_they_say() {
        let text = "a {{secret.id}}/{{ secret.key }}/{{current.key}}/{{admin.key}}/{{token}}/{{random}}/{{arn}} z";
        assert_eq!(filled(text).unwrap(), "a 7/s/c/a/token-1/0f/arn:1 z");
        assert_eq!(filled("}} { {{token}}{{token}}").unwrap(), "}} { token-1token-1");
    }

    #[test]
    fn what_cannot_be_filled_in_is_told_by_its_name() {
        assert_eq!(filled("{{current.nested}}").unwrap_err(), "nested key is missing from secret JSON");
        assert_eq!(
            filled("{{admin.id}}").unwrap_err(),
            "id key is missing from the JSON of the HTTP target's own secret"
        );
        for text in ["{{", "{{token", "{{}}", "{{secret.}}", "{{password}}", "{{master.key}}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_without_places_stays_as_it_is(text in "[^{]{0,60}") {
            prop_assert_eq!(filled(&text).unwrap(), text);
        }
    }
}
