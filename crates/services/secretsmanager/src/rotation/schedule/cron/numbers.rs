//! A field of numbers, such as `1,5-8,JAN` or `2/10`.

/// A set of small numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::rotation::schedule) struct Numbers(u32);

/// What a field may say.
pub(super) struct Field {
    pub(super) first: u8,
    /// Below 32.
    pub(super) last: u8,
    /// Of its numbers, in turn.
    pub(super) names: &'static [&'static str],
}

impl Numbers {
    pub(super) fn insert(&mut self, number: u8) {
        self.0 |= 1 << number;
    }

    pub(super) fn contains(self, number: u8) -> bool {
        self.0.checked_shr(u32::from(number)).is_some_and(|bits| bits & 1 == 1)
    }

    /// Upwards.
    pub(super) fn iter(self) -> impl Iterator<Item = u8> {
        (0..32).filter(move |number| self.contains(*number))
    }

    pub(in crate::rotation::schedule) fn len(self) -> u32 {
        self.0.count_ones()
    }

    pub(in crate::rotation::schedule) fn last(self) -> Option<u8> {
        self.iter().last()
    }

    /// Between neighbours. None where there is but one.
    pub(in crate::rotation::schedule) fn smallest_gap(self) -> Option<u8> {
        self.iter().zip(self.iter().skip(1)).map(|(one, next)| next - one).min()
    }

    /// As hours: whether the last of one day is too near to the first of the next. AWS says "as often as every four
    /// hours" and nothing of midnight; this is chosen.
    pub(super) fn is_too_dense_overnight(self) -> bool {
        let (first, last) = (self.iter().next(), self.last());
        first.zip(last).is_some_and(|(first, last)| first + 24 - last < super::HOURS_APART)
    }
}

impl Field {
    /// None unless all of it is understood.
    pub(super) fn parse(&self, text: &str) -> Option<Numbers> {
        let mut numbers = Numbers::default();
        for item in text.split(',') {
            self.add(item, &mut numbers)?;
        }
        Some(numbers)
    }

    /// `*`, `5`, `5-8`, or any of them with a step: `5/2` goes on to the end. AWS's guide also leaves out the `*` of
    /// `*/8`.
    pub(super) fn add(&self, item: &str, numbers: &mut Numbers) -> Option<()> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(digits(step).filter(|step| (1..=self.last).contains(step))?)),
            None => (item, None),
        };
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (self.number(from)?, self.number(to)?),
            None if range == "*" || (range.is_empty() && step.is_some()) => (self.first, self.last),
            None => {
                let from = self.number(range)?;
                (from, if step.is_some() { self.last } else { from })
            }
        };
        if from > to {
            return None;
        }
        (from..=to).step_by(usize::from(step.unwrap_or(1))).for_each(|number| numbers.insert(number));
        Some(())
    }

    /// By digits or by name.
    pub(super) fn number(&self, text: &str) -> Option<u8> {
        let named = self.names.iter().zip(self.first..).find(|(name, _)| name.eq_ignore_ascii_case(text));
        let number = named.map(|(_, number)| number).or_else(|| digits(text))?;
        (self.first..=self.last).contains(&number).then_some(number)
    }
}

/// A number, and nothing that Rust alone would take for one.
pub(super) fn digits(text: &str) -> Option<u8> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
