//! Pages of lists: `Marker` in, `NextMarker` out.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use seal::{open_token, seal_token};
use terms::Scope;

use crate::{error::Error, room::Call};

/// However many are asked for.
const ITEMS_MAX: usize = 50;

impl Call<'_> {
    /// The part of a sorted list that begins behind the marker, and where the next begins. `place` says where an item
    /// stands: it is unique in the list and sorted as the list is. A marker is good for its own operation, account and Region.
    pub(crate) fn page<T>(
        &self,
        scope: Scope,
        list: impl IntoIterator<Item = T>,
        place: impl Fn(&T) -> String,
        marker: Option<&str>,
        asked: Option<i32>,
    ) -> Result<(Vec<T>, Option<String>), Error> {
        let asked = asked.and_then(|asked| usize::try_from(asked).ok()).unwrap_or(ITEMS_MAX);
        let marker = marker.filter(|marker| !marker.is_empty());
        let after = marker.map(|marker| self.open_marker(scope, marker)).transpose()?;
        let mut rest = list.into_iter().filter(|item| after.as_ref().is_none_or(|after| place(item) > *after));
        let items: Vec<T> = rest.by_ref().take(asked.min(ITEMS_MAX)).collect();
        let next = match (items.last(), rest.next()) {
            (Some(last), Some(_)) => Some(self.seal_marker(scope, &place(last))?),
            _ => None,
        };
        Ok((items, next))
    }

    fn seal_marker(&self, scope: Scope, place: &str) -> Result<String, Error> {
        let room = self.room;
        let sealed = seal_token(&room.paging_key, &self.marker_binding(scope), place.as_bytes(), &*room.entropy)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    fn open_marker(&self, scope: Scope, marker: &str) -> Result<String, Error> {
        // The text is chosen.
        let invalid = || Error::invalid("The marker is not valid.");
        let sealed = URL_SAFE_NO_PAD.decode(marker).map_err(|_| invalid())?;
        let place = open_token(&self.room.paging_key, &self.marker_binding(scope), &sealed).map_err(|_| invalid())?;
        String::from_utf8(place.expose().to_vec()).map_err(|_| invalid())
    }

    fn marker_binding(&self, scope: Scope) -> Vec<u8> {
        format!("{} {} {}", scope.account, scope.region, self.action).into_bytes()
    }
}
