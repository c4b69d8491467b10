//! Pages of lists: `Marker` in and out.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use seal::{open_token, seal_token};

use crate::{error::Error, room::Call};

const PAGE_SIZE_DEFAULT: usize = 100;

/// A part of a list, and where the next begins.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) marker: Option<String>,
}

impl<T> Page<T> {
    /// `IsTruncated`, which lists always carry.
    pub(crate) fn is_truncated(&self) -> bool {
        self.marker.is_some()
    }
}

impl Call<'_> {
    /// The part of a sorted list that begins behind the marker. `place` says where an item stands: it is unique in the
    /// list and sorted as the list is. A marker is good for its own operation and account; it is sealed, so that nobody
    /// learns from it or makes one.
    pub(crate) fn page<T>(
        &self,
        list: impl IntoIterator<Item = T>,
        place: impl Fn(&T) -> String,
        marker: Option<&str>,
        max_items: Option<i32>,
    ) -> Result<Page<T>, Error> {
        let after = marker.map(|marker| self.open_marker(marker)).transpose()?;
        let size = max_items.and_then(|size| usize::try_from(size).ok()).unwrap_or(PAGE_SIZE_DEFAULT);
        let mut rest = list.into_iter().filter(|item| after.as_ref().is_none_or(|after| place(item) > *after));
        let items: Vec<T> = rest.by_ref().take(size).collect();
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
        let invalid = || Error::Validation("Invalid Marker.".to_owned());
        let sealed = URL_SAFE_NO_PAD.decode(marker).map_err(|_| invalid())?;
        let place = open_token(&self.room.paging_key, &self.marker_binding(), &sealed).map_err(|_| invalid())?;
        String::from_utf8(place.expose().to_vec()).map_err(|_| invalid())
    }

    fn marker_binding(&self) -> Vec<u8> {
        format!("{} {}", self.account(), self.action).into_bytes()
    }
}
