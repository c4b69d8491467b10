//! Pages of lists: `Marker` in, `NextMarker` and `Truncated` out.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use seal::{open_token, seal_token};

use crate::{error::Error, room::Call};

/// A part of a list, and where the next begins.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) marker: Option<String>,
}

impl<T> Page<T> {
    pub(crate) fn is_truncated(&self) -> bool {
        self.marker.is_some()
    }
}

/// How many items are told at once.
pub(crate) fn limit_or(asked: Option<i32>, default: usize) -> usize {
    asked.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(default)
}

impl Call<'_> {
    /// The part of a sorted list that begins behind the marker. `place` says where an item stands: it is unique in the
    /// list and sorted as the list is. A marker is good for its own operation, account and Region.
    pub(crate) fn page<T>(
        &self,
        list: impl IntoIterator<Item = T>,
        place: impl Fn(&T) -> String,
        marker: Option<&str>,
        limit: usize,
    ) -> Result<Page<T>, Error> {
        let after = marker.map(|marker| self.open_marker(marker)).transpose()?;
        let mut rest = list.into_iter().filter(|item| after.as_ref().is_none_or(|after| place(item) > *after));
        let items: Vec<T> = rest.by_ref().take(limit).collect();
        let marker = match (items.last(), rest.next()) {
            (Some(last), Some(_)) => Some(self.seal_marker(&place(last))?),
            _ => None,
        };
        Ok(Page { items, marker })
    }

    fn seal_marker(&self, place: &str) -> Result<String, Error> {
        let room = self.room;
        let sealed = seal_token(&room.paging_key, &self.marker_binding(), place.as_bytes(), &*room.entropy)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    fn open_marker(&self, marker: &str) -> Result<String, Error> {
        // The text is chosen.
        let invalid = || Error::refused("InvalidMarkerException", "The marker is not valid.");
        let sealed = URL_SAFE_NO_PAD.decode(marker).map_err(|_| invalid())?;
        let place = open_token(&self.room.paging_key, &self.marker_binding(), &sealed).map_err(|_| invalid())?;
        String::from_utf8(place.expose().to_vec()).map_err(|_| invalid())
    }

    fn marker_binding(&self) -> Vec<u8> {
        let scope = self.caller.scope();
        format!("{} {} {}", scope.account, scope.region, self.action).into_bytes()
    }
}
