//! A setting is stated once, in the struct of its concern: field, type, default, key and the line that explains it.
//!
//! From the key follows the rest: `quota.secret_bytes` in the file is `--quota-secret-bytes` as a flag and
//! `KEEPWELL_QUOTA_SECRET_BYTES` in the environment. `--help`, `check-config` and the refusal of unknown names all read
//! the same list.

use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use terms::{AccountId, Region};

use super::quantity::{self, Bytes};
use super::sources::Values;

/// What is known of a setting before anyone sets it.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) key: &'static str,
    /// A second spelling that is taken in the same places.
    pub(crate) alias: Option<&'static str>,
    pub(crate) doc: String,
    pub(crate) placeholder: &'static str,
    pub(crate) form: Form,
    pub(crate) is_list: bool,
    /// As the file would write it; absent when there is none.
    pub(crate) default: Option<String>,
}

/// What TOML type a setting has in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Integer,
    Boolean,
    /// An integer, or text with a unit.
    Quantity,
    /// Tables under names that are nobody's setting. Flags and variables write them as TOML.
    Tables,
}

impl Setting {
    pub(crate) fn flag(&self) -> String {
        flag(self.key)
    }

    pub(crate) fn variable(&self) -> String {
        variable(self.key)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.key).chain(self.alias)
    }
}

/// `quota.secret_bytes` becomes `quota-secret-bytes`.
pub(crate) fn flag(key: &str) -> String {
    key.replace(['.', '_'], "-")
}

/// `quota.secret_bytes` becomes `KEEPWELL_QUOTA_SECRET_BYTES`.
pub(crate) fn variable(key: &str) -> String {
    format!("KEEPWELL_{}", key.replace('.', "_").to_ascii_uppercase())
}

/// One concern's settings.
pub(crate) trait Settings: Sized {
    fn list() -> Vec<Setting>;
    /// Takes what the sources gave. Mistakes are gathered in `values`, so that all of them are told at once.
    fn read(values: &mut Values) -> Self;
}

/// A type that a setting can have.
pub(crate) trait SettingValue: Sized {
    const PLACEHOLDER: &'static str;
    const FORM: Form;
    const IS_LIST: bool = false;

    /// The refusal says what was expected; the caller adds where.
    fn parse(text: &str) -> Result<Self, String>;

    /// All that a source gave for the setting. Where it gave several, the last wins unless the setting is a list.
    fn parse_all(texts: &[String]) -> Result<Self, String> {
        Self::parse(texts.last().map(String::as_str).unwrap_or_default())
    }

    /// As the file would write it; nothing when unset.
    fn write(&self) -> Option<String>;
}

/// States the settings of one concern.
macro_rules! settings {
    (
        $(#[$about:meta])*
        pub struct $concern:ident {
            $(
                $(#[doc = $doc:literal])+
                $key:literal $(or $alias:literal)? => $field:ident: $type:ty = $default:expr
            ),+ $(,)?
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone)]
        pub struct $concern {
            $( $(#[doc = $doc])+ pub $field: $type, )+
        }

        impl $crate::config::setting::Settings for $concern {
            fn list() -> Vec<$crate::config::setting::Setting> {
                use $crate::config::setting::{Setting, SettingValue};
                vec![$(
                    Setting {
                        key: $key,
                        alias: [$(Some($alias),)? None].into_iter().next().flatten(),
                        doc: concat!($($doc),+).trim().to_owned(),
                        placeholder: <$type as SettingValue>::PLACEHOLDER,
                        form: <$type as SettingValue>::FORM,
                        is_list: <$type as SettingValue>::IS_LIST,
                        default: <$type as SettingValue>::write(&$default),
                    }
                ),+]
            }

            fn read(values: &mut $crate::config::sources::Values) -> Self {
                Self { $( $field: values.take::<$type>($key, $default), )+ }
            }
        }
    };
}
pub(crate) use settings;

impl SettingValue for bool {
    const PLACEHOLDER: &'static str = "true|false";
    const FORM: Form = Form::Boolean;

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "expected true or false".to_owned())
    }

    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }
}

macro_rules! counts {
    ($($type:ty),+) => { $(
        impl SettingValue for $type {
            const PLACEHOLDER: &'static str = "NUMBER";
            const FORM: Form = Form::Integer;

            fn parse(text: &str) -> Result<Self, String> {
                text.parse().map_err(|_| format!("expected a whole number from {} to {}", Self::MIN, Self::MAX))
            }

            fn write(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )+ };
}
counts!(NonZeroU32, NonZeroUsize, u32);

impl SettingValue for Bytes {
    const PLACEHOLDER: &'static str = "SIZE";
    const FORM: Form = Form::Quantity;

    fn parse(text: &str) -> Result<Self, String> {
        quantity::parse_bytes(text)
    }

    fn write(&self) -> Option<String> {
        Some(quantity::write_bytes(*self))
    }
}

impl SettingValue for Duration {
    const PLACEHOLDER: &'static str = "TIME";
    const FORM: Form = Form::Text;

    fn parse(text: &str) -> Result<Self, String> {
        quantity::parse_duration(text)
    }

    fn write(&self) -> Option<String> {
        Some(quote(&quantity::write_duration(*self)))
    }
}

impl SettingValue for PathBuf {
    const PLACEHOLDER: &'static str = "PATH";
    const FORM: Form = Form::Text;

    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("expected a path".to_owned()) } else { Ok(Self::from(text)) }
    }

    fn write(&self) -> Option<String> {
        Some(quote(&self.to_string_lossy()))
    }
}

impl SettingValue for String {
    const PLACEHOLDER: &'static str = "TEXT";
    const FORM: Form = Form::Text;

    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn write(&self) -> Option<String> {
        Some(quote(self))
    }
}

impl SettingValue for SocketAddr {
    const PLACEHOLDER: &'static str = "ADDRESS:PORT";
    const FORM: Form = Form::Text;

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| {
            format!("expected an address and a port, such as 127.0.0.1:5337 or [::1]:5337, not {}", quote(text))
        })
    }

    fn write(&self) -> Option<String> {
        Some(quote(&self.to_string()))
    }
}

impl SettingValue for IpNet {
    const PLACEHOLDER: &'static str = "NETWORK";
    const FORM: Form = Form::Text;

    fn parse(text: &str) -> Result<Self, String> {
        let one = || text.parse::<IpAddr>().ok().map(Self::from);
        text.parse().ok().or_else(one).ok_or_else(|| {
            format!("expected a network such as 10.0.0.0/8 or fd00::/8, or an address, not {}", quote(text))
        })
    }

    fn write(&self) -> Option<String> {
        Some(quote(&self.to_string()))
    }
}

impl SettingValue for Region {
    const PLACEHOLDER: &'static str = "REGION";
    const FORM: Form = Form::Text;

    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| format!("{error}, not {}", quote(text)))
    }

    fn write(&self) -> Option<String> {
        Some(quote(self.as_str()))
    }
}

impl SettingValue for AccountId {
    const PLACEHOLDER: &'static str = "ACCOUNT";
    const FORM: Form = Form::Text;

    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| format!("{error}, not {}", quote(text)))
    }

    fn write(&self) -> Option<String> {
        Some(quote(self.as_str()))
    }
}

impl<T: SettingValue> SettingValue for Vec<T> {
    const PLACEHOLDER: &'static str = T::PLACEHOLDER;
    const FORM: Form = T::FORM;
    const IS_LIST: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        T::parse(text).map(|one| vec![one])
    }

    fn parse_all(texts: &[String]) -> Result<Self, String> {
        texts.iter().map(|text| T::parse(text)).collect()
    }

    fn write(&self) -> Option<String> {
        let members: Vec<String> = self.iter().filter_map(T::write).collect();
        Some(format!("[{}]", members.join(", ")))
    }
}

impl<T: SettingValue> SettingValue for Option<T> {
    const PLACEHOLDER: &'static str = T::PLACEHOLDER;
    const FORM: Form = T::FORM;

    fn parse(text: &str) -> Result<Self, String> {
        T::parse(text).map(Some)
    }

    fn write(&self) -> Option<String> {
        self.as_ref().and_then(T::write)
    }
}

/// As TOML writes a string.
pub(crate) fn quote(text: &str) -> String {
    toml::Value::from(text).to_string()
}
