//! A call of a target, from the operator's settings to a request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::time::Duration;
use zeroize::Zeroizing;

use super::host::Host;
use super::template::{Place, Template};
use crate::document::SecretDocument;
use crate::failure::Failure;
use crate::http_targets::CallSettings;

/// One of a target's calls.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    method: Method,
    url: Template,
    headers: Vec<(HeaderName, Template)>,
    basic: Option<(Template, Template)>,
    body: Body,
    expect: Vec<StatusCode>,
    pub(crate) patience: Duration,
}

#[derive(Debug, Clone)]
enum Body {
    None,
    Json(Json),
    Form(Vec<(String, Template)>),
}

/// JSON whose strings are templates.
#[derive(Debug, Clone)]
enum Json {
    Text(Template),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
    Other(Value),
}

/// What the places of a call's templates mean.
pub(crate) struct Circumstances<'a> {
    /// The version that the call is about.
    pub(crate) secret: &'a SecretDocument,
    pub(crate) current: &'a SecretDocument,
    pub(crate) admin: Option<&'a SecretDocument>,
    pub(crate) token: &'a str,
    /// Never the same twice.
    pub(crate) random: &'a str,
    pub(crate) secret_arn: &'a str,
}

/// A call with everything filled in. Does not print, for it holds keys.
pub(crate) struct Request {
    pub(super) is_tls: bool,
    /// As certificates name it: without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Zeroizing<Vec<u8>>,
}

/// All but what RFC 3986 leaves as it is.
const IN_URLS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Call {
    pub(crate) fn new(settings: CallSettings) -> Result<Self, String> {
        let CallSettings { method, url, headers, basic, json, form, expect, patience_seconds, take: _ } = settings;
        let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        let method = methods.into_iter().find(|known| known.as_str() == method);
        let url = Template::parse(&url)?;
        if !url.beginning().starts_with("https://") && !url.beginning().starts_with("http://") {
            return Err("url must begin with https:// or http://".to_owned());
        }
        let headers = headers.into_iter().map(|(name, value)| {
            let parsed = HeaderName::try_from(name.as_str()).map_err(|_| format!("{name:?} is no name of a header"))?;
            if [HOST, http::header::CONTENT_LENGTH, http::header::TRANSFER_ENCODING].contains(&parsed) {
                return Err(format!("the header {name} is not the target's to set"));
            }
            Ok((parsed, Template::parse(&value)?))
        });
        let basic =
            basic.map(|basic| Ok::<_, String>((Template::parse(&basic.username)?, Template::parse(&basic.password)?)));
        let body = match (json, form) {
            (None, None) => Body::None,
            (Some(json), None) => Body::Json(Json::parse(json)?),
            (None, Some(form)) => {
                let fields = form.into_iter().map(|(name, value)| Ok((name, Template::parse(&value)?)));
                Body::Form(fields.collect::<Result<_, String>>()?)
            }
            (Some(_), Some(_)) => return Err("a body is either json or form".to_owned()),
        };
        let expect =
            expect.into_iter().map(|code| StatusCode::from_u16(code).map_err(|_| format!("{code} is no status")));
        let call = Self {
            method: method.ok_or_else(|| "method must be GET, POST, PUT, PATCH or DELETE".to_owned())?,
            url,
            headers: headers.collect::<Result<_, String>>()?,
            basic: basic.transpose()?,
            body,
            expect: expect.collect::<Result<_, String>>()?,
            patience: Duration::from_secs(patience_seconds),
        };
        let sets_authorization = call.headers.iter().any(|(name, _)| *name == AUTHORIZATION);
        if call.basic.is_some() && sets_authorization {
            return Err("the header authorization and basic are two answers to one question".to_owned());
        }
        Ok(call)
    }

    pub(crate) fn needs_admin(&self) -> bool {
        self.places().any(|place| matches!(place, Place::Admin(_)))
    }

    /// What it takes from the version that it is about.
    pub(crate) fn secret_keys(&self) -> impl Iterator<Item = &str> {
        self.places().filter_map(|place| match place {
            Place::Secret(key) => Some(key.as_str()),
            _ => None,
        })
    }

    fn places(&self) -> impl Iterator<Item = &Place> {
        let mut templates = vec![&self.url];
        templates.extend(self.headers.iter().map(|(_, template)| template));
        templates.extend(self.basic.iter().flat_map(|(username, password)| [username, password]));
        match &self.body {
            Body::None => {}
            Body::Json(json) => json.gather(&mut templates),
            Body::Form(fields) => templates.extend(fields.iter().map(|(_, template)| template)),
        }
        templates.into_iter().flat_map(Template::places)
    }

    pub(crate) fn is_success(&self, status: StatusCode) -> bool {
        if self.expect.is_empty() { status.is_success() } else { self.expect.contains(&status) }
    }

    /// Is what should end already gone?
    pub(crate) fn is_gone(&self, status: StatusCode) -> bool {
        self.expect.is_empty() && [StatusCode::NOT_FOUND, StatusCode::GONE].contains(&status)
    }

    pub(crate) fn fill(
        &self,
        circumstances: &Circumstances<'_>,
        hosts: &[Host],
        allow_plain_http: bool,
    ) -> Result<Request, Failure> {
        let url = self.url.fill(circumstances, fit_for_url)?;
        let (is_tls, host, port, uri) = examine(&url, hosts, allow_plain_http)?;
        let mut headers = HeaderMap::new();
        for (name, template) in &self.headers {
            let value = template.fill(circumstances, |text| Ok(Zeroizing::new(text.to_owned())))?;
            headers.insert(name.clone(), header_value(name, &value)?);
        }
        if let Some((username, password)) = &self.basic {
            let plain = |text: &str| Ok(Zeroizing::new(text.to_owned()));
            let username = username.fill(circumstances, plain)?;
            if username.contains(':') {
                return Err(Failure::new("the username of an HTTP target's basic authentication has a colon"));
            }
            let both = Zeroizing::new(format!("{}:{}", *username, *password.fill(circumstances, plain)?));
            let encoded = Zeroizing::new(format!("Basic {}", *Zeroizing::new(STANDARD.encode(both.as_bytes()))));
            headers.insert(AUTHORIZATION, header_value(&AUTHORIZATION, &encoded)?);
        }
        let (content_type, body) = self.body.fill(circumstances)?;
        if let Some(content_type) = content_type {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
        }
        Ok(Request { is_tls, host, port, method: self.method.clone(), uri, headers, body })
    }
}

impl Request {
    /// Would both do the same?
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        // A header may be all that names a key.
        let is_same_place = self.method == other.method && self.uri == other.uri;
        is_same_place && self.headers == other.headers && self.body == other.body
    }
}

impl Body {
    fn fill(&self, circumstances: &Circumstances<'_>) -> Result<(Option<&'static str>, Zeroizing<Vec<u8>>), Failure> {
        match self {
            Self::None => Ok((None, Zeroizing::new(Vec::new()))),
            Self::Json(json) => {
                let text = json.fill(circumstances)?.to_string();
                Ok((Some("application/json"), Zeroizing::new(text.into_bytes())))
            }
            Self::Form(fields) => {
                let mut text = Zeroizing::new(String::new());
                for (name, template) in fields {
                    let value = template.fill(circumstances, |text| Ok(encoded(text)))?;
                    let separator = if text.is_empty() { "" } else { "&" };
                    *text = format!("{}{separator}{}={}", *text, utf8_percent_encode(name, IN_URLS), *value);
                }
                Ok((Some("application/x-www-form-urlencoded"), Zeroizing::new(text.as_bytes().to_vec())))
            }
        }
    }
}

impl Json {
    fn parse(value: Value) -> Result<Self, String> {
        Ok(match value {
            Value::String(text) => Self::Text(Template::parse(&text)?),
            Value::Array(items) => Self::Array(items.into_iter().map(Self::parse).collect::<Result<_, _>>()?),
            Value::Object(members) => {
                let members = members.into_iter().map(|(name, value)| Ok((name, Self::parse(value)?)));
                Self::Object(members.collect::<Result<_, String>>()?)
            }
            other => Self::Other(other),
        })
    }

    fn gather<'a>(&'a self, templates: &mut Vec<&'a Template>) {
        match self {
            Self::Text(template) => templates.push(template),
            Self::Array(items) => items.iter().for_each(|item| item.gather(templates)),
            Self::Object(members) => members.iter().for_each(|(_, member)| member.gather(templates)),
            Self::Other(_) => {}
        }
    }

    fn fill(&self, circumstances: &Circumstances<'_>) -> Result<Value, Failure> {
        Ok(match self {
            Self::Text(template) => template.fill_json(circumstances)?,
            Self::Array(items) => {
                Value::Array(items.iter().map(|item| item.fill(circumstances)).collect::<Result<_, _>>()?)
            }
            Self::Object(members) => {
                let members = members.iter().map(|(name, member)| Ok((name.clone(), member.fill(circumstances)?)));
                Value::Object(members.collect::<Result<_, Failure>>()?)
            }
            Self::Other(value) => value.clone(),
        })
    }
}

/// Where a URL leads, if the target's calls may lead there.
fn examine(url: &str, hosts: &[Host], allow_plain_http: bool) -> Result<(bool, String, u16, Uri), Failure> {
    let refused = |why: &str| Failure::new(format!("the URL of the HTTP target {why}"));
    let uri: Uri = url.parse().map_err(|_| refused("is not a URL"))?;
    let authority = uri.authority().ok_or_else(|| refused("has no host"))?;
    if authority.as_str().contains(['@', '%']) {
        return Err(refused("has more than a host and a port where these belong"));
    }
    let is_tls = uri.scheme_str() == Some("https");
    if !is_tls && !allow_plain_http {
        return Err(refused("does not use TLS, and the target does not set allow_plain_http"));
    }
    let port_of_scheme = if is_tls { 443 } else { 80 };
    let port = authority.port_u16().unwrap_or(port_of_scheme);
    let host = authority.host();
    if !hosts.iter().any(|allowed| allowed.admits(host, port, port_of_scheme)) {
        return Err(refused(&format!("leads to {host}:{port}, which is not among its hosts")));
    }
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    Ok((is_tls, host, port, uri))
}

/// A value must stay within the segment where it stands: neither nothing, which would mean all, nor a step upwards.
fn fit_for_url(text: &str) -> Result<Zeroizing<String>, Failure> {
    if matches!(text, "" | "." | "..") {
        return Err(Failure::new("a value that the URL of the HTTP target asks for is empty, or dots alone"));
    }
    Ok(encoded(text))
}

fn encoded(text: &str) -> Zeroizing<String> {
    Zeroizing::new(utf8_percent_encode(text, IN_URLS).to_string())
}

fn header_value(name: &HeaderName, text: &str) -> Result<HeaderValue, Failure> {
    // Bytes without an owner that wipes them: the header map has no other.
    let value = HeaderValue::from_maybe_shared(Bytes::copy_from_slice(text.as_bytes()));
    let mut value =
        value.map_err(|_| Failure::new(format!("the header {name} of the HTTP target would not be one line")))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests;
