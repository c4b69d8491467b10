//! Where the next page begins, sealed: a token tells nothing, and is good for the very same question alone.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use seal::{open_token, seal_token};
use serde::Serialize;
use shape::Enumeration;
use terms::Timestamp;

use crate::{error::Error, room::Call, shapes::LookupEventsRequest};

/// The question. Parts of it are told apart by their JSON.
#[derive(Serialize)]
struct Binding<'a> {
    account: &'a str,
    region: &'a str,
    action: &'a str,
    attributes: Vec<(&'static str, &'a str)>,
    start: Option<i64>,
    end: Option<i64>,
    category: Option<&'static str>,
    size: Option<i32>,
}

impl Call<'_> {
    pub(crate) fn seal_next(&self, ask: &LookupEventsRequest, before: u64) -> Result<String, Error> {
        let room = self.room;
        let sealed = seal_token(&room.paging_key, &self.binding(ask), &before.to_le_bytes(), &*room.entropy)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Before which sequence the page begins.
    pub(crate) fn open_next(&self, ask: &LookupEventsRequest) -> Result<Option<u64>, Error> {
        let Some(token) = &ask.next_token else { return Ok(None) };
        let sealed = URL_SAFE_NO_PAD.decode(token).map_err(|_| Error::invalid_next_token())?;
        let opened = open_token(&self.room.paging_key, &self.binding(ask), &sealed);
        let before = opened.map_err(|_| Error::invalid_next_token())?;
        let before = before.expose().try_into().map_err(|_| Error::invalid_next_token())?;
        Ok(Some(u64::from_le_bytes(before)))
    }

    fn binding(&self, ask: &LookupEventsRequest) -> Vec<u8> {
        let scope = self.caller.scope();
        let attributes = ask.lookup_attributes.iter().flatten();
        let binding = Binding {
            account: scope.account.as_str(),
            region: scope.region.as_str(),
            action: self.action.operation(),
            attributes: attributes.map(|one| (one.attribute_key.as_str(), &*one.attribute_value)).collect(),
            start: ask.start_time.map(Timestamp::as_millis),
            end: ask.end_time.map(Timestamp::as_millis),
            category: ask.event_category.as_ref().map(|category| category.as_str()),
            size: ask.max_results,
        };
        // Strings and numbers: nothing in it can fail to be written.
        serde_json::to_vec(&binding).unwrap_or_default()
    }
}
