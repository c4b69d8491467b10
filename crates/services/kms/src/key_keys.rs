//! The condition keys of KMS.

use std::collections::BTreeMap;

use contract::{GrantRecord, KeySpec, KeySubject, KeyUsage};
use gate::RequestTags;
use policy::ConditionContext;

use crate::find::Asker;

/// What of a request policies may ask about, beside who asks and for which key.
#[derive(Clone, Copy, Default)]
pub(crate) struct KeyUse<'a> {
    pub(crate) encryption_context: ContextPairs<'a>,
    /// The alias by which the key was asked for.
    pub(crate) alias: Option<&'a str>,
    pub(crate) request_tags: RequestTags<'a>,
    /// Keys of the operation's own members, in lower case and without `kms:`. One in several pairs has several values.
    pub(crate) members: &'a [(&'a str, &'a str)],
    /// The grant that is to be made or to be ended.
    pub(crate) grant: Option<&'a GrantRecord>,
}

/// An encryption context, borrowed as it is at hand. No name comes twice.
#[derive(Clone, Copy, Default)]
pub(crate) enum ContextPairs<'a> {
    #[default]
    None,
    Map(&'a BTreeMap<String, String>),
    Pairs(&'a [(&'a str, &'a str)]),
}

impl<'a> ContextPairs<'a> {
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let (map, pairs) = match self {
            Self::None => (None, [].as_slice()),
            Self::Map(map) => (Some(map), [].as_slice()),
            Self::Pairs(pairs) => (None, pairs),
        };
        map.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str())).chain(pairs.iter().copied())
    }

    /// The names in a context differ by case.
    pub(crate) fn has(self, key: &str, value: &str) -> bool {
        self.iter().any(|pair| pair == (key, value))
    }
}

/// The condition keys of one decision about a key.
pub(crate) struct KeyKeys<'a> {
    pub(crate) subject: &'a KeySubject<'a>,
    pub(crate) asked: &'a KeyUse<'a>,
    pub(crate) asker: Asker<'a>,
}

impl ConditionContext for KeyKeys<'_> {
    fn values(&self, key: &str, take: &mut dyn FnMut(&str)) -> bool {
        let Some(name) = key.strip_prefix("kms:") else {
            // Where the key lies: an operation on keys of several Regions asks for each in its own.
            return key == "aws:requestedregion" && one(self.subject.scope.region.as_str(), take);
        };
        if let Some(context_key) = name.strip_prefix("encryptioncontext:") {
            return self.of_encryption_context(context_key, take);
        }
        let details = self.subject.details;
        match name {
            "calleraccount" => one(self.asker.caller.account().as_str(), take),
            "viaservice" => self.asker.via.is_some_and(|service| one(&self.via_service(service), take)),
            "encryptioncontextkeys" => all(self.asked.encryption_context.iter().map(|(key, _)| key), take),
            "requestalias" => self.asked.alias.is_some_and(|alias| one(alias, take)),
            "resourcealiases" => all(self.subject.aliases.iter().map(|alias| alias.name.as_str()), take),
            "keyspec" => one(spec_name(details.spec), take),
            "keyusage" => one(usage_name(details.usage), take),
            "keyorigin" => one("AWS_KMS", take),
            "multiregion" => one(if self.subject.id.is_multi_region { "true" } else { "false" }, take),
            "multiregionkeytype" => details.primary_region.is_some_and(|primary| {
                one(if primary == self.subject.scope.region { "PRIMARY" } else { "REPLICA" }, take)
            }),
            _ => all(self.asked.members.iter().filter(|(key, _)| *key == name).map(|(_, value)| *value), take),
        }
    }
}

impl KeyKeys<'_> {
    /// Names of condition keys are one whatever their case, so all that read alike are given.
    fn of_encryption_context(&self, name: &str, take: &mut dyn FnMut(&str)) -> bool {
        let pairs = self.asked.encryption_context.iter();
        let alike = pairs.filter(|(key, _)| key.chars().flat_map(char::to_lowercase).eq(name.chars()));
        all(alike.map(|(_, value)| value), take)
    }

    /// `secretsmanager.us-east-1.amazonaws.com`, of `secretsmanager.amazonaws.com`.
    fn via_service(&self, service: &str) -> String {
        let (name, domain) = service.split_once('.').unwrap_or((service, ""));
        format!("{name}.{}.{domain}", self.subject.scope.region)
    }
}

fn one(value: &str, take: &mut dyn FnMut(&str)) -> bool {
    take(value);
    true
}

fn all<'v>(values: impl Iterator<Item = &'v str>, take: &mut dyn FnMut(&str)) -> bool {
    let mut is_present = false;
    for value in values {
        is_present = true;
        take(value);
    }
    is_present
}

pub(crate) fn spec_name(spec: KeySpec) -> &'static str {
    match spec {
        KeySpec::SymmetricDefault => "SYMMETRIC_DEFAULT",
        KeySpec::Hmac224 => "HMAC_224",
        KeySpec::Hmac256 => "HMAC_256",
        KeySpec::Hmac384 => "HMAC_384",
        KeySpec::Hmac512 => "HMAC_512",
    }
}

pub(crate) fn usage_name(usage: KeyUsage) -> &'static str {
    match usage {
        KeyUsage::EncryptDecrypt => "ENCRYPT_DECRYPT",
        KeyUsage::GenerateVerifyMac => "GENERATE_VERIFY_MAC",
    }
}
