//! A secret's JSON. What is not known of it stays as it was written.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use terms::SecretBytes;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// A JSON object: its members in their order, each with its own text. Wipes itself, and does not print.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SecretDocument(Vec<(String, SecretBytes)>);

impl SecretDocument {
    pub(crate) fn parse(value: &SecretBytes) -> Result<Self, Failure> {
        // Where it breaks is not told: the parser's words may hold some of the value.
        serde_json::from_slice(value.expose()).map_err(|_| Failure::new("the secret's value is not a JSON object"))
    }

    /// With what separates members as AWS's functions write it.
    pub(crate) fn to_value(&self) -> SecretBytes {
        let size = self.0.iter().map(|(name, raw)| 2 * name.len() + raw.len() + 8).sum::<usize>() + 2;
        let mut text = Vec::with_capacity(size);
        text.push(b'{');
        for (position, (name, raw)) in self.0.iter().enumerate() {
            if position > 0 {
                text.extend_from_slice(b", ");
            }
            text.extend_from_slice(serde_json::Value::from(name.as_str()).to_string().as_bytes());
            text.extend_from_slice(b": ");
            text.extend_from_slice(raw.expose());
        }
        text.push(b'}');
        SecretBytes::new(text)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// A member's text. None if it is absent or not a string.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        serde_json::from_slice(self.raw(name)?.expose()).ok()
    }

    /// The text of a member that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<String, Failure> {
        if !self.has(name) {
            return Err(Failure::new(format!("{name} key is missing from secret JSON")));
        }
        self.text(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| Failure::new(format!("{name} key of the secret's JSON is not a string, or an empty one")))
    }

    /// The same for one that nobody may see.
    pub(crate) fn required_secret(&self, name: &str) -> Result<SecretBytes, Failure> {
        let text = Zeroizing::new(self.required(name)?);
        Ok(SecretBytes::copy_of(text.as_bytes()))
    }

    /// A number, which people write as a string as well.
    pub(crate) fn port(&self, default: u16) -> Result<u16, Failure> {
        let Some(raw) = self.raw("port") else { return Ok(default) };
        let number = serde_json::from_slice::<u16>(raw.expose()).ok();
        let number = number.or_else(|| self.text("port")?.trim().parse().ok());
        number.filter(|port| *port > 0).ok_or_else(|| Failure::new("port key of the secret's JSON is not a port"))
    }

    /// True or false, which people write as a string as well. None if it is absent or anything else.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        let raw = self.raw(name)?;
        serde_json::from_slice(raw.expose()).ok().or_else(|| match self.text(name)?.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
    }

    /// Puts a text where the member is, or at the end.
    pub(crate) fn set_text(&mut self, name: &str, text: &SecretBytes) {
        let mut raw = Vec::with_capacity(6 * text.len() + 2);
        let text = String::from_utf8_lossy(text.expose());
        // Into room that is there: writing it cannot fail, and leaves no copy.
        if serde_json::to_writer(&mut raw, &*text).is_ok() {
            self.set_raw(name, SecretBytes::new(raw));
        }
    }

    /// Puts any JSON.
    pub(crate) fn set_json(&mut self, name: &str, json: &serde_json::Value) {
        self.set_raw(name, SecretBytes::new(json.to_string().into_bytes()));
    }

    /// A member as JSON.
    pub(crate) fn json(&self, name: &str) -> Option<serde_json::Value> {
        serde_json::from_slice(self.raw(name)?.expose()).ok()
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(own, _)| own != name);
    }

    fn raw(&self, name: &str) -> Option<&SecretBytes> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, raw)| raw)
    }

    fn set_raw(&mut self, name: &str, raw: SecretBytes) {
        match self.0.iter_mut().find(|(own, _)| own == name) {
            Some((_, own)) => *own = raw,
            None => self.0.push((name.to_owned(), raw)),
        }
    }
}

impl fmt::Debug for SecretDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDocument(..)")
    }
}

impl<'de> Deserialize<'de> for SecretDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = SecretDocument;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<SecretDocument, A::Error> {
                let mut document = SecretDocument(Vec::new());
                // Of a member that stands there twice the last counts, as for every reader of such secrets.
                while let Some((name, raw)) = members.next_entry::<String, &'de RawValue>()? {
                    document.set_raw(&name, SecretBytes::copy_of(raw.get().as_bytes()));
                }
                Ok(document)
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> SecretDocument {
        SecretDocument::parse(&SecretBytes::copy_of(text.as_bytes())).unwrap()
    }

    fn text_of(document: &SecretDocument) -> String {
        String::from_utf8(document.to_value().expose().to_vec()).unwrap()
    }

    #[test]
    fn what_is_not_known_stays_as_it_was_written() {
        let mut secret = document(r#"{ "z": 1.50, "password" :"old","nested":{"b":1,"a":[ ]},"ü\"":null}"#);
        secret.set_text("password", &SecretBytes::copy_of(b"n\"\\w"));
        assert_eq!(text_of(&secret), r#"{"z": 1.50, "password": "n\"\\w", "nested": {"b":1,"a":[ ]}, "ü\"": null}"#);
    }

    #[test]
    fn of_a_member_that_stands_there_twice_the_last_counts() {
        assert_eq!(text_of(&document(r#"{"a":"1","b":2,"a":"3"}"#)), r#"{"a": "3", "b": 2}"#);
    }

    #[test]
    fn what_is_no_object_is_refused_without_its_words() {
        for text in ["hunter2", "\"hunter2\"", "[\"hunter2\"]", "{\"password\": \"hunter2\"", ""] {
            let refused = SecretDocument::parse(&SecretBytes::copy_of(text.as_bytes())).unwrap_err();
            assert!(!refused.to_string().contains("hunter2"), "{refused}");
        }
    }

    #[test]
    fn ports_and_flags_may_be_strings() {
        assert_eq!(document(r#"{"port": 5433}"#).port(5432), Ok(5433));
        assert_eq!(document(r#"{"port": "5433"}"#).port(5432), Ok(5433));
        assert_eq!(document("{}").port(5432), Ok(5432));
        for port in ["0", "-1", "65536", "\"\"", "null", "\"x\""] {
            assert!(document(&format!(r#"{{"port": {port}}}"#)).port(5432).is_err(), "{port}");
        }
        assert_eq!(document(r#"{"ssl": "True"}"#).flag("ssl"), Some(true));
        assert_eq!(document(r#"{"ssl": false}"#).flag("ssl"), Some(false));
        assert_eq!(document(r#"{"ssl": "maybe"}"#).flag("ssl"), None);
        assert_eq!(document("{}").flag("ssl"), None);
    }

    #[test]
    fn a_key_that_is_missing_is_named_as_aws_names_it() {
        let missing = document("{}").required("host").unwrap_err();
        assert_eq!(missing.to_string(), "host key is missing from secret JSON");
        assert!(document(r#"{"host": 7}"#).required("host").is_err());
        assert_eq!(document(r#"{"host": "db"}"#).required("host").unwrap(), "db");
    }

    #[test]
    fn printing_a_document_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", document(r#"{"password": "hunter2"}"#)), "SecretDocument(..)");
    }
}
