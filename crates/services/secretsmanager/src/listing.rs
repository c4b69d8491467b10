//! Walking through the secrets of a scope with filters, a page at a time, for ListSecrets and BatchGetSecretValue.

use std::sync::Arc;

use contract::{DecisionSubject, ListOrder, ListPosition, ListQuery, SecretRecord};
use policy::{Action, Permit};
use shape::Enumeration;

use crate::{
    error::Error,
    filters::{Attributes, FilterError, Filters},
    paging::{Binding, read_position, write_position},
    room::Call,
    shapes::{self, DescribeSecretRequest},
};

const DESCRIBE_SECRET: Action = Action::new("secretsmanager:DescribeSecret");

/// Rows that one page may look at. A page that finds little ends there, with a token: the caller goes on.
const LOOKED_AT_MAX: usize = 20_000;
const ROWS_AT_ONCE: usize = 500;

/// What to walk through, and in which order.
pub(crate) struct Walk {
    pub(crate) filters: Filters,
    pub(crate) order: ListOrder,
    pub(crate) descending: bool,
    pub(crate) include_scheduled_deletion: bool,
    pub(crate) page_size: usize,
    /// Clients that look for one secret by its whole name take the first of what they get.
    pub(crate) whole_names_first: bool,
}

/// A page, and the token for the next one if there may be more.
pub(crate) struct Page {
    pub(crate) secrets: Vec<Arc<SecretRecord>>,
    pub(crate) next_token: Option<String>,
}

/// Understands the filters of a request.
pub(crate) fn asked_filters(asked: Option<&[shapes::Filter]>) -> Result<Filters, Error> {
    let key = |filter: &shapes::Filter| filter.key.map(Enumeration::as_str);
    let pairs = asked.unwrap_or_default().iter().map(|filter| (key(filter), filter.values.as_deref()));
    Filters::parse(pairs).map_err(|error| match error {
        FilterError::UnknownKey { .. } => Error::Validation(error.to_string()),
        other => Error::invalid_parameter(other.to_string()),
    })
}

/// The permit must be for the list as a whole.
pub(crate) async fn page(
    call: &Call<'_>,
    permit: &Permit,
    walk: &Walk,
    token: Option<&str>,
    binding: &Binding,
) -> Result<Page, Error> {
    let mut after = match token {
        Some(token) => {
            let content = binding.open(&call.room.paging_key, token)?;
            Some(read_position(&content).ok_or(Error::InvalidNextToken)?)
        }
        None => None,
    };
    let name_prefixes = match walk.filters.name_prefixes() {
        Some(prefixes) if prefixes.is_empty() => return Ok(Page { secrets: Vec::new(), next_token: None }),
        Some(prefixes) => prefixes.into_iter().map(str::to_owned).collect(),
        None => Vec::new(),
    };
    // Where the store finds what is asked for by itself, one row more than the page tells whether another follows.
    let is_found_by_store =
        (walk.filters.is_empty() || walk.filters.are_of_names_alone()) && !call.room.lists_only_describable;
    let rows = if is_found_by_store { walk.page_size.saturating_add(1) } else { ROWS_AT_ONCE };
    let mut query = ListQuery {
        order: walk.order,
        descending: walk.descending,
        include_scheduled_deletion: walk.include_scheduled_deletion,
        name_prefixes,
        after: None,
        limit: rows,
    };
    let mut found: Vec<Arc<SecretRecord>> = Vec::new();
    let mut looked_at = 0_usize;
    loop {
        query.after.clone_from(&after);
        let listed = call.room.store.list(call.caller.scope(), &query).await?.open(permit, permit.action())?;
        let is_end = listed.len() < rows;
        for secret in listed {
            if found.len() == walk.page_size {
                // There may be more behind a full page.
                let next_token = seal(call, binding, after.as_ref())?;
                return Ok(walk.page(found, next_token));
            }
            after = Some(ListPosition::of(walk.order, &secret));
            if matches(&walk.filters, &secret) && shows(call, &secret)? {
                found.push(secret);
            }
        }
        looked_at = looked_at.saturating_add(rows);
        if is_end {
            return Ok(walk.page(found, None));
        }
        if looked_at >= LOOKED_AT_MAX {
            let next_token = seal(call, binding, after.as_ref())?;
            return Ok(walk.page(found, next_token));
        }
    }
}

impl Walk {
    fn page(&self, mut secrets: Vec<Arc<SecretRecord>>, next_token: Option<String>) -> Page {
        if self.whole_names_first {
            // Stable: false sorts before true.
            secrets.sort_by_key(|secret| !self.filters.sought_names().any(|name| name == secret.name.as_str()));
        }
        Page { secrets, next_token }
    }
}

fn seal(call: &Call<'_>, binding: &Binding, after: Option<&ListPosition>) -> Result<Option<String>, Error> {
    let seal = |position| binding.seal(&call.room.paging_key, &write_position(position), &*call.room.entropy);
    after.map(seal).transpose()
}

/// An operator may want lists to leave out what their caller may not describe.
fn shows(call: &Call<'_>, secret: &SecretRecord) -> Result<bool, Error> {
    if !call.room.lists_only_describable {
        return Ok(true);
    }
    call.with_members(&DescribeSecretRequest::default()).may(DESCRIBE_SECRET, &DecisionSubject::of(secret))
}

fn matches(filters: &Filters, secret: &SecretRecord) -> bool {
    let tags = secret.tags.as_deref().unwrap_or_default();
    filters.matches(&Attributes {
        name: secret.name.as_str(),
        description: secret.description.as_deref(),
        tags: tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())),
        // Only secrets that take part in replication have a primary region.
        primary_region: secret.is_replica().then(|| secret.origin_region.as_str()),
        owning_service: secret.owning_service.as_deref(),
    })
}
