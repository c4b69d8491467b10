//! A statement made outside of the crate, as services make theirs.

use keepwell_shape as shape;
use keepwell_shape::{
    Boolean, Integer, List, Long, Map, Optional, Pattern, Required, SecretBlob, SecretText, Sensitive, Text, Time,
};
use proptest::prelude::*;
use terms::{SecretBytes, Timestamp};

const LETTERS: Pattern =
    Pattern { text: "^[a-z]+$", holds: |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase()) };

shape::enumeration! {
    pub(crate) enum ColorType { Red = "red", Green = "green" }
}

shape::forms! {
    pub(crate) IdType: Text { min: 2, max: 5 }
    pub(crate) WordType: Text { min: 2, max: 4, pattern: LETTERS }
    pub(crate) TitleType: Text { max: 5, pattern: LETTERS, pattern_told: "It must contain only small letters." }
    pub(crate) TitleListType: List<TitleType> {}
    pub(crate) WordListType: List<WordType> { min: 1, max: 3 }
    pub(crate) PartListType: List<Part> { max: 2 }
    pub(crate) CountType: Integer { min: 1, max: 10 }
    pub(crate) AgeType: Long {}
    pub(crate) FlagType: Boolean {}
    pub(crate) MomentType: Time {}
    pub(crate) WordsType: Map<IdType, WordListType> {}
    pub(crate) PhraseType: SecretText { min: 1, max: 8, in_bytes: true }
    pub(crate) KeyBytesType: SecretBlob { min: 1, max: 4 }
}

shape::structure! {
    /// Nested.
    pub(crate) struct Part {
        key: Optional<ColorType> = "Key",
        values: Optional<WordListType> = "Values",
    }
}

shape::structure! {
    /// One member of every kind.
    pub(crate) struct Order {
        id: Required<IdType> = "Id",
        count: Optional<CountType> = "Count",
        age: Optional<AgeType> = "Age",
        flag: Optional<FlagType> = "Flag",
        words: Optional<WordListType> = "Words",
        parts: Optional<PartListType> = "Parts",
        part: Optional<Part> = "OnePart",
        phrase: Sensitive<PhraseType> = "Phrase",
        key_bytes: Sensitive<KeyBytesType> = "KeyBytes",
        moment: Optional<MomentType> = "Moment",
        words_by_id: Optional<WordsType> = "WordsById",
        lambda_arn: Optional<IdType> = "LambdaARN",
        arn: Optional<IdType> = "ARN",
    }
}

shape::structure! {
    /// Text whose pattern is told in a sentence.
    pub(crate) struct Book {
        title: Optional<TitleType> = "Title",
        other_titles: Optional<TitleListType> = "OtherTitles",
        id: Optional<IdType> = "Id",
    }
}

shape::structure! {
    /// Nothing: some requests and answers are so.
    pub(crate) struct Nothing {}
}

pub(crate) fn full() -> Order {
    Order {
        id: "one".to_owned(),
        count: Some(3),
        age: Some(-7),
        flag: Some(true),
        words: Some(vec!["ab".to_owned(), "cd".to_owned()]),
        parts: Some(vec![Part { key: Some(ColorType::Green), values: Some(vec!["xy".to_owned()]) }, Part::default()]),
        part: Some(Part { key: Some(ColorType::Red), values: None }),
        phrase: Some(SecretBytes::copy_of(b"can\"ary")),
        key_bytes: Some(SecretBytes::copy_of(&[1, 2, 255])),
        moment: Some(Timestamp::from_millis(1_671_028_960_515)),
        words_by_id: Some([("k1".to_owned(), vec!["ab".to_owned()]), ("k2".to_owned(), Vec::new())].into()),
        lambda_arn: Some("la".to_owned()),
        arn: Some("arn".to_owned()),
    }
}

prop_compose! {
    pub(crate) fn orders()(
        id in "(?s).{2,5}",
        count in prop::option::of(1..=10),
        age in prop::option::of(any::<i64>()),
        flag in prop::option::of(any::<bool>()),
        words in prop::option::of(prop::collection::vec("[a-z]{2,4}", 1..3)),
        key in prop::option::of(prop::sample::select(vec![ColorType::Red, ColorType::Green])),
        phrase in prop::option::of("[\\x00-\\x7f]{1,8}"),
        key_bytes in prop::option::of(prop::collection::vec(any::<u8>(), 1..4)),
        moment in prop::option::of(-4_000_000_000_000_i64..4_000_000_000_000),
    ) -> Order {
        Order {
            id, count, age, flag,
            parts: words.clone().map(|words| vec![Part { key, values: Some(words) }]),
            words,
            phrase: phrase.map(|phrase| SecretBytes::new(phrase.into_bytes())),
            key_bytes: key_bytes.map(SecretBytes::new),
            moment: moment.map(Timestamp::from_millis),
            ..Order::default()
        }
    }
}
