//! Latencies in buckets that are never wider than one part in sixty-four of their value.

use std::time::Duration;

const SPLIT_BITS: u32 = 6;
const SPLITS: u64 = 1 << SPLIT_BITS;
/// Beyond 2^40 ns (18 minutes) everything shares the last bucket.
const BUCKETS: usize = 41 << SPLIT_BITS;

#[derive(Clone)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0 }
    }
}

impl Histogram {
    pub fn record(&mut self, latency: Duration) {
        let nanoseconds = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        if let Some(count) = self.counts.get_mut(bucket_of(nanoseconds)) {
            *count += 1;
            self.total += 1;
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
    }

    pub fn count(&self) -> u64 {
        self.total
    }

    /// The least latency that `share` (0 to 1) of the records do not exceed, in microseconds; none when nothing was recorded.
    pub fn quantile_us(&self, share: f64) -> Option<f64> {
        let wanted = (self.total as f64 * share).ceil().max(1.0);
        let mut seen = 0;
        self.counts.iter().enumerate().find_map(|(bucket, count)| {
            seen += count;
            (seen as f64 >= wanted).then(|| middle_of(bucket) / 1000.0)
        })
    }
}

/// Below 64 ns a bucket per nanosecond; above, 64 buckets for each power of two.
fn bucket_of(nanoseconds: u64) -> usize {
    let exponent = (nanoseconds | 1).ilog2();
    let bucket = match exponent.checked_sub(SPLIT_BITS) {
        None => nanoseconds,
        Some(shift) => (u64::from(shift) << SPLIT_BITS) + (nanoseconds >> shift),
    };
    usize::try_from(bucket).unwrap_or(BUCKETS).min(BUCKETS - 1)
}

fn middle_of(bucket: usize) -> f64 {
    let bucket = bucket as u64;
    let Some(shift) = (bucket >> SPLIT_BITS).checked_sub(1) else { return bucket as f64 };
    let start = (SPLITS + (bucket & (SPLITS - 1))) << shift;
    start as f64 + (1_u64 << shift) as f64 / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_within_one_part_in_sixty_four_of_the_truth() {
        for exact_us in [1_u64, 17, 180, 2_300, 4_000_000] {
            let mut histogram = Histogram::default();
            histogram.record(Duration::from_micros(exact_us));
            let found = histogram.quantile_us(0.5).unwrap();
            let error = (found - exact_us as f64).abs() / exact_us as f64;
            assert!(error <= 1.0 / 64.0, "{exact_us} us came back as {found} us");
        }
    }

    #[test]
    fn the_99th_percentile_is_passed_by_one_record_in_a_hundred() {
        let mut histogram = Histogram::default();
        for microseconds in 1..=1000 {
            histogram.record(Duration::from_micros(microseconds));
        }
        let p50 = histogram.quantile_us(0.50).unwrap();
        let p99 = histogram.quantile_us(0.99).unwrap();
        assert!((492.0..508.0).contains(&p50), "{p50}");
        assert!((974.0..1006.0).contains(&p99), "{p99}");
    }

    #[test]
    fn merging_adds_the_counts_of_both() {
        let mut slow = Histogram::default();
        slow.record(Duration::from_millis(8));
        let mut both = Histogram::default();
        both.record(Duration::from_micros(10));
        both.merge(&slow);
        assert!(both.quantile_us(0.5).unwrap() < 11.0);
        assert!(both.quantile_us(1.0).unwrap() > 7_800.0);
    }

    #[test]
    fn an_empty_histogram_has_no_quantile() {
        assert_eq!(Histogram::default().quantile_us(0.5), None);
    }

    #[test]
    fn neighbouring_buckets_meet_without_gap() {
        for nanoseconds in 1..100_000_u64 {
            let step = bucket_of(nanoseconds) - bucket_of(nanoseconds - 1);
            assert!(step <= 1, "a bucket was skipped before {nanoseconds} ns");
        }
    }
}
