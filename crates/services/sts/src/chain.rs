//! What a session takes over from the credentials that it was begun with.

use contract::Tag;
use gate::{SessionClaims, SessionHolder};
use policy::{in_lower_case, is_same_in_any_case};
use terms::Timestamp;

use crate::{error::Error, shapes};

/// Of one session, inherited ones included.
const TAGS_MAX: usize = 50;

/// What the caller's own session hands on to the next one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Chain {
    /// Begun with temporary credentials.
    pub(crate) is_chained: bool,
    /// The transitive tags.
    pub(crate) tags: Vec<Tag>,
    pub(crate) source_identity: Option<String>,
    pub(crate) mfa_at: Option<Timestamp>,
}

/// The tags of the next session.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SessionTags {
    /// Those that the request brings.
    pub(crate) asked: Vec<Tag>,
    pub(crate) asked_transitive_keys: Vec<String>,
    /// All that the session has.
    pub(crate) all: Vec<Tag>,
    pub(crate) transitive_keys: Vec<String>,
}

impl Chain {
    pub(crate) fn of(session: Option<&SessionClaims>) -> Self {
        let Some(session) = session else { return Self::default() };
        let restrictions = &session.restrictions;
        let is_transitive = |tag: &&Tag| is_among(&restrictions.transitive_tag_keys, &tag.key);
        Self {
            is_chained: true,
            tags: restrictions.tags.iter().filter(is_transitive).cloned().collect(),
            source_identity: session.source_identity.clone(),
            // A user's session is the user, who has shown a code. A role's session is somebody else already.
            mfa_at: session.mfa_at.filter(|_| matches!(session.holder, SessionHolder::User { .. })),
        }
    }

    /// Tag keys are one whatever their case, and what is inherited cannot be overridden.
    pub(crate) fn with_tags(
        &self,
        asked: Option<&[shapes::Tag]>,
        transitive_keys: Option<&[String]>,
    ) -> Result<SessionTags, Error> {
        let asked = asked_tags(asked)?;
        let transitive_keys = transitive_keys.unwrap_or_default();
        let refused = |text: &str| Err(Error::InvalidParameterValue(text.to_owned()));
        let inherited = keys(&self.tags);
        if asked.iter().any(|tag| is_among(&inherited, &tag.key))
            || transitive_keys.iter().any(|key| is_among(&inherited, key))
        {
            return refused(
                "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key \
                 from the calling session.",
            );
        }
        let asked_keys = keys(&asked);
        if !transitive_keys.iter().all(|key| is_among(&asked_keys, key)) {
            return refused("The specified transitive tag key must be included in the requested tags.");
        }
        let all: Vec<Tag> = self.tags.iter().chain(&asked).cloned().collect();
        if all.len() > TAGS_MAX {
            return Err(Error::Validation(format!(
                "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less \
                 than or equal to {TAGS_MAX}"
            )));
        }
        Ok(SessionTags {
            all,
            transitive_keys: inherited.into_iter().chain(transitive_keys.iter().cloned()).collect(),
            asked,
            asked_transitive_keys: transitive_keys.to_vec(),
        })
    }
}

fn asked_tags(asked: Option<&[shapes::Tag]>) -> Result<Vec<Tag>, Error> {
    let asked = asked.unwrap_or_default().iter();
    let tags: Vec<Tag> = asked.map(|tag| Tag { key: tag.key.clone(), value: tag.value.clone() }).collect();
    let mut folded: Vec<String> = tags.iter().map(|tag| in_lower_case(&tag.key)).collect();
    folded.sort_unstable();
    let refused = |text: &str| Err(Error::InvalidParameterValue(text.to_owned()));
    if folded.windows(2).any(|pair| pair.first() == pair.last()) {
        return refused("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    if folded.iter().any(|key| key.starts_with("aws:")) {
        // Chosen.
        return refused("Tag keys that begin with aws: are reserved.");
    }
    Ok(tags)
}

fn keys(tags: &[Tag]) -> Vec<String> {
    tags.iter().map(|tag| tag.key.clone()).collect()
}

fn is_among(keys: &[String], key: &str) -> bool {
    keys.iter().any(|held| is_same_in_any_case(held, key))
}

#[cfg(test)]
mod tests;
