//! GF(2⁸) as AES uses it (FIPS 197, section 4): the field in which secrets are split.
//!
//! No table is looked up and no branch taken by what is secret, so that neither time nor cache tells of it.

/// x⁸ is x⁴ + x³ + x + 1 here.
const REDUCTION: u8 = 0x1b;

/// The sum of two elements, and their difference as well.
pub(super) fn add(a: u8, b: u8) -> u8 {
    a ^ b
}

pub(super) fn multiply(a: u8, b: u8) -> u8 {
    let mut product = 0;
    let mut shifted = a;
    for power in 0..8 {
        product ^= shifted & mask(b >> power & 1);
        shifted = (shifted << 1) ^ (REDUCTION & mask(shifted >> 7));
    }
    product
}

/// `a` to the 254th, which is 1 over `a`; nought stays nought.
pub(super) fn invert(a: u8) -> u8 {
    // 254 is 11111110 in binary.
    let mut power = a;
    for _ in 0..6 {
        power = multiply(multiply(power, power), a);
    }
    multiply(power, power)
}

/// All ones for 1, nought for 0. The compiler is kept from seeing that there are only two.
fn mask(bit: u8) -> u8 {
    0_u8.wrapping_sub(std::hint::black_box(bit))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As on paper: the product of the polynomials, and what is left when it is divided by x⁸ + x⁴ + x³ + x + 1.
    fn by_long_division(a: u8, b: u8) -> u8 {
        let factors = (0..8).filter(|power| b & (1 << power) != 0);
        let mut rest = factors.fold(0_u16, |sum, power| sum ^ (u16::from(a) << power));
        for power in (8..15).rev() {
            if rest & (1 << power) != 0 {
                rest ^= 0x11b << (power - 8);
            }
        }
        u8::try_from(rest).unwrap()
    }

    fn all() -> impl Iterator<Item = u8> + Clone {
        0..=u8::MAX
    }

    #[test]
    fn every_product_is_that_of_long_division() {
        for a in all() {
            for b in all() {
                assert_eq!(multiply(a, b), by_long_division(a, b), "{a} {b}");
            }
        }
        // The example of FIPS 197, section 4.2.
        assert_eq!(multiply(0x57, 0x83), 0xc1);
    }

    #[test]
    fn everything_but_nought_has_one_inverse() {
        assert_eq!(invert(0), 0);
        for a in all().skip(1) {
            assert_eq!(multiply(a, invert(a)), 1, "{a}");
            assert_eq!(all().filter(|b| multiply(a, *b) == 1).count(), 1, "{a}");
        }
    }

    #[test]
    fn the_laws_of_a_field_hold_for_all_elements() {
        let products: Vec<Vec<u8>> = all().map(|a| all().map(|b| multiply(a, b)).collect()).collect();
        let times = |a: u8, b: u8| products[usize::from(a)][usize::from(b)];
        for a in all() {
            assert_eq!((times(a, 1), times(a, 0), add(a, 0), add(a, a)), (a, 0, a, 0));
            for b in all() {
                assert_eq!(times(a, b), times(b, a));
                let ab = times(a, b);
                let is_lawful =
                    |c| times(ab, c) == times(a, times(b, c)) && times(a, add(b, c)) == add(ab, times(a, c));
                assert!(all().all(is_lawful), "{a} {b}");
            }
        }
    }
}
