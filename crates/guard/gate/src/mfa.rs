//! Devices that show one-time codes: RFC 6238 with SHA-1, steps of thirty seconds and six digits, which every
//! authenticator app can do.

use aws_lc_rs::hmac;
use contract::MfaDeviceRecord;
use seal::{KeyMaterial, OpenError, SealError, open_token, seal_token};
use terms::{Entropy, SecretBytes, Timestamp};
use zeroize::Zeroizing;

/// As long as AWS's: 64 characters of base32.
const SEED_BYTES: usize = 40;
const STEP_MS: i64 = 30_000;
const CODES: u32 = 1_000_000;
/// A device's clock may be one step off, and a code may arrive a step late.
const DRIFT_STEPS: u64 = 1;
/// Two codes take a step to show; the first was typed while the second was waited for.
const ENABLING_STEPS: u64 = 2;
/// Whoever resynchronises has a clock that is up to an hour off.
const RESYNC_STEPS: u64 = 120;

/// A seed that no device has yet.
pub fn new_seed(entropy: &dyn Entropy) -> SecretBytes {
    let mut seed = Zeroizing::new([0; SEED_BYTES]);
    entropy.fill(seed.as_mut_slice());
    SecretBytes::copy_of(seed.as_slice())
}

/// Seals a seed for the store, bound to its device.
pub fn seal_seed(
    key: &KeyMaterial,
    serial_number: &str,
    seed: &SecretBytes,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, SealError> {
    seal_token(key, &binding(serial_number), seed.expose(), entropy)
}

pub fn open_seed(key: &KeyMaterial, device: &MfaDeviceRecord) -> Result<SecretBytes, OpenError> {
    open_token(key, &binding(&device.serial_number), &device.sealed_seed)
}

fn binding(serial_number: &str) -> Vec<u8> {
    format!("mfa seed {serial_number}").into_bytes()
}

/// The step whose code this is, if the device shows it about now and no code of that step or a later one was taken.
pub fn step_of_code(seed: &SecretBytes, code: &str, now: Timestamp, last_step: u64) -> Option<u64> {
    let key = key_of(seed);
    let mut found = None;
    // All steps are compared, so that the time tells nothing.
    for step in steps_around(now, DRIFT_STEPS) {
        if code_at(&key, step).is(code.as_bytes()) && step > last_step {
            found = Some(step);
        }
    }
    found
}

/// The step of the second of two consecutive codes, which show that the device has the seed and the time.
pub fn enabling_step(seed: &SecretBytes, code1: &str, code2: &str, now: Timestamp) -> Option<u64> {
    consecutive(seed, code1, code2, steps_around(now, ENABLING_STEPS))
}

/// As [`enabling_step`], for a device whose clock has gone astray.
pub fn resync_step(seed: &SecretBytes, code1: &str, code2: &str, now: Timestamp) -> Option<u64> {
    consecutive(seed, code1, code2, steps_around(now, RESYNC_STEPS))
}

fn consecutive(seed: &SecretBytes, code1: &str, code2: &str, steps: impl Iterator<Item = u64>) -> Option<u64> {
    let key = key_of(seed);
    let mut found = None;
    for step in steps {
        let is_first = code_at(&key, step.saturating_sub(1)).is(code1.as_bytes());
        let is_second = code_at(&key, step).is(code2.as_bytes());
        if is_first && is_second {
            found = Some(step);
        }
    }
    found
}

fn steps_around(now: Timestamp, each_way: u64) -> impl Iterator<Item = u64> {
    let current = u64::try_from(now.as_millis().div_euclid(STEP_MS)).unwrap_or_default();
    current.saturating_sub(each_way)..=current.saturating_add(each_way)
}

fn key_of(seed: &SecretBytes) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed.expose())
}

/// RFC 4226, section 5.3.
fn code_at(key: &hmac::Key, step: u64) -> SecretBytes {
    let mac = hmac::sign(key, &step.to_be_bytes());
    let mac = mac.as_ref();
    let offset = usize::from(mac.last().copied().unwrap_or_default() & 0x0f);
    let chosen = mac.get(offset..).and_then(|rest| rest.first_chunk::<4>()).copied().unwrap_or_default();
    let number = u32::from_be_bytes(chosen) & 0x7fff_ffff;
    SecretBytes::new(format!("{:06}", number % CODES).into_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 6238, appendix B.
    const RFC_SEED: &[u8] = b"12345678901234567890";

    fn rfc_seed() -> SecretBytes {
        SecretBytes::copy_of(RFC_SEED)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn code(seed: &SecretBytes, step: u64) -> String {
        String::from_utf8(code_at(&key_of(seed), step).expose().to_vec()).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // The RFC shows eight digits; six are their end.
        for (seconds, digits) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = u64::try_from(seconds / 30).unwrap();
            assert_eq!(step_of_code(&rfc_seed(), digits, at(seconds), 0), Some(step), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_one_step_early_or_late_and_no_more() {
        let seed = rfc_seed();
        for (shown_at, is_good) in [(98, false), (99, true), (100, true), (101, true), (102, false)] {
            let found = step_of_code(&seed, &code(&seed, shown_at), at(100 * 30), 0);
            assert_eq!(found, is_good.then_some(shown_at), "{shown_at}");
        }
    }

    #[test]
    fn no_code_is_taken_twice_nor_one_before_it() {
        let seed = rfc_seed();
        let now = at(100 * 30);
        assert_eq!(step_of_code(&seed, &code(&seed, 100), now, 99), Some(100));
        assert_eq!(step_of_code(&seed, &code(&seed, 100), now, 100), None);
        assert_eq!(step_of_code(&seed, &code(&seed, 99), now, 100), None);
        assert_eq!(step_of_code(&seed, &code(&seed, 101), now, 100), Some(101));
    }

    #[test]
    fn a_code_has_six_digits_and_nothing_else() {
        let seed = rfc_seed();
        let good = code(&seed, 100);
        let short: String = good.chars().skip(1).collect();
        for wrong in ["", &short, &format!("{good} "), &format!("0{good}"), "zzzzzz"] {
            assert_eq!(step_of_code(&seed, wrong, at(100 * 30), 0), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_device_is_enabled_by_two_codes_that_follow_each_other() {
        let seed = rfc_seed();
        let now = at(100 * 30);
        let [one, two, three] = [99, 100, 101].map(|step| code(&seed, step));
        assert_eq!(enabling_step(&seed, &one, &two, now), Some(100));
        assert_eq!(enabling_step(&seed, &two, &three, now), Some(101));
        assert_eq!(enabling_step(&seed, &two, &one, now), None);
        assert_eq!(enabling_step(&seed, &one, &three, now), None);
        assert_eq!(enabling_step(&seed, &one, &one, now), None);
        assert_eq!(enabling_step(&seed, &code(&seed, 80), &code(&seed, 81), now), None);
    }

    #[test]
    fn a_device_whose_clock_is_an_hour_off_can_be_resynchronised() {
        let seed = rfc_seed();
        let now = at(10_000 * 30);
        for step in [9_880, 10_120] {
            let codes = [step - 1, step].map(|step| code(&seed, step));
            assert_eq!(resync_step(&seed, &codes[0], &codes[1], now), Some(step));
        }
        assert_eq!(resync_step(&seed, &code(&seed, 9_878), &code(&seed, 9_879), now), None);
    }

    #[test]
    fn a_seed_opens_for_its_own_device_only() {
        struct Fives;
        impl Entropy for Fives {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(5);
            }
        }
        let key = KeyMaterial::generate(&Fives);
        let seed = new_seed(&Fives);
        assert_eq!(seed.len(), 40);
        let mut device = MfaDeviceRecord {
            serial_number: "arn:aws:iam::111122223333:mfa/alice".to_owned(),
            created_at: at(0),
            sealed_seed: seal_seed(&key, "arn:aws:iam::111122223333:mfa/alice", &seed, &Fives).unwrap(),
            tags: Vec::new(),
            enabled: None,
        };
        assert_eq!(open_seed(&key, &device).unwrap(), seed);
        device.serial_number.push('x');
        assert!(open_seed(&key, &device).is_err());
    }

    proptest! {
        #[test]
        fn a_shown_code_is_found_once(seed in prop::collection::vec(any::<u8>(), 16..64), step in 10_u64..1_000_000_000) {
            let seed = SecretBytes::new(seed);
            let now = at(i64::try_from(step).unwrap() * 30 + 29);
            let code = code(&seed, step);
            prop_assert!(step_of_code(&seed, &code, now, step - 1).is_some_and(|found| found >= step));
            prop_assert!(step_of_code(&seed, &code, now, step + 1).is_none());
        }
    }
}
