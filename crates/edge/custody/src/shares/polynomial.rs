//! Shamir's splitting ("How to share a secret", 1979), byte by byte.
//!
//! A secret byte is where a random polynomial of degree k-1 crosses nought; a share is a point of it. k points make the
//! polynomial; k-1 of them lie on one polynomial for every secret, each as likely as the others.

use terms::Entropy;
use zeroize::Zeroizing;

use super::field::{add, invert, multiply};

pub(super) const SECRET_LENGTH: usize = 32;

/// One byte for each polynomial. It is wiped when dropped, and lies on the heap because moving leaves bytes behind.
pub(super) type Ordinates = Box<Zeroizing<[u8; SECRET_LENGTH]>>;

/// The points at 1 to `count`, `threshold` of which join to the secret.
pub(super) fn split(
    secret: &[u8; SECRET_LENGTH],
    threshold: u8,
    count: u8,
    entropy: &dyn Entropy,
) -> Vec<(u8, Ordinates)> {
    // The highest power first. That of a polynomial may be nought: shares that ruled this out would tell of the secret.
    let coefficients: Vec<Ordinates> = (1..threshold)
        .map(|_| {
            let mut coefficient = nought();
            entropy.fill(coefficient.as_mut_slice());
            coefficient
        })
        .collect();
    (1..=count).map(|x| (x, point_at(x, &coefficients, secret))).collect()
}

/// Horner's rule, for all polynomials at once.
fn point_at(x: u8, coefficients: &[Ordinates], secret: &[u8; SECRET_LENGTH]) -> Ordinates {
    let mut y = nought();
    for coefficient in coefficients.iter().map(|coefficient| coefficient.as_slice()).chain([secret.as_slice()]) {
        for (y, coefficient) in y.iter_mut().zip(coefficient) {
            *y = add(multiply(*y, x), *coefficient);
        }
    }
    y
}

/// Where the polynomials through the points cross nought (Lagrange). No two points may lie at the same place, and none
/// at nought; from too few points comes something that has nothing to do with the secret.
pub(super) fn join<'a>(points: impl Iterator<Item = (u8, &'a Ordinates)> + Clone) -> Ordinates {
    let mut secret = nought();
    for (x, y) in points.clone() {
        let others = points.clone().map(|(other, _)| other).filter(|other| *other != x);
        let weight = others.fold(1, |weight, other| multiply(weight, multiply(other, invert(add(other, x)))));
        for (secret, y) in secret.iter_mut().zip(y.iter()) {
            *secret = add(*secret, multiply(*y, weight));
        }
    }
    secret
}

fn nought() -> Ordinates {
    Box::new(Zeroizing::new([0; SECRET_LENGTH]))
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::any, prop_assert_eq, prop_assert_ne, proptest, sample::subsequence};

    use super::*;
    use crate::testing::Xorshift;

    /// Fills with one byte.
    struct Always(u8);

    impl Entropy for Always {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn joined(points: &[(u8, Ordinates)]) -> [u8; SECRET_LENGTH] {
        **join(points.iter().map(|(x, y)| (*x, y)))
    }

    #[test]
    fn a_line_is_split_as_on_paper() {
        // y = 0x57 x + 0x2a; the product at 2 is the example of FIPS 197, section 4.2.1.
        let points = split(&[0x2a; SECRET_LENGTH], 2, 2, &Always(0x57));
        assert_eq!((points[0].0, **points[0].1), (1, [0x57 ^ 0x2a; SECRET_LENGTH]));
        assert_eq!((points[1].0, **points[1].1), (2, [0xae ^ 0x2a; SECRET_LENGTH]));
    }

    #[test]
    fn one_share_of_two_fits_every_secret_equally_well() {
        // For each place and each value that a share may have there: which secrets may it come from?
        let mut fitting = vec![vec![[0_u16; 256]; 256]; 3];
        for coefficient in 0..=u8::MAX {
            for first in (0..=u8::MAX).step_by(SECRET_LENGTH) {
                let secrets: [u8; SECRET_LENGTH] = std::array::from_fn(|n| first + u8::try_from(n).unwrap());
                for (x, y) in split(&secrets, 2, 3, &Always(coefficient)) {
                    for (secret, y) in secrets.iter().zip(y.iter()) {
                        fitting[usize::from(x) - 1][usize::from(*y)][usize::from(*secret)] += 1;
                    }
                }
            }
        }
        assert!(fitting.iter().flatten().flatten().all(|polynomials| *polynomials == 1));
    }

    #[test]
    fn two_shares_of_three_fit_every_secret_equally_well() {
        // 0x1f and 0x2e are what two shares show at 4 and 9. Each secret has one parabola through them.
        let multiples = |x: u8| (0..=u8::MAX).map(|factor| multiply(factor, x)).collect::<Vec<u8>>();
        let terms = [4, 9].map(|x| (multiples(multiply(x, x)), multiples(x)));
        let mut fitting = [0_u16; 256];
        for square in 0..256 {
            for linear in 0..256 {
                // A secret is what is missing at nought; it must be missing at both.
                let [first, second] = [(&terms[0], 0x1f), (&terms[1], 0x2e)]
                    .map(|((squares, lines), y)| squares[square] ^ lines[linear] ^ y);
                fitting[usize::from(first)] += u16::from(first == second);
            }
        }
        assert_eq!(fitting, [1; 256]);
    }

    proptest! {
        #[test]
        fn any_k_of_n_shares_join_in_any_order_and_fewer_do_not(
            secret in any::<[u8; SECRET_LENGTH]>(),
            seed in 1_u64..,
            chosen in subsequence((1..=16_usize).collect::<Vec<_>>(), 2..=16),
            is_backwards in any::<bool>(),
        ) {
            let threshold = u8::try_from(chosen.len()).unwrap();
            let points = split(&secret, threshold, 16, &Xorshift::seeded(seed));
            let mut some: Vec<_> = chosen.iter().map(|x| points[x - 1].clone()).collect();
            if is_backwards {
                some.reverse();
            }
            prop_assert_eq!(joined(&some), secret);
            prop_assert_eq!(joined(&points), secret);
            prop_assert_ne!(joined(&some[1..]), secret);
        }
    }
}
