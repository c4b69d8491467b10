//! Random ids: of requests, of recorded events, and of things that are kept.

use std::fmt;

use crate::Entropy;

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(uuid::Uuid);

        impl $name {
            pub fn random(entropy: &dyn Entropy) -> Self {
                let mut bytes = [0; 16];
                entropy.fill(&mut bytes);
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(uuid::Uuid::from_bytes(bytes))
            }

            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Reads an id as it is displayed.
            pub fn parse(text: &str) -> Option<Self> {
                let id = Self(uuid::Uuid::try_parse(text).ok()?);
                (id.to_string() == text).then_some(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0.as_hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

random_id! {
    /// Answered as `x-amzn-RequestId` and written on the trail.
    RequestId
}

random_id! {
    /// One per record on the trail. A record that is written twice keeps its id, so readers can drop the second.
    EventId
}

random_id! {
    /// The id of a thing that is kept: a secret, a key, a principal. The same in every region; never shown to callers.
    Uid
}

impl serde::Serialize for Uid {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Uid {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).ok_or_else(|| serde::de::Error::custom("no id"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_displayed_and_in_no_other_form() {
        let id = EventId::from_bytes(*b"0123456789abcd\xef\xff");
        let text = "30313233-3435-3637-3839-61626364efff";
        assert_eq!(id.to_string(), text);
        assert_eq!(EventId::parse(text), Some(id));
        let others = [&text.replace('-', ""), &text.to_uppercase(), &format!("{{{text}}}"), "", "30313233"];
        assert!(others.iter().all(|other| EventId::parse(other).is_none()));
    }
}
