//! Filters of ListSecrets and BatchGetSecretValue.

use shape::{List, Optional, Pattern, Text};

const FILTER_VALUE: Pattern = Pattern { text: r"^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$", holds: is_filter_value };

shape::enumeration! {
    /// In the order of the model; in which order AWS prints them is not recorded.
    pub enum FilterNameStringType {
        Description = "description",
        Name = "name",
        TagKey = "tag-key",
        TagValue = "tag-value",
        PrimaryRegion = "primary-region",
        OwningService = "owning-service",
        All = "all",
    }
}

shape::forms! {
    pub FilterValueStringType: Text { max: 512, pattern: FILTER_VALUE }
    pub FilterValuesStringList: List<FilterValueStringType> { min: 1, max: 10 }
    pub FiltersListType: List<Filter> { max: 10 }
}

shape::structure! {
    pub struct Filter {
        key: Optional<FilterNameStringType> = "Key",
        values: Optional<FilterValuesStringList> = "Values",
    }
}

fn is_filter_value(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" :_@/+=.-!".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_value_is_made_of_the_characters_of_names_and_tags() {
        for text in ["", "!", "!prod/db", "a!b", "team: core_@x/+=.-"] {
            assert!(is_filter_value(text), "{text}");
        }
        for text in ["a*", "ü", "a,b", "a\n", "(a)"] {
            assert!(!is_filter_value(text), "{text}");
        }
    }
}
