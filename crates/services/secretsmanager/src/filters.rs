//! The filters of ListSecrets and BatchGetSecretValue.
//!
//! Filters are joined by "and", the values of one filter by "or"; a value that begins with `!` selects what the rest of
//! it does not match. Names, tags, regions and services match by prefix, with case. Descriptions match by word, and so
//! does `all`, which looks into names, descriptions and tags: every word of the value must begin a word of the same
//! attribute, without case. (The user guide calls descriptions a prefix match; AWS was seen to match words,
//! getmoto/moto#8469.)

use std::fmt;

use self::words::{SoughtWord, words};

#[cfg(test)]
mod tests;
mod words;

/// What the caller wants to see. Parsed once, asked for each secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filters(Vec<Filter>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Filter {
    key: FilterKey,
    values: Vec<FilterValue>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FilterKey {
    Description,
    Name,
    TagKey,
    TagValue,
    PrimaryRegion,
    OwningService,
    All,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct FilterValue {
    negated: bool,
    pattern: Pattern,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    Prefix(String),
    /// All of them, in any order. None of them match nothing: that is a value of special characters alone.
    Words(Vec<SoughtWord>),
}

/// What a secret shows to the filters. `tags` are pairs of key and value.
#[derive(Debug, Clone)]
pub(crate) struct Attributes<'a, Tags> {
    pub(crate) name: &'a str,
    pub(crate) description: Option<&'a str>,
    pub(crate) tags: Tags,
    pub(crate) primary_region: Option<&'a str>,
    pub(crate) owning_service: Option<&'a str>,
}

/// Displays AWS's texts. The first two are an InvalidParameterException, the last is a ValidationException.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FilterError {
    #[error("Invalid filter key")]
    MissingKey,
    #[error("Invalid filter values for key: {0}")]
    MissingValues(FilterKey),
    #[error(
        "1 validation error detected: Value '{key}' at 'filters.{position}.member.key' failed to satisfy constraint: \
         Member must satisfy enum value set: [{}]",
        FilterKey::KEYS.map(FilterKey::as_str).join(", ")
    )]
    UnknownKey { position: usize, key: String },
}

impl Filters {
    /// Takes `Key` and `Values` of each filter as they came.
    pub(crate) fn parse<'a>(
        filters: impl IntoIterator<Item = (Option<&'a str>, Option<&'a [String]>)>,
    ) -> Result<Self, FilterError> {
        let numbered = filters.into_iter().zip(1..);
        numbered
            .map(|((key, values), position)| Filter::parse(position, key, values))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(crate) fn matches<'a, Tags>(&self, attributes: &Attributes<'a, Tags>) -> bool
    where
        Tags: Iterator<Item = (&'a str, &'a str)> + Clone,
    {
        self.0.iter().all(|filter| filter.matches(attributes))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Do the filters ask for names that begin with some texts, and for nothing else?
    pub(crate) fn are_of_names_alone(&self) -> bool {
        matches!(self.0.as_slice(), [filter] if filter.plain_names().is_some())
    }

    /// Whatever matches has a name that begins with one of these, so a store can seek them instead of looking at every
    /// secret. Sorted, and none begins with another. None if the filters say nothing of that kind.
    pub(crate) fn name_prefixes(&self) -> Option<Vec<&str>> {
        let mut prefixes = self.0.iter().find_map(Filter::plain_names)?;
        prefixes.sort_unstable();
        // What begins with a prefix is sorted right behind it.
        prefixes.dedup_by(|longer, shorter| longer.starts_with(*shorter));
        (prefixes != [""]).then_some(prefixes)
    }

    /// The values that filters on names do not negate. Clients that look for one secret by its whole name take the
    /// first of what they get, so it should stand before those whose names merely begin like it.
    pub(crate) fn sought_names(&self) -> impl Iterator<Item = &str> {
        let of_names = self.0.iter().filter(|filter| filter.key == FilterKey::Name);
        of_names.flat_map(|filter| filter.values.iter().filter_map(FilterValue::plain_prefix))
    }
}

impl Filter {
    fn parse(position: usize, key: Option<&str>, values: Option<&[String]>) -> Result<Self, FilterError> {
        let key = key.ok_or(FilterError::MissingKey)?;
        let key = FilterKey::parse(key).ok_or_else(|| FilterError::UnknownKey { position, key: key.to_owned() })?;
        let values = values.ok_or(FilterError::MissingValues(key))?;
        Ok(Self { key, values: values.iter().map(|value| FilterValue::parse(key, value)).collect() })
    }

    fn matches<'a, Tags>(&self, attributes: &Attributes<'a, Tags>) -> bool
    where
        Tags: Iterator<Item = (&'a str, &'a str)> + Clone,
    {
        // A negated value takes what lacks the attribute as well.
        self.values.iter().any(|value| value.negated != self.key.finds(&value.pattern, attributes))
    }

    /// The values, if this filter is about names and negates none.
    fn plain_names(&self) -> Option<Vec<&str>> {
        let of_names = self.key == FilterKey::Name;
        of_names.then(|| self.values.iter().map(FilterValue::plain_prefix).collect()).flatten()
    }
}

impl FilterKey {
    const KEYS: [Self; 7] = [
        Self::Description,
        Self::Name,
        Self::TagKey,
        Self::TagValue,
        Self::PrimaryRegion,
        Self::OwningService,
        Self::All,
    ];

    fn parse(text: &str) -> Option<Self> {
        Self::KEYS.into_iter().find(|key| key.as_str() == text)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::Name => "name",
            Self::TagKey => "tag-key",
            Self::TagValue => "tag-value",
            Self::PrimaryRegion => "primary-region",
            Self::OwningService => "owning-service",
            Self::All => "all",
        }
    }

    fn finds<'a, Tags>(self, pattern: &Pattern, attributes: &Attributes<'a, Tags>) -> bool
    where
        Tags: Iterator<Item = (&'a str, &'a str)> + Clone,
    {
        let Attributes { name, description, primary_region, owning_service, .. } = *attributes;
        let mut tags = attributes.tags.clone();
        let matches = |text: &str| pattern.matches(text);
        match self {
            Self::Name => matches(name),
            Self::Description => description.is_some_and(matches),
            Self::TagKey => tags.any(|(key, _)| matches(key)),
            Self::TagValue => tags.any(|(_, value)| matches(value)),
            Self::PrimaryRegion => primary_region.is_some_and(matches),
            Self::OwningService => owning_service.is_some_and(matches),
            Self::All => {
                matches(name)
                    || description.is_some_and(matches)
                    || tags.any(|(key, value)| matches(key) || matches(value))
            }
        }
    }
}

impl fmt::Display for FilterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FilterValue {
    fn parse(key: FilterKey, value: &str) -> Self {
        let (negated, text) = value.strip_prefix('!').map_or((false, value), |rest| (true, rest));
        let pattern = match key {
            FilterKey::Description | FilterKey::All => Pattern::Words(words(text).map(SoughtWord::new).collect()),
            FilterKey::Name
            | FilterKey::TagKey
            | FilterKey::TagValue
            | FilterKey::PrimaryRegion
            | FilterKey::OwningService => Pattern::Prefix(text.to_owned()),
        };
        Self { negated, pattern }
    }

    fn plain_prefix(&self) -> Option<&str> {
        match &self.pattern {
            Pattern::Prefix(prefix) if !self.negated => Some(prefix),
            _ => None,
        }
    }
}

impl Pattern {
    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Self::Words(sought) => {
                !sought.is_empty() && sought.iter().all(|sought| words(text).any(|word| sought.begins(word)))
            }
        }
    }
}
