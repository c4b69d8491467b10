//! Tokens between pages. Each is sealed, and good for its own question alone.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use seal::{open_token, seal_token};

use crate::{error::Error, room::Call, search::Position};

impl Call<'_> {
    /// `question` is whatever must be the same when the token comes back.
    pub(crate) fn seal_token(&self, question: &[u8], place: &[u8]) -> Result<String, Error> {
        let room = self.room;
        let sealed = seal_token(&room.paging_key, &self.binding(question), place, &*room.entropy)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    pub(crate) fn open_token(&self, question: &[u8], token: &str) -> Result<Vec<u8>, Error> {
        let sealed = URL_SAFE_NO_PAD.decode(token).map_err(|_| invalid_token())?;
        let place = open_token(&self.room.paging_key, &self.binding(question), &sealed).map_err(|_| invalid_token())?;
        Ok(place.expose().to_vec())
    }

    /// Where a list goes on: behind this name.
    pub(crate) fn open_name(&self, question: &[u8], token: Option<&str>) -> Result<Option<String>, Error> {
        let Some(token) = token else { return Ok(None) };
        String::from_utf8(self.open_token(question, token)?).map(Some).map_err(|_| invalid_token())
    }

    /// Where a search goes on, and in which direction.
    pub(crate) fn seal_position(&self, question: &[u8], is_backward: bool, at: Position) -> Result<String, Error> {
        let mut place = vec![u8::from(is_backward)];
        place.extend_from_slice(&at.to_bytes());
        self.seal_token(question, &place)
    }

    pub(crate) fn open_position(&self, question: &[u8], token: &str) -> Result<(bool, Position), Error> {
        let place = self.open_token(question, token)?;
        let (direction, position) = place.split_first().ok_or_else(invalid_token)?;
        let position = Position::from_bytes(position).ok_or_else(invalid_token)?;
        Ok((*direction == 1, position))
    }

    fn binding(&self, question: &[u8]) -> Vec<u8> {
        let scope = self.caller.scope();
        let mut binding = format!("{} {} {} ", scope.account, scope.region, self.action).into_bytes();
        binding.extend_from_slice(question);
        binding
    }
}

/// Recorded.
pub(crate) fn invalid_token() -> Error {
    Error::invalid("The specified nextToken is invalid.")
}

/// How many items are told at once, where fifty are told at most.
pub(crate) fn page_length(asked: Option<i32>) -> usize {
    asked.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(50)
}
