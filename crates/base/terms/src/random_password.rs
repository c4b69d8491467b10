//! Passwords, as GetRandomPassword draws them: which characters there are, and an even choice among them.

use std::{iter, num::NonZeroUsize};

use crate::{Entropy, SecretBytes};

const UPPERCASE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWERCASE: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const NUMBERS: &[u8] = b"0123456789";
const PUNCTUATION: &[u8] = br##"!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"##;

/// What the caller asked for. The default is what AWS takes for members that are absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RandomPasswordOptions<'a> {
    pub length: usize,
    pub exclude_characters: &'a str,
    pub exclude_numbers: bool,
    pub exclude_punctuation: bool,
    pub exclude_uppercase: bool,
    pub exclude_lowercase: bool,
    pub include_space: bool,
    pub require_each_included_type: bool,
}

/// Displays AWS's texts; each is an InvalidParameterException.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RandomPasswordError {
    #[error("Password length is too short based on the required types.")]
    TooShort,
    #[error("All characters of the desired type have been excluded.")]
    TypeExcluded,
    #[error("All characters have been excluded from selection.")]
    EverythingExcluded,
}

impl Default for RandomPasswordOptions<'_> {
    fn default() -> Self {
        Self {
            length: 32,
            exclude_characters: "",
            exclude_numbers: false,
            exclude_punctuation: false,
            exclude_uppercase: false,
            exclude_lowercase: false,
            include_space: false,
            require_each_included_type: true,
        }
    }
}

/// The password is ASCII.
pub fn random_password(
    options: &RandomPasswordOptions<'_>,
    entropy: &dyn Entropy,
) -> Result<SecretBytes, RandomPasswordError> {
    let types = options.types();
    let mut selection = types.concat();
    // A space is admitted, never required.
    selection.extend(options.include_space.then_some(b' ').filter(|space| options.admits(*space)));

    let required = if options.require_each_included_type { types } else { Vec::new() };
    if selection.is_empty() {
        return Err(RandomPasswordError::EverythingExcluded);
    }
    if required.iter().any(Vec::is_empty) {
        return Err(RandomPasswordError::TypeExcluded);
    }
    if required.len() > options.length {
        return Err(RandomPasswordError::TooShort);
    }

    // Sized beforehand, so that growing leaves no copy behind.
    let mut password = Vec::with_capacity(options.length);
    password.extend(required.iter().filter_map(|characters| choose(characters, entropy)));
    let missing = options.length.saturating_sub(password.len());
    password.extend(iter::from_fn(|| choose(&selection, entropy)).take(missing));
    shuffle(&mut password, entropy);
    Ok(SecretBytes::new(password))
}

impl RandomPasswordOptions<'_> {
    /// The characters that may be chosen, by type. A type may have lost all of its characters.
    fn types(&self) -> Vec<Vec<u8>> {
        [
            (UPPERCASE, self.exclude_uppercase),
            (LOWERCASE, self.exclude_lowercase),
            (NUMBERS, self.exclude_numbers),
            (PUNCTUATION, self.exclude_punctuation),
        ]
        .into_iter()
        .filter(|(_, excluded)| !excluded)
        .map(|(characters, _)| characters.iter().copied().filter(|character| self.admits(*character)).collect())
        .collect()
    }

    fn admits(&self, character: u8) -> bool {
        !self.exclude_characters.as_bytes().contains(&character)
    }
}

/// Fisher and Yates: every order is equally likely.
fn shuffle(characters: &mut [u8], entropy: &dyn Entropy) {
    for last in (1..characters.len()).rev() {
        characters.swap(last, index_below(NonZeroUsize::MIN.saturating_add(last), entropy));
    }
}

fn choose(characters: &[u8], entropy: &dyn Entropy) -> Option<u8> {
    let count = NonZeroUsize::new(characters.len())?;
    characters.get(index_below(count, entropy)).copied()
}

/// Every index is equally likely.
fn index_below(count: NonZeroUsize, entropy: &dyn Entropy) -> usize {
    // A multiple of `count`: the few numbers from here on would favour the first indexes, so they are drawn again.
    let limit = usize::MAX - usize::MAX % count;
    loop {
        let mut bytes = [0; size_of::<usize>()];
        entropy.fill(&mut bytes);
        let number = usize::from_le_bytes(bytes);
        if number < limit {
            return number % count;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        sync::atomic::{AtomicU64, Ordering},
    };

    use proptest::{prelude::any, prop_assert, prop_assert_eq, prop_compose, proptest};

    use super::*;

    /// Bytes without a visible order, the same for the same seed (SplitMix64).
    struct Seeded(AtomicU64);

    impl Seeded {
        fn with(seed: u64) -> Self {
            Self(AtomicU64::new(seed))
        }
    }

    impl Entropy for Seeded {
        fn fill(&self, bytes: &mut [u8]) {
            for chunk in bytes.chunks_mut(8) {
                let mut word = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
                word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                word ^= word >> 31;
                chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
            }
        }
    }

    /// Gives the bytes of the numbers it holds, one after another.
    struct Scripted(std::sync::Mutex<Vec<usize>>);

    impl Entropy for Scripted {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.copy_from_slice(&self.0.lock().unwrap().remove(0).to_le_bytes());
        }
    }

    const DEFAULT: RandomPasswordOptions<'_> = RandomPasswordOptions {
        length: 32,
        exclude_characters: "",
        exclude_numbers: false,
        exclude_punctuation: false,
        exclude_uppercase: false,
        exclude_lowercase: false,
        include_space: false,
        require_each_included_type: true,
    };

    const ONLY_LOWERCASE: RandomPasswordOptions<'_> =
        RandomPasswordOptions { exclude_numbers: true, exclude_punctuation: true, exclude_uppercase: true, ..DEFAULT };

    fn error_of(options: &RandomPasswordOptions<'_>) -> String {
        random_password(options, &Seeded::with(1)).unwrap_err().to_string()
    }

    fn is_fine(options: &RandomPasswordOptions<'_>) -> bool {
        random_password(options, &Seeded::with(1)).is_ok_and(|password| password.len() == options.length)
    }

    #[test]
    fn the_default_is_32_characters_of_every_type_without_space() {
        assert_eq!(RandomPasswordOptions::default(), DEFAULT);
        for seed in 0..200 {
            let password = random_password(&DEFAULT, &Seeded::with(seed)).unwrap();
            assert_eq!(password.len(), 32);
            for characters in [UPPERCASE, LOWERCASE, NUMBERS, PUNCTUATION] {
                assert!(password.expose().iter().any(|character| characters.contains(character)));
            }
            assert!(!password.expose().contains(&b' '));
        }
    }

    #[test]
    fn the_types_are_the_94_visible_characters_of_ascii() {
        let mut all = [UPPERCASE, LOWERCASE, NUMBERS, PUNCTUATION].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0x21..=0x7e));
        assert_eq!(PUNCTUATION.len(), 32);
    }

    #[test]
    fn a_length_below_the_number_of_required_types_is_refused() {
        let text = "Password length is too short based on the required types.";
        assert_eq!(error_of(&RandomPasswordOptions { length: 3, ..DEFAULT }), text);
        assert!(is_fine(&RandomPasswordOptions { length: 4, ..DEFAULT }));
        assert!(is_fine(&RandomPasswordOptions { length: 3, exclude_numbers: true, ..DEFAULT }));
        assert!(is_fine(&RandomPasswordOptions { length: 1, require_each_included_type: false, ..DEFAULT }));
        assert!(is_fine(&RandomPasswordOptions { length: 1, include_space: true, ..ONLY_LOWERCASE }));
    }

    #[test]
    fn a_required_type_without_characters_is_refused() {
        let text = "All characters of the desired type have been excluded.";
        let without_digits = RandomPasswordOptions { exclude_characters: "0123456789", ..DEFAULT };
        assert_eq!(error_of(&without_digits), text);
        assert!(is_fine(&RandomPasswordOptions { exclude_numbers: true, ..without_digits }));
        assert!(is_fine(&RandomPasswordOptions { require_each_included_type: false, ..without_digits }));
    }

    #[test]
    fn nothing_to_choose_from_is_refused() {
        let text = "All characters have been excluded from selection.";
        let no_type = RandomPasswordOptions { exclude_lowercase: true, ..ONLY_LOWERCASE };
        assert_eq!(error_of(&no_type), text);
        assert_eq!(error_of(&RandomPasswordOptions { include_space: true, exclude_characters: " ", ..no_type }), text);
        let no_letter = RandomPasswordOptions { exclude_characters: "abcdefghijklmnopqrstuvwxyz", ..ONLY_LOWERCASE };
        assert_eq!(error_of(&no_letter), text);
        assert_eq!(error_of(&RandomPasswordOptions { require_each_included_type: false, ..no_letter }), text);
    }

    #[test]
    fn a_space_may_be_all_there_is() {
        let only_space =
            RandomPasswordOptions { length: 5, include_space: true, exclude_lowercase: true, ..ONLY_LOWERCASE };
        let password = random_password(&only_space, &Seeded::with(1)).unwrap();
        assert_eq!(password.expose(), b"     ");
    }

    #[test]
    fn characters_beyond_ascii_exclude_nothing() {
        assert!(is_fine(&RandomPasswordOptions { exclude_characters: "äöü€", ..DEFAULT }));
    }

    #[test]
    fn numbers_that_would_favour_some_indexes_are_drawn_again() {
        let count = NonZeroUsize::new(94).unwrap();
        let limit = usize::MAX - usize::MAX % 94;
        let entropy = Scripted(vec![usize::MAX, limit, limit - 1, 95].into());
        assert_eq!(index_below(count, &entropy), 93);
        assert_eq!(index_below(count, &entropy), 1);
    }

    /// Pearson's test: chi-square is about the degrees of freedom if every kind is equally likely. Eight standard
    /// deviations more are a bias, not chance; the seeds are fixed, so the outcome is always the same.
    fn assert_even<Kind>(counts: &BTreeMap<Kind, u32>, kinds: u32) {
        let total: u32 = counts.values().sum();
        let expected = f64::from(total) / f64::from(kinds);
        let absent = f64::from(kinds) - counts.len() as f64;
        let distance: f64 = counts.values().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
        let freedom = f64::from(kinds - 1);
        let chi_square = distance + absent * expected;
        assert!(chi_square < freedom + 8.0 * (2.0 * freedom).sqrt(), "{chi_square} of {freedom}");
    }

    #[test]
    fn every_character_is_equally_likely() {
        let options =
            RandomPasswordOptions { length: 4096, include_space: true, require_each_included_type: false, ..DEFAULT };
        let entropy = Seeded::with(2017);
        let mut counts = BTreeMap::new();
        for _ in 0..50 {
            for character in random_password(&options, &entropy).unwrap().expose() {
                *counts.entry(*character).or_default() += 1;
            }
        }
        assert_even(&counts, 95);
    }

    #[test]
    fn every_order_of_the_required_types_is_equally_likely() {
        let options = RandomPasswordOptions { length: 4, ..DEFAULT };
        let entropy = Seeded::with(1017);
        let mut counts = BTreeMap::new();
        for _ in 0..12_000 {
            let password = random_password(&options, &entropy).unwrap();
            let order: Vec<usize> = password
                .expose()
                .iter()
                .map(|character| {
                    let types = [UPPERCASE, LOWERCASE, NUMBERS, PUNCTUATION];
                    types.iter().position(|characters| characters.contains(character)).unwrap()
                })
                .collect();
            *counts.entry(order).or_default() += 1;
        }
        assert_even(&counts, 24);
    }

    prop_compose! {
        fn flags()(flags in any::<[bool; 6]>()) -> RandomPasswordOptions<'static> {
            let [exclude_numbers, exclude_punctuation, exclude_uppercase, exclude_lowercase, include_space, require] =
                flags;
            RandomPasswordOptions {
                exclude_numbers,
                exclude_punctuation,
                exclude_uppercase,
                exclude_lowercase,
                include_space,
                require_each_included_type: require,
                ..DEFAULT
            }
        }
    }

    proptest! {
        #[test]
        fn a_password_is_what_was_asked_for(
            flags in flags(),
            length in 1_usize..60,
            exclude_characters in "([0-9]{0,12}|[a-zé!-/ ]{0,40}|0123456789[a-z]{0,9})",
            seed in any::<u64>(),
        ) {
            let options = RandomPasswordOptions { length, exclude_characters: &exclude_characters, ..flags };
            let wanted: Vec<Vec<char>> = [
                (options.exclude_uppercase, 'A'..='Z'),
                (options.exclude_lowercase, 'a'..='z'),
                (options.exclude_numbers, '0'..='9'),
                (options.exclude_punctuation, '!'..='~'),
            ]
            .into_iter()
            .filter(|(excluded, _)| !excluded)
            .map(|(_, range)| {
                let punctuation = *range.end() == '~';
                let of_type = range.filter(|c| !punctuation || c.is_ascii_punctuation());
                of_type.filter(|c| !exclude_characters.contains(*c)).collect()
            })
            .collect();
            let space = options.include_space && !exclude_characters.contains(' ');

            let outcome = random_password(&options, &Seeded::with(seed));
            let nothing_left = wanted.concat().is_empty() && !space;
            let required = options.require_each_included_type;
            match outcome {
                Err(RandomPasswordError::EverythingExcluded) => prop_assert!(nothing_left),
                Err(RandomPasswordError::TypeExcluded) => prop_assert!(required && wanted.contains(&Vec::new())),
                Err(RandomPasswordError::TooShort) => prop_assert!(required && length < wanted.len()),
                Ok(password) => {
                    prop_assert!(!nothing_left);
                    prop_assert_eq!(password.len(), length);
                    let password: Vec<char> = password.expose().iter().copied().map(char::from).collect();
                    let all = wanted.concat();
                    prop_assert!(password.iter().all(|c| all.contains(c) || (space && *c == ' ')));
                    if required {
                        prop_assert!(wanted.iter().all(|of_type| of_type.iter().any(|c| password.contains(c))));
                    }
                }
            }
        }
    }
}
